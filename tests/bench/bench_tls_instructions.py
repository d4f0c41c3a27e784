"""User-space instructions of a TLS 1.3 handshake, by callgrind: finwait's two sides against the floor's.

What else the machine does is not in them, nor are the kernel, the caches and the clock."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import bench_tls
import instructions
import servers
import tls_servers
from tls_servers import KINDS

ROUNDS = 1

FEW, MANY = 100, 300


def finwait_sides(kind):
    settings = {
        **bench_tls.settings_of(kind, **bench_tls.own_server(kind, bench_tls.FLOOR_PROGRAMS)),
        "lab": "host",
        "server.port": servers.free_port(),
    }
    return instructions.a_connection(settings, FEW, MANY)


def floor(kind, count):
    """Of a process of it, both sides and its start."""
    with tempfile.TemporaryDirectory() as place:
        out = pathlib.Path(place, "out")
        command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}"]
        command += [os.environ["TLS_FLOOR"], kind, str(count), str(bench_tls.TICKETS[kind])]
        subprocess.run(command, check=True, capture_output=True)
        lines = out.read_text(encoding="utf-8", errors="replace").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("totals:"))


def measure_kind(kind):
    sides = finwait_sides(kind)
    bare = (floor(kind, MANY) - floor(kind, FEW)) / (MANY - FEW)
    figures = {f"tls.{kind}.{side}.instructions": value for side, value in sides.items()}
    figures[f"tls.{kind}.floor.instructions"] = bare
    figures[f"tls.{kind}.floor.instructions.ratio"] = sum(sides.values()) / bare
    return figures


def measure(_rounds):
    if shutil.which("valgrind") is None:
        print("bench: valgrind is not on PATH: no instructions are counted", file=sys.stderr)
        return {}
    figures = {}
    for kind in KINDS:
        figures.update(measure_kind(kind))
    return figures
