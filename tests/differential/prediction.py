"""What the model foresaw of a pair, held against what became of it."""

SIDES = ("client", "server")


def ends_of(seen, side):
    return [end[side] for end in seen.result.json.get("predicted", [])]


def fates(seen):
    """An outcome that no end of the model has."""
    for side in SIDES:
        foreseen = {end["fate"] for end in ends_of(seen, side)}
        for outcome, count in seen.result.outcomes(side).items():
            if foreseen and outcome not in foreseen:
                yield f"{side}: {count} ended {outcome}, foreseen {sorted(foreseen)}"


def missing_fates(seen):
    """Of what every end has, all connections must have it."""
    for side in SIDES:
        foreseen = {end["fate"] for end in ends_of(seen, side)}
        begun = seen.result[f"{side}.attempted"]
        if len(foreseen) == 1:
            (fate,) = foreseen
            had = seen.result.outcomes(side).get(fate, 0)
            if had != begun:
                yield f"{side}: {had} of {begun} ended {fate}, foreseen for all"


def as_foreseen(seen):
    """Whether the fates are those of the model, without which no state can be."""
    return not any(fates(seen)) and not any(missing_fates(seen))


def finals(seen):
    """Where sockets rest; in `close` none is left."""
    if not as_foreseen(seen):
        return
    for side in SIDES:
        foreseen = {end["final"] for end in ends_of(seen, side)}
        if not foreseen:
            continue
        rest = {state: n for state, n in seen.result.final(side).items() if state != "close"}
        for state in rest.keys() - foreseen:
            yield f"{side}: {rest[state]} in {state}, foreseen {sorted(foreseen)}"
        begun, stand = seen.result["client.attempted"], sum(rest.values())
        if "close" not in foreseen and stand != begun:
            yield f"{side}: {stand} sockets of {begun} connections, foreseen {sorted(foreseen)}"
        if stand > begun:
            yield f"{side}: {stand} sockets of {begun} connections"


def between(seen, key, figure, what):
    for side in SIDES:
        each = [end[key] for end in ends_of(seen, side)]
        begun = seen.result["client.attempted"]
        if each and as_foreseen(seen):
            low, value, high = min(each) * begun, figure(side), max(each) * begun
            if not low <= value <= high:
                yield f"{side}: {value} {what}, foreseen {low} to {high}"


def minis(seen):
    """TcpExtTW and TcpExtTWKilled: one or the other for each mini-socket."""

    def made(side):
        counter = f"{side}.counter.TcpExtTW"
        return seen.result[counter] + seen.result[counter + "Killed"]

    return between(seen, "tw", made, "mini-sockets")


def resets(seen):
    """RSTs: whether there are any; how many several are is that of the schedule."""
    for side in SIDES:
        each = [end["rst_sent"] for end in ends_of(seen, side)]
        if not each or not as_foreseen(seen):
            continue
        sent, begun = seen.result[f"{side}.counter.TcpOutRsts"], seen.result["client.attempted"]
        if max(each) == 0 and sent > 0:
            yield f"{side}: {sent} RSTs, foreseen none"
        if min(each) > 0 and sent < begun:
            yield f"{side}: {sent} RSTs of {begun} connections, foreseen at least one each"
