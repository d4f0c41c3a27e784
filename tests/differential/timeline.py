"""Random faults and events, and what no connection can have come to in their presence."""

KINDS = ("syn", "syn-ack", "ack", "data", "fin", "rst", "any")
TOWARD = ("client", "server")


def fault(random):
    """One that lasts from before the first connection, or one that comes and goes."""
    kind = random.random()
    if kind < 0.1:
        found = {"partition": "on"}
    elif kind < 0.2:
        found = {"rate": random.choice(("256k/s", "4M/s"))}
    else:
        packets, how = random.choice(KINDS), random.choice(("drop", "drop", "reset"))
        found = {"drop" if packets == "rst" else how: packets}  # no RST answers a RST
        found["toward"] = random.choice((*TOWARD, "both"))
        if random.random() < 0.3:
            found["share"] = random.choice(("10%", "50%"))
    if random.random() < 0.5:
        found["at"] = random.choice(("20ms", "100ms"))
        if random.random() < 0.6:
            found["for"] = random.choice(("50ms", "300ms"))
    return found


def events(random):
    """A side that is killed and comes back or does not, or stands still for a while."""
    side = random.choice(TOWARD)
    if random.random() < 0.5:
        return [{"at": "40ms", "stop": side}, {"at": "200ms", "cont": side}]
    killed = [{"at": "40ms", "kill": side}]
    return killed + ([{"at": "120ms", "start": side}] if random.random() < 0.6 else [])


def of_a_part(random, settings):
    """Events of one of two workers, or a new server beside the old one, in place of others."""
    if "events" not in settings or settings.get("tls.resumption") or random.random() < 0.6:
        return {}
    at, reuseport = ("40ms", "120ms"), {"server.sockopt.reuseport": "on"}
    if random.random() < 0.3:
        return {**reuseport, "events": [{"at": at[0], "start": "server"}, {"at": at[1], "kill": "server"}]}
    struck = random.choice((["kill"], ["stop", "cont"], ["stop", "kill"]))
    events = [{"at": when, what: "server", "worker": 1} for when, what in zip(at, struck)]
    return {"server.workers": 2, "events": events, **random.choice(({}, reuseport))}


def strike(random):
    """Settings of what befalls a pair, for one that takes no longer than others for it."""
    settings = {"load.timeout": "300ms", "load.concurrency": 32}
    if random.random() < 0.6:
        settings["faults"] = [fault(random) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.5 or "faults" not in settings:
        settings["events"] = events(random)
    return settings


def lasting(seen, kinds, packets, side):
    """Whether all such packets toward a side were lost, from the beginning to the end."""
    for one in seen.pair.get("faults", []):
        what = next((one[kind] for kind in kinds if kind in one), "")
        toward = one.get("toward") in (side, "both") and what in (packets, "any")
        whole = not {"at", "for", "share"} & one.keys()
        if whole and (toward or ("partition" in kinds and "partition" in one)):
            return True
    return False


# Packets that never come to a side, and the side's figure that is then 0.
NEVER = (
    ("syn", "server", "server.counter.TcpPassiveOpens"),
    ("syn-ack", "client", "client.opened"),
    ("data", "server", "server.bytes_received"),
    ("data", "client", "client.bytes_received"),
    ("fin", "server", "server.close_wait.peak"),
    ("fin", "client", "client.close_wait.peak"),
    ("rst", "server", "server.outcome.reset"),
    ("rst", "client", "client.outcome.reset"),
)


def never(seen):
    for packets, side, name in NEVER:
        if seen.result.json["private_lab"] and not seen.pair.get("events"):
            if lasting(seen, ("drop", "partition"), packets, side) and seen.result[name]:
                yield f"{packets} toward {side} never came, and {name} is {seen.result[name]}"


def came_to_pass(seen):
    """Every fault and event, when it was due or later; what was due after the end did not."""
    for moment in seen.result.listed("timeline"):
        if "at" in moment and moment["at"] < moment["due"] and moment["due"] > 0:
            yield f"{moment['what']}: due at {moment['due']}, begun at {moment['at']}"
        if "error" in moment and not moment.get("refusals"):
            yield f"{moment['what']}: {moment['error']}"


def unforeseen(seen):
    """The model's network loses nothing: where something struck it has to keep still."""
    struck = [one for one in seen.result.listed("timeline") if "at" in one]
    if struck and "predicted" in seen.result.json:
        yield f"foreseen, though struck by {struck[0]['what']}"
