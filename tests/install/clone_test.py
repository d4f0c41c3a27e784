"""docs/install.md in a fresh clone: what it says to type there builds, packages and installs."""

import glob
import os
import re
import subprocess

import finwait_test as ft
from tree import run

# Takes root's rights on this machine; install.debian does it in one of its own.
NOT_HERE = ("sudo apt install",)


def lines(heading):
    """The commands under that heading."""
    with open(f"{ft.SOURCE}/docs/install.md", encoding="utf-8") as page:
        section = page.read().split(f"\n## {heading}\n")[1]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL).group(1)
    return [line for line in block.splitlines() if not line.startswith(NOT_HERE)]


class Clone(ft.unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clone = os.path.join(ft.PLACE.directory(), "clone")
        made = run("git", "clone", "--quiet", "--depth=1", f"file://{ft.SOURCE}", cls.clone)
        if made.returncode != 0:
            raise ft.unittest.SkipTest(f"no clone of this tree: {made.stderr}")

    def type(self, line):
        ended = subprocess.run(
            ("bash", "-c", line),
            cwd=self.clone,
            env=dict(os.environ, DESTDIR=f"{self.clone}/installed"),
            capture_output=True,
            text=True,
        )
        self.assertEqual(ended.returncode, 0, f"{line}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")

    def test_from_source(self):
        for line in lines("From source"):
            self.type(line)
        program = f"{self.clone}/installed/usr/local/bin/finwait"
        ended = run(program, "run", "server-first", "--quiet", "--set=load.connections=100", cwd="/")
        self.assertEqual(ended.returncode, 0, ended.stderr)

    def test_a_package(self):
        for line in lines("A Debian package"):
            self.type(line)
        self.assertEqual(len(glob.glob(f"{self.clone}/out/finwait_*.deb")), 1)

    def test_the_first_run(self):
        self.type("scripts/run --quiet")


if __name__ == "__main__":
    ft.main()
