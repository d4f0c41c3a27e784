"""Pairs that `finwait check` refuses do wait for ever: each is run as two halves that know nothing of
each other, a server alone and a client of somebody's server, until load.timeout ends what waits."""

import itertools
import json
import os
import subprocess
import tempfile
import unittest

import finwait_test as ft
import generate
import harness
import hosts
import run
from pair import Pair

SEED, PAIRS = "ref", 8

# What the halves take over, and have of their own.
KEPT = ("program", "sockopt.linger", "sockopt.nodelay", "sockopt.rcvbuf", "sockopt.sndbuf")
BOTH = {"lab": "host", "load.timeout": "700ms", "settle": "1s"}
SIZES = ("request.size", "response.size")
MESSAGES = {"client": ("request.size",), "server": ("response.size", "response.chunked")}
CLIENT = {"server.at": "127.0.0.1:8080", "load.connections": 4, "load.concurrency": 4}
SERVER = {"client": "none", "load.duration": "1500ms"}

SCRIPT = """
cd {directory} && ip link set lo up
{finwait} run server.yaml --json >server.json &
sleep 0.4
{finwait} run client.yaml --json >client.json
wait
"""


def refused():
    """The seed's pairs that are refused, over TCP and undisturbed."""
    for number in itertools.count():
        pair = generate.generate(SEED, number)
        plain = pair.get("transport") != "tls" and not pair.is_struck()
        if plain and harness.is_stuck(run.refusal(pair)):
            yield pair


def half(pair, side, more):
    messages = SIZES if pair.get("protocol") == "raw" else MESSAGES[side]
    paths = [f"{side}.{path}" for path in KEPT] + ["protocol", *messages]
    kept = {path: pair.get(path) for path in paths if pair.get(path) is not None}
    return Pair(side, {**kept, **BOTH, **more})


def outcomes(pair):
    """Of each half."""
    with tempfile.TemporaryDirectory(prefix="finwait-pair-") as directory:
        for side, more in (("client", CLIENT), ("server", SERVER)):
            with open(os.path.join(directory, f"{side}.yaml"), "w", encoding="utf-8") as file:
                file.write(half(pair, side, more).yaml())
        script = SCRIPT.format(directory=directory, finwait=ft.BINARY)
        subprocess.run(["unshare", "-Urn", "sh", "-c", script], check=False, capture_output=True)
        for side in ("client", "server"):
            with open(os.path.join(directory, f"{side}.json"), encoding="utf-8") as file:
                yield json.load(file)[side]["account"]["outcomes"]


class Refused(unittest.TestCase):
    def test_they_wait(self):
        if hosts.refusal():
            self.skipTest(hosts.refusal())
        for pair in itertools.islice(refused(), PAIRS):
            with self.subTest(pair.name):
                ends = list(outcomes(pair))
                self.assertTrue(any("timeout" in end for end in ends), f"{ends}\n{pair.yaml()}")


if __name__ == "__main__":
    ft.main()
