"""How what finwait does and costs grows, with the sockets that it holds and with its workers."""

import json
import os
import subprocess
import sys

import bench_workers
import contest

ROUNDS = 3

SIZES = [1000, 10000, 100000]
BIG = [500000, 1000000]  # once each: they take a minute or two
SCENARIO = "million-established"  # each held at both ends
STATE = "established"

# What the workers have of memory that is theirs, or their share of what they inherited: all of the
# lab but its init and what looks.
LOOK = (
    "for p in /proc/[0-9]*; do [ $(cat $p/comm) = finwait ] && [ $p != /proc/$PPID ] &&"
    " grep ^Pss_Anon: $p/smaps_rollup; done; true"
)


def held(sockets):
    """A pile of so many a side."""
    settings = {"load.connections": sockets, "sample.every": "100ms"}
    sets = [f"--set={path}={value}" for path, value in settings.items()]
    asked = [os.environ["FINWAIT"], "run", SCENARIO, "--json", *sets, "--inspect", LOOK]
    out = subprocess.run(asked, capture_output=True, text=True)
    result = json.loads(out.stdout) if out.stdout else {"metrics": {}}
    stood = result["metrics"].get(f"server.{STATE}.final")
    if stood != sockets:
        sys.exit(f"bench: {stood} of {sockets} were held\n{out.stderr}")
    return result


def memory(result):
    """Bytes."""
    seen = [look["output"] for look in result["inspections"] if look["host"] == "server"]
    return sum(int(line.split()[1]) for line in seen[0].splitlines()) * 1024


def costs(result):
    """{name: figure} of one run; what it has not measured is not there."""
    metrics, sampler = result["metrics"], result["sampler"]
    figures = {
        "rate": metrics["connections.rate"],
        "cpu": (metrics["cpu.client"] + metrics["cpu.server"])
        * 1e6
        / metrics["connections.attempted"],
        "memory": memory(result),
        "sampling": sampler["cpu"] / sampler["span"] * 100,
        "gap": sampler["gap_max"] / 1e9,
    }
    kernel = [metrics.get(f"{side}.kernel_memory.{STATE}") for side in ("client", "server")]
    if None not in kernel:
        figures["kernel"] = sum(kernel) * metrics["connections.attempted"]
    return figures


def medians(name, results):
    runs = [costs(result) for result in results]
    return {
        f"growth.{name}.{figure}": contest.median([run[figure] for run in runs])
        for figure in runs[0]
    }


def measure(rounds):
    figures = {}
    small = {size: lambda size=size: held(size) for size in SIZES if size not in BIG}
    for size, results in contest.in_turn(small, rounds).items():
        figures.update(medians(f"sockets.{size}", results))
    for size in filter(SIZES.__contains__, BIG):
        figures.update(medians(f"sockets.{size}", [held(size)]))
    for (listeners, n), results in contest.in_turn(bench_workers.contenders("--inspect", LOOK), rounds).items():
        figures.update(medians(f"workers.{listeners}.{n}", results))
    return figures
