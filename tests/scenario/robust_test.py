"""What surrounds a run: batches, signals, readers that go away, names, this host's addresses."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import finwait_test as ft

ENDLESS = {"load.duration": "1h", "load.concurrency": 10}
WORKERS = {"client.workers": 2, "server.workers": 2}


def read_result(*parts):
    with open(os.path.join(*parts, "result.json"), encoding="utf-8") as file:
        return ft.Result(json.load(file))


def scenario(name, *lines):
    return ft.PLACE.write(f"{name}.yaml", "\n".join([f"name: {name}", *lines, ""]))


@contextlib.contextmanager
def closing_server():
    """On 127.0.0.1 of this host: reads a request of 10 bytes, answers as many and closes."""

    def serve():
        with contextlib.suppress(OSError):  # shut down below
            while True:
                with listener.accept()[0] as connection:
                    connection.recv(10, socket.MSG_WAITALL)
                    connection.sendall(b"x" * 10)

    with socket.create_server(("127.0.0.1", ft.free_port()), backlog=128) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextlib.contextmanager
def running(*arguments, **how):
    """A run that does not outlive the test, whatever becomes of that."""
    process = ft.popen(arguments, **how)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            pipe.close()


def under_load(process, processes):
    """Wait for all its processes: the conductor (of a batch: both) and the workers."""

    def there():
        return len(ft.processes_of(process.mark)) >= processes or process.poll() is not None

    ft.wait_until(there, "the roles run")
    if process.poll() is not None:
        raise AssertionError(f"ended before: {ft.finish(process)}")


# ---- several scenarios ----


class Batch(ft.UnprivilegedLabTestCase):
    def run_all(self, *arguments):
        process = ft.popen(["run", "--quiet", "--format=verbose", *arguments], user=self.user)
        ended = ft.finish(process)
        self.assert_nothing_left(process.mark)
        return ended

    def test_a_private_lab_does_not_hide_this_host(self):
        private = scenario("in-private", "load: {connections: 20}", "settle: 0s")
        with closing_server() as port:
            host = scenario(
                "on-host",
                f"lab: host\nserver: {{at: '127.0.0.1:{port}'}}",
                "protocol: raw\nrequest: {size: 10}\nresponse: {size: 10}",
                "client: {program: connect send recv wait-fin close}",
                "load: {connections: 20}\nsettle: 0s",
            )
            for files in ((private, host), (host, private), (private, host, private)):
                with self.subTest(files):
                    out = [] if len(files) == 3 else ["--out", ft.PLACE.directory(owner=self.user)]
                    ended = self.run_all(*files, *out)
                    self.assertEqual(ended.status, 0, ended)
                    for name in ("in-private", "on-host") if out else ():
                        result = read_result(out[1], name)
                        self.assertEqual(result.outcomes("client"), {"done": 20}, name)
                        self.assertEqual(result.json["environment"]["euid"], str(self.user))

    def test_the_status_is_the_worst(self):
        short = ["load: {connections: 5}", "settle: 0s"]
        met = scenario("met", *short)
        unmet = scenario("unmet", *short, "expect: [connections.failed > 0]")
        missed = scenario("missed", "load: {rate: 2000000/s, duration: 50ms}", "settle: 0s")
        with socket.create_server(("127.0.0.1", ft.free_port())) as taken:
            port = taken.getsockname()[1]
            impossible = scenario(
                "impossible", *short, f"lab: host\nserver: {{port: {port}}}"
            )
            cases = (
                ((met, met), 0, 2),
                ((met, unmet, met), 1, 3),
                ((unmet, impossible, met), 3, 1),
                ((met, missed, unmet), 4, 2),
            )
            for files, status, reports in cases:
                with self.subTest(files):
                    ended = self.run_all(*files)
                    self.assertEqual(ended.status, status, ended)
                    self.assertEqual(ended.stdout.count("\n  5 attempted"), reports, ended)
                    self.assertEqual("EADDRINUSE" in ended.stderr, status == 3, ended)

    def test_what_to_do_about_a_port_that_is_taken(self):
        """With the option set it is not what is lacking."""
        with socket.create_server(("127.0.0.1", ft.free_port())) as taken:
            settings = {"lab": "host", "server.port": taken.getsockname()[1]}
            for value, advice in (("off", "or set server.sockopt.reuseaddr"), ("on", "(both must)")):
                with self.subTest(value):
                    ended = ft.run(
                        {**settings, "server.sockopt.reuseaddr": value, "load.connections": 1},
                        user=self.user,
                    )
                    self.assertEqual(ended.status, 3, ended)
                    self.assertIn("EADDRINUSE", ended.stderr)
                    self.assertIn(advice, ended.stderr)

    def test_what_to_do_about_a_port_that_takes_a_capability(self):
        """Told before anything begins, of either side; in a private lab it takes none."""
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
            first = int(file.read())
        if first <= 1:
            self.skipTest("here none does")
        least = {"load.connections": 1, "settle": "0s"}
        for path, more in (
            ("server.port", {}),
            ("server.port", {"ip": "v6"}),
            ("client.port", {"server.port": ft.free_port()}),
        ):
            with self.subTest(path, **more):
                settings = {"lab": "host", path: 1, **more, **least}
                ended = ft.run(settings, user=self.user)
                self.assertEqual((ended.status, ended.stdout), (3, ""), ended)
                for said in (
                    f"--set {path}=1: {path}: bind port 1: EACCES",
                    f"ip_unprivileged_port_start, {first} here",
                    "CAP_NET_BIND_SERVICE",
                ):
                    self.assertIn(said, ended.stderr)
        at = {"lab": "host", "server.at": "127.0.0.1:1", "load.may_fail": "yes"}
        self.assertEqual(ft.run({**at, **least}, user=self.user).status, 0)
        if ft.private_lab_refusal(self.user) == "":
            for path in ("server.port", "client.port"):
                ended = ft.run({path: 1, **least}, user=self.user)
                self.assertEqual(ended.result["connections.completed"], 1, ended)

    def test_a_signal_ends_it(self):
        """Whether it reaches the program alone or, as Ctrl-C does, all of its group."""
        first = scenario("cut-first", "load: {duration: 1h}")
        second = scenario("cut-second", "load: {connections: 5}")
        for number, send in (
            (signal.SIGTERM, os.kill),
            (signal.SIGINT, os.kill),
            (signal.SIGINT, os.killpg),
            (signal.SIGTERM, os.killpg),
        ):
            with self.subTest(number=number.name, send=send.__name__):
                out = ft.PLACE.directory(owner=self.user)
                arguments = ["run", first, second, "--quiet", "--out", out]
                with running(*arguments, user=self.user, start_new_session=True) as process:
                    under_load(process, 4)
                    send(process.pid, number)
                    ended = ft.finish(process)
                self.assertEqual(ended.status, 4, ended)
                self.assert_nothing_left(process.mark)
                self.assertTrue(read_result(out, "cut-first").json["partial"])
                self.assertEqual(os.listdir(out), ["cut-first"])

    def test_no_two_results_in_one_place(self):
        twins = [ft.PLACE.write(f"twin-{i}.yaml", "name: twin\n") for i in range(2)]
        out = ft.PLACE.directory(owner=self.user)
        ended = self.run_all(*twins, "--out", out)
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)
        self.assertIn("'twin'", ended.stderr)
        self.assertEqual(os.listdir(out), [])

    def test_twins_without_out(self):
        twin = scenario("free-twin", "load: {connections: 5}", "settle: 0s")
        ended = self.run_all(twin, twin)
        self.assertEqual((ended.status, ended.stdout.count("\n  5 attempted")), (0, 2), ended)


# ---- this host's addresses ----


class Sources(ft.TestCase):
    def check(self, name, lines, *arguments):
        file = scenario(name, *lines)
        return file, ft.finwait("check", file, *arguments)

    def check_refused(self, name, lines, line, *arguments):
        file, ended = self.check(name, lines, *arguments)
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)
        self.assertRegex(ended.stderr, rf"{file}:{line}:\d+: .*client\.addresses")

    @unittest.skipUnless(ft.has_ipv6_loopback(), "no IPv6 loopback here")
    def test_ipv6_on_this_host(self):
        settings = {"lab": "host", "ip": "v6", "server.port": ft.free_port("::1")}
        result = self.run_checked({**settings, "load.connections": 50, "settle": "0s"})
        self.assertEqual(result.outcomes("client"), {"done": 50})
        self.assertEqual(result.json["scenario"]["client.addresses"], "1")

    def test_more_than_there_are(self):
        lines = ["ip: v6", "lab: host", "client:", "  addresses: 2"]
        self.check_refused("two-of-v6", lines, 5)
        _, ended = self.check("one-of-v6", ["ip: v6", "lab: host", "client: {addresses: 1}"])
        self.assertEqual(ended.status, 0, ended)

    def target(self, address):
        program = "  program: connect send recv wait-fin close"
        return ["lab: host", f"server: {{at: '{address}'}}", "client:", program, "  addresses: 3"]

    def test_more_than_there_are_for_a_target(self):
        lines = self.target("192.0.2.1:80")
        self.check_refused("three-far", lines, 6, "--i-may-load-this-target")

    def test_loopback_has_as_many_as_one_likes(self):
        _, ended = self.check("three-near", self.target("127.0.0.1:80"))
        self.assertEqual(ended.status, 0, ended)


class Remote(ft.LabTestCase):
    """A server.at that is not a loopback address: the program in one namespace, and a neighbour in
    another.  Both belong to a user namespace made for them, and end with the program."""

    HOST = """
        PATH=$PATH:/usr/sbin:/sbin
        set -e
        ip link set lo up
        unshare -n "$0" "$1" &
        here=$(readlink /proc/$$/ns/net)
        until [ "$(readlink /proc/$!/ns/net)" != "$here" ]; do sleep 0.02; done
        ip link add near type veth peer name far netns $!
        ip addr add 192.0.2.1/24 dev near
        ip link set near up
        reach='import socket; socket.create_connection(("192.0.2.2", 8080), 1)'
        until "$0" -c "$reach" 2>/dev/null; do sleep 0.02; done
        shift
        exec "$@"
    """

    NEIGHBOUR = """
