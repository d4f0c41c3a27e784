"""What makes a role unlike other programs: fixed ports, few descriptors, children, slow closes."""

import finwait_test as ft

CLIENT_FIRST = {
    "protocol": "raw",
    "client.program": "connect send recv close",
    "server.program": "accept recv send wait-fin close",
    "client.addresses": 1,
    "settle": "300ms",
}


class FixedPort(ft.LabTestCase):
    """One source port for all: each connection meets the TIME_WAIT of the one before it."""

    N = 4

    def play(self, **settings):
        return self.run_checked(
            {
                **CLIENT_FIRST,
                "client.port": 5555,
                "client.sysctl.net.ipv4.tcp_tw_reuse": 0,
                "load.connections": self.N,
                "load.rate": "5/s",  # a FIN_WAIT of the one before is over by then
                **settings,
            }
        )

    def check_blocked(self, result, errno):
        self.assertEqual(result.outcomes("client"), {"done": 1, "no_port": self.N - 1})
        self.assertEqual(result[f"client.errors.{errno}"], self.N - 1)
        self.assertEqual(result.final("client"), {"time_wait": 1})
        self.assertGreater(result["client.first_no_port"], 0.2)  # when the second was due

    def check_recycled(self, result):
        self.assertEqual(result.outcomes("client"), {"done": self.N})
        self.assertEqual(result["client.counter.TcpExtTWRecycled"], self.N - 1)
        self.assertEqual(result.final("client"), {"time_wait": 1})
        self.assertNotIn("client.first_no_port", result.json["metrics"])

    def test_without_an_option_bind_fails(self):
        self.check_blocked(self.play(), "EADDRINUSE")

    def test_leaving_the_port_to_connect_does_not_help(self):
        """IP_BIND_ADDRESS_NO_PORT has no effect on a port that is given."""
        self.check_blocked(self.play(**{"client.sockopt.bind_no_port": "on"}), "EADDRINUSE")

    def test_reuseaddr_recycles_at_once(self):
        self.check_recycled(self.play(**{"client.sockopt.reuseaddr": "on"}))

    def test_reuseport_recycles_at_once(self):
        self.check_recycled(self.play(**{"client.sockopt.reuseport": "on"}))

    def test_but_not_without_timestamps(self):
        result = self.play(
            **{"client.sockopt.reuseaddr": "on", "client.sysctl.net.ipv4.tcp_timestamps": 0}
        )
        self.check_blocked(result, "EADDRNOTAVAIL")

    def test_an_address_each(self):
        result = self.play(**{"client.addresses": self.N})
        self.assertEqual(result.outcomes("client"), {"done": self.N})
        self.assertEqual(result.final("client"), {"time_wait": self.N})


class Pools(ft.LabTestCase):
    """Ten ports and two destinations."""

    def play(self, bind, no_port):
        return self.run_checked(
            {
                **CLIENT_FIRST,
                "server.addresses": 2,
                "client.bind": bind,
                "client.sockopt.bind_no_port": no_port,
                "client.sysctl.net.ipv4.ip_local_port_range": "40000 40009",
                "client.sysctl.net.ipv4.tcp_tw_reuse": 0,
                "load.connections": 40,
                "load.concurrency": 1,
            }
        )

    def check(self, result, errno, done):
        self.assertEqual(result.outcomes("client"), {"done": done, "no_port": 40 - done})
        self.assertEqual(result[f"client.errors.{errno}"], 40 - done)
        self.assertEqual(result.final("client"), {"time_wait": done})

    def test_connect_has_a_pool_for_each_destination(self):
        self.check(self.play("off", "on"), "EADDRNOTAVAIL", 20)

    def test_so_has_bind_when_it_leaves_the_port_to_connect(self):
        self.check(self.play("on", "on"), "EADDRNOTAVAIL", 20)

    def test_bind_burns_one_pool_for_all(self):
        self.check(self.play("on", "off"), "EADDRINUSE", 10)


