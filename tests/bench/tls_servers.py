"""Servers that are not finwait's, with TLS 1.3 and a P-256 certificate, on this host's loopback."""

import collections
import contextlib
import subprocess
import tempfile

import child
import nginx
from servers import free_port, running

SUITE = "TLS_AES_128_GCM_SHA256"  # left to themselves, clients do not agree on one

KINDS = ("full", "resumed")  # handshakes: full ones, and those that resume a session

Served = collections.namedtuple("Served", "handshakes resumed rate")

# Nobody can resume at the first port: it gives no tickets and keeps no sessions.
HTTP = """
    log_format bench "$msec $ssl_session_reused";
    keepalive_timeout 0;
    ssl_certificate {place}/cert.pem;
    ssl_certificate_key {place}/key.pem;
    ssl_protocols TLSv1.3;
    server {{
        listen 127.0.0.1:{full} ssl backlog=4096;
        access_log {place}/full.log bench;
        ssl_conf_command Ciphersuites {suite};
        ssl_conf_command NumTickets 0;
        location / {{ return 200 "hello"; }}
    }}
    server {{
        listen 127.0.0.1:{resumed} ssl backlog=4096;
        access_log {place}/resumed.log bench;
        ssl_conf_command Ciphersuites {suite};
        location / {{ return 200 "hello"; }}
    }}
    server {{
        listen 127.0.0.1:{held} ssl backlog=4096;
        access_log off;
        ssl_conf_command Ciphersuites {suite};
        ssl_conf_command NumTickets 0;
        keepalive_timeout 60;
        location / {{ return 200 "hello"; }}
    }}
"""


@contextlib.contextmanager
def certified_place():
    """A directory with cert.pem and key.pem."""
    with tempfile.TemporaryDirectory(prefix="finwait-bench-") as place:
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
        command += f" -subj /CN=localhost -keyout {place}/key.pem -out {place}/cert.pem"
        subprocess.run(command.split(), check=True, capture_output=True)
        yield place


class Nginx:
    """One process.  It knows of each handshake whether it was resumed, once the request is in."""

    def __init__(self, place):
        self.place = place
        self.port = {kind: free_port() for kind in (*KINDS, "held")}
        self.log = {kind: nginx.Log(f"{place}/{kind}.log") for kind in KINDS}

    @contextlib.contextmanager
    def running(self):
        http = HTTP.format(place=self.place, suite=SUITE, **self.port)
        with nginx.serving(self.place, http, self.port.values()) as process:
            self.process = process
            yield self

    def user(self):
        return child.user_of(self.process.pid)

    def served(self, kind):
        """What came in at the port since the last time this was asked."""
        reused, rate = self.log[kind].news()
        return Served(len(reused), reused.count("r"), rate)


class SServer:
    """openssl s_server, which serves one connection after the other."""

    def __init__(self, place):
        self.place = place
        self.port = {kind: free_port() for kind in KINDS}
        self.pid = {}

    @contextlib.contextmanager
    def running(self):
        with contextlib.ExitStack() as stack:
            for kind, tickets in (("full", 0), ("resumed", 2)):
                port = self.port[kind]
                command = f"openssl s_server -accept 127.0.0.1:{port} -tls1_3 -www -quiet"
                command += f" -cert {self.place}/cert.pem -key {self.place}/key.pem"
                command += f" -ciphersuites {SUITE} -num_tickets {tickets}"
                self.pid[kind] = stack.enter_context(running(command.split(), [port])).pid
            yield self

    def user(self):
        return sum(child.user_of(pid) for pid in self.pid.values())
