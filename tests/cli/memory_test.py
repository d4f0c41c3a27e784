"""Less and less memory (ulimit -v): an error, or a whole result; never a signal's death, and never a
status that looks well beside a result that is not whole."""

import json
import os
import resource
import subprocess
import unittest

import finwait_test as ft

KIB = 1024
STEPS = 12  # of each of the scans
SHORT = {"load.connections": 100, "sample.every": "1ms", "settle": "50ms"}
EXPECT = "server.time_wait.final == 100"


def limited(limit, arguments):
    def limit_it():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return subprocess.run(
        [ft.BINARY, *arguments],
        preexec_fn=limit_it,
        capture_output=True,
        text=True,
        timeout=ft.PATIENCE,
        check=False,
    )


def is_sanitized():
    with open(ft.BINARY, "rb") as file:
        return b"__asan_init" in file.read()


def least(arguments, low, high):
    """The least limit, to 64 KiB, with which it ends well."""
    while high - low > 64 * KIB:
        middle = (low + high) // 2 // KIB * KIB
        if limited(middle, arguments).returncode == 0:
            high = middle
        else:
            low = middle
    return high


@unittest.skipIf(is_sanitized(), "the sanitizer's own memory has no such bounds")
class Memory(ft.LabTestCase):
    @classmethod
    def setUpClass(cls):
        cls.starts = least(["--version"], 1 << 20, 256 << 20)
        cls.runs = least([*ft.as_arguments(SHORT), "--quiet"], cls.starts, 256 << 20)

    def run_with(self, limit):
        """Its exit status, once all that can be said of it has been."""
        out = ft.PLACE.directory()
        ended = limited(
            limit, [*ft.as_arguments(SHORT), "--quiet", "--out", out, "--expect", EXPECT]
        )
        self.assertIn(ended.returncode, (0, 1, 3, 4), ended)
        written = os.listdir(out)
        if ended.returncode in (0, 1, 4):
            self.assertEqual(written, ["result.json"], ended)
        if written:
            report = ft.finwait("report", out)
            self.assertIn(report.status, (ended.returncode, 4), (ended, report))
        if ended.returncode == 0:
            self.check_whole(os.path.join(out, "result.json"))
        else:
            self.assertTrue(ended.stderr or ended.returncode in (1, 4), ended)
        return ended.returncode

    def check_whole(self, file):
        with open(file, encoding="utf-8") as stream:
            value = json.load(stream)
        self.assertFalse(value["partial"])
        self.assertNotIn("unkept", value)
        self.assertEqual([seen["verdict"] for seen in value["expectations"]], ["pass"])
        for side in ("client", "server"):
            self.assertEqual(value[side]["account"]["attempted"], 100)
            for member in ("final", "counters", "observations", "sysctl"):
                self.assertTrue(value[side][member], member)
        self.assertTrue(value["remarks"] and value["metrics"] and value["predicted"])

    def test_from_none_to_enough(self):
        step = (self.runs - self.starts) // STEPS
        statuses = [self.run_with(self.starts + i * step) for i in range(STEPS)]
        self.assertIn(3, statuses)
        self.assertNotIn(0, statuses[: STEPS // 2])

    def test_about_enough(self):
        statuses = [self.run_with(self.runs + i * 16 * KIB) for i in range(-STEPS // 2, STEPS // 2)]
        self.assertIn(0, statuses)

    def test_enough(self):
        self.assertEqual(self.run_with(self.runs + (64 << 20)), 0)

    def test_reports(self):
        """Of a result that is there: all of it, or status 3."""
        out = ft.PLACE.directory()
        self.assertEqual(ft.run(SHORT, "--out", out).status, 0)
        formats = ft.FORMATS[1:]
        for flags in ([], *(["--format", name] for name in formats)):
            arguments = ["report", out, *flags]
            whole = ft.finwait(*arguments).stdout
            enough = least(arguments, self.starts, 256 << 20)
            for i in range(STEPS):
                limit = self.starts + (enough + 64 * KIB - self.starts) * i // STEPS
                ended = limited(limit, arguments)
                with self.subTest(flags=flags, limit=limit):
                    self.assertIn(ended.returncode, (0, 3), ended)
                    if ended.returncode == 0:
                        self.assertEqual(ended.stdout, whole)


if __name__ == "__main__":
    ft.main()
