"""finwait as a client of one nginx, against other load generators doing the same work there: one
request a connection, and ten.  Requests/s are nginx's own log's; CPU is the whole of the client's,
the kernel's share included."""

import contextlib
import os
import shutil
import sys
import tempfile
import time

import child
import contest
import finwait_run
from tls_servers import free_port, running

ROUNDS = 5

REQUESTS = 10000
AT_ONCE = 64
SECONDS = 1  # for those that know no number of requests
KINDS = {"close": 1, "keep-alive": 10}  # requests a connection; then nginx closes

CONF = """
daemon off;
master_process off;
pid {place}/pid;
error_log {place}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{
    log_format bench "$msec $connection_requests";
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        access_log {place}/log bench;
        keepalive_requests {requests};
        location / {{ return 200 "hello"; }}
    }}
}}
"""

# name: the program, and its command for either kind.
CLIENTS = {
    "ab": ("ab", "-q {keep} -n {count} -c {at_once} http://127.0.0.1:{port}/", "-k"),
    "h1load": ("h1load", "-r {requests} -n {count} -c {at_once} http://127.0.0.1:{port}/", ""),
    "h2load": ("h2load", "--h1 -n {count} -c {at_once} http://127.0.0.1:{port}/", ""),
    "hey": ("hey", "{keep} -n {count} -c {at_once} -cpus 1 http://127.0.0.1:{port}/", ""),
    "wrk": ("wrk", "-t 1 -c {at_once} -d {seconds}s http://127.0.0.1:{port}/", ""),
}


class Nginx:
    """One process that closes after so many requests, and what it says of them."""

    def __init__(self, place, requests):
        self.place, self.requests = place, requests
        self.port, self.seen = free_port(), 0

    def conf(self):
        path = os.path.join(self.place, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(CONF.format(place=self.place, port=self.port, requests=self.requests))
        return path

    def served(self):
        """Requests since the last time this was asked, their connections, and requests/s."""
        time.sleep(0.1)  # the last clients may be gone before their line is written
        with open(f"{self.place}/log", encoding="ascii") as file:
            file.seek(self.seen)
            lines = [line.split() for line in file.read().splitlines()]
            self.seen = file.tell()
        took = float(lines[-1][0]) - float(lines[0][0])
        return len(lines), sum(number == "1" for _, number in lines), (len(lines) - 1) / took


@contextlib.contextmanager
def nginx(requests):
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    with tempfile.TemporaryDirectory(prefix="finwait-bench-") as place:
        server = Nginx(place, requests)
        errors = f"{place}/error.log"
        with running([program, "-p", place, "-c", server.conf(), "-e", errors], [server.port]):
            server.seen = 0
            yield server


def of_finwait(server):
    """s of CPU."""
    settings = {
        "lab": "host",
        "server.at": f"127.0.0.1:{server.port}",
        "protocol": "http",
        "client.program": f"connect send recv repeat({server.requests}) wait-fin close",
        "load.connections": REQUESTS // server.requests,
        "load.concurrency": AT_ONCE,
    }
    return finwait_run.run(settings)["metrics"]["cpu.client"]


def of_other(name, server):
    program, words, keep = CLIENTS[name]
    if server.requests == 1:
        keep = "-disable-keepalive" if name == "hey" else ""
    sizes = {"count": REQUESTS, "at_once": AT_ONCE, "seconds": SECONDS}
    command = words.format(keep=keep, port=server.port, requests=server.requests, **sizes)
    ran = child.run([program, *command.split()])
    return ran.user + ran.system


def one(name, server):
    """Requests/s, and µs of CPU a request."""
    cpu = of_finwait(server) if name == "finwait" else of_other(name, server)
    requests, connections, rate = server.served()
    if not 0.9 <= requests / server.requests / connections <= 1.1:
        sys.exit(f"bench: {name} made {connections} connections for {requests} requests")
    return rate, cpu * 1e6 / requests


def measure(rounds):
    names = ["finwait", *(name for name, row in CLIENTS.items() if shutil.which(row[0]))]
    print(f"peers: not here: {', '.join(sorted({*CLIENTS} - {*names}))}", file=sys.stderr)
    figures = {}
    for kind, requests in KINDS.items():
        with nginx(requests) as server:
            rows = contest.in_turn({n: lambda n=n: one(n, server) for n in names}, rounds)
        for index, unit in enumerate(("rate", "cpu")):
            values = {name: [row[index] for row in rows[name]] for name in names}
            for name in names:
                figures[f"peers.{kind}.{name}.{unit}"] = contest.median(values[name])
            for name in names[1:]:
                pairs = contest.ratios(values[name], values["finwait"])
                figures.update(contest.spread(f"peers.{kind}.{name}.{unit}.ratio", pairs))
    return figures
