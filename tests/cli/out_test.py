"""--out: what an earlier run or comparison left there stays, unless --force; and templates."""

import json
import os
import re

import finwait_test as ft

TINY = {"lab": "host", "load.connections": 2, "settle": "0s", "order": "client-rst"}
TIME = r"[0-9]{8}T[0-9]{6}Z"


def tree(top):
    return sorted(
        os.path.relpath(os.path.join(where, name), top)
        for where, _, names in os.walk(top)
        for name in names
    )


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Out(ft.TestCase):
    def setUp(self):
        self.top = ft.PLACE.directory()

    def run_tiny(self, *arguments, name="test", **settings):
        settings = {**TINY, "server.port": ft.free_port(), **settings}
        run = ft.as_arguments(settings, name=name)
        return ft.finwait(*run, "--quiet", *arguments, cwd=self.top)

    def assert_refused(self, ended, said):
        self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
        self.assertIn(said, ended.stderr)

    def test_an_earlier_result_is_refused_before_anything_runs(self):
        self.assertEqual(self.run_tiny("--out", "o").status, 0)
        first = read(self.top, "o", "result.json")
        started = json.loads(first)["started"]
        ended = self.run_tiny("--out", "o", "--format", "json=all.json")
        self.assert_refused(ended, f"o holds an earlier result, test of {started}: result.json\n")
        self.assertIn("--force", ended.stderr)
        self.assertEqual(read(self.top, "o", "result.json"), first)
        self.assertEqual(tree(self.top), ["o/result.json"])

    def test_force_removes_what_a_run_writes_and_nothing_else(self):
        self.assertEqual(self.run_tiny("--out", "o").status, 0)
        ours = ["packets.pcap", "keys.log", "client.log", "server.log"]
        for name in (*ours, "notes.txt", "x.log"):
            with open(os.path.join(self.top, "o", name), "w", encoding="utf-8") as file:
                file.write(name)
        ended = self.run_tiny("--out", "o")
        self.assert_refused(ended, f": result.json, {', '.join(ours)}\n")
        ended = self.run_tiny("--out", "o", "--force")
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(tree(os.path.join(self.top, "o")), ["notes.txt", "result.json", "x.log"])
        self.assertEqual(json.loads(read(self.top, "o", "result.json"))["client"]["workers"], 1)

    def test_force_removes_nothing_where_no_result_is(self):
        os.mkdir(os.path.join(self.top, "o"))
        for name in ("server.log", "keys.log"):
            with open(os.path.join(self.top, "o", name), "w", encoding="utf-8") as file:
                file.write("another's")
        self.assertEqual(self.run_tiny("--out", "o", "--force").status, 0)
        self.assertEqual(tree(self.top), ["o/keys.log", "o/result.json", "o/server.log"])

    def test_of_several_each_is_looked_at(self):
        files = [ft.as_arguments({}, name=name)[1] for name in ("first", "second")]
        sets = ft.as_arguments({**TINY, "server.port": ft.free_port()})[2:]

        def both(*arguments):
            return ft.finwait("run", *files, *sets, "--quiet", *arguments, cwd=self.top)

        self.assertEqual(self.run_tiny("--out", "o/second", name="second").status, 0)
        self.assert_refused(both("--out", "o"), "o/second holds an earlier result, second of ")
        self.assertEqual(tree(self.top), ["o/second/result.json"])
        ended = both("--out", "o", "--force")
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(tree(self.top), ["o/first/result.json", "o/second/result.json"])

        self.assertEqual(both("--out", "{name}/{time}").status, 0)
        made = " ".join(tree(self.top)[:1] + tree(self.top)[3:])
        self.assertRegex(made, f"^first/({TIME})/result.json second/\\1/result.json$")
        self.assertEqual(both("--out", "at-{time}").status, 0)
        made = " ".join(tree(self.top)[:2])
        self.assertRegex(made, f"^(at-{TIME})/first/result.json \\1/second/result.json$")

    def test_a_template(self):
        for text, made in (("{name}-{time}", f"test-{TIME}"), ("x{{name}", r"x\{name}")):
            self.assertEqual(self.run_tiny("--out", text).status, 0)
            self.assertEqual(len([n for n in os.listdir(self.top) if re.fullmatch(made, n)]), 1)
        for text, said in (("a-{order}/b", "no {order}\n"), ("{", "no {\n"), ("{name}{x", "no {x\n")):
            with self.subTest(text):
                ended = self.run_tiny("--out", text)
                self.assert_refused(ended, f"--out {text}: there is {said}")
                self.assertIn("{name}", ended.stderr)

    def test_force_is_of_out(self):
        self.assert_refused(self.run_tiny("--force"), "--force is for what --out")
        self.assert_refused(self.compare("--force"), "--force is for what --out")

    def compare(self, *arguments):
        base = ft.as_arguments({**TINY, "server.port": ft.free_port()}, name="pair")
        vary = ("--vary", "load.concurrency=1,2", "--rounds=1", "--quiet")
        return ft.finwait("compare", *base[1:], *vary, *arguments, cwd=self.top)

    def test_a_comparison(self):
        ended = self.compare("--out", "{name}")
        self.assertIn(ended.status, (0, 1), ended)
        whole = tree(os.path.join(self.top, "pair"))
        self.assertEqual(whole[0], "comparison.json")
        ended = self.compare("--out", "pair")
        self.assert_refused(ended, "pair holds another comparison\n")
        self.assertIn("--resume pair", ended.stderr)
        self.assertIn("--force", ended.stderr)

        notes = os.path.join(self.top, "pair", "trials", whole[2].split("/")[1], "notes.txt")
        for name in (notes, os.path.join(self.top, "pair", "result.json")):
            with open(name, "w", encoding="utf-8") as file:
                file.write("{}")
        plan = json.loads(read(self.top, "pair", "plan.json"))
        ended = self.compare("--out", "pair", "--force", "--seed", str(plan["seed"] + 1))
        self.assertIn(ended.status, (0, 1), ended)
        now = tree(os.path.join(self.top, "pair"))
        kept = [os.path.relpath(notes, os.path.join(self.top, "pair")), "result.json"]
        self.assertEqual(sorted([*whole, *kept]), now)
        again = json.loads(read(self.top, "pair", "plan.json"))
        self.assertEqual(again["seed"], plan["seed"] + 1)
        ended = ft.finwait("compare", "--resume", "pair", "--quiet", cwd=self.top)
        self.assertIn(ended.status, (0, 1), ended)
        ended = ft.finwait("compare", "--resume", "pair", "--force", cwd=self.top)
        self.assert_refused(ended, "--resume goes on")

    def test_force_leaves_what_no_comparison_made(self):
        trial = os.path.join(self.top, "pair", "trials", "001-mine")
        os.makedirs(trial)
        with open(os.path.join(trial, "server.log"), "w", encoding="utf-8") as file:
            file.write("another's")
        self.assertIn(self.compare("--out", "pair", "--force").status, (0, 1))
        self.assertEqual(os.listdir(trial), ["server.log"])

    def test_a_comparison_of_results(self):
        for name in ("a", "b"):
            self.assertEqual(self.run_tiny("--out", name).status, 0)
        both = ("compare", "a", "b", "--metric", "connections.completed", "--out", "c")
        self.assertIn(ft.finwait(*both, cwd=self.top).status, (0, 1))
        self.assert_refused(ft.finwait(*both, cwd=self.top), "c holds another comparison\n")
        self.assertIn(ft.finwait(*both, "--force", cwd=self.top).status, (0, 1))


if __name__ == "__main__":
    ft.main()
