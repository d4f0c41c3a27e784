"""Two hosts of a test's own, as an unprivileged user may have them: network namespaces that a link
joins, each with its own sockets and counters, both gone with the test."""

import contextlib
import os
import shutil
import subprocess

import finwait_test as ft

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"  # RFC 5737: nobody's


class Host:
    def __init__(self, keeper):
        self.keeper = keeper
        self.inside = ["nsenter", f"--target={keeper.pid}", "--user", "--net"]
        self.inside += ["--preserve-credentials", "--"]

    def run(self, *command, check=True, **how):
        return subprocess.run(
            [*self.inside, *map(str, command)],
            check=check,
            **{
                "stdin": subprocess.DEVNULL,
                "capture_output": True,
                "text": True,
                "timeout": ft.PATIENCE,
                **how,
            },
        )

    def has_carrier(self):
        return "state UP" in self.run("ip", "link", "show", "type", "veth").stdout

    def witness(self):
        """States and counters, by ss(8) and nstat(8)."""
        return ft.read_witness(self.run("sh", "-c", ft.WITNESS).stdout)


def refusal():
    """Why hosts cannot be made here; "" when they can."""
    if not shutil.which("unshare"):
        return "unshare(1) is not installed"
    tried = subprocess.run(
        ["unshare", "-Urn", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return tried.stderr.decode().strip()


@contextlib.contextmanager
def keeper(*command):
    """A process that keeps its namespaces for as long as nobody closes its stdin."""
    process = subprocess.Popen([*command, "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    parents = (ft.namespace_of(os.getpid()), None)
    try:
        ft.wait_until(
            lambda: os.path.basename(os.readlink(f"/proc/{process.pid}/exe")) == "cat"
            and ft.namespace_of(process.pid) not in parents,
            "the host is there",
        )
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=ft.PATIENCE)


@contextlib.contextmanager
def hosts():
    """A client's and a server's."""
    with keeper("unshare", "-Urn") as near:
        client = Host(near)
        with keeper(*client.inside, "unshare", "-n") as far:
            server = Host(far)
            link = f"ip link add near type veth peer name far netns {far.pid}"
            client.run(*link.split())
            for host, name, address in ((client, "near", CLIENT), (server, "far", SERVER)):
                for words in (f"addr add {address}/24 dev {name}", f"link set {name} up"):
                    host.run("ip", *words.split())
                host.run("ip", "link", "set", "lo", "up")
            for host in (client, server):
                ft.wait_until(host.has_carrier, "the link is up")
            yield client, server
