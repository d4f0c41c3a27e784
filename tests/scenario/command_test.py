"""Programs that are not finwait's in its hosts: each ends with the run, whatever it is up to."""

import os
import shutil
import signal
import subprocess
import sys
import unittest
import unittest.mock
import uuid

import finwait_test as ft
import servers

N = 100
LOAD = {"load.connections": N, "load.concurrency": 4, "settle": "100ms"}
PYTHON = shutil.which("python3", path="/usr/bin:/bin") or sys.executable  # for any user
SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

NGINX = shutil.which("nginx", path=SBIN)
HAPROXY = shutil.which("haproxy", path=SBIN)
NGINX_CONF = """
user root;
daemon off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server { listen 8080; location / { return 200 "hi"; } }
}
"""
APACHE = shutil.which("apache2", path=SBIN)
APACHE_CONF = """
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
ServerName finwait
Listen ${FINWAIT_PORT}
DefaultRuntimeDir ${FINWAIT_OUT}
PidFile ${FINWAIT_OUT}/pid
ErrorLog /dev/stderr
DocumentRoot ${FINWAIT_DIR}
KeepAliveTimeout 1
"""
HAPROXY_TIMES = """
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
"""
HAPROXY_CONF = (
    HAPROXY_TIMES
    + """
frontend in
    bind :8080
    http-request return status 200 content-type text/plain string hi
"""
)
PROXY = (
    HAPROXY_TIMES
    + """
frontend in
    bind 127.0.0.1:8081
    default_backend up
backend up
    server s "${FINWAIT_HOST_PORT}"
"""
)

# A server of a page, to which a test adds what is wrong with it: before it listens, once it does,
# and after each connection.
SERVER = """
import os, signal, socket, sys, threading, time
{before}
listener = socket.create_server(("", int(sys.argv[1])), backlog=512)
{once}
served = 0
while True:
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
    connection.close()
    served += 1
    {after}
"""

DAEMONISE = """
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
"""
FLOOD = "for _ in range(1 << 14): os.write(1, b'x' * 65535 + b'.')"
WRITE = """
def write():
    for i in range(1 << 30):
        open(f"{os.environ['FINWAIT_OUT']}/{i % 500}", "w").close()
threading.Thread(target=write, daemon=True).start()
"""
DEVICES = """
import errno, tempfile
try:
    open(sys.argv[2], "w")
except OSError as error:
    print(errno.errorcode[error.errno], flush=True)
open("/dev/null", "w").write("x")
tempfile.NamedTemporaryFile(dir="/dev/shm")
print("all well", flush=True)
"""
CLOSE = "if served == 50: listener.close(); print('I am tired', flush=True); time.sleep(99)"


def script(name, before="", once="", after="pass"):
    return ft.PLACE.write(name, SERVER.format(before=before, once=once, after=after))


def command(path, *arguments):
    return " ".join([PYTHON, "-u", path, "{port}", *arguments])


