"""How a TLS connection can end: what OpenSSL said on both sides, and what came of it in TCP's states and
counters, with TLS 1.3 and 1.2, over IPv4 and IPv6."""

import close_test
import conformance as c
import finwait_test as ft
from close_test import done, leak, reset, resets, time_wait
from conformance import Between, End, Row

TRUNCATED = "unexpected eof while reading"


def some(n):
    return Between(0, n)


def met_by_data(n, outcome="done", **more):
    """Closed, and data comes (an alert, a close_notify) that is answered with a RST.  In FIN_WAIT1 that is
    TCPAbortOnData, in FIN_WAIT2 the end of a mini-socket already counted: which of them, the delayed
    ACK decides.  The peer's FIN, when it leaves before the RST has come, draws a second one, and so
    does a segment that a loss probe sends again."""
    counters = {"TcpOutRsts": Between(n, 3 * n), "TW": some(n), "TCPAbortOnData": some(n)}
    return End(outcomes={outcome: n}, counters=counters, **more)


def truncated(n, **more):
    return End(outcomes={"truncated": n}, tls_errors={TRUNCATED: n}, **more)


def rst_at_once(n, **more):
    """The ACK for what was under way may be answered with another RST."""
    counters = {"TCPAbortOnData": n, "TcpOutRsts": Between(n, 2 * n)}
    return End(outcomes={"done": n}, counters=counters, **more)


def with_tls(end, **counts):
    end.tls = counts
    return end


def at_either_version(version):
    """The rows that TLS 1.2 and 1.3 have in common: they differ in the tickets alone."""
    each = 2 if version == "1.3" else 0
    settings = {"tls.version": version}

    def row(name, n, client, server, metrics=None, **more):
        """A side is its end and what it counted of TLS, whose full handshakes and tickets are understood."""
        client, counts = client
        client = with_tls(client, **{"handshakes": n, "tickets": each * n, **counts})
        server, counts = server
        server = with_tls(server, **{"handshakes": n, **counts})
        return Row(f"tls/{name}", client, server, metrics or {}, settings=settings, **more)

    def plain(end):
        return end, {}

    def sent(end, n):
        return end, {"notify_sent": n}

    def received(end, n):
        return end, {"notify_received": n}

    def both(end, n):
        return end, {"notify_sent": n, "notify_received": n}

    n, few = 200, 100
    refused = {"handshakes": 0, "tickets": 0, "incomplete": n}
    return [
        # ---- close_notify, by whom and when ----
        row("notify-both", n, both(done(n), n), both(time_wait(n), n)),
        row("notify-one-way", n, received(done(n), n), sent(time_wait(n), n)),
        row("notify-late", n, both(done(n), n), sent(met_by_data(n), n)),
        row(
            "notify-late-fin-wait2",
            few,
            both(done(few), few),
            sent(
                done(few, counters={"TW": few, "TcpOutRsts": few}, seen=("fin_wait2",)),
                few,
            ),
        ),
        row("notify-drain", n, both(done(n), n), sent(time_wait(n), n)),
        row(
            "notify-unread",
            few,
            sent(done(few, counters={"TW": few}, seen=("fin_wait2",)), few),
            plain(resets(few, "TCPAbortOnClose")),
        ),
        row(
            "notify-held",
            few,
            received(leak(few, "established"), few),
            sent(leak(few, "established"), few),
        ),
        row(
            "half-close",
            n,
            both(done(n), n),
            both(time_wait(n), n),
            {"client.messages_received": n},
        ),
        row("client-first", n, sent(time_wait(n), n), received(done(n), n)),
        row(
            "keep-alive",
            few,
            sent(time_wait(few), few),
            received(done(few), few),
            {"client.messages_received": 10 * few, "server.messages_received": 10 * few},
        ),
        row("rsa", n, both(done(n), n), both(time_wait(n), n)),
        # ---- none ----
        row(
            "truncation",
            n,
            plain(truncated(n)),
            plain(met_by_data(n)),
            {"client.messages_received": n},
        ),
        row("quiet-client", n, plain(met_by_data(n)), plain(truncated(n))),
        row("quiet-unheard", n, plain(time_wait(n)), plain(done(n))),
        row("ignore-eof", n, plain(done(n)), plain(time_wait(n))),
        # ---- SO_LINGER {1,0} ----
        row("rst", few, plain(reset(few)), plain(resets(few, "TCPAbortOnData"))),
        # How much the client reads before the RST comes is a matter of timing.
        row("rst-at-once", n, (reset(n), {"tickets": some(each * n)}), plain(rst_at_once(n))),
        # ---- a handshake fails ----
        # The server closes when it reads the alert: its FIN may leave before the RST has come.
        row(
            "refused",
            n,
            (
                End(
                    outcomes={"handshake": n},
                    counters={"TcpOutRsts": Between(n, 2 * n), "TCPAbortOnClose": n},
                    tls_errors={"certificate verify failed: hostname mismatch": n},
                ),
                refused,
            ),
            (
                End(
                    outcomes={"handshake": n},
                    tls_errors={"sslv3 alert bad certificate": n},
                ),
                refused,
            ),
            predicted=False,
        ),
    ]


