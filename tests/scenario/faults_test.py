"""Faults on the link and events that strike a role: each does exactly what it says, when it says."""

import os

import finwait_test as ft

COUNT = 20
ALL_AT_ONCE = {"load.connections": COUNT, "load.concurrency": COUNT, "settle": "500ms"}
# Each side closes its own way, and then stays: what a fault makes of a state can be looked at.
SERVER_CLOSES = {
    "client.program": "connect send recv hold",
    "server.program": "accept recv send close",
}
CLIENT_CLOSES = {
    "client.program": "connect send recv close",
    "server.program": "accept recv send hold",
}
CLIENT_AFTER_SERVER = {
    "client.program": "connect send recv wait-fin close",
    "server.program": "accept recv send close",
}


def has_qdisc(kind):
    """Whether doctor found the queueing discipline in this kernel."""
    lines = ft.finwait("doctor").stdout.splitlines()
    return any(line.split()[:2] == ["ok", kind] for line in lines)


# A run in which nothing is established is no pass unless that was asked for.
IN_VAIN = "--expect=connections.opened == 0"


class FaultTestCase(ft.LabTestCase):
    def strike(self, settings, *faults, arguments=(), **how):
        """Run with each of `faults`; all of the timeline must have come to pass."""
        sets = [f"--set=faults={fault}" for fault in faults]
        result = self.run_checked({**ALL_AT_ONCE, **settings}, *sets, *arguments, **how)
        for moment in result.listed("timeline"):
            self.assertIn("at", moment)
            self.assertNotIn("error", moment)
        self.assertEqual(result.disagreements, [])
        self.assertNotIn("predicted", result.json)
        self.assertIn("unpredicted", result.json)
        return result

    def assert_all(self, result, side, state):
        self.assertEqual(result.final(side), {state: COUNT} if state else {})


class DataAndAcks:
    """What tells data from mere ACKs does so in both versions of IP."""

    def drop(self, packets, toward, settings, **how):
        fault = f"{{drop: {packets}, toward: {toward}}}"
        return self.strike({"ip": self.ip, **settings}, fault, **how)

    def test_data_toward_server_spares_acks(self):
        settings = {"client.program": "connect send hold", "server.program": "accept recv hold"}
        result = self.drop("data", "server", settings)
        # The third ACK came, or the server would still be in SYN_RECV.
        self.assert_all(result, "server", "established")
        self.assertEqual(result["server.counter.TcpPassiveOpens"], COUNT)
        self.assertEqual(result["server.messages_received"], 0)
        self.assertGreaterEqual(result["client.counter.TcpRetransSegs"], COUNT)

    def test_ack_toward_server_spares_data(self):
        # The first ACK that is nothing else is the third of the handshake; the request does its
        # work as well.
        result = self.drop("ack", "server", {**CLIENT_AFTER_SERVER, "load.timeout": "5s"})
        self.assertEqual(result["server.messages_received"], COUNT)
        self.assertEqual(result.outcomes("client"), {"done": COUNT})

    def test_ack_toward_server_keeps_fin_wait1(self):
        result = self.drop("ack", "server", SERVER_CLOSES)
        self.assert_all(result, "client", "close_wait")
        self.assert_all(result, "server", "fin_wait1")

    def test_fin_toward_client(self):
        result = self.drop("fin", "client", SERVER_CLOSES)
        self.assert_all(result, "client", "established")
        self.assert_all(result, "server", "fin_wait1")


class Drops6(DataAndAcks, FaultTestCase):
    ip = "v6"


