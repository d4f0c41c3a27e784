"""What TLS peers that are not finwait's are made of: certificates, nginx, openssl(1), and a server
of finwait's for clients that are not."""

import contextlib
import functools
import glob
import os
import re
import select
import shutil
import signal
import subprocess
import time

import finwait_test as ft

SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
NGINX = shutil.which("nginx", path=SBIN)
TOOLS = ("openssl", "curl", "ab", "h2load", "wrk", "nginx")

# What openssl-req(1) calls the keys.
KEYS = {
    "p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "rsa": ["rsa:2048"],
    "rsa-pss": ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ed25519": ["ed25519"],
}


def missing_tools():
    """Those of TOOLS that are not here; scripts/deps --tests installs them."""
    return [tool for tool in TOOLS if not shutil.which(tool, path=SBIN)]


# ---- certificates ----


class Identity:
    """The files of a certificate and its key."""

    def __init__(self, name):
        self.cert = os.path.join(ft.PLACE.path, f"{name}.pem")
        self.key = os.path.join(ft.PLACE.path, f"{name}.key")

    def make(self, subject, key, *options):
        command = ["openssl", "req", "-x509", "-nodes", "-newkey", *KEYS[key]]
        command += ["-subj", f"/CN={subject}", "-keyout", self.key, "-out", self.cert]
        made = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=ft.PATIENCE, check=False
        )
        assert made.returncode == 0, made.stderr
        for path in (self.cert, self.key):
            os.chmod(path, 0o644)
        return self


@functools.cache
def authority(name="ca"):
    """A CA that signs servers' certificates."""
    return Identity(name).make(f"finwait test {name}", "p256", "-days", "2")


def identity(key="p256"):
    """A server's, signed by `authority()`."""
    return make_identity(key)


@functools.cache
def make_identity(key):
    ca = authority()
    signed = ["-CA", ca.cert, "-CAkey", ca.key, "-days", "2"]
    extensions = ["subjectAltName=DNS:localhost,DNS:example.test,IP:127.0.0.1,IP:::1"]
    extensions += ["basicConstraints=critical,CA:FALSE"]
    options = [word for text in extensions for word in ("-addext", text)]
    return Identity(f"server-{key}").make("example.test", key, *signed, *options)


@functools.cache
def expired():
    """One of yesterday's."""
    ca, good, old = authority(), identity(), Identity("expired")
    old.key = good.key
    request = os.path.join(ft.PLACE.path, "expired.csr")
    tool("openssl", "req", "-new", "-key", old.key, "-subj", "/CN=example.test", "-out", request)
    signed = ["-CA", ca.cert, "-CAkey", ca.key, "-CAcreateserial", "-days", "-1"]
    tool("openssl", "x509", "-req", "-in", request, *signed, "-out", old.cert)
    return old


# ---- servers that are not ours ----

# `user`: one that is root in a namespace gives its directories to that user, who must be there.
NGINX_CONF = """
user root;
daemon off;
master_process off;
pid {prefix}/pid;
error_log {prefix}/error.log;
worker_rlimit_nofile 4096;
events {{ worker_connections 2048; }}
http {{
    log_format tls "$ssl_protocol $ssl_cipher $ssl_session_reused $ssl_server_name "
                   "$ssl_alpn_protocol $status";
    access_log {prefix}/access.log tls;
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    keepalive_requests 100000;
    client_max_body_size 16m;
    server {{
        listen {address}:{port} {tls} backlog=2048;
        {settings}
        location / {{ return 200 "hello"; }}
    }}
}}
"""

NGINX_TLS = "ssl_certificate {0.cert}; ssl_certificate_key {0.key};"


class Nginx:
    def __init__(self, prefix, port):
        self.prefix = prefix
        self.port = port

    def requests(self):
        """What its log says of each: protocol, cipher, r or ., server_name, ALPN, status."""
        with open(os.path.join(self.prefix, "access.log"), encoding="utf-8") as file:
            return [line.split() for line in file]


def nginx_settings(tls, keepalive=0, who=None, protocols="TLSv1.2 TLSv1.3", more=""):
    """The settings of its one server."""
    certificate = NGINX_TLS.format(who or identity()) if tls else ""
    protocols = f"ssl_protocols {protocols};" if tls else ""
    return f"keepalive_timeout {keepalive}; {certificate} {protocols} {more}"


@contextlib.contextmanager
def nginx(tls=True, address="127.0.0.1", inside=(), **settings):
    """nginx, run by the words of `inside`: those that enter a host."""
    prefix = ft.PLACE.directory()
    port = ft.free_port()
    conf = os.path.join(prefix, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(
            NGINX_CONF.format(
                prefix=prefix,
                address=address,
                port=port,
                tls="ssl" if tls else "",
                settings=nginx_settings(tls, **settings),
            )
        )
    command = [NGINX, "-p", prefix, "-c", conf, "-e", os.path.join(prefix, "error.log")]
    with running([*inside, *command], stderr=subprocess.DEVNULL) as process:
        # Its pid file comes after its listener.
        def up():
            return os.path.exists(os.path.join(prefix, "pid")) or process.poll() is not None

        ft.wait_until(up, "nginx listens")
        assert process.poll() is None, f"nginx ended with {process.returncode}"
        yield Nginx(prefix, port)


@contextlib.contextmanager
def running(command, **how):
    """A process that ends with its test."""
    process = subprocess.Popen(command, **{"stdin": subprocess.DEVNULL, **how})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=ft.PATIENCE)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


