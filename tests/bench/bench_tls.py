"""User CPU of a TLS 1.3 handshake, full and resumed: finwait's against the floor of OpenSSL, and
against that of other clients and servers.

Three contests, each in turn within itself: floor (finwait on both sides against two SSL objects
with nothing around), client (clients loading one nginx), server (servers loaded by finwait).
"""

import os
import statistics
import subprocess
import sys

import child
import contest
import finwait_run
import tls_clients
import servers
import tls_servers
from tls_servers import KINDS

ROUNDS = 3

COUNT = {"full": 2000, "resumed": 4000}
AT_ONCE = 16
# Without tickets nothing acknowledges a client's Finished at once; one that leaves Nagle's
# algorithm on waits 40 ms for the delayed ACK, and others must go on meanwhile.
CLIENTS_AT_ONCE = {"full": 64, "resumed": 16}
TICKETS = {"full": 0, "resumed": 2}

# The floor's handshake and no more than it takes to end the connection.  A client that shall resume
# has to read its tickets, which it does while it waits for close_notify.
FLOOR_PROGRAMS = {
    "full": ("connect close", "accept wait-fin close"),
    "resumed": ("connect notify wait-notify close", "accept notify drain wait-fin close"),
}
# What the other clients do, too.
REQUEST_PROGRAM = "connect send recv wait-notify close"
# With servers of every sort: a handshake, and a request to go.  nginx closes without close_notify,
# and the client lets that pass.
LEAVING = {
    "full": ("connect notify wait-fin close", "accept wait-notify close"),
    "resumed": ("connect notify wait-notify close", "accept wait-notify notify close"),
}


# ---- finwait ----


def settings_of(kind, **more):
    return {
        "transport": "tls",
        "tls.version": "1.3",
        "tls.ciphersuites": tls_servers.SUITE,
        "tls.resumption": "ticket" if kind == "resumed" else "off",
        "load.connections": COUNT[kind],
        "load.concurrency": AT_ONCE,
        **more,
    }


def own_server(kind, programs):
    client, server = programs[kind]
    return {
        "protocol": "raw",
        "server.tls.tickets": TICKETS[kind],
        "client.program": client,
        "server.program": server,
    }


def check(name, kind, handshakes, resumed):
    """Full and resumed handshakes are never mixed in one figure.  The first ones of a load that
    resumes are full."""
    if handshakes == 0 or resumed > handshakes:
        sys.exit(f"bench: {name} made {handshakes} handshakes, {resumed} resumed")
    share = resumed / handshakes
    if (kind == "full" and share > 0) or (kind == "resumed" and share < 0.98):
        sys.exit(f"bench: {name} resumed {resumed} of {handshakes} handshakes, to be {kind}")


def finwait_user(name, side, kind, result):
    """µs of user CPU a handshake of a side's workers."""
    tls = result[side]["tls"]
    check(name, kind, tls["handshakes"], tls["resumed"])
    return result[side]["account"]["cpu_user"] / 1e3 / tls["handshakes"]


# ---- the floor ----


def floor(kind):
    """Two floors at once: finwait's two sides keep two CPUs busy, which makes each the slower."""
    command = [os.environ["TLS_FLOOR"], kind, str(COUNT[kind]), str(TICKETS[kind])]
    pair = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outs = [process.communicate()[0] for process in pair]
    if any(process.returncode != 0 for process in pair):
        sys.exit(f"bench: {' '.join(command)} failed")
    sides = zip(*(map(float, out.split()) for out in outs))
    return dict(zip(("client", "server"), map(statistics.fmean, sides)))


def finwait_pair(kind):
    result = finwait_run.run(settings_of(kind, **own_server(kind, FLOOR_PROGRAMS)))
    return {side: finwait_user("finwait", side, kind, result) for side in ("client", "server")}


def measure_floor(kind, rounds):
    contenders = {"floor": lambda: floor(kind), "finwait": lambda: finwait_pair(kind)}
    rows = contest.in_turn(contenders, rounds)
    figures = {}
    for side in ("client", "server"):
        of_side = {name: [row[side] for row in values] for name, values in rows.items()}
        for name, values in of_side.items():
            figures[f"tls.{kind}.floor.{side}.{name}.cpu"] = contest.median(values)
        pairs = contest.ratios(of_side["finwait"], of_side["floor"])
        figures.update(contest.spread(f"tls.{kind}.floor.{side}.ratio", pairs))
    return figures


