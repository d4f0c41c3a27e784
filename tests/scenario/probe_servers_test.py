"""The cards of three light servers with their defaults are those of docs/probe-servers.md, as far as
that is quick to see; probe_long_test.py has the others.

--write [NAME...] makes the table again, of all servers that are installed or of those."""

import json
import sys
import unittest

import finwait_test as ft
import probe_servers

# What neither waits for a default that is long nor goes by luck: tail of a pipeline, a full queue.
QUICK = """
close-announced close-obeyed http10-close max-requests half-close-answered close-while-idle
reset-midway cut-visible early-response-says-close shutdown-idle backlog accept-queue-close-wait
time-wait-keeper notify-before-fin
""".split()


class Servers(probe_servers.Cards):
    def test_light_ones(self):
        for name in probe_servers.LIGHT:
            with self.subTest(name):
                self.hold(name, "--only", ",".join(QUICK))

    def test_the_page_is_of_the_table(self):
        made, written = probe_servers.put_page(probe_servers.known())
        self.assertEqual(made, written)


def write(names):
    table = probe_servers.known()
    for name in names or probe_servers.PROGRAMS:
        version = probe_servers.version(name)
        if version is not None:
            card, _ = probe_servers.card(name)
            table[name] = {"version": version, "verdicts": probe_servers.verdicts(card)}
            print(name, version, card["summary"], f"{card['seconds']:.0f} s", flush=True)
    with open(probe_servers.KNOWN, "w", encoding="utf-8") as file:
        json.dump(table, file, indent=1)
        file.write("\n")
    made, _ = probe_servers.put_page(table)
    with open(probe_servers.PAGE, "w", encoding="utf-8") as file:
        file.write(made)


if __name__ == "__main__":
    if "--write" in sys.argv:
        write([word for word in sys.argv[1:] if not word.startswith("-")])
    else:
        unittest.main()
