"""Servers that are not finwait's: nginx and one of Python's, on the loopback of this host.  Both
ends are in one namespace; the port tells them apart."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import unittest

import finwait_test as ft
import servers

N = 200
MOST = 0.75 * N  # see assert_resets: the loopback has a backlog for each CPU, too
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

NGINX_CONF = """
daemon off;
master_process off;
pid {prefix}/pid;
error_log {prefix}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    keepalive_timeout {keepalive};
    keepalive_requests 100000;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200 "hello"; }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(keepalive):
    prefix = ft.PLACE.directory()
    port = ft.free_port()
    conf = os.path.join(prefix, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(NGINX_CONF.format(prefix=prefix, port=port, keepalive=keepalive))
    process = subprocess.Popen(
        [NGINX, "-p", prefix, "-c", conf, "-e", os.path.join(prefix, "error.log")],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ft.wait_until(lambda: ft.listening_on(port), "nginx listens")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=ft.PATIENCE)


@contextlib.contextmanager
def python_server(serve, host="127.0.0.1"):
    """Accept on `host` and give each connection to `serve`; :: is of both families."""
    listener = socket.create_server(
        (host, ft.free_port(host)),
        family=socket.AF_INET6 if ":" in host else socket.AF_INET,
        backlog=1024,
        dualstack_ipv6=host == "::",
    )

    def accept():
        with contextlib.suppress(OSError):  # shut down below
            while True:
                serve(listener.accept()[0])

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


@contextlib.contextmanager
def leaking_server(host):
    """Answers every request and never closes."""
    kept = []

    def serve(connection):
        connection.recv(100, socket.MSG_WAITALL)
        connection.sendall(b"x" * 50)
        kept.append(connection)

    try:
        with python_server(serve, host) as port:
            yield port
    finally:
        for connection in kept:
            connection.close()


def loading(port, program, host="127.0.0.1", **settings):
    return {
        "lab": "host",
        "server.at": f"{host}:{port}",
        "client.program": program,
        "load.connections": N,
        "load.concurrency": 16,
        "settle": "500ms",
        **settings,
    }


class Foreign(ft.TestCase):
    def check(self, settings, *arguments):
        result = self.run_checked(settings, *arguments)
        self.assertEqual(result.outcomes("client"), {"done": N})
        self.assertEqual(result["connections.completed"], N)
        self.assertNotIn("account", result.json["server"])
        return result


@unittest.skipUnless(NGINX, "nginx is not installed")
class Nginx(Foreign):
    def test_keepalive_off_nginx_closes(self):
        with nginx(keepalive=0) as port:
            program = "connect send recv wait-fin close"
            result = self.check(loading(port, program, **{"request.size": 0}))
        self.assertGreaterEqual(result["server.time_wait.final"], MOST)
        self.assertEqual(result["client.time_wait.final"], 0)

    def test_keepalive_on_the_client_closes(self):
        with nginx(keepalive=60) as port:
            program = "connect send recv repeat(10) close"
            result = self.check(loading(port, program, **{"request.size": 0}))
        self.assertEqual(result["client.messages_received"], 10 * N)
        self.assertGreaterEqual(result["client.time_wait.final"], MOST)
        self.assertEqual(result["server.time_wait.final"], 0)

    def test_it_is_asked_to_close(self):
        """A client that waits for a keep-alive server's FIN says Connection: close."""
        with nginx(keepalive=60) as port:
            program = "connect send recv repeat(3) wait-fin close"
            result = self.check(loading(port, program, **{"request.size": 0}))
        self.assertEqual(result["client.messages_received"], 3 * N)
        self.assertGreaterEqual(result["server.time_wait.final"], MOST)


class Python(Foreign):
    def test_a_server_that_closes(self):
        def serve(connection):
            with connection:
                connection.recv(100, socket.MSG_WAITALL)
                connection.sendall(b"x" * 50)

        with python_server(serve) as port:
            sizes = {"protocol": "raw", "request.size": 100, "response.size": 50}
            result = self.check(loading(port, "connect send recv wait-fin close", **sizes))
        self.assertEqual(result["client.bytes_received"], 50 * N)
        self.assertGreaterEqual(result["server.time_wait.final"], MOST)
        self.assertEqual(result["client.time_wait.final"], 0)

    def test_a_scenario_that_ships_asks_nothing_that_cannot_be_measured(self):
        """Neither of the server that is named, localhost, nor of the whole machine's counters."""

        def serve(connection):
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        more = ("--set=lab=host", f"--set=load.connections={N}", "--set=settle=500ms")
        with python_server(serve) as port:
            at = f"--set=server.at=localhost:{port}"
            ended = ft.finwait("run", "server-first", "--json", *more, at)
            written = "server.counter.TcpExtTW == connections.completed"
            asked = ft.finwait("run", "server-first", "--json", *more, at, f"--expect={written}")
        self.assertEqual(ended.status, 0, ended.stderr)
        result = ended.result.json
        self.assertEqual(result["scenario"]["server.at"], f"127.0.0.1:{port}")
        self.assertEqual({e["verdict"] for e in result["expectations"]}, {"pass"})
        self.assertEqual(asked.status, 1)  # what the user writes himself is asked
        unmeasured = [
            e["text"]
            for e in asked.result.json["expectations"]
            if e["verdict"] == "unmeasured"
        ]
        self.assertEqual(unmeasured, [written])
        port = f"--set=server.port={ft.free_port()}"
        own = ft.finwait("run", "server-first", "--json", *more, port)
        self.assertEqual(own.status, 0, own.stderr)

    def leak(self, bound, at, *arguments, **settings):
        with leaking_server(bound) as port:
            sizes = {"protocol": "raw", "request.size": 100, "response.size": 50, **settings}
            result = self.check(
                loading(port, "connect send recv close", at, **sizes),
                "--expect=server.close_wait.final == connections.completed",
                *arguments,
            )
        self.assertEqual(result["server.close_wait.final"], N)
        self.assertEqual(result["client.fin_wait2.final"], N)
        self.assertEqual(result["client.close_wait.final"], 0)

    def test_a_server_that_leaks(self):
        self.leak("127.0.0.1", "127.0.0.1")

    @unittest.skipUnless(ft.has_ipv6_loopback(), "no IPv6 loopback here")
    def test_leaks_over_ipv6_and_mapped_addresses(self):
        """An end is AF_INET or AF_INET6, with mapped addresses or without: each is seen."""
        self.leak("::", "127.0.0.1")
        self.leak("::", "[::1]", ip="v6")
        self.leak("::1", "[::1]", ip="v6")
        mapped = "[::ffff:127.0.0.1]"  # not a loopback address by its form
        self.leak("127.0.0.1", mapped, "--i-may-load-this-target", ip="v6")

    def test_a_server_that_never_accepts(self):
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            port = listener.getsockname()[1]
            result = self.check(loading(port, "connect send close", protocol="raw"))
        self.assertNotIn("close_wait.leak", result.remark_ids())
        remark = result.remark("close_wait.unaccepted")
        self.assertEqual(remark["certainty"], "proven")
        self.assertEqual(remark["evidence"]["server.close_wait.unaccepted"], N)
        self.assertEqual(remark["evidence"]["server.accept_queue.final"], N)

    def test_a_stranger_on_the_same_port(self):
        """At another address: neither end of its connections is the run's."""
        with socket.create_server(("127.0.0.2", ft.free_port())) as listener:
            with socket.create_connection(listener.getsockname()), listener.accept()[0]:
                result = self.run_checked(
                    {
                        "lab": "host",
                        "server.port": listener.getsockname()[1],
                        "order": "server-first",
                        "load.connections": N,
                        "settle": "100ms",
                    }
                )
        self.assertEqual(result["client.established.final"], 0)
        self.assertEqual(result["server.established.final"], 0)
        self.assertEqual(result["server.listen.final"], 1)

    def test_a_server_that_does_not_speak_http(self):
        for said in (b"220 mail.example ESMTP\r\n\r\n", b"<html>No</html>", b"?"):

            def serve(connection, said=said):
                with connection:
                    connection.recv(10000)
                    connection.sendall(said)

            with self.subTest(said=said), python_server(serve) as port:
                result = self.run_checked(loading(port, "connect send recv close"), status=1)
                failed = [e["text"] for e in result.listed("expectations") if e["verdict"] == "fail"]
                self.assertEqual(failed, ["client.messages_received > 0"])
                self.assertEqual(result.outcomes("client"), {"bad_message": N})
                self.assertEqual(result["connections.failed"], N)
                self.assertEqual(result["client.messages_cut"], 0)

    def test_a_server_whose_first_line_is_cut(self):
        def serve(connection):
            with connection:
                connection.recv(10000)
                connection.sendall(b"HTTP")

        asked = ft.all_end("eof", N)
        with python_server(serve) as port:
            result = self.run_checked(loading(port, "connect send recv close"), *asked)
        self.assertEqual(result.outcomes("client"), {"eof": N})
        self.assertEqual(result["client.messages_cut"], N)

    def test_a_server_that_hangs_up_early(self):
        def serve(connection):
            with connection:
                connection.recv(100, socket.MSG_WAITALL)
                connection.sendall(b"x" * 20)

        asked = ft.all_end("eof", N)
        with python_server(serve) as port:
            sizes = {"protocol": "raw", "request.size": 100, "response.size": 50}
            result = self.run_checked(loading(port, "connect send recv close", **sizes), *asked)
        self.assertEqual(result.outcomes("client"), {"eof": N})
        self.assertEqual(result["client.messages_received"], 0)


def request(port, method):
    """One of another program's, which closes once it was answered."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.recv(1000)


class Before(Foreign):
    """What an earlier run or another program left on the port is not the run's."""

    def assert_left_out(self, result, client, server):
        self.assertEqual(result["client.stood_before"], client)
        self.assertEqual(result["server.stood_before"], server)
        evidence = result.remark("sockets.stood_before")["evidence"]
        self.assertEqual(evidence["client.stood_before"], client)
        self.assertEqual(evidence["server.stood_before"], server)

    def twice(self, port, settings):
        first = self.check(loading(port, **settings))
        self.assertNotIn("sockets.stood_before", first.remark_ids())
        self.assertEqual(first["server.stood_before"], 0)
        return self.check(loading(port, **settings))

    def test_a_leak_is_hunted_twice(self):
        sizes = {"protocol": "raw", "request.size": 100, "response.size": 50}
        with leaking_server("127.0.0.1") as port:
            result = self.twice(port, {"program": "connect send recv close", **sizes})
        self.assertEqual(result["server.close_wait.peak"], N)
        self.assertEqual(result["server.close_wait.final"], N)
        self.assertEqual(result["client.fin_wait2.final"], N)
        self.assertEqual(result["server.close_wait.unaccepted"], 0)
        self.assertEqual(result.remark("close_wait.leak")["evidence"]["server.close_wait.final"], N)
        self.assert_left_out(result, N, N)

    def test_a_queue_that_stood_before(self):
        """Recv-Q counts what a FIN ended, and what a RST did, which is in no table any more."""
        settings = {"program": "connect send close", "protocol": "raw"}
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            port = listener.getsockname()[1]
            result = self.twice(port, settings)
            reset = self.check(loading(port, "connect rst", protocol="raw"))
            again = self.check(loading(port, **settings))
        for run in (result, again):
            self.assertEqual(run["server.close_wait.unaccepted"], N)
            self.assertEqual(run["server.accept_queue.final"], N)
        self.assertEqual(reset["server.accept_queue.final"], N)
        self.assertEqual(reset["server.close_wait.final"], 0)
        self.assert_left_out(again, 2 * N, 2 * N)

    def test_a_leak_that_another_method_made(self):
        kept = []

        def serve(connection):
            head = servers.read_head(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            if head.startswith(b"POST"):
                kept.append(connection)  # never to be closed
            else:
                connection.close()

        with python_server(serve) as port, contextlib.ExitStack() as at_last:
            for _ in range(20):
                request(port, "POST")
            at_last.callback(lambda: [connection.close() for connection in kept])
            result = self.check(
                loading(port, "connect send recv wait-fin close"),
                "--expect=server.close_wait.final == 0",
                "--expect=server.established.final == 0",
            )
        self.assertEqual(len(kept), 20)
        self.assertNotIn("close_wait.leak", result.remark_ids())
        self.assert_left_out(result, 20, 20)

    def test_connections_that_stay_and_connections_that_end(self):
        """Another program keeps some open, and some of them are closed while the run goes on."""
        theirs, ended = [], []

        def serve(connection):
            if len(theirs) < 10:
                theirs.append(connection)
                return
            while len(ended) < 5:
                ended.append(theirs[len(ended)])
                ended[-1].close()
            with connection:
                connection.recv(100, socket.MSG_WAITALL)

        with python_server(serve) as port, contextlib.ExitStack() as at_last:
            for _ in range(10):
                at_last.enter_context(socket.create_connection(("127.0.0.1", port)))
            at_last.callback(lambda: [connection.close() for connection in theirs])
            ft.wait_until(lambda: len(theirs) == 10, "all are accepted")
            sizes = {"protocol": "raw", "request.size": 100}
            result = self.check(loading(port, "connect send wait-fin close", **sizes))
        self.assertEqual(len(ended), 5)
        for state in ("established", "close_wait", "fin_wait2"):
            for side in ("client", "server"):
                self.assertEqual(result[f"{side}.{state}.final"], 0)
        self.assert_left_out(result, 10, 10)


if __name__ == "__main__":
    ft.main()
