"""The checks that finwait probe ships: all are there, and each passes for the sound program that it
names and fails for its own mutants.  probe_long_test.py holds it against all others."""

import unittest

import finwait_test as ft

CHECKS = """
idle-timeout idle-end idle-race silent slow-header unsolicited-408 close-obeyed close-announced http10-close
max-requests pipelined-tail error-readable half-close-answered half-close-midway abandon-while-working
close-while-idle reset-midway vanish no-fin zero-window early-response early-response-says-close cut-visible
notify-before-fin notify-answered tls13-half-close fin-without-notify https-resets handshake-abandoned
term-inflight quit-inflight shutdown-idle drain-says-close reload-loss reload-old-gone listener-close-queue
restart-bind backlog accept-queue-close-wait emfile websocket-close time-wait-keeper flat
""".split()


class Checks(ft.LabTestCase):
    def test_all_are_there(self):
        listed = ft.finwait("probe", "--list", user=self.user).stdout
        ids = [line.split()[0] for line in listed.splitlines() if line[:1].strip()]
        self.assertEqual(sorted(ids), sorted(CHECKS))

    def test_each_tells_its_mutants(self):
        process = ft.popen(["probe", "--self-test", "--own"], user=self.user)
        ended = ft.finish(process)
        wrong = [line for line in ended.stdout.splitlines() if not line.startswith("  ok ")]
        self.assertEqual((ended.status, wrong), (0, []), ended)
        self.assertEqual(len(ended.stdout.splitlines()), len(CHECKS))
        self.assert_nothing_left(process.mark)


if __name__ == "__main__":
    unittest.main()
