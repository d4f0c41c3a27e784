"""The manual keeps up with the program: its scenarios load, its metrics and options exist, its
links lead somewhere.  (That docs/reference equals the tables, scripts/docs --check tells.)"""

import glob
import os
import re
import subprocess
import tempfile
import unittest

BINARY = os.path.abspath(os.environ["FINWAIT"])
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = [os.path.join(SOURCE, "README.md")] + sorted(
    glob.glob(os.path.join(SOURCE, "docs", "**", "*.md"), recursive=True)
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING = re.compile(r"--set[ =][\"']?([a-z0-9_.]+)=(null\b)?")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def blocks(language):
    """(page, text) of every fenced block in that language."""
    for path in PAGES:
        for kind, text in FENCE.findall(read(path)):
            if kind == language:
                yield os.path.relpath(path, SOURCE), text


def finwait(*arguments):
    return subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=SOURCE
    )


def anchors(text):
    """What a heading is called in a link to it."""
    for heading in HEADING.findall(FENCE.sub("", text)):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Manual(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for path in PAGES:
            for target, anchor in LINK.findall(FENCE.sub("", read(path))):
                if re.match(r"\w+:", target):
                    continue
                file = os.path.normpath(os.path.join(os.path.dirname(path), target))
                with self.subTest(page=os.path.relpath(path, SOURCE), link=target + anchor):
                    self.assertTrue(os.path.exists(file))
                    if anchor:
                        self.assertIn(anchor[1:], list(anchors(read(file))))

    def test_scenarios_load(self):
        scenarios = [
            (page, text)
            for page, text in blocks("yaml")
            if re.search(r"^(order|client|server|load|name):", text, re.MULTILINE)
        ]
        self.assertNotEqual(scenarios, [])
        for page, text in scenarios:
            with self.subTest(page=page), tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(text)
                file.flush()
                ended = finwait("check", file.name, "--i-may-load-this-target")
                self.assertEqual(ended.returncode, 0, f"{text}\n{ended.stderr}")

    def test_settings_exist(self):
        rows = finwait("list", "options", "--markdown").stdout.splitlines()
        known = [row.split()[1] for row in rows if row.startswith("| ")]
        for page, text in blocks("sh"):
            for path, null in SETTING.findall(text):
                with self.subTest(page=page, setting=path):
                    sysctl = re.match(r"(client|server)\.sysctl\.net\.", path)
                    a_map = null and any(option.startswith(f"{path}.") for option in known)
                    self.assertTrue(sysctl or a_map or path in known)


if __name__ == "__main__":
    unittest.main()
