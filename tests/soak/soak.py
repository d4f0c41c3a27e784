"""Runs of finwait for a while, four labs at once, and what a hostile machine does to them.

Processes of a run are killed or stopped at random moments, its disk is full, its descriptors 0 to 2
are closed; others are let alone.  Whatever comes, nothing may be left of a run, it may not hang,
and it ends in 0 only with every connection counted.
"""

import argparse
import collections
import concurrent.futures
import re
import sys
import threading
import time

import runs
from checks import problems
from plan import Plan

UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text):
    found = re.fullmatch(r"([1-9][0-9]*)([smh])", text)
    if not found:
        raise argparse.ArgumentTypeError("a duration is as 30s, 10m or 1h")
    return int(found[1]) * UNITS[found[2]]


class Sums:
    def __init__(self, verbose):
        self.lock = threading.Lock()
        self.verbose = verbose
        self.runs = 0
        self.connections = 0  # of runs that ended in 0
        self.violations = 0
        self.statuses = collections.defaultdict(collections.Counter)
        self.struck = collections.Counter()

    def add(self, plan, end, found):
        with self.lock:
            self.runs += 1
            self.connections += plan.connections if end.status == 0 else 0
            self.statuses[plan.disturbance][end.status] += 1
            self.struck.update(end.struck)
            self.violations += bool(found)
            if found or self.verbose:
                print(f"{plan}: exit {end.status} struck {end.struck}", flush=True)
            for what in found:
                print(f"    VIOLATION {what}", flush=True)
            if found:
                seed, number = plan.name.split(":")
                print(f"    scripts/soak --seed {seed} --only {number}", flush=True)

    def tell(self):
        for disturbance, statuses in sorted(self.statuses.items()):
            ends = ", ".join(f"{count} x exit {status}" for status, count in statuses.most_common())
            print(f"{disturbance:7} {sum(statuses.values()):6} runs: {ends}")
        for (signal, role), count in sorted(self.struck.items()):
            print(f"{signal} of a {role}: {count}")
        print(
            f"soak: {self.runs} runs, {self.connections} connections counted exactly, "
            f"{sum(self.struck.values())} strikes, {self.violations} violations"
        )


def perform(plan, sums):
    end = runs.perform(plan)
    sums.add(plan, end, problems(plan, end))


def soak(options, sums):
    numbers = iter(range(sys.maxsize))
    deadline = time.monotonic() + options.duration
    lock = threading.Lock()

    def lane():
        while time.monotonic() < deadline:
            with lock:
                number = next(numbers)
            perform(Plan(options.seed, number), sums)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in [pool.submit(lane) for _ in range(options.jobs)]:
            done.result()


def parse(arguments):
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--for", type=seconds, default=600, dest="duration", metavar="DURATION")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", type=int, help="the run of that number")
    parser.add_argument("--jobs", type=int, default=4, help="labs at once")
    parser.add_argument("--verbose", action="store_true", help="tell the good ends as well")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    refusal = runs.refusal()
    if refusal:
        print(f"soak: no private lab here: {refusal}")
        return runs.SKIPPED
    sums = Sums(options.verbose or options.only is not None)
    print(f"soak: seed {options.seed}", flush=True)
    if options.only is not None:
        perform(Plan(options.seed, options.only), sums)
    else:
        soak(options, sums)
    sums.tell()
    return 1 if sums.violations else 0


if __name__ == "__main__":
    sys.exit(main())