class Drops(DataAndAcks, FaultTestCase):
    """One kind of segment lost on the way to one side; the states are those of the facts."""

    ip = "v4"

    def test_syn_toward_server(self):
        result = self.drop("syn", "server", {"load.timeout": "700ms"}, arguments=[IN_VAIN])
        self.assertEqual(result["client.syn_sent.peak"], COUNT)
        self.assertEqual(result["server.syn_recv.peak"], 0)
        self.assertEqual(result["server.counter.TcpPassiveOpens"], 0)
        self.assertEqual(result.outcomes("client"), {"timeout": COUNT})

    def test_syn_toward_client_spares_syn_ack(self):
        result = self.drop("syn", "client", SERVER_CLOSES)
        self.assert_all(result, "client", "close_wait")
        self.assert_all(result, "server", "fin_wait2")

    def test_syn_ack_toward_client(self):
        result = self.drop("syn-ack", "client", {"load.timeout": "700ms"}, arguments=[IN_VAIN])
        self.assertEqual(result["client.syn_sent.peak"], COUNT)
        self.assertEqual(result["server.syn_recv.peak"], COUNT)
        self.assertEqual(result["connections.opened"], 0)

    def test_ack_toward_client_keeps_last_ack(self):
        result = self.drop("ack", "client", CLIENT_AFTER_SERVER)
        self.assert_all(result, "client", "last_ack")
        self.assert_all(result, "server", "time_wait")

    def test_fin_toward_server(self):
        result = self.drop("fin", "server", CLIENT_CLOSES)
        self.assert_all(result, "client", "fin_wait1")
        self.assert_all(result, "server", "established")

    def test_rst_toward_server(self):
        result = self.drop(
            "rst",
            "server",
            {
                "client.program": "connect send recv rst",
                "server.program": "accept recv send hold",
            },
        )
        self.assert_all(result, "client", None)
        self.assert_all(result, "server", "established")
        self.assertEqual(result["client.counter.TcpOutRsts"], COUNT)
        self.assertEqual(result["server.counter.TcpEstabResets"], 0)


class Behind(FaultTestCase):
    """SO_LINGER at 0 s behind a FIN: the kernel counts an abort, and sends no RST."""

    ABORTS = {
        "client.program": "connect send shut-wr wait-fin close",
        "server.program": "accept wait-fin shut-wr pause(100ms) rst",
        "load.timeout": "3s",
    }

    def test_in_last_ack_none_is_sent(self):
        result = self.strike(self.ABORTS, "{drop: ack, toward: server}")
        self.assertEqual(result["server.counter.TcpExtTCPAbortOnData"], COUNT)
        self.assertEqual(result["server.counter.TcpOutRsts"], 0)
        self.assertNotIn("rst.sent", result.remark_ids())

    def test_and_what_comes_later_is_answered_with_one(self):
        """Its FIN is lost, and the client's, sent again, meets no socket any more."""
        result = self.strike(self.ABORTS, "{drop: fin, toward: client}")
        self.assertEqual(result["server.counter.TcpExtTCPAbortOnData"], COUNT)
        self.assertEqual(result["client.counter.TcpEstabResets"], 0)
        remark = result.remark("rst.sent", "server")
        self.assertEqual(remark["certainty"], "likely")
        self.assertNotIn("aborted rather than closed", remark["text"])


class Resets(FaultTestCase):
    def test_the_sender_gets_the_reset_and_nobody_else(self):
        result = self.strike(
            {**CLIENT_CLOSES, "load.may_fail": "on"}, "{reset: data, toward: server}"
        )
        self.assertEqual(result.outcomes("client"), {"reset": COUNT})
        self.assertEqual(result["client.errors.ECONNRESET"], COUNT)
        self.assertEqual(result["client.counter.TcpEstabResets"], COUNT)
        self.assert_all(result, "client", None)
        self.assert_all(result, "server", "established")
        # The packet filter sends it, not the server's TCP.
        self.assertEqual(result["server.counter.TcpOutRsts"], 0)

    def test_a_reset_syn_is_a_refused_connect(self):
        for ip in ("v4", "v6"):
            with self.subTest(ip=ip):
                result = self.strike({"ip": ip}, "{reset: syn, toward: server}", arguments=[IN_VAIN])
                self.assertEqual(result.outcomes("client"), {"refused": COUNT})

    def test_a_reset_syn_ack(self):
        fault = "{reset: syn-ack, toward: client}"
        result = self.strike({"load.timeout": "500ms"}, fault, arguments=[IN_VAIN])
        self.assertEqual(result["server.counter.TcpExtEmbryonicRsts"], COUNT)
        self.assertEqual(result.outcomes("client"), {"timeout": COUNT})


