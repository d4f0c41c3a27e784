"""Public reports, tried on the programs that they are about: node, gunicorn and HAProxy."""

import contextlib
import os
import shutil
import subprocess
import sys
import unittest

import cases
import finwait_test as ft
from tls_peers import SBIN, nginx, running

NODE, GUNICORN, HAPROXY = (
    shutil.which(name, path=SBIN) for name in ("node", "gunicorn", "haproxy")
)


@contextlib.contextmanager
def serving(command, port, **how):
    """A program of somebody else's, once it listens on the port."""
    with running(command, cwd=ft.PLACE.path, **how) as process:
        ft.wait_until(lambda: ft.listening_on(port), f"{command[0]} listens")
        yield process


class Backlog(cases.CaseTest, ft.LabTestCase):
    """13: what bounds the accept queue, and what is told of what it dropped."""

    SHORT = {"load.connections": 256, "load.timeout": "3s"}

    def full(self, advice, not_advised, **settings):
        given = {**self.SHORT, **{f"server.{key}": value for key, value in settings.items()}}
        result = self.run_case("13-werkzeug-47-backlog", given, status=1)
        self.assert_queue_full(result, advice, not_advised)
        return result

    def test_somaxconn_binds(self):
        somaxconn = {"sysctl.net.core.somaxconn": 3}
        self.full("net.core.somaxconn", "server.backlog", **somaxconn)

    def test_a_reset_of_each_that_finds_no_room(self):
        sysctls = {"sysctl.net.ipv4.tcp_abort_on_overflow": 1, "sysctl.net.ipv4.tcp_syncookies": 0}
        result = self.full("server.backlog", "somaxconn", **sysctls)
        resets = result["server.counter.TcpExtEmbryonicRsts"]  # 0: each ACK came to room
        self.assertEqual(result["server.counter.TcpOutRsts"], resets)
        self.assertEqual(result["client.outcome.reset"], resets)
        if resets > 0:
            evidence = result.remark("rst.sent", "server")["evidence"]
            self.assertEqual(evidence["server.counter.TcpExtEmbryonicRsts"], resets)


class PythonBacklog(cases.CaseTest):
    """13b: python3 -m http.server, whose backlog is 5."""

    def test_the_listeners_own_backlog(self):
        port = ft.free_port()
        command = [sys.executable, "-m", "http.server", "--bind=127.0.0.1", str(port)]
        with serving(command, port, stderr=subprocess.DEVNULL):
            settings = {**cases.at(port), "load.connections": 256, "load.timeout": "3s"}
            result = self.run_case("13b-python-http-server", settings, status=1)
        self.assert_queue_full(result, "listen(2)", "server.backlog")


@unittest.skipUnless(GUNICORN, "gunicorn is not installed")
class Gunicorn(cases.CaseTest):
    """05b: 401 before the POST body is read; the RST of the rest may overtake the answer."""

    N = 200
    APP = """
def refuse(environ, start_response):
    start_response("401 Unauthorized", [("Content-Length", "2")])
    return [b"no"]

def drain(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""

    def load(self, app, **more):
        ft.PLACE.write("app.py", self.APP)
        port = ft.free_port()
        command = [GUNICORN, f"--bind=127.0.0.1:{port}", "--log-level=error"]
        with serving([*command, *more.pop("args", []), f"app:{app}"], port):
            settings = {**cases.at(port), "expect": "null", "load.connections": self.N, **more}
            result = self.run_case("05b-gunicorn-real", settings)
        self.assertEqual(result["connections.attempted"], self.N)
        self.assertEqual(result["closed_first.server"], self.N)
        return result

    def refused(self, **more):
        result = self.load("refuse", expect="connections.completed == 0", **more)
        self.assertEqual(result["connections.completed"], 0)
        received = result["client.messages_received"]
        self.assertEqual(result["client.http.4xx"], received)
        self.assertEqual(result["client.outcome.bad_status"], received)
        self.assertEqual(result["client.outcome.reset"], self.N - received)
        return result

    def test_an_answer_before_the_body_is_read(self):
        result = self.refused()
        self.assertEqual(result["client.errors.ECONNRESET"], self.N)
        self.assert_told(result, "rst.machine")

    def test_a_threaded_worker(self):
        self.refused(args=["--worker-class=gthread", "--threads=4"])

    def test_a_body_that_is_already_read(self):
        """One that came with the head is no reason for a RST."""
        result = self.refused(**{"request.size": "1k"})
        self.assertEqual(result["client.outcome.bad_status"], self.N)
        self.assert_untold(result, "rst.machine")

    def test_drain_before_close(self):
        result = self.load("drain")
        self.assertEqual(result["connections.completed"], self.N)
        self.assert_untold(result, "rst.machine")


@unittest.skipUnless(HAPROXY, "haproxy is not installed")
class Haproxy(cases.CaseTest):
    """06b: option nolinger on a frontend cuts responses off."""

    N = 200
    CONF = """
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
    option httpclose
