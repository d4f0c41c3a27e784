"""The recipes for CI do what they say: the shell of each is executed as its CI would.

What a CI's own server does (checkout, artifacts, reading JUnit's XML) is left out.
"""

import os
import re
import subprocess
import xml.etree.ElementTree

import yaml

import finwait_test as ft

ACTION = f"{ft.SOURCE}/.ci/action/action.yml"
FEW = "--set load.connections=50"  # of any recipe here, for its time
THEIRS = {"actions/checkout@v4", "actions/upload-artifact@v4"}


def recipe(heading, language):
    """The text of the block under that heading of the manual."""
    with open(f"{ft.SOURCE}/docs/ci.md", encoding="utf-8") as page:
        section = page.read().split(f"\n### {heading}\n")[1]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL).group(1)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Machine:
    """What a step finds: a workspace, finwait on PATH, and the files that GitHub's runner reads."""

    def __init__(self):
        self.workspace = ft.PLACE.directory()
        self.runner = ft.PLACE.directory()
        programs = ft.PLACE.directory()
        os.symlink(ft.BINARY, f"{programs}/finwait")
        self.environment = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}", CI="true")

    def file(self, name):
        return os.path.join(self.runner, name)

    def run(self, script, **more):
        return subprocess.run(
            ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script),
            cwd=self.workspace,
            env=dict(self.environment, **more),
            capture_output=True,
            text=True,
            timeout=3 * ft.PATIENCE,
        )

    def github(self):
        files = {name: self.file(name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        return dict(files, GITHUB_ACTIONS="true", RUNNER_TEMP=self.runner)

    def cases(self):
        return list(xml.etree.ElementTree.parse(f"{self.workspace}/out/junit.xml").iter("testcase"))


def expand(text, inputs):
    """GitHub's ${{ }}, as far as the action has it; an unknown one is a KeyError."""
    known = {f"inputs.{name}": value for name, value in inputs.items()}
    known["github.action_path"] = os.path.dirname(ACTION)
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: known[match.group(1)], text)


def wanted(step, inputs):
    """Whether a step's condition holds, of those that stand in the action."""
    name, operator = re.search(r"inputs\.(\w+) ([!=]=) ''", step.get("if", "inputs.always == ''")).groups()
    return (inputs.get(name, "") == "") == (operator == "==")


class GitHub(ft.unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.action = yaml.safe_load(read(ACTION))

    def act(self, given):
        """Take the action's steps with those inputs: the last one that ran, and what it left."""
        self.assertLessEqual(set(given), set(self.action["inputs"]))
        for name, about in self.action["inputs"].items():
            self.assertTrue(name in given or not about.get("required"), name)
        inputs = {name: about.get("default", "") for name, about in self.action["inputs"].items()}
        inputs.update({"program": ft.BINARY, **given})
        for step in self.action["runs"]["steps"]:
            if not wanted(step, inputs) or "uses" in step:
                self.assertIn(step.get("uses", "actions/checkout@v4"), THEIRS)
                continue
            variables = {name: expand(text, inputs) for name, text in step.get("env", {}).items()}
            self.assertNotIn("${{", step["run"])  # what is put into a script is executed
            ended = self.machine.run(step["run"], **variables, **self.machine.github())
            if ended.returncode != 0:
                break
        return ended

    def test_the_manual_s_job(self):
        (job,) = yaml.safe_load(recipe("GitHub Actions", "yaml"))["jobs"].values()
        checkout, ours = job["steps"]
        self.assertIn(checkout["uses"], THEIRS)
        self.assertRegex(ours["uses"], r"^OWNER/finwait/\.ci/action@v[\d.]+$")
        ended = self.act(ours["with"])
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertEqual(read(self.machine.file("GITHUB_OUTPUT")), "status=0\n")
        summary = read(self.machine.file("GITHUB_STEP_SUMMARY"))
        for name in ("close-wait-leak", "server-first"):
            self.assertIn(name, summary)
        left = os.listdir(f"{self.machine.workspace}/finwait-out")
        self.assertLessEqual({"junit.xml", "summary.md", "report.html", "server-first"}, set(left))

    def test_what_does_not_hold_fails_the_job(self):
        options = f'{FEW} --expect "server.time_wait.final == 7"'
        ended = self.act({"scenarios": "server-first", "options": options})
        self.assertEqual(ended.returncode, 1, ended.stdout + ended.stderr)
        self.assertEqual(read(self.machine.file("GITHUB_OUTPUT")), "status=1\n")
        self.assertIn("::error", ended.stderr)
        self.assertIn("### server-first: FAIL, 4 of 5 held", read(self.machine.file("GITHUB_STEP_SUMMARY")))

    def test_what_cannot_be_tried_fails_it_with_its_status(self):
        ended = self.act({"scenarios": "no-such-scenario"})
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertEqual(read(self.machine.file("GITHUB_OUTPUT")), "status=2\n")

    def test_inputs_are_not_executed(self):
        self.act({"scenarios": "$(touch pwned) `touch pwned` ; touch pwned"})
        self.assertNotIn("pwned", os.listdir(self.machine.workspace))


class Others(ft.unittest.TestCase):
    def check(self, script):
        machine = Machine()
        passed = machine.run(f"{script} {FEW}")
        self.assertEqual(passed.returncode, 0, passed.stderr)
        self.assertTrue(machine.cases())
        self.assertTrue(os.path.exists(f"{machine.workspace}/out/report.html"))
        machine = Machine()
        failed = machine.run(f'{script} {FEW} --expect "server.close_wait.final < 10"')
        self.assertEqual(failed.returncode, 1, failed.stderr)
        self.assertEqual(sum(case.find("failure") is not None for case in machine.cases()), 1)

    def test_gitlab(self):
        (job,) = yaml.safe_load(recipe("GitLab CI", "yaml")).values()
        self.assertEqual(job["artifacts"]["reports"], {"junit": "out/junit.xml"})
        (script,) = job["script"]
        self.check(script)

    def test_jenkins(self):
        (script,) = re.findall(r"script: '([^']*)'", recipe("Jenkins", "groovy"))
        self.check(script)


if __name__ == "__main__":
    ft.main()
