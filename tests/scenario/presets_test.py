"""Orders of real clients that are quick to start; heavy_test.py has the others."""

import finwait_test as ft
from watched import WatchedOrder, again

# order: what to call, and the command
REAL = {
    "curl": ("curl", again("curl -s -o /dev/null {url}")),
    "tls-curl": ("curl", again("curl -sk -o /dev/null {url}")),
    "ab": ("ab", ["ab", "-q", "-n", "40", "-c", "4", "{url}"]),
    "ab-keep-alive": ("ab", ["ab", "-q", "-k", "-n", "40", "-c", "4", "{url}"]),
    "health-check": ("bash", again("exec 3<>/dev/tcp/{address}/{port}; exec 3>&-")),
}
HEAVY = {"node-pool", "go-pool", "browser"}


class Presets(WatchedOrder):
    def test_every_watched_order_is_compared(self):
        watched = {row[0] for row in ft.listing("orders") if row[4] != "-"}
        self.assertEqual(watched, set(REAL) | HEAVY)


def add(order):
    setattr(Presets, f"test_{order.replace('-', '_')}", lambda self: self.compare(order, *REAL[order]))


for name in REAL:
    add(name)

if __name__ == "__main__":
    ft.main()
