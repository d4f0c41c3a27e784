"""Peers that are no TLS, stop in the middle of it, or have too much of it: an outcome, with a
reason where OpenSSL has one, and never more than that."""

import contextlib
import os
import re
import socket
import ssl
import threading
import time
import unittest
from unittest import mock

import finwait_test as ft
import tls_peers as tls
import tls_wire as wire

N = 10
SHORT = "400ms"  # load.timeout where someone is silent
ANSWERS = "accept recv send notify shut-wr wait-fin close"
ASKS = "connect send recv wait-notify close"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

# As openssl(1) tells of what it sends and gets.
UPDATES = 300
ASKED, ANSWERED = (f"{way} TLS 1.3, Handshake .*KeyUpdate" for way in (">>>", "<<<"))
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SSL_2_HELLO = bytes.fromhex("802e 01 0301 0015 0000 0010" + 7 * "000039" + 16 * "5a")
EOF_REASON = "unexpected eof while reading"


def silent(connection):
    """Say no more, and wait until the other side has enough."""
    wire.read_to_end(connection)


def after(*pieces, then=silent):
    """Send these pieces one by one, then do that."""

    def play(connection):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.01)
        then(connection)

    return play


def fin(connection):
    with contextlib.suppress(OSError):  # ENOTCONN: it has been reset
        connection.shutdown(socket.SHUT_WR)
    wire.read_to_end(connection)


def hello(part=1.0, version=None):
    whole = wire.client_hello(version)
    return whole[: int(len(whole) * part)]


@unittest.skipIf(tls.missing_tools(), f"not installed: {tls.missing_tools()}")
class Hostile(ft.TestCase):
    def assert_outcomes(self, side, result, outcome, *reasons):
        """All N ended so; with `reasons`, each for one of them."""
        self.assertEqual(result.outcomes(side), {outcome: N})
        errors = result.json[side].get("tls_errors", {})
        if reasons:
            self.assertLessEqual(errors.keys(), set(reasons))
            self.assertEqual(sum(errors.values()), N)
        else:
            self.assertEqual(errors, {})

    def assert_updates(self, said):
        """All were sent.  Those that are read together have one answer (RFC 8446, section 4.6.3)."""
        self.assertEqual(len(re.findall(ASKED, said)), UPDATES)
        self.assertIn(len(re.findall(ANSWERED, said)), range(1, UPDATES + 1))


class Unfinished(Hostile):
    """What clients cost that do not get their handshake done."""

    def test_a_client_that_says_nothing(self):
        """OpenSSL would take 40 kB for each."""
        count = 300
        with tls.serving(server__program=ANSWERS) as served, contextlib.ExitStack() as stack:
            for _ in range(count):
                stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            ft.wait_until(lambda: served.held() >= count, "all are accepted")
            time.sleep(0.5)  # a worker looks at its memory every 100 ms
            served.stop(standing=count)
        self.assertEqual(served.result["server.attempted"], count)
        self.assertLess(served.result["server.memory_per_connection"], 8192)
        self.assertEqual(served.result["server.tls.waited"], 0)

    def test_clients_that_stop_in_the_middle(self):
        """They have all places, and who comes then waits until one is given up."""
        places = 4
        given = {"server__program": ANSWERS, "server__tls__unfinished": places}
        with tls.serving(**given) as served, contextlib.ExitStack() as stack:
            stalled = []
            for _ in range(places):
                stalled.append(socket.create_connection(("127.0.0.1", served.port)))
                stack.enter_context(stalled[-1])
                stalled[-1].sendall(hello(0.5))
            ft.wait_until(lambda: served.held() >= places and served.unread() == 0, "all are read")
            behind = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(3)]
            context = ssl._create_unverified_context()  # pylint: disable=protected-access
            threads = []
            answers = []
            for connection in behind:
                stack.enter_context(connection)
                threads.append(
                    threading.Thread(target=lambda c=connection: answers.append(ask(context, c)))
                )
                threads[-1].start()
            ft.wait_until(lambda: served.unread() == len(behind), "the others have spoken")
            self.assertEqual(answers, [])
            stalled.pop().close()
            for thread in threads:
                thread.join()
            served.stop(standing=len(stalled))
        self.assertEqual([b"200 OK" in answer for answer in answers], [True] * len(behind))
        # The last may have been heard when there was a place again.
        self.assertIn(served.result["server.tls.waited"], range(1, len(behind) + 1))
        self.assertEqual(served.result["server.outcome.done"], len(behind))
        self.assertIn("tls.handshakes_waited", served.result.remark_ids())

    def test_one_that_waited_and_stops_has_one_place(self):
        """It holds up nobody behind it while another place is free."""
        given = {"server__program": ANSWERS, "server__tls__unfinished": 2}
        with tls.serving(**given) as served, contextlib.ExitStack() as stack:

            def speak(part):
                connection = socket.create_connection(("127.0.0.1", served.port), timeout=20)
                stack.enter_context(connection)
                connection.sendall(hello(part))
                return connection

            stalled = [speak(0.5), speak(0.5)]
            ft.wait_until(lambda: served.held() >= 2 and served.unread() == 0, "all are read")
            speak(0.5)
            ft.wait_until(lambda: served.unread() == 1, "the next one waits")
            behind = [speak(1.0), speak(1.0)]
            ft.wait_until(lambda: served.unread() == 3, "so do others")
            for connection in stalled:
                connection.close()
            for connection in behind:
                self.assertNotEqual(connection.recv(1), b"")
                connection.close()
            served.stop(standing=1)
        self.assertIn(served.result["server.tls.waited"], range(1, 4))


