"""cmake --install: all that a user needs is under the prefix, wherever that is moved to."""

import os
import shutil

import finwait_test as ft
from tree import BUILD, expected, files, run


class Prefix(ft.unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = os.path.join(ft.PLACE.directory(), "first")
        ended = run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.assertEqual(cls(), ended.returncode, 0, ended.stderr)
        with open(f"{BUILD}/install_manifest.txt", encoding="utf-8") as manifest:
            cls.manifest = manifest.read().split("\n")

    def moved(self):
        """The installation, at a place that no build knew; it has a scenario of its own."""
        prefix = os.path.join(ft.PLACE.directory(), "second")
        shutil.copytree(self.prefix, prefix)
        configs = f"{prefix}/share/finwait/configs"
        shutil.copy(f"{configs}/server-first.yaml", f"{configs}/ports/only-there.yaml")
        return prefix

    def test_all_is_there_and_nothing_else(self):
        self.assertEqual(files(self.prefix), expected())

    def test_the_manifest_removes_it(self):
        self.assertEqual(
            {os.path.relpath(name, self.prefix) for name in self.manifest if name},
            files(self.prefix),
        )

    def test_moved_it_finds_its_own_scenarios(self):
        program = f"{self.moved()}/bin/finwait"
        listed = run(program, "list", "scenarios", cwd="/")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        names = {line.split(" ")[0] for line in listed.stdout.splitlines()}
        self.assertLessEqual({"server-first", "real/close-wait-leak", "ports/only-there"}, names)
        ended = run(program, "run", "ports/only-there", "--quiet", "--set=load.connections=100", cwd="/")
        self.assertEqual(ended.returncode, 0, ended.stderr)

    def test_by_a_link_as_well(self):
        """A link on PATH is no place of its own: what it leads to is."""
        link = os.path.join(ft.PLACE.directory(), "finwait")
        os.symlink(f"{self.moved()}/bin/finwait", link)
        self.assertEqual(run(link, "check", "ports/only-there", cwd="/").returncode, 0)

    def test_the_program_needs_no_more_than_it_links(self):
        """No path of the build is searched for libraries."""
        dynamic = run("readelf", "-d", f"{self.prefix}/bin/finwait").stdout
        self.assertNotRegex(dynamic, "RPATH|RUNPATH")


if __name__ == "__main__":
    ft.main()
