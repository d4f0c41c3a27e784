"""What a run of one connection costs, counted: system calls, processes, messages to the kernel."""

import collections
import os
import re
import shutil
import subprocess
import unittest

import finwait_test as ft

CALL = re.compile(r"^\d+ +(\w+)\((.*)")


def traced(settings):
    """The result of a run, and its system calls as (name, the rest of strace's line)."""
    out = os.path.join(ft.PLACE.directory(), "calls")
    words = ["strace", "-f", "-qq", "-o", out, os.environ["FINWAIT"], *ft.as_arguments(settings)]
    ran = subprocess.run([*words, "--json"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    with open(out, encoding="utf-8", errors="replace") as file:
        calls = [match.groups() for match in map(CALL.match, file) if match]
    return ran, calls


@unittest.skipUnless(shutil.which("strace"), "no strace")
class Short(ft.LabTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if subprocess.run(["strace", "-qq", "true"], capture_output=True).returncode != 0:
            raise unittest.SkipTest("strace may trace nothing here")
        settings = {"load.connections": 1, "settle": "0s", "client.workers": 1, "server.workers": 1}
        cls.ran, cls.calls = traced(settings)
        cls.count = collections.Counter(name for name, _ in cls.calls)

    def test_it_ran(self):
        self.assertEqual(self.ran.returncode, 0, self.ran.stderr)

    def test_a_sysctl_is_opened_and_read_once(self):
        opened = collections.Counter(
            rest.split('"')[1]
            for name, rest in self.calls
            if name == "openat" and '"/proc/sys/net/' in rest and "O_DIRECTORY" not in rest
        )
        # In each host.  What a lab writes is read back, and a plan looks at what bounds it.
        written = [path for path, times in opened.items() if times != 2]
        self.assertGreater(len(opened), 100)
        self.assertLessEqual(len(written), 24, written)
        self.assertLessEqual(sum(opened.values()), 2 * len(opened) + 96)
        self.assertFalse([rest for name, rest in self.calls if "stat" in name and "/proc/sys/" in rest])

    def test_a_lab_takes_few_calls(self):
        # For its trial, the nursery, and two hosts.
        networks = [rest for name, rest in self.calls if name == "unshare" and "NEWNET" in rest]
        self.assertLessEqual(len(networks), 4)
        # Each of init, server and client is a midwife's; and the sampler has a thread a host.
        self.assertLessEqual(self.count["clone"] + self.count["clone3"] + self.count["fork"], 8)
        self.assertLessEqual(self.count["sendto"] + self.count["sendmsg"], 45)

    def test_nothing_waits_by_sleeping(self):
        sleeps = self.count["nanosleep"] + self.count["clock_nanosleep"]
        self.assertEqual(sleeps, 0)

    def test_few_are_closed_as_they_end(self):
        self.assertFalse([rest for name, rest in self.calls if "SO_LINGER" in rest])


if __name__ == "__main__":
    ft.main()
