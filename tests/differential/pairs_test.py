"""60 random pairs of fixed seeds: finwait, the kernel's own tools, the model and the remarks agree."""

import finwait_test as ft
import harness

SEEDS = {"ci1": 20, "ci2": 20, "ci3": 20}
SIDE_BY_SIDE = 4  # they mostly wait


class Pairs(ft.LabTestCase):
    def test_all_agree(self):
        foreseen, read = [], []
        for seed, pairs in SEEDS.items():
            differ = harness.Harness(seed, SIDE_BY_SIDE)
            failed = differ.run(pairs)
            differ.report()
            for pair, found in failed:
                print(f"\n# {found[0][0]}: {found[0][1]}\n{pair.yaml()}")
            self.assertEqual([pair.name for pair, _ in failed], [])
            foreseen += differ.foreseen
            read += [*differ.read, differ.no_namespace]
        # What was held against nothing has agreed with nothing.
        self.assertGreater(sum(foreseen), sum(SEEDS.values()) // 3)
        self.assertTrue(any(read))


if __name__ == "__main__":
    ft.main()
