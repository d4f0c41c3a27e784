"""doctor: what it says of this machine is what a run finds."""

import os
import re

import finwait_test as ft


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

    def test_it_leaves_nothing(self):
        process = ft.popen(["doctor"])
        ft.finish(process)
        self.assert_nothing_left(process.mark)


if __name__ == "__main__":
    ft.main()
