"""A small HTTP server that ends its connections as they should be, and, asked to, one thing wrong.

sound.py PORT [--address A] [--mutant NAME] [--cert C --key K]      sound.py --list

It is what the checks of `finwait probe` are proved on: all pass for it, and each fails for its own
mutant, a row of MUTANTS below; what a mutant does differently stands where wrong("its name") does.

GET /        at once           /slow   after 1 s         /large  8 MB       /drip  10 parts in 1 s
/cut  half of what its Content-Length says, as when an upstream is lost     /ws    a WebSocket
POST /upload  413 at once for more than 100 kB; other bodies are read and answered by 200

SIGTERM, SIGQUIT, SIGINT: no more is accepted, what is asked for is answered, the others get a FIN.
SIGHUP: a new process serves; the one before it answers what it was asked, and ends.
"""

import argparse
import base64
import errno
import hashlib
import os
import re
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import time

IDLE = 2  # what Keep-Alive promises, seconds
GRACE = 0.2  # and so much longer, for who sends at the last moment (RFC 9112, section 9.5)
SILENT = 2  # for the first byte of the first request
HEAD = 2  # for a head, from its first byte on, and between two parts of a body
SEND = 2  # a peer that takes nothing for so long gets a RST
LINGER = 2  # for what the peer still sends, and its FIN, after ours
ORPHANED = 1  # and so much longer for its FIN alone, which nobody holds a descriptor for
UNACKED = 3  # for the ACK of our FIN
HANDSHAKE = 2
LAST_MOMENT = 1  # when we end, for the first request of who has just connected
END = 3  # to end in
MAX_REQUESTS = 100
HEAD_MAX = 16_384
HEAD_END = re.compile(rb"\r?\n\r?\n")  # a bare LF will do (RFC 9112, section 2.2)
UPLOAD_MAX = 100_000
MEGABYTE = bytes(1_000_000)

