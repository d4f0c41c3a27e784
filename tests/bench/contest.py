"""Figures measured side by side, in turn, in one run.

Absolute figures depend on the machine and on what else it does; the ratio of two
neighbours in time is what can be trusted, and the median over several rounds is quoted.
"""

import statistics


def in_turn(contenders, rounds):
    """Call each of {name: function} once a round, another one first each time.

    Returns {name: [what it returned in each round]}.
    """
    names = list(contenders)
    rows = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            rows[name].append(contenders[name]())
    return rows


def median(values):
    return statistics.median(values)


def ratios(values, base):
    """The ratios of each round's pair."""
    return [value / under for value, under in zip(values, base)]


def spread(name, values):
    """A ratio's median, and how far the rounds are apart."""
    return {name: median(values), f"{name}.min": min(values), f"{name}.max": max(values)}
