"""Every format of stored results is, to the letter, what tests/data/golden holds, and what somebody
else's tool makes of it is right.  golden_test.py --write writes them again; read the difference."""

import csv
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
from unittest import mock

import finwait_test as ft

DATA = os.path.join(ft.SOURCE, "tests/data")
GOLDEN = os.path.join(DATA, "golden")
FILES = [os.path.join(GOLDEN, "leak.json"), os.path.join(DATA, "result", "mix.json")]
UNMET = ("--expect=connections.failed < 0", "--expect=client.tls.handshakes > 3")
PLACE = dict(os.environ, COLUMNS="80", LC_ALL="C.UTF-8", NO_COLOR="1", GITHUB_ACTIONS="")

# The golden files' ends; those of text are report_summary_test's.
ENDS = {
    "verbose": "verbose.txt",
    "json": "json",
    "csv": "csv",
    "junit": "xml",
    "markdown": "md",
    "openmetrics": "prom",
    "html": "html",
}

# Of the page not the code, which html_test tries: it is the installed dygraphs', too.
CODE = re.compile(r"(<(?:style|script|pre)>).*?(</)|(content=\"default-src)[^\"]*(\")", re.DOTALL)


def made(name):
    with mock.patch.dict(os.environ, PLACE, clear=True):
        ended = ft.finwait("report", *FILES, *UNMET, "--format", name)
    assert (ended.status, ended.stderr) == (1, ""), ended
    if name == "json":  # as the stored ones, but for what was asked besides
        return json.dumps([one["expectations"] for one in json.loads(ended.stdout)], indent=1) + "\n"
    return CODE.sub(r"\1\2\3\4", ended.stdout) if name == "html" else ended.stdout


def formats():
    """Those of this build."""
    ended = ft.finwait("report", FILES[0], "--format=")
    return set(ended.stderr.split("there are ")[1].strip().split(", ")) - {"text"}


def path(name):
    return os.path.join(GOLDEN, f"report.{ENDS[name]}")


def loaded(file):
    with open(file, encoding="utf-8") as stream:
        return json.load(stream)


class Tables(html.parser.HTMLParser):
    """The tables of a page, rows of cells; and all tags that are in it."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.cell = [], set(), None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell)
            self.cell = None


class Golden(ft.TestCase):
    def test_each_is_as_it_was(self):
        self.assertLessEqual(formats(), set(ENDS), "a format without a golden file")
        for name in formats():
            with self.subTest(name), open(path(name), encoding="utf-8") as file:
                self.assertEqual(made(name), file.read(), f"if it is meant: {sys.argv[0]} --write")

    # ---- by others' tools; openmetrics_test and html_test have theirs ----

    def by(self, tool, *arguments, text):
        if shutil.which(tool) is None:
            self.skipTest(f"no {tool} (scripts/deps --tests)")
        ended = subprocess.run(
            [tool, *arguments], input=text, capture_output=True, text=True, check=False
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return ended.stdout

    def test_json_by_jq(self):
        with open(FILES[0], encoding="utf-8") as file:
            text = file.read()
        ended = ft.finwait("report", FILES[0], "--format", "json")
        self.assertEqual(ended.stdout, text, "it is stored as it is written")
        said = self.by("jq", "-r", '.metrics["server.close_wait.final"]', text=text)
        self.assertEqual(float(said), loaded(FILES[0])["metrics"]["server.close_wait.final"])

    def test_csv_by_sqlite(self):
        file = ft.PLACE.write("all.csv", made("csv"))
        said = self.by(
            "sqlite3", ":memory:", f".import --csv {file} told",
            "select scenario, name, value from told where kind = 'metric';", text="",
        )  # fmt: skip
        names = ["leak-hunt", loaded(FILES[1])["name"]]
        wanted = [
            (scenario, name, value)
            for scenario, one in zip(names, FILES)
            for name, value in loaded(one)["metrics"].items()
        ]
        rows = [(row[0], row[1], float(row[2])) for row in csv.reader(io.StringIO(said), delimiter="|")]
        self.assertEqual(rows, wanted)

    def test_junit_by_xmllint_and_junitparser(self):
        text = made("junit")
        self.by("xmllint", "--noout", "-", text=text)
        code = (
            "import json, sys, junitparser\n"
            "xml = junitparser.JUnitXml.fromstring(sys.stdin.read())\n"
            "print(json.dumps([[case.classname, case.name, [type(end).__name__ for end in case.result],"
            " ''.join(end.text for end in case.result)] for suite in xml for case in suite]))"
        )
        if subprocess.run(["/usr/bin/python3", "-c", "import junitparser"], check=False).returncode:
            self.skipTest("no junitparser (scripts/deps --tests)")
        cases = json.loads(self.by("/usr/bin/python3", "-c", code, text=text))
        ends = {"pass": [], "fail": ["Failure"], "unmeasured": ["Error"]}
        wanted = [
            [scenario, seen["text"], ends[seen["verdict"]]]
            for scenario, seens in zip(("leak-hunt", "mix"), json.loads(made("json")))
            for seen in seens
        ]
        self.assertEqual([case[:3] for case in cases], wanted)
        for case in cases:
            self.assertEqual(case[1] in case[3], bool(case[2]), "what was compared is in the body")

    def test_markdown_by_githubs_own(self):
        page = Tables(self.by("cmark-gfm", "-e", "table", text=made("markdown")))
        self.assertEqual(page.tags, {"h3", "p", "table", "thead", "tbody", "tr", "th", "td"})
        words = {"fail": "FAIL", "pass": "PASS", "unmeasured": "UNMEASURED"}
        verdicts = [row for row in page.rows if row[0] in words.values()]
        for seens, rows in zip(json.loads(made("json")), (verdicts[:5], verdicts[5:])):
            self.assertEqual(len(rows), len(seens))
            for seen in seens:
                told = [row for row in rows if row[1].startswith(seen["text"] + " (")]
                self.assertEqual([row[0] for row in told], [words[seen["verdict"]]])


def write():
    for name in formats():
        with open(path(name), "w", encoding="utf-8") as file:
            file.write(made(name))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        ft.main()
