"""Benchmarks: each prints ratios of figures measured side by side, in turn, in one run."""

import argparse
import json
import resource

import bench_arrivals
import bench_capture
import bench_closes
import bench_compare
import bench_growth
import bench_peers
import bench_ports
import bench_sampler
import bench_short
import bench_speed
import bench_tls
import bench_tls_instructions
import bench_tls_memory
import bench_workers

BENCHES = {
    "arrivals": bench_arrivals,
    "capture": bench_capture,
    "closes": bench_closes,
    "compare": bench_compare,
    "growth": bench_growth,
    "peers": bench_peers,
    "ports": bench_ports,
    "sampler": bench_sampler,
    "short": bench_short,
    "speed": bench_speed,
    "tls": bench_tls,
    "tls-instructions": bench_tls_instructions,
    "tls-memory": bench_tls_memory,
    "workers": bench_workers,
}

# By the last word of a figure's name; a ratio's minimum and maximum are ratios as well.
UNITS = {
    "called": "%",
    "found": "%",
    "ms": "ms",
    "overhead": "ms",
    "time": "ms",
    "over_a_run": "ms",
    "calls": "",
    "cpu": "µs",
    "late": "ms",
    "instructions": "",
    "handshakes": "",
    "bytes": "B",
    "finwait": "/s",
    "bare": "/s",
    "time_wait": "",
    "rate": "/s",
    "memory": "B",
    "kernel": "B",
    "sampling": "%",
    "gap": "s",
}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--big", action="store_true", help="growth, sampler: of 500,000 and 1,000,000 too")
    parser.add_argument("--json", action="store_true", help="one object, each figure by name")
    defaults = ", ".join(f"{name} {bench.ROUNDS}" for name, bench in BENCHES.items())
    parser.add_argument("--pairs", type=int, help=f"measurements of each ({defaults})")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown or (options.pairs is not None and options.pairs < 1):
        parser.error(f"benchmarks are: {', '.join(BENCHES)}; --pairs is at least 1")
    return options


def line(name, value):
    if ".ratio" in name or name.endswith(".calls"):
        return f"{name:42} {value:>10.3f}"
    unit = UNITS[name.rpartition(".")[2]]
    digits = 1 if unit in ("%", "ms", "s", "µs") else 0
    return f"{name:42} {value:>10,.{digits}f}{unit and ' ' * (unit[0] != '/') + unit}"


def main():
    options = arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.big:
        bench_sampler.SIZES.update(bench_sampler.BIG)
        bench_growth.SIZES.extend(bench_growth.BIG)
    figures = {}
    for name in options.names or BENCHES:
        figures.update(BENCHES[name].measure(options.pairs or BENCHES[name].ROUNDS))
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(line(name, value))


if __name__ == "__main__":
    main()
