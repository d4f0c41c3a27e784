"""Remarks, held against the figures that they speak of."""

import kernel
import prediction

SIDES = ("client", "server")

# Of a lab whose link loses nothing and that nothing befell these say that something is wrong.
RECONCILIATION = (
    "connections.miscounted",
    "connections.not_accepted",
    "connections.unfinished",
    "prediction.elsewhere",
    "prediction.time_wait",
    "workers.lost",
    "timeline.failed",
)

# A remark about a side and the metric without which it must not be.
NEEDS = (
    ("rst.sent", "{side}.counter.TcpOutRsts"),
    ("time_wait.pile", "{side}.time_wait.peak"),
    ("segments.resent", "{side}.counter.TcpRetransSegs"),
    ("fault.resent", "{side}.counter.TcpRetransSegs"),
    ("message.missing", "{side}.message_due"),
    ("timeout.step", "{side}.outcome.timeout"),
    ("syn_sent.waiting", "{side}.syn_sent.final"),
    ("syn_recv.waiting", "{side}.syn_recv.final"),
    ("close_wait.leak", "{side}.close_wait.final"),
    ("close_wait.pending", "{side}.close_wait.final"),
    ("fin_wait2.waiting", "{side}.fin_wait2.final"),
    ("established.open", "{side}.established.final"),
    ("established.half_open", "{side}.established.final"),
    ("time_wait.overflow", "{side}.counter.TcpExtTCPTimeWaitOverflow"),
    ("time_wait.recycled", "{side}.counter.TcpExtTWRecycled"),
)

# A metric of a side of which some remark must speak when it is of more than a few connections.
TOLD = (
    ("{side}.time_wait.final", ("time_wait.pile",)),
    ("{side}.close_wait.final", ("close_wait.",)),
    ("{side}.counter.TcpOutRsts", ("rst.sent", "connect.refused", "tls.", "prediction.")),
    ("{side}.message_due", ("message.missing",)),
    ("{side}.outcome.timeout", ("timeout.",)),
)


def figure(seen, name):
    try:
        return seen.result[name]
    except KeyError:
        return None


def listed(seen, side=None):
    for remark in seen.result.listed("remarks"):
        if side in (None, remark.get("side")):
            yield remark


def evidence(seen):
    """What a remark rests on is what the result's metrics say."""
    for remark in listed(seen):
        for name, value in remark.get("evidence", {}).items():
            known = seen.result.json["metrics"].get(name)
            if known is not None and known != value:
                yield f"{remark['id']}: evidence {name} {value}, metric {known}"


def unasked(seen):
    """The load ends with the client: a server that waits for its timeout is open then."""
    waits = {end[side]["fate"] for end in seen.result.listed("predicted") for side in SIDES}
    for remark in listed(seen):
        waiting = bool(prediction.WAITS & waits) or not waits or kernel.unfinished(seen)
        excused = remark["id"] == "connections.unfinished" and waiting
        # Faults answer in the server's name, and a full accept queue, one whose server has died or one
        # that waits for data leaves the client alone.
        alone = "die" in seen.pair.program("server")
        alone |= any(map(seen.pair.get, ("faults", "server.backlog", "server.sockopt.defer_accept")))
        excused |= remark["id"] == "connections.not_accepted" and bool(alone)
        excused |= remark["id"].startswith("prediction.") and prediction.was_late(seen)
        if remark["id"] in RECONCILIATION and not excused:
            yield f"{remark['id']}: {remark['text']}"


def unfounded(seen):
    for id, name in NEEDS:
        for side in SIDES:
            metric = name.format(side=side)
            for remark in listed(seen, side):
                if remark["id"] == id and figure(seen, metric) == 0:
                    yield f"{id} of the {side}, and {metric} is 0"


def untold(seen):
    few = seen.result["connections.attempted"] / 8
    for name, ids in TOLD:
        for side in SIDES:
            metric = name.format(side=side)
            value = figure(seen, metric) or 0
            if value > few and not any(remark["id"].startswith(ids) for remark in listed(seen)):
                yield f"{metric} is {value}, and no remark is one of {', '.join(ids)}"


def none_left(seen):
    for remark in listed(seen):
        if remark["id"] == "sockets.none_left":
            for side in SIDES:
                if seen.result.final(side):
                    yield f"sockets.none_left, and the {side} has {seen.result.final(side)}"


def met(seen):
    for remark in listed(seen):
        if remark["id"] == "prediction.met" and "predicted" not in seen.result.json:
            yield "prediction.met without a prediction"