class Shares(FaultTestCase):
    def test_loss_is_made_good(self):
        result = self.strike({"load.connections": 1000, "load.timeout": "0s"}, "{drop: 5%}")
        sent = sum(result[f"{side}.counter.TcpOutSegs"] for side in ("client", "server"))
        again = sum(result[f"{side}.counter.TcpRetransSegs"] for side in ("client", "server"))
        self.assertEqual(result["connections.completed"], 1000)
        self.assertGreater(again, 0.02 * sent)
        self.assertLess(again, 0.25 * sent)

    def test_a_share_of_one_kind(self):
        settings = {"load.connections": 400, "load.concurrency": 400, **SERVER_CLOSES}
        result = self.strike(settings, "{drop: syn, toward: server, share: 50%}")
        again = result["client.counter.TcpExtTCPSynRetrans"]
        # Half are lost, half of those once more, and so on: about as many as there are.
        self.assertGreater(again, 200)
        self.assertLess(again, 800)
        # A busy client acknowledges late, and Linux probes for it: that loses nothing.
        self.assertEqual(
            result["server.counter.TcpRetransSegs"], result["server.counter.TcpExtTCPLossProbes"]
        )


class Moments(FaultTestCase):
    def test_partition_and_heal(self):
        paused = {
            "client.program": "connect pause(600ms) send recv hold",
            "server.program": "accept recv send hold",
            "settle": "0s",
        }
        result = self.strike(paused, "{at: 300ms, partition: on}", "{at: 1200ms, heal: on}")
        self.assertEqual(
            [moment["what"] for moment in result.listed("timeline")], ["partition", "heal"]
        )
        self.assertEqual(result.outcomes("client"), {"held": COUNT})
        self.assertGreaterEqual(result["client.counter.TcpRetransSegs"], COUNT)
        # What was sent at 600 ms could be answered only after 1200 ms.
        self.assertGreater(result["latency.response.min"], 0.5)

    def test_partition_loses_both_ways(self):
        result = self.strike({"load.timeout": "500ms"}, "{partition: on}", arguments=[IN_VAIN])
        self.assertEqual(result["server.counter.TcpInSegs"], 0)
        self.assertEqual(result["client.counter.TcpInSegs"], 0)

    def test_a_fault_ends_by_itself(self):
        result = self.strike(
            {**SERVER_CLOSES, "settle": "1500ms"}, "{drop: fin, toward: client, for: 700ms}"
        )
        self.assertEqual(
            [moment["what"] for moment in result.listed("timeline")],
            ["drop fin toward client", "drop fin toward client ends"],
        )
        self.assertEqual(result["server.fin_wait1.peak"], COUNT)
        self.assert_all(result, "server", "fin_wait2")
        self.assert_all(result, "client", "close_wait")

    def test_what_is_healed_does_not_end_again(self):
        result = self.strike(
            {**SERVER_CLOSES, "settle": "1s"},
            "{drop: fin, toward: client, for: 600ms}",
            "{at: 200ms, heal: on}",
            "{at: 400ms, drop: rst, for: 400ms}",
        )
        self.assertEqual(
            [moment["what"] for moment in result.listed("timeline")],
            ["drop fin toward client", "heal", "drop rst", "drop rst ends"],
        )

    def test_the_order_is_that_of_time(self):
        result = self.run_checked(
            {"load.duration": "1s", "load.rate": "20/s", "server.sockopt.reuseaddr": "on"},
            "--set=events=[{at: 500ms, start: server}, {at: 300ms, kill: server}]",
            "--set=faults=[{at: 500ms, drop: 1%}, {at: 100ms, drop: rst, for: 400ms}]",
        )
        moments = result.listed("timeline")
        self.assertEqual(
            [(moment["due"] // 10**6, moment["what"]) for moment in moments],
            [
                (100, "drop rst"),
                (300, "kill server"),
                (500, "drop rst ends"),
                (500, "drop 1%"),
                (500, "start server"),
            ],
        )
        for moment in moments:
            self.assertGreaterEqual(moment["at"], moment["due"])

    def test_what_is_due_at_0_comes_before_the_load(self):
        fault = "{drop: syn, toward: server}"
        result = self.strike({"load.timeout": "300ms"}, fault, arguments=[IN_VAIN])
        moment = result.listed("timeline")[0]
        self.assertLess(moment["at"] + moment["took"], 0)

    def test_it_goes_on_through_settle_and_decay(self):
        result = self.strike(
            {**SERVER_CLOSES, "settle": "400ms", "decay": "600ms"},
            "{drop: fin, toward: client}",
            "{at: 700ms, heal: on}",
        )
        self.assert_all(result, "server", "fin_wait1")
        healed = result.listed("timeline")[1]
        decay = result.json["phases"]["decay"]
        self.assertGreater(healed["at"], decay["begin"])
        self.assertLess(healed["at"], decay["end"])

    def test_what_comes_too_late_is_said_not_to_have_happened(self):
        result = self.run_checked(
            {**ALL_AT_ONCE, "settle": "0s"}, "--set=faults={at: 1h, drop: syn, for: 1s}", status=4
        )
        self.assertTrue(result.json["partial"])
        self.assertNotIn("cut_by", result.json)
        self.assertEqual(
            result.listed("timeline"),
            [{"due": 3600 * 10**9, "what": "drop syn", "kind": "fault_begins", "index": 0}],
        )

    def test_an_event_that_comes_too_late_is_no_pass(self):
        settings = ft.as_arguments({**ALL_AT_ONCE, "settle": "0s"})
        late = "--set=events={at: 30s, kill: server}"
        ended = ft.finwait(*settings, late, "--expect", "connections.opened > 0")
        self.assertEqual(ended.status, 4, ended)
        self.assertRegex(ended.stdout, r"PARTIAL")
        self.assertIn("at 30 s did not happen", " ".join(ended.stdout.split()))
        warned = ft.finwait("check", "server-first", "--set=load.duration=1s", late)
        self.assertIn("at 30 s will not happen", warned.stdout)
        intime = ft.finwait("check", "server-first", "--set=load.duration=30s", late)
        self.assertNotIn("will not happen", intime.stdout)

    def test_a_fault_may_last_beyond_the_run(self):
        self.run_checked(
            {**ALL_AT_ONCE, "settle": "0s"}, "--set=faults={at: 0s, drop: rst, for: 1h}"
        )


class Events(FaultTestCase):
    LOAD = {"load.duration": "1200ms", "load.rate": "40/s", "settle": "200ms"}

    def test_kill_and_start(self):
        result = self.run_checked(
            {**self.LOAD, "server.sockopt.reuseaddr": "on"},
            "--set=events=[{at: 400ms, kill: server}, {at: 800ms, start: server}]",
        )
        self.assertEqual(result.disagreements, [])
        self.assertGreater(result["client.errors.ECONNREFUSED"], 0)
        self.assertGreater(result["connections.completed"], 0)
        self.assertGreater(result["timeline.restart"], 0)
        self.assertEqual(result["timeline.refusals"], 0)

    def test_a_start_over_its_own_time_wait_is_refused(self):
        result = self.run_checked(
            self.LOAD, "--set=events=[{at: 400ms, kill: server}, {at: 800ms, start: server}]"
        )
        self.assertEqual(result.disagreements, [])
        started = result.listed("timeline")[1]
        self.assertIn("error", started)
        self.assertGreater(started["refusals"], 10)
        self.assertEqual(result["timeline.refusals"], started["refusals"])
        self.assertEqual(result["server.errors.EADDRINUSE"], started["refusals"])
        self.assertNotIn("timeline.restart", result.json["metrics"])

    def test_what_a_killed_side_held_is_killed(self):
        held = {"client.program": "connect hold", "server.program": "accept hold"}
        result = self.run_checked({**ALL_AT_ONCE, **held}, "--set=events={at: 200ms, kill: server}")
        self.assertEqual(result.outcomes("server"), {"killed": COUNT})
        self.assertEqual(result.outcomes("client"), {"held": COUNT})
        self.assert_all(result, "server", "fin_wait2")
        self.assert_all(result, "client", "close_wait")

    def test_what_the_next_one_holds_is_held(self):
        result = self.run_checked(
            {**self.LOAD, "server.program": "accept recv send hold", "server.sockopt.reuseaddr": "on"},
            "--set=client.program=connect send recv hold",
            "--set=events=[{at: 400ms, kill: server}, {at: 800ms, start: server}]",
        )
        outcomes = result.outcomes("server")
        # A RST ended those whose request had not been read, or came only then.
        unread = [result[f"server.counter.TcpExtTCPAbortOn{what}"] for what in ("Close", "Data")]
        self.assertEqual(outcomes["killed"], result["server.fin_wait2.final"] + sum(unread))
        self.assertEqual(outcomes["held"], result["server.established.final"])
        self.assertGreater(outcomes["held"], 0)

    def test_a_child_outlives_the_killed_server(self):
        result = self.run_checked(
            {
                **ALL_AT_ONCE,
                "client.program": "connect hold",
                "server.program": "accept inherit(1h) hold",
            },
            "--set=events={at: 200ms, kill: server}",
        )
        self.assertEqual(result.outcomes("server"), {"killed": COUNT})
        self.assert_all(result, "server", "established")
        self.assert_all(result, "client", "established")

    def test_a_server_can_be_moved_to_the_other_host(self):
        result = self.run_checked(
            {**self.LOAD, "client.to": "198.18.0.1:8080", "server.addresses": 3},
            "--set=events=[{kill: server}, {at: 600ms, start: server, host: client}]",
        )
        done = result["connections.completed"]
        self.assertGreater(done, 0)
        self.assertGreater(result["client.errors.ECONNREFUSED"], 0)
        self.assertEqual(result.outcomes("server"), {"done": done})
        self.assertEqual(result["client.counter.TcpPassiveOpens"], done)
        self.assertEqual(result["server.counter.TcpPassiveOpens"], 0)
        self.assertEqual(result["client.listen.final"], 3)
        self.assertEqual(result["server.listen.final"], 0)

    def test_a_server_that_moves_back_has_all_its_addresses_again(self):
        # The client's host has one address, so that is all the server can have there.
        result = self.run_checked(
            {
                **self.LOAD,
                "client.addresses": 1,
                "server.addresses": 4,
                "server.sockopt.reuseaddr": "on",
            },
            "--set=events=[{at: 100ms, kill: server}, {at: 150ms, start: server, host: client},"
            " {at: 300ms, kill: server}, {at: 350ms, start: server, host: server}]",
        )
        self.assertEqual(result["server.listen.final"], 4)
        self.assertEqual(result["client.listen.final"], 0)

    def test_a_client_can_be_moved_too(self):
        for addresses in (1, 3):
            with self.subTest(addresses=addresses):
                result = self.run_checked(
                    {**self.LOAD, "client.addresses": addresses, "server.addresses": 2},
                    "--set=events=[{at: 400ms, kill: client},"
                    " {at: 800ms, start: client, host: server}]",
                )
                self.assertGreater(result["client.counter.TcpActiveOpens"], 0)
                self.assertGreater(result["server.counter.TcpActiveOpens"], 0)
                opens = (
                    result["client.counter.TcpActiveOpens"]
                    + result["server.counter.TcpActiveOpens"]
                )
                # One that was killed may have counted an attempt that it had no time to make.
                self.assertIn(result["connections.attempted"] - opens, (0, 1))

    def test_reuseport_of_each_start(self):
        """With it each worker has a listener of its own, without it there is one."""
        for first, second, listeners in (("off", "on", 2), ("on", "off", 1)):
            with self.subTest(first=first, second=second):
                result = self.run_checked(
                    {
                        "server.workers": 2,
                        "server.sockopt.reuseport": first,
                        "load.connections": 1,
                        "client.program": "connect close",
                        "server.program": "accept close",
                        "settle": "900ms",
                    },
                    "--set=events=[{at: 0s, kill: server},"
                    f" {{at: 300ms, start: server, reuseport: {second}}}]",
                    IN_VAIN,  # the one connection is refused before
                )
                self.assertEqual(result["timeline.refusals"], 0)
                self.assertEqual(result["server.listen.final"], listeners)

    def test_a_client_that_is_started_again_goes_on(self):
        result = self.run_checked(
            self.LOAD, "--set=events=[{at: 400ms, kill: client}, {at: 800ms, start: client}]"
        )
        self.assertEqual(result.disagreements, [])
        self.assertGreater(result.json["phases"]["load"]["end"], 800 * 10**6)
        self.assertGreater(result.listed("timeline")[1]["took"], 0)

    def test_a_client_that_stays_killed_ends_the_load(self):
        result = self.run_checked(self.LOAD, "--set=events={at: 400ms, kill: client}")
        self.assertLess(result.json["phases"]["load"]["end"], 1100 * 10**6)

    def test_a_client_that_stays_stopped_ends_it_with_its_duration(self):
        result = self.run_checked(self.LOAD, "--set=events={at: 400ms, stop: client}")
        # libevent reads a coarse clock (CLOCK_MONOTONIC_COARSE): its timers may be a tick early.
        self.assertGreater(result.json["phases"]["load"]["end"], 1100 * 10**6)

    def test_a_stopped_server_accepts_in_the_kernel_alone(self):
        result = self.run_checked(
            {**ALL_AT_ONCE, "load.timeout": "600ms", "load.may_fail": "on"},
            "--set=events={stop: server}",
        )
        self.assertEqual(result["server.counter.TcpPassiveOpens"], COUNT)
        self.assertEqual(result.json["server"]["account"]["attempted"], 0)
        self.assertEqual(result.outcomes("client"), {"timeout": COUNT})

    def test_a_machine_that_vanishes_says_no_goodbye(self):
        # At one moment the fault comes first: no FIN of the killed server leaves its host.
        result = self.run_checked(
            {
                **ALL_AT_ONCE,
                "client.program": "connect send recv hold",
                "server.program": "accept recv send hold",
                "settle": "700ms",
            },
            "--set=faults={at: 300ms, partition: on}",
            "--set=events={at: 300ms, kill: server}",
        )
        self.assert_all(result, "client", "established")
        self.assert_all(result, "server", "fin_wait1")


class Queues(FaultTestCase):
    def test_rate(self):
        if not has_qdisc("tbf"):
            self.skipTest("this kernel has no tbf")
        settings = {
            "load.connections": 4,
            "load.concurrency": 4,
            "response.size": "64k",
            "load.timeout": "0s",
        }
        result = self.strike(settings, "{rate: 256k/s, toward: client}")
        # 256 KiB less what the bucket lets through at once.
        self.assertGreater(result.json["phases"]["load"]["end"], 700 * 10**6)
        self.assertEqual(result["connections.completed"], 4)

    def test_a_rate_can_change_and_end(self):
        if not has_qdisc("tbf"):
            self.skipTest("this kernel has no tbf")
        self.strike(
            {**SERVER_CLOSES, "settle": "600ms"},
            "{rate: 64k/s}",
            "{at: 200ms, rate: 128k/s, for: 100ms}",
            "{at: 400ms, heal: on}",
        )

    def test_delay(self):
        arguments = ft.as_arguments({**ALL_AT_ONCE, "faults": "{delay: 30ms}"})
        ended = ft.finwait(*arguments, "--json", user=self.user)
        if has_qdisc("netem"):
            self.assertEqual(ended.status, 0, ended)
            self.assertGreater(ended.result["latency.connect.min"], 0.06)
            return
        self.assertEqual(ended.status, 3, ended)
        self.assert_nothing_started(ended)
        self.assertIn("--set faults={delay: 30ms}: ", ended.stderr)
        self.assertIn("sch_netem", ended.stderr)


class Delays(FaultTestCase):
    """What netem does to the link; scripts/kernel runs this where the machine's kernel has none."""

    OPEN_LOOP = {"load.connections": 40, "load.rate": "20/s", "load.timeout": "0s"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not has_qdisc("netem"):
            raise ft.unittest.SkipTest("this kernel has no netem")

    def test_one_direction(self):
        for side in ("client", "server"):
            with self.subTest(toward=side):
                result = self.strike({}, f"{{delay: 300ms, toward: {side}}}")
                self.assertGreater(result["latency.connect.min"], 0.3)
                self.assertLess(result["latency.connect.min"], 0.6)

    def test_each_direction_has_its_own(self):
        faults = ("{delay: 400ms, toward: server}", "{delay: 100ms, toward: client}")
        result = self.strike({"ip": "v6"}, *faults)
        self.assertGreater(result["latency.connect.min"], 0.5)
        self.assertLess(result["latency.connect.min"], 0.8)

    def test_fins_cross(self):
        # The server is connected a delay later than the client, and both close at one moment.
        closes = {
            "client.program": "connect pause(400ms) close",
            "server.program": "accept pause(200ms) close",
            "protocol": "raw",
            "sample.every": "20ms",
        }
        result = self.strike({**closes, "settle": "1s"}, "{delay: 200ms}")
        for side in ("client", "server"):
            self.assertGreater(result[f"{side}.closing.peak"], 0)
            self.assert_all(result, side, "time_wait")
            self.assertEqual(result[f"{side}.counter.TcpExtTW"], COUNT)

    def test_heal_ends_it(self):
        result = self.strike(self.OPEN_LOOP, "{delay: 200ms}", "{at: 1s, heal: on}")
        self.assertGreater(result["latency.connect.max"], 0.4)
        self.assertLess(result["latency.connect.min"], 0.2)
        self.assertEqual(result["connections.completed"], 40)

    def test_another_delay_loses_nothing(self):
        result = self.strike(self.OPEN_LOOP, "{delay: 200ms}", "{at: 1s, delay: 10ms, for: 500ms}")
        self.assertLess(result["latency.connect.min"], 0.2)
        self.assertEqual(result["connections.completed"], 40)
        for side in ("client", "server"):
            self.assertEqual(result[f"{side}.counter.TcpExtTCPSynRetrans"], 0)

    def test_with_a_rate(self):
        if not has_qdisc("tbf"):
            self.skipTest("this kernel has no tbf")
        settings = {
            "load.connections": 4,
            "load.concurrency": 4,
            "response.size": "64k",
            "load.timeout": "0s",
        }
        result = self.strike(settings, "{delay: 100ms}", "{rate: 256k/s, toward: client}")
        self.assertGreater(result["latency.connect.min"], 0.2)
        # Request and answer are late as well, and the answers are 256 KiB.
        self.assertGreater(result.json["phases"]["load"]["end"], 1100 * 10**6)
        self.assertEqual(result["connections.completed"], 4)

    def test_a_rate_stays_when_a_delay_ends(self):
        if not has_qdisc("tbf"):
            self.skipTest("this kernel has no tbf")
        listed = ["--inspect", "tc qdisc show dev link"]
        faults = ("{rate: 256k/s}", "{delay: 50ms, for: 200ms}")
        result = self.strike({}, *faults, arguments=listed)
        for side in ("client", "server"):
            output = result.inspection(side)["output"]
            self.assertIn("tbf", output)
            self.assertNotIn("netem", output)


class Unprivileged(ft.UnprivilegedLabTestCase, FaultTestCase):
    def test_the_filter_and_the_queue_work_without_root(self):
        settings = dict(SERVER_CLOSES)
        faults = ["{drop: fin, toward: client}"]
        if has_qdisc("tbf"):
            faults.append("{rate: 1M/s}")
        result = self.strike(settings, *faults)
        self.assert_all(result, "client", "established")
        self.assert_all(result, "server", "fin_wait1")

    def test_delay_is_refused_alike(self):
        Queues.test_delay(self)

    def test_restart(self):
        Events.test_kill_and_start(self)

    LOAD = Events.LOAD


class Machine(FaultTestCase):
    def test_the_hosts_own_filter_is_left_alone(self):
        """Rules exist in the lab alone, and each host has only what strikes toward it."""
        ended = self.strike(
            {},
            "{drop: fin, toward: server, share: 1%}",
            arguments=["--inspect", "cat /proc/net/netfilter/nf_log >/dev/null; nft list ruleset"],
        )
        if any(ended.inspection(side)["status"] for side in ("client", "server")):
            self.skipTest("no nft(8) here")
        self.assertNotIn("fin", ended.inspection("client")["output"].replace("finwait", ""))
        self.assertIn("fin", ended.inspection("server")["output"].replace("finwait", ""))


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    ft.main()
