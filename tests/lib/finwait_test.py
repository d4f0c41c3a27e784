"""What the end-to-end tests share: running finwait, reading its result, asking the kernel.

A test says what it runs as settings, PATH=VALUE as after --set, on top of an empty scenario.
"""

import codecs
import contextlib
import fcntl
import glob
import json
import os
import pty
import re
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
import uuid
from unittest import mock

BINARY = os.path.abspath(os.environ["FINWAIT"])
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOBODY = 65534
FORMATS = ("text", "verbose", "json", "csv", "junit", "markdown", "openmetrics")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# No test waits for ever; under a sanitizer on a busy machine all takes its time.
PATIENCE = 300
MARK = "FINWAIT_TEST_RUN"

# An independent look into a host: ss(8) for the states, nstat(8) for the counters since the
# namespace was made (-s: leave nstat's history file alone).
WITNESS = (
    "ss -Htan | awk '{n[$1]++} END {for (s in n) print \"state\", s, n[s]}';"
    "nstat -asz | awk '$1 !~ /^#/ {print \"counter\", $1, $2}'"
)

# ss(8)'s names for the kernel's states.
SS_STATES = {
    "ESTAB": "established",
    "SYN-SENT": "syn_sent",
    "SYN-RECV": "syn_recv",
    "FIN-WAIT-1": "fin_wait1",
    "FIN-WAIT-2": "fin_wait2",
    "TIME-WAIT": "time_wait",
    "UNCONN": "close",
    "CLOSE-WAIT": "close_wait",
    "LAST-ACK": "last_ack",
    "LISTEN": "listen",
    "CLOSING": "closing",
}


# ---- a place that any user can read ----


class Place:
    """A directory with a copy of the program, made at the first use and gone at the end."""

    def __init__(self):
        self.keeper = None

    @property
    def path(self):
        if self.keeper is None:
            self.keeper = tempfile.TemporaryDirectory(prefix="finwait-test-")
            os.chmod(self.keeper.name, 0o755)
        return self.keeper.name

    def binary(self):
        copy = os.path.join(self.path, "finwait")
        if not os.path.exists(copy):
            shutil.copy(BINARY, copy)
            os.chmod(copy, 0o755)
        return copy

    def write(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    def directory(self, owner=None):
        path = tempfile.mkdtemp(dir=self.path)
        if owner is not None:
            os.chown(path, owner, owner)
        return path


PLACE = Place()


# ---- running ----


class Run:
    """A finished run of the program."""

    def __init__(self, status, stdout, stderr):
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def __str__(self):
        return f"exit {self.status}\nstdout: {self.stdout[-2000:]}\nstderr: {self.stderr[-2000:]}"

    @property
    def result(self):
        return Result(json.loads(self.stdout))


def is_root():
    return os.geteuid() == 0


def popen(arguments, user=None, nofile=None, cwd=None, **pipes):
    """Start the program; its processes can be found again by the mark in their environment."""
    as_other = user is not None and user != os.geteuid()
    identity = {"user": user, "group": user, "extra_groups": []} if as_other else {}
    environment = dict(os.environ, **{MARK: uuid.uuid4().hex})

    def limit():
        if nofile is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))

    process = subprocess.Popen(
        [PLACE.binary() if as_other else BINARY, *map(str, arguments)],
        env=environment,
        cwd=cwd or PLACE.path,
        preexec_fn=limit,
        stdin=subprocess.DEVNULL,
        **identity,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes},
    )
    process.mark = environment[MARK]
    return process


def finish(process):
    try:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Run(process.returncode, (stdout or b"").decode(), (stderr or b"").decode())


def finwait(*arguments, **how):
    return finish(popen(arguments, **how))


def listing(what, **how):
    """The rows of `finwait list`, from its Markdown, in which nothing is wrapped."""
    ended = finwait("list", what, "--markdown", **how)
    assert (ended.status, ended.stderr) == (0, ""), ended
    lines = [line for line in ended.stdout.splitlines() if line.startswith("|")]
    for line in lines[2:]:  # below the headings and their rule
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        yield [re.sub(r"\\([|<>])", r"\1", cell.strip()) for cell in cells]


