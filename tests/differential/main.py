"""scripts/differential: random pairs, run and held against witnesses."""

import argparse
import sys

import generate
import harness


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/differential", description=__doc__)
    parser.add_argument("--seed", default="1", help="any word; the same seed gives the same pairs")
    parser.add_argument("--pairs", type=int, default=60, help="how many to run")
    parser.add_argument("--jobs", type=int, default=2, help="how many side by side")
    parser.add_argument("--no-shrink", action="store_true", help="print failing pairs as they are")
    parser.add_argument("--show", type=int, metavar="N", help="print the seed's pair N and end")
    return parser.parse_args()


def main():
    asked = arguments()
    if asked.show is not None:
        print(generate.generate(asked.seed, asked.show).yaml(), end="")
        return 0

    def tell(line):
        print(line, flush=True)

    differ = harness.Harness(asked.seed, asked.jobs, tell=tell)
    for pair, found in differ.run(asked.pairs):
        less = pair if asked.no_shrink else differ.smallest(pair, found)
        tell(f"\n# {found[0][0]}: {found[0][1]}\n{less.yaml()}")
    differ.report()
    return 1 if differ.failed else 0


if __name__ == "__main__":
    sys.exit(main())