# ---- clients that load the same nginx ----


def finwait_client(nginx, kind):
    settings = settings_of(
        kind,
        **{
            "lab": "host",
            "server.at": f"127.0.0.1:{nginx.port[kind]}",
            "load.concurrency": CLIENTS_AT_ONCE[kind],
            "client.program": REQUEST_PROGRAM,
            "client.sockopt.nodelay": "on",
            "request.size": 0,
        },
    )
    nginx.served(kind)
    user = finwait_user("finwait", "client", kind, finwait_run.run(settings))
    served = nginx.served(kind)
    check("finwait", kind, served.handshakes, served.resumed)
    return {"cpu": user, "rate": served.rate, "handshakes": served.handshakes}


def other_client(nginx, name, kind):
    how = (nginx.port[kind], COUNT[kind], CLIENTS_AT_ONCE[kind])
    words = tls_clients.command(name, kind, *how)
    nginx.served(kind)
    ran = child.run(words)
    served = nginx.served(kind)
    handshakes, rate = served.handshakes, served.rate
    if tls_clients.counts_itself(name):
        handshakes, rate = tls_clients.own_count(ran.stdout)
    check(name, kind, handshakes, served.resumed)
    return {"cpu": ran.user * 1e6 / handshakes, "rate": rate, "handshakes": handshakes}


def measure_clients(nginx, kind, rounds):
    contenders = {"finwait": lambda: finwait_client(nginx, kind)}
    for name in tls_clients.found(kind):
        contenders[name] = lambda name=name: other_client(nginx, name, kind)
    rows = contest.in_turn(contenders, rounds)
    return against_finwait(f"tls.{kind}.client", rows, ("handshakes", "rate", "cpu"))


# ---- servers under the same client, finwait's ----


LENIENT = {
    "lab": "host",
    "client.tls.ignore_unexpected_eof": "on",
    "client.sockopt.nodelay": "on",
}


def finwait_server(kind):
    own = own_server(kind, LEAVING)
    own["server.port"] = servers.free_port()  # TIME_WAIT of the last round is on the other one
    settings = settings_of(kind, **LENIENT, **own)
    result = finwait_run.run(settings)
    finwait_user("finwait", "client", kind, result)
    return {"cpu": finwait_user("finwait", "server", kind, result)}


def other_server(name, server, kind):
    settings = settings_of(
        kind,
        **LENIENT,
        **{
            "server.at": f"127.0.0.1:{server.port[kind]}",
            "protocol": "raw",
            "client.program": LEAVING[kind][0],
        },
    )
    before = server.user()
    finwait_user(name, "client", kind, finwait_run.run(settings))
    return {"cpu": (server.user() - before) * 1e6 / COUNT[kind]}


def measure_servers(nginx, s_server, kind, rounds):
    contenders = {
        "finwait": lambda: finwait_server(kind),
        "nginx": lambda: other_server("nginx", nginx, kind),
        "s_server": lambda: other_server("s_server", s_server, kind),
    }
    rows = contest.in_turn(contenders, rounds)
    return against_finwait(f"tls.{kind}.server", rows, ("cpu",))


# ---- all ----


def against_finwait(prefix, rows, units):
    """The medians of each contender, and how many times finwait's its CPU and its rate are."""
    figures = {}
    for name, values in rows.items():
        for unit in units:
            of_unit = [row[unit] for row in values]
            figures[f"{prefix}.{name}.{unit}"] = contest.median(of_unit)
            if name != "finwait" and unit in ("cpu", "rate"):
                pairs = contest.ratios(of_unit, [row[unit] for row in rows["finwait"]])
                figures.update(contest.spread(f"{prefix}.{name}.{unit}.ratio", pairs))
    return figures


def measure(rounds):
    for name in tls_clients.missing():
        print(f"bench: {name} is not on PATH: it is left out", file=sys.stderr)
    figures = {}
    with tls_servers.certified_place() as place:
        with tls_servers.Nginx(place).running() as nginx:
            with tls_servers.SServer(place).running() as s_server:
                for kind in KINDS:
                    figures.update(measure_floor(kind, rounds))
                    figures.update(measure_clients(nginx, kind, rounds))
                    figures.update(measure_servers(nginx, s_server, kind, rounds))
    return figures
