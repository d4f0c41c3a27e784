"""A pile that takes a second to dump is counted at every tick all the same."""

import finwait_test as ft
import sampled_piles


class LargePile(sampled_piles.PileTestCase):
    def test_time_wait_keeps_its_beat(self):
        self.check_time_wait_keeps_its_beat(300_000)


if __name__ == "__main__":
    ft.main()