class Arithmetic(ft.LabTestCase):
    SETTINGS = {
        **CLIENT_FIRST,
        "client.sysctl.net.ipv4.ip_local_port_range": "40000 40049",
        "client.sysctl.net.ipv4.tcp_tw_reuse": 0,
        "load.connections": 100,
        "load.rate": "100/s",
    }

    def test_when_ports_ran_out(self):
        result = self.run_checked(self.SETTINGS)
        # The 51st is due after 500 ms, and not begun before.
        self.assertGreaterEqual(result["client.first_no_port"], 0.5)
        load = result.json["phases"]["load"]
        self.assertLess(result["client.first_no_port"] * 10**9, load["end"] - load["begin"])
        self.assertEqual(result["client.errors.EADDRNOTAVAIL"], 50)
        self.assertIn("fewer ports", result.json["unpredicted"])

    def test_the_report_tells(self):
        ended = ft.finwait(*ft.as_arguments(self.SETTINGS), "--format=verbose", user=self.user)
        text = " ".join(ended.stdout.split())
        self.assertIn("50 connects failed with EADDRNOTAVAIL, the first ", text)
        self.assertIn("It has 50 ports", text)
        self.assertIn("At 100 connections begun a second they last 500 ms", text)


class Descriptors(ft.LabTestCase):
    N = 50

    def play(self, client, server, **settings):
        return self.run_checked(
            {
                "protocol": "raw",
                "client.program": client,
                "server.program": server,
                "client.workers": 1,
                "server.workers": 1,
                "load.connections": self.N,
                "settle": "300ms",
                **settings,
            }
        )

    def test_what_accept_has_no_descriptor_for_waits_in_the_queue(self):
        result = self.play("connect hold", "accept hold", **{"server.descriptors": 24})
        held = result["server.outcome.held"]
        self.assertGreater(held, 0)
        self.assertLess(held, 24)
        self.assertGreater(result["server.errors.EMFILE"], 0)
        self.assertEqual(result.outcomes("client"), {"held": self.N})
        self.assertEqual(result.final("server"), {"established": self.N})
        self.assertEqual(result.disagreements, [])

    def test_and_is_a_close_wait_once_the_client_has_closed(self):
        result = self.play(
            "connect pause(100ms) close", "accept hold", **{"server.descriptors": 24}
        )
        self.assertLess(result["server.outcome.held"], 24)
        self.assertEqual(result.outcomes("client"), {"done": self.N})
        self.assertEqual(result.final("server"), {"close_wait": self.N})
        self.assertEqual(result.final("client"), {"fin_wait2": self.N})

    def test_of_the_client(self):
        result = self.play("connect hold", "accept hold", **{"client.descriptors": 24})
        outcomes = result.outcomes("client")
        self.assertEqual(set(outcomes), {"held", "no_fd"})
        self.assertEqual(sum(outcomes.values()), self.N)
        self.assertLess(outcomes["held"], 24)
        self.assertEqual(result["client.errors.EMFILE"], outcomes["no_fd"])
        self.assertEqual(result.final("client"), {"established": outcomes["held"]})

    def test_each_worker_has_as_many(self):
        """How many a worker has left does not depend on what the conductor has open."""
        one = self.play("connect hold", "accept hold", **{"client.descriptors": 24})
        two = self.play(
            "connect hold", "accept hold", **{"client.descriptors": 24, "client.workers": 2}
        )
        self.assertEqual(two["client.outcome.held"], 2 * one["client.outcome.held"])


class Inherit(ft.LabTestCase):
    N = 20

    def play(self, client, server):
        return self.run_checked(
            {
                "protocol": "raw",
                "client.program": client,
                "server.program": server,
                "load.connections": self.N,
                "settle": "500ms",
            }
        )

    def test_the_connection_stays_until_the_last_descriptor_is_closed(self):
        result = self.play("connect send recv inherit(1h) close", "accept recv send hold")
        self.assertEqual(result.outcomes("client"), {"done": self.N})
        self.assertEqual(result.final("client"), {"established": self.N})
        self.assertEqual(result.final("server"), {"established": self.N})
        self.assertEqual(result["client.counter.TcpExtTW"], 0)
        self.assertIn("child", result.json["unpredicted"])

    def test_then_it_is_closed_as_ever(self):
        result = self.play(
            "connect send recv inherit(200ms) close", "accept recv send wait-fin close"
        )
        self.assertEqual(result.outcomes("client"), {"done": self.N})
        self.assertEqual(result.outcomes("server"), {"done": self.N})
        self.assertEqual(result.final("client"), {"time_wait": self.N})
        # The server has waited for the children's end; the client's programs were over at once.
        self.assertGreaterEqual(result.json["server"]["account"]["latency"]["close"]["max"], 15e7)

    def test_shutdown_does_not_wait(self):
        """shutdown(2) acts on the connection, whoever has a descriptor of it."""
        result = self.play(
            "connect send recv inherit(1h) shut-wr close", "accept recv send wait-fin close"
        )
        self.assertEqual(result.outcomes("server"), {"done": self.N})
        self.assertEqual(result.final("client"), {"time_wait": self.N})

    def test_of_the_server(self):
        result = self.play("connect send recv hold", "accept recv send inherit(1h) close")
        self.assertEqual(result.outcomes("server"), {"done": self.N})
        self.assertEqual(result.final("server"), {"established": self.N})