def as_arguments(settings, name="test"):
    file = PLACE.write(f"{name}.yaml", f"name: {name}\n")
    sets = [f"--set={path}={value}" for path, value in settings.items()]
    return ["run", file, *sets]


def run(settings, *arguments, **how):
    """Run an empty scenario with `settings` and take its result from stdout."""
    return finwait(*as_arguments(settings), "--json", *arguments, **how)


# ---- the result ----

# Remarks that prediction, roles and kernel do not agree, or that the kernel counted what should not
# happen.
DISAGREEMENTS = {
    "accept_queue.full",
    "connections.miscounted",
    "connections.not_accepted",
    "connections.unfinished",
    "listener.dropped",
    "prediction.elsewhere",
    "prediction.time_wait",
    "syn_queue.full",
    "time_wait.overflow",
    "timeline.failed",
    "workers.lost",
}


class Result:
    def __init__(self, value):
        self.json = value

    def __getitem__(self, name):
        """A metric's value.  Counters and errnos that stayed 0 are not in the list."""
        if name in self.json["metrics"]:
            return self.json["metrics"][name]
        parts = name.split(".")
        if parts[1:2] == ["counter"]:
            before, after = self.counters(parts[0])[parts[2]]
            return after - before
        if "errors" in parts[:2]:
            return 0
        raise KeyError(f"{name} was not measured")

    def counters(self, side):
        return self.json["host" if side == "host" else side]["counters"]

    def final(self, side):
        """The states at the end of settle, listeners and zeros left out."""
        states = self.json[side]["final"]["states"]
        return {state: n for state, n in states.items() if n > 0 and state != "listen"}

    def outcomes(self, side):
        return {name: n for name, n in self.json[side]["account"]["outcomes"].items() if n > 0}

    def listed(self, name):
        """A list of the result, which is absent when it is empty."""
        return self.json.get(name, [])

    def remark_ids(self):
        return [remark["id"] for remark in self.listed("remarks")]

    def remark(self, id, side=None):
        """The one remark with that id, about that side when one is given."""
        found = [
            remark
            for remark in self.listed("remarks")
            if remark["id"] == id and side in (None, remark.get("side"))
        ]
        assert len(found) == 1, f"{len(found)} remarks {id}, of {self.remark_ids()}"
        return found[0]

    @property
    def disagreements(self):
        """What of it is remarked, but for segments sent again: a probe while a peer does not read, say."""
        return [remark["text"] for remark in self.listed("remarks") if remark["id"] in DISAGREEMENTS]

    @property
    def stood_still(self):
        """For how long a worker had no CPU, in seconds; none that pauses of 100 ms notice: 0."""
        metrics = self.json["metrics"]
        return max(metrics.get(f"{side}.stood_still", 0) for side in ("client", "server"))

    def inspection(self, host):
        found = [seen for seen in self.listed("inspections") if seen["host"] == host]
        assert len(found) == 1, f"{len(found)} inspections of {host}"
        return found[0]

    def witness(self, host):
        """What WITNESS saw: the states as final() has them, and the counters."""
        seen = self.inspection(host)
        assert seen["status"] == 0, seen
        return read_witness(seen["output"])


def read_witness(output):
    """What WITNESS wrote: the states, listeners left out, and the counters."""
    states, counters = {}, {}
    for line in output.splitlines():
        kind, name, value = line.split()
        if kind == "counter":
            counters[name] = int(value)
        elif name != "LISTEN":
            states[SS_STATES[name]] = int(value)
    return states, counters


# Runs at most, where the machine was too busy for one to be what its pauses say.
TRIES = 4


def check_in_time(run, check):
    """Check what `run` returns; where a worker stood still and the check failed, run again."""
    for tried in range(1, TRIES + 1):
        result = run()
        try:
            return check(result)
        except AssertionError as error:
            if tried == TRIES or result.stood_still == 0:
                raise
            print(f"{error}; once more, for a worker stood still", file=sys.stderr)


# ---- asking the kernel ----


