"""finwait's connections/s and CPU against a bare epoll pair's, same close order and processes."""

import os
import subprocess

import contest
import finwait_run

ROUNDS = 5

EXCHANGES = 30000
CONCURRENCY = 128
ADDRESSES = 64

# Close order and requests a connection.
SHAPES = {
    "server-first": ("server-first", 1),
    "client-first": ("client-first", 1),
    "client-rst": ("client-rst", 1),
    "keep-alive": ("server-first", 10),
}
WORKERS = (1, 2)

PROGRAMS = {
    "client.program": "connect send recv repeat({}) wait-fin close",
    "server.program": "accept recv send repeat({}) close",
}


def settings(order, requests, connections, workers=1):
    close = {"order": order}
    if requests > 1:
        close = {side: program.format(requests) for side, program in PROGRAMS.items()}
    return {
        **close,
        "protocol": "raw",
        "request.size": 64,
        "response.size": 128,
        "load.connections": connections,
        "load.concurrency": CONCURRENCY,
        "client.addresses": ADDRESSES,
        "client.workers": workers,
        "server.workers": workers,
    }


def finwait(order, requests, workers):
    """Connections/s, and µs of its workers' CPU a connection."""
    connections = EXCHANGES // requests
    metrics = finwait_run.run(settings(order, requests, connections, workers))["metrics"]
    cpu = metrics["cpu.client"] + metrics["cpu.server"]
    return metrics["connections.rate"], cpu * 1e6 / connections


def bare(order, requests, workers):
    """The same of clients and servers that are nothing but epoll."""
    sizes = (EXCHANGES // requests, CONCURRENCY, ADDRESSES, requests, workers)
    command = [os.environ["BARE_PAIR"], order, *map(str, sizes)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, client, server = map(float, out.split())
    return rate, client + server


def compare(shape, workers, rounds):
    name = f"speed.{shape}.{workers}"
    order, requests = SHAPES[shape]
    contenders = {
        "finwait": lambda: finwait(order, requests, workers),
        "bare": lambda: bare(order, requests, workers),
    }
    rows = contest.in_turn(contenders, rounds)
    rates, costs = ({who: [row[i] for row in rows[who]] for who in rows} for i in (0, 1))
    figures = {f"{name}.{who}": contest.median(values) for who, values in rates.items()}
    figures.update({f"{name}.{who}.cpu": contest.median(costs[who]) for who in costs})
    pairs = contest.ratios(rates["finwait"], rates["bare"])
    figures.update(contest.spread(f"{name}.ratio", pairs))
    pairs = contest.ratios(costs["finwait"], costs["bare"])
    figures.update(contest.spread(f"{name}.cpu.ratio", pairs))
    return figures


def measure(rounds):
    figures = {}
    for workers in WORKERS:
        for shape in SHAPES:
            figures.update(compare(shape, workers, rounds))
    return figures
