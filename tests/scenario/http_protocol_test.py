"""Peers that speak another protocol than the one that was due: told as what they speak."""

import contextlib
import socket
import ssl
import unittest

import finwait_test as ft
import tls_peers
from servers import read_head, server
from tls_peers import nginx, serving

N = 20
TLS = {"transport": "tls"}
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ALERT = b"\x15\x03\x03\x00\x02\x02\x46"
SPOKEN = ("spoke_tls", "spoke_http", "spoke_ssh", "spoke_text", "asked_for_tls")


def at(port, **more):
    load = {"load.connections": N, "load.concurrency": 4, "settle": "0s", "load.timeout": "10s"}
    return {
        "lab": "host",
        "server.at": f"127.0.0.1:{port}",
        "client.program": "connect send recv close",
        **load,
        **more,
    }


class ProtocolTest(ft.TestCase):
    def assert_spoken(self, result, side, told, count=N):
        for name in SPOKEN:
            expected = count if name == told else 0
            self.assertEqual(result[f"{side}.{name}"], expected, name)
        ids = result.remark_ids()
        self.assertEqual(told == "asked_for_tls", "protocol.tls_due" in ids)
        self.assertEqual(told not in (None, "asked_for_tls"), "protocol.other" in ids)


class Servers(ProtocolTest):
    """A client of finwait's, and servers on the wrong port."""

    def load(self, port, **settings):
        return self.run_checked(at(port, **settings), f"--expect=connections.failed == {N}")

    def answered(self, answer, told, outcome, first=True, **settings):
        def serve(connection):
            if first:
                connection.sendall(answer)
            connection.recv(65536)
            if not first:
                connection.sendall(answer)

        with server(serve) as port:
            result = self.load(port, **settings)
        self.assert_spoken(result, "client", told)
        self.assertEqual(result[f"client.outcome.{outcome}"], N)

    def test_where_http_is_due(self):
        cases = {
            "alert": (ALERT, "spoke_tls"),
            "ssh": (b"SSH-2.0-OpenSSH_9.2p1\r\n", "spoke_ssh"),
            "smtp": (b"220 mail.example ESMTP\r\n", "spoke_text"),
            "redis": (b"-ERR unknown command\r\n", "spoke_text"),
            "mysql": (b"\x00\x00\x00\x0a8.0.36\x00", None),
        }
        for name, (answer, told) in cases.items():
            with self.subTest(name):
                self.answered(answer, told, "bad_message", first=name in ("ssh", "smtp"))

    def test_a_greeting_without_a_line_end(self):
        """Of a server that waits for a word: what it said is enough to tell."""
        cases = {
            "mysql": (b"J\x00\x00\x00\n8.0.36\x00", None),
            "vnc": (b"RFB 003.008", "spoke_text"),
            "prompt": (b"login: ", "spoke_text"),
            "html": (b"<html>", None),  # it is HTTP, less than is due
        }
        for name, (greeting, told) in cases.items():
            with self.subTest(name):

                def serve(connection, greeting=greeting):
                    connection.sendall(greeting)
                    while connection.recv(65536):
                        pass

                with server(serve) as port:
                    result = self.load(port)
                self.assert_spoken(result, "client", told)
                self.assertEqual(result["client.outcome.bad_message"], N)

    def test_where_tls_is_due(self):
        cases = {
            "http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "spoke_http"),
            "html": (b"<!DOCTYPE HTML>\n<html>", "spoke_http"),
            "ssh": (b"SSH-2.0-OpenSSH_9.2p1\r\n", "spoke_ssh"),
            "smtp": (b"220 mail.example ESMTP\r\n", "spoke_text"),
            "bytes": (b"\x00\x01\x02\x03\x04\x05", None),
        }
        for name, (answer, told) in cases.items():
            with self.subTest(name):
                self.answered(answer, told, "handshake", first=False, **TLS)

    def test_an_alert_is_tls(self):
        self.answered(ALERT, None, "handshake", first=False, **TLS)

    def test_others_say_so_themselves(self):
        """Go's words; Apache's and Tomcat's are in the unit test."""
        body = b"Client sent an HTTP request to an HTTPS server.\n"
        head = b"HTTP/1.0 400 Bad Request\r\n\r\n"

        def serve(connection):
            read_head(connection)
            connection.sendall(head + body)

        with server(serve) as port:
            self.assert_spoken(self.load(port), "client", "asked_for_tls")

    @unittest.skipUnless(tls_peers.NGINX, "nginx is not installed")
    def test_nginx_with_tls_and_without(self):
        with nginx(tls=True) as it:
            result = self.load(it.port)
        self.assert_spoken(result, "client", "asked_for_tls")
        self.assertEqual(result["client.http.status.400"], N)
        with nginx(tls=False) as it:
            result = self.load(it.port, **TLS)
        self.assert_spoken(result, "client", "spoke_http")
        with nginx(tls=True) as it:
            result = self.run_checked(at(it.port, **TLS))
        self.assert_spoken(result, "client", None)


class Clients(ProtocolTest):
    """A server of finwait's, and clients that name the wrong port."""

    def served(self, call, **settings):
        with serving(**settings) as it:
            for _ in range(N):
                with socket.create_connection(("127.0.0.1", it.port)) as connection:
                    call(connection)
            return it.stop()

    def test_tls_where_http_is_due(self):
        context = ssl.create_default_context()

        def call(connection):
            with self.assertRaises((ssl.SSLError, OSError)):
                context.wrap_socket(connection, server_hostname="x")

        result = self.served(call, transport="tcp")
        self.assert_spoken(result, "server", "spoke_tls")
        self.assertEqual(result["server.outcome.bad_message"], N)

    def test_http_where_tls_is_due(self):
        def call(connection):
            connection.sendall(GET)
            with contextlib.suppress(ConnectionResetError):
                connection.recv(1)

        result = self.served(call)
        self.assert_spoken(result, "server", "spoke_http")
        self.assertEqual(result["server.outcome.handshake"], N)


if __name__ == "__main__":
    ft.main()
