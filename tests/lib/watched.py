"""The orders of real clients, each held against the program that it was found at: who closes first,
how, and what is left where.  Both meet the same program of finwait's server."""

import json
import shutil

import finwait_test as ft

SIDES = ("client", "server")
MOST = 0.7  # of the connections: some tools make one or two besides, or see a race end otherwise


def again(command, times=8):
    return ["bash", "-c", f"for i in $(seq {times}); do {command}; done"]


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


class WatchedOrder(ft.LabTestCase):
    def ended(self, order, *arguments):
        ended = ft.finwait("run", order, "--json", "--set=settle=700ms", *arguments, user=self.user)
        self.assertIn(ended.status, (0, 1), ended)
        result = ft.Result(json.loads(ended.stdout))
        result.has_tls = "server.tls.notify_received" in result.json["metrics"]
        return result

    def compare(self, order, tool, command, *settings):
        """`settings`: of both runs, as after --set."""
        if shutil.which(tool) is None:
            self.skipTest(f"no {tool} here")
        settings = [f"--set={setting}" for setting in settings]
        load = ("--set=load.connections=40", "--set=load.concurrency=4")
        preset = self.ended(order, *load, *settings)
        real = self.ended(order, "--set=load.duration=60s", *settings, "--client", "--", *command)
        self.assertGreater(real["server.attempted"], 3)
        self.assertEqual(way_to_end(preset), way_to_end(real))
