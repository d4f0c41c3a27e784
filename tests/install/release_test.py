"""scripts/release, in a clone that nobody else has."""

import os
import subprocess

import finwait_test as ft
from tree import run


class Release(ft.unittest.TestCase):
    def setUp(self):
        self.clone = os.path.join(ft.PLACE.directory(), "clone")
        made = run("git", "clone", "--quiet", "--depth=1", f"file://{ft.SOURCE}", self.clone)
        if made.returncode != 0:
            self.skipTest(f"no clone of this tree: {made.stderr}")
        self.git("config", "user.name", "Releaser")
        self.git("config", "user.email", "releaser@example.org")
        self.git("tag", "v0.1.0")
        for name in ("scripts/release", "docs/CHANGELOG.md", "docs/ci.md"):  # those that are tested, committed or not
            subprocess.run(["cp", f"{ft.SOURCE}/{name}", f"{self.clone}/{name}"], check=True)
        self.git("add", "--all")
        self.git("commit", "--allow-empty", "--message", "what is under test")

    def git(self, *words):
        return subprocess.run(
            ("git", *words), cwd=self.clone, check=True, capture_output=True, text=True
        ).stdout

    def release(self, *words):
        return run(f"{self.clone}/scripts/release", *words)

    def read(self, name):
        with open(f"{self.clone}/{name}", encoding="utf-8") as file:
            return file.read()

    def refuses(self, reason, *words):
        before = self.git("rev-parse", "HEAD")
        ended = self.release("--tested", *words)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn(reason, ended.stderr)
        self.assertEqual(self.git("rev-parse", "HEAD"), before)

    def test_commits_and_tags(self):
        ended = self.release("--tested", "7.8.9")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("project(finwait VERSION 7.8.9 ", self.read("CMakeLists.txt"))
        self.assertRegex(
            self.read("docs/CHANGELOG.md"), r"## \[Unreleased\]\n\n## \[7\.8\.9\] - \d{4}-\d\d-\d\d\n"
        )
        self.assertIn("/.ci/action@v7.8.9\n", self.read("docs/ci.md"))
        self.assertEqual(self.git("status", "--porcelain"), "")
        self.assertEqual(self.git("log", "-1", "--format=%s"), "release: 7.8.9\n")
        self.assertEqual(self.git("rev-parse", "v7.8.9^{}"), self.git("rev-parse", "HEAD"))
        self.assertIn("### Added", self.git("cat-file", "tag", "v7.8.9"))
        self.refuses("nothing under Unreleased", "7.9.0")

    def test_a_dry_run_changes_nothing(self):
        before = self.git("rev-parse", "HEAD")
        ended = self.release("--dry-run", "7.8.9")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("+## [7.8.9]", ended.stdout)
        self.assertEqual(self.git("rev-parse", "HEAD"), before)
        self.assertEqual((self.git("status", "--porcelain"), self.git("tag")), ("", "v0.1.0\n"))

    def test_refused(self):
        self.refuses("usage", "7.8")
        self.refuses("does not follow", "0.0.9")
        self.refuses("already", "0.1.0")
        with open(f"{self.clone}/README.md", "a", encoding="utf-8") as file:
            file.write("more\n")
        self.refuses("not clean", "7.9.0")


if __name__ == "__main__":
    ft.main()
