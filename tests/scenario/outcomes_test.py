"""What is no success: an end without the message that was due, a status that nobody came for, a
run in which nothing was established.  And who closed first, as counts."""

import socket
import ssl
import struct
import time
import unittest

import finwait_test as ft
from servers import read_head, server
from tls_peers import identity

N = 60
ASKS = {"load.connections": N, "load.concurrency": 8, "settle": "100ms"}
DUE = {"client.program": "connect send recv wait-fin close"}


def answer(status, body="x" * 20):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return (head + body).encode()


def at(port):
    return {"lab": "host", "server.at": f"127.0.0.1:{port}", **ASKS}


class Due(ft.LabTestCase):
    """A message that was due and did not come, whatever the model foresees."""

    def assert_all_failed(self, server_program, outcome, **settings):
        settings = {**ASKS, "server.program": server_program, **DUE, **settings}
        result = self.run_checked(settings, "--expect=connections.failed == 0", status=1)
        self.assertEqual(result["connections.completed"], 0)
        self.assertEqual(result["connections.failed"], N)
        self.assertEqual(result["client.message_due"], N)
        self.assertEqual(result.outcomes("client"), {outcome: N})
        remarks = {(one["id"], one.get("side")): one for one in result.listed("remarks")}
        told = remarks["message.missing", "client"]["evidence"]
        self.assertEqual(told["client.message_due"], N)
        self.assertEqual(told[f"client.outcome.{outcome}"], N)
        self.assertNotIn(("prediction.failed", None), remarks)  # the model foresaw this end
        return result

    def test_a_fin_in_place_of_the_answer(self):
        self.assert_all_failed("accept recv close", "eof")

    def test_a_half_close_taken_for_the_end(self):
        program = "connect send shut-wr recv wait-fin close"
        self.assert_all_failed("accept recv close", "eof", **{"client.program": program})

    def test_a_reset_in_place_of_the_answer(self):
        self.assert_all_failed("accept recv rst", "reset")

    def test_a_fin_in_place_of_the_second_answer(self):
        program = "connect send recv send recv close"
        self.assert_all_failed("accept recv send recv close", "eof", **{"client.program": program})

    def test_a_tls_end_in_place_of_the_answer(self):
        self.assert_all_failed("accept recv notify close", "eof", transport="tls")

    def test_a_reset_after_the_answer_is_none(self):
        settings = {**ASKS, **DUE, "server.program": "accept recv send rst"}
        result = self.run_checked(settings)
        lost = result["client.message_due"]  # the RST may overtake the answer
        self.assertEqual(result["connections.failed"], lost)
        self.assertEqual(result["connections.completed"], N - lost)


class Opened(ft.LabTestCase):
    """A connection that the peer reset before the worker looked was established all the same."""

    def test_as_the_kernel_counts(self):
        settings = {
            **DUE,
            "client.program": "connect send recv close",
            "server.program": "accept recv send die",
            "server.workers": 2,
            "load.connections": 50,
        }
        result = self.run_checked(settings)
        opened = result["connections.opened"]
        ended = result.outcomes("client")
        self.assertGreaterEqual(opened, result["server.counter.TcpPassiveOpens"])
        self.assertEqual(opened + ended.get("refused", 0), result["connections.attempted"])
        self.assertEqual(result["client.message_due"], opened - ended["done"])


    def test_what_a_dead_worker_had_not_looked_at(self):
        """The server accepted them, so they were established, and the client's FINs were sent."""
        programs = {"client.program": "connect die", "server.program": "accept wait-fin close"}
        result = self.run_checked({**programs, "load.connections": 24, "settle": "200ms"})
        self.assertEqual(result["connections.opened"], result["server.attempted"])
        self.assertLessEqual(result["client.opened"], result["connections.opened"])
        self.assertLessEqual(result["closed_first.client"], result["connections.opened"])

    def test_those_that_the_client_alone_has(self):
        """The third segment meets a full queue, and so do data and FIN: the client ends well."""
        n = 300
        result = self.run_checked(
            {
                "protocol": "raw",
                "client.program": "connect send close",
                "server.program": "accept recv close",
                "server.backlog": 5,
                "load.connections": n,
                "load.concurrency": n,
                "settle": "0s",
            }
        )
        told = {(one["id"], one.get("side")): one for one in result.listed("remarks")}
        accepted = result["server.attempted"]
        self.assertEqual(result["connections.completed"], n)
        self.assertEqual(result["connections.opened"], n)
        if accepted < 0.98 * n:  # which is so on any machine but one that accepts at once
            evidence = told["connections.not_accepted", None]["evidence"]
            self.assertEqual(evidence["client.opened"], n)
            self.assertEqual(evidence["server.attempted"], accepted)
            evidence = told["prediction.failed", "server"]["evidence"]
            self.assertEqual(evidence["server.attempted"], accepted)
            self.assertNotIn(("prediction.met", None), told)
            self.assertNotIn(("prediction.race", None), told)
        texts = " ".join(one["text"] for one in told.values())
        self.assertNotIn("no data is lost", texts)


