"""server.listeners: one listener that all workers share, or each its own."""

import collections

import finwait_test as ft

# The listeners, and of each established connection the process that has it.
LOOK = (
    "ss -Hltn | sed s/^/listener\\ /;"
    "ss -Htnp state established | grep -o 'pid=[0-9]*' | sed s/=/\\ /"
)
WORKERS = 4
HELD = {
    "protocol": "raw",
    "client.program": "connect send recv hold",
    "server.program": "accept recv send hold",
    "server.workers": WORKERS,
    "settle": "300ms",
}


class Listeners(ft.LabTestCase):
    def look(self, connections, **settings):
        """The number of listeners, and how many connections each worker has."""
        settings = {**HELD, "load.connections": connections, **settings}
        result = self.run_checked(settings, "--inspect", LOOK)
        self.assertEqual(result.outcomes("client"), {"held": connections})
        self.assertEqual(result.outcomes("server"), {"held": connections})
        self.assertEqual(result.disagreements, [])
        seen = [line.split()[:2] for line in result.inspection("server")["output"].splitlines()]
        shares = collections.Counter(pid for what, pid in seen if what == "pid")
        self.assertEqual(sum(shares.values()), connections)
        return sum(what == "listener" for what, _ in seen), sorted(shares.values())

    def test_each_has_its_own_at_each_address(self):
        for ip, transport, addresses in (("v4", "tcp", 1), ("v6", "tcp", 3), ("v4", "tls", 2)):
            with self.subTest(ip=ip, transport=transport, addresses=addresses):
                others = {"ip": ip, "transport": transport, "server.addresses": addresses}
                listeners, shares = self.look(200, **others, **{"server.listeners": "each"})
                self.assertEqual(listeners, WORKERS * addresses)
                # 200 of 1/4 each: fewer than 20 or more than 90 once in 10^8 runs.
                self.assertEqual(len(shares), WORKERS)
                self.assertTrue(20 <= shares[0] and shares[-1] <= 90, shares)

    def test_what_sets_them(self):
        each, on = {"server.listeners": "each"}, {"server.sockopt.reuseport": "on"}
        shared = {"server.listeners": "shared"}
        for settings, listeners in (
            ({}, 1),
            (on, WORKERS),
            ({**each, **on}, WORKERS),
            ({**shared, **on}, 1),
        ):
            with self.subTest(settings):
                self.assertEqual(self.look(20, **settings)[0], listeners)

    def test_a_worker_that_dies_takes_its_listener_along(self):
        """Those that are left get the connections, until there is none."""
        settings = {
            "client.program": "connect send recv wait-fin close",
            "server.program": "accept recv send die",
            "server.workers": WORKERS,
            "load.connections": 20,
            "load.concurrency": 1,
            "settle": "100ms",
        }
        for listeners in ("shared", "each"):
            with self.subTest(listeners):
                result = self.run_checked({**settings, "server.listeners": listeners})
                self.assertEqual(result["server.workers_died"], WORKERS)
                self.assertEqual(result.outcomes("server"), {"died": WORKERS})
                outcomes = result.outcomes("client")
                self.assertEqual(outcomes["done"], WORKERS)
                self.assertGreater(outcomes["refused"], 0)
                # Or it is in the queue of one that ends.
                self.assertLessEqual(set(outcomes), {"done", "refused", "reset"})

    def test_a_pile_that_fills_nine_tenths_of_the_descriptors(self):
        """No worker runs out: there are as many as the spread of a hash demands."""
        settings = {**HELD, "settle": "0s", "load.timeout": "5s"}
        del settings["server.workers"]
        for listeners, connections, workers in (
            ("shared", 19600, 4),
            ("each", 18200, 4),
            ("each", 18400, 5),
        ):
            with self.subTest(listeners, connections=connections):
                these = {"load.connections": connections, "server.listeners": listeners}
                result = self.run_checked({**settings, **these}, nofile=5000)
                self.assertEqual(result.outcomes("server"), {"held": connections})
                self.assertEqual(result.final("server"), {"established": connections})
                self.assertEqual(result["server.errors.EMFILE"], 0)
                self.assertEqual(result.json["server"]["workers"], workers)


if __name__ == "__main__":
    ft.main()
