"""finwait report: results read back, and the formats they are printed in."""

import copy
import csv
import decimal
import io
import json
import os
import re
import tempfile
from unittest import mock

import finwait_test as ft


class Report(ft.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.out = ft.PLACE.directory()
        settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 20}
        arguments = ft.as_arguments({**settings, "settle": "0s"}, name='a, "b"')
        cls.ran = ft.finwait(*arguments, "--out", cls.out, "--expect", "connections.failed == 0")
        cls.file = os.path.join(cls.out, "result.json")
        with open(cls.file, encoding="utf-8") as file:
            cls.value = json.load(file)

    def test_text_is_what_the_run_said(self):
        self.assertEqual(self.ran.status, 0, self.ran)
        for name in (self.file, self.out):
            ended = ft.finwait("report", name)
            self.assertEqual((ended.status, ended.stderr), (0, ""))
            self.assertEqual(ended.stdout, self.ran.stdout)

    def test_verbose_is_a_format(self):
        ended = ft.finwait("report", self.out, "--verbose")
        self.assertEqual(ended.stdout, ft.finwait("report", self.out, "--format=verbose").stdout)
        self.assertIn("Kernel counters", ended.stdout)

    def test_text_is_as_wide_as_the_page(self):
        """A terminal's, or else what COLUMNS says; and 100 columns of nothing else."""
        stored = os.path.join(ft.SOURCE, "tests/data/summary/server-first.json")
        locale = {"LC_ALL": "C.UTF-8", "COLUMNS": "90"}
        for columns in (80, 200):
            with self.subTest(columns), mock.patch.dict(os.environ, locale):
                with ft.Terminal(["report", stored], columns=columns, stdout=True) as terminal:
                    self.assertEqual(terminal.finish().status, 0)
                drawn = re.sub(r"\033\[\d*m", "", terminal.screen)
                self.assertEqual(max(map(len, drawn.splitlines())), columns)
                self.assertIn("█", drawn)
        for wanted, columns in (("90", 90), ("no", 100), ("", 100), ("0", 100)):
            with self.subTest(wanted), mock.patch.dict(os.environ, {**locale, "COLUMNS": wanted}):
                printed = ft.finwait("report", stored).stdout
                self.assertEqual(max(map(len, printed.splitlines())), columns)
        with mock.patch.dict(os.environ, {"LC_ALL": "C"}):
            self.assertTrue(ft.finwait("report", stored).stdout.isascii())

    def test_json_is_the_file(self):
        ended = ft.finwait("report", self.file, "--format", "json")
        with open(self.file, encoding="utf-8") as file:
            self.assertEqual(ended.stdout, file.read())

    def test_json_of_several_is_one_array(self):
        ended = ft.finwait("report", self.file, self.out, self.file, "--format", "json")
        self.assertEqual(json.loads(ended.stdout), [self.value] * 3)
        missing = os.path.join(self.out, "none.json")
        ended = ft.finwait("report", self.file, missing, "--format", "json")
        self.assertEqual((ended.status, json.loads(ended.stdout)), (2, [self.value]))
        ended = ft.finwait("report", missing, self.file, "--format", "json")
        self.assertEqual((ended.status, ended.stdout), (2, ""))

    def test_json_of_a_run_of_several_is_one_array(self):
        settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 5}
        arguments = ft.as_arguments({**settings, "settle": "0s", "order": "client-rst"})
        ended = ft.finwait(*arguments, arguments[1], "--json")
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual([one["schema"] for one in json.loads(ended.stdout)], [2, 2])

    def test_csv_has_every_metric_and_all_series(self):
        ended = ft.finwait("report", self.out, self.out, "--format=csv")
        reader = csv.DictReader(io.StringIO(ended.stdout), strict=True)
        rows = list(reader)
        names = ["scenario", "started", "kind", "name", "unit", "at_s", "value"]
        self.assertEqual(reader.fieldnames, names)
        self.assertEqual(rows[: len(rows) // 2], rows[len(rows) // 2 :], "under one heading")
        rows = rows[len(rows) // 2 :]
        self.assertEqual({row["scenario"] for row in rows}, {'a, "b"'})
        self.assertEqual({row["started"] for row in rows}, {self.value["started"]})
        metrics = {row["name"]: row for row in rows if row["kind"] == "metric"}
        values = {name: float(row["value"]) for name, row in metrics.items()}
        self.assertEqual(values, self.value["metrics"])
        self.assertEqual(metrics["connections.completed"]["unit"], "connections")
        self.assertEqual(metrics["latency.life.p50"]["unit"], "s")
        self.assertEqual(metrics["latency.life.p50"]["at_s"], "")
        series = {}
        for row in rows[len(metrics) :]:
            unit = "connections" if row["name"].endswith("listen_backlog") else "sockets"
            self.assertEqual((row["kind"], row["unit"]), ("series", unit))
            at = round(decimal.Decimal(row["at_s"]) * 10**9)
            series.setdefault(row["name"], []).append((at, int(row["value"])))
        self.assertEqual(series, dict(self.series()))

    def series(self):
        for side in ("client", "server"):
            columns = dict(self.value[side]["observations"])
            times = columns.pop("at")
            for name, values in columns.items():
                yield f"{side}.{name}", list(zip(times, values))

    def test_csv_has_what_sockstat_told_between_observations(self):
        value = copy.deepcopy(self.value)
        seen = value["server"]["observations"]
        seen["time_wait"] = [7] * len(seen["at"])
        value["server"]["sockstat"] = {"at": [seen["at"][-1] + 5], "time_wait": [12345]}
        with tempfile.TemporaryDirectory() as folder:
            stored = os.path.join(folder, "result.json")
            with open(stored, "w", encoding="utf-8") as file:
                json.dump(value, file)
            printed = ft.finwait("report", stored, "--format", "csv").stdout
        rows = csv.DictReader(io.StringIO(printed))
        held = [row["value"] for row in rows if row["name"] == "server.time_wait"]
        self.assertEqual(held, [str(count) for count in seen["time_wait"]] + ["12345"])

    def test_run_prints_every_format(self):
        begins = {"csv": "scenario,", "json": "{", "junit": "<?xml", "text": "test", "verbose": "test"}
        begins |= {"markdown": "### test: MEASURED, ", "openmetrics": "# TYPE finwait_started"}
        for name, begins in begins.items():
            with self.subTest(name):
                settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 5}
                arguments = ft.as_arguments({**settings, "settle": "0s"})
                ended = ft.finwait(*arguments, "--format", name)
                self.assertEqual(ended.status, 0, ended)
                self.assertTrue(ended.stdout.startswith(begins), ended.stdout[:80])

    def test_expectations_can_come_later(self):
        for text, status in (("connections.completed == 20", 0), ("connections.completed > 20", 1)):
            with self.subTest(text):
                ended = ft.finwait("report", self.out, "--expect", text)
                self.assertEqual(ended.status, status, ended)
                self.assertIn(text, ended.stdout)

    def test_a_wrong_expectation_is_named_as_it_was_given(self):
        name, text = "server-first", "nope > 1"
        for arguments, place in (
            (("report", self.out, "--expect", text), f'--expect "{text}": '),
            (("check", name, "--expect", text), f'--expect "{text}": '),
            (("check", name, "--set", f"expect={text}"), f"--set expect={text}: "),
        ):
            with self.subTest(arguments):
                ended = ft.finwait(*arguments)
                self.assertEqual((ended.status, ended.stdout), (2, ""))
                self.assertIn(f'{place}expectation "{text}", column 1: ', ended.stderr)

    def test_status_is_the_highest(self):
        bad = self.changed(lambda value: value.update(partial=True, cut_by="SIGINT"))
        self.assertEqual(ft.finwait("report", bad, self.file).status, 4)
        self.assertEqual(ft.finwait("report", self.file, bad).status, 4)

    def test_formats_are_those_of_the_help(self):
        ended = ft.finwait("report", self.out, "--format", "yaml")
        self.assertEqual((ended.status, ended.stdout), (2, ""))
        names = ended.stderr.split("there are ")[1].strip()
        for command in ("run", "report"):
            self.assertIn(f"NAME is {names}", " ".join(ft.finwait(command, "--help").stdout.split()))

    def test_schema_1_is_still_read(self):
        old = os.path.join(os.path.dirname(__file__), "../data/result/schema-1.json")
        for name in ft.FORMATS:
            with self.subTest(name):
                ended = ft.finwait("report", old, "--format", name)
                self.assertEqual((ended.status, ended.stderr), (0, ""))
                if name == "json":
                    value = json.loads(ended.stdout)
                    self.assertEqual(value["schema"], 2)
                    self.assertNotIn("faults", value)
                    self.assertEqual(value["timeline"][-1]["what"], "start client")
                    self.assertNotIn("kind", value["timeline"][-1])

    def test_what_is_no_result(self):
        truncated = ft.PLACE.write("truncated.json", json.dumps(self.value)[:-40])
        other = ft.PLACE.write("other.json", '{"a": [1]}')
        newer = self.changed(lambda value: value.update(schema=999))
        missing = os.path.join(self.out, "none.json")
        for name, said in (
            (truncated, f"{truncated}:1:"),
            (other, other),
            (newer, "schema"),
            (missing, "ENOENT"),
            (ft.PLACE.directory(), "ENOENT"),
        ):
            with self.subTest(said):
                ended = ft.finwait("report", name)
                self.assertEqual((ended.status, ended.stdout), (2, ""))
                self.assertIn(said, ended.stderr)

    def test_metrics_that_do_not_follow_are_told(self):
        self.assertEqual(ft.finwait("report", self.out).stderr, "")
        changes = {"connections.failed": 3, "server.time_wait.final": 1}
        changed = self.changed(lambda value: value["metrics"].update(changes))
        ended = ft.finwait("report", changed)
        self.assertIn(f"{changed}: ", ended.stderr)
        self.assertIn("and so are 1 more", ended.stderr)
        self.assertIn("it was changed, or another finwait wrote it", ended.stderr)
        sums = self.changed(lambda value: value["client"]["account"]["outcomes"].update(done=1))
        self.assertIn("it was changed", ft.finwait("report", sums).stderr)

    def test_what_the_file_expected_is_judged_again(self):
        changed = self.changed(lambda value: value["metrics"].update({"connections.failed": 3}))
        ended = ft.finwait("report", changed, "--format=verbose")
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("FAIL        connections.failed == 0 (3 == 0)", ended.stdout)
        none = self.changed(lambda value: value["expectations"][0].update(text="foo bar"))
        ended = ft.finwait("report", none, "--format=verbose")
        self.assertEqual((ended.status, ended.stderr), (1, ""))
        self.assertIn('NOT JUDGED  expectation "foo bar"', ended.stdout)

    def test_a_unit_is_due_there_too(self):
        text = "latency.close.p99 < 50"
        stored = self.changed(lambda value: value["expectations"][0].update(text=text))
        ended = ft.finwait("report", self.out, "--expect", text)
        self.assertEqual((ended.status, ended.stdout), (2, ""))
        self.assertIn("column 21: latency.close.p99 is a time", ended.stderr)
        self.assertIn("write e.g. 50ms", ended.stderr)
        old = ft.finwait("report", stored, "--format=verbose")
        self.assertEqual((old.status, old.stderr), (1, ""))
        told = " ".join(old.stdout.split())
        self.assertIn(f'NOT JUDGED expectation "{text}", column 21: latency.close.p99 is', told)
        self.assertIn("write e.g. 50ms", told)
        again = ft.finwait("report", stored, "--format", "json").result.json
        self.assertEqual(again["verdict"], "unjudged")
        judged = again["expectations"][0]
        self.assertEqual((judged["text"], judged["verdict"]), (text, "unjudged"))
        self.assertIn("write e.g. 50ms", judged["problem"])
        self.assertNotIn("left", judged)
        ended = ft.finwait("report", self.out, "--expect", "latency.close.p99 < 50h", "--format=verbose")
        self.assertRegex(ended.stdout, r"p99 < 50h \([0-9.]+ [a-z]+ < 50 h\)")

    def test_without_a_result(self):
        ended = ft.finwait("report")
        self.assertEqual((ended.status, ended.stdout), (2, ""))
        self.assertIn("finwait report DIR", ended.stderr)

    def changed(self, change):
        value = json.loads(json.dumps(self.value))
        change(value)
        return ft.PLACE.write("changed.json", json.dumps(value))


if __name__ == "__main__":
    ft.main()
