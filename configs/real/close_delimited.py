"""A server whose response has no length and ends with the connection.

close_delimited.py PORT [CERT KEY [notify]]: over TLS it says by close_notify that this was all, or
just closes.
"""

import socket
import ssl
import sys


def secure(connection):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    return context.wrap_socket(connection, server_side=True)


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)


def say_all(connection):
    connection.settimeout(0.01)  # our close_notify goes out, for the client's nobody waits
    try:
        connection.unwrap()
    except OSError:
        pass


listener = socket.create_server(
    ("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
)
while True:
    connection, _ = listener.accept()
    if len(sys.argv) > 2:
        connection = secure(connection)
    read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000)
    if sys.argv[4:] == ["notify"]:
        say_all(connection)
    connection.shutdown(socket.SHUT_WR)
    connection.close()
