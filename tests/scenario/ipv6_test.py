"""The same over IPv6."""

import finwait_test as ft

N = 1000


class Ipv6(ft.LabTestCase):
    def test_time_wait_is_seen(self):
        settings = {"ip": "v6", "order": "server-first", "load.connections": N}
        result = self.run_checked(settings, "--inspect", ft.WITNESS)
        states, counters = result.witness("server")
        strays = result["client.counter.TcpOutRsts"]
        self.assert_resets(strays, 0, ft.strays(N))
        self.assertEqual(result.final("server"), states)
        self.assert_states(states, {"time_wait": N}, strays)
        self.assertEqual(counters["TcpExtTW"], N)
        self.assertEqual(result.final("client"), {})

    def test_close_wait_is_seen(self):
        settings = {"ip": "v6", "order": "server-leak", "load.connections": N}
        result = self.run_checked(settings, "--inspect", ft.WITNESS)
        self.assertEqual(result.final("server"), {"close_wait": N})
        self.assertEqual(result.final("client"), {"fin_wait2": N})
        self.assertEqual(result.witness("server")[0], {"close_wait": N})


if __name__ == "__main__":
    ft.main()
