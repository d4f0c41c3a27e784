"""The composite action builds finwait by itself where nobody names one that is there."""

import ci_test
import finwait_test as ft


class Build(ft.unittest.TestCase):
    setUp = ci_test.GitHub.setUp
    act = ci_test.GitHub.act

    def test_builds_and_runs(self):
        ended = self.act({"scenarios": "server-first", "options": ci_test.FEW, "program": ""})
        self.assertEqual(ended.returncode, 0, ended.stdout[-2000:] + ended.stderr)
        self.assertEqual(ci_test.read(self.machine.file("GITHUB_OUTPUT")), "status=0\n")


if __name__ == "__main__":
    ft.main()
