"""The scenarios million-*, at a size that takes seconds: they need more than one process a side, too."""

import finwait_test as ft
import piles

MANY = 21_000  # more than the descriptors of one process, here as elsewhere


class SmallPiles(ft.LabTestCase):
    def test_each_is_exact(self):
        for name, states in piles.PILES.items():
            with self.subTest(name):
                result = piles.run(name, ft.WITNESS, "--set", f"load.connections={MANY}")
                piles.check(self, name, result, MANY, also_late=True)
                for side, state in states.items():
                    self.assertEqual(result.witness(side)[0], {state: MANY})


if __name__ == "__main__":
    ft.main()