MUTANTS = {  # name: (what is wrong, what that shows as)
    "idle-never": ("an idle connection is kept", "no FIN; ESTABLISHED stays"),
    "idle-rst": ("an idle connection is ended by linger {1,0}", "a RST in place of the FIN"),
    "idle-late": ("Keep-Alive says 2 s, but it ends after 0.5 s", "idle is less than promised"),
    "idle-race": ("an idle connection is closed, and not drained", "FIN; a crossing request: RST"),
    "silent-never": ("no bound on the first byte", "ESTABLISHED stays, nothing was sent"),
    "slow-header-never": ("no bound on the rest of a head", "no 408, no FIN"),
    "unsolicited-408": ("408 before a byte of a request has come", "a response nobody asked for"),
    "close-ignored": ("Connection: close is not looked at", "no FIN before the idle timeout"),
    "close-unannounced": ("it closes, but says no Connection: close", "FIN without the header"),
    "http10-keeps": ("HTTP/1.0 is kept alive unasked", "no FIN before the idle timeout"),
    "max-unannounced": ("the 100th response does not say close", "FIN without the header"),
    "tail-rst": ("requests behind the last one are not drained", "a RST behind the response"),
    "error-rst": ("400, 408, 431, then linger {1,0}", "a RST behind, or before, the response"),
    "half-close-dropped": ("done at the peer's FIN (plain TCP)", "FIN and no response"),
    "half-close-midway-leak": ("FIN in mid-request is forgotten", "CLOSE_WAIT stays"),
    "abandon-leak": ("FIN while the handler works is forgotten", "CLOSE_WAIT stays"),
    "abandon-unnoticed": ("the handler does not look for a FIN", "CLOSE_WAIT while it works"),
    "close-while-idle-leak": ("FIN between two requests is forgotten", "CLOSE_WAIT stays"),
    "reset-midway-leak": ("EPIPE, ECONNRESET of send: forgotten", "a descriptor in CLOSE stays"),
    "vanish-never": ("no bound on the ACK of its FIN", "FIN_WAIT1 stays as long as the kernel's"),
    "fin-wait2-unbounded": ("it holds the socket until a FIN comes", "FIN_WAIT2 stays, owned"),
    "zero-window-forever": ("no bound on send", "ESTABLISHED stays, with data queued"),
    "early-response-rst": ("413, then close with the body unread", "a RST; 413 is lost at times"),
    "early-response-silent": ("413 that does not say close", "FIN without the header"),
    "cut-invisible": ("/large /drip /cut: no Content-Length", "a cut response ends as a whole one"),
    "notify-missing": ("TLS: its FIN comes without close_notify", "a truncation, to the peer"),
    "notify-unanswered": ("TLS: it answers no close_notify", "FIN alone in answer"),
    "tls-half-close-dropped": ("done at the peer's close_notify", "no response"),
    "fin-without-notify-leak": ("a FIN without close_notify is forgotten", "CLOSE_WAIT stays"),
    "https-rst": ("TLS: close_notify, close: the peer's is unread", "a RST at each end of its own"),
    "handshake-forever": ("no bound on the handshake", "ESTABLISHED stays"),
    "term-drops": ("SIGTERM ends it at once", "FIN or RST and no response"),
    "quit-drops": ("SIGQUIT ends it at once", "FIN or RST and no response"),
    "shutdown-hangs-on-idle": ("at its end it waits for idle clients", "it does not end"),
    "drain-silent": ("at its end responses do not say close", "FIN without the header"),
    "reload-loses": ("SIGHUP: killed, and listens anew 0.1 s later", "RST, FIN, ECONNREFUSED"),
    "reload-old-stays": ("SIGHUP: the old process serves on", "a process more each time"),
    "listener-closes-queue": ("at its end its queue is not accepted", "RST to who waits there"),
    "no-reuseaddr": ("it listens without SO_REUSEADDR", "EADDRINUSE when started again"),
    "backlog-1": ("listen(fd, 1)", "SYNs and third ACKs dropped"),
    "accept-queue-hang": ("stopped, it accepts none for 20 s more", "ownerless CLOSE_WAIT"),
    "emfile-spins": ("at EMFILE it tries again at once", "100 % of a CPU"),
    "emfile-leaks": ("once at EMFILE, it closes nothing any more", "CLOSE_WAIT, descriptors"),
    "websocket-waits": ("after the Close frames the client is to close", "no FIN; FIN by client"),
    "time-wait-swapped": ("after Connection: close it lets the client close", "its TIME_WAIT"),
    "leaks-descriptors": ("each connection leaves a descriptor", "descriptors grow"),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int, nargs="?", metavar="PORT")
    parser.add_argument("--address", default="", help="default: [::] and 0.0.0.0")
    parser.add_argument("--mutant", choices=MUTANTS, default="", metavar="NAME")
    parser.add_argument("--cert", help="PEM file: TLS")
    parser.add_argument("--key")
    parser.add_argument("--list", action="store_true", help="the mutants")
    return parser.parse_args()


ARGUMENTS = arguments()


def wrong(name):
    """Here a mutant differs."""
    return ARGUMENTS.mutant == name


now = time.monotonic
FOREVER = float("inf")
BLOCKED = {  # what recv and send raise when it is not their time
    BlockingIOError: None,
    ssl.SSLWantReadError: select.POLLIN,
    ssl.SSLWantWriteError: select.POLLOUT,
}


class Late(Exception):
    """What was awaited has not come."""


class Ending(Exception):
    """We have been told to end while a connection was idle."""


class Forgotten(Exception):
    """A mutant loses a connection: its descriptor stays."""


class Refused(Exception):
    """The request is answered by this status, and is the last."""


# ---- a connection ----