import contextlib, os, socket, subprocess, time

parent = os.getppid()
while "far" not in dict(socket.if_nameindex()).values() and os.getppid() == parent:
    time.sleep(0.02)
for words in ("link set far up", "addr add 192.0.2.2/24 dev far"):
    subprocess.run(["ip", *words.split()], check=True)
listener = socket.create_server(("192.0.2.2", 8080), backlog=128)
listener.settimeout(1)
while os.getppid() == parent:
    with contextlib.suppress(OSError), listener.accept()[0] as connection:
        connection.settimeout(10)
        connection.recv(10, socket.MSG_WAITALL)
        connection.sendall(b"x" * 10)
"""

    def load(self, at, connections):
        """What became of a load on it, with an expectation of the server's sockets."""
        settings = {
            "lab": "host",
            "server.at": at,
            "protocol": "raw",
            "request.size": 10,
            "response.size": 10,
            "client.program": "connect send recv wait-fin close",
            "load.connections": connections,
            "load.concurrency": 4,
            "settle": "0s",
        }
        neighbour = ft.PLACE.write("neighbour.py", self.NEIGHBOUR)
        ended = subprocess.run(
            ["unshare", "-Urn", "sh", "-c", self.HOST, sys.executable, neighbour, ft.BINARY]
            + [*ft.as_arguments(settings), "--json", "--i-may-load-this-target"]
            + ["--expect=server.close_wait.final == 0"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=ft.PATIENCE,
            check=False,
            text=True,
        )
        self.assertEqual((ended.returncode, ended.stderr), (1, ""), ended)
        result = ft.Result(json.loads(ended.stdout))
        # Its sockets are not here: what they did is not known, and no expectation holds of it.
        self.assertNotIn("observations", result.json["server"])
        self.assertNotIn("final", result.json["server"])
        self.assertEqual(result.json["expectations"][0]["verdict"], "unmeasured")
        return result

    def test_it_is_reached(self):
        result = self.load("192.0.2.2:8080", 50)
        self.assertEqual(result.outcomes("client"), {"done": 50})
        self.assertIn("sockets.unobserved", [remark["id"] for remark in result.json["remarks"]])

    def test_nobody_is_there(self):
        result = self.load("192.0.2.77:8080", 4)
        self.assertEqual(result.outcomes("client"), {"error": 4})
        remark = result.remark("errno.met")
        self.assertEqual(remark["certainty"], "likely")
        self.assertEqual(remark["evidence"]["client.errors.EHOSTUNREACH"], 4)


# ---- signals ----


class Signals(ft.LabTestCase):
    def ends_with_its_inspection(self, command):
        """The command's shell is one more process than the conductor and the workers."""
        out = ft.PLACE.directory(owner=self.user)
        settings = {"load.connections": 5, "settle": "0s"}
        arguments = [*ft.as_arguments(settings), "--out", out, "--quiet", "--inspect", command]
        with running(*arguments, user=self.user) as process:
            ft.wait_until(lambda: self.inspecting(process), "the command runs")
            process.send_signal(signal.SIGTERM)
            ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(process.mark)
        result = read_result(out)
        self.assertTrue(result.json["partial"])
        self.assertEqual(result.json["cut_by"], "SIGTERM")

    def inspecting(self, process):
        for pid in ft.processes_of(process.mark):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
                if b"FINWAIT_HOST=client" in file.read():
                    return True
        return False

    def test_a_command_that_waits(self):
        self.ends_with_its_inspection("sleep 3600")

    def test_a_command_that_never_stops_talking(self):
        self.ends_with_its_inspection("yes")

    def test_a_command_that_ignores_it(self):
        self.ends_with_its_inspection("trap '' TERM INT HUP; sleep 3600 & sleep 3600")

    def test_one_that_goes_away(self):
        self.ends_with_its_inspection("setsid sleep 3600 & (setsid sleep 3600 &); sleep 3600")

    def test_the_first_that_is_heard_ends_it(self):
        """From the moment it no longer kills: nothing is begun after it."""
        for _ in range(10):
            arguments = [*ft.as_arguments(ENDLESS), "--quiet"]
            with running(*arguments, user=self.user) as process:
                while not ft.catches(process.pid, signal.SIGINT) and process.poll() is None:
                    pass
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    self.fail("the run goes on after SIGINT")
                self.assertEqual(process.returncode, 4)

    def test_at_any_moment(self):
        """No result is half written, none is lost, and it is never the signal that ends it."""
        chance = random.Random(4)
        seen = set()
        for i in range(40):
            out = ft.PLACE.directory(owner=self.user)
            arguments = ft.as_arguments({"load.connections": 100, "settle": "20ms"})
            with running(*arguments, "--out", out, "--json", user=self.user) as process:
                while not ft.catches(process.pid, signal.SIGINT) and process.poll() is None:
                    pass
                time.sleep(chance.uniform(0, 0.15))
                for _ in range(1 + i % 2):
                    process.send_signal(signal.SIGINT)
                ended = ft.finish(process)
            self.assertIn(ended.status, (0, 4), ended)
            self.assert_nothing_left(process.mark)
            self.assertEqual(read_result(out).json, ended.result.json)
            self.assertEqual(ended.result.json["partial"] and ended.status == 0, False)
            seen.add(ended.status)
        self.assertIn(4, seen)

    def test_ignored_ones_stay_ignored(self):
        """As below nohup(1)."""
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            settings = {"load.connections": 20, "settle": "500ms"}
            process = ft.popen([*ft.as_arguments(settings), "--json"], user=self.user)
        finally:
            signal.signal(signal.SIGHUP, before)
        under_load(process, 3)
        for pid in ft.processes_of(process.mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGHUP)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 0, ended)
        self.assertFalse(ended.result.json["partial"])
        self.assertEqual(ended.result.outcomes("client"), {"done": 20})

    def test_the_whole_group_is_told(self):
        """As by timeout(1): the workers leave it to the conductor."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number.name):
                arguments = [*ft.as_arguments({**ENDLESS, **WORKERS}), "--json"]
                with running(*arguments, user=self.user, start_new_session=True) as process:
                    under_load(process, 5)
                    os.killpg(process.pid, number)
                    ended = ft.finish(process)
                self.assertEqual(ended.status, 4, ended)
                self.assert_nothing_left(process.mark)
                result = ended.result
                for side in ("client", "server"):
                    self.assertNotIn("killed", result.outcomes(side))
                    self.assertEqual(result[f"{side}.workers_died"], 0)
                self.assertNotIn("workers.lost", result.remark_ids())

    def test_a_cut_is_no_disagreement(self):
        """What ends well after the counters' last value is not held against them."""
        for _ in range(5):
            with running(*ft.as_arguments(ENDLESS), "--json", user=self.user) as process:
                under_load(process, 3)
                process.send_signal(signal.SIGTERM)
                ended = ft.finish(process)
            self.assertEqual(ended.status, 4, ended)
            self.assertEqual(ended.result.disagreements, [])


