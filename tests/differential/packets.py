"""What goes over the loopback of a network namespace of its own while a command runs there, read
from a packet socket: the flags and numbers of TCP's headers.  What comes after a UDP datagram is
left out, for the run's own end is no part of what it found.

usage: unshare -Urn python3 packets.py REPORT PORT COMMAND...      (PORT is the server's)
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import threading

FIN, SYN, RST, ACK = 1, 2, 4, 16
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
SO_ATTACH_FILTER, SOL_PACKET, PACKET_STATISTICS = 26, 263, 6
ETH_P_ALL, SNAP = 3, 128
WRAP = 1 << 32


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def listen():
    """A packet socket that keeps the first bytes of each packet, so that its buffer lasts."""
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
    code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, SNAP))  # BPF_RET | BPF_K
    tap.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HxxxxxxP", 1, ctypes.addressof(code))
    )
    tap.bind(("lo", ETH_P_ALL))
    return tap


class Segment:
    """A TCP segment, by its IP packet; `payload` bytes that it carries."""

    def __init__(self, packet):
        if packet[0] >> 4 == 4:
            head, total, source = (packet[0] & 15) * 4, int.from_bytes(packet[2:4], "big"), 12
            length, self.protocol = 4, packet[9]
        else:
            head, total, source = 40, 40 + int.from_bytes(packet[4:6], "big"), 8
            length, self.protocol = 16, packet[6]
        if self.protocol == socket.IPPROTO_TCP:
            tcp = packet[head:]
            ports = struct.unpack("!HH", tcp[:4])
            ends = [packet[source + i * length : source + (i + 1) * length] for i in (0, 1)]
            self.source, self.target = ((end.hex(), port) for end, port in zip(ends, ports))
            self.seq, self.ack = struct.unpack("!II", tcp[4:12])
            self.flags = tcp[13]
            self.payload = total - head - (tcp[12] >> 4) * 4


class Connection:
    def __init__(self):
        self.first = {}  # side: (how many closing segments came before, its first one)
        self.end = {"client": 0, "server": 0}  # bytes of its stream that were sent
        self.begin = {}

    def add(self, side, segment):
        if segment.flags & SYN:
            self.begin[side] = segment.seq
        elif side in self.begin and segment.payload > 0:
            reached = (segment.seq - self.begin[side] - 1) % WRAP + segment.payload
            self.end[side] = max(self.end[side], reached)
        if segment.flags & (FIN | RST):
            self.first.setdefault(side, (len(self.first), segment))

    def closer(self):
        """Whose FIN or RST was first; both: neither had the other's FIN yet; none: also where no SYN
        was answered by one."""
        if not self.first or "server" not in self.begin:
            return "none"
        order = sorted(self.first, key=lambda side: self.first[side][0])
        if len(order) == 2:
            one, other = (self.first[side][1] for side in order)
            crossed = (other.ack - one.seq - one.payload - 1) % WRAP >= WRAP // 2
            if other.flags & FIN and one.flags & FIN and crossed:
                return "both"
        return order[0]


def add_up(segments, port):
    """Counts by side, of all connections."""
    connections, former, counts = {}, [], {}
    for side in ("client", "server"):
        counts[side] = {"syn": 0, "fin": 0, "rst": 0, "bytes": 0}
    for segment in segments:
        side = "server" if segment.source[1] == port else "client"
        key = segment.target if side == "server" else segment.source
        if segment.flags & SYN and side == "client":
            if key in connections and connections[key].begin.get(side) != segment.seq:
                former.append(connections[key])  # this is a new one on the same ports
            connections[key] = Connection()
        for name, flag in (("syn", SYN), ("fin", FIN), ("rst", RST)):
            counts[side][name] += bool(segment.flags & flag)
        if key in connections:
            connections[key].add(side, segment)
    every = [*former, *connections.values()]
    closers = [connection.closer() for connection in every]
    for side in ("client", "server"):
        counts[side]["bytes"] = sum(one.end[side] for one in every)
    counts["first"] = {name: closers.count(name) for name in ("client", "server", "both", "none")}
    return counts


def read_until_told(tap, ended):
    """The segments until the datagram, or until the command has ended."""
    tap.settimeout(0.1)
    while True:
        try:
            packet, address = tap.recvfrom(SNAP)
        except TimeoutError:
            if ended.is_set():
                return
            continue
        if address[2] == socket.PACKET_OUTGOING:  # on loopback each comes in as well
            segment = Segment(packet)
            if segment.protocol == socket.IPPROTO_UDP:
                return
            if segment.protocol == socket.IPPROTO_TCP:
                yield segment


def watch(tap, ended, seen):
    seen["segments"] = list(read_until_told(tap, ended))
    seen["dropped"] = struct.unpack("II", tap.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]


def main():
    report, port, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    raise_loopback()
    tap, ended, seen = listen(), threading.Event(), {}
    watcher = threading.Thread(target=watch, args=(tap, ended, seen))
    watcher.start()
    status = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    ended.set()
    watcher.join()
    if not seen["dropped"]:
        with open(report, "w", encoding="ascii") as file:
            json.dump(add_up(seen["segments"], port), file)
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
