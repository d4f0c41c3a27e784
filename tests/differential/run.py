"""A pair, run by the program in its lab and looked at from outside."""

import json
import os
import subprocess
import tempfile

import finwait_test as ft
import witness

PATIENCE = 60  # no pair takes a third of it


class Seen:
    """All that is known of a run: how it ended, what it said, what the witnesses saw."""

    def __init__(self, pair, status, stderr, left):
        self.pair = pair
        self.status = status  # None: it did not end
        self.stderr = stderr
        self.left = left  # processes and namespaces that outlived it
        self.result = None
        self.witness = {}

    def read(self, text):
        self.result = ft.Result(json.loads(text))
        self.witness = witness.witnesses(self.result)


def file_of(pair, directory):
    path = os.path.join(directory, "pair.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(pair.yaml())
    return path


def refusal(pair):
    """What `finwait check` has against the pair; "" when it may run."""
    with tempfile.TemporaryDirectory(prefix="finwait-pair-") as directory:
        process = ft.popen(["check", file_of(pair, directory)])
        ended = ft.finish(process)
    return ended.stderr if ended.status != 0 else ""


def what_is_left(process, pinned):
    left = []
    try:
        ft.wait_until(lambda: not ft.processes_of(process.mark), "all are gone", patience=5)
    except AssertionError:
        left += [f"process {pid}" for pid in ft.processes_of(process.mark)]
    return left + [f"namespace {name}" for name in ft.pinned_namespaces() - pinned]


def run(pair):
    pinned = ft.pinned_namespaces()
    with tempfile.TemporaryDirectory(prefix="finwait-pair-") as directory:
        process = ft.popen(
            ["run", file_of(pair, directory), "--json", "--inspect", witness.COMMAND]
        )
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Seen(pair, None, "", what_is_left(process, pinned))
        seen = Seen(pair, process.returncode, stderr.decode(), what_is_left(process, pinned))
    if stdout:
        seen.read(stdout)
    return seen
