"""Starting a planned run, striking it, and looking at what is left of it."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import uuid

import finwait_test as ft
from checks import End

PATIENCE = 90  # seconds; an undisturbed run takes one, and others run beside it
SETTLING = 10  # seconds in which the last process of a run is to be gone

# Made before there are threads.
PROGRAM = ft.PLACE.binary()
SCENARIO = ft.PLACE.write("soak.yaml", "name: soak\n")

# What it leaves running in a session of its own is to end with the run.
INSPECTION = "setsid sleep 600 & sleep 0.4; echo seen"

# In a mount namespace of its own, with little room where the result is to be written.
FULL_DISK = """
mount -t tmpfs -o size={room}k,mode=777 none {mount} || exit 77
"$@"
status=$?
cp -r {mount}/. {kept}
exit $status
"""


SKIPPED = ft.SKIPPED


def refusal():
    """Why no run can be made here; "" when it can."""
    return ft.private_lab_refusal(os.geteuid())


def command(plan, directory):
    out = os.path.join(directory, "out")
    sets = [f"--set={path}={value}" for path, value in plan.settings.items()]
    inspection = ["--inspect", INSPECTION] if plan.inspects else []
    counts = ["attempted"] if plan.scenario == "restart" else ["attempted", "completed"]
    expected = [f"--expect=connections.{count} == {plan.connections}" for count in counts]
    line = [PROGRAM, "run", SCENARIO, *sets, *inspection, *expected]
    if plan.disturbance == "disk":
        mount = os.path.join(directory, "mount")
        os.mkdir(mount)
        script = FULL_DISK.format(room=plan.room, mount=mount, kept=out)
        unshare = ["unshare", "--mount", *([] if ft.is_root() else ["--map-root-user"])]
        return [*unshare, "sh", "-c", script, "sh", *line, "--out", os.path.join(mount, "out")]
    line += ["--out", out]
    if plan.disturbance == "closed":
        closing = " ".join(f"{fd}>&-" for fd in plan.closed)
        return ["sh", "-c", f'exec "$@" {closing}', "sh", *line]
    return line


def start(plan, directory, output):
    mark = uuid.uuid4().hex
    user = ft.NOBODY if plan.nobody and ft.is_root() and plan.disturbance != "disk" else None
    if user is not None:
        os.chown(directory, user, user)
    identity = {"user": user, "group": user, "extra_groups": []} if user is not None else {}
    process = subprocess.Popen(
        command(plan, directory),
        cwd=directory,
        env={**os.environ, ft.MARK: mark, "TMPDIR": directory},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=output,
        **identity,
    )
    process.mark = mark
    return process


# ---- striking ----


def role_of(pid, process):
    if pid == process.pid:
        return "conductor"
    with contextlib.suppress(OSError):
        if ft.read_status(f"/proc/{pid}").get("NSpid", "").split()[-1:] == ["1"]:
            return "init"
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(pid) != os.getpgid(process.pid):
            return "inspection"  # or its guard
    return "worker"


def strike(process, planned):
    """Returns what was struck, or None: nobody was there any more."""
    found = sorted(ft.processes_of(process.mark))
    if process.poll() is not None or not found:
        return None
    pid = found[int(planned.which * len(found))]
    role = role_of(pid, process)
    try:
        os.kill(pid, signal.Signals[planned.signal])
    except ProcessLookupError:
        return None
    # A conductor that stays stopped cannot end, and a command of the user's may take its time.
    stopped = planned.stopped or (1 if role in ("conductor", "inspection") else None)
    if planned.signal == "SIGSTOP" and stopped is not None:
        time.sleep(stopped)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return planned.signal, role


def strike_all(process, plan):
    begun = time.monotonic()
    for planned in sorted(plan.strikes, key=lambda planned: planned.after):
        left = begun + planned.after - time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(left, 0))
        struck = strike(process, planned)
        if struck is not None:
            yield struck


# ---- what is left ----


def leftovers(process, directory, pinned):
    left = []
    try:
        ft.wait_until(lambda: not ft.processes_of(process.mark), "it is gone", patience=SETTLING)
    except AssertionError:
        for pid in ft.processes_of(process.mark):
            left.append(f"process {role_of(pid, process)}")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    if ft.pinned_namespaces() - pinned:
        left.append("a namespace")
    for place, _, files in os.walk(directory):
        known = {"result.json"} if os.path.basename(place) == "out" else {"stderr"}
        place = os.path.relpath(place, directory)
        left += [f"file {place}/{name}" for name in files if name not in known]
    return left


def read_result(directory):
    for path in ("out/result.json", "out/out/result.json"):  # the second: of the full disk
        try:
            with open(os.path.join(directory, path), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            continue
        except ValueError as problem:
            return str(problem)
    return None


def wait(process):
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        for pid in ft.processes_of(process.mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        return None


def perform(plan):
    with tempfile.TemporaryDirectory(prefix="finwait-soak-") as directory:
        pinned = ft.pinned_namespaces()
        said = os.path.join(directory, "stderr")
        with open(said, "wb") as output:
            process = start(plan, directory, output)
        struck = list(strike_all(process, plan))
        status = wait(process)
        left = leftovers(process, directory, pinned)
        with open(said, encoding="utf-8", errors="replace") as file:
            return End(status, file.read(), read_result(directory), left, struck)
