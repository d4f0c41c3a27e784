"""finwait's connections/s while packets are captured, against those when they are not."""

import bench_speed
import contest
import finwait_run

ROUNDS = 9

CAPTURED = 3  # the first connections, and as many that end otherwise than predicted


def rate(captured):
    settings = {**bench_speed.settings("server-first"), "capture": captured}
    return finwait_run.run(settings)["metrics"]["connections.rate"]


def measure(rounds):
    rates = contest.in_turn({"on": lambda: rate(CAPTURED), "off": lambda: rate(0)}, rounds)
    figures = {
        f"capture.{name}.rate": contest.median(values) for name, values in rates.items()
    }
    figures.update(contest.spread("capture.ratio", contest.ratios(rates["on"], rates["off"])))
    return figures
