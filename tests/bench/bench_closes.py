"""What a connection costs, by how it is closed: system calls, beside the bare pair's; instructions
in user space; and CPU of each side, as a ratio to server-first."""

import os

import bench_speed
import contest
import finwait_run
import instructions
import syscalls

ROUNDS = 5

CONNECTIONS = 10000
COUNTED = (300, 1000)
COMMON = {
    "protocol": "raw",
    "request.size": 64,
    "response.size": 128,
    "load.concurrency": bench_speed.CONCURRENCY,
    "client.addresses": bench_speed.ADDRESSES,
}
MODES = {
    "server-first": {"order": "server-first"},
    "client-first": {"order": "client-first"},
    "client-rst": {"order": "client-rst"},
    "server-rst": {"order": "server-rst"},
    "server-half-close": {"order": "server-half-close"},
    "keep-alive": {side: program.format(10) for side, program in bench_speed.PROGRAMS.items()},
    "tls": {"order": "server-first", "transport": "tls"},
}


def settings(mode):
    return {**COMMON, **MODES[mode]}


def calls_of_finwait(mode):
    def command(size):
        return finwait_run.command({**settings(mode), "load.connections": size})

    return syscalls.a_connection(command, input="name: bench\n")


def calls_of_bare(mode):
    order, requests = bench_speed.SHAPES[mode]
    sizes = (bench_speed.CONCURRENCY, bench_speed.ADDRESSES, requests)
    pair = os.environ["BARE_PAIR"]
    return syscalls.a_connection(lambda size: [pair, order, str(size), *map(str, sizes)])


def count_calls(mode):
    figures = {}
    contenders = {"": calls_of_finwait, "bare.": calls_of_bare}
    if mode not in bench_speed.SHAPES:
        del contenders["bare."]
    for who, count in contenders.items():
        for side, made in count(mode).items():
            name = f"closes.{mode}.{who}{side}"
            figures.update({f"{name}.{call}.calls": n for call, n in made.items() if n >= 0.01})
            figures[f"{name}.calls"] = sum(made.values())
    return figures


def cpu(mode):
    """µs a connection, by side."""
    asked = {**settings(mode), "load.connections": CONNECTIONS}
    metrics = finwait_run.run(asked)["metrics"]
    return {side: metrics[f"cpu.{side}"] * 1e6 / CONNECTIONS for side in ("client", "server")}


def compare_cpu(rounds):
    figures = {}
    rows = contest.in_turn({mode: lambda mode=mode: cpu(mode) for mode in MODES}, rounds)
    for mode, costs in rows.items():
        for side in ("client", "server"):
            name = f"closes.{mode}.{side}"
            values, base = ([row[side] for row in of] for of in (costs, rows["server-first"]))
            figures[f"{name}.cpu"] = contest.median(values)
            figures.update(contest.spread(f"{name}.ratio", contest.ratios(values, base)))
    return figures


def measure(rounds):
    figures = {}
    for mode in MODES:
        figures.update(count_calls(mode))
        grown = instructions.a_connection(settings(mode), *COUNTED)
        figures.update({f"closes.{mode}.{side}.instructions": grown[side] for side in grown})
    figures.update(compare_cpu(rounds))
    return figures
