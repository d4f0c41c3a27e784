"""finwait compare --format: each format of a comparison, by what others make of it."""

import copy
import csv
import io
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml
from unittest import mock

import finwait_test as ft
import openmetrics

DATA = os.path.join(ft.SOURCE, "tests/data")
GOLDEN = {name: f"{DATA}/compare/golden.{end}" for name, end in (("csv", "csv"), ("junit", "xml"), ("markdown", "md"), ("openmetrics", "prom"))}
CONDITIONS = [
    "--fail-if=connections.rate lower by 5%",
    "--fail-if=connections.rate higher",
    "--fail-if=host.counter.TcpExtTW higher",
]
HELD, UNMET = "connections.completed > 0", "connections.rate > 950"


class Formats(ft.TestCase):
    """Of eight results a side: the rate is lower, one expectation fails, one metric was not measured."""

    def setUp(self):
        super().setUp()
        self.top = ft.PLACE.directory()
        with open(os.path.join(DATA, "result", "mix.json"), encoding="utf-8") as file:
            self.sample = json.load(file)
        self.sample["partial"] = False
        for number in range(8):
            self.put(f"before/{number}", 1000 + number)
            self.put(f"a|<b>,\"/{number}", 900 + number)

    def put(self, name, rate):
        result = copy.deepcopy(self.sample)
        result["metrics"]["connections.rate"] = rate
        result["expectations"] = [
            {"text": HELD, "verdict": "pass", "left": 1, "right": 0},
            {"text": UNMET, "verdict": "pass" if rate > 950 else "fail", "left": rate, "right": 950},
        ]
        directory = os.path.join(self.top, name)
        os.makedirs(directory)
        with open(os.path.join(directory, "result.json"), "w", encoding="utf-8") as file:
            json.dump(result, file)

    def compare(self, *arguments, status=1):
        ended = ft.finwait("compare", "before", 'a|<b>,"', *arguments, cwd=self.top)
        self.assertEqual(ended.status, status, ended)
        return ended

    def shown(self, name, *arguments, **how):
        return self.compare(*CONDITIONS, f"--format={name}", *arguments, **how).stdout

    def test_they_are_the_golden_ones(self):
        for name, path in GOLDEN.items():
            with self.subTest(name):
                text = self.shown(name)
                if os.environ.get("WRITE_GOLDEN"):
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(text)
                with open(path, encoding="utf-8") as file:
                    self.assertEqual(text, file.read())

    def test_openmetrics(self):
        families = openmetrics.parsed(self, self.shown("openmetrics"))
        held = {"comparison": "mix", "variant": 'a|<b>,"', "baseline": "before"}
        value = json.loads(self.shown("json"))["comparisons"][0]
        self.assertEqual(value["metric"], "connections.rate")
        rate = {**held, "metric": "connections.rate", "unit": "1/s"}
        for name, wanted in (("median", value["medians"]["variant"]), ("trials", 8), ("adjusted_p", value["p"])):
            name = f"finwait_compare_{name}"
            self.assertIn([name, rate, wanted, None], families[name].samples)
        verdicts = [sample[1]["verdict"] for sample in families["finwait_compare_verdict"].samples]
        self.assertEqual(verdicts, ["lower", "unmeasured"])
        ends = families["finwait_compare_conditions"].samples
        self.assertEqual(len(ends), 8)
        self.assertIn([{"comparison": "mix", "variant": 'a|<b>,"', "end": "failed"}, 2], [sample[1:3] for sample in ends])

    def test_the_names_are_of_runs(self):
        self.assertEqual(json.loads(self.shown("json")), json.loads(self.shown("json")))
        self.assertEqual(self.compare("--json").stdout, self.compare("--format", "json").stdout)
        self.assertEqual(self.shown("text"), self.compare(*CONDITIONS).stdout)
        for name, said in (("html", "shows results"), ("pdf", "there is no format")):
            ended = self.compare("--format", name, status=2)
            self.assertIn(said, ended.stderr)
            self.assertIn("text, json, csv, junit, markdown", ended.stderr)
        help = ft.finwait("compare", "--help").stdout
        self.assertIn("text, json, csv, junit, markdown", " ".join(help.split()))

    def test_csv_is_read_by_python(self):
        rows = list(csv.DictReader(io.StringIO(self.shown("csv"))))
        self.assertEqual({None} & set().union(*rows), set(), "no row has a field too many")
        rate = [row for row in rows if row["metric"] == "connections.rate"]
        (verdict,) = [row for row in rate if row["kind"] == "verdict"]
        self.assertEqual((verdict["verdict"], verdict["variant"], verdict["baseline"], verdict["unit"]),
                         ("lower", 'a|<b>,"', "before", "1/s"))
        self.assertEqual(float(verdict["value"]) - float(verdict["baseline_value"]), -100)
        trials = [(row["variant"], float(row["value"])) for row in rate if row["kind"] == "trial"]
        self.assertEqual(sorted(trials), sorted([("before", 1000 + n) for n in range(8)] +
                                                [('a|<b>,"', 900 + n) for n in range(8)]))

    def test_junit_has_a_case_for_each_condition(self):
        root = xml.fromstring(self.shown("junit"))
        ends = {}
        for suite in root:
            cases = suite.findall("testcase")
            self.assertEqual(suite.get("tests"), str(len(cases)))
            for kind, sum in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                self.assertEqual(suite.get(sum), str(len(suite.findall(f"testcase/{kind}"))))
            self.assertEqual({case.get("classname") for case in cases}, {suite.get("name")})
            for case in cases:
                variant = suite.get("name").partition(": ")[2]
                ends[variant, case.get("name")] = case[0].tag if len(case) else "pass"
        after = 'a|<b>,"'
        self.assertEqual(ends, {
            ("before", HELD): "pass",
            ("before", UNMET): "pass",
            (after, HELD): "pass",
            (after, UNMET): "failure",
            (after, "connections.rate lower by 5%"): "failure",
            (after, "connections.rate higher"): "pass",
            (after, "host.counter.TcpExtTW higher"): "error",
        })

    def test_junit_is_well_formed(self):
        if shutil.which("xmllint") is None:
            self.skipTest("there is no xmllint")
        subprocess.run(["xmllint", "--noout", "-"], input=self.shown("junit"), text=True, check=True)

    def test_markdown_has_the_worst_first(self):
        text = self.shown("markdown")
        verdicts = re.findall(r"(?m)^\| ([A-Z ]+) \|", text)
        self.assertEqual(verdicts, ["FAIL", "FAIL", "UNMEASURED", "PASS", "PASS", "PASS", "PASS"])
        for line in text.splitlines():
            if line.startswith("|"):
                cells = len(re.findall(r"(?<!\\)\|", line)) - 1
                self.assertIn(cells, (4, 8), line)

    def test_a_condition_that_could_not_fail_is_no_pass(self):
        """Of two results a side nothing can be told."""
        for number in range(2, 8):
            for side in ("before", 'a|<b>,"'):
                shutil.rmtree(os.path.join(self.top, side, str(number)))
        condition = "--fail-if=connections.rate higher"
        ended = self.compare(condition, "--format=junit")
        (skipped,) = xml.fromstring(ended.stdout).findall("testsuite/testcase/skipped")
        self.assertIn("with n = 2", skipped.text)
        text = self.compare(condition, "--format=markdown").stdout
        self.assertIn("3 of 5 conditions held (1 could not fail)", text)
        self.assertIn("| COULD NOT FAIL |", text)

    def test_what_no_trial_was_left_to_hold_has_not_held(self):
        self.compare("--out=whole")
        path = os.path.join(self.top, "whole", "comparison.json")
        with open(path, encoding="utf-8") as file:
            whole = json.load(file)
        for trial in whole["trials"]:
            if trial["variant"] == "before":
                trial.update(why="it was cut short", unmet=[])
        with open(path, "w", encoding="utf-8") as file:
            json.dump(whole, file)
        ended = ft.finwait("compare", "whole", "--format=junit", cwd=self.top)
        self.assertEqual(ended.status, 1, ended)
        before, _ = xml.fromstring(ended.stdout).findall("testsuite")
        ends = {case.get("name"): case.find("error") is not None for case in before}
        self.assertEqual(ends, {"runs": True, HELD: True, UNMET: True})

    def test_github_shows_errors(self):
        with mock.patch.dict(os.environ, GITHUB_ACTIONS="true"):
            ended = self.compare(*CONDITIONS, "--format=markdown")
        self.assertEqual(len(re.findall(r"(?m)^::error title=", ended.stderr)), 3, ended.stderr)

    def test_files_beside_each_other_and_again_later(self):
        files = {name: os.path.join(self.top, f"file.{name}") for name in ("json", "csv", "junit", "markdown")}
        wanted = [f"--format={name}={path}" for name, path in files.items()]
        ended = self.compare(*CONDITIONS, *wanted, "--out", "kept")
        self.assertIn("made earlier", ended.stdout)
        again = ft.finwait("compare", "kept", *CONDITIONS, "--format=markdown", cwd=self.top)
        for name, path in files.items():
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), self.shown(name))
        self.assertEqual(again.stdout, self.shown("markdown"))

    def test_two_to_one_place(self):
        self.assertIn("two formats go to stdout", self.compare("--format=csv", "--format=junit", status=2).stderr)
        ended = self.compare("--format=csv=/dev/full", status=2)
        self.assertIn("no regular file", ended.stderr)
        self.assertEqual(ended.stdout, "")


if __name__ == "__main__":
    ft.main()
