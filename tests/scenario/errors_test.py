"""What goes wrong with a connection is an outcome, counted, and does not end the run."""

import socket

import finwait_test as ft


class Refused(ft.TestCase):
    N = 100

    def run_refused(self, *arguments, status=0):
        with socket.socket() as taken:  # bound and not listening: nobody else can have the port
            taken.bind(("127.0.0.1", 0))
            settings = {
                "lab": "host",
                "server.at": f"127.0.0.1:{taken.getsockname()[1]}",
                "client.program": "connect send recv close",
                "load.connections": self.N,
                "settle": "0s",
            }
            return self.run_checked(settings, *arguments, status=status)

    def test_refused(self):
        result = self.run_refused("--expect=connections.opened == 0")
        self.assertEqual(result.outcomes("client"), {"refused": self.N})
        self.assertEqual(result["errors.ECONNREFUSED"], self.N)
        self.assertEqual(result["connections.attempted"], self.N)
        self.assertEqual(result["connections.opened"], 0)
        self.assertEqual(result["connections.completed"], 0)
        self.assertEqual(result["connections.failed"], self.N)
        self.assertNotIn("latency.connect.p50", result.json["metrics"])

    def test_expectations_judge_it(self):
        self.run_refused("--expect=outcome.refused == connections.attempted")
        result = self.run_refused("--expect=connections.failed == 0", status=1)
        self.assertEqual(result.listed("expectations")[0]["verdict"], "fail")


    def test_it_is_no_pass_unless_it_may_fail(self):
        held = "--expect=server.close_wait.final == 0"
        for arguments, verdicts in (
            ([], {"connections.opened > 0": "fail"}),
            ([held], {held[9:]: "vacuous", "connections.opened > 0": "fail"}),
        ):
            result = self.run_refused(*arguments, status=1)
            told = {e["text"]: e["verdict"] for e in result.listed("expectations")}
            self.assertEqual(told, verdicts)
            result = self.run_refused(*arguments, "--set=load.may_fail=yes")
            told = {e["text"]: e["verdict"] for e in result.listed("expectations")}
            self.assertEqual(told, {text[9:]: "pass" for text in arguments})


class NoAnswer(ft.LabTestCase):
    """Connections were made, and none had what it came for."""

    def run_unanswered(self, *arguments, **how):
        settings = {
            "load.connections": 10,
            "client.program": "connect send recv close",
            "server.program": "accept recv linger(0s) close",
            "settle": "0s",
        }
        return self.run_checked(settings, "--expect=server.close_wait.final == 0", *arguments, **how)

    def test_it_is_no_pass(self):
        result = self.run_unanswered(status=1)
        told = {e["text"]: e["verdict"] for e in result.listed("expectations")}
        self.assertEqual(told["client.messages_received > 0"], "fail")

    def test_who_asks_for_it_has_it(self):
        self.run_unanswered("--expect=client.outcome.reset == 10")
        self.run_unanswered("--set=load.may_fail=on")


class NoPort(ft.LabTestCase):
    N = 1000

    def run_out(self, addresses):
        ports = 100 * addresses
        result = self.run_checked(
            {
                "order": "client-first",
                "load.connections": self.N,
                "client.addresses": addresses,
                "client.sysctl.net.ipv4.ip_local_port_range": "40000 40099",
                "client.sysctl.net.ipv4.tcp_tw_reuse": 0,
                "settle": "200ms",
            }
        )
        # A stray RST (see assert_resets) ends a TIME_WAIT and so frees a port.
        freed = result["server.counter.TcpOutRsts"]
        self.assert_resets(freed, 0, ports)
        self.assert_states(result.final("client"), {"time_wait": ports}, freed)
        done = result["client.outcome.done"]
        self.assertGreaterEqual(done, ports)
        self.assertLessEqual(done, ports + freed)
        self.assertEqual(result.outcomes("client"), {"done": done, "no_port": self.N - done})
        self.assertEqual(result["errors.EADDRNOTAVAIL"], self.N - done)
        self.assertEqual(result["connections.failed"], self.N - done)

    def test_ports_run_out(self):
        self.run_out(addresses=1)

    def test_a_second_address_has_ports_of_its_own(self):
        self.run_out(addresses=2)


