"""Any number of pairs: make, run, hold against each other, look again, shrink."""

import collections
import concurrent.futures
import itertools
import re

import checks
import generate
import hosts
import prediction
import run
import shrink

# What a pair is refused for when its two programs wait for each other; other refusals are news.
STUCK = ("neither can go on", "can come any more", "waits in", "for ever")


def is_stuck(refusal):
    return any(words in refusal for words in STUCK)


def gist(found):
    """A disagreement without its figures, and without what the model had in their place."""
    name, line = found
    return name, re.sub(r"{.*?}|\d+", "#", line.partition(", foreseen")[0])


class Harness:
    def __init__(self, seed, jobs=1, look=checks.disagreements, tell=print):
        self.seed = seed
        self.jobs = jobs
        self.look = look
        self.tell = tell
        self.count = collections.Counter()
        self.failed = []  # (pair, [(check, line)])
        self.foreseen, self.read = [], []  # of each run, whether the model and the wire tell of it
        self.no_namespace = hosts.refusal()  # for pairs on one host

    def try_pair(self, pair):
        """The disagreements of one run of a pair; None: it may not run."""
        refusal = run.refusal(pair)
        if not refusal:
            seen = run.run(pair)
            self.foreseen.append(bool(seen.result and prediction.foreseen(seen)))
            self.read.append(bool(seen.packets))
            return self.look(seen)
        return None if is_stuck(refusal) else [("refused", refusal.strip())]

    def valid(self):
        """The seed's pairs, one after another, without those that would wait for ever."""
        for number in itertools.count():
            pair = generate.generate(self.seed, number)
            if self.no_namespace and pair.get("lab") == "host":
                self.count["unable"] += 1
            elif is_stuck(run.refusal(pair)):
                self.count["refused"] += 1
            else:
                yield pair

    def again(self, pair, first):
        """A segment sent again on a busy machine is no disagreement: what counts comes twice, the
        second time alone.  What no machine excuses counts once."""
        certain = [(name, line) for name, line in first if name in checks.CERTAIN]
        if certain:
            return certain
        names = {name for name, _ in first}
        second = [(name, line) for name, line in self.try_pair(pair) or [] if name in names]
        if second:
            return second
        self.count["once"] += 1
        for name, line in first:
            self.tell(f"{pair.name}: {name}: {line} (once, and not again alone)")
        return []

    def smallest(self, pair, found):
        wanted = gist(found[0])

        def fails(less):
            return wanted in map(gist, self.try_pair(less) or [])

        return shrink.shrink(pair, fails)

    def judge(self, pair, found):
        self.count["pairs"] += 1
        found = self.again(pair, found) if found else []
        if found:
            self.failed.append((pair, found))
            for name, line in found:
                self.count[name] += 1
                self.tell(f"{pair.name}: {name}: {line}")

    def run(self, pairs):
        """Run so many, a few side by side; those in doubt when no other runs."""
        source = self.valid()
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            while self.count["pairs"] < pairs:
                batch = list(itertools.islice(source, min(8 * self.jobs, pairs - self.count["pairs"])))
                for pair, found in zip(batch, list(pool.map(self.try_pair, batch))):
                    self.judge(pair, found)
        return self.failed

    def report(self):
        names = {"pairs", "refused", "once", "unable"}
        rest = ", ".join(f"{name} {n}" for name, n in sorted(self.count.items()) if name not in names)
        self.tell(
            f"seed {self.seed}: {self.count['pairs']} pairs, {len(self.failed)} disagree"
            f" ({rest or 'nothing'}); {self.count['once']} only once,"
            f" {self.count['refused']} refused because they would wait for ever;"
            f" of {len(self.read)} runs {sum(self.foreseen)} were foreseen,"
            f" {sum(self.read)} read on the wire"
        )
        if self.no_namespace:
            self.tell(f"{self.count['unable']} left out: {self.no_namespace}")
