"""finwait while packets are captured, against finwait while they are not: its connections/s, and the
CPU of its workers, in which the kernel's share of the capture is."""

import bench_speed
import contest
import finwait_run

ROUNDS = 9

CONNECTIONS = 60000
CAPTURED = 3  # the first connections, and as many that end otherwise than predicted


def run(captured):
    settings = {**bench_speed.settings("server-first", 1, CONNECTIONS), "capture": captured}
    metrics = finwait_run.run(settings)["metrics"]
    return metrics["connections.rate"], metrics["cpu.client"] + metrics["cpu.server"]


def measure(rounds):
    runs = contest.in_turn({"on": lambda: run(CAPTURED), "off": lambda: run(0)}, rounds)
    figures = {}
    for name, values in runs.items():
        figures[f"capture.{name}.rate"] = contest.median([rate for rate, _ in values])
    for index, figure in enumerate(("rate", "cpu")):
        on, off = ([values[index] for values in runs[name]] for name in ("on", "off"))
        figures.update(contest.spread(f"capture.{figure}.ratio", contest.ratios(on, off)))
    return figures
