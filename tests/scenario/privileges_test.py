"""What finwait may do, and what it needs: labs of root with less than all capabilities."""

import shutil
import subprocess
import unittest

import finwait_test as ft

SETTINGS = {"load.connections": 20, "settle": "0s"}


def without(*capabilities):
    """A command's beginning: root with all but these."""
    less = ",".join(f"-{capability}" for capability in capabilities)
    return ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}"]


@unittest.skipUnless(ft.is_root() and shutil.which("setpriv"), "takes root and setpriv(1)")
class RootWithLess(ft.LabTestCase):
    def run_without(self, *capabilities):
        command = [*without(*capabilities), ft.BINARY, *ft.as_arguments(SETTINGS), "--json"]
        done = subprocess.run(
            command, capture_output=True, cwd=ft.PLACE.path, timeout=ft.PATIENCE, check=False
        )
        return ft.Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    def setUp(self):
        refusal = ft.private_lab_refusal(ft.NOBODY)
        if refusal:
            self.skipTest(f"no user namespaces here: {refusal}")

    def test_a_user_namespace_gives_them(self):
        for less in (["net_admin"], ["sys_admin"], ["net_admin", "sys_admin"]):
            with self.subTest(less):
                ended = self.run_without(*less)
                self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
                self.assertEqual(ended.result["connections.completed"], 20)

    def test_both_refusals_are_told(self):
        """Without CAP_SETFCAP root may not be mapped, user_namespaces(7)."""
        for less, said in (("sys_admin", "make a network namespace"), ("net_admin", "interface lo")):
            with self.subTest(less):
                ended = self.run_without(less, "setfcap")
                self.assertEqual(ended.status, 3, ended)
                self.assert_nothing_started(ended)
                self.assertIn("uid_map: EPERM", ended.stderr)
                self.assertIn(said, ended.stderr)
                self.assertIn("CAP_SETFCAP", ended.stderr)


if __name__ == "__main__":
    ft.main()
