"""A server that listens and hangs: it never accepts."""

import socket
import sys
import time

listener = socket.create_server(
    ("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
)
time.sleep(3600)
