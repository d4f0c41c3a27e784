"""finwait compare of results made earlier: what it says of them, and what it refuses."""

import copy
import json
import os

import finwait_test as ft

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SAMPLE = os.path.join(HERE, "data", "result", "mix.json")
ROWS = ("metric", "variant", "baseline", "verdict", "difference", "interval", "p", "n")


class Compare(ft.TestCase):
    def setUp(self):
        super().setUp()
        self.top = ft.PLACE.directory()
        with open(SAMPLE, encoding="utf-8") as file:
            self.sample = json.load(file)
        self.sample["expectations"] = []
        self.sample["partial"] = False

    def put(self, name, rate, **changes):
        result = copy.deepcopy(self.sample)
        result["metrics"]["connections.rate"] = rate
        result.update(changes)
        directory = os.path.join(self.top, name)
        os.makedirs(directory)
        with open(os.path.join(directory, "result.json"), "w", encoding="utf-8") as file:
            json.dump(result, file)

    def compare(self, *arguments):
        return ft.finwait("compare", *arguments, cwd=self.top)

    def put_days(self, rate):
        for number in range(8):
            self.put(f"before/{number}", 1000 + number)
            self.put(f"after/{number}", rate + number)

    def test_two_days(self):
        self.put_days(900)
        ended = self.compare("before/", "after/")
        self.assertEqual(ended.status, 0, ended.stderr)
        for text in ("made earlier", "unpaired", "Nothing differs that was recorded"):
            self.assertIn(text, ended.stdout)
        lower = ended.stdout.partition("\nlower")[2]
        self.assertIn("connections.rate", lower)
        for line in ended.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_as_json(self):
        self.put_days(1200)
        ended = self.compare("before", "after", "--json")
        comparison = json.loads(ended.stdout)
        self.assertFalse(comparison["paired"])
        for row in comparison["comparisons"]:
            for key in ROWS:
                self.assertIn(key, row)
        rate = next(r for r in comparison["comparisons"] if r["metric"] == "connections.rate")
        self.assertEqual((rate["verdict"], rate["variant"], rate["baseline"], rate["n"]),
                         ("higher", "after", "before", 8))
        low, high = rate["interval"]
        self.assertTrue(0 < low <= rate["difference"] <= high)
        self.assertLessEqual(rate["p"], 0.05)

    def test_a_condition(self):
        self.put_days(900)
        for condition, status in (
            ("connections.rate lower", 1),
            ("connections.rate lower by 5%", 1),
            ("connections.rate lower by 20%", 0),
            ("connections.rate higher", 0),
        ):
            with self.subTest(condition):
                ended = self.compare("before", "after", "--fail-if", condition)
                self.assertEqual(ended.status, status, ended.stderr)
                self.assertEqual("Failed" in ended.stdout, status == 1)

    def test_what_was_recorded_otherwise(self):
        self.put_days(900)
        environment = dict(self.sample["environment"], kernel="6.1.0", cpus="64")
        self.put("another", 900, environment=environment)
        text = self.compare("before", "another").stdout
        self.assertIn("environment.kernel", text)
        self.assertIn("environment.cpus", text)
        self.assertIn("no difference below can be put down", " ".join(text.split()))

    def test_a_partial_result_is_left_out(self):
        self.put_days(900)
        self.put("after/cut", 1, partial=True, cut_by="SIGINT")
        ended = self.compare("before", "after", "--metric", "connections.rate")
        self.assertIn("after/cut/result.json is partial: SIGINT", ended.stdout)
        self.assertEqual(ended.status, 0)
        self.put("cut", 1, partial=True, cut_by="SIGINT")
        ended = self.compare("before", "cut")
        self.assertEqual(ended.status, 1)
        self.assertIn("No trial is left", ended.stdout)

    def test_another_comparison_is_not_written_over(self):
        self.put_days(900)
        for name, status in (("c", 0), ("c", 2), ("d", 0)):
            ended = self.compare("before", "after", "--out", name)
            self.assertEqual(ended.status, status, ended)
        self.assertIn("c holds another comparison", self.compare("d", "--out", "c").stderr)
        self.assertEqual(self.compare("c", "--out", "./c/", "--margin", "7%").status, 0)
        with open(os.path.join(self.top, "c", "comparison.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["margin"], 0.07)

    def test_what_is_no_plan(self):
        whole = {"plan": 1, "scenario": "client-first", "seed": 1, "overrides": [], "variants": []}
        for change, said in (({"plan": 2}, "later finwait"), ({"seed": None}, "seed"), ({"seed": -1}, "seed"),
                             ({"scenario": 3}, "scenario"), ({"overrides": {}}, "overrides"),
                             ({"overrides": [{"path": "settle"}]}, "overrides")):
            with self.subTest(change):
                with open(os.path.join(self.top, "plan.json"), "w", encoding="utf-8") as file:
                    json.dump({**whole, **change}, file)
                ended = self.compare("--resume", ".")
                self.assertEqual(ended.status, 2, ended)
                self.assertIn(said, ended.stderr)

    def test_what_is_refused(self):
        self.put_days(900)
        os.mkdir(os.path.join(self.top, "empty"))
        self.put("broken", 1, schema=99)
        for arguments in (("before", "empty"), ("before", "broken"), ("before", "before/")):
            with self.subTest(arguments):
                ended = self.compare(*arguments)
                self.assertEqual((ended.status, ended.stdout), (2, ""))
                self.assertTrue(ended.stderr.startswith("finwait: "))

    def test_what_is_meant_is_guessed(self):
        self.put_days(900)
        for arguments, text in (
            (("client-first", "server-first"), "--vary order="),
            (("before", "tune.yaml"), "write variants:"),
            (("before",), "name two"),
            (("before", "after", "--rounds", "3"), "results are as they are"),
            (("client-first", "--vary", "settle=0s,1s", "--vary", "settle=2s"), "varied already"),
        ):
            with self.subTest(arguments):
                ended = self.compare(*arguments)
                self.assertEqual((ended.status, ended.stdout), (2, ""))
                self.assertIn(text, ended.stderr)


if __name__ == "__main__":
    ft.main()