class SlowClose(ft.LabTestCase):
    """SO_LINGER {1,N} and a peer that does not read: close(2) sleeps, and stalls nobody else."""

    N = 20

    def play(self, **settings):
        return self.run_checked(
            {
                "protocol": "raw",
                "client.workers": 1,
                "server.program": "accept pause(2s) recv wait-fin close",
                "request.size": "64k",
                "client.sockopt.sndbuf": "200k",  # takes all of it
                "server.sockopt.rcvbuf": "4k",  # and this does not
                "load.connections": self.N,
                "load.concurrency": self.N,
                "settle": "2s",
                **settings,
            }
        )

    def check(self, result):
        self.assertEqual(result.outcomes("client"), {"done": self.N})
        self.assertEqual(result.outcomes("server"), {"done": self.N})
        self.assertGreaterEqual(result["latency.close.min"], 1)
        load = result.json["phases"]["load"]
        self.assertLess(load["end"] - load["begin"], self.N * 10**9, "one after the other")
        # No RST at the end of the wait: the orphan goes on, and the data arrives.
        self.assertEqual(result["client.counter.TcpOutRsts"], 0)
        self.assertEqual(result["server.messages_received"], self.N)
        self.assertEqual(result["client.fin_wait1.peak"], self.N)
        self.assertEqual(result.final("client"), {"time_wait": self.N})
        self.assertEqual(result["client.counter.TcpExtTW"], self.N)
        self.assertEqual(result.disagreements, [])

    def test_by_the_step(self):
        self.check(self.play(**{"client.program": "connect send linger(1s) close"}))

    def test_by_the_socket_option(self):
        self.check(
            self.play(
                **{"client.program": "connect send close", "client.sockopt.linger": "1s"}
            )
        )

    def test_a_timeout_does_not_wait(self):
        """A connection that load.timeout ends is closed at once, whatever its linger time."""
        result = self.play(
            **{
                "client.program": "connect linger(30s) send recv close",
                "server.program": "accept pause(1h) recv send close",
                "load.timeout": "300ms",
                "load.may_fail": "on",
                "settle": "100ms",
            }
        )
        self.assertEqual(result.outcomes("client"), {"timeout": self.N})
        load = result.json["phases"]["load"]
        self.assertLess(load["end"] - load["begin"], 20 * 10**9)


