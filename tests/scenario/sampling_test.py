"""How often a pile is looked at, and what is told of it between two dumps."""

import finwait_test as ft
import sampled_piles


class Piles(sampled_piles.PileTestCase):
    def test_time_wait_keeps_its_beat(self):
        self.check_time_wait_keeps_its_beat(20_000)

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
