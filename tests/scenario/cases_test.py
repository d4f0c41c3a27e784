"""What finwait says of public reports: ids, counts and sums.  tests/data/cases has the reports; the
servers that are not finwait's are Python's and nginx."""

import contextlib
import threading
import unittest

import cases
import finwait_test as ft
import hosts

V6 = {"ip": "v6"}
TLS = {"transport": "tls"}


class Ports(cases.CaseTest, ft.LabTestCase):
    """01: the client closes first, and its TIME_WAITs hold the ports."""

    RANGE = "client.sysctl.net.ipv4.ip_local_port_range"
    SHORT = {"load.duration": "1s", RANGE: "32768 33767"}
    PORTS = 1000

    def exhausted(self, **sysctls):
        sysctls = {f"client.sysctl.net.ipv4.{key}": value for key, value in sysctls.items()}
        return self.check({**self.SHORT, **sysctls})

    def check(self, settings):
        result = self.run_case("01-k6-826-ports", settings, status=1)
        self.assertEqual(result["client.time_wait.final"], self.PORTS)
        self.assertEqual(result["closed_first.client"], result["connections.completed"])
        self.assertEqual(result["client.outcome.no_port"], result["connections.failed"])
        self.assertEqual(result["connections.attempted"], 2000)
        remark = result.remark("ports.exhausted")
        self.assertIn("2,000", remark["text"])
        self.assertIn("2,000", result.remark("time_wait.pile", "client")["text"])
        self.assertNotIn("fin_timeout", remark["text"] + remark["advice"])
        self.assert_untold(result, "address.unavailable")
        return result, remark

    def test_ports_in_time_wait(self):
        result, remark = self.exhausted()
        self.assertEqual(result["connections.completed"], self.PORTS)
        self.assertIn("tcp_tw_reuse", remark["advice"])

    def test_a_shorter_fin_timeout_changes_nothing(self):
        result, remark = self.exhausted(tcp_fin_timeout=5)
        self.assertEqual(result["connections.completed"], self.PORTS)
        self.assertIn("tcp_tw_reuse", remark["advice"])

    def test_reuse_without_timestamps(self):
        result, remark = self.exhausted(tcp_tw_reuse=1, tcp_timestamps=0)
        self.assertEqual(result["connections.completed"], self.PORTS)
        self.assertEqual(result["client.counter.TcpExtTWRecycled"], 0)
        self.assertIn("tcp_timestamps", remark["advice"])

    def test_reuse_that_is_already_set(self):
        result, remark = self.exhausted(tcp_tw_reuse=1)
        recycled = result["client.counter.TcpExtTWRecycled"]
        self.assertEqual(result["connections.completed"], self.PORTS + recycled)
        self.assertNotIn("tcp_tw_reuse", remark["advice"])

    def test_over_ipv6(self):
        result, _ = self.check({**self.SHORT, **V6})
        self.assertEqual(result["connections.completed"], self.PORTS)

    def test_the_server_closes_first(self):
        result = self.run_case("01-k6-826-ports", {**self.SHORT, "order": "server-first"})
        self.assertEqual(result["closed_first.server"], 2000)
        self.assert_untold(result, "ports.exhausted")


class Restart(cases.CaseTest, ft.LabTestCase):
    """04: a server that is started again over its TIME_WAITs."""

    SHORT = {"load.duration": "2s"}

    def refused(self, **settings):
        result = self.run_case("04-neon-801-restart", {**self.SHORT, **settings}, status=1)
        self.assertEqual(result["timeline.refusals"], result["server.errors.EADDRINUSE"])
        self.assertGreater(result["client.outcome.refused"], 0)  # one more may have been under way
        self.assertLessEqual(result["connections.failed"] - result["client.outcome.refused"], 1)
        self.assertEqual(result["closed_first.server"], result["connections.opened"])
        self.assertIn("100 a second", result.remark("time_wait.pile", "server")["text"])
        self.assert_told(result, "connect.refused", "event.happened")
        self.assertIn("reuseaddr", result.remark("restart.refused")["advice"])

    def test_without_reuseaddr(self):
        self.refused()

    def test_over_ipv6(self):
        self.refused(**V6)

    def test_over_tls(self):
        self.refused(**TLS)

    def restarted(self, **settings):
        result = self.run_case("04-neon-801-restart", {**self.SHORT, **settings})
        self.assertGreater(result["timeline.restart"], 0)
        self.assert_untold(result, "restart.refused")

    def test_with_reuseaddr(self):
        self.restarted(**{"server.sockopt.reuseaddr": "on"})

    def test_the_client_has_the_time_waits(self):
        self.restarted(order="client-first")


