"""finwait's connections/s against a bare epoll pair's, same close order and processes."""

import os
import subprocess

import contest
import finwait_run

ROUNDS = 7

CONNECTIONS = 60000
CONCURRENCY = 128
ADDRESSES = 64


def settings(order):
    return {
        "order": order,
        "protocol": "raw",
        "request.size": 64,
        "response.size": 128,
        "load.connections": CONNECTIONS,
        "load.concurrency": CONCURRENCY,
        "client.addresses": ADDRESSES,
    }


def finwait_rate(order):
    return finwait_run.run(settings(order))["metrics"]["connections.rate"]


def bare_rate(order):
    """Connections a second of a client and a server that are nothing but epoll."""
    pair = os.environ["BARE_PAIR"]
    command = [pair, order, str(CONNECTIONS), str(CONCURRENCY), str(ADDRESSES)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(rounds):
    figures = {}
    for order in ("server-first", "client-first"):
        contenders = {
            "finwait": lambda order=order: finwait_rate(order),
            "bare": lambda order=order: bare_rate(order),
        }
        rates = contest.in_turn(contenders, rounds)
        for name, values in rates.items():
            figures[f"speed.{order}.{name}"] = contest.median(values)
        pairs = contest.ratios(rates["finwait"], rates["bare"])
        figures.update(contest.spread(f"speed.{order}.ratio", pairs))
    return figures
