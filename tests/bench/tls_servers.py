"""Servers that are not finwait's, with TLS 1.3 and a P-256 certificate, on this host's loopback."""

import collections
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import child

SUITE = "TLS_AES_128_GCM_SHA256"  # left to themselves, clients do not agree on one

KINDS = ("full", "resumed")  # handshakes: full ones, and those that resume a session
PATIENCE = 10

Served = collections.namedtuple("Served", "handshakes resumed rate")

# Nobody can resume at the first port: it gives no tickets and keeps no sessions.
NGINX_CONF = """
daemon off;
master_process off;
pid {place}/pid;
error_log {place}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{
    log_format bench "$msec $ssl_session_reused";
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
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
}}
"""


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
def certified_place():
    """A directory with cert.pem and key.pem."""
    with tempfile.TemporaryDirectory(prefix="finwait-bench-") as place:
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
        command += f" -subj /CN=localhost -keyout {place}/key.pem -out {place}/cert.pem"
        subprocess.run(command.split(), check=True, capture_output=True)
        yield place


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


class Nginx:
    """One process.  It knows of each handshake whether it was resumed, once the request is in."""

    def __init__(self, place):
        self.place = place
        self.port = {kind: free_port() for kind in (*KINDS, "held")}
        self.seen = dict.fromkeys(KINDS, 0)

    @contextlib.contextmanager
    def running(self):
        conf = os.path.join(self.place, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(NGINX_CONF.format(place=self.place, suite=SUITE, **self.port))
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        command = [program, "-p", self.place, "-c", conf, "-e", f"{self.place}/error.log"]
        with running(command, self.port.values()) as process:
            self.process = process
            yield self

    def user(self):
        return child.user_of(self.process.pid)

    def served(self, kind):
        """What came in at the port since the last time this was asked."""
        time.sleep(0.1)  # the last clients may be gone before their line is written
        with open(f"{self.place}/{kind}.log", encoding="ascii") as file:
            file.seek(self.seen[kind])
            lines = [line.split() for line in file.read().splitlines()]
            self.seen[kind] = file.tell()
        if len(lines) < 2 or lines[0][0] == lines[-1][0]:
            return Served(len(lines), 0, None)
        took = float(lines[-1][0]) - float(lines[0][0])
        resumed = sum(reused == "r" for _, reused in lines)
        return Served(len(lines), resumed, (len(lines) - 1) / took)


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
