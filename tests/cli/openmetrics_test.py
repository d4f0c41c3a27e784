"""--format openmetrics: taken by Prometheus' own linter and by a strict parser; the dashboard's
queries are of what it writes."""

import json
import os
import re
import shutil
import subprocess

import finwait_test as ft
import openmetrics

FILE = os.path.join(ft.SOURCE, "tests/data/result/schema-1.json")
DASHBOARD = os.path.join(ft.SOURCE, "docs/grafana/finwait.json")

# What stands for a <…> that is any word or one of many; the others are filled in with each.
FILLED = {"<name>": "TcpExtTW", "<ERRNO>": "ECONNRESET", "<code>": "404"}


def every_name():
    """(metrics, unit) of each row: one for each word that may stand in it."""
    rows = [row[:3] for row in ft.listing("metrics")]
    words = {name: about.split() for name, unit, about in rows if not unit}
    for pattern, unit, _ in rows:
        if not unit:
            continue
        names = [pattern]
        for place in re.findall(r"<\w+>", pattern):
            fill = words.get(place) or [FILLED[place]]
            names = [name.replace(place, word, 1) for name in names for word in fill]
        yield names, unit


class OpenMetrics(ft.TestCase):
    def reported(self, *files):
        ended = ft.finwait("report", *files, "--format", "openmetrics")
        self.assertEqual((ended.status, ended.stderr), (0, ""))
        return ended.stdout

    def parsed(self, text):
        return openmetrics.parsed(self, text)

    def changed(self, name, **parts):
        with open(FILE, encoding="utf-8") as file:
            value = json.load(file)
        value["scenario"]["name"] = name
        value.update(parts)
        return ft.PLACE.write("changed.json", json.dumps(value))

    def everything(self):
        names = [name for names, _ in every_name() for name in names]
        return self.changed("all", metrics={name: i + 0.5 for i, name in enumerate(names)})

    def test_each_metric_is_a_family_and_each_value_a_sample(self):
        families = self.parsed(self.reported(self.everything()))
        rows = list(every_name())
        metrics = list(families.values())[3:]  # of the run itself: started, partial, expectations
        self.assertEqual(len(metrics), len(rows))
        units = {"s": "seconds", "1/s": "per_second", "socket·s": "socket_seconds"}
        units["sockets/s"] = "sockets_per_second"
        values = 0
        for (names, unit), family in zip(rows, metrics):
            with self.subTest(names[0]):
                self.assertEqual(family.unit, units.get(unit, unit))
                wanted = [values + i + 0.5 for i in range(len(names))]
                told = [sample[2] for sample in family.samples if sample[0] == family.name]
                self.assertEqual(told, wanted)
                values += len(names)

    def test_a_name_is_its_labels(self):
        families = self.parsed(self.reported(FILE))
        with open(FILE, encoding="utf-8") as file:
            value = json.load(file)
        metrics, connect = value["metrics"], value["client"]["account"]["latency"]["connect"]
        labels = {"scenario": "schema-1"}
        for family, more, name in (
            ("peak_sockets", {"side": "server", "state": "time_wait"}, "server.time_wait.peak"),
            ("side_kernel_events", {"side": "client", "counter": "IpInReceives"},
             "client.counter.IpInReceives"),
            ("latency_seconds", {"latency": "connect", "quantile": "0.999"}, "latency.connect.p999"),
            ("latency_stat_seconds", {"latency": "close", "stat": "max"}, "latency.close.max"),
            ("errors", {"errno": "EADDRINUSE"}, "errors.EADDRINUSE"),
            ("completed_connections", {}, "connections.completed"),
        ):  # fmt: skip
            name, value = f"finwait_{family}", metrics[name]
            self.assertIn([name, {**labels, **more}, value, None], families[name].samples)
        summary = families["finwait_latency_seconds"]
        self.assertEqual(summary.type, "summary")
        for end, made in (("sum", connect["sum"] / 1e9), ("count", connect["count"])):
            sample = [f"{summary.name}_{end}", {**labels, "latency": "connect"}, made, None]
            self.assertIn(sample, summary.samples)
        started = families["finwait_started_timestamp_seconds"].samples[0][2]
        self.assertEqual(started, 1795788087)

    def test_results_share_their_families(self):
        mix = os.path.join(ft.SOURCE, "tests/data/result/mix.json")
        families = self.parsed(self.reported(FILE, mix, FILE))
        labels = [sample[1] for sample in families["finwait_partial"].samples]
        twin = {"scenario": "schema-1", "run": "2"}
        self.assertEqual(labels, [{"scenario": "schema-1"}, {"scenario": "mix"}, twin])

    def test_a_run_of_several_is_one_exposition(self):
        file = os.path.join(ft.PLACE.directory(), "finwait.prom")
        settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 5}
        arguments = ft.as_arguments({**settings, "settle": "0s", "order": "client-rst"})
        ended = ft.finwait(*arguments, arguments[1], f"--format=openmetrics={file}")
        self.assertEqual(ended.status, 0, ended)
        with open(file, encoding="utf-8") as made:
            families = self.parsed(made.read())
        completed = families["finwait_completed_connections"].samples
        self.assertEqual([sample[2] for sample in completed], [5, 5])

    def test_no_name_breaks_it(self):
        name = 'a"b\\c\nd{e}\x1b é,'
        families = self.parsed(self.reported(self.changed(name)))
        labels = families["finwait_partial"].samples[0][1]
        self.assertEqual(labels["scenario"], 'a"b\\c?d{e}? é,')

    def test_the_dashboard_asks_for_what_is_there(self):
        with open(DASHBOARD, encoding="utf-8") as file:
            dashboard = json.load(file)
        told = set(re.findall(r"^(finwait_\w+)\{", self.reported(self.everything()), re.MULTILINE))
        queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        queries += [variable["definition"] for variable in dashboard["templating"]["list"][1:]]
        asked = {name for query in queries for name in re.findall(r"\bfinwait_\w+", query)}
        self.assertGreater(len(asked), 8)
        self.assertEqual(asked - told, set())
        if shutil.which("promtool"):
            self.check_queries(queries[: -len(dashboard["templating"]["list"][1:])])

    def check_queries(self, queries):
        """Prometheus' own parser takes each of them."""
        rules = [
            {"record": f"finwait:{i}", "expr": re.sub(r"\$\w+", "x", query)}
            for i, query in enumerate(queries)
        ]
        text = json.dumps({"groups": [{"name": "dashboard", "rules": rules}]})
        file = ft.PLACE.write("rules.yaml", text)
        ended = subprocess.run(
            ["promtool", "check", "rules", file], capture_output=True, text=True, check=False
        )
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)


if __name__ == "__main__":
    ft.main()
