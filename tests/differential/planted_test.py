"""The harness against itself: every check finds the falsehood that was planted for it, and a pair
that fails is cut down to what it takes to fail."""

import copy
import unittest

import checks
import finwait_test as ft
import generate
import harness
import hosts
import mix
import run
from pair import Pair
from plants import PLANTS

PLAIN = {
    "client.program": "connect send recv close",
    "server.program": "accept recv send wait-fin close",
    "load.connections": 5,
    "request.size": "0",
    "response.size": "100",
    "settle": "100ms",
}
# What is true of pairs that pause is made false: all else about this one does not matter.
PAUSING = {
    **PLAIN,
    "client.program": "connect send recv repeat(2) pause(20ms) drain close",
    "server.program": "accept recv send repeat(2) wait-fin close",
    "client.workers": 2,
    "server.sockopt.nodelay": "on",
    "client.sysctl.net.ipv4.tcp_sack": 0,
    "response.size": "3000",
    "load.timeout": "2s",
    "settle": "50ms",
}


def look_falsely(seen):
    if "pause" in seen.pair.get("client.program"):
        PLANTS["kernel.counters"](seen)
    return checks.disagreements(seen)


class Planted(ft.LabTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seen = run.run(Pair("plain", PLAIN))
        cls.on_one_host = None
        if not hosts.refusal():
            cls.on_one_host = run.run(Pair("plain", {**PLAIN, "lab": "host"}))

    def found(self, seen):
        return {name for name, _ in checks.disagreements(seen)}

    def test_nothing_is_found_where_nothing_is_planted(self):
        for seen in filter(None, (self.seen, self.on_one_host)):
            self.assertEqual(checks.disagreements(seen), [])

    def test_every_check_finds_what_is_planted(self):
        names = [name for name, _ in checks.FIRST + checks.CHECKS]
        self.assertEqual(sorted(names), sorted(PLANTS))
        for name, plant in PLANTS.items():
            with self.subTest(name):
                seen = self.on_one_host if name.startswith("wire.") else self.seen
                if seen is None:
                    self.skipTest(hosts.refusal())
                seen = copy.deepcopy(seen)
                plant(seen)
                self.assertIn(name, self.found(seen))

    def test_what_a_result_lacks_is_told(self):
        seen = copy.deepcopy(self.seen)
        del seen.result.json["client"]["account"]["opened"]
        self.assertIn("sums.opened", self.found(seen))

    def test_a_planted_disagreement_is_told_and_shrunk(self):
        told = []
        differ = harness.Harness("planted", look=look_falsely, tell=told.append)
        pair = Pair("pausing", PAUSING)
        differ.judge(pair, differ.try_pair(pair))
        self.assertEqual(len(differ.failed), 1, told)
        self.assertIn("pausing: kernel.counters", told[0])

        less = differ.smallest(*differ.failed[0])
        self.assertEqual(less.get("load.connections"), 1)
        self.assertRegex(less.get("client.program"), r"^connect pause\([12]ms\) close$")
        self.assertRegex(less.get("server.program"), r"^accept( \S+)? close$")
        self.assertLessEqual(len(less.settings), 6, less.yaml())
        self.assertEqual(run.refusal(less), "")

    def test_what_does_not_come_twice_does_not_count(self):
        told = []
        looks = iter([[("kernel.states", "once")], []])
        differ = harness.Harness("once", look=lambda seen: next(looks), tell=told.append)
        pair = Pair("plain", PLAIN)
        differ.judge(pair, differ.try_pair(pair))
        self.assertEqual((differ.failed, differ.count["once"]), ([], 1))
        self.assertIn("not again", told[0])

    def test_what_no_machine_excuses_counts_once(self):
        for name in checks.CERTAIN:
            differ = harness.Harness("certain", look=None, tell=lambda line: None)
            differ.judge(Pair("plain", PLAIN), [(name, "planted")])
            self.assertEqual(len(differ.failed), 1, name)
        self.assertLessEqual(checks.CERTAIN, {name for name, _ in checks.FIRST + checks.CHECKS})


class Mix(unittest.TestCase):
    WAYS = [("done", "held"), ("reset", "eof")]

    def test_what_a_mixture_gives(self):
        counts = {(0, "done"): 2, (0, "reset"): 1, (1, "held"): 2, (1, "eof"): 1}
        self.assertTrue(mix.can_add_up(self.WAYS, counts))

    def test_what_none_gives(self):
        counts = {(0, "done"): 2, (0, "reset"): 1, (1, "held"): 1, (1, "eof"): 2}
        self.assertFalse(mix.can_add_up(self.WAYS, counts))


class Same(unittest.TestCase):
    def test_a_seed_gives_the_same_pairs_everywhere(self):
        self.assertEqual(
            generate.generate("1", 7).yaml(), generate.generate("1", 7).yaml()
        )
        self.assertNotEqual(generate.generate("1", 7).yaml(), generate.generate("1", 8).yaml())


if __name__ == "__main__":
    ft.main()
