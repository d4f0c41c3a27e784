"""What finwait says of public reports: ids, counts and sums.  tests/data/cases has the reports;
those with servers that are not finwait's are in configs/real, see real_test.py."""

import re
import unittest

import cases
import finwait_test as ft
import hosts

V6 = {"ip": "v6"}
TLS = {"transport": "tls"}


class Ports(cases.CaseTest, ft.LabTestCase):
    """01: the client closes first, and its TIME_WAITs hold the ports."""

    RANGE = "client.sysctl.net.ipv4.ip_local_port_range"
    # By number: a load of so long misses some on a busy machine.
    SHORT = {"load.duration": "5s", "load.connections": 2000, RANGE: "32768 33767"}
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
        refused = result["client.outcome.refused"]
        self.assertGreater(refused, result["connections.failed"] / 2)  # others were under way
        self.assertEqual(result["closed_first.server"], result["connections.opened"])
        # "such sockets", where the kill met some that were under way.
        text = result.remark("time_wait.pile", "server")["text"]
        told = re.search(r"([\d.]+)(?: such sockets)? a second", text)
        self.assertAlmostEqual(float(told[1]), 100, delta=5)  # the load's own rate
        self.assert_told(result, "connect.refused", "event.happened")
        self.assertIn("reuseaddr", result.remark("restart.refused")["advice"])

    def test_without_reuseaddr(self):
        self.refused()

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
        self.assert_told(result, "message.missing")
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


class Backlog(cases.CaseTest, ft.LabTestCase):
    """13: listen(5) and 64 clients."""

    def test_the_backlog_binds(self):
        settings = {"load.timeout": "1500ms"}  # so many that some meet a server without a CPU
        result = self.run_case("13-werkzeug-47-backlog", settings, status=1)
        self.assert_queue_full(result, "server.backlog", "somaxconn")

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

    def test_room_enough(self):
        settings = {"load.connections": 128, "server.backlog": 128}
        result = self.run_case("13-werkzeug-47-backlog", settings)
        self.assertEqual(result["connections.completed"], 128)
        self.assert_untold(result, "accept_queue.full", "connect.slow")


class HalfClose(cases.CaseTest, ft.LabTestCase):
    """36: a half-close taken for the end."""

    def private(self, count=300, **settings):
        result = self.run_case("36-halfclose-private", settings, status=1)
        self.assert_all_lost(result, count)
        self.assertEqual(result["client.outcome.eof"], count)
        self.assert_told(result, "message.missing")

    def test_no_answer(self):
        self.private()

    def test_over_ipv6(self):
        self.private(**V6)

    def test_a_server_that_waits_for_the_fin(self):
        self.private(**{"server.program": "accept recv wait-fin close"})


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


class Idle(cases.CaseTest):
    """16: the server ends idle connections while a request is on its way."""

    EITHER = {"expect": "null"}  # of who may be first

    def race(self, name, settings, status=1):
        """Its result, and how many answers were lost: where the server was the first to close."""
        result = self.run_case(name, settings, status=status)
        lost = result["client.message_due"]
        self.assertEqual(result["connections.failed"], lost)
        ends = result["client.outcome.eof"] + result["client.outcome.reset"]
        self.assertEqual(ends, lost)
        self.assertGreaterEqual(result["closed_first.server"], lost)
        self.assertEqual(result["closed_first.unknown"], 0)
        return result, lost

    def check_all_lost(self, name, settings, least, most):
        """And the server's idle timeout is measured, in seconds."""
        result, lost = self.race(name, settings)
        self.assertEqual(lost, result["connections.attempted"])
        self.assertGreaterEqual(result["latency.idle.p50"], least)
        self.assertLess(result["latency.idle.p50"], most)
        self.assert_told(result, "idle.closed", "message.missing")

    def check_none_lost(self, name, settings):
        result, lost = self.race(name, settings, status=0)
        self.assertEqual(lost, 0)
        self.assertNotIn("latency.idle.p50", result.json["metrics"])
        self.assert_untold(result, "idle.closed")
        return result


class PrivateIdle(Idle, ft.LabTestCase):
    NAME = "16-node-20256-race"
    SHORT = {"load.duration": "5s", "load.connections": 100, "load.timeout": "3s"}

    def programs(self, client, server, end="close"):
        return {
            **self.SHORT,
            "client.program": f"connect send recv pause({client}) send recv close",
            "server.program": f"accept recv send pause({server}) {end}",
        }

    def test_a_race(self):
        self.race(self.NAME, {**self.SHORT, **self.EITHER}, status=0)

    def test_the_server_is_first(self):
        self.check_all_lost(self.NAME, self.programs("1500ms", "500ms"), 0.1, 1.5)

    def test_over_tls(self):
        settings = {**self.programs("1500ms", "500ms", "notify close"), **TLS}
        self.check_all_lost(self.NAME, settings, 0.1, 1.5)

    def test_a_server_that_waits_longer(self):
        settings = self.programs("50ms", "300ms")
        settings["server.program"] = "accept recv send recv send wait-fin close"
        result = self.check_none_lost(self.NAME, settings)
        self.assertEqual(result["closed_first.client"], result["connections.attempted"])


class HangUp(cases.CaseTest, ft.LabTestCase):
    """aioftp 88: as it was written the client completes its handshake; where it gives up is said."""

    def play(self, program):
        settings = {"client.program": program, "load.connections": 100, "settle": "3s"}
        return self.run_case("19-aioftp-88-handshake", settings)

    def test_in_mid_handshake(self):
        for program in ("connect(hello) close", "connect(flight) close"):
            result = self.play(program)
            self.assertEqual(result["server.tls.incomplete"], 100)
            self.assertEqual(result["server.tls.handshakes"], 0)
            self.assertEqual(result["connections.completed"], 100)
            self.assert_told(result, "tls.given_up")

    def test_behind_it(self):
        result = self.play("connect close")
        self.assertEqual(result["client.tls.handshakes"], 100)
        self.assert_untold(result, "tls.given_up")


if __name__ == "__main__":
    ft.main()
