"""How often a large pile is looked at, and what is told of it between two dumps."""

import finwait_test as ft

EVERY = 10**8  # ns, the default of sample.every
TIME_WAIT = 60 * 10**9  # ns; on a machine with much else to do the first end before the load does


def points(side):
    """TIME_WAIT over time: of the observations, and of what sockstat told between them."""
    seen = [side["observations"], side.get("sockstat", {"at": [], "time_wait": []})]
    return sorted(pair for one in seen for pair in zip(one["at"], one["time_wait"]))


class LargePiles(ft.LabTestCase):
    def test_time_wait_keeps_its_beat(self):
        many = 100_000
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
        self.assertGreaterEqual(len(points(client)), 0.9 * sampler["span"] / EVERY)
        self.assertGreater(sampler["counts"], sampler["samples"])
        self.assertLess(result["sampler.time_wait_gap"], result["sampler.gap"])
        peak = max(count for _, count in points(client))
        self.assertLessEqual(peak, many)
        self.assertEqual(result["client.time_wait.peak"], peak)
        # Sockets only come: what goes down is error, of sockets in FIN_WAIT2 for a moment.
        coming = [count for at, count in points(client) if at < TIME_WAIT]
        falls = max(a - b for a, b in zip(coming, coming[1:]))
        self.assertLess(falls, many / 100)
        self.assertNotIn("sockstat", server)
        self.assertEqual(result["server.time_wait.peak"], 0)

    def test_mini_sockets_in_fin_wait2_are_no_time_wait(self):
        many = 36_000
        result = self.run_checked(
            {
                "client.program": "connect send recv close",
                "server.program": "accept recv send hold",
                "server.workers": 4,
                "load.connections": many,
                "client.addresses": 8,
                "settle": "2s",
            }
        )
        self.assertGreater(result["client.fin_wait2.peak"], many / 2)
        self.assertGreater(result.json["sampler"]["counts"], 0)
        self.assertNotIn("sockstat", result.json["client"])
        self.assertEqual(result["client.time_wait.peak"], 0)


if __name__ == "__main__":
    ft.main()