# ---- readers that go away ----


class Readers(ft.LabTestCase):
    def test_one_that_has_gone(self):
        for flags in (["--json"], []):
            with self.subTest(flags):
                out = ft.PLACE.directory(owner=self.user)
                settings = {"load.connections": 20, "settle": "0s"}
                ours, theirs = os.pipe()
                process = ft.popen(
                    [*ft.as_arguments(settings), "--quiet", "--out", out, *flags],
                    user=self.user,
                    stdout=theirs,
                )
                os.close(ours)
                os.close(theirs)
                ended = ft.finish(process)
                self.assertEqual((ended.status, ended.stderr), (-signal.SIGPIPE, ""))
                self.assertEqual(read_result(out).outcomes("client"), {"done": 20})

    def test_one_that_goes_in_the_middle(self):
        """As head(1): there is more than a pipe holds, 64 KiB (pipe(7))."""
        out = ft.PLACE.directory(owner=self.user)
        settings = {"load.connections": 20, "settle": "6s", "sample.every": "1ms"}
        process = ft.popen([*ft.as_arguments(settings), "--json", "--out", out], user=self.user)
        self.assertEqual(len(os.read(process.stdout.fileno(), 10)), 10)
        process.stdout.close()
        process.stdout = None
        ended = ft.finish(process)
        self.assertGreater(os.path.getsize(os.path.join(out, "result.json")), 65536)
        self.assertEqual((ended.status, ended.stderr), (-signal.SIGPIPE, ""))
        self.assertEqual(read_result(out).outcomes("client"), {"done": 20})


