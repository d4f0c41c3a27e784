"""The CPU of the server's workers a connection, by how many share its listener."""

import contest
import finwait_run

ROUNDS = 5

CONNECTIONS = 60000
WORKERS = (1, 2, 4, 16, 50)
SETTINGS = {
    "order": "server-first",
    "load.connections": CONNECTIONS,
    "load.concurrency": 128,
    "client.addresses": 64,
}


def server_cpu(workers):
    """µs a connection."""
    metrics = finwait_run.run({**SETTINGS, "server.workers": workers})["metrics"]
    return metrics["cpu.server"] * 1e6 / CONNECTIONS


def measure(rounds):
    contenders = {n: lambda n=n: server_cpu(n) for n in WORKERS}
    costs = contest.in_turn(contenders, rounds)
    figures = {f"workers.{n}.cpu": contest.median(values) for n, values in costs.items()}
    for n in WORKERS[1:]:
        pairs = contest.ratios(costs[n], costs[1])
        figures.update(contest.spread(f"workers.{n}.ratio", pairs))
    return figures