class Mistakes(ft.TestCase):
    """What is refused before anything runs."""

    def test_what_a_command_has_no_use_for(self):
        for path, value in (("workers", 2), ("sockopt.nodelay", "on"), ("backlog", 9)):
            with self.subTest(path):
                self.mistaken(
                    f"server.{path} is for a server of finwait's own",
                    **{"server.command": "x", f"server.{path}": value},
                )
        self.mistaken("load.rate is for a client", **{"client.command": "x", "load.rate": "9/s"})
        self.mistaken("response.size is for", **{"server.command": "x", "response": "9"})
        self.mistaken("request.size is for", **{"client.command": "x", "request.size": "9"})
        at = {"lab": "host", "server.at": "127.0.0.1:1"}
        for path in ("server.backlog", "server.port", "response.size"):
            self.mistaken(f"{path} is for a server of", **at, **{path: 1})
        none = {"lab": "host", "client": "none", "load.duration": "1s"}
        self.mistaken("client is none", **none, **{"request.path": "/"})
        both = {"server.command": "x", "client.command": "y"}
        self.mistaken("both are other programs", **both, **{"load.timeout": "1s"})

    def test_what_both_sides_have_to_know_is_taken(self):
        """A raw message's size is what the side of finwait's own reads."""
        file = ft.PLACE.write("raw.yaml", "name: raw\nprotocol: raw\nresponse: 9\nrequest: 8\n")
        for side in ("server", "client"):
            ended = ft.finwait("check", file, f"--set={side}.command=x")
            self.assertEqual(ended.status, 0, ended)

    def test_what_is_for_a_command(self):
        self.mistaken("server.grace says something of server.command", **{"server.grace": "1s"})
        self.mistaken(
            "signal HUP to server, and it is not a command",
            events="{signal: HUP, to: server}",
        )

    def test_what_cannot_be(self):
        self.mistaken("a quote that is not closed", **{"server.command": "x 'y"})
        self.mistaken("there is no program in it", **{"server.command": " "})
        self.mistaken("{ca} is a file of transport: tls", **{"client.command": "curl --cacert {ca}"})
        self.mistaken("server.at", **{"server.command": "x", "server.at": "127.0.0.1:1"})
        self.mistaken("neither listen nor a line", **{"server.command": "x", "server.ready": "soon"})
        long = "line:" + 1001 * "x"
        self.mistaken("a line of 1001 bytes", **{"server.command": "x", "server.ready": long})

    def test_its_words_are_a_list_on_the_command_line_too(self):
        file = ft.PLACE.write("listed.yaml", "name: listed\n")
        ended = ft.finwait("check", file, "--set=server.command=[a, 'b c', \"{port}\"]")
        self.assertIn("server.command: a 'b c' {port}\n", ended.stdout, ended)
        self.mistaken("a word cannot be a list", **{"server.command": "[a, [b]]"})

    def test_what_is_nearly_a_placeholder(self):
        for word, meant in (("{prt}", "port"), ("-b{addr}", "address"), ("{hots-port}", "host-port")):
            self.mistaken(f"did you mean {{{meant}}}?", **{"server.command": f"x {word}"})
        words = ["{{prt}", "${prt}", "${port}", "%{url}", "%{url_effective}", "{}", "{ls}", '{"port": 1}', "{{{port}"]
        client = ["sh", "-c", 'printf "%s\n" "$@"', "sh", *words]
        out = ft.PLACE.directory()
        file = ft.PLACE.write("literal.yaml", "name: literal\nsettle: 0s\n")
        ended = ft.finwait("run", file, "--quiet", "--out", out, "--client", "--", *client)
        with open(os.path.join(out, "client.log"), encoding="utf-8") as log:
            printed = log.read().splitlines()
        words[0], words[-1] = "{prt}", "{{port}"
        self.assertEqual(printed, words, ended)

    def test_the_command_line_takes_the_place_of_the_file(self):
        file = ft.PLACE.write(
            "replaced.yaml",
            "name: replaced\nload: {connections: 5}\n"
            "server: {program: accept recv send close, workers: 2}\n"
            "client: {program: connect send recv close}\n",
        )
        ended = ft.finwait("check", file, "--server", "--", "a", "b c", "--set")
        self.assertEqual(ended.status, 0, ended)
        self.assertIn("server.command: a 'b c' --set", ended.stdout)
        self.assertNotIn("server.program", ended.stdout)


def programs(mark, name):
    """The processes of a run that have this name."""
    return [pid for pid in ft.processes_of(mark) if ft.read_status(f"/proc/{pid}")["Name"] == name]


