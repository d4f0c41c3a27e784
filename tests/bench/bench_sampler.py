"""What one look at a pile of TIME_WAIT costs: the sampler's, and that of the tools that show the same."""

import json
import os
import shutil
import subprocess
import sys

import contest
import finwait_run

ROUNDS = 5

SIZES = {"1k": 1000, "10k": 10000, "100k": 100000}
BIG = {"500k": 500000, "1m": 1000000}  # as many as open within the minute that TIME_WAIT lasts

EVERY = 0.1  # s, sample.every
SETTLE = 3  # s that the pile is watched

# The sampler's own looks, and how many are made to measure one.
LOOKS = {"full": 3, "frequent": 3, "counters": 200}
TOOLS = {
    "ss-tan": ["ss", "-tan"],
    "ss-s": ["ss", "-s"],
    "netstat-ant": ["netstat", "-ant"],
    "proc-net-tcp": ["cat", "/proc/net/tcp"],
}


def cost_of_look(name):
    """µs of CPU."""
    command = [os.environ["LOOKS"], name, str(LOOKS[name])]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1000


def cost_of_tool(name):
    """µs of CPU, its start included; what it prints nobody reads."""
    process = subprocess.Popen(TOOLS[name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(TOOLS[name])}: exit {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1e6


def look_around(rounds):
    """In a host, where a pile stands: {name: µs of each round}, and what stood at the end."""
    contenders = {name: lambda name=name: cost_of_look(name) for name in LOOKS}
    for name, (program, *_) in TOOLS.items():
        if shutil.which(program):
            contenders[name] = lambda name=name: cost_of_tool(name)
    costs = contest.in_turn(contenders, rounds)
    with open("/proc/self/net/sockstat", encoding="ascii") as file:
        tcp = next(line for line in file if line.startswith("TCP:")).split()
    print(json.dumps({"costs": costs, "time_wait": int(tcp[tcp.index("tw") + 1])}))


def settings(size):
    return {
        "order": "client-first",
        "load.connections": size,
        "load.concurrency": 128,
        "client.addresses": 64,
        "client.sysctl.net.ipv4.tcp_max_tw_buckets": 2 * size,
        "sample.every": f"{EVERY}s",
        "settle": f"{SETTLE}s",
    }


def watched(size, rounds):
    """A pile of that many in the client's host: what looks at it cost, and finwait's result."""
    own = f"{sys.executable} {os.path.abspath(__file__)} {rounds}"
    inspect = f'[ "$FINWAIT_HOST" = server ] || {own}'
    result = finwait_run.run(settings(size), "--inspect", inspect)
    text = next(seen["output"] for seen in result["inspections"] if seen["host"] == "client")
    try:
        return json.loads(text), result
    except json.JSONDecodeError:
        sys.exit(f"bench: in the client's host: {text}")


def figures_of(name, size, rounds):
    seen, result = watched(size, rounds)
    costs = seen["costs"]
    prefix = f"sampler.{name}"
    figures = {f"{prefix}.time_wait": seen["time_wait"]}
    for look, values in costs.items():
        figures[f"{prefix}.{look}.cpu"] = contest.median(values)
    for tool in (tool for tool in TOOLS if tool in costs):
        for look in LOOKS:
            figures[f"{prefix}.{tool}.ratio.{look}"] = contest.median(
                contest.ratios(costs[tool], costs[look])
            )
    sampler = result["sampler"]
    for gap in ("gap_max", "gap_mean", "time_wait_gap"):
        figures[f"{prefix}.ratio.{gap}"] = sampler[gap] / 1e9 / EVERY
    figures[f"{prefix}.ratio.of_a_cpu"] = sampler["cpu"] / sampler["span"]
    return figures


def measure(rounds):
    figures = {}
    for name, size in SIZES.items():
        figures.update(figures_of(name, size, rounds))
    return figures


if __name__ == "__main__":
    look_around(int(sys.argv[1]))
