"""finwait probe, all of it: every check against every mutant, and the card of every server of
configs/probe/servers that is installed in the version of docs/probe-servers.md."""

import unittest

import finwait_test as ft
import probe_servers

ft.PATIENCE = 3000


class Long(probe_servers.Cards):
    def test_every_check_against_every_mutant(self):
        process = ft.popen(["probe", "--self-test"], user=self.user)
        ended = ft.finish(process)
        wrong = [line for line in ended.stdout.splitlines() if not line.startswith("  ok ")]
        self.assertEqual((ended.status, wrong), (0, []), ended)
        self.assert_nothing_left(process.mark)

    def test_every_server(self):
        for name in probe_servers.known():
            with self.subTest(name):
                self.hold(name)


if __name__ == "__main__":
    unittest.main()
