"""TLS by the record, for peers that do not keep to it: RFC 5246 section 6, RFC 8446 section 5."""

import contextlib
import functools
import hashlib
import hmac
import os
import socket
import ssl
import struct
import threading

import finwait_test as ft

ALERT, HANDSHAKE, DATA, CHANGE_CIPHER_SPEC = 21, 22, 23, 20
WARNING, FATAL = 1, 2
CLOSE_NOTIFY, HANDSHAKE_FAILURE, NO_RENEGOTIATION, USER_CANCELED = 0, 40, 100, 90
CLIENT_HELLO, HELLO_REQUEST = 1, 0

PATIENCE = 60  # s, for a peer on this host


def record(kind, body, version=0x0303, length=None):
    return struct.pack(">BHH", kind, version, len(body) if length is None else length) + body


def alert(level, what):
    return record(ALERT, bytes([level, what]))


def client_context(**limits):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return limit(context, **limits)


def server_context(who, **limits):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(who.cert, who.key)
    return limit(context, **limits)


def limit(context, version=None):
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


@functools.cache
def client_hello(version=None):
    """The first flight of a client, in a record of its own."""
    endpoint = Endpoint(None, client_context(version=version))
    with contextlib.suppress(ssl.SSLWantReadError):
        endpoint.tls.do_handshake()
    return endpoint.outgoing.read()


# ---- sockets ----


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_to_end(connection):
    """What comes until the peer's FIN or RST."""
    seen = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            seen += piece
    return seen


@contextlib.contextmanager
def server(serve, backlog=128):
    """Accept on 127.0.0.1 and give each connection to `serve`, in a thread of its own; yields the
    port.  What `serve` raises fails the test, but for a connection that the peer ends."""
    listener = socket.create_server(("127.0.0.1", ft.free_port()), backlog=backlog)
    threads, failures = [], []

    def handle(connection):
        connection.settimeout(PATIENCE)
        try:
            with connection:
                serve(connection)
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            pass
        except Exception as error:  # pylint: disable=broad-except
            failures.append(error)

    def accept():
        with contextlib.suppress(OSError):  # shut down below
            while True:
                thread = threading.Thread(target=handle, args=(listener.accept()[0],))
                threads.append(thread)
                thread.start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join()
        listener.close()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


# ---- an end of a connection whose records are in our hands ----


class Endpoint:
    """Python's TLS over a socket, with a look at the bytes and a hand in them."""

    def __init__(self, connection, context):
        self.connection = connection
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        is_server = context.protocol == ssl.PROTOCOL_TLS_SERVER
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=is_server)
        self.seen = b""  # from the peer
        self.sent = b""

    def flush(self):
        piece = self.outgoing.read()
        self.sent += piece
        self.connection.sendall(piece)

    def run(self, call, *arguments):
        """Do it, for as long as it takes."""
        while True:
            try:
                done = call(*arguments)
                self.flush()
                return done
            except ssl.SSLWantReadError:
                self.flush()
            except ssl.SSLError:
                self.flush()  # an alert
                raise
            piece = self.connection.recv(65536)
            self.seen += piece
            if piece:
                self.incoming.write(piece)
            else:
                self.incoming.write_eof()

    def handshake(self):
        self.run(self.tls.do_handshake)
        return self

    def read(self, size=65536):
        return self.run(self.tls.read, size)

    def write(self, data):
        self.run(self.tls.write, data)

    def notify(self):
        """Our close_notify, without a wait for the peer's."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.flush()

    def fail(self):
        """Make TLS say that it has received nonsense: a fatal alert goes out."""
        self.incoming.write(record(DATA, os.urandom(64)))
        with contextlib.suppress(ssl.SSLError):
            while True:
                self.tls.read(65536)
        self.flush()


NULL_CIPHER = "NULL-SHA256:@SECLEVEL=0"


class Unencrypted:
    """After a TLS 1.2 handshake on NULL_CIPHER: records that only have a MAC, so that we can write
    any (RFC 5246 sections 5, 6.2.3.1 and 6.3)."""

    MAC = 32

    def __init__(self, connection, context):
        path = os.path.join(ft.PLACE.directory(), "keys")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(NULL_CIPHER)
        context.keylog_filename = path
        endpoint = Endpoint(connection, context).handshake()
        self.connection = connection
        is_server = context.protocol == ssl.PROTOCOL_TLS_SERVER
        servers, clients = (
            (endpoint.sent, endpoint.seen) if is_server else (endpoint.seen, endpoint.sent)
        )
        with open(path, encoding="ascii") as file:
            label, client_random, master = file.read().split()[-3:]
        assert label == "CLIENT_RANDOM" and bytes.fromhex(client_random) == clients[11:43]
        keys = self.prf(bytes.fromhex(master), b"key expansion" + servers[11:43] + clients[11:43])
        self.key = keys[self.MAC :] if is_server else keys[: self.MAC]
        self.sequence = 1  # 0 was the Finished

    def prf(self, secret, seed):
        block, out = seed, b""
        for _ in range(2):
            block = hmac.digest(secret, block, hashlib.sha256)
            out += hmac.digest(secret, block + seed, hashlib.sha256)
        return out

    def record(self, kind, body):
        head = struct.pack(">QBHH", self.sequence, kind, 0x0303, len(body))
        self.sequence += 1
        return record(kind, body + hmac.digest(self.key, head + body, hashlib.sha256))

    def send(self, kind, body, times=1):
        """So many records of the same."""
        while times > 0:
            at_once = min(times, 100)
            self.connection.sendall(b"".join(self.record(kind, body) for _ in range(at_once)))
            times -= at_once