class CutAnswers(cases.CaseTest, ft.LabTestCase):
    """05 and 06: a RST that overtakes an answer makes it no success."""

    def cut(self, name, count, **settings):
        result = self.run_case(name, settings, status=1)
        lost = result["client.message_due"]
        self.assertGreater(lost, 0)
        self.assertLessEqual(lost, result["connections.failed"])
        self.assertEqual(result["client.messages_received"] + lost, count)
        self.assertEqual(result["server.messages_sent"], count)
        self.assertEqual(result["closed_first.server"], count)
        self.assert_told(result, "rst.sent")
        self.assert_untold(result, "prediction.met")
        return result

    def test_an_answer_before_the_body_is_read(self):
        result = self.cut("05-gunicorn-872-early401", 500)
        self.assertEqual(result["connections.failed"], result["client.message_due"])

    def test_over_ipv6(self):
        self.cut("05-gunicorn-872-early401", 500, **V6)

    def test_an_answer_after_the_body_is_read(self):
        drained = {"server.program": "accept recv send close"}
        result = self.run_case("05-gunicorn-872-early401", drained)
        self.assertEqual(result["connections.completed"], 500)
        self.assert_untold(result, "rst.sent")

    def test_nolinger(self):
        result = self.cut("06-haproxy-896-nolinger", 500)
        self.assertEqual(result["connections.failed"], result["client.message_due"])
        self.assertEqual(result["server.counter.TcpExtTCPAbortOnData"], 500)

    def test_nolinger_as_a_socket_option(self):
        program = {"server.program": "accept recv send close", "server.sockopt.linger": "0s"}
        self.cut("06-haproxy-896-nolinger", 500, **program)

    def test_lingering(self):
        program = {"server.program": "accept recv send close"}
        result = self.run_case("06-haproxy-896-nolinger", {**program, "load.connections": 100})
        self.assert_untold(result, "rst.sent")


class HalfClose(cases.CaseTest, ft.LabTestCase):
    """15 and 36: a half-close taken for the end."""

    def private(self, count=300, **settings):
        result = self.run_case("36-halfclose-private", settings, status=1)
        self.assert_all_lost(result, count)
        self.assertEqual(result["client.outcome.eof"], count)
        self.assert_untold(result, "prediction.met")

    def test_no_answer(self):
        self.private()

    def test_over_ipv6(self):
        self.private(**V6)

    def test_a_server_that_waits_for_the_fin(self):
        self.private(**{"server.program": "accept recv wait-fin close"})

    def foreign(self, serve, status, **settings):
        with cases.server(serve) as port:
            short = {**cases.at(port), "load.connections": 100, **settings}
            return self.run_case("15-http-core-22-halfclose", short, status=status)

    def test_a_foreign_server_that_takes_it_for_an_abort(self):
        def serve(connection):
            with contextlib.suppress(OSError), connection:
                while connection.recv(65536):
                    pass

        result = self.foreign(serve, 1)
        self.assert_all_lost(result, 100)
        self.assertEqual(result["closed_first.client"], 100)

    def test_a_foreign_server_that_answers_all_the_same(self):
        def serve(connection):
            with contextlib.suppress(OSError), connection:
                while connection.recv(65536):
                    pass
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        result = self.foreign(serve, 0)
        self.assertEqual(result["connections.completed"], 100)
        self.assertEqual(result["closed_first.client"], 100)