def ask(context, connection):
    with context.wrap_socket(connection, server_hostname="localhost") as stream:
        stream.sendall(REQUEST)
        return b"".join(iter(lambda: stream.recv(4096), b""))


# ---- clients ----


class Clients(Hostile):
    def attack(self, play, settings=(), times=N):
        """Play it, many times at once, against a server of ours, which afterwards still serves."""
        given = {"server__program": ANSWERS, "load__timeout": "20s", **dict(settings)}
        failures = []

        def one(port):
            try:
                with wire.connect(port) as connection, contextlib.suppress(ConnectionError):
                    play(connection)
            except Exception as error:  # pylint: disable=broad-except
                failures.append(error)

        with tls.serving(**given) as served:
            threads = [threading.Thread(target=one, args=(served.port,)) for _ in range(times)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(served.stop()["server.workers_died"], 0)
        return served.result

    def check(self, play, outcome, *reasons, **settings):
        self.assert_outcomes("server", self.attack(play, settings), outcome, *reasons)

    def check_each(self, cases, outcome, **settings):
        """{name: (play, reasons…)}"""
        for name, (play, *reasons) in cases.items():
            with self.subTest(name):
                self.check(play, outcome, *reasons, **settings)

    def test_no_tls(self):
        cases = {
            "http": (after(REQUEST), "http request"),
            "proxy": (after(b"CONNECT localhost:443 HTTP/1.1\r\n\r\n"), "https proxy request"),
            "ssh": (after(b"SSH-2.0-OpenSSH_9.2\r\n"), "wrong version number"),
            "zeros": (after(bytes(5000)), "wrong version number"),
            "ones": (after(b"\xff" * 5000), "unsupported protocol", "wrong version number"),
            "old": (after(SSL_2_HELLO), "unsupported protocol"),
        }
        self.check_each(cases, "handshake")

    def test_garbage_for_a_hello(self):
        def handshake(body):
            return after(wire.record(wire.HANDSHAKE, body))

        cases = {
            "body": (handshake(b"\x01\x00\x01\x00" + b"\xa5" * 256), "length mismatch"),
            "type": (handshake(b"\x63\x00\x00\x04abcd"), "unexpected message"),
            "data": (after(wire.record(wire.DATA, b"x" * 100)), "unexpected message"),
            "size": (handshake(b"\x01\xff\xff\xff"), "excessive message size"),
            "length": (after(b"\x16\x03\x01\xff\xff" + bytes(70000)), "packet length too long"),
            "nothing": (after(wire.record(wire.HANDSHAKE, b"") * 50), "record too small"),
            "twice": (after(hello() + b"\x16\x03\x03\x00\x02zz"), "bad record type"),
        }
        self.check_each(cases, "handshake")

    def test_random_bytes(self):
        """Whatever they are: one outcome for each, and none is left over."""

        def play(connection):
            connection.sendall(os.urandom(1 + int.from_bytes(os.urandom(2), "big") % 3000))
            fin(connection)

        def noisy(connection):
            piece = bytearray(hello())
            for _ in range(3):
                piece[5 + int.from_bytes(os.urandom(2), "big") % (len(piece) - 5)] ^= 0x55
            connection.sendall(piece)
            fin(connection)

        for play in (play, noisy):
            with self.subTest(play.__name__):
                result = self.attack(play, times=200)
                self.assertEqual(result.outcomes("server"), {"handshake": 200})

    def test_alerts_for_a_hello(self):
        failure = wire.alert(wire.FATAL, wire.HANDSHAKE_FAILURE)
        warning = wire.alert(wire.WARNING, wire.USER_CANCELED)
        notify = wire.alert(wire.WARNING, wire.CLOSE_NOTIFY)
        cases = {
            "fatal": (after(failure), "unexpected message"),
            "after": (after(hello(version=TLS_1_2), failure), "sslv3 alert handshake failure"),
            "many": (after(hello(version=TLS_1_2), warning * 100), "too many warn alerts"),
            "close": (after(hello(version=TLS_1_2), notify), "close notify"),
        }
        self.check_each(cases, "handshake")

    def test_an_end_in_the_handshake(self):
        cases = {
            "at once": (after(then=fin), EOF_REASON),
            "half": (after(hello(0.5), then=fin), EOF_REASON),
            "whole, 1.2": (after(hello(version=TLS_1_2), then=fin), EOF_REASON),
            "whole, 1.3": (after(hello(version=TLS_1_3), then=fin), EOF_REASON),
        }
        self.check_each(cases, "handshake")

    def test_a_reset_in_the_handshake(self):
        def play(part):
            def reset(connection):
                time.sleep(0.1)  # what came before is read by then
                wire.reset(connection)

            return (after(*([hello(part)] if part else []), then=reset),)

        self.check_each({part: play(part) for part in (0, 0.5, 1)}, "reset")

    def test_silence(self):
        cases = {
            "at once": (after(),),
            "one byte": (after(b"\x16"),),
            "half": (after(hello(0.5)),),
            "whole, 1.2": (after(hello(version=TLS_1_2)),),
            "whole, 1.3": (after(hello(version=TLS_1_3)),),
        }
        self.check_each(cases, "timeout", load__timeout=SHORT)

    def test_slow_but_sure(self):
        """A hello in pieces of a few bytes is as good as any."""

        def play(connection):
            endpoint = wire.Endpoint(connection, wire.client_context())
            with contextlib.suppress(ssl.SSLWantReadError):
                endpoint.tls.do_handshake()
            first = endpoint.outgoing.read()
            for i in range(0, len(first), 20):
                connection.sendall(first[i : i + 20])
                time.sleep(0.002)
            endpoint.handshake().write(REQUEST)
            self.assertIn(b"200 OK", endpoint.read())
            endpoint.notify()
            silent(connection)

        self.check(play, "done")

    # ---- once it is there ----

    def established(self, then, version=None, **how):
        def play(connection):
            then(wire.Endpoint(connection, wire.client_context(version=version)).handshake(), **how)

        return play

    def test_an_end_in_the_stream(self):
        def half(endpoint):
            endpoint.write(REQUEST[:10])

        def cut(endpoint):
            half(endpoint)
            fin(endpoint.connection)

        def end(endpoint):
            half(endpoint)
            endpoint.notify()
            silent(endpoint.connection)

        def reset(endpoint):
            half(endpoint)
            time.sleep(0.1)
            wire.reset(endpoint.connection)

        def alert(endpoint):
            half(endpoint)
            endpoint.fail()
            silent(endpoint.connection)

        def nonsense(endpoint):
            half(endpoint)
            endpoint.connection.sendall(wire.record(wire.DATA, os.urandom(64)))
            silent(endpoint.connection)

        bad_mac = "decryption failed or bad record mac"
        for version in (TLS_1_2, TLS_1_3):
            cases = {
                "cut": ("truncated", self.established(cut, version), EOF_REASON),
                "end": ("eof", self.established(end, version)),
                "reset": ("reset", self.established(reset, version)),
                "alert": ("alert", self.established(alert, version), "sslv3 alert bad record mac"),
                "nonsense": ("tls", self.established(nonsense, version), bad_mac),
            }
            for name, (outcome, play, *reasons) in cases.items():
                with self.subTest(name, version=version.name):
                    self.check(play, outcome, *reasons)

    def test_silence_in_the_stream(self):
        def half(endpoint):
            endpoint.write(REQUEST[:10])
            silent(endpoint.connection)

        self.check(self.established(half), "timeout", load__timeout=SHORT)

    def test_nothing_is_left_of_them(self):
        """Descriptors and memory of the worker: an SSL takes some kilobytes."""

        def nonsense(endpoint):
            endpoint.connection.sendall(wire.record(wire.DATA, os.urandom(64)))
            silent(endpoint.connection)

        def leave(endpoint):
            wire.reset(endpoint.connection)

        ways = (
            after(REQUEST),
            after(hello(), then=fin),
            after(hello(0.5), then=wire.reset),
            after(hello() + b"\x16\x03\x03\x00\x02zz"),
            self.established(nonsense, TLS_1_2),
            self.established(nonsense, TLS_1_3),
            self.established(leave),
        )

        def play(port):
            for way in ways:
                with wire.connect(port) as connection, contextlib.suppress(ConnectionError):
                    way(connection)

        # AddressSanitizer keeps what is freed, for a while.
        given = {"ASAN_OPTIONS": "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}
        environment = mock.patch.dict(os.environ, given)
        with environment, tls.serving(server__program=ANSWERS, load__timeout="20s") as served:
            (worker,) = served.workers()
            seen = []
            for rounds in (30, 100):
                for _ in range(rounds):
                    play(served.port)
                served.drained()
                seen.append((len(os.listdir(f"/proc/{worker}/fd")), ft.resident(worker)))
        (descriptors, memory), (descriptors_then, memory_then) = seen
        self.assertEqual(descriptors_then, descriptors)
        self.assertLess(memory_then - memory, 1 << 20)

    # ---- floods ----

    NULL = {
        "tls__version": "1.2",
        "tls__ciphers": wire.NULL_CIPHER,
        "server__tls__generate": "rsa2048",
    }

    def flood(self, kind, body, times=5000):
        """Records that carry no data, and then the request."""

        def play(connection):
            peer = wire.Unencrypted(connection, wire.client_context())
            with contextlib.suppress(ConnectionError):
                peer.send(kind, body, times)
                peer.send(wire.DATA, REQUEST)
            answers.append(wire.read_to_end(connection))

        answers = []
        return self.attack(play, self.NULL, times=3), answers

    def test_renegotiation(self):
        """Each plea is answered by a warning and nothing else: SSL_OP_NO_RENEGOTIATION."""
        body = wire.client_hello(TLS_1_2)[5:]
        result, answers = self.flood(wire.HANDSHAKE, body)
        self.assertEqual(result.outcomes("server"), {"done": 3})
        self.assertEqual(result["server.tls.handshakes"], 3)
        for answer in answers:
            self.assertIn(b"200 OK", answer)

    def test_warnings(self):
        result, _ = self.flood(wire.ALERT, bytes([wire.WARNING, wire.USER_CANCELED]))
        self.assertEqual(result.outcomes("server"), {"tls": 3})
        self.assertEqual(result.json["server"]["tls_errors"], {"too many warn alerts": 3})

    def test_a_flood_without_end(self):
        """Others are served meanwhile; the flood itself is over when load.timeout is, for the
        program has not got on."""
        served_meanwhile = threading.Event()

        def flood(connection):
            peer = wire.Unencrypted(connection, wire.client_context())
            deadline = time.monotonic() + wire.PATIENCE
            with contextlib.suppress(ConnectionError):
                while time.monotonic() < deadline:
                    peer.send(wire.HANDSHAKE, b"\x01\0\0\0", 100)
                    started.set()
            self.assertTrue(served_meanwhile.is_set())

        started = threading.Event()

        def play(connection):
            if not first.acquire(blocking=False):
                return flood(connection)
            started.wait(wire.PATIENCE)
            context = wire.client_context()
            context.set_ciphers(wire.NULL_CIPHER)
            endpoint = wire.Endpoint(connection, context).handshake()
            endpoint.write(REQUEST)
            self.assertIn(b"200 OK", endpoint.read())
            served_meanwhile.set()
            endpoint.notify()
            return silent(connection)

        first = threading.Semaphore(1)
        result = self.attack(play, {**self.NULL, "load__timeout": "3s"}, times=2)
        self.assertEqual(result.outcomes("server"), {"done": 1, "timeout": 1})

    def test_key_updates(self):
        with tls.serving(server__program=ANSWERS) as served:
            where = ["-connect", f"127.0.0.1:{served.port}", "-tls1_3", "-msg"]
            with tls.typing(["openssl", "s_client", *where]) as client:
                for _ in range(UPDATES):
                    client.type("K", ASKED)  # which asks for one in return
                for line in REQUEST.decode().split("\r\n")[:-1]:
                    client.type(line)
                client.wait()
        self.assert_updates(client.said)
        self.assertEqual(served.stop().outcomes("server"), {"done": 1})


# ---- servers ----


class Servers(Hostile):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for key in ("p256", "rsa"):  # not by several threads at once
            tls.identity(key)

    def meet(self, play, program=ASKS, outcome="", **settings):
        expected = ft.all_end(outcome, N) if outcome else []
        given = {"load__timeout": "20s", "settle": "0s", **settings}
        given = {name.replace("__", "."): value for name, value in given.items()}
        with wire.server(play) as port:
            result = self.run_checked(tls.loading(port, program, N, **given), *expected)
        self.assertEqual(result["client.workers_died"], 0)
        self.assertEqual(result["connections.failed"], N - result.outcomes("client").get("done", 0))
        return result

    def check(self, play, outcome, *reasons, **settings):
        met = self.meet(play, outcome=outcome, **settings)
        self.assert_outcomes("client", met, outcome, *reasons)

    def answer(self, *pieces, then=silent):
        """Read the ClientHello, then send these."""
        play = after(*pieces, then=then)

        def answer(connection):
            connection.recv(65536)
            play(connection)

        return answer

    def server_hello(self, part, then=silent):
        """Part of the server's first flight."""

        def play(connection):
            endpoint = wire.Endpoint(connection, wire.server_context(tls.identity()))
            endpoint.incoming.write(connection.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                endpoint.tls.do_handshake()
            flight = endpoint.outgoing.read()
            connection.sendall(flight[: int(len(flight) * part)])
            then(connection)

        return play

    def test_no_tls(self):
        cases = {
            "http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "wrong version number"),
            "smtp": (b"220 mail.example ESMTP\r\n", "wrong version number"),
            "length": (b"\x16\x03\x03\xff\xff", "packet length too long"),
            "data": (wire.record(wire.DATA, b"x" * 100), "unexpected message"),
        }
        for name, (piece, reason) in cases.items():
            with self.subTest(name):
                self.check(self.answer(piece), "handshake", reason)

    def test_alerts(self):
        failure = wire.alert(wire.FATAL, wire.HANDSHAKE_FAILURE)
        self.check(self.answer(failure), "handshake", "sslv3 alert handshake failure")
        notify = wire.alert(wire.WARNING, wire.CLOSE_NOTIFY)
        self.check(self.answer(notify), "handshake", "close notify")

    def test_an_end_in_the_handshake(self):
        self.check(self.answer(then=fin), "handshake", EOF_REASON)
        for part in (0.1, 0.9):
            with self.subTest(part):
                self.check(self.server_hello(part, then=fin), "handshake", EOF_REASON)

    def test_a_reset_in_the_handshake(self):
        self.check(self.answer(then=wire.reset), "reset")
        self.check(self.server_hello(0.5, then=wire.reset), "reset")

    def test_silence(self):
        self.check(silent, "timeout", load__timeout=SHORT)
        for part in (0.1, 0.9):
            with self.subTest(part):
                self.check(self.server_hello(part), "timeout", load__timeout=SHORT)

    def test_a_listener_that_never_accepts(self):
        """TCP's handshake is done by the kernel, TLS's by nobody."""
        with socket.create_server(("127.0.0.1", ft.free_port()), backlog=128) as listener:
            given = {"load.timeout": SHORT, "settle": "0s"}
            port = listener.getsockname()[1]
            result = self.run_checked(tls.loading(port, ASKS, N, **given), *ft.all_end("timeout", N))
        self.assert_outcomes("client", result, "timeout")
        self.assertEqual(result["connections.opened"], N)

    # ---- once it is there ----

    def established(self, then, version=None, response=RESPONSE[:20]):
        def play(connection):
            context = wire.server_context(tls.identity(), version=version)
            endpoint = wire.Endpoint(connection, context).handshake()
            endpoint.read()
            endpoint.write(response)
            then(endpoint)

        return play

    def test_an_end_in_the_stream(self):
        def cut(endpoint):
            fin(endpoint.connection)

        def end(endpoint):
            endpoint.notify()
            silent(endpoint.connection)

        def reset(endpoint):
            time.sleep(0.1)
            wire.reset(endpoint.connection)

        def alert(endpoint):
            endpoint.fail()
            silent(endpoint.connection)

        def nonsense(endpoint):
            endpoint.connection.sendall(wire.record(wire.DATA, os.urandom(64)))
            silent(endpoint.connection)

        bad_mac = "decryption failed or bad record mac"
        cases = {
            cut: ("truncated", EOF_REASON),
            end: ("eof",),
            reset: ("reset",),
            alert: ("alert", "sslv3 alert bad record mac"),
            nonsense: ("tls", bad_mac),
        }
        for version in (TLS_1_2, TLS_1_3):
            for then, (outcome, *reasons) in cases.items():
                with self.subTest(then.__name__, version=version.name):
                    self.check(self.established(then, version), outcome, *reasons)

    def test_instead_of_a_close_notify(self):
        """The response is whole; what is waited for is the end."""

        def cut(endpoint):
            fin(endpoint.connection)

        def reset(endpoint):
            time.sleep(0.1)
            wire.reset(endpoint.connection)

        def nothing(endpoint):
            silent(endpoint.connection)

        def more(endpoint):
            for _ in range(20):
                endpoint.write(b"x" * 60000)
            endpoint.notify()
            silent(endpoint.connection)

        cases = {
            cut: ("truncated", EOF_REASON),
            reset: ("reset",),
            nothing: ("timeout",),
            more: ("done",),
        }
        for then, (outcome, *reasons) in cases.items():
            with self.subTest(then.__name__):
                timeout = SHORT if outcome == "timeout" else "20s"
                play = self.established(then, response=RESPONSE)
                self.check(play, outcome, *reasons, load__timeout=timeout)

    def test_an_end_of_a_message_that_only_the_end_tells(self):
        """Without a Content-Length a close_notify ends the body, and a bare FIN does not."""
        response = b"HTTP/1.1 200 OK\r\n\r\nhello"

        def end(endpoint):
            endpoint.notify()
            fin(endpoint.connection)

        def cut(endpoint):
            fin(endpoint.connection)

        given = {"program": "connect send recv close"}
        self.check(self.established(end, response=response), "done", **given)
        self.check(self.established(cut, response=response), "truncated", EOF_REASON, **given)
        ignore = {"client__tls__ignore_unexpected_eof": "on"}
        self.check(self.established(cut, response=response), "done", **given, **ignore)

    # ---- floods ----

    NULL = {"tls__version": "1.2", "tls__ciphers": wire.NULL_CIPHER}

    def flood(self, kind, body, times=3000):
        def play(connection):
            context = wire.server_context(tls.identity("rsa"))
            peer = wire.Unencrypted(connection, context)
            with contextlib.suppress(ConnectionError):
                peer.send(kind, body, times)
                peer.send(wire.DATA, RESPONSE)
                peer.send(wire.ALERT, bytes([wire.WARNING, wire.CLOSE_NOTIFY]))
            silent(connection)

        return self.meet(play, load__may_fail="on", **self.NULL)

    def test_renegotiation(self):
        result = self.flood(wire.HANDSHAKE, bytes([wire.HELLO_REQUEST, 0, 0, 0]))
        self.assert_outcomes("client", result, "done")
        self.assertEqual(result["client.tls.handshakes"], N)

    def test_warnings(self):
        result = self.flood(wire.ALERT, bytes([wire.WARNING, wire.USER_CANCELED]))
        self.assert_outcomes("client", result, "tls", "too many warn alerts")

    def test_key_updates(self):
        """s_server takes one connection at a time."""
        who, port = tls.identity(), ft.free_port()
        command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-naccept", "1"]
        command += ["-msg", "-tls1_3", "-cert", who.cert, "-key", who.key]
        with tls.typing(command) as server:
            ft.wait_until(lambda: ft.listening_on(port), "openssl s_server listens")
            given = {"protocol": "raw", "response.size": 10, "load.concurrency": 1, "settle": "0s"}
            given |= {"tls.version": "1.3", "request.size": 1}
            settings = tls.loading(port, "connect recv notify close", 1, **given)
            ours = ft.popen([*ft.as_arguments(settings), "--json"])

            def shaken():
                return "CIPHER is" in server.read() or ours.poll() is not None

            ft.wait_until(shaken, "the handshake is complete")
            for _ in range(UPDATES):
                server.type("K", ASKED)
            server.type("0123456789")
            ended = ft.finish(ours)
            server.wait()
        self.assertEqual(ended.status, 0, ended)
        self.assert_updates(server.said)
        self.assertEqual(ended.result.outcomes("client"), {"done": 1})


if __name__ == "__main__":
    ft.main()
