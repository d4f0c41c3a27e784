"""doctor: what it says of this machine is what a run finds."""

import contextlib
import os
import re
import subprocess
import unittest

import finwait_test as ft


def is_removed(path):
    """A cgroup: what ended a moment ago may still be in it."""
    with contextlib.suppress(OSError):
        os.rmdir(path)
    return not os.path.exists(path)


@contextlib.contextmanager
def pids_cgroup(outer, inner):
    """A cgroup with this pids.max within one with that, in either version's hierarchy."""
    with open("/proc/self/cgroup", encoding="ascii") as file:
        of = {line.split(":")[1]: line.rstrip("\n").split(":", 2)[2] for line in file}
    top = f"/sys/fs/cgroup/pids{of['pids']}" if "pids" in of else f"/sys/fs/cgroup{of.get('', '/')}"
    made = [f"{top}/finwait-test-{os.getpid()}"]
    made.append(f"{made[0]}/inner")
    with contextlib.ExitStack() as undo:
        try:
            for path, most in zip(made, (outer, inner)):
                os.mkdir(path)
                undo.callback(ft.wait_until, lambda path=path: is_removed(path), f"{path} is empty")
                with open(f"{path}/pids.max", "w", encoding="ascii") as file:
                    file.write(str(most))
                if path == made[0] and "pids" not in of:
                    with open(f"{path}/cgroup.subtree_control", "w", encoding="ascii") as file:
                        file.write("+pids")
        except OSError as error:
            raise unittest.SkipTest(f"no cgroup with a pids.max can be made here: {error}")
        yield made[1]


class Doctor(ft.TestCase):
    def test_every_check_has_a_verdict(self):
        ended = ft.finwait("doctor")
        self.assertIn(ended.status, (0, 3), ended)
        checks = [line for line in ended.stdout.splitlines() if line and line[0] != " "]
        self.assertGreater(len(checks), 5)
        for line in checks:
            self.assertRegex(line, r"\A(ok|limited|MISSING) +\S")
        self.assertEqual(ended.status == 3, any(line.startswith("MISSING") for line in checks))

    def test_it_says_the_same_of_the_lab_as_a_run_does(self):
        for user in {os.geteuid(), ft.NOBODY if ft.is_root() else os.geteuid()}:
            with self.subTest(uid=user):
                ended = ft.finwait("doctor", user=user)
                refusal = ft.private_lab_refusal(user)
                self.assertEqual(ended.status, 3 if refusal else 0, refusal)

    def test_no_limit_is_told_twice_and_none_that_cannot_be_first(self):
        text = " ".join(ft.finwait("doctor").stdout.split())
        self.assertEqual(text.count("descriptors (RLIMIT_NOFILE"), 1, text)
        for bound in re.findall(r"processes \(([0-9]+) processes", text):
            self.assertLess(int(bound), 512, text)

    @unittest.skipUnless(ft.is_root(), "only root may make a cgroup")
    def test_the_processes_of_a_cgroup_are_those_of_each_that_it_is_within(self):
        for most in ({"outer": 90, "inner": "max"}, {"outer": 90, "inner": 400}, {"outer": 400, "inner": 90}):
            with self.subTest(most), pids_cgroup(**most) as inner:
                enter = f'echo $$ >{inner}/cgroup.procs && exec "{ft.BINARY}" doctor'
                ended = subprocess.run(["sh", "-c", enter], capture_output=True, text=True)
                text = " ".join(ended.stdout.split())
                bounds = {int(left) for left in re.findall(r"processes \(([0-9]+) processes", text)}
                self.assertTrue(bounds and bounds <= set(range(60, 91)), ended)

    def test_it_leaves_nothing(self):
        process = ft.popen(["doctor"])
        ft.finish(process)
        self.assert_nothing_left(process.mark)


if __name__ == "__main__":
    ft.main()
