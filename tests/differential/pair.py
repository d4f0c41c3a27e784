"""A pair: a client and a server as settings, PATH: VALUE, and the scenario file that they make."""

import json
import re

# What a plain scalar of YAML may be, so that nothing in it needs quotes.
PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9 /().:%-]*\Z")

UNITS = {"": 1, "k": 1024, "M": 1024 * 1024}


class Pair:
    """Settings by their paths as `finwait list options` has them; lists hold maps."""

    def __init__(self, name, settings):
        self.name = name
        self.settings = dict(settings)

    def get(self, path, default=None):
        return self.settings.get(path, default)

    def is_struck(self):
        return bool(self.get("faults") or self.get("events"))

    def programs(self, side):
        """As text; a mix has several."""
        mix = self.get(f"{side}.mix")
        return [one["program"] for one in mix] if mix else [self.settings[f"{side}.program"]]

    def program(self, side):
        """The steps of all of them."""
        return " ".join(self.programs(side)).split()

    def number(self, path, default=0):
        """A count or a size."""
        digits, unit = re.match(r"(\d+)([kM]?)\Z", str(self.get(path, default))).groups()
        return int(digits) * UNITS[unit]

    def but(self, changes):
        """Another pair, with some settings other than these; None takes one out."""
        settings = {**self.settings, **changes}
        return Pair(self.name, {k: v for k, v in settings.items() if v is not None})

    def yaml(self):
        lines = [f"name: {self.name}"]
        write_map(lines, nested(self.settings), "")
        return "\n".join(lines) + "\n"


def keys_of(path):
    """A sysctl's name has dots of its own."""
    head, dot, name = path.partition(".sysctl.")
    return [*head.split("."), "sysctl", name] if dot else path.split(".")


def nested(settings):
    tree = {}
    for path, value in settings.items():
        *parents, last = keys_of(path)
        node = tree
        for key in parents:
            node = node.setdefault(key, {})
        node[last] = value
    return tree


def scalar(value):
    text = str(value)
    return text if PLAIN.match(text) and ": " not in text else json.dumps(text)


def write_map(lines, tree, indent):
    for key, value in tree.items():
        if isinstance(value, dict):
            lines.append(f"{indent}{key}:")
            write_map(lines, value, indent + "  ")
        elif isinstance(value, list):
            lines.append(f"{indent}{key}:")
            for item in value:
                inner = ", ".join(f"{name}: {scalar(of)}" for name, of in item.items())
                lines.append(f"{indent}  - {{{inner}}}")
        else:
            lines.append(f"{indent}{key}: {scalar(value)}")
