"""Whether a comparison can be trusted: how often it tells two variants apart that are the same, that it
finds a pause, and what a trial costs: the time over its phases, and the CPU over that of a run."""

import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import contest

ROUNDS = 30  # comparisons of a variant with itself

TRIALS = 10  # of each variant
PLANTED = 5  # comparisons of a server with one that pauses
PLANTED_TRIALS = 15  # for a machine with much else to do, too
WARM_UPS = 1  # rounds that are not kept

SCENARIO = """
name: bench
protocol: raw
request: {size: 64}
response: {size: 128}
client: {program: connect send recv wait-fin close, workers: 1}
server: {program: accept recv send close, workers: 1}
load: {connections: 300, concurrency: 1}
settle: 0s
"""

# The load ends long before either.
SAME = "load.timeout=60s,61s"
PAUSE = "server.program=accept recv send close,accept recv pause(200us) send close"


def trial_times(folder):
    """Of each trial that was kept, ms from the start of its set-up to the end of its last phase."""
    for path in pathlib.Path(folder).rglob("result.json"):
        phases = json.loads(path.read_text())["phases"].values()
        yield (max(phase["end"] for phase in phases) - min(phase["begin"] for phase in phases)) / 1e6


def spent(command):
    """What the command took, in ms: of time, and of CPU with all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    ended = subprocess.run([os.environ["FINWAIT"], *command], capture_output=True, text=True)
    took = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode != 0:
        sys.exit(f"bench: finwait {command[0]}: exit {ended.returncode}\n{ended.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * took, 1000 * cpu


def compare(vary, trials):
    """The verdict on each metric, and what a trial took over its phases and over a run, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.path.join(folder, "bench.yaml")
        pathlib.Path(scenario).write_text(SCENARIO)
        _, of_run = spent(["run", scenario, "--json"])
        out = os.path.join(folder, "out")
        rounds = ["--rounds", str(trials), "--out", out]
        took, cpu = spent(["compare", scenario, "--vary", vary, *rounds])
        rows = json.loads(pathlib.Path(out, "comparison.json").read_text())["comparisons"]
        phases = list(trial_times(out))
    run = len(phases) * (trials + WARM_UPS) / trials
    over = took / run - sum(phases) / len(phases), cpu / run - of_run
    return {row["metric"]: row["verdict"] for row in rows}, over


def differing(verdicts):
    return [metric for metric, verdict in verdicts.items() if verdict in ("higher", "lower")]


def found(verdicts):
    """Each is the pause's doing; on a machine with much else to do one of them may drown."""
    slower = verdicts["latency.response.p50"], verdicts["latency.response.p99"]
    return "higher" in slower or verdicts["connections.rate"] == "lower"


def measure(rounds):
    same = [compare(SAME, TRIALS) for _ in range(rounds)]
    planted = [compare(PAUSE, PLANTED_TRIALS) for _ in range(PLANTED)]
    for verdicts, _ in same:
        if differing(verdicts):
            print(f"bench: the same differed in {', '.join(differing(verdicts))}", file=sys.stderr)
    overheads, cpus = zip(*(over for _, over in same))
    return {
        "compare.same.called": 100 * sum(bool(differing(verdicts)) for verdicts, _ in same) / rounds,
        "compare.pause.found": 100 * sum(found(verdicts) for verdicts, _ in planted) / PLANTED,
        "compare.trial.overhead": contest.median(overheads),
        "compare.trial.over_a_run": contest.median(cpus),
    }