class Restarts(ft.LabTestCase):
    """Of two roles that events start at one moment each has its own time and its own refusals."""

    KILLED = "{at: 200ms, kill: server}, {at: 200ms, kill: client}, "
    MANY = 64  # workers: they are ready long after a single one is

    def play(self, events, **settings):
        result = self.run_checked(
            {
                "protocol": "raw",
                "client.program": "connect send recv wait-fin close",
                "server.program": "accept recv send close",
                "client.workers": 1,
                "server.workers": 1,
                "load.duration": "1s",
                "load.rate": "200/s",
                "settle": "500ms",
                **settings,
            },
            f"--set=events=[{events}]",
        )
        return result, result.listed("timeline")

    def check_started(self, result, side, entry):
        self.assertEqual(entry["what"].split(",")[0], f"start {side}")
        self.assertNotIn("error", entry)
        self.assertEqual(entry["refusals"], 0)
        self.assertEqual(result[f"{side}.restart"], entry["took"] / 10**9)

    def test_each_has_its_own_time(self):
        for order in ["server", "client"], ["client", "server"]:
            for slow in "server", "client":
                result, timeline = self.play(
                    self.KILLED + ", ".join(f"{{at: 400ms, start: {side}}}" for side in order),
                    **{f"{slow}.workers": self.MANY, "server.sockopt.reuseaddr": "on"},
                )
                took = dict(zip(order, timeline[2:]))
                for side, entry in took.items():
                    self.check_started(result, side, entry)
                fast = "client" if slow == "server" else "server"
                self.assertLess(took[fast]["took"], took[slow]["took"], (order, slow))

    def test_each_has_its_own_refusals(self):
        """The server finds its port taken by its own TIME_WAIT to the end, the client does not."""
        for order in ["server", "client"], ["client", "server"]:
            result, timeline = self.play(
                self.KILLED + ", ".join(f"{{at: 400ms, start: {side}}}" for side in order)
            )
            started = dict(zip(order, timeline[2:]))
            self.check_started(result, "client", started["client"])
            self.assertEqual(started["server"]["error"], "it was not ready in time")
            self.assertGreater(started["server"]["refusals"], 10)
            self.assertNotIn("took", started["server"])
            self.assertNotIn("server.restart", result.json["metrics"])
            self.assertEqual(
                result["server.errors.EADDRINUSE"], started["server"]["refusals"]
            )
            self.assertNotIn("client.errors.EADDRINUSE", result.json["metrics"])
            self.assertGreater(result["client.outcome.refused"], 0)

    def test_the_same_role_twice_at_one_moment(self):
        again = "{at: 400ms, kill: server}, {at: 400ms, start: server}"
        result, timeline = self.play(f"{again}, {again}", **{"server.sockopt.reuseaddr": "on"})
        self.assertEqual(timeline[1]["error"], "it was killed before it was ready")
        self.assertNotIn("took", timeline[1])
        self.check_started(result, "server", timeline[3])
        self.assertEqual(result["server.workers_died"], 0)

    def test_a_stop_of_one_and_a_start_of_the_other(self):
        result, timeline = self.play(
            "{at: 200ms, kill: server}, {at: 400ms, stop: client}, {at: 400ms, start: server},"
            " {at: 600ms, cont: client}",
            **{"server.sockopt.reuseaddr": "on"},
        )
        self.check_started(result, "server", timeline[2])
        self.assertNotIn("client.restart", result.json["metrics"])
        self.assertGreater(result["client.outcome.done"], 0)

    def test_a_start_and_a_stop_of_the_same(self):
        """It gets ready, and then it is stopped."""
        result, timeline = self.play(
            "{at: 200ms, kill: server}, {at: 400ms, start: server}, {at: 400ms, stop: server}",
            **{"server.sockopt.reuseaddr": "on", "load.timeout": "300ms"},
        )
        self.check_started(result, "server", timeline[1])
        self.assertGreater(result["client.outcome.timeout"], 0)
        self.assertLess(result["server.attempted"], result["client.attempted"])


class Elsewhere(ft.LabTestCase):
    """client.to"""

    def test_a_client_can_connect_to_itself(self):
        result = self.run_checked(
            {
                "protocol": "raw",
                "request.size": 128,
                "client.to": "198.18.0.1:7777",
                "client.port": 7777,
                "client.addresses": 1,
                "client.program": "connect send recv hold",
                "server.program": "accept hold",
                "load.connections": 1,
                "settle": "200ms",
            }
        )
        self.assertEqual(result.outcomes("client"), {"held": 1})
        self.assertEqual(result.final("client"), {"established": 1})
        self.assertEqual(result["client.bytes_received"], 128, "its own request")
        self.assertEqual(result["server.counter.TcpPassiveOpens"], 0)
        self.assertEqual(result.final("server"), {})

    def test_a_closed_port_refuses(self):
        result = self.run_checked(
            {
                "client.to": "198.19.0.1:7777",
                "order": "client-first",
                "load.connections": 5,
                "settle": "100ms",
            },
            "--expect=outcome.refused == 5",
        )
        self.assertEqual(result.outcomes("client"), {"refused": 5})
        self.assertEqual(result["client.errors.ECONNREFUSED"], 5)
        self.assertEqual(result["server.counter.TcpOutRsts"], 5)

    def test_v6(self):
        result = self.run_checked(
            {
                "ip": "v6",
                "client.to": "[2001:2:0:2::1]:7777",
                "order": "client-first",
                "load.connections": 5,
                "settle": "100ms",
            },
            "--expect=outcome.refused == 5",
        )
        self.assertEqual(result.outcomes("client"), {"refused": 5})


if __name__ == "__main__":
    ft.main()