class Statuses(ft.TestCase):
    def seen(self, status, *arguments, ends=1, **settings):
        def serve(connection):
            read_head(connection)
            connection.sendall(answer(status))

        with server(serve) as port:
            return self.run_checked({**at(port), **settings}, *arguments, status=ends)

    def test_each_class_that_is_no_success(self):
        for status in ("404 Not Found", "501 Not Implemented", "503 Unavailable"):
            with self.subTest(status=status):
                result = self.seen(status, "--expect=connections.failed == 0")
                self.assertEqual(result["connections.failed"], N)
                self.assertEqual(result["client.outcome.bad_status"], N)
                self.assertEqual(result[f"client.http.status.{status[:3]}"], N)
                self.assertEqual(result[f"client.http.{status[0]}xx"], N)
                self.assertEqual(result["client.http.2xx"], 0)
                ids = [one["id"] for one in result.listed("remarks")]
                self.assertIn("http.bad_status", ids)

    def test_a_reset_after_it_hides_none(self):
        """Whatever ended the connection then: the status had come."""

        def serve(connection):
            read_head(connection)
            connection.sendall(answer("401 Unauthorized"))
            time.sleep(0.05)  # the client reads it
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        with server(serve) as port:
            result = self.run_checked({**at(port), **DUE}, status=1)
        self.assertEqual(result["connections.failed"], N)
        self.assertEqual(result["client.outcome.bad_status"], N)
        self.assertEqual(result["client.errors.ECONNRESET"], N)
        self.assertNotIn("message.missing", result.remark_ids())
        self.assertIn("http.bad_status", result.remark_ids())

    def test_held_after_it(self):
        result = self.seen("404 Not Found", **{"client.program": "connect send recv hold"})
        self.assertEqual(result["connections.failed"], N)
        self.assertNotIn("message.missing", result.remark_ids())
        self.assertIn("http.bad_status", result.remark_ids())
        self.assertIn("client.http.ok > 0", [one["text"] for one in result.json["expectations"]])

    def test_what_is_a_success_can_be_said(self):
        result = self.seen("404 Not Found", ends=0, **{"http.ok": "404"})
        self.assertEqual(result["connections.completed"], N)
        result = self.seen("204 No Content", ends=0)
        self.assertEqual(result["connections.completed"], N)
        result = self.seen("302 Found", "--expect=connections.failed == 0", **{"http.ok": "2xx"})
        self.assertEqual(result["client.outcome.bad_status"], N)

    def test_plain_http_to_a_tls_port(self):
        who = identity()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(who.cert, who.key)

        def serve(connection):
            with context.wrap_socket(connection, server_side=True) as secure:
                read_head(secure)

        with server(serve) as port:
            result = self.run_checked(at(port), "--expect=connections.failed == 0", status=1)
        self.assertEqual(result["connections.failed"], N)

    def test_a_get_by_default(self):
        methods = set()

        def serve(connection):
            methods.add(read_head(connection).split(b" ")[0])
            connection.sendall(answer("200 OK"))

        with server(serve) as port:
            self.run_checked(at(port))
            self.assertEqual(methods, {b"GET"})
            self.run_checked({**at(port), "request.size": "5"})
            self.assertEqual(methods, {b"GET", b"POST"})


