"""--format junit: within Jenkins' junit-10.xsd and pytest's xunit2, and a case for each verdict."""

import json
import os
import re
import xml.etree.ElementTree as xml

import finwait_test as ft

FILE = os.path.join(ft.SOURCE, "tests/data/result/schema-1.json")

# Of each element: the attributes that it must have, those that it may have, and its children.
SHAPE = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"skipped", "time", "timestamp", "hostname", "id", "package"},
        {"testcase"},
    ),
    "testcase": ({"name", "classname", "time"}, set(), {"failure", "error"}),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
}
TIME = re.compile(r"[0-9]+\.[0-9]{3}")  # within both files' SUREFIRE_TIME


class Junit(ft.TestCase):
    def parsed(self, text):
        """The document, seen to be of the shape, its sums to be those of its cases."""
        root = xml.fromstring(text)
        self.assertEqual(root.tag, "testsuites")
        for element in root.iter():
            must, may, children = SHAPE[element.tag]
            names = set(element.attrib)
            self.assertLessEqual(must, names, element.tag)
            self.assertLessEqual(names, must | may, element.tag)
            self.assertLessEqual({child.tag for child in element}, children, element.tag)
            if "time" in names:
                self.assertTrue(TIME.fullmatch(element.get("time")), element.get("time"))
        for suite in root:
            for name, count in (
                ("tests", len(suite)),
                ("failures", len(suite.findall("testcase/failure"))),
                ("errors", len(suite.findall("testcase/error"))),
                ("skipped", 0),
            ):
                self.assertEqual(suite.get(name), str(count), name)
            self.assertEqual({case.get("classname") for case in suite}, {suite.get("name")})
            self.assertLessEqual(max(len(case) for case in suite), 1)
        return root

    def reported(self, *arguments):
        ended = ft.finwait("report", *arguments, "--format", "junit")
        self.assertEqual(ended.stderr, "")
        return self.parsed(ended.stdout), ended.status

    def changed(self, change):
        with open(FILE, encoding="utf-8") as file:
            value = json.load(file)
        change(value)
        return ft.PLACE.write("changed.json", json.dumps(value))

    def test_a_case_of_each_verdict(self):
        expected = {
            "connections.attempted > 0": (None, None, ""),
            "connections.failed < 0": ("failure", "FAIL", "(19 < 0)"),
            "client.tls.handshakes > 3": ("error", "UNMEASURED", "not measured: client.tls.hand"),
        }
        arguments = [word for text in list(expected)[1:] for word in ("--expect", text)]
        root, status = self.reported(FILE, *arguments)
        self.assertEqual(status, 1)
        self.assertEqual([case.get("name") for case in root[0]], list(expected))
        for case, (tag, kind, said) in zip(root[0], expected.values()):
            self.assertEqual([child.tag for child in case], [tag] if tag else [])
            for child in case:
                self.assertEqual(child.get("type"), kind)
                self.assertIn(said, child.text)
                self.assertIn(said, child.get("message"))

    def test_what_holds_vacuously_is_a_failure(self):
        at = f"127.0.0.1:{ft.free_port()}"
        settings = {"lab": "host", "server.at": at, "settle": "0s", "load.connections": 5}
        expected = ("--expect", "server.close_wait.final == 0")
        ended = ft.finwait(*ft.as_arguments(settings), *expected, "--format", "junit")
        self.assertEqual(ended.status, 1, ended)
        failures = self.parsed(ended.stdout).findall("testsuite/testcase/failure")
        self.assertIn("VACUOUS", {failure.get("type") for failure in failures}, ended)
        self.assertIn("but nothing was established", "".join(failure.text for failure in failures))

    def test_a_partial_run_is_an_error(self):
        def cut(value):
            value.update(partial=True, cut_by="SIGINT")

        root, status = self.reported(self.changed(cut))
        self.assertEqual(status, 4)
        names = [case.get("name") for case in root[0]]
        self.assertEqual(names, ["runs", "connections.attempted > 0"])
        self.assertIn("PARTIAL: cut short by SIGINT", root[0][0].find("error").text)

    def test_a_run_without_expectations_is_a_case(self):
        root, status = self.reported(self.changed(lambda value: value.update(expectations=[])))
        self.assertEqual(status, 0)
        self.assertEqual([case.get("name") for case in root[0]], ["runs"])
        self.assertEqual(root[0][0].get("time"), root[0].get("time"))
        self.assertEqual(root[0].get("timestamp"), "2026-11-27T14:01:27Z")

    def test_of_several_a_suite_each(self):
        self.assertEqual(len(self.reported(FILE, FILE)[0]), 2)
        missing = os.path.join(ft.PLACE.directory(), "none.json")
        for names, suites in (((FILE, missing), 2), ((missing, FILE), 0)):
            ended = ft.finwait("report", *names, "--format", "junit")
            self.assertEqual(ended.status, 2)
            self.assertEqual(ended.stdout != "", suites > 0)
            if suites > 0:
                self.assertEqual(len(self.parsed(ended.stdout)), suites)

    def test_no_text_breaks_it(self):
        name = "<a&b>\"'\x01\x1b[31m\x7f\x9f\ufffe\uffff\n\t]]>é\U0001f600"
        file = self.changed(lambda value: value["scenario"].update(name=name))
        root = self.reported(file)[0]
        self.assertEqual(root[0].get("name"), "<a&b>\"'??[31m??????]]>é\U0001f600")


if __name__ == "__main__":
    ft.main()
