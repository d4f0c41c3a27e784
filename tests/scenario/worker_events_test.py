"""Events of one worker, and a new listener beside the old one: SO_REUSEPORT gives each its queue."""

import finwait_test as ft

RATE = 500


class WorkerEvents(ft.LabTestCase):
    def play(self, events, **settings):
        return self.run_checked(
            {
                "order": "server-first",
                "load.rate": f"{RATE}/s",
                "load.duration": "1500ms",
                "load.timeout": "2s",
                "settle": "300ms",
                "client.workers": 1,
                "server.workers": 2,
                **settings,
            },
            f"--set=events=[{events}]",
        )

    EACH = {"server.listeners": "each"}

    def story(self, result):
        return " ".join(remark["text"] for remark in result.listed("remarks"))

    def test_the_queue_of_a_hung_worker_is_lost_with_it(self):
        result = self.play(
            "{at: 400ms, stop: server, worker: 1}, {at: 900ms, kill: server, worker: 1}",
            **self.EACH,
        )
        lost = result["client.attempted"] - result["server.attempted"]
        self.assertGreater(lost, 0)
        # And what it had accepted when it was stopped, and not read when it was killed.
        reset, killed = result["client.outcome.reset"], result.outcomes("server").get("killed", 0)
        self.assertIn(reset, range(lost, lost + killed + 1))
        self.assertEqual(result["server.counter.TcpEstabResets"], reset)
        self.assertEqual(result["client.outcome.refused"], 0)
        self.assertEqual(result["server.workers_died"], 0)
        self.assertIn(f"{lost} connections were lost in that queue", self.story(result))
        self.assertNotIn("nothing listened", self.story(result))

    def test_one_of_several_at_one_listener_takes_no_queue_along(self):
        result = self.play("{at: 500ms, kill: server, worker: 0}")
        # What it had accepted may be lost with it, and nothing else.
        self.assertLessEqual(set(result.outcomes("client")), {"done", "reset", "eof"})
        self.assertLessEqual(set(result.outcomes("server")), {"done", "killed"})
        self.assertGreater(result["client.outcome.done"], result["client.attempted"] * 0.9)
        self.assertNotIn("accept queue", self.story(result))

    def test_those_that_stand_by_take_over(self):
        """Not all of many accept at once: what is left when those have gone has no gap."""
        gone = " ".join(f"{{at: {100 + 100 * n}ms, kill: server, worker: {n}}}," for n in range(7))
        result = self.play(gone.rstrip(","), **{"server.workers": 8})
        # What a killed one had accepted is lost with it, and nothing else.
        self.assertLessEqual(set(result.outcomes("client")), {"done", "reset", "eof"})
        self.assertGreater(result["client.outcome.done"], RATE)

    def test_one_that_is_stopped_is_not_waited_for(self):
        stopped = ", ".join(f"{{at: 300ms, stop: server, worker: {n}}}" for n in range(7))
        result = self.play(stopped, **{"server.workers": 8, "load.timeout": "9s"})
        self.assertGreater(result["client.outcome.done"], RATE)

    def test_one_that_is_continued_goes_on(self):
        result = self.play(
            "{at: 300ms, stop: server, worker: 0}, {at: 600ms, cont: server, worker: 0}",
            **self.EACH,
        )
        self.assertEqual(result.outcomes("client"), {"done": result["client.attempted"]})

    def test_all_of_them_one_by_one_are_the_server(self):
        result = self.play(
            "{at: 300ms, kill: server, worker: 0}, {at: 500ms, kill: server, worker: 1},"
            " {at: 700ms, start: server}",
            **{**self.EACH, "server.sockopt.reuseaddr": "on"},
        )
        self.assertGreater(result["client.outcome.refused"], 0)
        self.assertGreater(result["client.outcome.done"], RATE * 0.7 / 2)
        self.assertEqual(result.listed("timeline")[2]["refusals"], 0)

    def test_of_a_client_whose_share_never_begins(self):
        result = self.play(
            "{at: 500ms, kill: client, worker: 0}", **{"client.workers": 2, "server.workers": 1}
        )
        self.assertEqual(result["client.workers_died"], 0)
        self.assertLess(result["client.attempted"], RATE * 1.5)

    def test_a_reload(self):
        """The new listener is there before the old one goes: nothing is refused in between."""
        for settings in (
            self.EACH,
            {"server.listeners": "shared", "server.sockopt.reuseport": "on"},
        ):
            with self.subTest(settings):
                self.check_reload(settings)

    def check_reload(self, settings):
        result = self.play(
            "{at: 400ms, start: server}, {at: 800ms, kill: server}, {at: 1200ms, start: server}",
            **settings,
        )
        self.assertEqual(result["client.outcome.refused"], 0)
        self.assertEqual(result["client.attempted"], sum(result.outcomes("client").values()))
        self.assertEqual(result["server.messages_sent"], result["client.messages_received"])
        self.assertGreater(result["client.outcome.done"], 0.9 * result["client.attempted"])
        self.assertEqual([entry.get("error") for entry in result.listed("timeline")], [None] * 3)
        self.assertIn("started anew beside the old one", self.story(result))
        self.assertIn("the old server was killed", self.story(result))


if __name__ == "__main__":
    ft.main()