def processes_of(mark):
    """The living processes of a run, by its mark."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):
            with open(f"{path}/environ", "rb") as file:
                marked = wanted in file.read().split(b"\0")
            if marked and read_status(path).get("State", "Z")[0] not in "ZX":
                found.append(int(os.path.basename(path)))
    return found


def read_status(path):
    with open(f"{path}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def children_of(pid):
    """Its workers and commands: not the init of the lab's PID namespace, nor who forks into that."""
    ids = {}
    with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{pid}/children") as file:
        for child in file.read().split():
            with contextlib.suppress(OSError):
                ids[int(child)] = read_status(f"/proc/{child}").get("NSpid", "").split()
    deepest = max(map(len, ids.values()), default=0)
    return [child for child, id in ids.items() if len(id) == deepest and id[-1:] != ["1"]]


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return None


def namespace_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


def catches(pid, number):
    """Whether the process has a handler for the signal (SigCgt, proc_pid_status(5))."""
    try:
        return int(read_status(f"/proc/{pid}")["SigCgt"], 16) >> (number - 1) & 1
    except (OSError, KeyError):
        return False


def resident(pid):
    """Bytes of memory that the process has in RAM (proc_pid_statm(5))."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def listens(pid):
    """Whether someone listens (state 0A) in the network namespace of the process."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as file:
            return any(line.split()[3] == "0A" for line in file)
    return False


def pinned_namespaces():
    """Namespaces that outlive their processes, because the file system names them."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return {line.split()[3] for line in file if " - nsfs " in line}


def read_sysctls():
    """Every readable net.* value of this namespace; what a kernel counts is left out."""
    values = {}
    for directory, _, files in os.walk("/proc/sys/net"):
        for name in files:
            path = os.path.join(directory, name)
            if name.startswith("nf_conntrack_count") or not os.stat(path).st_mode & stat.S_IRUSR:
                continue
            with contextlib.suppress(OSError, UnicodeDecodeError):
                with open(path, encoding="utf-8") as file:
                    values[path] = file.read()
    return values


def wait_until(condition, what, patience=60):
    """Poll until `condition()` is true and return its value; fail when that never happens."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain until {what}")
        time.sleep(0.02)


PORTS = iter(range(10000 + os.getpid() % 20000, 32000))
CLAIMS = []  # of ports, kept until this test ends


