"""list, show and check: what they say is what the program does."""

import collections
import glob
import os
import re

import finwait_test as ft


CONFIGS = os.path.join(ft.SOURCE, "configs")
SHIPPED = glob.glob(os.path.join(CONFIGS, "**", "*.yaml"), recursive=True)


LISTS = re.findall(r"^  ([a-z]+) ", ft.finwait("list", "--help").stdout, re.MULTILINE)


def rows(what):
    return list(ft.listing(what))


class List(ft.TestCase):
    def test_orders(self):
        found = {row[0]: row[1:3] for row in rows("orders")}
        self.assertEqual(
            found["server-first"], ["connect send recv wait-fin close", "accept recv send close"]
        )

    def printed(self, what, columns=None):
        """A listing as people see it, on a terminal when it has columns."""
        if columns is None:
            ended = ft.finwait("list", what)
        else:
            with ft.Terminal(["list", what], columns=columns, stdout=True) as terminal:
                ended = terminal.finish()
        self.assertEqual(ended.status, 0, ended)
        return (ended.stdout if columns is None else ended.stderr).replace("\r\n", "\n")

    def test_no_line_is_too_wide(self):
        for what in LISTS:
            for columns in (None, 80, 160):
                with self.subTest(what, columns=columns):
                    lines = self.printed(what, columns).splitlines()
                    self.assertLessEqual(max(map(len, lines)), columns or 100)

    def test_wrapping_loses_nothing(self):
        for what in LISTS:
            with self.subTest(what):
                words = [word for row in rows(what) for cell in row for word in cell.split()]
                self.assertEqual(self.printed(what, 1000).split(), words)
                self.assertEqual(collections.Counter(words) - self.words_at(what, 60), {})

    def words_at(self, what, columns):
        """The words of a narrow listing, among them the names of the columns."""
        return collections.Counter(self.printed(what, columns).split())

    def test_a_row_begins_at_the_left_edge(self):
        for what in LISTS:
            for columns in (None, 60, 300):
                with self.subTest(what, columns=columns):
                    lines = self.printed(what, columns).splitlines()
                    starts = [line for line in lines if not line.startswith(" ")]
                    names = [row[0] for row in rows(what)]
                    self.assertEqual(len(starts), len(names))
                    for start, name in zip(starts, names):
                        self.assertTrue(name.startswith(start) or start.startswith(name), start)

    def test_steps_are_those_that_programs_know(self):
        names = {row[0] for row in rows("steps")}
        self.assertLessEqual({"accept", "repeat(count)", "pause(duration)", "die"}, names)
        self.assertIn("connect[(hello|flight|partial)]", names)
        for name in names:
            self.assertRegex(name, r"\A[a-z-]+(\((count|duration|off\|seconds)\)|\[\([a-z|-]+\)\])?\Z")

    def test_options_are_those_that_set_knows(self):
        paths = [row[0] for row in rows("options")]
        self.assertEqual(len(paths), len(set(paths)))
        shown = ft.finwait("check", *ft.as_arguments({})[1:]).stdout
        for path in re.findall(r"^  ([a-z.]+): ", shown, re.MULTILINE):
            self.assertIn(path, paths)

    def test_metrics_cover_those_of_a_result(self):
        patterns = [
            re.compile(re.sub(r"<[^>]+>", "[A-Za-z0-9_]+", re.escape(row[0])) + r"\Z")
            for row in rows("metrics")
        ]
        settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 5}
        result = self.run_checked({**settings, "settle": "0s"})
        for name in result.json["metrics"]:
            self.assertTrue(any(pattern.match(name) for pattern in patterns), name)

    def test_outcomes(self):
        names = {row[0] for row in rows("outcomes")}
        self.assertLessEqual({"done", "held", "reset", "eof", "killed", "cut"}, names)

    def test_scenarios_are_those_that_ship(self):
        names = [row[0] for row in rows("scenarios")]
        self.assertEqual(sorted(names), sorted(os.path.relpath(p, CONFIGS)[:-5] for p in SHIPPED))
        folders = [os.path.dirname(name) for name in names]
        self.assertEqual(folders, sorted(folders), "those at the top come first")

    def test_states_are_the_eleven_and_their_scenarios_ship(self):
        names = {row[0] for row in rows("scenarios")}
        found = rows("states")
        self.assertEqual({row[0] for row in found}, set(ft.SS_STATES.values()))
        for state, *_, client, server in found:
            with self.subTest(state):
                self.assertNotEqual((client, server), ("-", "-"))
                self.assertLessEqual({client, server}, names | {"-"})

    def test_counters_are_those_of_the_kernel(self):
        counted = set()
        for file in ("snmp", "netstat"):
            with open(f"/proc/net/{file}", encoding="ascii") as lines:
                for group, *names in [line.split() for line in lines][::2]:
                    counted |= {group[:-1] + name for name in names}
        for name, _, since, *_ in rows("counters"):
            if since == "-":
                self.assertIn(name, counted)

    def test_errnos_are_named(self):
        self.assertTrue(all(re.fullmatch("E[A-Z]+", row[0]) for row in rows("errnos")))

    def test_facts_have_scenarios(self):
        names = {row[0] for row in rows("scenarios")}
        found = rows("facts")
        self.assertGreaterEqual(len(found), 30)
        self.assertLessEqual({row[1] for row in found}, names)
        self.assertEqual(len({row[0] for row in found}), len(found), "no fact is told twice")

    def test_markdown(self):
        for what in LISTS:
            with self.subTest(what):
                ended = ft.finwait("list", what, "--markdown")
                self.assertEqual((ended.status, ended.stderr), (0, ""))
                table = [line for line in ended.stdout.splitlines() if line.startswith("|")]
                self.assertGreater(len(table), 2)
                unescaped = [re.sub(r"\\\|", "", line).count("|") for line in table]
                self.assertEqual(len(set(unescaped)), 1, "as many cells in every row")


