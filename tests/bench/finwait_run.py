"""Running finwait for a benchmark: one process a side, as shipped, sampler and all."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile


def command(settings):
    """An empty scenario with `settings`, PATH: VALUE as after --set."""
    fixed = {"client.workers": 1, "server.workers": 1, "settle": "0s"}
    if "server.at" in settings:
        del fixed["server.workers"]
    if "client" in settings:
        del fixed["client.workers"]
    sets = [f"--set={path}={value}" for path, value in {**fixed, **settings}.items()]
    return [os.environ["FINWAIT"], "run", "/dev/stdin", "--json", *sets]


def run(settings, *options):
    """Its result; every connection must have gone as the scenario says."""
    asked = [*command(settings), *options]
    out = subprocess.run(asked, input="name: bench\n", capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"bench: finwait: exit {out.returncode}\n{out.stderr}")
    result = json.loads(out.stdout)
    completed = result["metrics"]["connections.completed"]
    if completed != settings["load.connections"]:
        outcomes = result["client"]["account"]["outcomes"]
        sys.exit(f"bench: finwait completed {completed} connections; outcomes: {outcomes}")
    return result


@contextlib.contextmanager
def running(settings):
    """finwait from its start until it is interrupted at the end of the block."""
    with tempfile.TemporaryFile() as scenario, tempfile.TemporaryFile() as out:
        scenario.write(b"name: bench\n")
        scenario.seek(0)
        pipes = {"stdin": scenario, "stdout": out, "stderr": out}
        process = subprocess.Popen(command(settings), **pipes)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
