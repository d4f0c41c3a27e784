"""Requests and responses as a scenario words them: what goes out, and what a status makes of a
run.  The servers that are not finwait's are Python's, on the loopback of this host."""

import contextlib
import http.server
import sys
import threading
import unittest

import finwait_test as ft
from servers import read_head, server

N = 50
CLIENT = {"client.program": "connect send recv wait-fin close"}


def at(port, **more):
    load = {"load.connections": N, "load.concurrency": 4, "settle": "0s"}
    return {"lab": "host", "server.at": f"127.0.0.1:{port}", **CLIENT, **load, **more}


@contextlib.contextmanager
def answering(answer):
    """A server that answers each request with the same bytes; gives its port and the requests."""
    requests = []

    def serve(connection):
        head = read_head(connection)
        head, _, body = head.partition(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")]
        while length and len(body) < int(length[0].split(b":")[1]):
            body += connection.recv(65536)
        requests.append((head.decode(), body))
        connection.sendall(answer)

    with server(serve) as port:
        yield port, requests


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Requests(ft.TestCase):
    def sent(self, settings, answer=OK):
        """The one request that a run sends again and again."""
        with answering(answer) as (port, requests):
            self.result = self.run_checked(at(port, **settings))
        self.assertEqual(len(requests), N)
        self.assertEqual(len(set(requests)), 1)
        return requests[0]

    def test_one_is_worded_by_the_scenario(self):
        settings = {
            "request.method": "PUT",
            "request.path": "/a%20b?c=d",
            "request.host": "example.test",
            "request.headers.X-Trace": "1",
            "request.headers.User-Agent": "me",
            "request.body": "{\"a\": 1}\r\n",
        }
        head, body = self.sent(settings)
        self.assertEqual(body, b"{\"a\": 1}\r\n")
        lines = head.split("\r\n")
        self.assertEqual(lines[0], "PUT /a%20b?c=d HTTP/1.1")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        self.assertEqual(len(fields), len(lines) - 1)
        self.assertEqual(fields["Host"], "example.test")
        self.assertEqual(fields["X-Trace"], "1")
        self.assertEqual(fields["User-Agent"], "me")
        self.assertEqual(fields["Content-Length"], "10")

    def test_an_old_one_and_one_that_says_what_becomes_of_the_connection(self):
        head, _ = self.sent({"request.version": "1.0"})
        self.assertTrue(head.startswith("GET / HTTP/1.0\r\n"))
        head, _ = self.sent({"request.headers.connection": "Upgrade", "http.persist": "program"})
        self.assertEqual(head.lower().count("connection: "), 1)

    def test_a_filler_makes_the_head_larger(self):
        head, _ = self.sent({"request.filler": "20k"})
        self.assertIn("\r\nX-Filler: " + "0" * 20480, head)

    def test_a_field_may_come_again(self):
        listed = "[{Cookie: a=1}, {X: 'it''s: b'}, {cookie: c=2}]"
        head, body = self.sent({"request.headers": listed, "request": "3"})
        self.assertEqual(len(body), 3)
        lines = [line for line in head.split("\r\n") if line.lower().startswith(("cookie", "x"))]
        self.assertEqual(lines, ["Cookie: a=1", "X: it's: b", "cookie: c=2"])
        one = {"request.headers": listed, "request.headers.COOKIE": "d"}
        self.assertEqual(self.sent(one)[0].lower().count("cookie: "), 1)

    def test_a_body_is_a_file_to_the_byte(self):
        content = bytes(range(256)) * 300
        path = f"{ft.PLACE.directory()}/body"
        with open(path, "wb") as file:
            file.write(content)
        head, body = self.sent({"request.body.file": path})
        self.assertEqual(body, content)
        self.assertTrue(head.startswith("POST / "))

    def test_a_response_to_head_is_a_head(self):
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        self.sent({"request.method": "HEAD"}, answer)
        self.assertEqual(self.result["connections.completed"], N)

    def test_interim_responses_are_counted_and_skipped(self):
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        self.sent({}, b"HTTP/1.1 100 Continue\r\n\r\n" + 2 * hints + OK)
        self.assertEqual(self.result["client.http.1xx"], 3 * N)
        self.assertEqual(self.result["client.http.status.100"], N)
        self.assertEqual(self.result["client.http.status.103"], 2 * N)
        self.assertEqual(self.result["client.http.2xx"], N)
        self.assertEqual(self.result["connections.completed"], N)


class Statuses(ft.TestCase):
    """Python's own server, which knows two paths."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.path == "/good" else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128

        cls.server = Server(("127.0.0.1", 0), Handler)
        cls.thread = threading.Thread(target=cls.server.serve_forever)
        cls.thread.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.thread.join()
        cls.server.server_close()
        super().tearDownClass()

    def test_a_path_that_is_there(self):
        result = self.run_checked(at(self.server.server_port, **{"request.path": "/good"}))
        self.assertEqual(result["client.http.status.200"], N)
        self.assertEqual(result["connections.completed"], N)

    def test_one_that_is_not(self):
        settings = at(self.server.server_port)
        settings["expect"] = "connections.completed == connections.attempted"
        result = self.run_checked(settings, status=1)
        self.assertEqual(result["client.http.4xx"], N)
        self.assertEqual(result["client.http.status.404"], N)
        self.assertEqual(result["client.outcome.bad_status"], N)
        self.assertEqual(result["connections.failed"], N)
        self.assertIn("http.bad_status", result.remark_ids())


class Commanded(ft.LabTestCase):
    """Python's server in the private lab, as a role."""

    def load(self, path, status=0, **more):
        command = f"{sys.executable} -m http.server --bind {{address}} {{port}}"
        load = {"load.connections": N, "load.concurrency": 2, "settle": "0s"}
        settings = {"server.command": command, "request.path": path, **CLIENT, **load, **more}
        return self.run_checked(settings, status=status)

    def test_a_path_that_is_there(self):
        result = self.load("/")
        self.assertEqual(result["client.http.status.200"], N)
        self.assertEqual(result["connections.completed"], N)

    def test_one_that_is_not(self):
        result = self.load("/no/such", status=1)
        self.assertEqual(result["client.http.status.404"], N)
        self.assertEqual(result["connections.completed"], 0)
        self.assertIn("http.bad_status", result.remark_ids())

    def test_a_method_that_it_does_not_know(self):
        result = self.load("/", **{"request.method": "PATCH", "http.ok": "501"})
        self.assertEqual(result["client.http.5xx"], N)
        self.assertEqual(result["connections.completed"], N)

    def test_head(self):
        result = self.load("/", **{"request.method": "HEAD"})
        self.assertEqual(result["connections.completed"], N)


class Responses(ft.LabTestCase):
    """finwait's server as a backend that is not well."""

    def run_both(self, settings, **how):
        load = {"load.connections": N, "load.concurrency": 4, "settle": "0s"}
        return self.run_checked({**load, **settings}, **how)

    def test_both_sides_count_what_was_said(self):
        settings = {"response.status": 503, "response.headers.Retry-After": 1}
        result = self.run_both({**settings, "http.ok": 503})
        for side in ("client", "server"):
            self.assertEqual(result[f"{side}.http.5xx"], N)
            self.assertEqual(result[f"{side}.http.status.503"], N)
            self.assertEqual(result[f"{side}.http.2xx"], 0)
        self.assertEqual(result["connections.completed"], N)

    def test_some_have_no_body(self):
        for settings in ({"response.status": 204}, {"response.status": 304}):
            result = self.run_both({**settings, "order": "client-first"})
            self.assertEqual(result["connections.completed"], N)
            self.assertEqual(result["client.bytes_received"], result["server.bytes_sent"])

    def test_head_is_answered_by_a_head(self):
        settings = {"request.method": "HEAD", "response.size": "1M"}
        result = self.run_both(settings)
        self.assertEqual(result["connections.completed"], N)
        self.assertLess(result["server.bytes_sent"], 1000 * N)
        self.assertIn("prediction.met", result.remark_ids())


if __name__ == "__main__":
    ft.main()
