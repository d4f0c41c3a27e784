"""What a short run costs, and what ends a lab: a run of one connection, and runs that leave many sockets.

Nothing is compared: the figures are this machine's, and the lab's are those that a result tells
(lab.setup, lab.teardown)."""

import collections
import shutil
import time

import contest
import finwait_run
import syscalls

ROUNDS = 9

ONE = {"load.connections": 1, "client.workers": 1, "server.workers": 1}
PILE = 100000
PILES = {
    "time_wait": ("connect close", "accept wait-fin close"),
    "close_wait": ("connect close", "accept hold"),
    "established": ("connect hold", "accept hold"),
}


def timed(settings):
    began = time.monotonic()
    metrics = finwait_run.run(settings)["metrics"]
    wall = time.monotonic() - began
    return {"wall": wall * 1e3, **{what: metrics[f"lab.{what}"] * 1e3 for what in ("setup", "teardown")}}


def pile(name):
    client, server = PILES[name]
    many = {"client.workers": "auto", "server.workers": "auto", "client.addresses": 16}
    programs = {"client.program": client, "server.program": server}
    load = {"load.connections": PILE, "load.concurrency": 64}
    held = timed({**load, **programs, **many})
    after = timed(ONE)  # while the kernel does away with that lab
    return {"teardown": held["teardown"], "after": after["wall"]}


def system_calls():
    """Of a run of one connection: all of them, those that fork, and messages to netlink."""
    made = syscalls.of_processes(finwait_run.command(ONE), input="name: bench\n")
    count = sum(made.values(), collections.Counter())
    forks = sum(count[name] for name in ("clone", "clone3", "fork", "vfork"))
    return {"short.one.system.calls": sum(count.values()), "short.one.forks.calls": forks}


def measure(rounds):
    names = ("one", *PILES)
    contenders = {"one": lambda: timed(ONE), **{name: lambda name=name: pile(name) for name in PILES}}
    rows = {name: [contenders[name]() for _ in range(rounds if name == "one" else 1)] for name in names}
    figures = {}
    for name in names:
        for what in rows[name][0]:
            values = [row[what] for row in rows[name]]
            stem = f"short.{name}.{what}"
            figures[f"{stem}.time"] = contest.median(values)
            if len(values) > 1:
                figures.update({f"{stem}.min.time": min(values), f"{stem}.max.time": max(values)})
    if shutil.which("strace"):
        figures.update(system_calls())
    return figures