class Connection:
    def __init__(self, accepted):
        self.socket = accepted
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.secured = False
        self.peer_done = False  # its FIN, or its close_notify, has been read

    def wait(self, reason, events, until, idle=False):
        poll = select.poll()
        poll.register(self.socket, BLOCKED[type(reason)] or events)
        if idle:
            poll.register(server.told)
        ready = dict(poll.poll(None if until == FOREVER else max(0, until - now()) * 1000))
        if not ready:
            raise Late
        if self.socket.fileno() not in ready:
            raise Ending

    def secure(self, context):
        """False: what the peer has said is too little for a handshake, or is none."""
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
        until = FOREVER if wrong("handshake-forever") else now() + HANDSHAKE
        try:
            while not self.secured:
                self.shake_hands(until)
        except (Late, ssl.SSLError):
            return False
        return True

    def shake_hands(self, until):
        try:
            self.socket.do_handshake()
            self.secured = True
        except tuple(BLOCKED) as reason:
            self.wait(reason, select.POLLIN, until)

    def receive(self, until, idle=False):
        """What has come; b"" once the peer says no more."""
        while True:
            if wrong("fin-without-notify-leak") and self.secured and self.fin_is_next():
                raise Forgotten
            try:
                data = self.socket.recv(65536)
                self.peer_done = not data
                return data
            except tuple(BLOCKED) as reason:
                self.wait(reason, select.POLLIN, until, idle)

    def fin_is_next(self):
        """Only a mutant asks: whether a FIN has come, and no close_notify before it."""
        try:
            return not socket.socket.recv(self.socket, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return False

    def send(self, data):
        left = memoryview(data)
        patience = FOREVER if wrong("zero-window-forever") else SEND
        until = now() + patience
        while left:
            try:
                left = left[self.socket.send(left[:65536]) :]
                until = now() + patience
            except tuple(BLOCKED) as reason:
                self.wait(reason, select.POLLOUT, until)
            except ConnectionError:
                if wrong("reset-midway-leak"):
                    raise Forgotten from None
                raise

    def peer_says_all(self, seconds=0.05):
        """Only a mutant asks: whether the peer's FIN or close_notify follows its request."""
        try:
            self.buffer += self.receive(now() + seconds)
        except Late:
            pass
        return self.peer_done

    def say_all(self):
        """TLS: close_notify, which is ours to send whoever was first (RFC 8446, section 6.1)."""
        if wrong("notify-missing") and not self.peer_done:
            return
        if wrong("notify-unanswered") and self.peer_done:
            return
        try:
            self.socket.unwrap()  # it would read the peer's as well; that is drained below
        except OSError:
            pass

    def end(self):
        """Our FIN, and then all that the peer sends is read until its own: no close is a RST."""
        if not wrong("vanish-never"):
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKED * 1000)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, ORPHANED)
        if self.secured:
            self.say_all()
            self.secured = False
            if wrong("https-rst"):
                return
        self.socket.shutdown(socket.SHUT_WR)  # with TLS: what follows is read as it comes
        self.drain()

    def drain(self):
        until = now() + (0.5 if server.ending else LINGER)
        if wrong("fin-wait2-unbounded"):
            until = FOREVER
        try:
            while self.receive(until) and now() < until:
                pass
        except Late:
            pass

    def reset(self):
        """By linger {1,0}."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self.socket.close()


# ---- a request ----


class Request:
    def __init__(self, head):
        lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
        words = lines[0].split(" ")
        if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
            raise Refused("400 Bad Request")
        self.method, self.target, self.version = words
        self.path = self.target.partition("?")[0]
        self.headers = dict(map(self.header, lines[1:]))
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or "transfer-encoding" in self.headers:
            raise Refused("411 Length Required")
        self.length = int(length)

    @staticmethod
    def header(line):
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Refused("400 Bad Request")
        return name.lower(), value.strip()

    def is_last(self):
        """The client wants no other one behind it."""
        if self.version == "HTTP/1.0":
            return not wrong("http10-keeps")
        options = self.headers.get("connection", "").lower().replace(" ", "").split(",")
        return "close" in options and not wrong("close-ignored")


def begins(connection, first):
    """Whether a request comes at all, before the connection has been idle for too long."""
    if connection.buffer:
        return True
    patience = SILENT if first else IDLE + GRACE
    if wrong("idle-late") and not first:
        patience = 0.5
    if wrong("silent-never" if first else "idle-never"):
        patience = FOREVER
    try:
        connection.buffer = connection.receive(now() + patience, idle=True)
    except Ending:
        return comes_at_last(connection, first)
    except Late:
        say_nothing_more(connection, first)
    if not connection.buffer and connection.peer_done and wrong("close-while-idle-leak"):
        raise Forgotten
    return bool(connection.buffer)


def comes_at_last(connection, first):
    """We end: a client that has just connected has its request on the way."""
    until = now() + (LAST_MOMENT if first else 0)
    if wrong("shutdown-hangs-on-idle"):
        until = FOREVER
    try:
        connection.buffer = connection.receive(until)
    except Late:
        pass
    return bool(connection.buffer)


def say_nothing_more(connection, first):
    """An idle connection is ended: the client has nothing to be told."""
    if wrong("unsolicited-408") and first:
        connection.send(response("408 Request Timeout", b"", True))
    if wrong("idle-rst") and not first:
        connection.reset()
    if wrong("idle-race") and not first:
        connection.close()


def read_more(connection, until):
    """More of a request that has begun."""
    try:
        data = connection.receive(until)
    except Late:
        raise Refused("408 Request Timeout") from None
    if not data:
        if wrong("half-close-midway-leak"):
            raise Forgotten
        raise Refused("400 Bad Request")
    return data


def read_request(connection):
    until = FOREVER if wrong("slow-header-never") else now() + HEAD
    while not (end := HEAD_END.search(connection.buffer)) and len(connection.buffer) <= HEAD_MAX:
        connection.buffer += read_more(connection, until)
    if not end or end.start() > HEAD_MAX:
        raise Refused("431 Request Header Fields Too Large")
    head = connection.buffer[: end.start()]
    connection.buffer = connection.buffer[end.end() :]
    return Request(head)


def read_body(connection, request):
    if request.path == "/upload" and request.length > UPLOAD_MAX:
        raise Refused("413 Content Too Large")
    if request.headers.get("expect", "").lower() == "100-continue":
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    left = request.length - len(connection.buffer)
    while left > 0:
        connection.buffer = read_more(connection, now() + HEAD)
        left -= len(connection.buffer)
    connection.buffer = connection.buffer[len(connection.buffer) + left :] if left < 0 else b""


# ---- a response ----


def response(status, body, last, length=None, remaining=0):
    """`length` where it is not the body's; "" for none: it ends with the connection."""
    length = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", "Content-Type: text/plain"]
    if length != "":
        head.append(f"Content-Length: {length}")
    if last:
        head.append("Connection: close")
    else:
        head.append(f"Keep-Alive: timeout={IDLE}, max={remaining}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def refuse(connection, status):
    early = status.startswith("413")
    said = not (early and wrong("early-response-silent"))
    connection.send(response(status, status.encode() + b"\n", said, remaining=MAX_REQUESTS))
    if early and wrong("early-response-rst"):
        connection.close()
    if not early and wrong("error-rst"):
        connection.reset()


def work(connection, seconds):
    """A client that has gone is noticed: there is no more to work for.  One that has but shut down
    its side has the response the sooner."""
    if wrong("abandon-unnoticed"):
        time.sleep(seconds)
    poll = select.poll()
    poll.register(connection.socket, select.POLLRDHUP)
    if poll.poll(seconds * 1000) and wrong("abandon-leak"):
        raise Forgotten


def contents(connection, path):
    """The length of a response, and its parts as they come to be; None: there is no such thing."""
    if path == "/slow":
        work(connection, 1)
    if path in ("/", "/slow", "/upload"):
        return 3, [b"ok\n"]
    if path == "/large":
        return 8_000_000, [MEGABYTE] * 8
    if path == "/cut":
        return 10_000, [bytes(5_000)]
    if path == "/drip":
        return 1_000, drip()
    return None


def close_over_tail(connection):
    """A RST, if requests are behind the last one: read already, or in the kernel."""
    time.sleep(0.1)
    if connection.buffer:
        connection.reset()
    connection.close()


def drip():
    for _ in range(10):
        yield b"x" * 100
        time.sleep(0.1)


def answer(connection, request, remaining):
    """True: another request may follow."""
    found = contents(connection, request.path)
    length, parts = found or (len(b"none\n"), [b"none\n"])
    asked = request.is_last()
    last = asked or remaining == 0 or server.ending
    said = last and not (
        (wrong("close-unannounced") and asked)
        or (wrong("max-unannounced") and remaining == 0)
        or (wrong("drain-silent") and server.ending)
    )
    if wrong("cut-invisible") and length >= 1_000:
        length, last, said = "", True, True
    status = "200 OK" if found else "404 Not Found"
    head = response(status, b"", said, length, remaining or MAX_REQUESTS)
    for part in [b""] if request.method == "HEAD" else parts:
        connection.send(head + part)  # of a short response one segment
        head = b""
    if asked and wrong("tail-rst"):
        close_over_tail(connection)
    if last and wrong("time-wait-swapped"):
        connection.peer_says_all(1)
    return not last and request.path != "/cut"


# ---- a WebSocket ----

CLOSE = 8


def websocket(connection, request):
    """Whatever comes is passed over until a Close frame, which is echoed: then the server is the
    one to close TCP first (RFC 6455, section 7.1.1)."""
    key = request.headers.get("sec-websocket-key", "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    connection.send(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
    )
    opcode, payload = frame(connection)
    while opcode not in (CLOSE, None):
        opcode, payload = frame(connection)
    if opcode == CLOSE:
        connection.send(bytes([0x80 | CLOSE, len(payload)]) + payload)
        if wrong("websocket-waits"):
            connection.receive(FOREVER)


def frame(connection):
    """Opcode and payload of the next frame of a client, which is masked; None: there is none."""
    try:
        return next_frame(connection)
    except Late:
        return None, b""


def next_frame(connection):
    first, size = take(connection, 2)
    size &= 0x7F
    if size > 125:
        size = int.from_bytes(take(connection, 2 if size == 126 else 8), "big")
    mask = take(connection, 4)
    payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(take(connection, size)))
    return first & 0x0F, payload


