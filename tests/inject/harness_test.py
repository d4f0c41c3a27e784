"""The sweep itself: that the shim makes calls fail, in the process meant, and bad ends are found."""

import errno
import os
import unittest

import finwait_test as ft
import sweep

CARELESS = sweep.Kind("careless", [], program=os.environ["CARELESS"], patience=2)


def end_of(kind, *call):
    return sweep.end_of(sweep.Case(kind, *call))


class Shim(unittest.TestCase):
    def test_without_a_plan_it_only_counts(self):
        end = end_of(CARELESS)
        self.assertEqual((end.status, end.stdout, end.failed), (0, "whole\n", ""))
        self.assertEqual([counts["write"] for counts in end.board.counts], [0, 1])
        self.assertEqual(end.board.counts[0]["fork"], 1)

    def test_a_call_that_is_not_reached_fails_nobody(self):
        end = end_of(CARELESS, "write", 2, 0, 1)
        self.assertEqual((end.status, end.stdout, end.failed), (0, "whole\n", ""))

    def test_it_fails_in_the_process_meant(self):
        end = end_of(CARELESS, "write", 1, 0, 1)
        self.assertEqual(end.board.failed, ["", "write"])
        self.assertEqual(end_of(CARELESS, "write", 1, 0, 0).failed, "")

    def test_it_fails_as_told(self):
        end = end_of(sweep.CHECK, "open", 1, errno.ENFILE)
        self.assertEqual((end.status, end.failed), (3, "open"), end.stderr)
        self.assertIn("ENFILE", end.stderr)


def places_of(kind):
    return sweep.end_of(sweep.Case(kind), with_places=True).places


class Places(unittest.TestCase):
    def test_every_call_has_one(self):
        end = sweep.end_of(sweep.Case(CARELESS), with_places=True)
        self.assertEqual(
            sum(end.places.values()), sum(sum(counts.values()) for counts in end.board.counts)
        )

    def test_they_are_the_same_in_every_run(self):
        self.assertEqual(places_of(sweep.CHECK), places_of(sweep.CHECK))

    def test_one_of_them_fails_and_no_other_of_its_class(self):
        places = places_of(sweep.CHECK)
        twice = next(p for p, calls in places.items() if p.call_class == "memory" and calls > 1)
        end = end_of(sweep.CHECK, "memory", 2, 0, 0, twice.stack)
        self.assertEqual(tuple(end.board.frames), twice.frames)

    def test_they_are_found_by_function(self):
        places = places_of(CARELESS)
        program = CARELESS.command[0]
        self.assertEqual(sweep.beneath(places, program, ["main"]), set(places))
        self.assertEqual(sweep.beneath(places, program, ["maim"]), set())


class BadEnds(unittest.TestCase):
    def assert_found(self, problem, *call):
        clean = sweep.Clean(CARELESS)
        end = end_of(CARELESS, *call)
        self.assertEqual(sweep.problem_of(CARELESS, end, clean), problem)

    def test_a_crash(self):
        self.assert_found("crash SIGSEGV", "memory", 1)

    def test_a_hang(self):
        self.assert_found("hang", "loop", 1)

    def test_a_file_left(self):
        self.assert_found("left file scratch", "file", 1)

    def test_less_output(self):
        self.assert_found("exit 0 with less output", "write", 1, 0, 1)

    def test_no_word(self):
        end = end_of(CARELESS, "open", 1)
        self.assertEqual((end.status, end.stderr), (3, ""))
        self.assert_found("mute exit 3", "open", 1)

    def test_each_is_counted(self):
        clean = sweep.Clean(CARELESS)
        sums = sweep.Sums(verbose=False)
        cases = sweep.cases_of(CARELESS, clean, ["memory", "open", "write"])
        sweep.sweep(CARELESS, cases, clean, 2, sums)
        self.assertEqual((sums.swept, sums.reached, sums.bad), (5, 5, 5))


class LessResult(unittest.TestCase):
    """What is no whole result, of a run that was one."""

    @classmethod
    def setUpClass(cls):
        refusal = ft.private_lab_refusal(os.geteuid())
        if refusal:
            raise unittest.SkipTest(f"no private lab here: {refusal}")
        cls.kind = sweep.KINDS["tcp"]
        cls.clean = sweep.Clean(cls.kind)

    def problem_with(self, change):
        end = end_of(self.kind)
        change(end)
        return sweep.problem_of(self.kind, end, self.clean)

    def test_a_whole_one_is_no_problem(self):
        self.assertEqual(self.problem_with(lambda end: None), "")

    def test_a_metric_less(self):
        problem = self.problem_with(lambda end: end.result["metrics"].pop("cpu.client"))
        self.assertEqual(problem, "exit 0 with less: /metrics/cpu.client")

    def test_connections_less(self):
        def fewer(end):
            end.result["metrics"]["connections.attempted"] -= 1

        self.assertEqual(self.problem_with(fewer), "exit 0 with less: connections")

    def test_an_expectation_less(self):
        problem = self.problem_with(lambda end: end.result["expectations"].pop())
        self.assertEqual(problem, "exit 0 with less: expectations")

    def test_no_result(self):
        problem = self.problem_with(lambda end: setattr(end, "result", None))
        self.assertEqual(problem, "exit 0 with less: no result: None")

    def test_a_known_point(self):
        last = self.clean.counts[0]["fork"]
        end = end_of(self.kind, "fork", last)
        self.assertEqual((end.status, end.failed), (3, "pthread_create"))
        self.assertIn("the sampler's threads: EAGAIN", end.stderr)
        self.assertEqual(sweep.problem_of(self.kind, end, self.clean), "")


if __name__ == "__main__":
    ft.main()
