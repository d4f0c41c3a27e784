"""User-space instructions of finwait's workers (callgrind), which no machine's speed changes."""

import collections
import os
import re
import subprocess
import sys
import tempfile

import finwait_run

# What runs in one side's workers only.
MARKS = {"client": " pace_new", "server": " serve_new"}
# Called now and then, and after the last connection: workers end without a word.
DUMP = "--dump-before=usage_look"


def of_sides(settings):
    """{side: instructions}, the start included."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o777)  # a worker has given up its capabilities
        tool = ["valgrind", "--tool=callgrind", DUMP, f"--callgrind-out-file={place}/out.%p"]
        command = [*tool, *finwait_run.command({**settings, "settle": "1s"})]
        done = subprocess.run(command, input="name: bench\n", capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: callgrind: exit {done.returncode}\n{done.stderr[-1000:]}")
        texts = collections.defaultdict(str)
        for name in os.listdir(place):
            with open(os.path.join(place, name), encoding="utf-8", errors="replace") as file:
                texts[name.split(".")[1]] += file.read()
    made = {}
    for side, mark in MARKS.items():
        text = max((text for text in texts.values() if mark in text), key=len)
        made[side] = sum(map(int, re.findall(r"^totals: (\d+)", text, re.MULTILINE)))
    return made


def a_connection(settings, few, many):
    """The growth from one size of run to another, in which no start is."""
    less, more = (of_sides({**settings, "load.connections": size}) for size in (few, many))
    return {side: (more[side] - less[side]) / (many - few) for side in MARKS}