class Show(ft.TestCase):
    def test_every_order_and_scenario(self):
        names = [row[0] for row in rows("orders")]
        foreign = re.compile(r"server\.at|\.command")
        names += [
            path for path in SHIPPED if not foreign.search(ft.finwait("check", path).stdout)
        ]
        for name in names:
            with self.subTest(name):
                ended = ft.finwait("show", name)
                self.assertEqual((ended.status, ended.stderr), (0, ""))
                for word in ("connect", "accept", "SYN", "established"):
                    self.assertIn(word, ended.stdout)

    def test_where_time_wait_rests(self):
        text = " ".join(ft.finwait("show", "server-first").stdout.split())
        self.assertRegex(text, r"Server passes through [^.]*rests in time_wait")
        self.assertRegex(text, r"Client passes through [^.]*leaves no socket")

    def test_a_foreign_server_cannot_be_shown(self):
        file = ft.PLACE.write(
            "foreign.yaml",
            "lab: host\nserver: {at: 127.0.0.1:80}\nclient: {program: connect send recv close}\n",
        )
        ended = ft.finwait("show", file)
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)


class Check(ft.TestCase):
    def test_every_scenario_that_ships(self):
        for path in SHIPPED:
            with self.subTest(path):
                ended = ft.finwait("check", path)
                self.assertEqual((ended.status, ended.stderr), (0, ""))

    def test_it_prints_what_would_be_run(self):
        ended = ft.finwait(
            "check", *ft.as_arguments({"load.connections": "20k", "decay": "1500ms"})[1:]
        )
        self.assertEqual(ended.status, 0, ended)
        self.assertIn("  load.connections: 20000\n", ended.stdout)
        self.assertIn("  order: server-first\n", ended.stdout)

    def test_what_it_prints_can_be_set_again(self):
        settings = {
            "load.rate": "2500/s",
            "load.duration": "90s",
            "client.sockopt.linger": "off",
            "server.sysctl.net.ipv4.tcp_fin_timeout": 30,
            "expect": "server.time_wait.peak >= 1",
        }
        first = ft.finwait("check", *ft.as_arguments(settings)[1:]).stdout
        pairs = re.findall(r"^  (?!warning|note)([^:]+): (.*)$", first, re.MULTILINE)
        file = ft.PLACE.write("again.yaml", "{}\n")
        again = ft.finwait("check", file, *(f"--set={path}={value}" for path, value in pairs))
        self.assertEqual(again.stdout, first, again)

    def test_a_set_in_quotes(self):
        key = "server.sysctl.net.ipv4.ip_local_port_range"
        for quoted in ('"40000 40099"', "'40000 40099'", "40000 40099"):
            with self.subTest(quoted):
                text = ft.finwait("check", *ft.as_arguments({key: quoted})[1:]).stdout
                self.assertIn(f"  {key}: 40000 40099\n", text)

    def test_a_set_of_null_takes_back(self):
        plain = ft.finwait("check", *ft.as_arguments({})[1:]).stdout
        file = ft.PLACE.write(
            "told.yaml",
            "name: test\nload: {connections: 7, rate: 9/s}\nserver: {sockopt: {linger: 2s}}\n"
            "client: {sysctl: {net.ipv4.tcp_tw_reuse: 1}}\nexpect: connections.failed == 0\n",
        )
        told = ft.finwait("check", file)
        self.assertEqual(told.status, 0, told)
        self.assertNotEqual(told.stdout, plain)
        sets = ("load=null", "server.sockopt.linger=~", "client.sysctl=null", "expect=null")
        back = ft.finwait("check", file, *(f"--set={text}" for text in sets))
        self.assertEqual((back.status, back.stdout), (0, plain), back)

    def test_presets_of_an_order_yield_to_the_user(self):
        text = ft.finwait("check", *ft.as_arguments({"order": "simultaneous"})[1:]).stdout
        self.assertIn("  protocol: raw\n", text)
        settings = {"order": "simultaneous", "request.size": "128k"}
        text = ft.finwait("check", *ft.as_arguments(settings)[1:]).stdout
        self.assertRegex(text, r"  request\.size: (128k|131072)\n")


if __name__ == "__main__":
    ft.main()
