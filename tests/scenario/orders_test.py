"""Every close order, 5,000 connections: the states it ends in, the counters it moves, the outcomes
both roles report; finwait's figures against the table below and against ss(8) and nstat(8)."""

import dataclasses
import unittest

import finwait_test as ft

N = 5000
NOTHING = {}


@dataclasses.dataclass
class Side:
    final: dict  # state: sockets
    outcome: str
    tw: int = 0  # TcpExtTW: mini-sockets made, of TIME_WAIT and of orphaned FIN_WAIT2 alike
    rst: int = 0  # TcpOutRsts
    late: int = 0  # and as many more at most, in answer to ACKs that were under way
    abort_on_data: int = 0  # TcpExtTCPAbortOnData: closed with SO_LINGER {1,0}

    @property
    def counters(self):
        return {
            "TcpExtTW": self.tw,
            "TcpExtTWKilled": 0,
            "TcpExtTCPAbortOnData": self.abort_on_data,
            "TcpExtTCPAbortOnClose": 0,
            "TcpExtTCPTimeWaitOverflow": 0,
        }


CLOSED = Side(NOTHING, "done")
TIME_WAIT = Side({"time_wait": N}, "done", tw=N)
SENDS_RST = Side(NOTHING, "done", rst=N, abort_on_data=N)
SENDS_RST_AT_ONCE = dataclasses.replace(SENDS_RST, late=N)  # its response has yet to be ACKed
GETS_RST = Side(NOTHING, "reset")
LEAKS = Side({"close_wait": N}, "held")
LEFT_ALONE = Side({"fin_wait2": N}, "done", tw=N)

# order: client, server
ORDERS = {
    "client-first": (TIME_WAIT, CLOSED),
    "server-first": (CLOSED, TIME_WAIT),
    "client-half-close": (TIME_WAIT, CLOSED),
    "server-half-close": (CLOSED, TIME_WAIT),
    "client-rst": (SENDS_RST, GETS_RST),
    "server-rst": (GETS_RST, SENDS_RST_AT_ONCE),
    "server-leak": (LEFT_ALONE, LEAKS),
    "client-leak": (LEAKS, LEFT_ALONE),
    "simultaneous": (TIME_WAIT, TIME_WAIT),
}


class Orders:
    def check_side(self, result, side, expected, strays):
        states, counters = result.witness(side)
        self.assertEqual(result.final(side), states)
        self.assert_states(states, expected.final, strays)
        self.assertEqual(result.outcomes(side), {expected.outcome: N})
        for name, count in expected.counters.items():
            self.assertEqual(result[f"{side}.counter.{name}"], count, name)
            self.assertEqual(counters[name], count, name)
        for state in ("time_wait", "close_wait", "fin_wait2"):
            final = result[f"{side}.{state}.final"]
            self.assertEqual(final, states.get(state, 0), state)
            self.assertGreaterEqual(result[f"{side}.{state}.peak"], final, state)

    def count_strays(self, result, side, expected):
        """RSTs beyond those of the order: a FIN sent again is acknowledged again, and that may meet
        a socket that is gone."""
        sent = result[f"{side}.counter.TcpOutRsts"]
        again = sum(result[f"{each}.counter.TcpRetransSegs"] for each in ("client", "server"))
        self.assertEqual(result.witness(side)[1]["TcpOutRsts"], sent)
        self.assert_resets(sent, expected.rst, expected.late + ft.strays(N) + again)
        return sent - expected.rst if expected.late == 0 else 0

    def without_late(self, result, client):
        """The client's side where its FIN left only behind the server's, whose pause is no match for
        a client that stands still: LAST_ACK, and no TIME_WAIT."""
        late = result["closed_first.server"]
        if late == 0:
            return client
        self.assertGreater(result["client.stood_still"], 0)
        return dataclasses.replace(client, final={"time_wait": N - late}, tw=N - late)

    def check_order(self, order, **how):
        settings = {"order": order, "load.connections": N}
        if order == "simultaneous":
            settings["settle"] = "3s"  # its FINs wait for a window, and may be sent again
        result = self.run_checked(settings, "--inspect", ft.WITNESS, **how)
        client, server = ORDERS[order]
        if order == "simultaneous":
            client = self.without_late(result, client)
        strays = sum(
            self.count_strays(result, side, expected)
            for side, expected in (("client", client), ("server", server))
        )
        self.check_side(result, "client", client, strays)
        self.check_side(result, "server", server, strays)
        self.assertEqual(result["connections.attempted"], N)
        self.assertEqual(result["connections.completed"], N)
        self.assertEqual(result["connections.failed"], 0)
        if strays == 0 and client is ORDERS[order][0]:
            self.assertEqual(result.disagreements, [])
        self.assertFalse(result.json["partial"])
        return result

    def test_every_order_is_in_the_table(self):
        # Those of real clients are in presets_test.py, those of TLS in tests/conformance/tls_test.py.
        names = {row[0] for row in ft.listing("orders") if row[4] == "-"}
        self.assertEqual(set(ORDERS), {name for name in names if not name.startswith("tls-")})

    def test_orders(self):
        for order in ORDERS:
            with self.subTest(order):
                self.check_order(order)

    def test_a_leak_that_needs_several_processes(self):
        for order, side in (("server-leak", "server"), ("client-leak", "client")):
            with self.subTest(order):
                result = self.check_order(order, nofile=2000)
                self.assertGreaterEqual(result.json[side]["workers"], N / 2000)


class AsMyself(Orders, ft.LabTestCase):
    pass


@unittest.skipUnless(ft.is_root(), "the tests above ran unprivileged")
class Unprivileged(Orders, ft.UnprivilegedLabTestCase):
    pass


if __name__ == "__main__":
    ft.main()
