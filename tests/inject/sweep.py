"""Every call that a small run makes, made to fail once: the run still has to end well.

Well is: no signal, no hang, nothing left behind, a reason on stderr when it ends in 2, 3 or 4, and
an exit status of 0 or 1 only with a whole result.
"""

import argparse
import concurrent.futures
import errno
import glob
import itertools
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import uuid

import finwait_test as ft

HERE = os.path.dirname(os.path.abspath(__file__))
SHIM = os.environ["INJECT_SHIM"]

# As in calls.h and shim.c.
CLASSES = "memory open socket setup fork loop map write read space file".split()
PROCESSES = 32
NAME = 24
SLOT = struct.Struct(f"{len(CLASSES)}Q{NAME}s")
HEAD = struct.Struct("II")

# What a call may fail with beside its own errno.
MORE_ERRNOS = {"read": [errno.EINTR], "write": [errno.EINTR, errno.ENOSPC], "loop": [errno.ENOMEM]}

PATIENCE = 40  # seconds; a worker may take 10 to get ready
CLEAN = 5  # clean runs, for what every one of them has

# What a clean run may have or not have: what stayed 0 is not in a result, nor what no sample met.
VARIES = "errors|outcome|metrics/.*counter|remarks|memory|observations/"


# ---- what is run ----


