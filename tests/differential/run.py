"""A pair, run by the program in its lab and looked at from outside."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import uuid

import finwait_test as ft
import witness

PATIENCE = ft.PATIENCE  # no pair takes a tenth of it, but on a machine that is starved
SNIFFER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "packets.py")


class Seen:
    """All that is known of a run: how it ended, what it said, what the witnesses saw."""

    def __init__(self, pair, status, stderr, left):
        self.pair = pair
        self.status = status  # None: it did not end
        self.stderr = stderr
        self.left = left  # processes and namespaces that outlived it
        self.result = None
        self.hosts = []
        self.again = None  # the result, read back and written once more
        self.packets = None  # as packets.py adds them up, where it could

    def read(self, text):
        self.result = ft.Result(json.loads(text))
        self.hosts = witness.hosts(self.result)

    def counters(self, host):
        side = self.result.json
        return side["host_counters"] if host == "host" else side[host]["counters"]

    def counter(self, host, name):
        """How far a counter of a host moved."""
        before, after = self.counters(host.name)[name]
        return after - before


def file_of(pair, directory):
    path = os.path.join(directory, "pair.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(pair.yaml())
    return path


def refusal(pair):
    """What `finwait check` has against the pair; "" when it may run."""
    with tempfile.TemporaryDirectory(prefix="finwait-pair-") as directory:
        ended = ft.finwait("check", file_of(pair, directory))
    doubtful = pair.get("load.timeout") == "0s" and "for ever" in ended.stdout
    return ended.stderr if ended.status != 0 else ended.stdout if doubtful else ""


def what_is_left(mark, pinned):
    left = []
    try:
        ft.wait_until(lambda: not ft.processes_of(mark), "all are gone", patience=5)
    except AssertionError:
        left += [f"process {pid}" for pid in ft.processes_of(mark)]
    return left + [f"namespace {name}" for name in ft.pinned_namespaces() - pinned]


def command_of(pair, directory):
    command = [ft.BINARY, "run", file_of(pair, directory), "--json", "--inspect", witness.COMMAND]
    if pair.get("lab") == "host":  # in a namespace of its own, whose loopback is listened to
        report = os.path.join(directory, "packets.json")
        within = ["unshare", "-Urn", sys.executable, SNIFFER, report, str(witness.PORT)]
        return [*within, *command]
    return command


def read_back(stdout, directory):
    path = os.path.join(directory, "result.json")
    with open(path, "wb") as file:
        file.write(stdout)
    ended = ft.finwait("report", path, "--format", "json")
    return json.loads(ended.stdout or "null")


def run(pair):
    pinned, mark = ft.pinned_namespaces(), uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="finwait-pair-") as directory:
        process = subprocess.Popen(
            command_of(pair, directory),
            env={**os.environ, ft.MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Seen(pair, None, "", what_is_left(mark, pinned))
        seen = Seen(pair, process.returncode, stderr.decode(), what_is_left(mark, pinned))
        if stdout:
            seen.read(stdout)
            seen.again = read_back(stdout, directory)
        with contextlib.suppress(FileNotFoundError):
            with open(os.path.join(directory, "packets.json"), encoding="ascii") as file:
                seen.packets = json.load(file)
    return seen
