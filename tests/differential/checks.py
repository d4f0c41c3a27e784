"""What is held against what: a row each.  A check yields a line for each disagreement."""

import kernel
import prediction
import remarks
import sums
import timeline
import wire


# What is expected of every run, and fails where nothing came of it.
IMPLIED = (
    "connections.opened > 0",
    "client.tls.handshakes > 0",
    "server.tls.handshakes > 0",
    "client.http.ok > 0",
    "client.messages_received > 0",
)


def came_to_nothing(seen):
    failed = {one["text"] for one in seen.result.listed("expectations") if one["verdict"] == "fail"}
    return bool(failed) and failed <= set(IMPLIED)


def was_late(seen):
    """Arrivals that a busy machine came to too late are not begun, and the run is no whole one."""
    return seen.pair.get("load.duration") and seen.result.json["metrics"].get("connections.missed")


def again(seen):
    """What reads the result back, of no other opinion."""
    if seen.again is not None and seen.again != seen.result.json:
        changed = {key for key in seen.result.json if seen.again.get(key) != seen.result.json[key]}
        yield f"finwait report --format json differs in {sorted(changed) or 'what it adds'}"


def ended(seen):
    """It ends by itself, with a status and words that fit."""
    if seen.status is None:
        yield "it does not end"
    elif seen.result is not None and seen.status == 1 and came_to_nothing(seen):
        pass  # that is no pass, whatever it was to show
    elif seen.result is not None and seen.status == 4 and was_late(seen):
        pass
    elif seen.status != 0 or seen.result is None:
        yield f"exit {seen.status}: {seen.stderr.strip()}"
    elif seen.stderr:
        yield f"exit 0 and on stderr: {seen.stderr.strip()}"
    elif seen.result.json["partial"]:
        yield "exit 0, and the result is partial"


def crashed(seen):
    """By a signal that nobody sent it."""
    if seen.status is not None and seen.status < 0:
        yield f"signal {-seen.status}: {seen.stderr.strip()}"


def left(seen):
    for what in seen.left:
        yield f"left behind: {what}"


# Needed to be asked anything else.
FIRST = (("ended", ended), ("crashed", crashed), ("left", left))

CHECKS = (
    ("kernel.states", kernel.states),
    ("kernel.counters", kernel.counters),
    ("kernel.sockstat", kernel.sockstat),
    ("kernel.segments", kernel.segments),
    ("kernel.peaks", kernel.peaks),
    ("wire.flags", wire.flags),
    ("wire.payload", wire.payload),
    ("wire.closers", wire.closers),
    ("wire.fins", wire.fins),
    ("timeline.never", timeline.never),
    ("timeline.came_to_pass", timeline.came_to_pass),
    ("timeline.unforeseen", timeline.unforeseen),
    ("result.again", again),
    ("sums.outcomes", sums.outcomes),
    ("sums.opened", sums.opened),
    ("sums.kernel_opened", sums.kernel_opened),
    ("sums.messages", sums.messages),
    ("sums.statuses", sums.statuses),
    ("sums.closed", sums.closed),
    ("sums.completed", sums.completed),
    ("sums.pauses", sums.pauses),
    ("sums.mix", sums.mix),
    ("sums.means", sums.means),
    ("model.fates", prediction.fates),
    ("model.missing_fates", prediction.missing_fates),
    ("model.finals", prediction.finals),
    ("model.joint", prediction.joint),
    ("model.minis", prediction.minis),
    ("model.resets", prediction.resets),
    ("remarks.evidence", remarks.evidence),
    ("remarks.unasked", remarks.unasked),
    ("remarks.unfounded", remarks.unfounded),
    ("remarks.untold", remarks.untold),
    ("remarks.none_left", remarks.none_left),
    ("remarks.met", remarks.met),
)

# No busy machine makes these: they count at their first coming.
CERTAIN = frozenset(
    """crashed left result.again sums.outcomes sums.messages sums.statuses sums.closed sums.completed
    sums.pauses sums.mix sums.means kernel.peaks remarks.evidence remarks.none_left remarks.met""".split()
)


def ask(name, check, seen):
    """A result that lacks what a check asks for is a disagreement too."""
    try:
        return [(name, line) for line in check(seen)]
    except KeyError as error:
        return [(name, f"the result has no {error.args[0]}")]


def disagreements(seen):
    """[(check, line)]"""
    rows = FIRST if seen.result is None else FIRST + CHECKS
    return [found for name, check in rows for found in ask(name, check, seen)]
