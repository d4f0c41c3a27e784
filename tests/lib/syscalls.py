"""System calls that finwait's workers, or the bare pair's, make for each connection (strace(1))."""

import collections
import re
import subprocess
import tempfile

CALL = re.compile(r"(\d+) +(\w+)\(")

# Two sizes of run: what starting takes is in both.
FEW, MANY = 1000, 3000


def of_processes(command, **options):
    """{process: {name: calls}} of a command that runs to its end."""
    made = collections.defaultdict(collections.Counter)
    with tempfile.NamedTemporaryFile("r", errors="replace") as log:
        strace = ["strace", "-f", "-qq", "-o", log.name]
        done = subprocess.run(strace + command, capture_output=True, text=True, **options)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: exit {done.returncode}\n{done.stderr[-2000:]}")
        for line in log:
            call = CALL.match(line)
            if call:
                made[call[1]][call[2]] += 1
    return made


def of_sides(command, **options):
    """The calls of the process that connects, and of the one that accepts."""
    made = of_processes(command, **options).values()
    return {
        "client": max(made, key=lambda calls: calls["connect"]),
        "server": max(made, key=lambda calls: calls["accept4"]),
    }


def a_connection(command_of, **options):
    """{side: {name: calls a connection}}; command_of(connections) makes the command."""
    few, many = (of_sides(command_of(size), **options) for size in (FEW, MANY))
    return {
        side: {name: (many[side][name] - few[side][name]) / (MANY - FEW) for name in many[side]}
        for side in many
    }
