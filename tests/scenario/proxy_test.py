"""A proxy of somebody else's between finwait's client and finwait's server: its ends are its own."""

import os
import shutil
import signal
import unittest

import finwait_test as ft

N = 200
SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
HAPROXY = shutil.which("haproxy", path=SBIN)
NGINX = shutil.which("nginx", path=SBIN)
PYTHON = shutil.which("python3", path="/usr/bin:/bin")
LOAD = {
    "load.connections": N,
    "load.concurrency": 4,
    "settle": "300ms",
    "client.program": "connect send recv wait-fin close",
}
SERVES = {"server.program": "accept recv send close"}

HAPROXY_CONF = """
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    {options}
frontend in
    bind "${{FINWAIT_HOST_PORT}}"
    {frontend}
    default_backend up
backend up
    server s "${{FINWAIT_UPSTREAM}}"
"""
NGINX_CONF = """
user root;
pid nginx.pid;
error_log stderr;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 8081;
        location / {{ proxy_pass http://198.19.0.1:8080; }}
    }}
}}
"""

# A proxy of bytes; `after` is what it does with its two ends once the server has answered.
RELAY = """
import os, socket, sys
host, _, port = os.environ["FINWAIT_UPSTREAM"].rpartition(":")
listener = socket.create_server(("", int(os.environ["FINWAIT_PORT"])), backlog=512)
kept = []
while True:
    front, _ = listener.accept()
    request = front.recv(65536)
    {answer}
    front.close()
"""
RELAYED = """back = socket.create_connection((host, int(port)))
    back.sendall(request)
    front.sendall(back.recv(65536))
    {after}"""
ANSWER = (
    'front.sendall(b"HTTP/1.1 {status}\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")'
)


def haproxy(options, frontend=""):
    file = ft.PLACE.write("haproxy.cfg", HAPROXY_CONF.format(options=options, frontend=frontend))
    return f"{HAPROXY} -q -db -f {file}"


def relay(after="back.recv(1); back.close()", answer=None):
    """By default the server is to close first."""
    body = answer or RELAYED.format(after=after)
    return f"{PYTHON} -u " + ft.PLACE.write("relay.py", RELAY.format(answer=body))


class Mistakes(ft.TestCase):
    """What is refused before anything runs."""

    def test_what_is_for_a_proxy(self):
        self.mistaken("proxy.port says something of proxy.command", **{"proxy.port": 9})
        self.mistaken("{upstream} is the proxy's alone", **{"server.command": "x {upstream}"})
        self.mistaken("kill proxy, but the proxy is not played here", events="{kill: proxy}")

    def test_nothing_is_foreseen(self):
        file = ft.PLACE.write("shown.yaml", "name: shown\nproxy: {command: x}\n")
        ended = ft.finwait("show", file)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("a proxy stands between the two programs", ended.stderr)

    def test_what_cannot_be(self):
        proxy = {"proxy.command": "x"}
        self.mistaken("client.to", **proxy, **{"client.to": "198.19.0.1:8081"})
        self.mistaken("server.at", **proxy, **{"server.at": "127.0.0.1:1", "lab": "host"})
        self.mistaken("proxy.port and server.port are 9", **proxy, **{"server.port": 9, "proxy.port": 9})