class Background(ft.LabTestCase):
    def test_what_a_command_leaves_behind_is_not_waited_for(self):
        command = "sleep 3600 & echo hi"
        port = ft.free_port()
        for lab in ({}, {"lab": "host", "server.port": port}):
            with self.subTest(lab):
                result = self.run_checked(
                    {"load.connections": 5, "settle": "0s", **lab}, "--inspect", command
                )
                for seen in result.listed("inspections"):
                    self.assertEqual((seen["status"], seen["output"]), (0, "hi\n"))
                self.assertEqual(len(result.listed("inspections")), 1 if lab else 2)


# ---- workers and descriptors ----


class Workers(ft.LabTestCase):
    def test_a_dead_workers_listener_is_gone(self):
        """Each has its own (SO_REUSEPORT) and it ends with its owner: nobody waits in its queue."""
        settings = {
            "order": "server-first",
            "server.sockopt.reuseport": "on",
            "server.workers": 2,
            "load.rate": "300/s",
            "load.duration": "4s",
            "load.timeout": "1s",
            "settle": "0s",
        }
        for victim in range(2):
            arguments = [*ft.as_arguments(settings), "--json"]
            with self.subTest(victim), running(*arguments, user=self.user) as process:
                under_load(process, 4)
                serving = ft.wait_until(lambda: self.serving(process), "both servers listen")
                time.sleep(1)  # in the midst of the load
                os.kill(serving[victim], signal.SIGKILL)
                ended = ft.finish(process)
                self.assertEqual(ended.status, 4, ended)
                result = ended.result
                self.assertEqual(result["server.workers_died"], 1)
                self.assertEqual(result["client.outcome.timeout"], 0, result.outcomes("client"))
                self.assertGreater(result["client.outcome.done"], 900)

    def serving(self, process):
        workers = sorted(pid for pid in ft.children_of(process.pid) if ft.listens(pid))
        return workers if len(workers) == 2 else None

    def test_a_leak_for_as_long_as_one_likes(self):
        """It is not known how many there will be: as many descriptors as there are will do."""
        settings = {
            "order": "server-leak",
            "load.connections": 0,
            "load.duration": "3m",
            "load.concurrency": 4,
        }
        out = ft.PLACE.directory(owner=self.user)
        arguments = [*ft.as_arguments(settings), "--out", out]
        with ft.Terminal(arguments, user=self.user, nofile=1024) as terminal:
            terminal.wait_for(r"load +[1-9]")
            terminal.process.send_signal(signal.SIGINT)
            ended = terminal.finish()
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(terminal.process.mark)
        self.assertGreater(read_result(out)["connections.attempted"], 0)