def take(connection, size):
    while len(connection.buffer) < size:
        data = connection.receive(now() + IDLE)
        if not data:
            raise Late
        connection.buffer += data
    data, connection.buffer = connection.buffer[:size], connection.buffer[size:]
    return data


# ---- all that is asked on a connection ----


def converse(connection):
    """Requests and responses, until one side wants no more."""
    for served in range(1, MAX_REQUESTS + 1):
        if not begins(connection, first=served == 1):
            return
        request = read_request(connection)
        read_body(connection, request)
        if wrong("tls-half-close-dropped") and connection.secured and connection.peer_says_all():
            return
        if wrong("half-close-dropped") and not connection.secured and connection.peer_says_all():
            return
        if request.path == "/ws" and "sec-websocket-key" in request.headers:
            websocket(connection, request)
            return
        if not answer(connection, request, MAX_REQUESTS - served):
            return


def talk(connection):
    try:
        if not server.context or connection.secure(server.context):
            converse(connection)
    except Refused as refused:
        refuse(connection, refused.args[0])


def serve(connection):
    """One thread's work."""
    try:
        talk(connection)
        connection.end()
    except Late:
        connection.reset()  # it takes nothing any more
    except Forgotten:
        server.forgotten.append(connection)
    except OSError:
        pass  # the peer's RST, no TLS, a FIN without close_notify, or a mutant's close
    server.lets_go(connection)


