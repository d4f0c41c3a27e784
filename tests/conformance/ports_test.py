"""Ports and binding: who gets a port, who does not, with which errno; and restarts."""

import errno
import json
import os
import re
import shlex
import sys

import conformance as c
import finwait_test as ft
from conformance import Between, End, Row

BIND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bind.py")


def no_port(done, refused, error, left="time_wait", **counters):
    """`done` connections were made and stand, the others found no port."""
    outcome = "held" if left == "established" else "done"
    outcomes = {outcome: done, "no_port": refused}
    counters = {"TW": done if left == "time_wait" else 0, **counters}
    return End({left: done}, outcomes, {error: refused} if refused else {}, counters)


def server(n, state=""):
    return End({state: n} if state else {}, {"held" if state else "done": n})


def fixed(name, client, n):
    return Row(f"ports/fixed{name}", client, server(n), predicted=False)


def reuse(name, client, n=100):
    return Row(
        f"ports/tw-reuse-{name}",
        client,
        server(n),
        {} if n > 100 else {"client.first_no_port": Between(1.1, 1.6)},
        predicted=False,
    )


def takes_over(left, n, recycled):
    return End({"time_wait": left}, {"done": n}, counters={"TW": n, "TWRecycled": recycled})


def no_delay():
    """tcp_tw_reuse_delay came with Linux 6.14."""
    known = os.path.exists("/proc/sys/net/ipv4/tcp_tw_reuse_delay")
    return "" if known else "this kernel has no net.ipv4.tcp_tw_reuse_delay"


def no_range():
    version = tuple(int(n) for n in re.findall(r"\d+", os.uname().release)[:2])
    return "" if version >= (6, 3) else "IP_LOCAL_PORT_RANGE needs Linux 6.3"


EXHAUSTED = no_port(100, 60, "EADDRNOTAVAIL")
ROWS = [
    # ---- a fixed source port ----
    fixed("", no_port(1, 19, "EADDRINUSE"), 1),
    fixed("-bind-no-port", no_port(1, 19, "EADDRINUSE"), 1),
    fixed("-no-timestamps", no_port(1, 19, "EADDRNOTAVAIL"), 1),
    fixed("-reuseaddr", takes_over(1, 20, 19), 20),
    fixed("-reuseport", takes_over(1, 20, 19), 20),
    # ---- the range is used up ----
    Row(
        "ports/exhausted",
        no_port(200, 100, "EADDRNOTAVAIL", "established"),
        server(200, "established"),
        predicted=False,
    ),
    Row(
        "ports/exhausted-bind",
        no_port(100, 200, "EADDRINUSE", "established"),
        server(100, "established"),
        predicted=False,
    ),
    Row(
        "ports/exhausted-bind-no-port",
        no_port(200, 100, "EADDRNOTAVAIL", "established"),
        server(200, "established"),
        predicted=False,
    ),
    Row(
        "ports/local-port-range",
        no_port(50, 50, "EADDRNOTAVAIL", "established"),
        server(50, "established"),
        predicted=False,
        needs=no_range,
    ),
    # ---- tcp_tw_reuse ----
    reuse("0", EXHAUSTED),
    reuse("1", takes_over(Between(50, 100), 160, Between(60, 110)), 160),
    reuse("2", EXHAUSTED),
    reuse("no-timestamps", EXHAUSTED),
    Row(
        "ports/tw-reuse-delay",
        EXHAUSTED,
        server(100),
        {"client.first_no_port": Between(1.1, 1.6)},
        predicted=False,
        needs=no_delay,
    ),
    # ---- a TIME_WAIT on the server ----
    Row(
        "ports/server-pile-capped",
        server(500),
        End({"time_wait": Between(40, 100)}, {"done": 500}, counters={"TW": 500}),
        predicted=False,
    ),
    Row("ports/listen-port-in-range", no_port(10, 0, ""), server(10)),
    # ---- the server is killed and started again ----
    Row(
        "ports/restart",
        End(
            {},
            {"done": Between(40, 55), "refused": Between(5, 15), "reset": Between(0, 2)},
            {"ECONNREFUSED": Between(5, 15), "ECONNRESET": Between(0, 2)},
            {"TcpAttemptFails": Between(5, 15), "TcpOutRsts": Between(0, 2)},
        ),
        End(
            {"time_wait": Between(40, 55)},
            {"done": Between(40, 55), "killed": Between(0, 2)},
            {},
            {"TW": Between(40, 55), "TcpOutRsts": Between(5, 17), "TCPAbortOnClose": Between(0, 2)},
        ),
        {"timeline.refusals": 0, "timeline.restart": Between(0, 0.5)},
        predicted=False,
    ),
    *(
        Row(
            name,
            End(
                {},
                {"done": Between(8, 20), "refused": Between(40, 52), "reset": Between(0, 2)},
                {"ECONNREFUSED": Between(40, 52), "ECONNRESET": Between(0, 2)},
                {"TcpAttemptFails": Between(40, 52), "TcpOutRsts": Between(0, 2)},
            ),
            End(
                {"time_wait": Between(8, 20)},
                {"done": Between(8, 20), "killed": Between(0, 2)},
                {"EADDRINUSE": Between(20)},
                {"TW": Between(8, 20), "TcpOutRsts": Between(40, 54), "TCPAbortOnClose": Between(0, 2)},
            ),
            predicted=False,
        )
        for name in (
            "ports/restart-no-reuseaddr",
            "ports/restart-reuseaddr-old",
            "ports/restart-reuseaddr-new",
        )
    ),
    Row(
        "ports/restart-fin-wait2",
        End({"close_wait": 50}, {"held": 50}),
        End({"fin_wait2": 50}, {"held": 50}, counters={"TW": 50}),
        {"timeline.refusals": 0},
        predicted=False,
    ),
]


