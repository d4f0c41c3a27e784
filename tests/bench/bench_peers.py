"""finwait as a client of one nginx, against other load generators doing the same work there: one
request a connection, and ten.  Requests/s are nginx's own log's; CPU is the whole of the client's,
the kernel's share included."""

import contextlib
import shutil
import sys
import tempfile

import child
import contest
import finwait_run
import nginx
from servers import free_port

ROUNDS = 5

REQUESTS = 10000
AT_ONCE = 64
SECONDS = 1  # for those that know no number of requests
KINDS = {"close": 1, "keep-alive": 10}  # requests a connection; then nginx closes

HTTP = """
    log_format bench "$msec $connection_requests";
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        access_log {place}/log bench;
        keepalive_requests {requests};
        location / {{ return 200 "hello"; }}
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
        self.requests, self.port = requests, free_port()
        self.http = HTTP.format(place=place, port=self.port, requests=requests)
        self.log = nginx.Log(f"{place}/log")

    def served(self):
        """Requests since the last time this was asked, their connections, and requests/s."""
        numbers, rate = self.log.news()
        return len(numbers), numbers.count("1"), rate


@contextlib.contextmanager
def serving(requests):
    with tempfile.TemporaryDirectory(prefix="finwait-bench-") as place:
        server = Nginx(place, requests)
        with nginx.serving(place, server.http, [server.port]):
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
        with serving(requests) as server:
            rows = contest.in_turn({n: lambda n=n: one(n, server) for n in names}, rounds)
        for index, unit in enumerate(("rate", "cpu")):
            values = {name: [row[index] for row in rows[name]] for name in names}
            for name in names:
                figures[f"peers.{kind}.{name}.{unit}"] = contest.median(values[name])
            for name in names[1:]:
                pairs = contest.ratios(values[name], values["finwait"])
                figures.update(contest.spread(f"peers.{kind}.{name}.{unit}.ratio", pairs))
    return figures
