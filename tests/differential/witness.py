"""Independent looks into a host, at the end of a run's settle."""

import finwait_test as ft

# ss(8) and nstat(8), and what /proc says of the namespace: sockets in use, packets of its links.
COMMAND = (
    ft.WITNESS
    + ";awk '$1 == \"TCP:\" || $1 == \"TCP6:\" {for (i = 2; i < NF; i += 2)"
    + ' print "sockstat", $1 $i, $(i + 1)}\' /proc/net/sockstat /proc/net/sockstat6'
)


class Witness:
    def __init__(self, output):
        self.states, self.counters, self.sockstat = {}, {}, {}
        for line in output.splitlines():
            kind, name, value = line.split()
            getattr(self, {"state": "states", "counter": "counters"}.get(kind, kind))[name] = int(value)
        self.listeners = self.states.pop("LISTEN", 0)
        self.states = {ft.SS_STATES[name]: n for name, n in self.states.items()}
        self.states.pop("close", None)  # bound and not connected: not every ss(8) asks for them


def witnesses(result):
    return {side: Witness(result.inspection(side)["output"]) for side in ("client", "server")}
