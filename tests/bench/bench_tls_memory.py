"""Memory of a held TLS 1.3 connection: finwait's on either side, that of other clients and nginx.

finwait's is its own metric.  Of the others it is how much more memory of their own (RssAnon,
proc_pid_status(5)) they have with many connections than with few, divided by the difference: what
they need without any connection does not count.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time

import contest
import finwait_run
import servers
import tls_servers

ROUNDS = 3

FEW = 200
MANY = 2200
PATIENCE = 60

# As arguments that open so many connections at once and keep them while no answer comes.  Not ab:
# it opens no second connection before the first is answered.
CLIENTS = {
    "h2load": "--h1 -n {count} -c {count} https://127.0.0.1:{port}/",
    "h1load": "-n {count} -c {count} https://127.0.0.1:{port}/",
    "wrk": "-t 1 -c {count} -d 60s --timeout 60s https://127.0.0.1:{port}/",
    "hey": "-t 0 -n {count} -c {count} https://127.0.0.1:{port}/",
}

TLS = {"transport": "tls", "tls.version": "1.3", "protocol": "raw"}


# ---- looking ----


def anonymous_memory(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    return int(fields["RssAnon"].split()[0]) * 1024


def established(port):
    """Connections of this host that are ESTABLISHED (01) at the server's end."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file][1:]
    return sum(row[3] == "01" and int(row[1].split(":")[1], 16) == port for row in rows)


def memory_when_held(process, port, count):
    """A process's memory once the connections are there and it does not grow any more."""
    deadline = time.monotonic() + PATIENCE
    last = None
    while time.monotonic() < deadline:
        time.sleep(0.5)  # handshakes that still go on would show
        if process.poll() is not None:
            sys.exit(f"bench: {process.args[0]} ended while it was to hold its connections")
        memory = anonymous_memory(process.pid)
        if established(port) >= count and memory == last:
            return memory
        last = memory
    sys.exit(f"bench: {established(port)} of {count} connections are held, or memory still grows")


def per_connection(memory_of):
    return (memory_of(MANY) - memory_of(FEW)) / (MANY - FEW)


# ---- who holds ----


def finwait_memory():
    """Of both sides."""
    programs = {"client.program": "connect hold", "server.program": "accept hold"}
    result = finwait_run.run({**TLS, **programs, "load.connections": MANY})
    metrics = result["metrics"]
    return {side: metrics[f"{side}.memory_per_connection"] for side in ("client", "server")}


@contextlib.contextmanager
def holding_server():
    """A server that makes handshakes and never answers; its port."""
    port = servers.free_port()
    settings = {"client": "none", "lab": "host", "server.port": port, "load.duration": "10m"}
    with finwait_run.running({**TLS, **settings, "server.program": "accept hold"}) as process:
        servers.wait_for(port, process)
        yield port


def client_memory(name, count):
    with holding_server() as port, tempfile.TemporaryFile() as out:
        words = [name, *CLIENTS[name].format(count=count, port=port).split()]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        process = subprocess.Popen(words, **pipes)
        try:
            return memory_when_held(process, port, count)
        finally:
            process.kill()
            process.wait()


def nginx_memory(place, count):
    with tls_servers.Nginx(place).running() as nginx:
        port = nginx.port["held"]
        settings = {"lab": "host", "server.at": f"127.0.0.1:{port}", "settle": "10m"}
        settings.update({"client.program": "connect hold", "load.connections": count})
        with finwait_run.running({**TLS, **settings}):
            return memory_when_held(nginx.process, port, count)


# ---- all ----


def against_finwait(prefix, rows):
    figures = {}
    for name, values in rows.items():
        figures[f"{prefix}.{name}.bytes"] = contest.median(values)
        if name != "finwait":
            figures[f"{prefix}.{name}.ratio"] = contest.median(
                contest.ratios(values, rows["finwait"])
            )
    return figures


def measure(rounds):
    contenders = {"finwait": finwait_memory}
    for name in CLIENTS:
        if shutil.which(name):
            contenders[name] = lambda name=name: per_connection(
                lambda count: client_memory(name, count)
            )
        else:
            print(f"bench: {name} is not on PATH: it is left out", file=sys.stderr)
    with tls_servers.certified_place() as place:
        contenders["nginx"] = lambda: per_connection(lambda count: nginx_memory(place, count))
        rows = contest.in_turn(contenders, rounds)
    nginx = rows.pop("nginx")
    sides = {side: [row[side] for row in rows["finwait"]] for side in ("client", "server")}
    clients = {**rows, "finwait": sides["client"]}
    servers = {"finwait": sides["server"], "nginx": nginx}
    return {
        **against_finwait("tls-memory.client", clients),
        **against_finwait("tls-memory.server", servers),
    }
