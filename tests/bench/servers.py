"""Servers that are not finwait's, as processes on this host's loopback."""

import contextlib
import socket
import subprocess
import sys
import time

PATIENCE = 10


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    sys.exit(f"bench: {process.args[0]} does not listen on port {port}")


@contextlib.contextmanager
def running(command, ports):
    """A server from when it listens on its ports until the end of the block."""
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    process = subprocess.Popen(command, **nowhere)
    try:
        for port in ports:
            wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
