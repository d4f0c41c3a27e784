"""What `scripts/bench --json growth` printed, as docs/growth.json keeps it, as a picture and tables.

growth_plot.py writes docs/growth.svg and the tables of docs/performance.md; with --check it writes
nothing and fails where they are not what the figures make.
"""

import json
import math
import os
import sys

DOCS = os.path.join(os.path.dirname(__file__), "..", "..", "docs")
MARK = "<!-- {} growth.json, by tests/bench/growth_plot.py -->"

# ---- the figures ----


MEGABYTE = 1 << 20


def series(figures, *path):
    """{x: {name: figure}} of growth.PATH.X.NAME."""
    rows = {}
    for key, value in figures.items():
        *head, x, name = key.split(".")
        if head == ["growth", *path]:
            rows.setdefault(int(x), {})[name] = value
    return dict(sorted(rows.items()))


class Line:
    def __init__(self, name, rows, figure, of=1):
        self.name = name
        self.points = [(x, row[figure] / of) for x, row in rows.items() if figure in row]


def by_workers(figures):
    """The series of each kind of listeners; one worker is where both begin."""
    shared = series(figures, "workers", "shared")
    one = {1: shared[1]} if 1 in shared else {}
    return {"shared": shared, "each": {**one, **series(figures, "workers", "each")}}


def panels(figures):
    """Rows of panels: what is drawn, of the sockets held at the left and of the workers at the right,
    and whether what is at the left has a logarithmic scale."""
    held = series(figures, "sockets")
    kinds = by_workers(figures).items()
    return [
        (
            "connections a second",
            [Line("", held, "rate")],
            [Line(kind, rows, "rate") for kind, rows in kinds],
            False,
        ),
        (
            "CPU a connection, µs, both sides",
            [Line("", held, "cpu")],
            [Line(kind, rows, "cpu") for kind, rows in kinds],
            False,
        ),
        (
            "memory, MB, both sides",
            [Line("finwait", held, "memory", MEGABYTE), Line("kernel", held, "kernel", MEGABYTE)],
            [Line(kind, rows, "memory", MEGABYTE) for kind, rows in kinds],
            True,
        ),
        (
            "watching, % of a CPU",
            [Line("", held, "sampling")],
            [Line(kind, rows, "sampling") for kind, rows in kinds],
            False,
        ),
    ]


# ---- the picture ----

WIDTH, HEIGHT = 340, 150
LEFT, RIGHT, TOP, BOTTOM = 46, 50, 30, 24  # around a panel
STYLE = """
text { font: 11px system-ui, sans-serif; fill: #57606a }
.title { font-weight: 600; fill: #24292f }
.grid { stroke: #d0d7de; stroke-width: 1 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
.a { stroke: #0969da } circle.a, text.a { fill: #0969da; stroke: none }
.b { stroke: #bc4c00 } circle.b, text.b { fill: #bc4c00; stroke: none }
.end { text-anchor: end } .middle { text-anchor: middle }
@media (prefers-color-scheme: dark) {
text { fill: #9da7b3 } .title { fill: #e6edf3 } .grid { stroke: #3d444d }
.a { stroke: #58a6ff } circle.a, text.a { fill: #58a6ff }
.b { stroke: #f0883e } circle.b, text.b { fill: #f0883e }
}
"""


def short(value):
    """1000000: 1M."""
    for unit, letter in ((10**6, "M"), (10**3, "k")):
        if value >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def step(most):
    """Between ticks from 0: three to six of them."""
    power = 10 ** math.floor(math.log10(most / 3))
    return next(power * n for n in (1, 2, 5, 10) if most / (power * n) <= 5)


class Scale:
    """From a value to a place within `length`; logarithmic, or from 0."""

    def __init__(self, values, length, log, ticks=None):
        self.length, self.log = length, log
        if log:
            self.low, self.high = min(values), max(values)
            self.ticks = ticks
            if ticks is None:
                first = math.floor(math.log10(self.low))
                last = max(math.ceil(math.log10(self.high)), first + 1)
                self.ticks = [10.0**n for n in range(first, last + 1)]
                self.low, self.high = self.ticks[0], self.ticks[-1]
        else:
            every = step(max(values) or 1)
            count = math.ceil(round(max(values) / every, 9)) or 1
            self.ticks = [round(every * n, 9) for n in range(count + 1)]
            self.low, self.high = 0, self.ticks[-1]

    def at(self, value):
        if self.log:
            span = math.log(self.high / self.low) or 1
            return self.length * math.log(value / self.low) / span
        return self.length * value / self.high


def tag(name, text=None, **attributes):
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}/>" if text is None else f"<{name}{written}>{text}</{name}>"