# ---- names ----


class Names(ft.TestCase):
    def shipped(self, *arguments, cwd):
        ended = ft.finwait(*arguments, cwd=cwd)
        self.assertEqual(ended.status, 0, ended)
        return ended.stdout

    def test_what_lies_about_does_not_hide_what_ships(self):
        here = ft.PLACE.directory()
        expected = self.shipped("show", "server-first", cwd=here)
        listed = self.shipped("list", "scenarios", cwd=here)
        self.assertIn("server-first", listed)
        os.mkdir(os.path.join(here, "configs"))
        os.mkdir(os.path.join(here, "server-first"))
        with open(os.path.join(here, "configs", "mine.yaml"), "w", encoding="utf-8") as file:
            file.write("name: mine\n")
        self.assertEqual(self.shipped("show", "server-first", cwd=here), expected)
        self.assertEqual(self.shipped("list", "scenarios", cwd=here), listed)
        self.shipped("check", "configs/mine.yaml", cwd=here)

    def test_a_name_that_leads_elsewhere(self):
        for name in ("../evil", "..", ".", "/evil", "a//b"):
            with self.subTest(name):
                file = ft.PLACE.write("evil.yaml", f"about: evil\nname: {name}\n")
                for command in ("check", "run"):
                    ended = ft.finwait(command, file)
                    self.assertEqual(ended.status, 2, ended)
                    self.assert_nothing_started(ended)
                    self.assertRegex(ended.stderr, rf"{file}:2:\d+: ")


