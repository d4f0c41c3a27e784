"""How often a pile is looked at, and what is told of it between two dumps."""

import finwait_test as ft

EVERY = 10**8  # ns, the default of sample.every
TIME_WAIT = 60 * 10**9  # ns; on a machine with much else to do the first end before the load does


def points(side):
    """TIME_WAIT over time: of the observations, and of what sockstat told between them."""
    seen = [side["observations"], side.get("sockstat", {"at": [], "time_wait": []})]
    return sorted(pair for one in seen for pair in zip(one["at"], one["time_wait"]))


def longest_gap(side):
    at = [at for at, _ in points(side)]
    return max(b - a for a, b in zip(at, at[1:]))


class PileTestCase(ft.LabTestCase):
    def check_time_wait_keeps_its_beat(self, many):
        result = self.run_checked(
            {
                "order": "client-first",
                "load.connections": many,
                "load.concurrency": 128,
                "client.addresses": 64,
                "client.sysctl.net.ipv4.tcp_max_tw_buckets": 2 * many,
                "settle": "3s",
            }
        )
        client, server, sampler = (result.json[name] for name in ("client", "server", "sampler"))
        # A busy machine lets a look wait: that is no fault of the sampler's, and it says how long.
        self.assertLessEqual(longest_gap(client), 2 * EVERY + sampler["late"])
        self.assertLessEqual(sampler["time_wait_gap"], 2 * EVERY + sampler["late"])
        self.assertGreater(sampler["counts"], 0)
        self.assertEqual(result["sampler.late"], sampler["late"] / 1e9)
        peak = max(count for _, count in points(client))
        self.assertLessEqual(peak, many)
        self.assertEqual(result["client.time_wait.peak"], peak)
        # Sockets only come: what goes down is error, of sockets in FIN_WAIT2 for a moment.
        coming = [count for at, count in points(client) if at < TIME_WAIT]
        falls = max(a - b for a, b in zip(coming, coming[1:]))
        self.assertLess(falls, many / 100)
        self.assertNotIn("sockstat", server)
        self.assertEqual(result["server.time_wait.peak"], 0)