def resumed(tickets, n=100):
    """One at a time: all but the first."""
    return (
        with_tls(time_wait(n), handshakes=n, resumed=n - 1, tickets=tickets, notify_sent=n),
        with_tls(done(n), handshakes=n, resumed=n - 1, notify_received=n),
    )


def in_good_order(n=100):
    """A client that neither asks nor is asked, and its TIME_WAIT."""
    return (
        with_tls(time_wait(n), handshakes=n, notify_sent=n),
        with_tls(done(n), handshakes=n, notify_received=n),
    )


def reset_behind_tickets(n=100):
    tickets = some(2 * n)  # how many are read before the RST comes is a matter of timing
    return (
        with_tls(reset(n), handshakes=n, tickets=tickets),
        with_tls(rst_at_once(n), handshakes=n),
    )


# Those of one version, which they name themselves.
OF_A_VERSION = [
    # ---- session tickets ----
    Row(
        "tls/unread-tickets",
        with_tls(resets(100, "TCPAbortOnClose"), handshakes=100, notify_sent=100),
        with_tls(reset(100), handshakes=100, notify_received=100),
    ),
    Row("tls/unread-tickets-none", *in_good_order()),
    Row("tls/unread-tickets-drained", *in_good_order()),
    # The 16 that begin at a time have nothing to resume, and a slow one's ticket may come late.
    Row(
        "tls/unread-tickets-1.2",
        with_tls(
            time_wait(100),
            handshakes=100,
            resumed=Between(1, 99),
            tickets=Between(1, 99),
            notify_sent=100,
        ),
        with_tls(done(100), handshakes=100, resumed=Between(1, 99), notify_received=100),
    ),
    # Whether a ticket comes before the close or after it, and then in which state, is a race.
    Row(
        "tls/health-check",
        with_tls(
            End(
                outcomes={"done": 200},
                counters={
                    "TcpOutRsts": Between(200, 600),
                    "TW": some(200),
                    "TCPAbortOnData": some(200),
                    "TCPAbortOnClose": some(200),
                },
            ),
            handshakes=200,
            notify_sent=200,
        ),
        with_tls(
            End(
                outcomes={"done": some(200), "reset": some(200)},
                errors={"ECONNRESET": some(200)},
            ),
            handshakes=200,
            notify_received=200,
        ),
    ),
    # ---- resumption ----
    Row("tls/resume-ticket", *resumed(101)),
    Row("tls/resume-ticket-1.2", *resumed(1)),
    Row("tls/resume-session-id", *resumed(1)),
    Row("tls/resume-unread", *in_good_order()),
    # ---- Nagle's algorithm: a slow server may meet the delayed ACK ----
    Row("tls/nagle", *reset_behind_tickets(), {"client.messages_received": Between(0, 9)}),
    Row("tls/nodelay", *reset_behind_tickets(), {"client.messages_received": Between(99, 100)}),
]

TLS_1_3 = at_either_version("1.3")
TLS_1_2 = at_either_version("1.2")
ROWS = TLS_1_3 + TLS_1_2 + OF_A_VERSION


def orders(n, version):
    """Few at a time: a client that has a hundred handshakes before it is later than a server's pause."""
    settings = {"transport": "tls", "tls.version": version, "load.concurrency": 20}
    return close_test.orders(n, **settings)


ORDERS = orders(200, "1.3") + orders(200, "1.2")


@c.add_tests
class Tls(c.Conformance):
    rows = ROWS


@c.add_tests
class TlsIpv6(c.Conformance):
    rows = c.over_ipv6(TLS_1_3 + OF_A_VERSION)


@c.add_tests
class Orders(c.Conformance):
    """The orders that know nothing of TLS: the very rows that they have over TCP."""

    rows = ORDERS

    def test_every_order_is_there(self):
        # Those of real clients are in tests/scenario/presets_test.py.
        names = {row[0] for row in ft.listing("orders") if row[4] == "-"}
        seen = {self.runs[row.name].result()[1].result.json["scenario"]["order"] for row in ORDERS}
        self.assertEqual(seen, {name for name in names if not name.startswith("tls-")})


if __name__ == "__main__":
    c.main()
