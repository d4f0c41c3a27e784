"""Benchmarks: each prints ratios of figures measured side by side, in turn, in one run.

Absolute figures depend on the machine and on what else it does; the ratio of two
neighbours in time is what can be trusted, and the median over several pairs is quoted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

FINWAIT = os.environ["FINWAIT"]
BARE_PAIR = os.environ["BARE_PAIR"]

CONNECTIONS = 60000
CONCURRENCY = 128
ADDRESSES = 64


def finwait_rate(order):
    """Connections a second of finwait: one process a side, as shipped, sampler and all."""
    settings = {
        "order": order,
        "protocol": "raw",
        "request.size": 64,
        "response.size": 128,
        "load.connections": CONNECTIONS,
        "load.concurrency": CONCURRENCY,
        "client.addresses": ADDRESSES,
        "client.workers": 1,
        "server.workers": 1,
        "settle": "0s",
    }
    command = [FINWAIT, "run", "/dev/stdin", "--json"]
    for path, value in settings.items():
        command += ["--set", f"{path}={value}"]
    out = subprocess.run(command, input="name: bench\n", capture_output=True, text=True, check=True)
    metrics = json.loads(out.stdout)["metrics"]
    if metrics["connections.completed"] != CONNECTIONS:
        sys.exit(f"bench: finwait completed {metrics['connections.completed']} of {CONNECTIONS}")
    return metrics["connections.rate"]


def bare_rate(order):
    """Connections a second of a client and a server that are nothing but epoll."""
    command = [BARE_PAIR, order, str(CONNECTIONS), str(CONCURRENCY), str(ADDRESSES)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def pairs_of(first, second, count):
    """Measure the two in turn, who goes first alternating."""
    rows = []
    for i in range(count):
        if i % 2 == 0:
            a, b = first(), second()
        else:
            b, a = second(), first()
        rows.append((a, b))
    return rows


def bench_speed(pairs):
    """finwait's connections/s against a bare epoll pair's, same close order and processes."""
    figures = {}
    for order in ("server-first", "client-first"):
        rows = pairs_of(lambda: finwait_rate(order), lambda: bare_rate(order), pairs)
        figures[f"speed.{order}.finwait"] = statistics.median(a for a, _ in rows)
        figures[f"speed.{order}.bare"] = statistics.median(b for _, b in rows)
        figures[f"speed.{order}.ratio"] = statistics.median(a / b for a, b in rows)
        figures[f"speed.{order}.ratio.min"] = min(a / b for a, b in rows)
        figures[f"speed.{order}.ratio.max"] = max(a / b for a, b in rows)
    return figures


BENCHES = {"speed": bench_speed}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="one object, each figure by name")
    parser.add_argument("--pairs", type=int, default=7, help="measurements of each (7)")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown or options.pairs < 1:
        parser.error(f"benchmarks are: {', '.join(BENCHES)}; --pairs is at least 1")
    figures = {}
    for name in options.names or BENCHES:
        figures.update(BENCHES[name](options.pairs))
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(f"{name:34} {value:>10.3f}" if "ratio" in name else f"{name:34} {value:>10,.0f}/s")


if __name__ == "__main__":
    main()