def claim_port(port):
    """Whether no other test that runs now has it: an abstract name is had once, and ends with us."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0finwait-test-port-{port}")
    except OSError:
        claim.close()
        return False
    CLAIMS.append(claim)
    return True


def free_port(host="127.0.0.1"):
    """A port on a loopback address that nobody has, outside of where the kernel takes clients'
    ports; never the same twice, for the TIME_WAITs of the last test stay with its port."""
    for port in filter(claim_port, PORTS):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise unittest.SkipTest("no free port below 32000")


def has_ipv6_loopback():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def listening_on(port):
    with open("/proc/net/tcp", encoding="ascii") as file:
        return any(f":{port:04X} " in line and " 0A " in line for line in file)


# ---- what this machine allows ----


def private_lab_refusal(user):
    """Why a private lab cannot be made here by `user`; "" when it can."""
    tried = run({"load.connections": 1, "settle": "0s"}, user=user)
    return tried.stderr.strip() if tried.status == 3 else ""


# Whether a lab's link keeps the order of packets: Linux 6.3 and later.
IN_ORDER = os.path.exists("/proc/sys/net/core/rps_default_mask")


def strays(connections):
    """How many RSTs beyond the foreseen ones a link that does not may cause."""
    return 0 if IN_ORDER else connections // 4


def all_end(outcome, connections):
    """Arguments: what is no pass but for an expectation that asks for it."""
    return [f"--expect=client.outcome.{outcome} == {connections}"]


class TestCase(unittest.TestCase):
    maxDiff = None

    # A conductor that leaves something behind fails whatever test it did it in.
    def run_checked(self, settings, *arguments, status=0, **how):
        process = popen([*as_arguments(settings), "--json", *arguments], **how)
        ended = finish(process)
        self.assertEqual(ended.status, status, ended)
        self.assertEqual(ended.stderr, "", ended)
        self.assert_nothing_left(process.mark)
        return ended.result

    # Where the lab cannot keep packets in order (see finwait doctor) one may overtake another and
    # meet a socket that is gone: a RST more than the order foresees, and it ends the TIME_WAIT
    # that it meets (tcp_rfc1337=0).  These allow for that there, and for nothing else.

    def assert_resets(self, seen, foreseen, more):
        self.assertGreaterEqual(seen, foreseen)
        self.assertLessEqual(seen, foreseen + more)

    def assert_states(self, seen, foreseen, strays):
        """Exactly so, but for TIME_WAITs: a SYN on the same ports may have ended 1 % of them, and
        each of `strays` RSTs one."""
        self.assertEqual(seen.keys(), foreseen.keys())
        for state, count in foreseen.items():
            lost = count // 100 + strays if state == "time_wait" else 0
            self.assertLessEqual(seen[state], count, state)
            self.assertGreaterEqual(seen[state], count - lost, state)

    def assert_told(self, result, *ids):
        for id in ids:
            self.assertIn(id, result.remark_ids())

    def assert_untold(self, result, *ids):
        for id in ids:
            self.assertNotIn(id, result.remark_ids())

    def mistaken(self, said, **settings):
        """`finwait check` says so."""
        file = PLACE.write("mistake.yaml", "name: mistake\n")
        sets = [f"--set={path}={value}" for path, value in settings.items()]
        ended = finwait("check", file, *sets)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn(said, ended.stderr)

    def assert_nothing_left(self, mark):
        wait_until(lambda: not processes_of(mark), "no process of the run is left", patience=10)

    def assert_nothing_started(self, ended):
        """An exit before the start: no result, and the reason on stderr."""
        self.assertEqual(ended.stdout, "", ended)
        self.assertTrue(ended.stderr.startswith("finwait: "), ended)


class LabTestCase(TestCase):
    """Tests that need a private lab, run as whoever runs the tests."""

    user = os.geteuid()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.user != os.geteuid() and not is_root():
            raise unittest.SkipTest("only root can become another user")
        refusal = private_lab_refusal(cls.user)
        if refusal:
            raise unittest.SkipTest(f"no private lab for uid {cls.user} here: {refusal}")

    def run_checked(self, settings, *arguments, **how):
        return super().run_checked(settings, *arguments, **{"user": self.user, **how})


class UnprivilegedLabTestCase(LabTestCase):
    """The same, when root runs the tests, as nobody."""

    user = NOBODY if is_root() else os.geteuid()


class Terminal:
    """A run whose stderr is a terminal, or both outputs are; `screen` is what was drawn so far."""

    def __init__(self, arguments, columns=0, stdout=False, term="xterm", **how):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        try:
            how.update({"stdout": slave} if stdout else {})
            with mock.patch.dict(os.environ, TERM=term):
                self.process = popen(arguments, stderr=slave, **how)
        finally:
            os.close(slave)
        self.screen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a letter

    def read(self):
        ready, _, _ = select.select([self.master], [], [], 0.05)
        if ready:
            with contextlib.suppress(OSError):  # EIO: the other end is closed
                self.screen += self.decoder.decode(os.read(self.master, 65536))
        return self.screen

    def wait_for(self, pattern):
        def seen():
            return re.search(pattern, self.read()) or self.process.poll() is not None

        wait_until(seen, f"the terminal shows {pattern}", patience=PATIENCE)
        assert re.search(pattern, self.screen), f"ended without {pattern}: {self.screen!r}"

    def finish(self):
        stdout = b""
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)

        def drained():
            nonlocal stdout
            self.read()
            ended = self.process.poll() is not None
            if self.process.stdout is not None:
                stdout += self.process.stdout.read() or b""
            return ended

        try:
            wait_until(drained, "the run ends", patience=PATIENCE)
        finally:
            self.close()
        return Run(self.process.returncode, stdout.decode(), self.screen)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        if self.master >= 0:
            drawn = None
            while drawn != len(self.screen):  # a terminal gives a page at a time
                drawn = len(self.screen)
                self.read()
            os.close(self.master)
            self.master = -1

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


class Counting(unittest.TextTestResult):
    """Knows what passed: a class that is skipped as a whole has run no test."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main():
    """unittest.main, and exit SKIPPED when not one test could run."""
    runner = unittest.TextTestRunner(verbosity=2, resultclass=Counting)
    result = unittest.main(exit=False, testRunner=runner).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped and result.passed == 0 else 0)