class Proxies:
    """What is so for every user."""

    def play(self, words, *arguments, status=0, **settings):
        return self.run_checked(
            {**LOAD, **SERVES, "proxy.command": words, **settings}, *arguments, status=status
        )

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_haproxy(self):
        result = self.play(haproxy("option http-server-close"))
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result["server.opened"], N)
        self.assertEqual(result["client.http.2xx"], N)
        self.assertIn("a proxy stands between", result.json["unpredicted"])
        self.assertEqual(result.json["proxy"]["command"]["argv"][0], HAPROXY)
        self.assertFalse(result.json["proxy"]["command"]["by_itself"])
        self.assertNotIn("counters", result.json["server"])
        self.assertEqual(result["proxy.counter.TcpPassiveOpens"], 2 * N)

    @unittest.skipUnless(NGINX, "no nginx")
    def test_nginx(self):
        out = ft.PLACE.directory(self.user)
        conf = ft.PLACE.write("nginx.conf", NGINX_CONF.format())
        words = f"{NGINX} -e stderr -p {out} -c {conf} -g 'daemon off;'"
        result = self.play(words, f"--out={out}", **{"proxy.ready_within": "30s"})
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result["server.opened"], N)
        self.assertTrue(os.path.exists(os.path.join(out, "proxy.log")))

    def test_both_sides_are_commands_too(self):
        words = f"{PYTHON} -m http.server {{port}}"
        client = f"{PYTHON} -c 'import urllib.request as r; r.urlopen(\"{{url}}\").read()'"
        settings = {"settle": "100ms", "server.command": words, "client.command": client}
        whole = RELAYED.format(after="back.close()").replace(
            "front.sendall(back.recv(65536))",
            "[front.sendall(part) for part in iter(lambda: back.recv(65536), b'')]",
        )
        result = self.run_checked({**settings, "proxy.command": relay(answer=whole)})
        self.assertEqual(result["client.command.status"], 0)
        self.assertEqual(result["proxy.counter.TcpPassiveOpens"], 2)

    # ---- whose sockets are whose ----

    def assert_final(self, result, **ends):
        """The sockets that are left, of every end; TIME_WAITs too, for nobody's ports come again."""
        for end in ("client", "server", "proxy.front", "proxy.back"):
            part, _, sub = end.partition(".")
            states = (result.json[part][sub] if sub else result.json[part])["final"]["states"]
            left = {name: n for name, n in states.items() if n > 0 and name != "listen"}
            self.assertEqual(left, ends.get(end.replace(".", "_"), {}), end)

    def test_a_leak_at_the_back_is_the_proxys(self):
        result = self.play(relay("kept.append(back)"))
        self.assert_final(
            result,
            proxy_front={"time_wait": N},
            proxy_back={"close_wait": N},
            server={"fin_wait2": N},
        )
        self.assertEqual(result["proxy.back.close_wait.peak"], N)
        self.assertEqual(result["server.close_wait.peak"], 0)
        leak = [row for row in result.json["owners"] if row["state"] == "close_wait"]
        self.assertEqual([(row["side"], row["count"]) for row in leak], [("proxy.back", N)])
        self.assertEqual(leak[0]["pid_inside"], 2)
        self.assertEqual(result.remark("close_wait.leak")["side"], "proxy")
        self.assertEqual(result["closed_first.proxy"], N)

    def test_a_leak_at_the_front_is_the_proxys(self):
        """The client has closed, and the proxy has not."""
        words = relay("back.recv(1); back.close(); kept.append(os.dup(front.fileno()))")
        result = self.play(words, **{"client.program": "connect send recv close"})
        self.assert_final(
            result,
            client={"fin_wait2": N},
            proxy_front={"close_wait": N},
            server={"time_wait": N},
        )

    def test_a_leak_at_the_server_is_the_servers(self):
        result = self.play(relay("back.close()"), **{"server.program": "accept recv send hold"})
        self.assert_final(
            result,
            proxy_front={"time_wait": N},
            proxy_back={"fin_wait2": N},
            server={"close_wait": N},
        )
        self.assertNotIn("proxy", [r.get("side") for r in result.json["remarks"] if "leak" in r["id"]])

    def test_in_the_machines_own_network(self):
        settings = {"lab": "host", "server.port": ft.free_port(), "proxy.port": ft.free_port()}
        result = self.play(relay("kept.append(back)"), **settings)
        self.assert_final(
            result,
            proxy_front={"time_wait": N},
            proxy_back={"close_wait": N},
            server={"fin_wait2": N},
        )

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_haproxy_closes_the_front_first(self):
        result = self.play(haproxy("option httpclose"))
        self.assertEqual(result["closed_first.proxy"], N)
        self.assertEqual(result["proxy.front.time_wait.final"], N)
        self.assertEqual(result["proxy.back.time_wait.peak"], 0)
        self.assertLess(result["proxy.counter.TcpOutRsts"], N / 2)

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_haproxy_with_nolinger(self):
        """SO_LINGER 0 ends the front by RST, if the client's FIN has not come by then: no TIME_WAIT."""
        slow = {
            "client.program": "connect send recv pause(100ms) wait-fin close",
            "load.concurrency": 50,
        }
        result = self.play(haproxy("option httpclose", "option nolinger"), **slow)
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result["closed_first.proxy"], N)
        resets = result["client.counter.TcpEstabResets"]
        self.assertGreater(resets, N / 2)
        self.assertGreaterEqual(result["proxy.counter.TcpOutRsts"], resets)
        self.assertLessEqual(result["proxy.front.time_wait.peak"], N - resets)
        self.assertEqual(result["client.time_wait.peak"], 0)
        self.assertGreater(result["server.time_wait.final"], 0)

    def test_one_that_does_not_accept(self):
        listen = "import os, socket, time; s = socket.create_server((str(), 8081), backlog=512)"
        words = f"{PYTHON} -c '{listen}; time.sleep(99)'"
        result = self.play(words, status=1, **{"client.program": "connect close"})
        self.assertEqual(result["proxy.front.close_wait.unaccepted"], N)
        self.assertEqual(result["proxy.front.accept_queue.final"], N)
        remark = result.remark("close_wait.unaccepted")
        self.assertEqual(remark["side"], "proxy")
        self.assertIn("the client has closed, and the proxy has not accepted", remark["text"])

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_what_a_proxy_keeps_is_no_leak(self):
        """Connections to the server that lie idle for the next request."""
        programs = {
            "client.program": "connect send recv repeat(10) close",
            "server.program": "accept recv send repeat(1000) close",
        }
        result = self.play(haproxy("http-reuse always"), **programs)
        self.assertEqual(result["connections.completed"], N)
        self.assertLess(result["server.opened"], N)
        self.assertGreater(result["proxy.back.established.final"], 0)
        self.assertNotIn("connections.unfinished", result.remark_ids())

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_tls_through_it_over_ipv6(self):
        conf = haproxy("mode tcp")
        out = ft.PLACE.directory(self.user)
        settings = {"transport": "tls", "ip": "v6", "client.tls.verify": "on"}
        result = self.play(conf, "--capture=2", f"--out={out}", **settings)
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result["client.tls.handshakes"], N)
        self.assertEqual(result["server.tls.handshakes"], N)
        shown = ft.finwait("show", "--seen", out)
        self.assertRegex(shown.stdout, r"time +client +proxy\n")

    def test_a_queue_that_is_full(self):
        words = relay().replace("relay.py", "short.py")
        file = RELAY.format(answer=RELAYED.format(after="back.close()"))
        file = file.replace("backlog=512", "backlog=1").replace("import os", "import time, os")
        ft.PLACE.write("short.py", file.replace("    request =", "    time.sleep(0.01)\n    request ="))
        result = self.play(words, **{"load.connections": 24, "load.concurrency": 8})
        self.assertGreater(result["connections.completed"], 0)
        self.assertGreater(result["proxy.counter.TcpExtListenOverflows"], 0)
        text = result.remark("proxy.queue_full")["text"]
        self.assertRegex(text, r"most [012] in the proxy's, whose backlog is 1, and 0 in the server's")
        self.assertNotIn("accept_queue.full", result.remark_ids())

    # ---- what is not claimed ----

    def test_the_two_roles_have_no_connection_in_common(self):
        result = self.play(relay("back.close()"), **{"client.program": "connect send recv close"})
        for closer in ("server", "both"):
            self.assertNotIn(f"closed_first.{closer}", result.json["metrics"])
        told = result["closed_first.client"] + result["closed_first.proxy"]
        self.assertEqual(told + result["closed_first.unknown"], N)
        self.assertEqual(result.json.get("predicted", []), [])
        wrong = {"connections.miscounted", "connections.not_accepted", "rst.sent"}
        self.assertFalse(wrong & set(result.remark_ids()), result.remark_ids())

    def test_a_server_that_is_never_reached(self):
        words = relay(answer=ANSWER.format(status="503 Sorry"))
        result = self.play(words, status=1, **{"http.ok": "2xx-5xx"})
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result.listed("expectations")[0]["text"], "server.opened > 0")
        self.assertEqual(result["server.opened"], 0)
        self.assertIn("No connection came to the server", result.remark("proxy.answered")["text"])
        vacuous = "--expect=server.close_wait.final == 0"
        result = self.play(words, vacuous, status=1, **{"http.ok": "2xx-5xx"})
        self.assertEqual(result.listed("expectations")[0]["verdict"], "vacuous")
        result = self.play(words, status=1)
        self.assertEqual(result["connections.completed"], 0)
        self.assertEqual(result["client.http.5xx"], N)

    def test_a_server_that_counts_nothing_is_never_reached(self):
        words = relay(answer=ANSWER.format(status="200 Kept"))
        server = {"server.command": f"{PYTHON} -m http.server {{port}}", "settle": "100ms"}
        client = f"{PYTHON} -c 'import urllib.request as r; r.urlopen(\"{{url}}\").read()'"
        back = "--expect=proxy.back.close_wait.final == 0"
        for settings in ({**LOAD, **server}, {**server, "client.command": client}):
            result = self.run_checked({**settings, "proxy.command": words}, back, status=1)
            judged = {row["text"]: row["verdict"] for row in result.listed("expectations")}
            self.assertEqual(judged.pop("proxy.counter.TcpActiveOpens > 0"), "fail")
            self.assertEqual(list(judged.values()), ["vacuous"], judged)
            self.assertIn("No connection came to the server", result.remark("proxy.answered")["text"])
        answered = f"client.http.2xx == {N}"
        result = self.play(words, f"--expect={answered}", back, status=1)
        judged = {row["text"]: row["verdict"] for row in result.listed("expectations")}
        self.assertEqual(judged[answered], "pass")
        self.assertEqual(judged["server.opened > 0"], "fail")
        self.play(words, f"--expect={answered}", "--expect=server.opened == 0")
        settings = {**SERVES, "settle": "100ms", "proxy.command": words, "client.command": client}
        result = self.run_checked(settings, status=1)
        self.assertIn("No connection came to the server", result.remark("connections.none")["text"])

    def test_one_that_answers_a_part_itself(self):
        once = "kept.append(0)\n    if len(kept) > 1:\n        {0}\n    else:\n        {1}"
        relayed = RELAYED.format(after="back.close()").replace("\n", "\n    ")
        result = self.play(relay(answer=once.format(ANSWER.format(status="200 Kept"), relayed)))
        self.assertEqual(result["server.opened"], 1)
        self.assertIn(f"answered {N - 1} itself", result.remark("proxy.answered")["text"])

    def test_a_faults_resets_are_laid_to_the_proxy(self):
        settings = {"load.timeout": "2s", "faults": "{reset: data, toward: server}"}
        result = self.play(relay(), status=1, **settings)
        said = result.remark("closed_first")
        self.assertIn("A fault's RSTs count as the proxy's there", said["text"])
        self.assertEqual(said["certainty"], "likely")

    def test_one_that_ends(self):
        result = self.play(relay("sys.exit(3)"), status=4, **{"load.timeout": "2s"})
        self.assertEqual(result["proxy.command.status"], 3)
        self.assertTrue(result.json["proxy"]["command"]["unasked"])
        self.assertEqual(result.remark("command.ended")["side"], "proxy")

    def test_one_that_does_not_listen(self):
        words = f"{PYTHON} -c 'print(\"hm\", flush=True); import time; time.sleep(99)'"
        settings = {**LOAD, **SERVES, "proxy.command": words, "proxy.ready_within": "1s"}
        process = ft.popen([*ft.as_arguments(settings), "--json"], user=self.user)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 3, ended)
        self.assertIn("the proxy's command", ended.stderr)
        self.assertIn("did not listen within 1 s on 198.19.0.1:8081", ended.stderr)
        self.assertIn("hm", ended.stderr)
        self.assert_nothing_left(process.mark)

    def test_events_strike_it(self):
        settings = {
            "load.connections": 0,
            "load.rate": "100/s",
            "load.duration": "1500ms",
            "load.timeout": "2s",
            "events": "[{at: 300ms, kill: proxy}, {at: 500ms, start: proxy}]",
        }
        result = self.play(relay(), **settings)
        self.assertGreater(result["client.outcome.refused"], 0)
        self.assertGreater(result["connections.completed"], 0)
        self.assertEqual(result["proxy.command.status"], 128 + signal.SIGTERM)
        self.assertNotIn("error", result.listed("timeline")[1])
        refused = result.remark("connect.refused")["text"]
        self.assertIn("after the proxy had been killed", refused)

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_it_is_not_taken_for_a_server_that_is_started_again(self):
        server = ft.PLACE.write(
            "once.sh",
            'test -e "$FINWAIT_OUT/once" && exec sleep 99\n: >"$FINWAIT_OUT/once"\n'
            f'exec {PYTHON} -m http.server "$FINWAIT_PORT"\n',
        )
        settings = {
            **LOAD,
            "load.connections": 0,
            "load.rate": "20/s",
            "load.duration": "5s",
            "server.command": f"sh {server}",
            "server.ready_within": "2s",
            "events": "[{at: 100ms, kill: server}, {at: 200ms, start: server}]",
            "proxy.command": haproxy("option http-server-close"),
        }
        result = self.run_checked(settings, status=4)
        error = result.listed("timeline")[1]["error"]
        self.assertIn("did not listen within 2 s on 198.19.0.1:8080", error)

    @unittest.skipUnless(HAPROXY, "no haproxy")
    def test_one_that_an_event_has_stop_listening(self):
        settings = {
            "load.connections": 0,
            "load.rate": "100/s",
            "load.duration": "1500ms",
            "load.timeout": "2s",
            "events": "[{at: 300ms, kill: proxy}, {at: 500ms, start: proxy}, "
            "{at: 1s, signal: USR1, to: proxy}]",
        }
        result = self.play(haproxy("option http-server-close"), **settings)
        self.assertGreater(result["errors.ECONNREFUSED"], 0)  # it was asked to end, and did
        refused = result.remark("connect.refused")["text"]
        self.assertIn("nothing listened on port 8081 when the SYN arrived", refused)


class RootProxies(Proxies, ft.LabTestCase):
    pass


class NobodysProxies(Proxies, ft.UnprivilegedLabTestCase):
    pass


if __name__ == "__main__":
    ft.main()
