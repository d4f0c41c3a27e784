"""Ports and binding: who gets a port, who does not, with which errno; and restarts."""

import errno
import json
import os
import shlex
import socket
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


def restarted(left, n, client, outcome, tw):
    """The server is killed and started again over what `left` says: with success."""
    return (
        client,
        End({left: n}, {outcome: n}, counters={"TW": tw}),
        {"timeline.refusals": 0, "timeline.restart": Between(0, 0.5), "server.listen.final": 1},
    )


def refused(left, n, client, outcome, tw):
    """The same in vain: bind(2) is tried to the end, half a second on."""
    return (
        client,
        End({left: n}, {outcome: n}, {"EADDRINUSE": Between(20)}, {"TW": tw}),
        {"timeline.refusals": Between(20), "server.listen.final": 0},
    )


def restart(name, over):
    return Row(f"ports/restart{name}", *over, predicted=False)


# What a killed server leaves: state, number, the clients, how the server's programs ended, TcpExtTW.
TIME_WAITS = ("time_wait", 50, End({}, {"done": 50}), "done", 50)
FIN_WAIT2S = ("fin_wait2", 50, End({"close_wait": 50}, {"held": 50}), "killed", 50)
ESTABLISHED = ("established", 20, End({"established": 20}, {"held": 20}), "killed", 0)
CLOSE_WAITS = (
    "close_wait",
    20,
    End({"fin_wait2": 20}, {"done": 20}, counters={"TW": 20}),
    "killed",
    0,
)


def listen_port(name, client, errors, **metrics):
    """The server is started on the client's host in the end."""
    made = client.outcomes["done"]
    return Row(
        f"ports/listen-port-{name}",
        client,
        End({}, {"done": made}, errors),
        {"server.listen.final": 0, **metrics},
        predicted=False,
    )


def takes_over(left, n, recycled):
    return End({"time_wait": left}, {"done": n}, counters={"TW": n, "TWRecycled": recycled})


def no_delay():
    """tcp_tw_reuse_delay came with Linux 6.14."""
    known = os.path.exists("/proc/sys/net/ipv4/tcp_tw_reuse_delay")
    return "" if known else "this kernel has no net.ipv4.tcp_tw_reuse_delay"


IP_LOCAL_PORT_RANGE = 51  # linux/in.h


def no_range():
    """It came with Linux 6.3, and Debian's 6.1 has it as well: no version tells."""
    with socket.socket() as asked:
        try:
            asked.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, 0)
        except OSError as error:
            return f"this kernel has no IP_LOCAL_PORT_RANGE: {error.strerror}"
    return ""


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
    Row(
        "ports/server-pile-addresses",
        server(600),
        End({"time_wait": Between(101, 500)}, {"done": 600}, counters={"TW": 600}),
        predicted=False,
    ),
    # ---- a client's TIME_WAIT on the listen port ----
    listen_port(
        "in-range",
        no_port(10, 0, ""),
        {"EADDRINUSE": Between(20)},
        **{"timeline.refusals": Between(20), "client.listen.final": 0},
    ),
    listen_port(
        "client-reuseaddr",
        no_port(10, 0, ""),
        {},
        **{"timeline.refusals": 0, "client.listen.final": 1},
    ),
    listen_port(
        "reserved",
        no_port(9, 1, "EADDRNOTAVAIL"),
        {},
        **{"timeline.refusals": 0, "client.listen.final": 1},
    ),
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
        {"timeline.refusals": 0, "timeline.restart": Between(0, 0.5), "server.listen.final": 1},
        predicted=False,
    ),
    restart("-no-reuseaddr", refused(*TIME_WAITS)),
    restart("-reuseaddr-old", refused(*TIME_WAITS)),
    restart("-reuseaddr-new", refused(*TIME_WAITS)),
    restart("-reuseport-new", refused(*TIME_WAITS)),
    restart("-fin-wait2", restarted(*FIN_WAIT2S)),
    restart("-fin-wait2-no-reuseaddr", refused(*FIN_WAIT2S)),
    restart("-established", restarted(*ESTABLISHED)),
    restart("-established-no-reuseaddr", refused(*ESTABLISHED)),
    restart("-close-wait", restarted(*CLOSE_WAITS)),
    restart("-close-wait-no-reuseaddr", refused(*CLOSE_WAITS)),
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
    """The rows above for every pair of options, asked without finwait: bind.py makes the sockets
    and binds, in a host of a lab."""

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
