"""Steps that no named order uses: what the kernel makes of them, and that the model said so."""

import finwait_test as ft

N = 200


class Steps(ft.LabTestCase):
    def play(self, client, server, **settings):
        result = self.run_checked(
            {
                "protocol": "raw",
                "load.connections": N,
                "settle": "500ms",
                "client.program": client,
                "server.program": server,
                **settings,
            },
            "--inspect",
            ft.WITNESS,
        )
        for side in ("client", "server"):
            self.assertEqual(result.final(side), result.witness(side)[0])
        return result

    def check(self, result, side, outcome, final, **counters):
        rsts = result[f"{side}.counter.TcpOutRsts"]
        peer = "server" if side == "client" else "client"
        self.assert_resets(rsts, counters.pop("OutRsts", 0), N)
        self.assert_states(result.final(side), final, result[f"{peer}.counter.TcpOutRsts"])
        self.assertEqual(result.outcomes(side), {outcome: N})
        for name in ("TW", "TCPAbortOnData", "TCPAbortOnClose"):
            self.assertEqual(result[f"{side}.counter.TcpExt{name}"], counters.get(name, 0), name)

    def test_shutting_what_both_fins_have_ended_is_no_error(self):
        for client, server in (
            ("connect send recv shut-wr wait-fin shut-rd close", "accept recv send wait-fin close"),
            ("connect send recv wait-fin shut-wr close", "accept recv send shut-wr wait-fin shut-rd close"),
        ):
            result = self.play(client, server)
            self.assertEqual(result.outcomes("client"), {"done": N})
            self.assertEqual(result.outcomes("server"), {"done": N})
            self.assertNotIn("prediction.failed", [one["id"] for one in result.listed("remarks")])

    def test_shutting_what_a_rst_has_ended_is_one(self):
        for how in ("shut-wr", "shut-rd"):
            result = self.play(f"connect send recv pause(100ms) {how} close", "accept recv send rst")
            self.assertEqual(result.outcomes("client"), {"reset": N})
            self.assertEqual(result["closed_first.server"], N)

    def test_a_fin_that_waits_behind_data_is_not_first(self):
        for end in ("close", "shut-wr hold"):
            result = self.play(
                "connect pause(200ms) rst",
                f"accept send {end}",
                **{"response.size": "300000", "server.sockopt.sndbuf": "200k"},
            )
            self.assertEqual(result["closed_first.client"], N)
            self.assertEqual(result["closed_first.both"], 0)

    def test_a_close_of_what_a_child_has_too_is_not_first(self):
        result = self.play(
            "connect send inherit(300ms) close",
            "accept recv pause(100ms) close",
            settle="2s",  # the children have to end in it
        )
        self.assertEqual(result["closed_first.server"], N)
        self.assertEqual(result["closed_first.both"], 0)

    def test_close_with_unread_data_is_a_reset(self):
        result = self.play("connect send wait-fin close", "accept pause(300ms) close")
        self.check(result, "server", "done", {}, TCPAbortOnClose=N, OutRsts=N)
        self.check(result, "client", "reset", {})

    def test_a_message_behind_the_one_received_is_unread(self):
        """HTTP does not say how long a message is before it is read: no more than that is taken."""
        result = self.play(
            "connect send send pause(200ms) recv close",
            "accept recv send recv send wait-fin close",
            protocol="http",
        )
        self.check(result, "client", "done", {}, TCPAbortOnClose=N, OutRsts=N)
        self.check(result, "server", "reset", {})

    def test_drain_makes_it_a_fin(self):
        result = self.play("connect send wait-fin close", "accept pause(300ms) drain close")
        self.check(result, "server", "done", {"time_wait": N}, TW=N)
        self.check(result, "client", "done", {})

    def test_shut_rd_changes_no_state(self):
        result = self.play("connect send recv shut-rd close", "accept recv send wait-fin close")
        self.check(result, "client", "done", {"time_wait": N}, TW=N)
        self.check(result, "server", "done", {})

    def test_shut_rd_does_not_stop_data(self):
        """It arrives all the same and lies unread when the socket is closed."""
        result = self.play(
            "connect send shut-rd pause(300ms) close", "accept recv send wait-fin close"
        )
        self.check(result, "client", "done", {}, TCPAbortOnClose=N, OutRsts=N)
        self.check(result, "server", "reset", {})

    def test_linger_0_is_a_reset(self):
        result = self.play(
            "connect send recv wait-fin close", "accept recv send linger(0s) close"
        )
        self.check(result, "server", "done", {}, TCPAbortOnData=N, OutRsts=N)
        self.check(result, "client", "reset", {})

    def test_linger_off_takes_it_back(self):
        result = self.play(
            "connect send recv wait-fin close", "accept recv send linger(0s) linger(off) close"
        )
        self.check(result, "server", "done", {"time_wait": N}, TW=N)

    def test_linger_with_a_time_still_ends_in_time_wait(self):
        result = self.play(
            "connect send recv wait-fin close", "accept recv send linger(2s) close"
        )
        self.check(result, "server", "done", {"time_wait": N}, TW=N)
        self.check(result, "client", "done", {})

    def test_a_reset_by_the_passive_closer(self):
        """It ends the peer's FIN_WAIT2: no TIME_WAIT anywhere."""
        result = self.play(
            "connect send recv shut-wr wait-fin close", "accept recv send wait-fin rst"
        )
        self.check(result, "server", "done", {}, TCPAbortOnData=N, OutRsts=N)
        self.check(result, "client", "reset", {})

    def test_a_held_descriptor_after_shut_wr(self):
        """FIN_WAIT2 with a descriptor has no timeout, and is no orphan."""
        result = self.play("connect send recv shut-wr hold", "accept recv send wait-fin hold")
        self.check(result, "client", "held", {"fin_wait2": N})
        self.check(result, "server", "held", {"close_wait": N})
        self.assertEqual(result.json["client"]["final"]["fin_wait2_orphans"], 0)

    def test_both_leak(self):
        result = self.play("connect send recv hold", "accept recv send hold")
        self.check(result, "client", "held", {"established": N})
        self.check(result, "server", "held", {"established": N})

    def test_no_message_at_all(self):
        result = self.play("connect close", "accept wait-fin close")
        self.check(result, "client", "done", {"time_wait": N}, TW=N)
        self.check(result, "server", "done", {})
        self.assertEqual(result["client.messages_sent"], 0)


