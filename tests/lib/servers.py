"""Servers that are not finwait's: Python's, on the loopback of this host."""

import contextlib
import socket
import threading

import finwait_test as ft


def read_head(connection):
    """The head of a request, or what came of it before the FIN."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65536)
        if not more:
            break
        head += more
    return head


@contextlib.contextmanager
def listening(host="127.0.0.1", backlog=1024):
    """A listener that nobody accepts from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, ft.free_port(host)), family=family, backlog=backlog)
    with listener:
        yield listener


@contextlib.contextmanager
def accepting(taken, **where):
    """Call `taken` with each connection, which is its own then; gives the port."""

    def accept(listener):
        with contextlib.suppress(OSError):  # shut down below
            while True:
                taken(listener.accept()[0])

    with listening(**where) as listener:
        thread = threading.Thread(target=accept, args=[listener])
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def server(serve, **where):
    """Call `serve` with each connection, in a thread of its own, and close it after that."""

    def one(connection):
        with contextlib.suppress(OSError), connection:
            serve(connection)

    return accepting(lambda it: threading.Thread(target=one, args=[it]).start(), **where)
