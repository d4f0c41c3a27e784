"""What a connection costs, by how many workers serve and what they accept from."""

import contest
import finwait_run

ROUNDS = 3

CONNECTIONS = 60000
WORKERS = (1, 2, 4, 16, 50)
LISTENERS = ("shared", "each")
SETTINGS = {
    "order": "server-first",
    "load.connections": CONNECTIONS,
    "load.concurrency": 128,
    "client.addresses": 64,
}


def run(listeners, workers, *options):
    """The result's value."""
    settings = {"server.listeners": listeners, "server.workers": workers}
    return finwait_run.run({**SETTINGS, **settings}, *options)


def cpu(result):
    """µs a connection, of both sides: which of them a softirq is charged to is chance."""
    metrics = result["metrics"]
    return (metrics["cpu.client"] + metrics["cpu.server"]) * 1e6 / CONNECTIONS


def contenders(*options):
    """{(listeners, workers): function}; one worker has its listener for itself in any case."""
    kinds = [(listeners, n) for n in WORKERS for listeners in LISTENERS if n > 1]
    return {kind: lambda kind=kind: run(*kind, *options) for kind in [(LISTENERS[0], 1), *kinds]}


def measure(rounds):
    rows = contest.in_turn(contenders(), rounds)
    costs = {kind: [cpu(result) for result in results] for kind, results in rows.items()}
    one = costs.pop((LISTENERS[0], 1))
    figures = {"workers.1.cpu": contest.median(one)}
    for (listeners, n), cost in costs.items():
        figures[f"workers.{listeners}.{n}.cpu"] = contest.median(cost)
        pairs = contest.ratios(cost, one)
        figures.update(contest.spread(f"workers.{listeners}.{n}.ratio", pairs))
    return figures
