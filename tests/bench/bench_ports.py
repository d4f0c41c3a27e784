"""The client's CPU a connection as its ports get scarce, by who chooses them."""

import os
import subprocess
import sys

import contest

ROUNDS = 5

PORTS = 16000  # fewer than the descriptors of one process
AT = (50, 90, 99)  # % of them that are taken

# Who chooses, and how many addresses have ports: with eight of them each has an eighth of the load.
CHOICES = {"kernel": ("kernel", 1), "walk": ("walk", 1), "slices": ("slices", 1), "addresses": ("kernel", 8)}

HOST = (
    "echo 32768 48767 > /proc/sys/net/ipv4/ip_local_port_range && "
    "echo 65535 > /proc/sys/net/core/somaxconn && ip link set lo up && exec \"$0\" \"$@\""
)


def cost(choice):
    """µs at each of AT, the mean over 1 % of the connections."""
    ports, addresses = CHOICES[choice]
    count = PORTS * AT[-1] // 100
    command = ["unshare", "-rn", "sh", "-c", HOST, os.environ["DIALS"], ports, str(addresses), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {done.stderr}")
    spent = [int(line) / 1000 for line in done.stdout.split()]
    part = PORTS // 100
    return [sum(spent[at * part - part : at * part]) / part for at in AT]


def measure(rounds):
    costs = contest.in_turn({choice: lambda choice=choice: cost(choice) for choice in CHOICES}, rounds)
    figures = {}
    for i, at in enumerate(AT):
        taken = {choice: [seen[i] for seen in rounds] for choice, rounds in costs.items()}
        figures.update({f"ports.{at}.{choice}.cpu": contest.median(seen) for choice, seen in taken.items()})
        for choice in CHOICES:
            if choice != "kernel":
                figures.update(contest.spread(f"ports.{at}.{choice}.ratio", contest.ratios(taken[choice], taken["kernel"])))
    return figures