class Commands:
    """What is so for every user."""

    def serve(self, words, *arguments, status=0, **settings):
        return self.run_checked(
            {**LOAD, "server.command": words, **settings}, *arguments, status=status
        )

    def refuse(self, words, *said, **settings):
        """A run that cannot begin."""
        process = ft.popen(
            [*ft.as_arguments({**LOAD, "server.command": words, **settings}), "--json"],
            user=self.user,
        )
        ended = ft.finish(process)
        self.assertEqual(ended.status, 3, ended)
        self.assert_nothing_started(ended)
        for words in said:
            self.assertIn(words, ended.stderr)
        self.assert_nothing_left(process.mark)

    def command_of(self, result, side="server"):
        return result.json[side]["command"]

    # ---- servers ----

    def test_a_server_of_pythons(self):
        out = ft.PLACE.directory(self.user)
        result = self.serve(f"{PYTHON} -m http.server {{port}}", f"--out={out}")
        self.assertEqual(result["connections.completed"], N)
        self.assertNotIn("account", result.json["server"])
        self.assertEqual(self.command_of(result)["argv"][1:], ["-m", "http.server", "8080"])
        self.assertEqual(result["server.command.status"], 128 + signal.SIGTERM)
        self.assertFalse(self.command_of(result)["by_itself"])
        self.assertGreater(result["server.command.rss"], 1 << 20)
        with open(os.path.join(out, "server.log"), encoding="utf-8") as log:
            self.assertIn("GET /", log.read())
        self.assertIn("unpredicted", result.json)

    def test_one_that_becomes_a_daemon(self):
        result = self.serve(command(script("daemon.py", once=DAEMONISE)))
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result["server.command.status"], 0)

    def test_one_that_never_listens(self):
        words = f"{PYTHON} -c 'print(\"I am thinking\", flush=True); import time; time.sleep(99)'"
        self.refuse(
            words, "did not listen within", "I am thinking", **{"server.ready_within": "5s"}
        )

    def test_one_that_listens_elsewhere(self):
        words = f"{PYTHON} -m http.server {{port}} --bind 127.0.0.1"
        self.refuse(
            words,
            "listens on 127.0.0.1:8080 (let it bind 0.0.0.0 or {address}), and not within",
            **{"server.ready_within": "2s"},
        )
        words = f"{PYTHON} -m http.server 8081"
        self.refuse(
            words, "listens on 0.0.0.0:8081 (set server.port to", **{"server.ready_within": "2s"}
        )

    def test_one_that_prints_no_text(self):
        words = f"{PYTHON} -c 'import os, sys; os.write(1, bytes(3) + b\"no licence\"); sys.exit(7)'"
        self.refuse(words, "it printed last", "???no licence")

    def test_one_that_exits_at_once(self):
        words = f"{PYTHON} -c 'import sys; print(\"no licence\"); sys.exit(7)'"
        self.refuse(words, "exit status 7", "no licence")

    def test_one_that_is_not_there(self):
        self.refuse("/nowhere/program", "execute /nowhere/program", "ENOENT")
        self.refuse("nowhere", "execute nowhere", "in no directory of PATH")
        self.refuse("nowhere\\ 8080", "execute nowhere 8080", "behind -- each word stands for itself")
        path = ft.PLACE.write("plain.py", "pass")
        self.refuse(path, "EACCES", "make it executable")

    def test_one_that_ignores_sigterm(self):
        path = script("deaf.py", before="signal.signal(signal.SIGTERM, signal.SIG_IGN)")
        result = self.serve(command(path), **{"server.grace": "200ms"})
        self.assertEqual(result["server.command.killed"], 1)
        self.assertEqual(result["server.command.status"], 128 + signal.SIGKILL)
        self.assertIn("command.killed", result.remark_ids())

    def test_one_that_floods(self):
        out = ft.PLACE.directory(self.user)
        path = script("flood.py", before=FLOOD)
        result = self.serve(command(path), f"--out={out}", **{"server.ready_within": "4m"})
        self.assertEqual(result["connections.completed"], N)
        self.assertTrue(self.command_of(result)["cut"])
        self.assertEqual(self.command_of(result)["printed"], 1 << 30)
        size = os.path.getsize(os.path.join(out, "server.log"))
        self.assertLess(size, (16 << 20) + 1000)

    def test_one_that_ends_unasked(self):
        after = "if served == 50: print('out of luck'); sys.exit(3)"
        result = self.serve(command(script("quits.py", after=after)), status=4)
        self.assertTrue(result.json["partial"])
        self.assertTrue(self.command_of(result)["unasked"])
        self.assertEqual(result["server.command.status"], 3)
        self.assertIn("out of luck", self.command_of(result)["tail"])
        self.assertIn("exit status 3", result.remark("command.ended", "server")["text"])

    def test_one_whose_own_server_is_not_there(self):
        after = "socket.socket().connect_ex(('127.0.0.1', 1))"
        result = self.serve(command(script("alone.py", after=after)))
        self.assertEqual(result["server.counter.TcpOutRsts"], N)
        self.assertIn("command.behind", result.remark_ids())
        self.assertFalse([id for id in result.remark_ids() if id.startswith("rst")])

    def test_one_that_closes_its_listener(self):
        path = script("closes.py", after=CLOSE)
        result = self.serve(command(path), **{"load.rate": "200/s"})
        self.assertEqual(result["connections.completed"], 50)
        self.assertFalse(self.command_of(result)["by_itself"])
        self.assertIn("I am tired", self.command_of(result)["tail"])
        self.assertIn("listened no more", result.remark("command.deaf", "server")["text"])

    def test_one_that_is_ready_by_a_line(self):
        path = script("slow.py", once="print('now I serve you', flush=True)")
        result = self.serve(command(path), **{"server.ready": "{line: I serve}"})
        self.assertEqual(result["connections.completed"], N)

    # ---- clients ----

    def load_by(self, words, *arguments, status=0, **settings):
        settings = {"settle": "100ms", "client.command": words, **settings}
        return self.run_checked(settings, *arguments, status=status)

    @unittest.skipUnless(shutil.which("ab"), "ab is not installed")
    def test_ab(self):
        out = ft.PLACE.directory(self.user)
        result = self.load_by(f"ab -q -n {N} -c 4 {{url}}", f"--out={out}")
        self.assertGreaterEqual(result["connections.attempted"], N)  # it begins some in vain
        self.assertEqual(result["client.command.status"], 0)
        with open(os.path.join(out, "client.log"), encoding="utf-8") as log:
            self.assertIn(f"Complete requests:      {N}", log.read())

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_that_fails(self):
        result = self.load_by("curl -sS http://{address}:1/", status=4)
        self.assertEqual(result["client.command.status"], 7)
        self.assertIn("curl: (7)", self.command_of(result, "client")["tail"])
        said = " ".join(remark["text"] for remark in result.json["remarks"])
        self.assertIn("No connection came to the server. The client's host began 1 ", said)

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_a_failure_that_is_expected(self):
        result = self.load_by(
            "curl -sS http://{address}:1/", "--expect=client.command.status == 7"
        )
        self.assertNotIn("partial", {k for k, v in result.json.items() if v is True})

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_one_that_has_a_duration(self):
        words = "sh -c 'curl -s -o /dev/null {url}; exec sleep 99'"
        result = self.load_by(words, **{"load.duration": "4s"})
        self.assertEqual(result["client.command.status"], 128 + signal.SIGTERM)
        self.assertFalse(self.command_of(result, "client")["by_itself"])

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_both_sides(self):
        words = f"{PYTHON} -m http.server {{port}}"
        result = self.load_by("curl -sS -o /dev/null {url}", **{"server.command": words})
        self.assertEqual(result["client.command.status"], 0)
        self.assertEqual(result["server.counter.TcpPassiveOpens"], 1)

    def test_both_sides_and_no_connection(self):
        words = {"server.command": f"{PYTHON} -m http.server {{port}}"}
        self.load_by("true", "--expect=server.close_wait.final == 0", status=1, **words)
        self.load_by("true", "--expect=server.counter.TcpPassiveOpens == 0", **words)

    @unittest.skipUnless(HAPROXY and shutil.which("ab"), "haproxy or ab is not installed")
    def test_a_proxy_in_front_of_finwait(self):
        """It lives on in the client's host when ab has ended."""
        conf = ft.PLACE.write("proxy.cfg", PROXY)
        words = f"sh -c '{HAPROXY} -D -f {conf}; exec ab -q -n {N} -c 4 http://127.0.0.1:8081/'"
        result = self.load_by(words)
        self.assertEqual(result["client.command.status"], 0)
        self.assertGreaterEqual(result["connections.attempted"], N)

    # ---- real servers ----

    @unittest.skipUnless(NGINX, "nginx is not installed")
    def test_nginx_reloads(self):
        conf = ft.PLACE.write("nginx.conf", NGINX_CONF)
        result = self.serve(
            f"{NGINX} -e stderr -p {{out}} -c {conf}",
            "--set=events={at: 100ms, signal: HUP, to: server}",
            **{"load.rate": "400/s"},
        )
        self.assertEqual(result["connections.attempted"], N)
        self.assertGreaterEqual(result["client.http.2xx"], N // 2)

    def serve_by_apache(self, **settings):
        """As a user that is not root: it refuses to serve as that."""
        conf = ft.PLACE.write("apache.conf", APACHE_CONF)
        user = "unshare --user --map-user=1000 --map-group=1000"
        words = f"{user} {APACHE} -DFOREGROUND -d {{out}} -f {conf}"
        return self.serve(words, **{"request.path": "/apache.conf", **settings})

    @unittest.skipUnless(APACHE, "apache2 is not installed")
    def test_apache_reloads(self):
        events = "[{at: 500ms, signal: USR1, to: server}]"
        load = {"load.rate": "200/s", "load.duration": "1s", "load.connections": "null"}
        result = self.serve_by_apache(events=events, **load)
        self.assertEqual(result["connections.completed"], result["connections.attempted"])
        self.assertEqual(result["client.http.2xx"], result["connections.attempted"])
        self.assertIn("graceful restart", self.command_of(result)["tail"])

    @unittest.skipUnless(APACHE, "apache2 is not installed")
    def test_apache_ends_what_is_idle(self):
        program = "connect send recv pause(3s) send recv close"
        result = self.serve_by_apache(**{"client.program": program, "load.concurrency": N})
        self.assertEqual(result["closed_first.server"], N)
        self.assertIn("idle.closed", result.remark_ids())

    @unittest.skipUnless(HAPROXY, "haproxy is not installed")
    def test_haproxy_as_a_daemon(self):
        conf = ft.PLACE.write("haproxy.cfg", HAPROXY_CONF)
        result = self.serve(f"{HAPROXY} -D -f {conf}")
        self.assertEqual(result["client.http.2xx"], N)

    # ---- events ----

    def test_a_signal_for_its_first_process(self):
        before = "signal.signal(signal.SIGHUP, lambda *_: print('I reload', flush=True))"
        result = self.serve(
            command(script("reloads.py", before=before)),
            "--set=events={at: 100ms, signal: HUP, to: server}",
            **{"load.rate": "400/s"},
        )
        self.assertEqual(result["connections.completed"], N)
        self.assertIn("I reload", self.command_of(result)["tail"])
        self.assertEqual(result.json["timeline"][0]["what"], "signal HUP to server")
        self.assertEqual(result["server.command.runs"], 1)
        self.assertEqual(result["server.command.processes.final"], 1)
        self.assertEqual(result["server.command.processes.new"], 0)
        self.assertNotIn("server.command.ended", result.json["metrics"])

    def test_its_processes_before_a_signal_and_after(self):
        """One that stays, one that goes, one that comes, and one that nobody has reaped."""
        before = """
import subprocess
sleepers = [subprocess.Popen(["sleep", "99"]) for _ in range(2)]
def renew(*_):
    sleepers.pop().kill()
    sleepers.append(subprocess.Popen(["sleep", "99"]))
signal.signal(signal.SIGHUP, renew)
"""
        result = self.serve(
            command(script("renews.py", before=before)),
            "--set=events={at: 100ms, signal: HUP, to: server}",
            **{"load.rate": "400/s"},
        )
        self.assertEqual(result["server.command.processes.final"], 3)
        self.assertEqual(result["server.command.processes.old"], 1)
        self.assertEqual(result["server.command.processes.new"], 1)

    def test_what_is_stopped_at_0_stands_before_the_first_connection(self):
        result = self.serve(
            command(script("stands.py")),
            "--set=events={at: 0s, stop: server}",
            **{"client.program": "connect send recv(100ms) close", "load.connections": 8},
        )
        self.assertEqual(result["client.messages_received"], 0)
        self.assertEqual(result["server.close_wait.unaccepted"], 8)

    def test_what_its_processes_have(self):
        """Of two, of which the second leaves a descriptor and 64 kB of each connection, and spins."""
        before = """
kept = []
if os.fork(): os.wait()
threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
"""
        after = "kept.append((os.open('/', os.O_RDONLY), os.urandom(1 << 16)))"
        result = self.serve(
            command(script("grows.py", before=before, after=after)),
            **{"load.rate": f"{N}/s", "settle": "300ms"},
        )
        self.assertEqual(result["server.command.processes.final"], 2)
        self.assertEqual(result["server.command.descriptors.growth"], N)
        self.assertGreaterEqual(result["server.command.descriptors"], N + 7)
        self.assertGreaterEqual(result["server.command.rss.growth"], N // 4 << 16)
        self.assertGreater(result["server.command.cpu.load"], 0.1)
        began, warm, final = (self.command_of(result)[at] for at in ("at_begin", "warm", "final"))
        self.assertLess(began["descriptors"], warm["descriptors"])
        self.assertLess(warm["descriptors"], final["descriptors"])

    def test_the_end_that_a_signal_makes(self):
        result = self.serve(
            f"{PYTHON} -m http.server {{port}} --directory {{out}}",
            "--set=events={at: 1s, signal: TERM, to: server}",
            settle="2s",
        )
        self.assertEqual(result["server.command.runs"], 0)
        self.assertEqual(result["server.command.processes.final"], 0)
        self.assertGreater(result["server.command.ended"], 0)

    def test_it_is_not_ready_again_in_time(self):
        path = os.path.join(ft.PLACE.directory(self.user), "has been here")
        before = f"os.path.exists({path!r}) and time.sleep(99); open({path!r}, 'w').close()"
        result = self.serve(
            command(script("once.py", before=before)),
            "--set=events=[{at: 100ms, kill: server}, {at: 200ms, start: server}]",
            status=4,
            **{"load.rate": "50/s", "load.connections": 0, "load.duration": "500ms"},
        )
        self.assertEqual(result.json["timeline"][1]["error"], "it was not ready in time")

    def test_a_signal_that_it_does_not_know(self):
        result = self.serve(
            command(script("knows_none.py")),
            "--set=events={at: 0s, signal: HUP, to: server}",
            status=4,
        )
        said = " ".join(remark["text"] for remark in result.json["remarks"])
        self.assertIn("SIGHUP, which an event had sent.", said)
        self.assertNotIn("by itself", said)

    def test_it_is_ended_and_started_again(self):
        path = script("again.py", before="print('I begin', flush=True)")
        for event in ("kill: server", "signal: TERM, to: server"):
            with self.subTest(event):
                result = self.serve(
                    command(path),
                    "--set=events=[{at: 100ms, " + event + "}, {at: 150ms, start: server}]",
                    **{"load.connections": 0, "load.rate": "200/s", "load.duration": "2s"},
                )
                self.assertEqual(self.command_of(result)["tail"].count("I begin"), 2)
                self.assertIn("server.restart", result.json["metrics"])
                self.assertLess(result["server.restart.longer"], result["server.restart"])
                self.assertGreater(result["connections.completed"], 0)

    def test_the_line_of_one_before_is_not_its_own(self):
        words = "sh -c 'echo I begin; [ -e {out}/x ] || echo I serve; : > {out}/x; exec sleep 99'"
        result = self.serve(
            words,
            "--set=events=[{at: 50ms, kill: server}, {at: 60ms, start: server}]",
            status=4,  # it did not serve again in time
            **{"server.ready": "line:I serve", "load.connections": 0, "load.duration": "1s"},
        )
        self.assertEqual(self.command_of(result)["tail"].count("I begin"), 2)
        self.assertNotIn("server.restart", result.json["metrics"])

    def test_a_client_that_has_ended_soon_after_its_start(self):
        words = "sh -c '[ -e {out}/x ] || { : > {out}/x; exec sleep 99; }'"
        events = "--set=events=[{at: 100ms, kill: client}, {at: 110ms, start: client}]"
        for _ in range(3):
            result = self.load_by(words, events, status=1)  # nothing was opened
            self.assertIn("client.restart", result.json["metrics"])
            self.assertEqual(result["client.command.status"], 0)

    # ---- TLS ----

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_verifies_finwait(self):
        result = self.load_by("curl -sS --cacert {ca} -o /dev/null {url}", transport="tls")
        self.assertEqual(result["client.command.status"], 0)
        self.assertEqual(result["server.tls.handshakes"], 1)

    def test_finwait_verifies_pythons(self):
        once = (
            "import ssl; context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); "
            "context.load_cert_chain(os.environ['FINWAIT_CERT'], sys.argv[2]); "
            "listener = context.wrap_socket(listener, server_side=True)"
        )
        result = self.serve(
            command(script("tls.py", once=once), "{key}"),
            transport="tls",
            **{"client.tls.verify": "on", "client.program": "connect send recv wait-fin close"},
        )
        self.assertEqual(result["client.tls.handshakes"], N)
        self.assertEqual(result["connections.completed"] + result["connections.failed"], N)

    # ---- this host ----

    def test_it_runs_on_this_host(self):
        port = ft.free_port()
        result = self.serve(
            command(script("here.py", once=DAEMONISE)), lab="host", **{"server.port": port}
        )
        self.assertEqual(result["connections.completed"], N)

    def test_a_port_that_another_has(self):
        with servers.listening() as listener:
            self.refuse(
                command(script("late.py")),
                "another program listens on",
                lab="host",
                **{"server.port": listener.getsockname()[1]},
            )

    # ---- the machine's devices ----

    def assert_devices_stay(self, **settings):
        """It makes its own file there, lest a test that fails remove what is the machine's."""
        there = f"/dev/finwait-test-{uuid.uuid4()}"
        self.addCleanup(lambda: os.path.exists(there) and os.unlink(there))
        words = command(script("devices.py", before=DEVICES), there)
        result = self.serve(words, **settings)
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(self.command_of(result)["tail"], "EROFS\nall well\n")

    def test_devices_stay(self):
        self.assert_devices_stay()

    def test_devices_stay_on_this_host(self):
        if self.user != 0:
            self.skipTest("who is not root has no mounts of its own there")
        self.assert_devices_stay(lab="host", **{"server.port": ft.free_port()})

    # ---- whatever happens ----

    def test_its_keeper_is_killed(self):
        arguments = [*ft.as_arguments({"client.command": "sleep 99"}), "--format=verbose"]
        process = ft.popen(arguments, user=self.user)
        ft.wait_until(lambda: programs(process.mark, "sleep"), "it is kept")
        os.kill(programs(process.mark, "finwait-keeper")[0], signal.SIGKILL)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assertIn("with its keeper, which was killed", ended.stdout)
        self.assertNotIn("before the load began", ended.stdout)
        self.assert_nothing_left(process.mark)

    def test_finwait_is_killed(self):
        once = DAEMONISE + WRITE
        settings = {**LOAD, "server.command": command(script("orphan.py", once=once))}
        there = ft.PLACE.directory(self.user)
        with unittest.mock.patch.dict(os.environ, {"TMPDIR": there}):
            process = ft.popen(
                [*ft.as_arguments({**settings, "settle": "60s"}), "--json"], user=self.user
            )
        ft.wait_until(lambda: len(ft.processes_of(process.mark)) > 5, "it runs")
        process.kill()
        ft.finish(process)
        self.assert_nothing_left(process.mark)
        self.assertEqual(os.listdir(there), [])


class Root(Commands, ft.LabTestCase):
    pass


class Nobody(Commands, ft.UnprivilegedLabTestCase):
    pass


if __name__ == "__main__":
    ft.main()
