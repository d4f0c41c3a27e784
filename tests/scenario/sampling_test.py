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

    def test_a_pile_that_is_left_out_of_the_dump_is_counted_exactly(self):
        piles = {
            ("connect hold", "accept hold"): {"client": "established", "server": "established"},
            ("connect shut-wr hold", "accept hold"): {"client": "fin_wait2", "server": "close_wait"},
        }
        for (client, server), states in piles.items():
            many = 6000
            result = self.run_checked(
                {
                    "client.program": client,
                    "server.program": server,
                    "load.connections": many,
                    "settle": "6s",
                }
            )
            for side, state in states.items():
                seen = result.json[side]["observations"]
                self.assertEqual(seen[state][-3:], [many] * 3, (client, side))
                self.assertEqual(result.final(side), {state: many})


if __name__ == "__main__":
    ft.main()
