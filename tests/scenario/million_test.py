"""The scenarios million-*, as they ship."""

import unittest

import finwait_test as ft
import piles

MANY = 1_000_000
NEEDS = 20 << 20  # kB that are free: 2,000,000 sockets and their files, and as much as a machine likes


def available():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable:"))


@unittest.skipIf(available() < NEEDS, "a million sockets at each end take 20 GiB of free memory")
class Million(ft.LabTestCase):
    def million(self, name):
        piles.check(self, name, piles.run(name, ""), MANY)

    def test_close_wait(self):
        self.million("million-close-wait")

    def test_established(self):
        self.million("million-established")

    def test_fin_wait2(self):
        self.million("million-fin-wait2")

    def test_time_wait(self):
        self.million("million-time-wait")


if __name__ == "__main__":
    ft.main()
