"""Every place where a small run calls something, made to fail: the run still has to end well.

A place is a process, a class of calls and a stack.  Its first call fails, its second and its last,
each with each errno, in one of the runs that have it.

Well is: no signal, no hang, nothing left behind, a reason on stderr when it ends in 2, 3 or 4, and
an exit status of 0 or 1 only with a whole result.

    scripts/inject                                all of them, half an hour on two CPUs
    scripts/inject --run tcp --class open         some
    scripts/inject --at listeners_open            what that function calls, or has called
    scripts/inject --stride 50                    one case in 50
    scripts/inject --run tcp --only write:3:0:2   the third write of process 2, with its own errno
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
import time
import typing
import uuid

import finwait_test as ft

HERE = os.path.dirname(os.path.abspath(__file__))
SHIM = os.environ["INJECT_SHIM"]

# As in calls.h and shim.c.
CLASSES = "memory crypto open socket setup fork loop map write read space file".split()
PROCESSES = 32
NAME = 24
FRAMES = 24
SLOT = struct.Struct(f"{len(CLASSES) + 1 + FRAMES}Q{NAME}s")
HEAD = struct.Struct("II")
# As in places.h and places.c.
PLACES = 1 << 15
PLACE = struct.Struct(f"{3 + FRAMES}Q2I{NAME}s")

# What a call may fail with beside its own errno.
MORE_ERRNOS = {"read": [errno.EINTR], "write": [errno.EINTR, errno.ENOSPC], "loop": [errno.ENOMEM]}

# Memory that libraries crash without, and that these look for before they let them at it.
SURE = {"make_library": "OpenSSL's locks", "nft_run": "libnftables' strings"}

PATIENCE = 40  # seconds; a worker may take 10 to get ready
CLEAN = 5  # clean runs, for what every one of them has
PLACED = 3  # runs for their places: these take longer, so have more samples than a clean run

# What a clean run may have or not have: what stayed 0 is not in a result, nor what no sample met,
# nor a slope where there were few, nor a slowdown of what took too short, nor readings that no dump
# left time for; the whole machine's CPU is told where it can be, and what a command's processes have
# where there is a /proc of theirs.
VARIES = (
    "errors|outcome|metrics/.*(counter|slope)|remarks|memory|observations/|stood_still"
    "|slowdown|sampler/counts|host_cpu|cpu.host"
    "|command/(at_begin|warm|final)|command.(descriptors|rss|cpu.load|processes)"
)


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
    return Kind(name, ["run", file, "--quiet", "--format=verbose", "--out", "out"], file, **how)


CHECK = Kind("check", ["check", *sorted(glob.glob(os.path.join(HERE, "runs", "*.yaml")))])
REPORT = Kind("report", ["report", "kept/result.json"])
# Whether the client's FINs have been answered when it ends is a matter of time.
FAULTS = scenario("faults", varies=f"{VARIES}|final/states")
# Whom the server that is started again still meets is a matter of time.
RESTART = scenario("restart", varies=f"{VARIES}|latency|closed_first")
KINDS = {
    kind.name: kind
    for kind in [
        *map(scenario, ["tcp", "tls", "capture", "command"]), FAULTS, RESTART, REPORT, CHECK
    ]
}


class Case:
    """Which call is to fail, as the shim takes it; None: none."""

    def __init__(self, kind, call_class=None, n=0, errnum=0, process=0, stack=0):
        self.kind = kind
        self.spec = f"{call_class}:{n}:{errnum}:{process}:{stack:x}" if call_class else None

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
        self.counts, self.failed, self.frames = [], [], []
        for process in range(min(forked + 1, PROCESSES)):
            *words, name = SLOT.unpack_from(data, HEAD.size + process * SLOT.size)
            self.counts.append(dict(zip(CLASSES, words)))
            self.failed.append(name.rstrip(b"\0").decode())
            self.frames += [frame for frame in words[len(CLASSES) + 1 :] if frame]


class Place(typing.NamedTuple):
    """Where calls come from."""

    process: int
    call_class: str
    stack: int
    frames: tuple  # of the program's own functions, innermost first


def places_in(path):
    """The places of a run, and how often each called."""
    if os.stat(path).st_blocks == 0:
        return {}
    with open(path, "rb") as file:
        data = file.read()
    places = {}
    for key, calls, stack, *frames, call_class, process, _ in PLACE.iter_unpack(data):
        if key:
            place = Place(process, CLASSES[call_class], stack, tuple(filter(None, frames)))
            places[place] = calls
    assert len(places) < PLACES, "more places than PLACES"
    return places


def functions_at(program, frames):
    """The functions and lines that each of these addresses is in, by addr2line(1)."""
    command = ["addr2line", "-afise", program, *[hex(frame - 1) for frame in frames]]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {}
    for line in said:
        if line.startswith("0x"):
            functions = found[int(line, 16) + 1] = []
        else:
            functions.append(line)
    return {
        frame: [f"{name} {where}" for name, where in zip(lines[::2], lines[1::2])]
        for frame, lines in found.items()
    }


def beneath(places, program, functions):
    """Those that are called from one of these functions."""
    frames = {frame for place in places for frame in place.frames}
    named = functions_at(program, frames)
    return {
        place
        for place in places
        if any(name.split()[0] in functions for frame in place.frames for name in named[frame])
    }


def whereabouts(program, frames):
    """Which functions of the program were under way, innermost first."""
    return " < ".join(itertools.chain(*functions_at(program, frames).values()))


# ---- one run ----


class End:
    """How a run ended."""

    def __init__(self, status, stdout, stderr, board, places, result, left):
        self.status = status  # None: it did not
        self.stdout = stdout
        self.stderr = stderr
        self.board = board
        self.places = places  # if they were asked for
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


RESULTS = {"result.json", "packets.pcap", "client.log"}


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
    files = set(os.listdir(directory)) - {"out", "board", "places", "kept"}
    files |= set(os.listdir(out) if os.path.isdir(out) else []) - RESULTS
    return left + [f"file {name}" for name in sorted(files)]


def read_result(directory):
    try:
        with open(os.path.join(directory, "out", "result.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as problem:
        return str(problem)


def sized(directory, name, size):
    path = os.path.join(directory, name)
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def end_of(case, keep=None, with_places=False):
    """Run it; `keep` is a directory that is to have its result."""
    with tempfile.TemporaryDirectory(prefix="finwait-inject-") as directory:
        board = sized(directory, "board", Board.SIZE)
        if KEPT and case.kind is REPORT:
            os.symlink(KEPT, os.path.join(directory, "kept"))
        pinned = ft.pinned_namespaces()
        environment = {"LD_PRELOAD": SHIM, "FINWAIT_INJECT_BOARD": board}
        if case.spec:
            environment["FINWAIT_INJECT"] = case.spec
        places = sized(directory, "places", PLACES * PLACE.size)
        if with_places:
            environment["FINWAIT_INJECT_PLACES"] = places
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
            places_in(places),
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
        self.kind = kind
        ends = [end_of(Case(kind)) for _ in range(CLEAN)]
        for end in ends:
            assert end.status == 0 and not end.left and end.stderr == "", f"clean {kind.name}: {end}"
        self.counts = ends[0].board.counts
        self.places = {}  # of any run; called from as often as in each that did
        for _ in range(PLACED):
            for place, calls in end_of(Case(kind), with_places=True).places.items():
                self.places[place] = min(calls, self.places.get(place, calls))
        for place in beneath(self.places, kind.command[0], SURE):
            if place.call_class in ("memory", "crypto"):
                del self.places[place]
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
    lacks = clean.paths - set(paths_of(result))
    if result.get("capture", {}).get("dropped_memory", 0) > 0:  # it says so: what is drawn may lack it
        lacks = {path for path in lacks if not path.startswith("/capture/seen")}
    lacks = sorted(lacks)
    if result["metrics"].get("connections.attempted") != clean.attempted:
        lacks.append("connections")
    if len(result.get("expectations", [])) != clean.expectations:
        lacks.append("expectations")
    return ", ".join(lacks[:3]) + (f" and {len(lacks) - 3} more" if len(lacks) > 3 else "")


def verdicts(result):
    return {expectation.get("verdict", "none") for expectation in result["expectations"]}


def mute(end):
    """Whether it does not say what failed, or what came of it only."""
    said = [line for line in end.stderr.splitlines() if line.startswith("finwait: ")]
    return all(line.endswith(" ended before it was ready") for line in said)


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


def share(cleans):
    """Each place for one of the kinds that have it."""
    kinds_of = {}
    for clean in cleans:
        for place in clean.places:
            kinds_of.setdefault(place[:3], []).append(clean)
    for clean in cleans:
        for place in list(clean.places):
            kinds = kinds_of[place[:3]]
            if kinds[place.stack % len(kinds)] is not clean:
                del clean.places[place]


def cases_of(kind, clean, classes, functions=()):
    """The first, the second and the last call from every place, each with each errno."""
    places = beneath(clean.places, kind.command[0], functions) if functions else clean.places
    for place in sorted(places):
        if place.call_class in classes:
            calls = clean.places[place]
            for n in sorted({1, min(2, calls), calls}):
                for errnum in [0, *MORE_ERRNOS.get(place.call_class, [])]:
                    yield Case(kind, place.call_class, n, errnum, place.process, place.stack)


def tell(case, end, problem):
    ended = f"BAD: {problem}" if problem else f"exit {end.status}"
    said = " | ".join(end.stderr.strip().splitlines()[:3])
    print(f"{case}  {end.failed or 'nothing'} failed: {ended}  [{said}]", flush=True)
    if problem:
        print(f"    {whereabouts(case.kind.command[0], end.board.frames)}", flush=True)
        print(f"    scripts/inject --run {case.kind.name} --only {case.spec}", flush=True)


class Sums:
    def __init__(self, verbose):
        self.places = self.swept = self.reached = self.bad = 0
        self.verbose = verbose
        self.since = time.monotonic()
        self.lock = threading.Lock()

    def __str__(self):
        return (
            f"{self.places} places, {self.swept} cases, {self.reached} of them reached, "
            f"{self.bad} bad ends"
        )

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
    parser = argparse.ArgumentParser(
        prog="inject", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", action="append", choices=KINDS, help="only this kind of run")
    parser.add_argument(
        "--class", action="append", choices=CLASSES, dest="classes", help="only this class of calls"
    )
    parser.add_argument(
        "--at", action="append", metavar="FUNCTION", help="only calls with this function on the stack"
    )
    parser.add_argument("--stride", type=int, default=1, metavar="K", help="one case in K")
    parser.add_argument(
        "--only",
        metavar="CLASS:N:ERRNO:PROCESS[:STACK]",
        help="only the N-th call of a class, or of those from one stack, in a process (0: the "
        "conductor); ERRNO 0 is the usual one; tells what the run said",
    )
    parser.add_argument("--verbose", action="store_true", help="tell the good ends as well")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), metavar="J", help="runs at a time"
    )
    return parser.parse_args(arguments)


def only(cleans, spec, sums):
    for clean in cleans:
        case = Case.of(clean.kind, spec)
        end = end_of(case)
        sums.add(case, end, problem_of(clean.kind, end, clean))
        print(end, end="")


def sweep_all(cleans, options, sums):
    share(cleans)
    for clean in cleans:
        sums.places += len(clean.places)
        cases = cases_of(clean.kind, clean, options.classes or CLASSES, options.at)
        chosen = itertools.islice(cases, 0, None, options.stride)
        sweep(clean.kind, chosen, clean, options.jobs, sums)
        print(f"inject: with {clean.kind.name}: {sums}", flush=True)


def main(arguments=None):
    global KEPT
    options = parse(arguments)
    sums = Sums(options.verbose)
    with tempfile.TemporaryDirectory(prefix="finwait-inject-kept-") as kept:
        end_of(Case(KINDS["tcp"]), keep=kept)
        KEPT = kept
        cleans = [Clean(KINDS[name]) for name in options.run or KINDS]
        if options.only:
            only(cleans, options.only, sums)
        else:
            sweep_all(cleans, options, sums)
    print(f"inject: {sums}, {(time.monotonic() - sums.since) / 60:.0f} minutes")
    return 1 if sums.bad or not sums.reached else 0


if __name__ == "__main__":
    sys.exit(main())