class NothingEstablished(ft.TestCase):
    """A dead server's port: nothing ran, so nothing passes."""

    def refused(self, *expectations, status):
        arguments = [f"--expect={text}" for text in expectations]
        result = self.run_checked(at(ft.free_port()), *arguments, status=status)
        self.assertEqual(result["connections.opened"], 0)
        return {one["text"]: one["verdict"] for one in result.listed("expectations")}

    def test_without_an_expectation(self):
        self.assertEqual(self.refused(status=1), {"connections.opened > 0": "fail"})

    def test_what_holds_in_vain(self):
        for text in (
            "server.close_wait.final == 0",
            "client.time_wait.peak < 10",
            "client.outcome.reset == 0",
        ):
            with self.subTest(text=text):
                self.assertEqual(
                    self.refused(text, status=1),
                    {text: "vacuous", "connections.opened > 0": "fail"},
                )

    def test_no_handshake(self):
        text = "server.close_wait.final == 0"
        settings = {
            "order": "server-first",
            "transport": "tls",
            "load.connections": N,
            "tls.version": "1.2",
            "tls.ciphers": "ECDHE-RSA-AES128-SHA256",  # and the certificate is of ECDSA
        }
        result = self.run_checked(settings, f"--expect={text}", status=1)
        self.assertEqual(result["connections.opened"], N)
        self.assertEqual(
            {one["text"]: one["verdict"] for one in result.listed("expectations")},
            {text: "vacuous", "client.tls.handshakes > 0": "fail"},
        )

    def test_what_was_asked_for(self):
        for text in ("connections.opened == 0", f"client.errors.ECONNREFUSED == {N}"):
            with self.subTest(text=text):
                self.assertEqual(self.refused(text, status=0), {text: "pass"})


class ClosedFirst(ft.LabTestCase):
    """One of client, server, both for every connection, as the kernel's own counters have it."""

    def closers(self, result):
        names = ("client", "server", "both", "unknown")
        seen = {name: result[f"closed_first.{name}"] for name in names}
        self.assertEqual(sum(seen.values()), N)
        return {name: count for name, count in seen.items() if count > 0}

    def closed(self, settings):
        result = self.run_checked({**ASKS, **settings})
        return self.closers(result), result

    def test_orders(self):
        for order, first in (
            ("client-first", "client"),
            ("server-first", "server"),
            ("client-rst", "client"),
            ("server-rst", "server"),
            ("simultaneous", "both"),
        ):
            with self.subTest(order=order):
                ft.check_in_time(
                    lambda order=order: self.run_checked({**ASKS, "order": order}),
                    lambda result, first=first: self.assertEqual(self.closers(result), {first: N}),
                )

    @unittest.skipUnless(ft.IN_ORDER, "a RST after a segment that was overtaken hides who closed")
    def test_a_race_agrees_with_the_kernel(self):
        seen, result = self.closed(
            {
                "client.program": "connect send recv close",
                "server.program": "accept recv send close",
            }
        )
        # A mini-socket is made only by a FIN that left before the peer's had come.
        for side in ("client", "server"):
            made = result[f"{side}.counter.TcpExtTW"]
            self.assertEqual(seen.get(side, 0) + seen.get("both", 0), made)

    def test_a_held_end_leaves_it_to_the_peer(self):
        seen, _ = self.closed(
            {"client.program": "connect send recv close", "server.program": "accept recv send hold"}
        )
        self.assertEqual(seen, {"client": N})

    def test_nobody_closed(self):
        seen, _ = self.closed(
            {"client.program": "connect send recv hold", "server.program": "accept recv send hold"}
        )
        self.assertEqual(seen, {"unknown": N})


class ForeignClosedFirst(ft.TestCase):
    def test_a_server_that_ends_the_handshake_of_tls(self):
        def serve(connection):
            connection.recv(65536)  # the ClientHello

        with server(serve) as port:
            settings = {**at(port), "transport": "tls"}
            result = self.run_checked(settings, "--expect=connections.opened > 0")
        self.assertEqual(result.outcomes("client"), {"handshake": N})
        self.assertEqual(result["closed_first.server"], N)

    def test_a_foreign_server_that_ends_some(self):
        """Every second connection the server ends at once, the others only after the client."""
        turns = iter(range(10**6))

        def serve(connection):
            read_head(connection)
            connection.sendall(answer("200 OK"))
            if next(turns) % 2 == 0:
                connection.recv(1)

        with server(serve) as port:
            program = {"client.program": "connect send recv pause(300ms) close"}
            result = self.run_checked({**at(port), "load.concurrency": N, **program})
        self.assertEqual(result["closed_first.client"], N // 2)
        self.assertEqual(result["closed_first.server"], N // 2)
        self.assertEqual(result["closed_first.unknown"], 0)


if __name__ == "__main__":
    ft.main()
