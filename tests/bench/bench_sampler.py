"""What looking at a pile costs: each of the sampler's looks, what it took in all, and what shows the same."""

import json
import os
import shutil
import subprocess
import sys
import time

import contest
import finwait_run

ROUNDS = 5

SIZES = {"1k": 1000, "10k": 10000, "100k": 100000}
BIG = {"500k": 500000, "1m": 1000000}  # as many as open within the minute that TIME_WAIT lasts

EVERY = 0.1  # s, sample.every
SETTLE = 15  # s that the pile is watched
SETTLE_BIG = 3
DISTURBED = 100000  # sockets of the runs with and without sampling
A_WORKER = 15000  # sockets that one holds

# The sampler's own looks, and how many are made to measure one.
LOOKS = {"full": 3, "frequent": 3, "counters": 200}
TOOLS = {
    "ss-tan": ["ss", "-tan"],
    "ss-s": ["ss", "-s"],
    "netstat-ant": ["netstat", "-ant"],
    "proc-net-tcp": ["cat", "/proc/net/tcp"],
}


def cost_of_look(name, times):
    """µs of CPU."""
    command = [os.environ["LOOKS"], name, str(times)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1000


def cost_of_tool(name):
    """µs of CPU, its start included; what it prints nobody reads."""
    process = subprocess.Popen(TOOLS[name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(TOOLS[name])}: exit {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1e6


def contenders():
    looks = {name: lambda name=name: cost_of_look(name, LOOKS[name]) for name in LOOKS}
    there = [name for name, (program, *_) in TOOLS.items() if shutil.which(program)]
    return {**looks, **{name: lambda name=name: cost_of_tool(name) for name in there}}


def look_around(rounds):
    """In a host, where a pile stands: {name: µs of each round}, what stood at the end, and s it took."""
    began = time.monotonic()
    if rounds > 0:
        costs = contest.in_turn(contenders(), rounds)
    else:
        costs = {name: [cost_of_look(name, 1)] for name in ("full", "frequent", "owners")}
    with open("/proc/self/net/sockstat", encoding="ascii") as file:
        tcp = next(line for line in file if line.startswith("TCP:")).split()
    took = time.monotonic() - began
    print(json.dumps({"costs": costs, "time_wait": int(tcp[tcp.index("tw") + 1]), "took": took}))


def settings(size, every=f"{EVERY}s", settle=SETTLE):
    """A pile of TIME_WAIT, the client's."""
    return {
        "order": "client-first",
        "load.connections": size,
        "load.concurrency": 128,
        "client.addresses": 64,
        "client.sysctl.net.ipv4.tcp_max_tw_buckets": 2 * size,
        "sample.every": every,
        "settle": f"{settle}s",
    }


def settings_held(size):
    """A pile of CLOSE_WAIT, the server's: somebody holds each."""
    workers = -(-size // A_WORKER)
    return {
        "protocol": "raw",
        "client.program": "connect shut-wr hold",
        "client.addresses": 128,
        "client.workers": workers,
        "server.program": "accept hold",
        "server.workers": workers,
        "server.backlog": 65535,
        "server.sysctl.net.core.somaxconn": 65535,
        "load.connections": size,
        "load.concurrency": 512,
        "sample.every": f"{EVERY}s",
        "settle": f"{SETTLE}s",
    }


def watched(asked, host, rounds):
    """What looks at the pile in that host cost, finwait's result, and s from the last look to its end."""
    own = f"{sys.executable} {os.path.abspath(__file__)} {rounds}"
    began = time.monotonic()
    result = finwait_run.run(asked, "--inspect", f'[ "$FINWAIT_HOST" != {host} ] || {own}')
    took = time.monotonic() - began
    text = next(seen["output"] for seen in result["inspections"] if seen["host"] == host)
    try:
        seen = json.loads(text)
    except json.JSONDecodeError:
        sys.exit(f"bench: in the {host}'s host: {text}")
    phases = result["phases"]
    measured = (phases["settle"]["end"] - phases["setup"]["begin"]) / 1e9
    return seen, result, took - measured - seen["took"]


def figures_of_sampler(prefix, result):
    """Of the whole run, its last full dump included."""
    sampler = result["sampler"]
    return {
        f"{prefix}.ratio.time_wait_gap": sampler["time_wait_gap"] / 1e9 / EVERY,
        f"{prefix}.ratio.of_a_cpu": sampler["cpu"] / sampler["span"],
        f"{prefix}.gap_max.ms": sampler["gap_max"] / 1e6,
        f"{prefix}.gap_mean.ms": sampler["gap_mean"] / 1e6,
        f"{prefix}.late.ms": sampler["late"] / 1e6,
    }


def figures_of(name, size, rounds):
    settle = SETTLE_BIG if name in BIG else SETTLE
    seen, result, after = watched(settings(size, settle=settle), "client", rounds)
    costs = seen["costs"]
    prefix = f"sampler.{name}"
    peak = result["metrics"]["client.time_wait.peak"]
    figures = {f"{prefix}.peak.time_wait": peak, f"{prefix}.time_wait": seen["time_wait"]}
    for look, values in costs.items():
        figures[f"{prefix}.{look}.cpu"] = contest.median(values)
    for tool in (tool for tool in TOOLS if tool in costs):
        for look in LOOKS:
            figures[f"{prefix}.{tool}.ratio.{look}"] = contest.median(
                contest.ratios(costs[tool], costs[look])
            )
    figures.update(figures_of_sampler(prefix, result))
    figures[f"{prefix}.after.ms"] = after * 1e3
    return figures


def figures_of_held(name, size):
    seen, result, after = watched(settings_held(size), "server", 0)
    prefix = f"sampler.held-{name}"
    figures = {f"{prefix}.{look}.cpu": values[0] for look, values in seen["costs"].items()}
    figures.update(figures_of_sampler(prefix, result))
    figures[f"{prefix}.after.ms"] = after * 1e3
    return figures


def rate(every):
    result = finwait_run.run(settings(DISTURBED, every, 0))
    cpu = sum(result["metrics"][f"cpu.{side}"] for side in ("client", "server"))
    return result["metrics"]["connections.rate"], cpu


def figures_of_disturbance(rounds):
    """What the load does while it is looked at ten times a second, to what it does unwatched."""
    seen = contest.in_turn({"on": lambda: rate(f"{EVERY}s"), "off": lambda: rate("60s")}, rounds)
    figures = {}
    for number, figure in enumerate(("rate", "cpu_of_load")):
        pairs = contest.ratios(*([one[number] for one in seen[way]] for way in ("on", "off")))
        figures.update(contest.spread(f"sampler.disturbed.ratio.{figure}", pairs))
    return figures


def measure(rounds):
    figures = {}
    for name, size in SIZES.items():
        figures.update(figures_of(name, size, rounds))
    for name, size in SIZES.items():
        figures.update(figures_of_held(name, size))
    figures.update(figures_of_disturbance(rounds))
    return figures


if __name__ == "__main__":
    look_around(int(sys.argv[1]))
