"""Scenarios of configs/real, and the programs of others that they start."""

import glob
import os
import re
import shutil
import unittest

import finwait_test as ft

SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
REAL = os.path.join(ft.SOURCE, "configs", "real")
SLOW = ("gunicorn", "node")  # to start: they are in heavy_test.py
PROGRAMS = ("nginx", "haproxy", *SLOW, "ab", "openssl", "python3")


def missing(*programs):
    return [name for name in programs if shutil.which(name, path=SBIN) is None]


def needs(*programs):
    return unittest.skipIf(missing(*programs), f"not installed: {', '.join(missing(*programs))}")


def programs_of(path):
    """Those that a scenario starts, the first first."""
    with open(path, encoding="utf-8") as file:
        command = file.read().partition("command:")[2]
    return [name for name in re.findall(r"\b\w+\b", command) if name in PROGRAMS]


class Real(ft.LabTestCase):
    def setUp(self):
        before = os.environ["PATH"]
        os.environ["PATH"] = SBIN
        self.addCleanup(os.environ.__setitem__, "PATH", before)

    def play(self, name, status=0, **settings):
        """As it ships, or mended by settings: then its expectations fail."""
        given = [f"--set={path}={value}" for path, value in settings.items()]
        process = ft.popen(["run", f"real/{name}", "--json", *given], user=self.user, cwd=ft.SOURCE)
        ended = ft.finish(process)
        self.assertEqual((ended.status, ended.stderr), (status, ""), ended)
        self.assert_nothing_left(process.mark)
        return ended.result

    def assert_all_completed(self, result):
        self.assertEqual(result["connections.completed"], result["connections.attempted"])

    def idle(self, name):
        self.assert_told(self.play(name), "idle.closed", "message.missing")

    def client_first(self, name, program="connect send recv pause(200ms) send recv close"):
        result = self.play(name, 1, **{"client.program": program})
        self.assert_all_completed(result)
        self.assertNotIn("latency.idle.p50", result.json["metrics"])
        self.assert_untold(result, "idle.closed")
        return result

    def play_all(self, wanted):
        """Those that ship whose programs are wanted, as they ship."""
        for path in sorted(glob.glob(os.path.join(REAL, "*.yaml"))):
            name = os.path.basename(path).removesuffix(".yaml")
            with self.subTest(name):
                if not wanted(programs_of(path)):
                    continue
                if missing(*programs_of(path)):
                    self.skipTest(f"not installed: {', '.join(missing(*programs_of(path)))}")
                self.play(name)


def is_slow(programs):
    return not set(SLOW).isdisjoint(programs)
