"""The soak's own checks: each bad end is found, and a good one is none."""

import signal
import unittest

from checks import End, problems
from plan import DISTURBANCES, SCENARIOS, Plan


def plan_of(disturbance="none", scenario="tcp"):
    plan = Plan(1, 1)
    plan.disturbance, plan.scenario, plan.connections, plan.closed = disturbance, scenario, 64, [0]
    return plan


def result(count=64, partial=False):
    return {
        "partial": partial,
        "metrics": {
            "connections.attempted": count,
            "connections.opened": count,
            "connections.completed": count,
            "client.counter.TcpActiveOpens": count,
            "server.counter.TcpPassiveOpens": count,
        },
        "client": {"account": {"outcomes": {"done": count}}},
    }


KILLED = [("SIGKILL", "worker")]
CONDUCTOR = [("SIGKILL", "conductor")]


class Good(unittest.TestCase):
    def test_whole(self):
        self.assertEqual(problems(plan_of(), End(0, result=result())), [])

    def test_struck(self):
        end = End(4, "finwait: …", result(12, partial=True), struck=KILLED)
        self.assertEqual(problems(plan_of("kill"), end), [])
        self.assertEqual(problems(plan_of("kill"), End(-9, struck=CONDUCTOR)), [])
        self.assertEqual(problems(plan_of("kill"), End(3, "finwait: fork", struck=KILLED)), [])

    def test_no_room(self):
        self.assertEqual(problems(plan_of("disk"), End(3, "finwait: write: ENOSPC")), [])


class Bad(unittest.TestCase):
    def found(self, words, plan, end):
        self.assertIn(words, " ".join(problems(plan, end)))

    def test_each_is_found(self):
        kill = plan_of("kill")
        self.found("hangs", kill, End(None, struck=KILLED))
        self.found("SIGSEGV", kill, End(-signal.SIGSEGV, struck=CONDUCTOR))
        self.found("ended by SIGKILL", kill, End(-9, struck=KILLED))
        self.found("exit 5", kill, End(5, struck=KILLED))
        self.found("without a reason", kill, End(3, struck=KILLED))
        self.found("left process", plan_of(), End(0, result=result(), left=["process init"]))
        self.found("broken result.json", kill, End(-9, result="no JSON", struck=CONDUCTOR))
        self.found("exit 4 without a result", kill, End(4, struck=KILLED))
        self.found("not partial", kill, End(4, result=result(), struck=KILLED))
        self.found("let alone", plan_of(), End(3, "finwait: fork"))
        self.found("let alone", kill, End(4, result=result(partial=True)))

    def test_a_half_run_passes(self):
        for count in (0, 63, 65):
            self.found("exit 0 with attempted", plan_of(), End(0, result=result(count)))
        self.found("exit 0 with a partial", plan_of(), End(0, result=result(partial=True)))
        self.found("exit 0 with no result", plan_of("disk"), End(0))
        counted = result()
        counted["metrics"]["server.counter.TcpPassiveOpens"] = 63
        self.found("TcpPassiveOpens 63", plan_of(), End(0, result=counted))
        self.found("outcomes", plan_of(scenario="restart"), End(0, result=unended()))


def unended():
    lacking = result()
    lacking["client"]["account"]["outcomes"] = {"done": 63}
    return lacking


class Plans(unittest.TestCase):
    def test_a_seed_repeats_them(self):
        first, again = ([vars(Plan(7, n)) for n in range(50)] for _ in range(2))
        for one, other in zip(first, again):
            one["strikes"], other["strikes"] = (
                [vars(strike) for strike in plan["strikes"]] for plan in (one, other)
            )
            self.assertEqual(one, other)

    def test_all_kinds_come(self):
        plans = [Plan(7, n) for n in range(200)]
        self.assertEqual({plan.disturbance for plan in plans}, set(DISTURBANCES))
        self.assertEqual({plan.scenario for plan in plans}, set(SCENARIOS))


if __name__ == "__main__":
    unittest.main()