class Die(ft.LabTestCase):
    """`die` ends the worker, so one connection is all that each can have."""

    def die(self, client, server, **settings):
        return self.run_checked(
            {
                "protocol": "raw",
                "load.connections": 1,
                "settle": "500ms",
                "client.workers": 1,
                "server.workers": 1,
                "client.program": client,
                "server.program": server,
                **settings,
            }
        )

    def test_of_the_server(self):
        result = self.die("connect send wait-fin close", "accept recv die")
        self.assertEqual(result.outcomes("server"), {"died": 1})
        self.assertEqual(result.outcomes("client"), {"done": 1})
        self.assertEqual(result["server.workers_died"], 1)
        self.assertEqual(result["server.counter.TcpExtTW"], 1, "its end was a FIN")

    def test_of_the_server_with_unread_data(self):
        result = self.die("connect send wait-fin close", "accept pause(300ms) die")
        self.assertEqual(result.outcomes("client"), {"reset": 1})
        self.assertEqual(result.final("server"), {}, "its end was a RST")
        self.assertEqual(result["server.counter.TcpOutRsts"], 1)

    def test_of_the_client(self):
        result = self.die("connect send recv die", "accept recv send wait-fin close")
        self.assertEqual(result.outcomes("client"), {"died": 1})
        self.assertEqual(result.outcomes("server"), {"done": 1})
        self.assertEqual(result["client.workers_died"], 1)
        self.assertEqual(result["client.counter.TcpExtTW"], 1)

    def test_of_every_worker(self):
        """What was open in a worker that dies was killed; what is left of its share never began."""
        result = self.die(
            "connect send recv die",
            "accept recv send wait-fin close",
            **{"client.workers": 3, "load.connections": 30, "load.concurrency": 30},
        )
        outcomes = result.outcomes("client")
        self.assertEqual(outcomes["died"], 3)
        self.assertLessEqual(set(outcomes), {"died", "killed"})
        self.assertEqual(sum(outcomes.values()), result["connections.attempted"])
        self.assertEqual(result["client.workers_died"], 3)


if __name__ == "__main__":
    ft.main()
