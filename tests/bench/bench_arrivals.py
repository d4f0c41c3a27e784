"""An open loop's cost and punctuality, against a bare epoll pair's with the same arrivals."""

import os
import subprocess

import bench_speed
import contest
import finwait_run

ROUNDS = 5

SECONDS = 3
SHARES = (10, 50, 80)  # % of the ceiling
PUNCTUAL = 10000  # connections/s, at which the lateness has a goal
ORDER = "server-first"


def ceiling():
    """Connections/s of the closed loop: the lesser of finwait's and the bare pair's."""
    rates = (who(ORDER, 1, 1)[0] for who in (bench_speed.finwait, bench_speed.bare))
    return min(rates)


def finwait(rate):
    """µs of the client and of the server a connection, ms of lateness, rate begun to asked."""
    count = rate * SECONDS
    settings = {**bench_speed.settings(ORDER, 1, count), "load.rate": f"{rate}/s"}
    metrics = finwait_run.run(settings)["metrics"]
    return {
        "client": metrics["cpu.client"] * 1e6 / count,
        "server": metrics["cpu.server"] * 1e6 / count,
        "kept": (count - 1) / metrics["client.last_begun"] / rate,
        "late": metrics["latency.late.p99"] * 1e3,
    }


def bare(rate):
    """The same of the bare pair."""
    count = rate * SECONDS
    sizes = (count, bench_speed.CONCURRENCY, bench_speed.ADDRESSES, 1, 1, rate)
    command = [os.environ["BARE_PAIR"], ORDER, *map(str, sizes)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    late, _, client, server = map(float, out.split())
    return {"client": client, "server": server, "late": late / 1e6}


def compare(name, rate, rounds):
    """Costs as the bare pair's to finwait's: more is better, as of rates."""
    contenders = {"finwait": lambda: finwait(rate), "bare": lambda: bare(rate)}
    rows = contest.in_turn(contenders, rounds)
    figures = {f"{name}.rate": rate}
    for who, runs in rows.items():
        for side in ("client", "server"):
            figures[f"{name}.{who}.{side}.cpu"] = contest.median([run[side] for run in runs])
        figures[f"{name}.{who}.late"] = contest.median([run["late"] for run in runs])
    for side in ("client", "server"):
        costs = {who: [run[side] for run in runs] for who, runs in rows.items()}
        pairs = contest.ratios(costs["bare"], costs["finwait"])
        figures.update(contest.spread(f"{name}.{side}.ratio", pairs))
    kept = [run["kept"] for run in rows["finwait"]]
    return {**figures, **contest.spread(f"{name}.kept.ratio", kept)}


def measure(rounds):
    top = ceiling()
    figures = {"arrivals.ceiling.rate": top}
    for share in SHARES:
        figures.update(compare(f"arrivals.{share}", int(top * share / 100), rounds))
    return {**figures, **compare("arrivals.punctual", PUNCTUAL, rounds)}
