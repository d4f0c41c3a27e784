"""Load generators that are not finwait's, as commands that make TLS 1.3 connections, one request
each, to a server that closes."""

import re
import shutil

from tls_servers import KINDS

SECONDS = 2  # for those that know no number of connections

# name: the program, then its command for full handshakes and the one for resumed ones.  None: it
# does not resume TLS 1.3 sessions.
CLIENTS = {
    "s_time": (
        "openssl",
        "s_time -new -tls1_3 -time {seconds} -connect 127.0.0.1:{port} -www /",
        "s_time -reuse -tls1_3 -time {seconds} -connect 127.0.0.1:{port} -www /",
    ),
    "ab": ("ab", "-q -n {count} -c {at_once} https://127.0.0.1:{port}/", None),
    "h2load": (
        "h2load",
        "--h1 -n {count} -c {at_once} https://127.0.0.1:{port}/",
        "--h1 -n {count} -c {at_once} https://127.0.0.1:{port}/",
    ),
    "hey": ("hey", "-disable-keepalive -n {count} -c {at_once} https://127.0.0.1:{port}/", None),
    "wrk": (
        "wrk",
        "-t 1 -c {at_once} -d {seconds}s https://127.0.0.1:{port}/",
        "-t 1 -c {at_once} -d {seconds}s https://127.0.0.1:{port}/",
    ),
    "h1load": (
        "h1load",
        "-r 1 -n {count} -c {at_once} https://127.0.0.1:{port}/",
        "-r 1 -n {count} -c {at_once} --tls-reuse https://127.0.0.1:{port}/",
    ),
    # It sends no request: the server logs nothing, and its own count is taken.
    "tls-perf": ("tls-perf", "-q -t 1 -l {at_once} -T 2 --tls 1.3 127.0.0.1 {port}", None),
}


def missing():
    return [name for name, (program, *_) in CLIENTS.items() if not shutil.which(program)]


def found(kind):
    """The names of those that are here and can do handshakes of that kind."""
    absent = missing()
    of_kind = [name for name, row in CLIENTS.items() if row[1 + KINDS.index(kind)]]
    return [name for name in of_kind if name not in absent]


def command(name, kind, port, count, at_once):
    program, *templates = CLIENTS[name]
    template = templates[KINDS.index(kind)]
    words = template.format(port=port, count=count, at_once=at_once, seconds=SECONDS).split()
    return [program, *words]


def counts_itself(name):
    return name == "tls-perf"


def own_count(stdout):
    """Handshakes and their rate as tls-perf reports them."""
    handshakes = re.search(r"HANDSHAKES (\d+)", stdout)
    rate = re.search(r"AVG (\d+)", stdout)
    return int(handshakes[1]), float(rate[1])