frontend front
    bind 127.0.0.1:{port}
    {option}
    default_backend back
backend back
    server file 127.0.0.1:{back}
"""

    def load(self, option, size, status):
        port = ft.free_port()
        root = ft.PLACE.directory()
        with open(os.path.join(root, "file"), "wb") as file:
            file.write(b"x" * size)
        place = f"location = / {{ root {root}; try_files /file =404; }}"
        with nginx(tls=False, more=place) as back:
            conf = self.CONF.format(port=port, back=back.port, option=option)
            path = ft.PLACE.write("haproxy.cfg", conf)
            with serving([HAPROXY, "-q", "-db", "-f", path], port):
                settings = {**cases.at(port), "load.connections": self.N}
                result = self.run_case("06b-haproxy-real", settings, status=status)
        self.assertEqual(result["closed_first.server"], self.N)
        self.assertEqual(
            result["client.message_due"] + result["client.messages_received"], self.N
        )
        return result

    def test_nolinger(self):
        result = self.load("option nolinger", 4 << 20, 1)
        self.assertGreater(result["client.message_due"], 0)
        self.assertGreaterEqual(result["connections.failed"], result["client.message_due"])
        self.assert_told(result, "rst.machine")

    def test_lingering(self):
        result = self.load("", 4 << 20, 0)
        self.assertEqual(result["connections.completed"], self.N)


@unittest.skipUnless(NODE, "node is not installed")
class Node(cases.CaseTest):
    """16b and 17: the keep-alive race, and sockets that an application never closes."""

    KEEPALIVE = """
const http = require("http");
const server = http.createServer((request, response) => response.end("hello"));
server.keepAliveTimeout = {timeout};
server.listen({port}, "127.0.0.1");
"""
    HANGS = """
const net = require("net");
net.createServer({{allowHalfOpen: {half}}}, socket => socket.on("data", () => {{}}))
   .listen({port}, "127.0.0.1", 1024);
"""
    HTTP_HANGS = """
require("http").createServer(() => {{}}).listen({port}, "127.0.0.1", 1024);
"""

    @contextlib.contextmanager
    def node(self, script, **values):
        port = ft.free_port()
        path = ft.PLACE.write("server.js", script.format(port=port, **values))
        with serving([NODE, path], port):
            yield port

    def race(self, timeout, pause):
        with self.node(self.KEEPALIVE, timeout=timeout) as port:
            settings = {
                **cases.at(port),
                "client.program": f"connect send recv pause({pause}) send recv close",
                "load.duration": "2s",
                "load.rate": "150/s",
                "expect": "null",
            }
            result = self.run_case("16b-node-20256-real", settings)
        lost = result["client.message_due"]
        self.assertEqual(result["connections.failed"], lost)
        self.assertEqual(result["client.outcome.eof"] + result["client.outcome.reset"], lost)
        self.assertEqual(result["closed_first.server"], lost)
        self.assertEqual(result["closed_first.client"], result["connections.attempted"] - lost)
        return result, lost

    def test_a_race(self):
        self.race(1000, "2000ms")  # node looks once a second, so it closes a second late at most

    def test_node_is_first(self):
        result, lost = self.race(500, "3s")
        self.assertEqual(lost, result["connections.attempted"])

    def test_the_client_is_first(self):
        _, lost = self.race(5000, "200ms")
        self.assertEqual(lost, 0)

    def leak(self, script, status, **values):
        n = 100
        with self.node(script, **values) as port:
            settings = {**cases.at(port), "load.connections": n, "settle": "1s"}
            result = self.run_case("17-node-help-3914-closewait", settings, status=status)
        self.assertEqual(result["closed_first.client"], n)
        return result, n

    def test_half_open_sockets_that_nobody_ends(self):
        result, n = self.leak(self.HANGS, 1, half="true")
        self.assertEqual(result["server.close_wait.final"], n)
        self.assertEqual(result["client.fin_wait2.final"], n)
        self.assert_told(result, "close_wait.leak")
        self.assert_untold(result, "close_wait.unaccepted")

    def test_sockets_that_node_ends_itself(self):
        result, n = self.leak(self.HANGS, 0, half="false")
        self.assertEqual(result["client.time_wait.final"], n)
        self.assert_untold(result, "close_wait.leak")

    def test_a_handler_that_never_answers(self):
        """Node of today closes for it."""
        result, n = self.leak(self.HTTP_HANGS, 0)
        self.assertEqual(result["client.time_wait.final"], n)
        self.assert_untold(result, "close_wait.leak")


if __name__ == "__main__":
    cases.alone()
    ft.main()
