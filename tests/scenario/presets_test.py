"""The orders of real clients, each against the program that it was found at: who closes first, how,
and what is left where.  Both meet the same program of finwait's server."""

import json
import shutil
import unittest

import finwait_test as ft

NODE = """
const http = require("http");
const agent = new http.Agent({keepAlive: true, maxSockets: 4});
let left = 20;
for (let i = 0; i < 20; i++)
    http.get({host: process.argv[2], port: process.argv[3], agent}, (answer) => {
        answer.resume();
        answer.on("end", () => { if (--left == 0) setTimeout(() => process.exit(0), 100); });
    });
"""


def again(command, times=8):
    return ["bash", "-c", f"for i in $(seq {times}); do {command}; done"]


SIDES = ("client", "server")

# order: what to call, and the command
REAL = {
    "curl": ("curl", again("curl -s -o /dev/null {url}")),
    "tls-curl": ("curl", again("curl -sk -o /dev/null {url}")),
    "ab": ("ab", ["ab", "-q", "-n", "40", "-c", "4", "{url}"]),
    "ab-keep-alive": ("ab", ["ab", "-q", "-k", "-n", "40", "-c", "4", "{url}"]),
    "node-pool": ("node", ["node", "-e", NODE, "node", "{address}", "{port}"]),
    "health-check": ("bash", again("exec 3<>/dev/tcp/{address}/{port}; exec 3>&-")),
}
MOST = 0.7  # of the connections: some tools make one or two besides, or see a race end otherwise


def way_to_end(result):
    """How most of the connections end."""
    count = result["server.attempted"]
    most = lambda value: value >= MOST * count

    return {
        "closed first": [side for side in SIDES if most(result[f"closed_first.{side}"])],
        "time_wait": [side for side in SIDES if most(result.final(side).get("time_wait", 0))],
        "rst": [side for side in SIDES if most(result[f"{side}.counter.TcpOutRsts"])],
        "left": {side: set(result.final(side)) - {"time_wait"} for side in SIDES},
        "close_notify": most(result["server.tls.notify_received"] if result.has_tls else 0),
    }


class Presets(ft.LabTestCase):
    def ended(self, order, *arguments):
        ended = ft.finwait("run", order, "--json", "--set=settle=700ms", *arguments, user=self.user)
        self.assertIn(ended.status, (0, 1), ended)
        result = ft.Result(json.loads(ended.stdout))
        result.has_tls = "server.tls.notify_received" in result.json["metrics"]
        return result

    def compare(self, order):
        tool, command = REAL[order]
        if shutil.which(tool) is None:
            self.skipTest(f"no {tool} here")
        preset = self.ended(order, "--set=load.connections=40", "--set=load.concurrency=4")
        real = self.ended(order, "--set=load.duration=60s", "--client", "--", *command)
        self.assertGreater(real["server.attempted"], 3)
        self.assertEqual(way_to_end(preset), way_to_end(real))

    def test_every_watched_order_is_compared(self):
        watched = {row[0] for row in ft.listing("orders") if row[4] != "-"}
        self.assertEqual(watched, set(REAL))


def add(order):
    setattr(Presets, f"test_{order.replace('-', '_')}", lambda self: self.compare(order))


for name in REAL:
    add(name)

if __name__ == "__main__":
    ft.main()
