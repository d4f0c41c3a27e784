"""What the scenarios million-* pile up, at any size, and who says so."""

import os

import finwait_test as ft

# The state that every connection's end is left in.
PILES = {
    "million-close-wait": {"client": "fin_wait2", "server": "close_wait"},
    "million-established": {"client": "established", "server": "established"},
    "million-fin-wait2": {"client": "close_wait", "server": "fin_wait2"},
    "million-time-wait": {"server": "time_wait"},
}

# What the host's own counters have, which no dump made.
SOCKSTAT = "awk '/^TCP:/ {print \"counter\", \"inuse\", $3; print \"counter\", \"tw\", $7}' /proc/net/sockstat;"

# What a busy machine may miss at a size that takes it a second.
BY_THE_CLOCK = ("last_begun",)


def run(name, look, *arguments):
    scenario = os.path.join(ft.SOURCE, "configs", f"{name}.yaml")
    ended = ft.finwait("run", scenario, "--json", "--inspect", SOCKSTAT + look, *arguments)
    assert ended.status in (0, 1), ended
    return ended.result


def check(test, name, result, many, also_late=False):
    """The dump, sockstat, and the expectations, but for those that the clock decides if `also_late`."""
    broken = {seen["text"]: seen for seen in result.listed("expectations") if seen["verdict"] != "pass"}
    late = {text for text in broken if any(word in text for word in BY_THE_CLOCK)}
    test.assertEqual(broken.keys() - (late if also_late else set()), set(), broken)
    test.assertNotIn("unkept", result.json)
    for side, state in PILES[name].items():
        test.assertEqual(result.final(side), {state: many})
        seen = ft.read_witness(result.inspection(side)["output"])[1]
        listeners = 1 if side == "server" else 0
        mini = state == "time_wait"
        test.assertEqual((seen["inuse"], seen["tw"]), (listeners, many) if mini else (many + listeners, 0))
