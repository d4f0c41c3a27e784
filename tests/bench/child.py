"""Programs that are measured from outside: how long they ran and what CPU they used."""

import dataclasses
import os
import subprocess
import sys
import tempfile

TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Child:
    """A program that has run."""

    stdout: str
    user: float  # s of user CPU, all threads, from its start on
    system: float  # and of the kernel's


def run(command):
    """Run `command` to its end; it must succeed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            err.seek(0)
            said = err.read().decode(errors="replace")[-1000:]
            sys.exit(f"bench: {' '.join(command)}: exit {process.returncode}\n{said}")
        out.seek(0)
        return Child(out.read().decode(errors="replace"), usage.ru_utime, usage.ru_stime)


def user_of(pid):
    """s of user CPU of a process that runs, in steps of a clock tick (proc_pid_stat(5))."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return int(file.read().rpartition(")")[2].split()[11]) / TICKS
