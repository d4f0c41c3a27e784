"""The smallest pair that still fails, by leaving out and halving one thing after another."""

import re

# Without these a pair is not what it was, or runs for long.
KEPT = ("client.mix", "client.program", "server.program", "load.connections", "load.timeout", "settle")
HALVED = ("load.connections", "load.concurrency", "request.size", "response.size")
MOST_TRIES = 150


def shorter(program):
    """The program with a step less, or with less in a step's parentheses."""
    steps = program.split()
    for at in range(1, len(steps) - 1):
        yield " ".join(steps[:at] + steps[at + 1 :])
    for at, step in enumerate(steps):
        found = re.match(r"(repeat|pause)\((\d+)(\w*)\)", step)
        if found and int(found[2]) > 2:
            less = f"{found[1]}({int(found[2]) // 2}{found[3]})"
            yield " ".join(steps[:at] + [less] + steps[at + 1 :])
    if steps[-1] != "close":
        yield " ".join([*steps[:-1], "close"])


def smaller(pair):
    """Pairs that are a little less than this one, the greatest steps first."""
    optional = [path for path in pair.settings if path not in KEPT]
    if len(optional) > 1:
        for part in (optional, optional[: len(optional) // 2], optional[len(optional) // 2 :]):
            yield pair.but(dict.fromkeys(part))
    for path in optional:
        yield pair.but({path: None})
        if isinstance(pair.get(path), list):
            for at in range(len(pair.get(path))):
                yield pair.but({path: pair.get(path)[:at] + pair.get(path)[at + 1 :]})
    for one in pair.get("client.mix", ()):
        yield pair.but({"client.mix": None, "client.program": one["program"]})
    for path in ("client.program", "server.program"):
        for program in shorter(pair.get(path) or ""):
            yield pair.but({path: program})
    for path in HALVED:
        if pair.number(path) > 1:
            yield pair.but({path: 1})
            yield pair.but({path: pair.number(path) // 2})


def shrink(pair, fails):
    """Go on from every smaller pair that `fails`, until none does."""
    tried = set()
    found = True
    while found:
        found = False
        for less in smaller(pair):
            text = less.yaml()
            if text in tried or len(tried) >= MOST_TRIES:
                continue
            tried.add(text)
            if fails(less):
                pair, found = less, True
                break
    return pair