class Typing:
    """A program that takes a line at a time, as from a terminal."""

    PAUSE = 0.002  # s: openssl(1) takes what comes together for one line

    def __init__(self, process):
        self.process = process
        self.said = ""
        os.set_blocking(process.stdout.fileno(), False)

    def read(self):
        self.said += (self.process.stdout.read() or b"").decode(errors="replace")
        return self.said

    def type(self, line, answer=None):
        """Type it; with `answer`, an expression, wait until that has been said once more."""
        before = answer and len(re.findall(answer, self.said))
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        time.sleep(self.PAUSE)
        self.read()
        while answer and len(re.findall(answer, self.said)) <= before:
            ready, _, _ = select.select([self.process.stdout], [], [], ft.PATIENCE)
            text = self.said
            assert ready and self.read() != text, f"no answer to {line}: {text[-200:]}"

    def wait(self):
        def ended():
            self.read()
            return self.process.poll() is not None

        ft.wait_until(ended, f"{self.process.args[:2]} ends")
        self.read()


@contextlib.contextmanager
def typing(command):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with running(command, **pipes) as process:
        yield Typing(process)


@contextlib.contextmanager
def openssl_server(*options, who=None):
    """openssl s_server, which answers each request with a page about the connection."""
    who = who or identity()
    port = ft.free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-quiet"]
    command += ["-cert", who.cert, "-key", who.key, *options]
    with running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        ft.wait_until(lambda: ft.listening_on(port), "openssl s_server listens")
        yield port


# ---- clients that are not ours ----


def tool(*command, status=0, **how):
    """Run it to its end and return what it wrote."""
    ended = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        timeout=ft.PATIENCE,
        check=False,
        **({} if "input" in how else {"stdin": subprocess.DEVNULL}),
        **how,
    )
    text = ended.stdout.decode(errors="replace") + ended.stderr.decode(errors="replace")
    assert status is None or ended.returncode == status, f"{command}: {ended.returncode}: {text}"
    return text


# ---- ours ----


def loading(port, program, connections, **settings):
    """Load another's server on this host."""
    return {
        "lab": "host",
        "transport": "tls",
        "server.at": f"127.0.0.1:{port}",
        "client.program": program,
        "request.size": 0,
        "load.connections": connections,
        "load.concurrency": 8,
        "settle": "300ms",
        **settings,
    }


# As /proc/net/tcp has them.
ESTABLISHED, TIME_WAIT, LISTENS = "01", "06", "0A"


def is_socket(file):
    with contextlib.suppress(OSError):  # closed meanwhile
        return os.readlink(file).startswith("socket:")
    return False


class Served:
    """A server of ours that runs until `stop` cuts it short."""

    def __init__(self, process, port):
        self.process = process
        self.port = port
        self.result = None

    def sockets(self):
        """The rows of /proc/net/tcp whose local port is its own, cut into words."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [line.split() for line in file]
        return [row for row in rows if row[1].endswith(f":{self.port:04X}")]

    def drained(self, standing=0):
        """Wait until no connection is under way any more, but for those that stand: one that was reset
        is no row, and yet has to be accepted and its end to be read."""

        def all_ended():
            rows = self.sockets()
            unaccepted = sum(int(row[4].split(":")[1], 16) for row in rows if row[3] == LISTENS)
            states = [row[3] for row in rows if row[3] not in (LISTENS, TIME_WAIT)]
            return max(len(states), unaccepted + self.held()) <= standing

        ft.wait_until(all_ended, "all connections have ended")

    def workers(self):
        return ft.children_of(self.process.pid)

    def unread(self):
        """Its connections that have something to read."""
        mine = [row for row in self.sockets() if row[3] == ESTABLISHED]
        return sum(not row[4].endswith(":00000000") for row in mine)

    def held(self):
        """Connections that its workers have accepted: beside them each has three sockets."""
        workers = self.workers()
        files = [file for worker in workers for file in glob.glob(f"/proc/{worker}/fd/*")]
        return sum(is_socket(file) for file in files) - 3 * len(workers)

    def stop(self, number=signal.SIGTERM, standing=0):
        """What a client saw as done is not yet so for a server on a busy machine: that is waited for."""
        if self.result is None:
            self.drained(standing)
            self.process.send_signal(number)
            ended = ft.finish(self.process)
            assert ended.status == 4, ended
            self.result = ended.result
        return self.result


@contextlib.contextmanager
def serving(**settings):
    """Our server on this host, for clients that are not ours."""
    port = ft.free_port()
    given = {
        "lab": "host",
        "transport": "tls",
        "client": "none",
        "server.port": port,
        "server.workers": 1,
        "response.size": 777,
        "load.duration": "1h",
        **{name.replace("__", "."): value for name, value in settings.items()},
    }
    process = ft.popen([*ft.as_arguments(given), "--json", "--quiet"])
    served = Served(process, port)
    try:

        def up():
            return ft.listening_on(port) or process.poll() is not None

        ft.wait_until(up, "the server listens")
        assert process.poll() is None, ft.finish(process)
        yield served
        served.stop()
        ft.wait_until(lambda: not ft.processes_of(process.mark), "nothing is left of it")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            pipe.close()
