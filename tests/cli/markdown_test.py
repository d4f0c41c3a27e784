"""--format markdown: a summary as a step's on GitHub, within its room, and annotations beside it."""

import json
import os
import re
import subprocess
import unittest.mock

import finwait_test as ft

FILE = os.path.join(ft.SOURCE, "tests/data/result/schema-1.json")
UNMET = ("client.tls.handshakes > 3", "connections.failed < 0")
ASKED = [word for text in UNMET for word in ("--expect", text)]
ROOM = 900_000


def reported(*arguments, actions=""):
    with unittest.mock.patch.dict(os.environ, GITHUB_ACTIONS=actions):
        return ft.finwait("report", *arguments, "--format", "markdown")


class Markdown(ft.TestCase):
    def changed(self, change, name="changed.json"):
        with open(FILE, encoding="utf-8") as file:
            value = json.load(file)
        change(value)
        return ft.PLACE.write(name, json.dumps(value))

    def test_annotations_are_for_actions(self):
        ended = reported(FILE, *ASKED, actions="true")
        self.assertEqual(
            ended.stderr.splitlines(),
            [
                "::error title=schema-1::FAIL connections.failed < 0 (19 < 0)",
                "::error title=schema-1::UNMEASURED client.tls.handshakes > 3 "
                "(not measured: client.tls.handshakes)",
            ],
        )
        self.assertEqual(ended.stdout, reported(FILE, *ASKED, actions="false").stdout)

    def test_annotations_are_ten_at_most_and_whole(self):
        name = "a:b,c%\nd"
        file = self.changed(lambda value: value["scenario"].update(name=name))
        lines = reported(*[file] * 7, *ASKED, actions="true").stderr.splitlines()
        self.assertEqual(len(lines), 10)
        self.assertEqual({line.split("::")[1] for line in lines}, {"error title=a%3Ab%2Cc%25%0Ad"})

    def test_a_partial_run_says_so(self):
        file = self.changed(lambda value: value.update(partial=True, cut_by="SIGINT"))
        ended = reported(file, actions="true")
        self.assertEqual(ended.status, 4)
        self.assertTrue(ended.stdout.startswith("### schema-1: PARTIAL, 1 of 1 held"), ended)
        self.assertIn("**PARTIAL**: cut short by SIGINT", ended.stdout)
        self.assertIn("::error title=schema-1::PARTIAL cut short by SIGINT", ended.stderr)

    def test_of_several_the_worst_come_first(self):
        def stored(name, expectations=(), **parts):
            def change(value):
                value["scenario"]["name"] = name
                value["expectations"] = [
                    {"text": text, "verdict": "pass", "left": 0, "right": 0} for text in expectations
                ]
                value.update(parts)

            return self.changed(change, f"{name}.json")

        files = [
            stored("none"),
            stored("holds", ["connections.attempted > 0"]),
            stored("unmeasured", ["client.tls.handshakes > 3"]),
            stored("fails", ["connections.attempted > 0", "connections.failed < 0"]),
            stored("cut", partial=True, cut_by="SIGINT"),
        ]
        ended = reported(*files, actions="true")
        titles = [line for line in ended.stdout.splitlines() if line.startswith("### ")]
        names = [title[4:].split(":")[0] for title in titles]
        self.assertEqual(names, ["fails", "cut", "unmeasured", "none", "holds"])
        said = re.findall("title=([a-z]+)", ended.stderr)
        self.assertEqual(said, ["fails", "cut", "unmeasured"])

    def test_a_run_of_several_has_ten_annotations_in_all(self):
        settings = {"lab": "host", "load.connections": 2, "settle": "0s", "order": "client-rst"}
        arguments = ft.as_arguments({**settings, "server.port": ft.free_port()})
        unmet = [w for i in range(4) for w in ("--expect", f"connections.failed > {i}")]
        with unittest.mock.patch.dict(os.environ, GITHUB_ACTIONS="true"):
            several = [*arguments, *[arguments[1]] * 2, *unmet, "--quiet", "--format=markdown"]
            ended = ft.finwait(*several)
        self.assertEqual(ended.status, 1, ended)
        self.assertEqual(ended.stdout.count("| FAIL |"), 12)
        self.assertEqual(ended.stderr.count("::error "), 10)

    def test_no_text_breaks_a_row(self):
        name = "a|b`c*d_e<f>\n\x1b[31m"
        file = self.changed(lambda value: value["scenario"].update(name=name))
        title = reported(file).stdout.splitlines()[0]
        self.assertEqual(title, r"### a\|b\`c\*d\_e\<f\>??\[31m: PASS, 1 of 1 held")

    def test_of_many_expectations_the_worst_are_told(self):
        texts = ["connections.attempted > 0"] * 300 + ["connections.failed < 0"]
        more = [{"text": text, "verdict": "pass", "left": 0, "right": 0} for text in texts]
        file = self.changed(lambda value: value.update(expectations=more))
        lines = reported(file).stdout.splitlines()
        rows = [line for line in lines if line.startswith(("| PASS", "| FAIL"))]
        self.assertEqual((len(rows), rows[0][:6]), (200, "| FAIL"))
        self.assertIn("101 more expectations are in result.json.", lines)

    def test_a_file_stays_within_its_room(self):
        whole = len(reported(FILE).stdout) + 100_000
        for room, told in ((whole, whole), (whole - 1, 90), (10, 0)):
            path = ft.PLACE.write("summary.md", "x" * (ROOM - room))
            with self.subTest(room=room), open(path, "ab") as file:
                self.assertEqual(self.append(file), 0)
                added = os.path.getsize(path) - (ROOM - room)
                self.assertLessEqual(added, min(told, room))
                self.assertEqual(added > 0, told > 0)

    def test_so_do_several_on_a_pipe(self):
        texts = [f"connections.failed < -{i}" for i in range(1, 201)]
        more = [{"text": text, "verdict": "fail", "left": 0, "right": 0} for text in texts]
        file = self.changed(lambda value: value.update(expectations=more))
        whole = len(reported(file).stdout)
        many = ROOM // whole + 20
        said = reported(*[file] * many).stdout
        self.assertLessEqual(len(said), ROOM)
        self.assertEqual(said.count("### "), many)
        self.assertGreater(said.count("Left out"), 20)

    def append(self, file):
        ended = subprocess.run(
            [ft.BINARY, "report", FILE, "--format", "markdown"], stdout=file, check=False
        )
        return ended.returncode


if __name__ == "__main__":
    ft.main()
