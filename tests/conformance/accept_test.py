"""The accept queue and the SYN path: who believes to be connected, and what the listener counts."""

import dataclasses

import conformance as c
from conformance import Between, End, Row

N = 40
ANY = Between(0)


def client(held, syn_sent=0, established=None, **more):
    """What was stopped in SYN_SENT is cut when the run ends."""
    final = {"established": held if established is None else established, "syn_sent": syn_sent}
    return End(final, {"held": held, "cut": syn_sent}, **more)


def server(established=0, syn_recv=0, **counters):
    """Its program sees none of them: it is stopped, or they are not complete."""
    final = {"established": established, "syn_recv": syn_recv}
    return End(final, outcomes={}, counters=counters)


OVERFLOW = {
    "ListenOverflows": Between(5, 40),
    "ListenDrops": Between(5, 40),
    "TcpPassiveOpens": 9,
}
CHALLENGED = {"TCPSYNChallenge": 6}
# SYN-ACKs are sent again after a second: where all is slow, while ss(8) and nstat(8) are looking.
AGAIN = {"TCPSYNChallenge": Between(0, N)}

ROWS = [
    dataclasses.replace(row, predicted=False)
    for row in (
        # ---- the accept queue is full ----
        Row(
            "accept/overflow",
            client(15, 5, counters=CHALLENGED),
            server(9, 6, **OVERFLOW, EmbryonicRsts=0),
        ),
        Row(
            "accept/overflow-abort",
            client(15, 5, established=9, counters={**CHALLENGED, "TcpEstabResets": 6}),
            server(9, 0, **OVERFLOW, EmbryonicRsts=6, TcpOutRsts=6),
        ),
        # ---- requests pile up ----
        Row(
            "accept/syncookies-off",
            client(7, 33, counters=AGAIN),
            server(0, 7, ListenDrops=Between(33, 99)),
        ),
        Row("accept/syncookies-on", client(N, counters=AGAIN), server(0, N)),
        Row(
            "accept/syncookies-backlog",
            client(N, counters=AGAIN),
            server(0, Between(16, 17), SyncookiesSent=Between(23, 24)),
        ),
        Row("accept/syncookies-always", client(N), server(SyncookiesSent=N)),
        # ---- options of the listener ----
        Row(
            "accept/defer-accept",
            client(100),
            server(0, 100, TCPDeferAcceptDrop=100, TcpPassiveOpens=0),
        ),
        Row(
            "accept/defer-accept-data",
            End({"time_wait": 100}, {"done": 100}, counters={"TW": 100}),
            End({}, {"done": 100}, counters={"TCPDeferAcceptDrop": ANY, "TcpPassiveOpens": 100}),
        ),
    )
] + [
    Row(
        "accept/fastopen",
        End({}, {"done": 500}, counters={"TCPFastOpenActive": Between(450, 499)}),
        End(
            {"time_wait": Between(495, 500)},
            {"done": 500},
            counters={"TW": 500, "TCPFastOpenPassive": Between(450, 499)},
        ),
    ),
]


@c.add_tests
class Accept(c.Conformance):
    rows = ROWS


@c.add_tests
class AcceptIpv6(c.Conformance):
    rows = c.over_ipv6(ROWS)


if __name__ == "__main__":
    c.main()
