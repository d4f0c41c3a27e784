"""What is installed of a source tree and its build."""

import os
import platform
import shutil
import subprocess

import finwait_test as ft

BUILD = os.environ["FINWAIT_BUILD"]
SHIPPED = (".yaml", ".py", ".conf", ".cfg")


def run(*command, **how):
    return subprocess.run(command, capture_output=True, text=True, timeout=ft.PATIENCE, **how)


def files(directory):
    """All files below, by their names from there."""
    return {
        os.path.relpath(os.path.join(parent, name), directory)
        for parent, _, names in os.walk(directory)
        for name in names
    }


def make_debian(place, packages=()):
    """A Debian like this one in `place`, a directory or NAME.tar; skipped where none can be had."""
    release = platform.freedesktop_os_release()
    if not ft.is_root() or release.get("ID") != "debian" or not shutil.which("mmdebstrap"):
        raise ft.unittest.SkipTest("making a Debian takes mmdebstrap, and root on a Debian")
    made = subprocess.run(
        ("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages) or 'apt'}")
        + (release["VERSION_CODENAME"], place),
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        raise ft.unittest.SkipTest(f"mmdebstrap: {made.stderr[-500:]}")


def expected():
    of_configs = {name for name in files(f"{ft.SOURCE}/configs") if name.endswith(SHIPPED)}
    return (
        {"bin/finwait", "share/doc/finwait/README.md", "share/doc/finwait/LICENSE"}
        | {f"share/finwait/configs/{name}" for name in of_configs}
        | {f"share/doc/finwait/docs/{name}" for name in files(f"{ft.SOURCE}/docs")}
        | {f"share/{name}" for name in files(f"{BUILD}/share")}
    )
