"""The manual keeps up with the program: its scenarios load, its commands and options exist, its
links lead somewhere.  (That docs/reference equals the tables, scripts/docs --check tells.)"""

import glob
import os
import re
import shlex
import subprocess
import tempfile
import unittest

BINARY = os.path.abspath(os.environ["FINWAIT"])
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = [os.path.join(SOURCE, name) for name in ("README.md", ".github/SECURITY.md")] + sorted(
    glob.glob(os.path.join(SOURCE, "docs", "**", "*.md"), recursive=True)
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING = re.compile(r"--set[ =][\"']?([a-z0-9_.]+)=(null\b)?")
INLINE = re.compile(r"`(finwait [^`]+)`")
# Of run alone, and how many values follow.
NOT_CHECKED = {"--quiet": 0, "--force": 0, "--verbose": 0, "--json": 0, "--format": 1, "--out": 1, "--inspect": 1, "--capture": 1}


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


def split(line):
    """The words of a shell's first command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    ends = [i for i, word in enumerate(words) if word and set(word) <= set("|;&<>()")]
    return words[: ends[0]] if ends else words


def as_check(words):
    """A run that only checks what it would run."""
    words = iter(words)
    kept = []
    for word in words:
        if word in NOT_CHECKED:
            for _ in range(NOT_CHECKED[word]):
                next(words)
        else:
            kept.append(word)
    return ["check", *kept]


def commands():
    """(page, words) of each run, check, show and list that names what ships; a run as its check."""
    for path in PAGES:
        text = read(path)
        fenced = "".join(body for kind, body in FENCE.findall(text) if kind == "sh")
        lines = fenced.replace("\\\n", " ").splitlines() + INLINE.findall(FENCE.sub("", text))
        for line in lines:
            if not re.match(r"(finwait (run|check|show|list)|scripts/run) [a-z]", line):
                continue
            if re.match(r"[^#]*(\.yaml|\bNAME\b|…)", line):
                continue
            name, *words = split(line)
            verb = "run" if name == "scripts/run" else words.pop(0)
            words = as_check(words) if verb == "run" else [verb, *words]
            yield os.path.relpath(path, SOURCE), words


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

    def test_commands_are_understood(self):
        self.assertGreater(len(list(commands())), 40)
        for page, words in commands():
            with self.subTest(page=page, command=words):
                ended = finwait(*words)
                self.assertEqual(ended.returncode, 0, ended.stderr)

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
