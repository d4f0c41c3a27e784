"""Whether a number of connections, each of which ended in one of a few ways, can add up to counts."""

MOST_WAYS = 10  # beyond which the search may take long


def can_add_up(ways, counts):
    """`ways`: tuples of names; `counts`: {(position, name): n}.  Whether some multiple of each way
    makes just these counts."""
    if not ways:
        return not any(counts.values())
    one, *others = ways
    parts = list(enumerate(one))
    for times in range(min(counts.get(part, 0) for part in parts), -1, -1):
        rest = {**counts, **{part: counts[part] - times for part in parts if part in counts}}
        # What no other way has must be used up by this one.
        if all(n == 0 or any(way[i] == name for way in others) for (i, name), n in rest.items()):
            if can_add_up(others, rest):
                return True
    return False
