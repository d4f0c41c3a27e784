"""Figures of a result that must add up, within a side and from one to the other."""

import collections
import re

import programs

SIDES = ("client", "server")


def account(seen, side):
    return seen.result.json[side]["account"]


def outcomes(seen):
    for side in SIDES:
        ended, begun = sum(seen.result.outcomes(side).values()), account(seen, side)["attempted"]
        if ended != begun:
            yield f"{side}: {begun} attempted, {ended} outcomes"


def ends_workers(seen):
    return "die" in seen.pair.program("client")


def opened(seen):
    if seen.pair.is_struck():
        return
    client, server = account(seen, "client"), account(seen, "server")
    planned = int(seen.pair.get("load.connections"))
    least = 1 if seen.pair.get("load.duration") or ends_workers(seen) else planned
    if not least <= client["attempted"] <= planned:
        yield f"client: {client['attempted']} attempted of {planned}"
    for side, one in (("client", client), ("server", server)):
        if one["opened"] > one["attempted"]:
            yield f"{side}: {one['opened']} opened of {one['attempted']} attempted"
    if server["attempted"] > client["attempted"]:
        yield f"server accepted {server['attempted']}, client began {client['attempted']}"
    failed = {"refused", "no_port", "no_fd", "timeout", "error", "handshake", "tls", "killed"}
    if not failed & seen.result.outcomes("client").keys() and client["opened"] != client["attempted"]:
        yield f"client: {client['opened']} opened of {client['attempted']}, and none was refused"


def kernel_opened(seen):
    """What a role counts and its kernel does."""
    began, taken = account(seen, "client")["attempted"], account(seen, "server")["attempted"]
    lost = {"no_port", "no_fd", "error"} & seen.result.outcomes("client").keys()
    active = seen.counter(seen.hosts[0], "TcpActiveOpens")
    passive = seen.counter(seen.hosts[-1], "TcpPassiveOpens")
    lost |= {"killed"} & seen.result.outcomes("client").keys()
    if not lost and active != began:
        yield f"client: TcpActiveOpens {active}, attempted {began}"
    # Who found no room knocks again, and may be let in when the counters have been read.
    late = seen.counter(seen.hosts[-1], "TcpExtListenDrops")
    if taken > passive + late:
        yield f"server: TcpPassiveOpens {passive}, accepted {taken}"


def messages(seen):
    if seen.pair.get("events"):  # who is killed has not counted what it had just sent
        return
    for sender, reader in (SIDES, SIDES[::-1]):
        # A worker that dies has not counted what TLS had sent of a message.
        if "die" in seen.pair.program(sender) and seen.pair.get("transport") == "tls":
            continue
        # What a reader has whole its peer has sent, though a RST may have kept the peer from knowing.
        sent, got = account(seen, sender), account(seen, reader)
        if got["bytes_received"] > sent["bytes_sent"]:
            yield f"{reader} got {got['bytes_received']} bytes, {sender} sent {sent['bytes_sent']}"
        if got["messages_received"] > sent["messages_sent"]:
            yield (
                f"{reader} got {got['messages_received']} messages,"
                f" {sender} sent {sent['messages_sent']}"
            )


def statuses(seen):
    client = account(seen, "client")
    answers = sum(client.get("statuses", {}).values())
    least, heads = client["messages_received"], client["heads_received"]
    if seen.pair.get("protocol") != "raw" and not least <= answers <= least + heads:
        yield f"client: {least} messages, {heads} heads, {answers} statuses"


def closed(seen):
    for side in SIDES:
        one = account(seen, side)
        if one["closed_first"] + one["closed_second"] > one["opened"]:
            yield f"{side}: closed {one['closed_first']} first and {one['closed_second']} second of {one['opened']}"
    metrics = seen.result.json["metrics"]
    by = [metrics.get(f"closed_first.{who}", 0) for who in ("client", "server", "both", "unknown")]
    if sum(by) > metrics["connections.opened"]:
        yield f"closed_first.*: {by} of {metrics['connections.opened']} opened"


def completed(seen):
    metrics = seen.result.json["metrics"]
    ended = metrics["connections.completed"] + metrics["connections.failed"]
    if ended > metrics["connections.attempted"]:
        yield f"{ended} completed and failed of {metrics['connections.attempted']} attempted"


def pauses(seen):
    """A pause is never too short: a client that came to its end has waited for all of them, or for
    those before a recv that may end its rounds."""
    surely = [re.split(r"recv\((?!head)", text)[0] for text in seen.pair.programs("client")]
    least = min(map(programs.pauses_ms, surely)) / 1000
    if least and seen.result.outcomes("client").keys() == {"done"}:
        shortest = seen.result["latency.life.min"]
        if shortest < least:
            yield f"client: a life of {shortest} s, with pauses of {least} s"


def mix(seen):
    """What the programs of a mix counted, each by itself, is what the client did."""
    parts, client = seen.result.json["client"].get("mix", []), account(seen, "client")
    if len(parts) != len(seen.pair.get("client.mix", [])):
        yield f"{len(parts)} programs have figures"
    if not parts:
        return
    for name in ("attempted", "opened"):
        if sum(part[name] for part in parts) != client[name]:
            yield f"client: {client[name]} {name}, its programs {[part[name] for part in parts]}"
    ends = collections.Counter()
    for part in parts:
        ends.update(part["outcomes"])
        if sum(part["outcomes"].values()) != part["attempted"]:
            yield f"{part['name']}: {part['attempted']} attempted, outcomes {part['outcomes']}"
    outcomes = {name: n for name, n in seen.result.outcomes("client").items() if n}
    if dict(+ends) != outcomes:
        yield f"client: outcomes {outcomes}, its programs {dict(+ends)}"


def means(seen):
    metrics = seen.result.json["metrics"]
    for name, mean in metrics.items():
        peak = metrics.get(name.replace(".mean", ".peak"), mean)
        if name.endswith(".mean") and not name.startswith("latency") and not 0 <= mean <= peak:
            yield f"{name} {mean}, peak {peak}"
