"""Independent looks into a run's hosts, at the end of its settle."""

import finwait_test as ft

PORT = 8080  # the server's, by which its sockets are told from the client's on a shared host

# ss(8) and nstat(8), what /proc says of the namespace's sockets, and the end of what packets.py reads.
COMMAND = (
    "bash -c 'echo >/dev/udp/127.0.0.1/9';"
    f"ss -Htan | awk '{{s = $4 ~ /:{PORT}$/ ? \"server\" : \"client\"; n[s \" \" $1]++}}"
    ' END {for (s in n) print s, n[s]}\';'
    "nstat -asz | awk '$1 !~ /^#/ {print \"counter\", $1, $2}';"
    "awk '$1 == \"TCP:\" || $1 == \"TCP6:\" {for (i = 2; i < NF; i += 2)"
    ' print "sockstat", $1 $i, $(i + 1)}\' /proc/net/sockstat /proc/net/sockstat6'
)


class Host:
    """A host of the lab, or the one that both sides share, and what was seen in it."""

    def __init__(self, result, name):
        self.name = name
        self.sides = ("client", "server") if name == "host" else (name,)
        self.states = {side: {} for side in self.sides}
        self.listeners = 0
        self.counters, self.sockstat = {}, {}
        self.strange = []  # lines that none of them prints when all goes well
        for line in result.inspection(name)["output"].splitlines():
            words = line.split()
            if len(words) == 3 and words[2].isdigit():
                self.take(*words)
            else:
                self.strange.append(line)

    def take(self, kind, name, value):
        if kind in ("counter", "sockstat"):
            {"counter": self.counters, "sockstat": self.sockstat}[kind][name] = int(value)
        elif name == "LISTEN":
            self.listeners = int(value)
        elif kind in self.states and ft.SS_STATES[name] != "close":  # bound: not every ss(8) asks
            self.states[kind][ft.SS_STATES[name]] = int(value)


def hosts(result):
    names = ("client", "server") if result.json["private_lab"] else ("host",)
    return [Host(result, name) for name in names]
