"""What the sizes of buffers and load.timeout decide: the model says either, and the kernel chooses."""

import finwait_test as ft

N = 20


class Buffers(ft.LabTestCase):
    def play(self, client, server, **settings):
        return self.run_checked(
            {
                "protocol": "raw",
                "load.connections": N,
                "load.timeout": "1s",
                "load.may_fail": "on",  # for what waits for each other
                "settle": "300ms",
                "client.program": client,
                "server.program": server,
                **settings,
            }
        )

    def checked(self, client, server, size):
        settings = {
            "protocol": "raw",
            "client.program": client,
            "server.program": server,
            "request.size": size,
            "response.size": size,
        }
        return ft.finwait(
            "check",
            "client-first",
            *(part for path, value in settings.items() for part in ("--set", f"{path}={value}")),
        )

    def check(self, result, *, either):
        """Every connection ended as some end foresees, and the buffers were named, or were not."""
        predicted = result.listed("predicted")
        self.assertTrue(predicted)
        for side in ("client", "server"):
            foreseen = {end[side]["fate"] for end in predicted}
            self.assertLessEqual(set(result.outcomes(side)), foreseen, side)
            finals = {end[side]["final"] for end in predicted}
            self.assertLessEqual(set(result.final(side)) - {"close"}, finals, side)
        self.assertEqual(any(end.get("by_buffers") for end in predicted), either)

    def test_a_fin_behind_data_that_may_or_may_not_fit(self):
        for size, either, state in (
            (50000, False, "fin_wait2"),
            (100000, True, "fin_wait2"),
            (130000, True, "fin_wait1"),
            (200000, False, "fin_wait1"),
        ):
            result = self.play("connect send shut-wr hold", "accept hold", **{"request.size": size})
            self.check(result, either=either)
            self.assertEqual(result.final("client"), {state: N}, size)
            self.assertEqual("prediction.buffers" in result.remark_ids(), either, size)

    def test_messages_that_nobody_reads_add_up(self):
        result = self.play(
            "connect send send send send shut-wr hold", "accept hold", **{"request.size": 50000}
        )
        self.check(result, either=False)
        self.assertEqual(result.final("client"), {"fin_wait1": N})

    def test_a_long_send_is_cut_by_a_close(self):
        result = self.play("connect send hold", "accept close", **{"request.size": 600000})
        self.check(result, either=True)
        self.assertIn("reset", result.outcomes("client"))

    def test_two_sends_that_wait_for_each_other(self):
        programs = "connect send recv close", "accept send recv close"
        result = self.play(*programs, **{"request.size": "3M", "response.size": "3M"})
        self.check(result, either=True)
        self.assertLessEqual(set(result.outcomes("client")), {"timeout", "reset"})
        warned = self.checked(*programs, "3M")
        self.assertEqual(warned.status, 0)
        self.assertIn("warning: ", warned.stdout)
        self.assertIn("by buffer sizes", warned.stdout)
        fits = self.checked(*programs, "20k")
        self.assertEqual(fits.status, 0)
        self.assertNotIn("warning", fits.stdout)
        refused = self.checked(*programs, "16M")
        self.assertEqual(refused.status, 2)
        self.assertIn("does not fit in the sockets' buffers", " ".join(refused.stderr.split()))

    def test_a_pause_beyond_the_timeout(self):
        result = self.play(
            "connect send recv close",
            "accept recv pause(2s) send wait-fin close",
            settle="2s",
        )
        self.check(result, either=False)
        self.assertEqual(result.outcomes("client"), {"timeout": N})
        self.assertIn("prediction.met", result.remark_ids())


if __name__ == "__main__":
    ft.main()
