"""The server that the checks of finwait probe are proved on: by itself, without finwait."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import unittest

import finwait_test as ft
import tls_peers

SOURCE = os.path.join(ft.SOURCE, "configs/probe/sound.py")
SOUND = [sys.executable, "-S", SOURCE]  # there is no need of the packages that may be installed
GET = b"GET / HTTP/1.1\r\nHost: sound\r\n\r\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def mutants():
    listed = subprocess.run([*SOUND, "--list"], stdout=subprocess.PIPE, check=True)
    return [line.split()[0] for line in listed.stdout.decode().splitlines()]


class Server:
    """Answers once it is made: what connects before it listens is tried again."""

    def __init__(self, *words):
        self.port = free_port()
        self.process = subprocess.Popen([*SOUND, str(self.port), *words])

    def connect(self):
        while self.process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=20)
            except ConnectionRefusedError:
                pass
        raise AssertionError(f"it has ended: {self.process.returncode}")

    def workers(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(child) for child in children.read().split()]


def read_all(connection):
    """What comes before the FIN."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


class Sound(unittest.TestCase):
    def serve(self, *words):
        server = Server(*words)
        self.addCleanup(server.process.wait)
        self.addCleanup(server.process.terminate)
        return server

    def ask(self, server, data):
        connection = server.connect()
        self.addCleanup(connection.close)
        connection.sendall(data)
        return connection

    def read_up_to(self, connection, end):
        data = b""
        while not data.endswith(end):
            data += connection.recv(65536)

    def test_it_answers_and_says_when_it_closes(self):
        server = self.serve()
        bodies = (
            (GET * 100, b"HTTP/1.1 200 OK", 100),
            (b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK", 1),
            (GET[:-2] + b"Connection: close\r\n\r\n", b"HTTP/1.1 200 OK", 1),
            (b"what\r\n\r\n", b"HTTP/1.1 400 ", 1),
            (b"GET / HTTP/1.1\r\nA: " + b"a" * 20_000, b"HTTP/1.1 431 ", 1),
            (b"POST /upload HTTP/1.1\r\nContent-Length: 100001\r\n\r\n", b"HTTP/1.1 413 ", 1),
        )
        for request, status, count in bodies:
            response = read_all(self.ask(server, request))
            self.assertEqual(count, response.count(status), response)
            self.assertEqual(1, response.count(b"Connection: close"), response)

    def test_a_half_close_is_answered(self):
        connection = self.ask(self.serve(), GET)
        connection.shutdown(socket.SHUT_WR)
        self.assertIn(b"200 OK", read_all(connection))

    def test_a_signal_ends_what_is_idle_and_answers_what_is_not(self):
        for number in (signal.SIGTERM, signal.SIGQUIT):
            server = self.serve()
            idle = self.ask(server, GET)
            self.read_up_to(idle, b"ok\n")
            workers = server.workers()
            busy = self.ask(server, GET.replace(b"/ ", b"/drip "))
            busy.recv(1)  # it is under way
            server.process.send_signal(number)
            self.assertEqual(b"", read_all(idle))
            idle.close()
            response = read_all(busy)
            self.assertEqual(b"x" * 1000, response[-1000:])
            busy.close()
            self.assertEqual(0, server.process.wait(20))
            self.assertFalse([pid for pid in workers if os.path.exists(f"/proc/{pid}")])

    def test_a_reload_changes_the_process_and_loses_no_response(self):
        server = self.serve()
        slow = self.ask(server, GET.replace(b"/ ", b"/drip "))
        slow.recv(1)
        before = server.workers()
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(b"x" * 1000, read_all(slow)[-1000:])
        slow.close()
        self.assertIn(b"200 OK", self.ask(server, GET).recv(65536))
        self.assertNotEqual(before, server.workers())

    def test_a_websocket_is_closed_by_the_server_first(self):
        connection = self.ask(
            self.serve(),
            b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            + bytes([0x88, 0x82, 1, 1, 1, 1, 3 ^ 1, 0xE8 ^ 1]),
        )
        response = read_all(connection)
        self.assertIn(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", response)  # of RFC 6455, section 1.3
        self.assertEqual(b"\x88\x02\x03\xe8", response[-4:])


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class SoundTls(Sound):
    """The same over TLS: what is read to its end has ended by a close_notify."""

    # Python's ssl reads nothing behind a close_notify of its own: probe/tls13-half-close asks it.
    test_a_half_close_is_answered = None

    def serve(self, *words):
        identity = tls_peers.identity()
        return super().serve(*words, "--cert", identity.cert, "--key", identity.key)

    def ask(self, server, data):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(server.connect(), suppress_ragged_eofs=False)
        self.addCleanup(connection.close)
        connection.sendall(data)
        return connection

    def test_without_its_close_notify_it_is_cut(self):
        connection = self.ask(self.serve("--mutant", "notify-missing"), b"GET / HTTP/1.0\r\n\r\n")
        with self.assertRaises(ssl.SSLEOFError):
            read_all(connection)


class Mutants(unittest.TestCase):
    def test_each_has_its_place_in_the_code_and_none_stands_there_unlisted(self):
        with open(SOURCE, encoding="utf-8") as source:
            calls = re.findall(r"wrong\((\".*?)\)", source.read())
        asked = {name for call in calls for name in re.findall(r'"([a-z0-9-]+)"', call)}
        self.assertEqual(set(mutants()), asked)

    def test_each_starts_and_ends(self):
        names = mutants()
        self.assertGreaterEqual(len(names), 44)
        running = [(name, Server("--mutant", name)) for name in names]
        for name, server in running:
            with self.subTest(name):
                server.connect().close()
        for _, server in running:
            server.process.send_signal(signal.SIGINT)
        for name, server in running:
            with self.subTest(name):
                self.assertEqual(0, server.process.wait(20))

    def test_what_is_not_listed_is_refused(self):
        for words in (["1", "--mutant", "none"], []):
            refused = subprocess.run([*SOUND, *words], stderr=subprocess.PIPE)
            self.assertNotEqual(0, refused.returncode)
            self.assertIn(b"sound.py", refused.stderr)


if __name__ == "__main__":
    ft.main()
