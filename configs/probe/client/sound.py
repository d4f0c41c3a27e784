"""sound.py URL [--cacert FILE] [--mutant NAME]: a client that ends its connections as it should.

Two requests on a pool of one connection, with a second and a half between them, is all it does;
each of MUTANTS gets one thing wrong.  It proves the checks of finwait probe --client, and ends with
status 0 where both answers were whole."""

import select
import socket
import ssl
import sys
import time
from urllib.parse import urlsplit

PAUSE = 1.5
PATIENCE = 20

MUTANTS = {
    "close-unheard": "keeps a connection whose response said Connection: close",
    "reuse-closed": "sends a request where the server has sent its FIN",
    "close-wait": "looks at no idle connection, so the server's FIN lies there",
    "timeout-unheard": "uses a connection again after the Keep-Alive timeout that it was told",
    "unnotified": "ends TLS by a FIN, and no close_notify",
    "cut-unseen": "takes a cut response for a whole one",
    "lost-unseen": "takes no answer for an answer",
    "half-close-kept": "keeps a connection that the server has shut down",
    "reset-heard": "takes a RST behind a whole response for a failure",
}


class Lost(Exception):
    """No whole answer came; a part of one did, or nothing."""

    def __init__(self, why, part):
        super().__init__(why)
        self.part = part


class Connection:
    def __init__(self, url, context):
        port = url.port or (443 if url.scheme == "https" else 80)
        self.socket = socket.create_connection((url.hostname, port), timeout=PATIENCE)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname=url.hostname)
        self.host = url.netloc
        self.path = url.path or "/"
        self.expires = None  # when it was said to end
        self.closing = False
        self.got = 0  # bytes of the response

    def ask(self):
        self.got = 0
        request = f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n"
        self.socket.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.receive()
        head, body = head.split(b"\r\n\r\n", 1)
        fields = self.read_head(head)
        while len(body) < int(fields.get("content-length", 0)):
            body += self.receive()

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except OSError as error:
            raise Lost(str(error), self.got > 0) from error
        if not data:
            raise Lost("the connection ended before the response did", self.got > 0)
        self.got += len(data)
        return data

    def read_head(self, head):
        lines = head.decode("latin-1").split("\r\n")[1:]
        fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
        self.closing = fields.get("connection", "").lower() == "close"
        said = fields.get("keep-alive", "")
        if "timeout=" in said:
            self.expires = time.monotonic() + int(said.split("timeout=")[1].split(",")[0]) - 0.2
        return fields

    def has_news(self, patience=0.0):
        """An idle connection has nothing to tell but that it is over."""
        return bool(select.select([self.socket], [], [], patience)[0])

    def is_usable(self, wrong):
        expired = self.expires is not None and time.monotonic() > self.expires
        ended = self.has_news()
        return not (self.closing or (expired and wrong != "timeout-unheard")
                    or (ended and wrong != "reuse-closed"))

    def close(self, wrong):
        if isinstance(self.socket, ssl.SSLSocket) and wrong != "unnotified":
            self.socket.settimeout(1)
            try:
                self.socket.unwrap()
            except (OSError, ValueError):
                pass
        self.socket.close()


def idle(connection, wrong):
    """The pause between two requests; an idle connection is watched, and closed when it is over."""
    end = time.monotonic() + PAUSE
    keeps = {"close-wait", "reuse-closed"}
    if connection is not None and connection.closing:
        keeps |= {"close-unheard", "half-close-kept"}
    if connection is not None and wrong not in keeps:
        while (left := end - time.monotonic()) > 0:
            expires = connection.expires if wrong != "timeout-unheard" else None
            until = min(left, max(expires - time.monotonic(), 0)) if expires else left
            news = connection.has_news(until)
            if news or (expires and time.monotonic() >= expires):
                connection.close(wrong)
                connection = None
                break
    time.sleep(max(end - time.monotonic(), 0))
    return connection


def fetch(connection, url, context, wrong):
    """Ask on the pool's connection, or on a new one; the connection if it may be used again."""
    if connection is not None and not connection.is_usable(wrong):
        connection.close(wrong)
        connection = None
    connection = connection or Connection(url, context)
    try:
        connection.ask()
    except Lost as lost:
        connection.close(wrong)
        if wrong != ("cut-unseen" if lost.part else "lost-unseen"):
            raise
        return None
    if connection.closing and wrong not in ("close-unheard", "half-close-kept"):
        connection.close(wrong)
        return None
    return connection


def hears_reset(connection):
    """Whether the server ended an idle connection by a RST."""
    try:
        if connection is not None and connection.has_news(0.5):
            connection.socket.recv(1)
    except OSError:
        return True
    return False


def main(arguments):
    wrong = arguments[arguments.index("--mutant") + 1] if "--mutant" in arguments else None
    url = urlsplit(arguments[0])
    context = None
    if url.scheme == "https":
        context = ssl.create_default_context()
        if "--cacert" in arguments:
            context.load_verify_locations(arguments[arguments.index("--cacert") + 1])
    try:
        connection = fetch(None, url, context, wrong)
        if wrong == "reset-heard" and hears_reset(connection):
            return 1
        connection = idle(connection, wrong)
        connection = fetch(connection, url, context, wrong)
    except (Lost, OSError) as error:
        print(f"sound.py: {error}", file=sys.stderr)
        return 1
    if connection is not None:
        connection.close(wrong)
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(MUTANTS))
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