# ---- progress, and who ran it ----


class Progress(ft.LabTestCase):
    def test_a_line_about_every_two_seconds(self):
        settings = {"load.connections": 10, "settle": "9s"}
        began = time.monotonic()
        ended = ft.finwait(*ft.as_arguments(settings), user=self.user)
        self.assertEqual(ended.status, 0, ended)
        most = (time.monotonic() - began) / 2 + 1  # a busy machine takes longer than 9 s
        self.assertTrue(3 <= len(ended.stderr.splitlines()) <= most, ended)

    def test_it_fits_the_terminal(self):
        settings = {"load.duration": "1500ms", "settle": "500ms"}
        arguments = ft.as_arguments(settings)
        with ft.Terminal(arguments, columns=60, user=self.user) as terminal:
            ended = terminal.finish()
        self.assertEqual(ended.status, 0, ended)
        self.assertNotIn("\n", terminal.screen)
        lines = terminal.screen.replace("\033[K", "").split("\r")
        self.assertGreater(len(lines), 4)
        self.assertLessEqual(max(map(len, lines)), 60, lines)
        self.assertGreater(max(map(len, lines)), 30, "there was something to leave out")


class Environment(ft.UnprivilegedLabTestCase):
    def test_the_user_is_the_one_outside(self):
        settings = {"load.connections": 5, "settle": "0s"}
        result = self.run_checked(settings)
        self.assertEqual(result.json["environment"]["euid"], str(self.user))
        result = self.run_checked({**settings, "lab": "host", "server.port": ft.free_port()})
        self.assertEqual(result.json["environment"]["euid"], str(self.user))


if __name__ == "__main__":
    ft.main()