@c.add_tests
class Ports(c.Conformance):
    rows = ROWS


class Loopback(ft.TestCase):
    """lab: host, whose counters and sockets are everybody's: only what the roles say is exact."""

    def test_tw_reuse_on_loopback(self):
        refusal = no_range()
        if refusal:
            self.skipTest(refusal)
        with open("/proc/sys/net/ipv4/tcp_tw_reuse", encoding="ascii") as file:
            if file.read().strip() == "0":
                self.skipTest("net.ipv4.tcp_tw_reuse is 0 on this host")
        port = f"--set=server.port={ft.free_port()}"
        ended = ft.finwait("run", "ports/tw-reuse-loopback", "--json", port, cwd=ft.SOURCE)
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.result.outcomes("client"), {"done": 160})
        self.assertGreaterEqual(ended.result["host.counter.TcpExtTWRecycled"], 60)


class Binding(ft.LabTestCase):
    """Which options let a listener bind over what an older socket has left, asked without finwait:
    bind.py makes the sockets and binds, in a host of a lab."""

    OPTIONS = ("", "reuseaddr", "reuseport", "reuseaddr reuseport")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        inspect = f"{shlex.quote(sys.executable)} {shlex.quote(BIND)}"
        scenario = ["run", "ports/listen-port-in-range", "--json", "--inspect", inspect]
        ended = ft.finwait(*scenario, cwd=ft.SOURCE)
        seen = ended.result.inspection("client")
        assert seen["status"] == 0, seen
        cls.seen = json.loads(seen["output"])

    def bound(self, left, old, new):
        return self.seen[f"{left}, {old} -> {new}"]

    def test_reuseaddr_on_both_passes_all_leftovers(self):
        for left in ("time_wait", "fin_wait2", "established", "close_wait"):
            with self.subTest(left):
                self.assertEqual(self.bound(left, "reuseaddr", "reuseaddr"), "ok")

    def test_either_alone_does_not(self):
        for left in ("time_wait", "fin_wait2", "established", "close_wait"):
            for old, new in (("", "reuseaddr"), ("reuseaddr", ""), ("", "reuseport"), ("", "")):
                with self.subTest(left, old=old, new=new):
                    self.assertEqual(self.bound(left, old, new), "EADDRINUSE")

    def test_reuseport_on_both_passes_too(self):
        for left in ("time_wait", "fin_wait2", "established", "close_wait"):
            with self.subTest(left):
                self.assertEqual(self.bound(left, "reuseport", "reuseport"), "ok")

    def test_a_clients_time_wait_on_the_listen_port(self):
        """SO_REUSEADDR of the listener does not help: the client's socket did not have it."""
        taken = self.seen["a client's time_wait"]
        self.assertEqual(set(taken), {""} | set(self.OPTIONS))
        self.assertEqual(set(taken.values()), {errno.errorcode[errno.EADDRINUSE]})


if __name__ == "__main__":
    c.main()
