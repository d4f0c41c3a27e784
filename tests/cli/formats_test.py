"""--format NAME[=FILE], as often as wanted: what goes where, and what is refused."""

import json
import os
import xml.etree.ElementTree as xml

import finwait_test as ft

RESULT = os.path.join(ft.SOURCE, "tests/data/result/schema-1.json")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Formats(ft.TestCase):
    def setUp(self):
        self.place = ft.PLACE.directory()

    def file(self, *name):
        return os.path.join(self.place, *name)

    def test_a_file_holds_what_stdout_would(self):
        formats = [f"--format={name}={self.file('made', name)}" for name in ft.FORMATS]
        ended = ft.finwait("report", RESULT, RESULT, *formats)
        self.assertEqual((ended.status, ended.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(self.file("made"))), sorted(ft.FORMATS))
        for name in ft.FORMATS:
            with self.subTest(name):
                alone = ft.finwait("report", RESULT, RESULT, "--format", name).stdout
                self.assertEqual(read(self.file("made", name)), alone)
        self.assertEqual(ended.stdout, read(self.file("made", "text")), "the summary, as ever")

    def test_stdout_has_the_one_without_a_file(self):
        ended = ft.finwait("report", RESULT, "--format", f"json={self.file('a=b')}", "--format=csv")
        self.assertEqual(ended.stdout, ft.finwait("report", RESULT, "--format=csv").stdout)
        self.assertEqual(json.loads(read(self.file("a=b")))["name"], "schema-1")

    def test_a_run_of_several_has_all_of_them(self):
        settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 5}
        arguments = ft.as_arguments({**settings, "settle": "0s", "order": "client-rst"})
        junit, whole = self.file("junit.xml"), self.file("all.json")
        formats = ("--format", f"junit={junit}", "--format", f"json={whole}", "--json")
        ended = ft.finwait(*arguments, arguments[1], *formats)
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(len(xml.fromstring(read(junit))), 2)
        self.assertEqual(json.loads(read(whole)), json.loads(ended.stdout))
        self.assertEqual(len(json.loads(ended.stdout)), 2)

    def test_an_older_one_is_replaced_and_only_by_a_result(self):
        file = ft.PLACE.write("older.xml", "older")
        missing = self.file("none.json")
        self.assertEqual(ft.finwait("report", missing, f"--format=junit={file}").status, 2)
        self.assertEqual(read(file), "older")
        self.assertEqual(ft.finwait("report", RESULT, f"--format=junit={file}").status, 0)
        self.assertEqual(xml.fromstring(read(file)).tag, "testsuites")
        dead = self.file("dead.xml")
        run = ft.as_arguments({"lab": "host", "server.port": ft.free_port(), "load.connections": 1})
        ended = ft.finwait(*run, "--capture", "1", "--out", RESULT, f"--format=junit={dead}")
        self.assertIn(ended.status, (2, 3), ended)
        self.assertFalse(os.path.exists(dead), "nothing was measured")

    def test_what_could_not_be_run_is_an_error_of_its_own(self):
        bad = ft.PLACE.write("bad.yaml", "name: bad\norder: client-rst\nload: {connections: 1}\n"
                             "lab: host\nserver: {command: [/nonexistent]}\n")
        good = ["--set", "lab=host", "--set", f"server.port={ft.free_port()}", "--set", "settle=0s", "-n", "5"]
        junit, markdown = self.file("x.xml"), self.file("x.md")
        formats = ("--quiet", "--format", f"junit={junit}", "--format", f"markdown={markdown}")
        ended = ft.finwait("run", "client-rst", bad, "client-first", *good, *formats)
        self.assertEqual(ended.status, 3, ended)
        suites = xml.fromstring(read(junit))
        self.assertEqual([suite.get("name") for suite in suites], ["client-rst", "bad", "client-first"])
        self.assertEqual([suite.get("errors") for suite in suites], ["0", "1", "1"])
        self.assertIn("/nonexistent", suites[1].find("testcase/error").text)
        self.assertIn("not begun", suites[2].find("testcase/error").text)
        titles = [line for line in read(markdown).splitlines() if line.startswith("###")]
        self.assertEqual(titles[:2], ["### bad: NO RESULT", "### client-first: NO RESULT"])
        self.assertEqual(len(titles), 3)
        alone = ft.finwait("run", bad, "--format=junit")
        self.assertEqual((alone.status, xml.fromstring(alone.stdout)[0].get("errors")), (3, "1"))
        ended = ft.finwait("report", RESULT, self.file("none.json"), "--format=junit")
        self.assertEqual((ended.status, len(xml.fromstring(ended.stdout))), (2, 2))

    def test_two_names_of_one_file_are_refused(self):
        os.symlink(self.place, self.file("link"))
        for one, other in (("x", "./x"), ("link/x", "x"), ("new/../x", "x")):
            with self.subTest(one):
                formats = (f"--format=json={one}", f"--format=csv={other}")
                ended = ft.finwait("report", RESULT, *formats, cwd=self.place)
                self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
                self.assertIn(f"two formats go to {other}, which is {one}", ended.stderr)
        formats = ("--format=json=x", "--format=csv=d/x")
        self.assertEqual(ft.finwait("report", RESULT, *formats, cwd=self.place).status, 0)

    def test_two_to_one_place_are_refused(self):
        file = self.file("x")
        for formats, place in (
            (("--format", "json", "--format", "csv"), "stdout"),
            ((f"--format=json={file}", f"--format=csv={file}"), file),
        ):
            with self.subTest(formats):
                ended = ft.finwait("report", RESULT, *formats)
                self.assertEqual((ended.status, ended.stdout), (2, ""))
                self.assertIn(f"two formats go to {place}\n", ended.stderr)
        ended = ft.finwait("run", "server-first", "--json", "--format", "junit")
        self.assertEqual((ended.status, ended.stdout), (2, ""))

    def test_what_cannot_be_a_file_is_refused(self):
        fifo = self.file("fifo")
        os.mkfifo(fifo)
        link = self.file("link")
        os.symlink("/dev/null", link)
        for text, said in (
            ("yaml=x", "there is no format 'yaml'"),
            ("=x", "there is no format ''"),
            ("json=", "'' names no file"),
            (f"json={self.place}/", "names no file"),
            (f"json={self.place}", "is there and no regular file"),
            (f"json={fifo}", "is there and no regular file"),
            (f"json={link}", "is there and no regular file"),
            ("json=/dev/null", "is there and no regular file"),
            (f"json={RESULT}/x", "ENOTDIR"),
            (f"json={self.place}/" + "x" * 250, "is too long"),
        ):
            for command in (("report", RESULT), ("run", "server-first", "--quiet")):
                with self.subTest(text=text, command=command):
                    ended = ft.finwait(*command, "--format", text)
                    self.assertIn(ended.status, (2, 3))
                    self.assertEqual(ended.stdout, "")
                    self.assertIn(said, ended.stderr)
        self.assertEqual(sorted(os.listdir(self.place)), ["fifo", "link"])


if __name__ == "__main__":
    ft.main()