def draw_axes(x, y):
    for tick in y.ticks:
        at = f"{HEIGHT - y.at(tick):.1f}"
        yield tag("line", **{"class": "grid"}, x1=0, x2=WIDTH - LEFT - RIGHT, y1=at, y2=at)
        yield tag("text", short(tick), **{"class": "end"}, x=-6, y=at, dy=4)
    for tick in x.ticks:
        yield tag("text", short(tick), **{"class": "middle"}, x=f"{x.at(tick):.1f}", y=HEIGHT + 16)


def spread(ends):
    """The places of names at the ends of lines, apart."""
    ends = sorted(ends)
    for i in range(1, len(ends)):
        ends[i] = (max(ends[i][0], ends[i - 1][0] + 12), *ends[i][1:])
    return ends


def draw_panel(title, lines, log):
    lines = [line for line in lines if line.points]
    ticks = sorted({x for line in lines for x, _ in line.points})
    x = Scale(ticks, WIDTH - LEFT - RIGHT, True, ticks)
    y = Scale([value for line in lines for _, value in line.points], HEIGHT, log)
    yield tag("text", title, **{"class": "title"}, x=0, y=-10)
    yield from draw_axes(x, y)
    ends = []
    for line, colour in zip(lines, "ab"):
        points = [(x.at(at), HEIGHT - y.at(value)) for at, value in line.points]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        yield tag("polyline", **{"class": f"line {colour}"}, points=path)
        for px, py in points:
            yield tag("circle", **{"class": colour}, cx=f"{px:.1f}", cy=f"{py:.1f}", r=3)
        ends.append((points[-1][1], points[-1][0], line.name, colour))
    for py, px, name, colour in spread(ends):
        if name:
            yield tag("text", name, **{"class": colour}, x=f"{px + 7:.1f}", y=f"{py:.1f}", dy=4)


def draw(figures):
    rows = panels(figures)
    cell = TOP + HEIGHT + BOTTOM
    size = (2 * WIDTH, 20 + len(rows) * cell)
    head = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size[0]} {size[1]}"}
    out = [tag("title", "What finwait costs, by sockets held and by workers"), tag("style", STYLE)]
    for column, what in enumerate(("by sockets held on each side", "by workers of the server")):
        out.append(tag("text", what, x=column * WIDTH + LEFT, y=14))
    for number, (title, *sides, log) in enumerate(rows):
        for column, (lines, log) in enumerate(zip(sides, (log, False))):
            place = f"translate({column * WIDTH + LEFT} {20 + number * cell + TOP})"
            out.append(tag("g", "\n".join(draw_panel(title, lines, log)), transform=place))
    return tag("svg", "\n" + "\n".join(out) + "\n", **head, role="img") + "\n"


# ---- the tables ----


def table(heads, rows):
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


COLUMNS = {
    "connections/s": lambda row: f"{row['rate']:,.0f}",
    "CPU a connection, µs": lambda row: f"{row['cpu']:.0f}",
    "finwait's memory, MB": lambda row: f"{row['memory'] / MEGABYTE:.1f}",
    "the kernel's, MB": lambda row: f"{row['kernel'] / MEGABYTE:,.1f}" if "kernel" in row else None,
    "watching, % of a CPU": lambda row: f"{row['sampling']:.2f}",
    "longest gap, s": lambda row: f"{row['gap']:.2f}",
}


def tables(figures):
    for first, rows in (
        ("sockets held", {f"{x:,}": row for x, row in series(figures, "sockets").items()}),
        (
            "workers",
            {
                f"{x}, {kind}" if x > 1 else "1": row
                for kind, group in by_workers(figures).items()
                for x, row in group.items()
            },
        ),
    ):
        shown = [c for c, of in COLUMNS.items() if all(of(row) is not None for row in rows.values())]
        cells = [[x, *(COLUMNS[c](row) for c in shown)] for x, row in rows.items()]
        yield from ("", *table([first, *shown], cells))
    yield ""


def with_tables(page, figures):
    begin, end = MARK.format("from"), MARK.format("end of")
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    return before + begin + "\n" + "\n".join(tables(figures)) + "\n" + end + after


def main():
    def path(name):
        return os.path.join(DOCS, name)

    def read(name):
        with open(path(name), encoding="utf-8") as file:
            return file.read()

    figures = json.loads(read("growth.json"))
    made = {
        "growth.svg": draw(figures),
        "performance.md": with_tables(read("performance.md"), figures),
    }
    for name, text in made.items():
        if "--check" in sys.argv:
            if read(name) != text:
                sys.exit(f"docs/{name} is not what docs/growth.json makes: run tests/bench/growth_plot.py")
        else:
            with open(path(name), "w", encoding="utf-8") as file:
                file.write(text)


if __name__ == "__main__":
    main()
