"""Run in a host of a lab: what an older socket leaves on a port, and who may bind it then.  Prints JSON,
"LEFT, OPTIONS OF THE OLD LISTENER -> OPTIONS OF THE NEW ONE": "ok" or bind's errno."""

import errno
import itertools
import json
import socket
import time

OPTIONS = ("", "reuseaddr", "reuseport", "reuseaddr reuseport")
FLAGS = {"reuseaddr": socket.SO_REUSEADDR, "reuseport": socket.SO_REUSEPORT}
PORTS = itertools.count(10000)


def listener(options, port):
    new = socket.socket()
    for option in options.split():
        new.setsockopt(socket.SOL_SOCKET, FLAGS[option], 1)
    try:
        new.bind(("127.0.0.1", port))
        new.listen()
    except OSError as error:
        new.close()
        return None, errno.errorcode[error.errno]
    return new, "ok"


def leave(state, old):
    """A port on which a listener's accepted socket is in the state, and what must be kept for it."""
    port = next(PORTS)
    listening, _ = listener(old, port)
    client = socket.create_connection(("127.0.0.1", port))
    server, _ = listening.accept()
    listening.close()
    if state in ("time_wait", "fin_wait2"):
        server.close()
    if state in ("time_wait", "close_wait"):
        client.close()
    return port, (client, server)


def bind_over(state, old, new):
    port, kept = leave(state, old)
    time.sleep(0.01)
    again, said = listener(new, port)
    for one in (*kept, again):
        if one is not None:
            one.close()
    return said


def main():
    states = ("time_wait", "fin_wait2", "established", "close_wait")
    seen = {
        f"{state}, {old} -> {new}": bind_over(state, old, new)
        for state, old, new in itertools.product(states, OPTIONS, OPTIONS)
    }
    seen["a client's time_wait"] = client_time_wait()
    print(json.dumps(seen))


def client_time_wait():
    """The scenario around us has left a TIME_WAIT on each of these ports."""
    said = {}
    for options in OPTIONS:
        new = socket.socket()
        for option in options.split():
            new.setsockopt(socket.SOL_SOCKET, FLAGS[option], 1)
        try:
            new.bind(("", 40000 + len(said)))
            said[options] = "ok"
        except OSError as error:
            said[options] = errno.errorcode[error.errno]
        new.close()
    return said


main()
