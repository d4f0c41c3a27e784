"""client.mix: several programs of the client's, each with its share of the connections."""

import finwait_test as ft

MIX = """[{name: polite, weight: 8, program: connect send recv close},
          {name: rude, weight: 2, program: connect send recv rst}]"""


class Mix(ft.LabTestCase):
    def play(self, mix, server="accept recv send wait-fin close", **settings):
        return self.run_checked(
            {
                "load.connections": 100,
                "load.concurrency": 10,
                "settle": "700ms",
                "client.mix": mix.replace("\n", " "),
                "server.program": server,
                **settings,
            }
        )

    def test_shares_are_exact_over_several_workers(self):
        for workers in (1, 2, 3):
            result = self.play(MIX, server="accept recv send recv(or-fin) close",
                               **{"client.workers": workers})
            self.assertEqual(result["client.mix.polite.attempted"], 80)
            self.assertEqual(result["client.mix.polite.completed"], 80)
            self.assertEqual(result["client.mix.rude.opened"], 20)
            self.assertEqual(result["client.mix.rude.outcome.done"], 20)
            self.assertEqual(result.outcomes("server"), {"done": 80, "reset": 20})
            self.assertEqual(result.final("client"), {"time_wait": 80})
            self.assertEqual(result["connections.foreseen"], 100)

    def test_each_program_has_its_row(self):
        result = self.play(
            "[{weight: 1, program: connect send hold}, {weight: 3, program: connect send recv recv close}]",
            server="accept recv send close",
            **{"load.connections": 40},
        )
        held, cut = result.json["client"]["mix"]
        self.assertEqual((held["name"], held["program"], held["weight"]),
                         ("p1", "connect send hold", 1))
        self.assertEqual(held["outcomes"], {"held": 10})
        self.assertEqual(cut["outcomes"], {"eof": 30})
        self.assertEqual(cut["due"], {"eof": 30})
        self.assertEqual(result["client.mix.p2.failed"], 30)
        self.assertEqual(result["client.mix.p1.completed"], 10)
        self.assertNotIn("program", result.json["client"])
        for name in ("attempted", "opened"):
            self.assertEqual(sum(mix[name] for mix in result.json["client"]["mix"]), 40)

    def test_some_hang_up_in_the_handshake(self):
        result = self.play(
            "[{name: whole, weight: 3, program: connect send recv notify close}, "
            "{name: flight, weight: 1, program: connect(flight) rst}]",
            server="accept recv send wait-notify close",
            **{"transport": "tls"},
        )
        self.assertEqual(result["server.tls.handshakes"], 75)
        self.assertEqual(result["server.tls.incomplete"], 25)
        self.assertEqual(result["client.mix.flight.completed"], 25)
        self.assertEqual(result["client.mix.whole.outcome.done"], 75)


if __name__ == "__main__":
    ft.main()