class NoDescriptor(ft.LabTestCase):
    def test_none_to_begin_with(self):
        """It is descriptors that lack, and nothing else is blamed."""
        for limit in (6, 8):
            with self.subTest(limit):
                ended = ft.run({"load.connections": 1}, user=self.user, nofile=limit)
                self.assertEqual(ended.status, 3, ended)
                self.assertRegex(ended.stderr, "EMFILE|Too many open files")
                self.assertNotRegex(ended.stderr, "ulimit -v|CONFIG_NET_NS")

    def test_too_few_for_what_is_held(self):
        """Refused before the start, when the number that will be open is known."""
        settings = {"order": "server-leak", "load.connections": 50000}
        ended = ft.run(settings, user=self.user, nofile=200)
        self.assertEqual(ended.status, 3, ended)
        self.assert_nothing_started(ended)
        self.assertIn("server", ended.stderr)
        self.assertIn("50000", ended.stderr)
        self.assertIn("RLIMIT_NOFILE", ended.stderr)

    def test_the_client_runs_out(self):
        """Arrivals go on while the server stalls: more are open than anyone could foresee."""
        n = 1000
        result = self.run_checked(
            {
                "load.rate": "400/s",
                "load.connections": n,
                "load.concurrency": 1,
                "client.workers": 1,
                "client.program": "connect send recv wait-fin close",
                "server.program": "accept recv send close",
                "events": "[{at: 0s, stop: server}, {at: 2500ms, cont: server}]",
                "settle": "100ms",
            },
            nofile=500,
        )
        outcomes = result.outcomes("client")
        self.assertEqual(set(outcomes), {"done", "no_fd"})
        self.assertEqual(sum(outcomes.values()), n)
        self.assertEqual(result["client.errors.EMFILE"], outcomes["no_fd"])
        self.assertEqual(result["connections.failed"], outcomes["no_fd"])

    def test_the_server_runs_out(self):
        """Its clients wait in the accept queue until it has descriptors again."""
        n = 1000
        result = self.run_checked(
            {
                "load.rate": "400/s",
                "load.connections": n,
                "load.concurrency": 1,
                "server.workers": 1,
                "server.descriptors": 470,
                "client.program": "connect pause(3s) send recv wait-fin close",
                "server.program": "accept recv send close",
                "settle": "100ms",
            }
        )
        self.assertLess(result.json["server"]["workers"] * 470, n, "room for all would be no test")
        self.assertGreater(result["server.errors.EMFILE"], 0)
        self.assertEqual(result.outcomes("client"), {"done": n})


class Timeout(ft.LabTestCase):
    N = 200

    def test_a_step_waits_too_long(self):
        result = self.run_checked(
            {
                "load.connections": self.N,
                "load.concurrency": self.N,
                "load.timeout": "1s",  # the server waits for a request as long
                "load.may_fail": "on",
                "client.program": "connect send recv close",
                "server.program": "accept recv pause(1h) send wait-fin close",
                "settle": "200ms",
            }
        )
        self.assertEqual(result.outcomes("client"), {"timeout": self.N})
        self.assertEqual(result["connections.failed"], self.N)
        self.assertEqual(result["connections.completed"], 0)
        self.assertEqual(result.outcomes("server"), {"cut": self.N})
        self.assertEqual(result["server.close_wait.final"], self.N)

    def test_a_pause_is_no_wait(self):
        result = self.run_checked(
            {
                "load.connections": 20,
                "load.timeout": "100ms",
                "client.program": "connect pause(500ms) close",
                "server.program": "accept pause(500ms) wait-fin close",
                "settle": "200ms",
            }
        )
        self.assertEqual(result.outcomes("client"), {"done": 20})


if __name__ == "__main__":
    ft.main()
