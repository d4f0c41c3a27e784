"""What the model foresaw of a pair, held against what became of it."""

import kernel
import mix
import programs

SIDES = ("client", "server")

# Whose program waits is cut short when the run is over before, or nothing else ends its wait.
WAITS = {"timeout", "blocked"}


def is_timed(pair):
    """Whether a tenth of a second can change how it ends."""
    texts = [text for side in SIDES for text in pair.programs(side)]
    waits = [programs.pauses_ms(text) + programs.bounds_ms(text) for text in texts]
    return any(waits) or pair.get("load.timeout", "").endswith("ms")


def was_late(seen):
    """Whether a worker had no CPU for longer than the model's time allows for."""
    stood = seen.result.stood_still
    return stood >= 1 or (stood >= 0.1 and is_timed(seen.pair))


def foreseen(seen):
    """Every end that the model has, or none; its network and listener lose nothing."""
    dropped = sum(seen.counter(host, "TcpExtListenDrops") for host in seen.hosts)
    ends = seen.result.json.get("predicted", [])
    return [] if dropped or was_late(seen) or kernel.unfinished(seen) else ends


def ends_of(seen, side):
    return [end[side] for end in foreseen(seen)]


def fates(seen):
    """An outcome that no end of the model has."""
    for side in SIDES:
        due = {end["fate"] for end in ends_of(seen, side)}
        due |= {"cut"} if WAITS & due else set()
        for outcome, count in seen.result.outcomes(side).items():
            if due and outcome not in due:
                yield f"{side}: {count} ended {outcome}, foreseen {sorted(due)}"


def missing_fates(seen):
    """Of what every end has, all connections must have it."""
    for side in SIDES:
        due = {end["fate"] for end in ends_of(seen, side)}
        begun = seen.result[f"{side}.attempted"]
        if len(due) == 1:
            (fate,) = due
            outcomes = seen.result.outcomes(side)
            had = outcomes.get(fate, 0) + (outcomes.get("cut", 0) if fate in WAITS else 0)
            if had != begun:
                yield f"{side}: {had} of {begun} ended {fate}, foreseen for all"


def was_cut(seen):
    """Whether some had yet to meet the timeout when the run was over."""
    return any("cut" in seen.result.outcomes(side) for side in SIDES)


def as_foreseen(seen):
    """Whether the fates are those of the model, without which no state can be."""
    return not was_cut(seen) and not any(fates(seen)) and not any(missing_fates(seen))


def finals(seen):
    """Where sockets rest; in `close` none is left."""
    if not as_foreseen(seen):
        return
    for side in SIDES:
        due = {end["final"] for end in ends_of(seen, side)}
        if not due:
            continue
        rest = {state: n for state, n in seen.result.final(side).items() if state != "close"}
        for state in rest.keys() - due:
            yield f"{side}: {rest[state]} in {state}, foreseen {sorted(due)}"
        begun, stand = seen.result["client.attempted"], sum(rest.values())
        if "close" not in due and stand != begun:
            yield f"{side}: {stand} sockets of {begun} connections, foreseen {sorted(due)}"
        if stand > begun:
            yield f"{side}: {stand} sockets of {begun} connections"


def foreseen_of(seen, host, key):
    """What each end has of `key`, over the sides of a host."""
    if not as_foreseen(seen):
        return []
    return [sum(end[side][key] for side in host.sides) for end in foreseen(seen)]


def minis(seen):
    """TcpExtTW and TcpExtTWKilled: one or the other for each mini-socket."""
    begun = seen.result["client.attempted"]
    for host in seen.hosts:
        each = foreseen_of(seen, host, "tw")
        made = seen.counter(host, "TcpExtTW") + seen.counter(host, "TcpExtTWKilled")
        if each and not min(each) * begun <= made <= max(each) * begun:
            due = f"{min(each) * begun} to {max(each) * begun}"
            yield f"{host.name}: {made} mini-sockets, foreseen {due}"


def resets(seen):
    """RSTs: whether there are any; how many several are is that of the schedule."""
    begun = seen.result["client.attempted"]
    for host in seen.hosts:
        each, sent = foreseen_of(seen, host, "rst_sent"), seen.counter(host, "TcpOutRsts")
        if each and max(each) == 0 and sent > 0:
            yield f"{host.name}: {sent} RSTs, foreseen none"
        if each and min(each) > 0 and sent < begun:
            yield f"{host.name}: {sent} RSTs of {begun} connections, foreseen at least one each"


def joint(seen):
    """Fates and states of both sides, which come together in each end of the model."""
    ways = {
        tuple(end[side][key] for side in SIDES for key in ("fate", "final")) for end in foreseen(seen)
    }
    if not 1 < len(ways) <= mix.MOST_WAYS or any(finals(seen)) or not as_foreseen(seen):
        return
    begun, counts = seen.result["client.attempted"], {}
    for i, side in enumerate(SIDES):
        rest = {state: n for state, n in seen.result.final(side).items() if state != "close"}
        rest["close"] = begun - sum(rest.values())
        counts.update({(2 * i, fate): n for fate, n in seen.result.outcomes(side).items()})
        counts.update({(2 * i + 1, state): n for state, n in rest.items()})
    if not mix.can_add_up(sorted(ways), counts):
        yield f"no mixture of {sorted(ways)} gives {sorted(counts.items())}"
