"""The man pages: valid for mandoc and man-db, and with all that the tables have."""

import os
import re
import shutil
import subprocess
import unittest
import unittest.mock

import finwait_test as ft

PAGES = ft.finwait("man").stdout.split()


def page(name):
    ended = ft.finwait("man", name)
    assert ended.status == 0 and ended.stderr == "", ended
    return ended.stdout


def plain(name):
    """As it is read, without what groff(7) needs."""
    text = page(name).replace("\\&", "").replace("\\(dq", '"').replace("\\(ti", "~")
    return text.replace("\\(ha", "^").replace("\\-", "-").replace("\\e", "\\")


def words(text):
    return " ".join(text.split())


class Pages(ft.TestCase):
    def test_there_is_one_a_command(self):
        commands = re.findall(r"^  finwait ([a-z]+) ", ft.finwait("--help").stdout, re.MULTILINE)
        expected = ["finwait.1", "finwait.5"] + [f"finwait-{name}.1" for name in commands]
        self.assertCountEqual(PAGES, expected)

    @unittest.skipIf(shutil.which("mandoc") is None, "mandoc is not here")
    def test_mandoc_takes_them(self):
        for name in PAGES:
            with self.subTest(name):
                file = ft.PLACE.write(name, page(name))
                ended = subprocess.run(
                    ["mandoc", "-T", "lint", "-W", "warning", file],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                self.assertEqual((ended.returncode, ended.stdout), (0, ""))

    @unittest.skipIf(shutil.which("lexgrog") is None, "lexgrog is not here")
    def test_man_db_finds_their_names(self):
        for name in PAGES:
            with self.subTest(name):
                file = ft.PLACE.write(name, page(name))
                ended = subprocess.run(
                    ["lexgrog", file], capture_output=True, text=True, check=False
                )
                stem = name.rpartition(".")[0]
                self.assertRegex(ended.stdout, rf'^{re.escape(file)}: "{stem} - [a-z].+[^.]"\n$')

    def test_sections_in_their_order(self):
        order = "NAME SYNOPSIS DESCRIPTION ENVIRONMENT FILES EXAMPLES".split()
        for name in PAGES:
            with self.subTest(name):
                found = re.findall(r"^\.Sh (.+)$", page(name), re.MULTILINE)
                known = [title for title in found if title in order]
                self.assertEqual(known, sorted(known, key=order.index))
                self.assertEqual((found[0], found[-1]), ("NAME", "SEE ALSO"))
                if name.endswith(".1"):
                    self.assertLessEqual({"SYNOPSIS", "ENVIRONMENT", "EXIT STATUS"}, set(found))

    def test_options_of_commands(self):
        for name in PAGES[2:]:
            command = name[len("finwait-") : -len(".1")]
            help_text = ft.finwait(command, "--help").stdout
            told = re.findall(r"^  (?:-., |    )?--([a-z-]+)", help_text, re.MULTILINE)
            found = re.findall(r"^\.It .*Fl -([a-z-]+)", page(name), re.MULTILINE)
            with self.subTest(name):
                self.assertEqual(found, told + ["help"])

    def test_a_scenario_has_all(self):
        text = words(plain("finwait.5"))
        for what in ("options", "orders", "steps", "faults"):
            for row in ft.listing(what):
                with self.subTest(what, name=row[0]):
                    self.assertIn(words(row[0].replace("faults.", "").replace("events.", "")), text)
        for path, *_, about in ft.listing("options"):
            self.assertIn(f'.It Ic "{path}" {words(about)}', text)

    def test_topics_and_formats(self):
        text = words(plain("finwait.1"))
        for line in ft.finwait("help", "environment").stdout.splitlines()[2:]:
            self.assertIn(words(line), text)
        for name in ft.FORMATS:
            self.assertIn(f'.It Ic "{name}"', text)

    def test_they_can_be_made_again(self):
        with unittest.mock.patch.dict(os.environ, SOURCE_DATE_EPOCH="86400"):
            self.assertTrue(page("finwait.1").startswith(".Dd January  2, 1970\n"))

    def test_no_such_page(self):
        for arguments in (("run",), ("finwait-nothing.1",), ("finwait.1", "finwait.5")):
            ended = ft.finwait("man", *arguments)
            self.assertEqual(ended.status, 2, ended)
            self.assertIn("finwait man names them", ended.stderr)


if __name__ == "__main__":
    ft.main()