class Kind:
    """A small run: a command line, in a directory of its own."""

    def __init__(
        self, name, arguments, scenario=None, program=ft.BINARY, patience=PATIENCE, varies=VARIES
    ):
        self.name = name
        self.command = [program, *arguments]
        self.scenario = scenario
        self.patience = patience
        self.varies = re.compile(varies)

    def start(self, directory, environment):
        mark = uuid.uuid4().hex
        process = subprocess.Popen(
            self.command,
            cwd=directory,
            env={**os.environ, ft.MARK: mark, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.mark = mark
        return process


def scenario(name, **how):
    file = os.path.join(HERE, "runs", f"{name}.yaml")
    return Kind(name, ["run", file, "--quiet", "--out", "out"], file, **how)


CHECK = Kind("check", ["check", *sorted(glob.glob(os.path.join(HERE, "runs", "*.yaml")))])
REPORT = Kind("report", ["report", "kept/result.json"])
# Whom the server that is started again still meets is a matter of time.
RESTART = scenario("restart", varies=f"{VARIES}|latency|closed_first")
KINDS = {
    kind.name: kind
    for kind in [*map(scenario, ["tcp", "tls", "faults"]), RESTART, REPORT, CHECK]
}


class Case:
    """Which call is to fail, as the shim takes it; None: none."""

    def __init__(self, kind, call_class=None, n=0, errnum=0, process=0):
        self.kind = kind
        self.spec = f"{call_class}:{n}:{errnum}:{process}" if call_class else None

    def __str__(self):
        return f"{self.kind.name} {self.spec or 'clean'}"

    @classmethod
    def of(cls, kind, spec):
        case = cls(kind)
        case.spec = spec
        return case


# ---- the board ----


class Board:
    """What the shim counted and made fail, by process."""

    SIZE = HEAD.size + PROCESSES * SLOT.size

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        forked, classes = HEAD.unpack_from(data)
        assert classes == len(CLASSES), "sweep.py and calls.h do not agree, or there is no shim"
        self.counts, self.failed = [], []
        for process in range(min(forked + 1, PROCESSES)):
            *counts, name = SLOT.unpack_from(data, HEAD.size + process * SLOT.size)
            self.counts.append(dict(zip(CLASSES, counts)))
            self.failed.append(name.rstrip(b"\0").decode())


# ---- one run ----


class End:
    """How a run ended."""

    def __init__(self, status, stdout, stderr, board, result, left):
        self.status = status  # None: it did not
        self.stdout = stdout
        self.stderr = stderr
        self.board = board
        self.result = result  # the parsed result.json, None, or why it could not be parsed
        self.left = left  # what it left behind

    def __str__(self):
        return f"exit {self.status}, left {self.left}\n{self.stdout}{self.stderr}"

    @property
    def failed(self):
        return next(filter(None, self.board.failed), "")


def communicate(process, patience):
    try:
        stdout, stderr = process.communicate(timeout=patience)
        return process.returncode, stdout, stderr
    except subprocess.TimeoutExpired:
        for pid in ft.processes_of(process.mark):
            os.kill(pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        return None, stdout, stderr


def leftovers(process, directory, pinned):
    left = []
    try:
        ft.wait_until(lambda: not ft.processes_of(process.mark), "it is gone", patience=5)
    except AssertionError:
        for pid in ft.processes_of(process.mark):
            left.append(f"process {pid}")
            os.kill(pid, signal.SIGKILL)
    if ft.pinned_namespaces() - pinned:
        left.append("a namespace")
    out = os.path.join(directory, "out")
    files = set(os.listdir(directory)) - {"out", "board", "kept"}
    files |= set(os.listdir(out) if os.path.isdir(out) else []) - {"result.json"}
    return left + [f"file {name}" for name in sorted(files)]


def read_result(directory):
    try:
        with open(os.path.join(directory, "out", "result.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as problem:
        return str(problem)


def end_of(case, keep=None):
    """Run it; `keep` is a directory that is to have its result."""
    with tempfile.TemporaryDirectory(prefix="finwait-inject-") as directory:
        board = os.path.join(directory, "board")
        with open(board, "wb") as file:
            file.truncate(Board.SIZE)
        if KEPT and case.kind is REPORT:
            os.symlink(KEPT, os.path.join(directory, "kept"))
        pinned = ft.pinned_namespaces()
        environment = {"LD_PRELOAD": SHIM, "FINWAIT_INJECT_BOARD": board}
        if case.spec:
            environment["FINWAIT_INJECT"] = case.spec
        process = case.kind.start(directory, environment)
        status, stdout, stderr = communicate(process, case.kind.patience)
        left = leftovers(process, directory, pinned)
        if keep:
            shutil.copy(os.path.join(directory, "out", "result.json"), keep)
        return End(
            status,
            stdout.decode(errors="replace"),
            stderr.decode(errors="replace"),
            Board(board),
            read_result(directory),
            left,
        )


KEPT = None  # the directory of the result that `report` reads


# ---- whether it ended well ----


def paths_of(value, path=""):
    """The names of all that a result holds; what a list has is one."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths_of(item, f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from paths_of(item, f"{path}[]")
    yield path


class Clean:
    """What every clean run of a kind has."""

    def __init__(self, kind):
        ends = [end_of(Case(kind)) for _ in range(CLEAN)]
        for end in ends:
            assert end.status == 0 and not end.left and end.stderr == "", f"clean {kind.name}: {end}"
        self.counts = ends[0].board.counts
        self.stdout = ends[0].stdout
        self.results = [end.result for end in ends]
        if kind.scenario:
            self.paths = set.intersection(*(set(paths_of(result)) for result in self.results))
            self.paths = {path for path in self.paths if not kind.varies.search(path)}
            self.attempted = self.results[0]["metrics"]["connections.attempted"]
            self.expectations = len(self.results[0]["expectations"])


def missing(result, clean):
    """What a result lacks of a whole one."""
    if not isinstance(result, dict):
        return f"no result: {result}"
    lacks = sorted(clean.paths - set(paths_of(result)))
    if result["metrics"].get("connections.attempted") != clean.attempted:
        lacks.append("connections")
    if len(result.get("expectations", [])) != clean.expectations:
        lacks.append("expectations")
    return ", ".join(lacks[:3]) + (f" and {len(lacks) - 3} more" if len(lacks) > 3 else "")


def verdicts(result):
    return {expectation.get("verdict", "none") for expectation in result["expectations"]}


def mute(end):
    """Whether it does not say what failed."""
    return "finwait: " not in end.stderr


def problem_of(kind, end, clean):
    """Why a run did not end well; "" when it did."""
    if end.status is None:
        return "hang"
    if end.status < 0:
        return f"crash {signal.Signals(-end.status).name}"
    if end.left:
        return "left " + ", ".join(end.left)
    if end.status > 4:
        return f"exit {end.status}, which there is not"
    if end.status in (2, 3) and mute(end):
        return f"mute exit {end.status}"
    if isinstance(end.result, str):
        return f"broken result.json: {end.result}"
    if not kind.scenario:
        return less_output(end, clean)
    if end.status == 4 and end.result is None:
        return "exit 4 without a result"
    if end.status in (0, 1):
        return less_result(end, clean)
    return ""


def less_output(end, clean):
    if end.status in (1, 4):
        return f"exit {end.status} of a command that cannot"
    if end.status == 0 and end.stdout != clean.stdout:
        return "exit 0 with less output"
    return ""


def less_result(end, clean):
    lacks = missing(end.result, clean)
    if lacks and end.status == 0:
        return f"exit 0 with less: {lacks}"
    if not isinstance(end.result, dict):
        return "exit 1 without a result"
    passed = verdicts(end.result) == {"pass"}
    if passed != (end.status == 0):
        return f"exit {end.status} with verdicts {sorted(verdicts(end.result))}"
    if end.status == 0 and end.stdout.count("PASS ") != clean.stdout.count("PASS "):
        return "exit 0 with less output"
    return ""


# ---- all of them ----


def cases_of(kind, clean, classes):
    """Every call of the clean run, each with each errno."""
    for process, counts in enumerate(clean.counts):
        for call_class in classes:
            for n in range(1, counts[call_class] + 1):
                for errnum in [0, *MORE_ERRNOS.get(call_class, [])]:
                    yield Case(kind, call_class, n, errnum, process)


def tell(case, end, problem):
    ended = f"BAD: {problem}" if problem else f"exit {end.status}"
    said = " | ".join(end.stderr.strip().splitlines()[:3])
    print(f"{case}  {end.failed or 'nothing'} failed: {ended}  [{said}]", flush=True)
    if problem:
        print(f"    scripts/inject --run {case.kind.name} --only {case.spec}", flush=True)


class Sums:
    def __init__(self, verbose):
        self.swept = self.reached = self.bad = 0
        self.verbose = verbose
        self.lock = threading.Lock()

    def add(self, case, end, problem):
        with self.lock:
            self.swept += 1
            self.reached += bool(end.failed)
            self.bad += bool(problem)
            if problem or self.verbose:
                tell(case, end, problem)


def sweep(kind, cases, clean, jobs, sums):
    def try_one(case):
        end = end_of(case)
        sums.add(case, end, problem_of(kind, end, clean))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(try_one, cases):
            pass


def parse(arguments):
    parser = argparse.ArgumentParser(prog="inject", description=__doc__)
    parser.add_argument("--run", action="append", choices=KINDS, help="only this kind of run")
    parser.add_argument("--class", action="append", choices=CLASSES, dest="classes")
    parser.add_argument("--stride", type=int, default=1, help="every K-th call")
    parser.add_argument("--only", help="CLASS:N:ERRNO:PROCESS, one call, and what the run said")
    parser.add_argument("--verbose", action="store_true", help="tell the good ends as well")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args(arguments)


def main(arguments=None):
    global KEPT
    options = parse(arguments)
    sums = Sums(options.verbose)
    with tempfile.TemporaryDirectory(prefix="finwait-inject-kept-") as kept:
        end_of(Case(KINDS["tcp"]), keep=kept)
        KEPT = kept
        for name in options.run or KINDS:
            kind = KINDS[name]
            clean = Clean(kind)
            if options.only:
                case = Case.of(kind, options.only)
                end = end_of(case)
                sums.add(case, end, problem_of(kind, end, clean))
                print(end, end="")
                continue
            cases = cases_of(kind, clean, options.classes or CLASSES)
            sweep(kind, itertools.islice(cases, 0, None, options.stride), clean, options.jobs, sums)
    print(f"inject: {sums.swept} calls swept, {sums.reached} of them reached, {sums.bad} bad ends")
    return 1 if sums.bad or not sums.reached else 0


if __name__ == "__main__":
    sys.exit(main())