# ---- the process that serves ----


class Server:
    def __init__(self, listener, lifeline, context):
        self.listener = listener
        self.lifeline = lifeline  # its end of file is the end of who started us
        self.context = context
        self.told, self.tell = os.pipe()  # readable for all threads once we are to end
        self.ending = False
        self.rests_until = 0.0
        self.was_full = False
        self.forgotten = []
        self.count = 0
        self.fewer = threading.Condition()

    def run(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1):
            signal.signal(number, self.is_told)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if wrong("accept-queue-hang") or wrong("listener-closes-queue"):
            signal.signal(signal.SIGCONT, self.goes_on)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        threading.stack_size(512 * 1024)
        while not self.ending:
            self.look()
        self.rests_until = 0.0
        self.accept_all()
        self.listener.close()
        patience = None if wrong("shutdown-hangs-on-idle") else END
        with self.fewer:
            self.fewer.wait_for(lambda: self.count == 0, patience)

    def is_told(self, number, _):
        if number == signal.SIGTERM and wrong("term-drops"):
            os._exit(0)
        if number == signal.SIGQUIT and wrong("quit-drops"):
            os._exit(0)
        self.ending = True
        os.write(self.tell, b"!")

    def goes_on(self, *_):
        """Only a mutant's: who has come while it was stopped waits on."""
        self.rests_until = now() + (20 if wrong("accept-queue-hang") else 0.5)

    def look(self):
        """Accepts who has come; while the listener rests, they wait in its queue."""
        rest = self.rests_until - now()
        poll = select.poll()
        poll.register(self.lifeline)
        poll.register(self.told)
        if rest <= 0:
            poll.register(self.listener)
        ready = [fd for fd, _ in poll.poll(max(rest, 0) * 1000 or None)]
        if self.lifeline in ready:
            self.is_told(signal.SIGUSR1, None)
        if self.listener.fileno() in ready and now() >= self.rests_until:
            self.accept_all()

    def accept_all(self):
        while now() >= self.rests_until:
            if self.ending and wrong("listener-closes-queue"):
                return
            try:
                accepted, _ = self.listener.accept()
            except BlockingIOError:
                return
            except ConnectionError:
                continue
            except OSError as error:
                self.has_no_room(error)
                continue
            self.begin(Connection(accepted))

    def has_no_room(self, error):
        if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            raise error
        self.was_full = True
        self.rests_until = now() + (0 if wrong("emfile-spins") else 0.05)

    def begin(self, connection):
        with self.fewer:
            self.count += 1
        threading.Thread(target=serve, args=[connection], daemon=True).start()

    def lets_go(self, connection):
        if wrong("emfile-leaks") and self.was_full:
            self.forgotten.append(connection)
        if wrong("leaks-descriptors"):
            os.open("/", os.O_RDONLY)
        if connection not in self.forgotten:
            connection.close()
        with self.fewer:
            self.count -= 1
            self.fewer.notify()


