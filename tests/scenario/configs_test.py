"""The scenarios that ship keep what they promise, as they are."""

import glob
import os

import finwait_test as ft

CONFIGS = sorted(glob.glob(os.path.join(ft.SOURCE, "configs", "*.yaml")))


class Configs(ft.TestCase):
    def test_there_are_some(self):
        self.assertNotEqual(CONFIGS, [])

    def test_their_expectations_hold(self):
        for path in CONFIGS:
            with self.subTest(os.path.basename(path)):
                ended = ft.finwait("run", path, "--json")
                self.assertEqual(ended.status, 0, ended)
                verdicts = [seen["verdict"] for seen in ended.result.listed("expectations")]
                self.assertEqual(set(verdicts), {"pass"}, "it promises something, and keeps it")
                # On the host itself, sockets of earlier runs may stand as well.
                if ended.result.json["private_lab"]:
                    self.assertEqual(ended.result.disagreements, [])


if __name__ == "__main__":
    ft.main()
