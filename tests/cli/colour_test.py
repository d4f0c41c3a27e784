"""Where colours are, and where nothing but text is: terminals, pipes, files, and what the environment asks for."""

import os
from unittest import mock

import finwait_test as ft

ESCAPE = "\033["
UNSET = {"NO_COLOR": "", "CLICOLOR": "", "CLICOLOR_FORCE": ""}

# What the environment says, and whether there are colours on a terminal and in a pipe.
CASES = [
    ({}, True, False),
    ({"TERM": "dumb"}, False, False),
    ({"TERM": ""}, False, False),
    ({"NO_COLOR": "0"}, False, False),
    ({"CLICOLOR": "0"}, False, False),
    ({"CLICOLOR": "1"}, True, False),
    ({"CLICOLOR_FORCE": "1"}, True, True),
    ({"CLICOLOR_FORCE": "0"}, True, False),
    ({"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, True, True),
    ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
    ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False, False),
]


def on_terminal(environment, *command):
    with mock.patch.dict(os.environ, {**UNSET, **environment}):
        with ft.Terminal(command, 100, stdout=True, term=environment.get("TERM", "xterm")) as terminal:
            return terminal.finish().stderr


def in_pipe(environment, *command):
    with mock.patch.dict(os.environ, {**UNSET, "TERM": "xterm", **environment}):
        ended = ft.finwait(*command)
        return ended.stdout + ended.stderr


class Colour(ft.TestCase):
    def test_the_environment_decides(self):
        for command, cases in ((["doctor"], CASES[:1]), (["run", "nothing-of-this-name"], CASES)):
            for environment, terminal, pipe in cases:
                with self.subTest(command=command, **environment):
                    self.assertEqual(ESCAPE in on_terminal(environment, *command), terminal)
                    self.assertEqual(ESCAPE in in_pipe(environment, *command), pipe)

    def test_the_option_decides_before_the_environment(self):
        for command in (["run", "nothing-of-this-name"], ["compare", "nothing-of-this-name"]):
            for environment, terminal, _ in CASES[::3]:
                with self.subTest(command=command, **environment):
                    never, auto = ([*command, f"--color={when}"] for when in ("never", "auto"))
                    self.assertNotIn(ESCAPE, on_terminal(environment, *never))
                    self.assertIn(ESCAPE, in_pipe(environment, *command, "--color", "always"))
                    self.assertEqual(ESCAPE in on_terminal(environment, *auto), terminal)
        ended = ft.finwait("doctor", "--color=sometimes")
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("auto, always or never", ended.stderr)

    def test_colours_take_no_column(self):
        plain, coloured = (in_pipe({"CLICOLOR_FORCE": force}, "doctor") for force in ("", "1"))
        for code in (0, 1, 31, 32, 33):
            coloured = coloured.replace(f"{ESCAPE}{code}m", "")
        # What bounds the sockets: the machine has other memory and files to spare by then.
        self.assertEqual(*(text.partition("What bounds")[0] for text in (coloured, plain)))


class Reports(ft.LabTestCase):
    def test_a_file_and_what_machines_read_have_none(self):
        out = ft.PLACE.directory()
        self.assertEqual(ft.run({"load.connections": 5, "settle": "0s"}, "--out", out).status, 0)
        force = {"CLICOLOR_FORCE": "1"}
        file = os.path.join(out, "report.txt")
        in_pipe(force, "report", out, "--format=json", f"--format=verbose={file}")
        with open(file, encoding="utf-8") as report:
            self.assertNotIn("\033", report.read())
        self.assertIn(ESCAPE, in_pipe(force, "report", out, "--format=verbose"))
        for name in ("json", "csv", "junit", "markdown"):
            self.assertNotIn("\033", in_pipe(force, "report", out, f"--format={name}"), name)
        self.assertIn(ESCAPE, on_terminal({}, "compare", out, out))
        self.assertNotIn("\033", in_pipe({}, "compare", out, out))


if __name__ == "__main__":
    ft.main()