server = None  # of this process


# ---- the process that starts it ----


def listen():
    family = socket.AF_INET if "." in ARGUMENTS.address else socket.AF_INET6
    try:
        listener = socket.socket(family)
    except OSError:  # no IPv6 on this machine
        listener = socket.socket(socket.AF_INET)
    if listener.family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if not wrong("no-reuseaddr"):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setblocking(False)
    listener.bind((ARGUMENTS.address, ARGUMENTS.port))
    listener.listen(1 if wrong("backlog-1") else 512)
    return listener


def tls_context():
    if not ARGUMENTS.cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ARGUMENTS.cert, ARGUMENTS.key)
    context.num_tickets = 0  # a client that closes with tickets unread sends a RST
    return context


class Master:
    """Holds the listener, so that it is there while one process follows another."""

    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD)

    def __init__(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, self.signals)
        self.context = tls_context()
        self.listener = listen()
        self.lifeline = os.pipe()
        self.workers = []

    def start(self):
        pid = os.fork()
        if pid:
            self.workers.append(pid)
            return
        os.close(self.lifeline[1])
        global server
        server = Server(self.listener, self.lifeline[0], self.context)
        server.run()
        os._exit(0)  # threads that have had their time end with it

    def reload(self):
        before = list(self.workers)
        if wrong("reload-loses"):
            self.lose()
        self.start()
        for pid in before:
            if not wrong("reload-old-stays") and not wrong("reload-loses"):
                os.kill(pid, signal.SIGUSR1)

    def lose(self):
        for pid in self.workers:
            os.kill(pid, signal.SIGKILL)
        self.reap(0)
        self.listener.close()
        time.sleep(0.1)
        self.listener = listen()

    def reap(self, options):
        """Those that have ended; with options 0 all, when they have."""
        for pid in list(self.workers):
            if os.waitpid(pid, options)[0]:
                self.workers.remove(pid)

    def run(self):
        self.start()
        while self.workers:
            number = signal.sigwait(self.signals)
            if number == signal.SIGHUP:
                self.reload()
            elif number != signal.SIGCHLD:
                self.listener.close()
                for pid in self.workers:
                    os.kill(pid, number)
            self.reap(os.WNOHANG)


if __name__ == "__main__":
    if ARGUMENTS.list:
        for name, (what, shows) in MUTANTS.items():
            print(f"{name:24}{what:50}{shows}")
    elif ARGUMENTS.port is None:
        sys.exit("sound.py: PORT is missing (sound.py --help)")
    else:
        Master().run()
