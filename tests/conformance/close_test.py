"""How a connection can end: states, sides, counters and errnos, over IPv4 and IPv6."""

import dataclasses
import re

import conformance as c
import finwait_test as ft
from conformance import Between, End, Row


def done(n, **more):
    return End(outcomes={"done": n}, **more)


def reset(n, **counters):
    """A RST has come, while it could still send: from ESTABLISHED or CLOSE_WAIT."""
    counters = {"TcpEstabResets": n, **counters}
    return End(outcomes={"reset": n}, errors={"ECONNRESET": n}, counters=counters)


def time_wait(n, outcome="done"):
    """All made; a SYN on the same ports may have ended 1 % of many."""
    standing = Between(n - n // 100, n) if n >= 1000 else n
    return End({"time_wait": standing}, {outcome: n}, counters={"TW": n})


def leak(n, state="close_wait", **more):
    return End({state: n}, {"held": n}, **more)


def resets(n, why, outcome="done"):
    return End(outcomes={outcome: n}, counters={"TcpOutRsts": n, why: n})


ROWS = [
    # ---- SO_LINGER {1,0} ----
    Row("close/linger-zero", resets(500, "TCPAbortOnData"), reset(500)),
    Row(
        "close/linger-zero-unsent",
        resets(100, "TCPAbortOnData"),
        reset(100),
        {"server.messages_received": 0, "client.messages_sent": 100},
    ),
    Row("close/linger-zero-after-shut-wr", resets(500, "TCPAbortOnData"), done(500)),
    Row(
        "close/linger-zero-passive",
        done(500, counters={"TW": 500}, seen=("fin_wait2",)),
        resets(500, "TCPAbortOnData"),
    ),
    # ---- SO_LINGER {1,N} ----
    Row(
        "close/linger-blocks",
        time_wait(20),
        done(20),
        {"latency.close.min": Between(1.9), "server.messages_received": 20},
    ),
    Row("close/linger-idle", time_wait(100), done(100), {"latency.close.max": Between(0, 1)}),
    # ---- a process is killed ----
    Row("close/killed", time_wait(20, "died"), done(20), {"client.workers_died": 20}),
    Row("close/killed-unread", resets(20, "TCPAbortOnClose", "died"), reset(20)),
    Row("close/killed-linger", resets(20, "TCPAbortOnData", "died"), reset(20)),
    Row("close/killed-linger-wait", time_wait(20, "died"), done(20)),
    # ---- unread data, unwanted data ----
    Row("close/unread", resets(500, "TCPAbortOnClose"), reset(500)),
    Row(
        "close/unread-close-wait",
        resets(500, "TCPAbortOnClose"),
        done(500, counters={"TW": 500}, seen=("fin_wait2",)),
    ),
    Row("close/data-after-close", done(500, counters={"TW": 500, "TcpOutRsts": 500}), done(500)),
    Row("close/shut-rd", time_wait(500), done(500)),
    # ---- never close ----
    Row(
        "close/never-orphan",
        done(500, counters={"TWKilled": 500}, seen=("fin_wait2",)),
        leak(500),
    ),
    Row("close/never-held", leak(500, "fin_wait2"), leak(500)),
    Row(
        "close/keepalive",
        done(200, counters={"TWKilled": 200, "TcpOutRsts": 200}, seen=("fin_wait2",)),
        End(
            {},
            {"held": 200},
            counters={"TCPKeepAlive": Between(200, 400), "TcpEstabResets": 200},
            seen=("close_wait",),
        ),
        predicted=False,
    ),
    Row(
        "close/keepalive-held",
        leak(200, "fin_wait2"),
        leak(200, counters={"TCPKeepAlive": Between(400, 800)}),
        predicted=False,
    ),
    # ---- TCP_LINGER2 ----
    Row("close/linger2", End({"fin_wait2": 500}, {"done": 500}, counters={"TWKilled": 500}), leak(500)),
    Row(
        "close/linger2-negative",
        resets(500, "TCPAbortOnData"),
        End({}, {"held": 500}, counters={"TcpEstabResets": 500}),
        predicted=False,
    ),
    Row(
        "close/linger2-negative-fin-wait2",
        resets(500, "TCPAbortOnLinger"),
        End({}, {"held": 500}, counters={"TcpEstabResets": 500}),
        predicted=False,
    ),
    # ---- limits ----
    # How many wait 1 s for a FIN first, as an orphan's mini-socket, is a race.
    Row(
        "close/fin-timeout",
        End(
            {"time_wait": 500},
            {"done": 500},
            counters={"TW": Between(0, 500), "TWKilled": Between(0, 500)},
        ),
        done(500),
    ),
    Row(
        "close/tw-buckets",
        End(
            {"time_wait": 10},
            {"done": 30},
            counters={"TW": 10, "TCPTimeWaitOverflow": 20, "TcpOutRsts": 20},
        ),
        done(30),
        predicted=False,
    ),
    # ---- an early response ----
    Row(
        "close/early-response",
        End({}, {"reset": 200}, {"ECONNRESET": Between(190, 200), "EPIPE": Between(0, 10)}),
        done(200, counters={"TcpOutRsts": Between(200, 800), "TCPAbortOnClose": 200}),
        {"server.messages_sent": 200, "client.messages_received": 0},
    ),
    Row(
        "close/early-response-readable",
        reset(200),
        resets(200, "TCPAbortOnClose"),
        {"client.messages_received": 200},
    ),
    Row(
        "close/early-response-drained",
        done(200),
        time_wait(200),
        {"client.messages_received": 200},
    ),
]


def unseen(n, state, **counters):
    """Connections that the kernel has and no program."""
    return End({state: n} if n else {}, outcomes={}, counters=counters)


def orphans(n):
    """Closed, and left alone in FIN_WAIT2."""
    return End({"fin_wait2": n}, {"done": n}, counters={"TW": n})


# Those that need faults, events or more than a program.
STRUCK = [
    dataclasses.replace(row, predicted=False)
    for row in (
        # ---- the accept queue ----
        Row("close/accept-late", orphans(100), unseen(100, "close_wait", TcpPassiveOpens=100)),
        Row(
            "close/accept-emfile",
            orphans(200),
            End(
                {"close_wait": 200},
                {"held": Between(32, 63)},
                {"EMFILE": Between(1)},
                {"TcpPassiveOpens": 200},
            ),
        ),
        Row(
            "close/listener-closed",
            reset(100),
            unseen(0, "", TcpOutRsts=100, TcpPassiveOpens=100),
            {"server.listen.final": 0},
        ),
        # ---- loss ----
        Row(
            "close/black-hole",
            End(
                {},
                {"timeout": 100},
                {"ETIMEDOUT": 100},
                {"TCPAbortOnTimeout": 100, "TcpRetransSegs": Between(300, 500)},
            ),
            End({"established": 100}, {"cut": 100}),
            {"latency.connect.max": Between(0, 0.9)},
        ),
        Row(
            "close/orphan-fin-lost-1",
            done(
                100,
                counters={"TCPAbortOnTimeout": 100, "TcpRetransSegs": Between(100, 300)},
                seen=("fin_wait1",),
            ),
            leak(100, "established"),
        ),
        Row(
            "close/orphan-fin-lost-3",
            done(
                100,
                counters={"TCPAbortOnTimeout": 100, "TcpRetransSegs": Between(300, 500)},
                seen=("last_ack",),
            ),
            orphans(100),
        ),
        # ---- an early response is lost on its way ----
        Row(
            "close/early-response-lost",
            reset(200, TCPChallengeACK=200),
            done(200, counters={"TcpOutRsts": 400, "TCPAbortOnClose": 200, "TcpRetransSegs": 0}),
            {"server.messages_sent": 200, "client.messages_received": 0, "client.bytes_received": 0},
        ),
        Row(
            "close/early-response-resent",
            done(200),
            dataclasses.replace(
                time_wait(200), counters={"TW": 200, "TcpRetransSegs": Between(200)}
            ),
            {"server.messages_sent": 200, "client.messages_received": 200},
        ),
        # ---- a RST instead of waiting for the FIN's ACK ----
        Row(
            "close/linger-zero-fin-wait1",
            done(100, counters={"TcpOutRsts": 100, "TCPAbortOnData": 100}, seen=("fin_wait1",)),
            done(100, counters={"TcpEstabResets": 100}, seen=("close_wait",)),
            {"client.fin_wait1.peak": 100, "client.fin_wait2.peak": 0},
        ),
        # ---- RST to a TIME_WAIT: without it, the server's FIN is answered by a RST of its own ----
        Row(
            "close/time-wait-reset",
            done(100, counters={"TW": 100, "TcpOutRsts": 100}),
            done(100, seen=("last_ack",)),
        ),
        Row(
            "close/time-wait-reset-rfc1337",
            time_wait(100),
            End({"last_ack": 100}, {"done": 100}),
        ),
        # ---- processes and ports ----
        Row(
            "close/inherit",
            time_wait(20),
            done(20),
            {"latency.close.max": Between(0, 0.5), "client.established.area": Between(16, 40)},
        ),
        Row(
            "close/self-connect",
            leak(1, "established", counters={"TcpActiveOpens": 1, "TcpPassiveOpens": 0}),
            End(outcomes={}, counters={"TcpPassiveOpens": 0}),
        ),
        Row(
            "close/leaked-close-wait",
            End(
                {"fin_wait2": 1},
                {"done": 2},
                counters={"TWKilled": 2, "TcpOutRsts": 1, "TcpRetransSegs": 1},
            ),
            End(
                {"close_wait": 1},
                {"held": 2},
                counters={"TCPSYNChallenge": 1, "TCPChallengeACK": 1, "TcpEstabResets": 1},
            ),
        ),
    )
]


def orders(n, **settings):
    """The orders that ship as scenarios at the top level; tests/scenario/orders_test.py runs them as orders."""
    settings = {"load.connections": n, **settings}
    return [
        dataclasses.replace(row, settings=settings)
        for row in (
            Row("client-first", time_wait(n), done(n)),
            Row("server-first", done(n), time_wait(n)),
            Row("client-half-close", time_wait(n), done(n), {"server.messages_sent": n}),
            Row("server-half-close", done(n), time_wait(n), {"client.messages_received": n}),
            Row("client-rst", resets(n, "TCPAbortOnData"), reset(n)),
            Row(
                "server-rst",
                reset(n),
                done(n, counters={"TCPAbortOnData": n, "TcpOutRsts": Between(n, 2 * n)}),
            ),
            Row("simultaneous", time_wait(n), time_wait(n)),
            Row(
                "close-wait-leak",
                End({"fin_wait2": n}, {"done": n}, counters={"TW": n}),
                leak(n),
            ),
            Row(
                "client-leak",
                leak(n),
                End({"fin_wait2": n}, {"done": n}, counters={"TW": n}),
            ),
        )
    ]


ORDERS = orders(1000)


@c.add_tests
class Orders(c.Conformance):
    rows = ORDERS + c.over_ipv6(ORDERS)


@c.add_tests
class Close(c.Conformance):
    rows = ROWS


@c.add_tests
class Struck(c.Conformance):
    rows = STRUCK


class Length(ft.LabTestCase):
    """How long a TIME_WAIT still has to live, as the kernel's timer says (ss -o)."""

    def test_time_wait_is_60_s_whatever_tcp_fin_timeout(self):
        command = "ss -Htano state time-wait"
        ended = ft.finwait("run", "close/fin-timeout", "--json", "--inspect", command, cwd=ft.SOURCE)
        self.assertEqual(ended.status, 0, ended)
        timers = re.findall(r"timer:\(timewait,(\d+)sec,", ended.result.inspection("client")["output"])
        self.assertEqual(len(timers), 500)
        # After the 3 s of settle and the load before it; tcp_fin_timeout is 1 s.
        self.assertLessEqual(max(map(int, timers)), 57)
        self.assertGreaterEqual(min(map(int, timers)), 40)


@c.add_tests
class CloseIpv6(c.Conformance):
    rows = c.over_ipv6(ROWS)


if __name__ == "__main__":
    c.main()