class Leak(cases.CaseTest):
    """17 and 33: CLOSE_WAIT of an application that does not close, and of one that does not accept."""

    N = 100
    SHORT = {"load.connections": N}

    def leak(self, name, port, host="127.0.0.1", **settings):
        settings = {**self.SHORT, **cases.at(port, host), **settings}
        result = self.run_case(name, settings, status=1)
        self.assertEqual(result["closed_first.client"], self.N)
        self.assertEqual(result["server.close_wait.final"], self.N)
        self.assertEqual(result["client.fin_wait2.final"], self.N)
        return result

    @contextlib.contextmanager
    def leaking(self, **where):
        kept = []
        try:
            with cases.server(kept.append, **where) as port:
                yield port
        finally:
            for connection in kept:
                connection.close()

    def test_descriptors_that_nobody_closes(self):
        with self.leaking() as port:
            result = self.leak("17-node-help-3914-closewait", port)
        self.assertEqual(result["server.close_wait.unaccepted"], 0)
        self.assert_told(result, "close_wait.leak")
        self.assert_untold(result, "close_wait.unaccepted")

    def test_over_ipv6(self):
        self.require_ipv6()
        with self.leaking(host="::1") as port:
            result = self.leak("17-node-help-3914-closewait", port, "[::1]", **V6)
        self.assert_told(result, "close_wait.leak")

    def test_a_server_that_never_accepts(self):
        with cases.listening() as listener:
            port = listener.getsockname()[1]
            result = self.leak("33-tomcat-acceptcount", port)
        self.assertEqual(result["server.close_wait.unaccepted"], self.N)
        self.assertEqual(result["server.accept_queue.final"], self.N)
        self.assert_told(result, "close_wait.unaccepted")
        self.assert_untold(result, "close_wait.leak")

    def test_a_server_that_never_accepts_over_ipv6(self):
        self.require_ipv6()
        with cases.listening("::1") as listener:
            port = listener.getsockname()[1]
            result = self.leak("33-tomcat-acceptcount", port, "[::1]", **V6)
        self.assert_told(result, "close_wait.unaccepted")
        self.assert_untold(result, "close_wait.leak")

    def test_a_server_that_accepts_a_few(self):
        """Both at once, each told with its own count."""
        few = 10
        kept = []

        def accept(listener):
            for _ in range(few):
                kept.append(listener.accept()[0])

        with cases.listening() as listener:
            thread = threading.Thread(target=accept, args=[listener])
            thread.start()
            result = self.leak("33-tomcat-acceptcount", listener.getsockname()[1])
            thread.join()
            for connection in kept:
                connection.close()
        self.assertEqual(result["server.close_wait.unaccepted"], self.N - few)
        self.assert_told(result, "close_wait.unaccepted", "close_wait.leak")


@unittest.skipIf(hosts.refusal(), "no host of a test's own here")
class NoAddress(cases.CaseTest):
    """20: EADDRNOTAVAIL where no port was short."""

    def refused(self, *prepare):
        with hosts.keeper("unshare", "-Urn") as keeper:
            host = hosts.Host(keeper)
            for command in prepare:
                host.run(*command.split())
            ran = host.run(ft.BINARY, *cases.arguments("20-pgbouncer-483-v6", {}), check=False)
        ended = ft.Run(ran.returncode, ran.stdout, ran.stderr)
        self.assertEqual((ended.status, ended.stderr), (1, ""), ended)
        self.assert_sums(ended.result)
        self.assertEqual(ended.result["connections.failed"], 100)
        self.assertEqual(ended.result["client.errors.EADDRNOTAVAIL"], 100)
        self.assert_untold(ended.result, "ports.exhausted")
        return ended.result

    def test_ipv6_disabled(self):
        result = self.refused(
            "ip link set lo up", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1"
        )
        self.assertIn("disable_ipv6", result.remark("address.unavailable")["text"])

    def test_the_address_taken_away(self):
        result = self.refused("ip link set lo up", "ip address del ::1/128 dev lo")
        self.assertNotIn("disable_ipv6", result.remark("address.unavailable")["text"])


if __name__ == "__main__":
    cases.alone()
    ft.main()
