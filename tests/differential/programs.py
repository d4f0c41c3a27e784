"""Random programs that finwait's own rules allow by themselves; whether a pair of them can wait for
ever is asked of `finwait check`."""

import re

# What may not come after what, as src/program/program_rules.c has it.
AFTER = {
    "send": {"shut-wr", "notify"},
    "notify": {"notify", "shut-wr"},
    "shut-wr": {"shut-wr"},
    "recv": {"shut-rd", "wait-fin", "wait-notify"},
    "wait-notify": {"shut-rd", "wait-fin", "wait-notify"},
    "wait-fin": {"shut-rd", "wait-fin"},
    "shut-rd": {"shut-rd"},
    "drain": set(),
    "pause": set(),
    "inherit": set(),
}
AFTER_TLS = {"recv": {"drain"}, "wait-notify": {"drain"}}

ENDS = ("close",) * 6 + ("rst",) * 2 + ("hold",) * 2
# What a recv may be content with, and how long it and wait-fin may wait.
RECVS = ("recv(or-fin)",) * 3 + ("recv(100ms)", "recv(400ms)", "recv(or-fin,100ms)", "recv(5ms)")
WAIT_FINS = ("wait-fin(50ms)", "wait-fin(300ms)")
PAUSES = ("20ms", "50ms", "100ms", "250ms")
LINGERS = ("0s", "1s", "off")
FIRST = {"client": "connect", "server": "accept"}


def word(step):
    return step.partition("(")[0]


def pauses_ms(text):
    """How long a program pauses in all."""
    total = 0
    for step in text.split():
        if word(step) == "pause":
            total += int(step[len("pause(") : -len("ms)")])
        elif word(step) == "repeat":
            total *= int(step[len("repeat(") : -1])
    return total


def bounds_ms(text):
    """How long its recv(T) and wait-fin(T) may wait in all, each once."""
    return sum(int(ms) for ms in re.findall(r"(?:recv|wait-fin)\((?:or-fin,)?(\d+)ms\)", text))


def allowed(steps, step, tls):
    seen = {word(before) for before in steps}
    if word(step) in ("notify", "wait-notify") and not tls:
        return False
    barred = AFTER.get(word(step), set()) | (AFTER_TLS.get(word(step), set()) if tls else set())
    return not barred & seen


def with_heads(random, text):
    """Now and then a recv reads its message in two, or leaves the body to what comes behind it."""
    steps = text.split()
    found = [at for at, step in enumerate(steps) if step == "recv"]
    if not found or random.random() > 0.3:
        return text
    at = random.choice(found)
    last = at == found[-1] and not any(word(step) == "repeat" for step in steps)
    rest = ["recv(head)"] if last and random.random() < 0.6 else ["recv(head)", "recv"]
    return " ".join([*steps[:at], *rest, *steps[at + 1 :]])


def with_arguments(random, text):
    """Now and then one for what can do without."""
    choices = {"recv": RECVS, "wait-fin": WAIT_FINS}
    return " ".join(
        random.choice(choices[step]) if step in choices and random.random() < 0.2 else step
        for step in text.split()
    )


def extra(random):
    """A step that exchanges no message."""
    step = random.choice(
        ("pause", "pause", "drain", "shut-wr", "shut-rd", "wait-fin", "notify", "wait-notify")
    )
    if random.random() < 0.03:
        return f"inherit({random.choice(PAUSES)})"
    return f"pause({random.choice(PAUSES)})" if step == "pause" else step


def ending(random, steps, tls):
    """The way a program ends, behind `steps`."""
    steps = list(steps)
    usual = ("notify", "notify", "wait-notify", "wait-fin") if tls else ("wait-fin", "wait-fin")
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        step = random.choice((*usual, extra(random)))
        if allowed(steps, step, tls):
            steps.append(step)
    end = random.choice(ENDS)
    if random.random() < 0.02:
        end = "die"
    if end in ("close", "die") and random.random() < 0.1:
        steps.append(f"linger({random.choice(LINGERS)})")
    return [*steps, end]


def given_up(random):
    """A client that gives the TLS handshake up; TCP is all that is left to it."""
    until = random.choice(("hello", "flight"))
    steps = [step for step in wild(random, False) if word(step) not in ("send", "recv")]
    return " ".join([f"connect({until})", *ending(random, steps, False)])


def mixed(random, text, tls):
    """Some of the connections end otherwise."""
    steps = text.split()
    exchanges = [at for at, step in enumerate(steps) if word(step) in ("send", "recv", "repeat")]
    kept = steps[1 : max(exchanges, default=0) + 1]
    other = " ".join([steps[0], *ending(random, kept, tls)])
    return [{"weight": random.choice((1, 2, 3)), "program": one} for one in (text, other)]


def rounds(random):
    """What both sides exchange in one round, and how often: (client, server, repeat or none)."""
    client, server = random.choice(
        (
            (["send", "recv"], ["recv", "send"]),
            (["send", "recv"], ["recv", "send"]),
            (["send", "recv"], ["recv", "send"]),
            (["send"], ["recv"]),
            (["recv"], ["send"]),
            (["send", "send", "recv"], ["recv", "recv", "send"]),
            (["send", "recv", "recv"], ["recv", "send", "send"]),
            (["send", "recv"], ["send", "recv"]),
        )
    )
    again = random.choice((0, 0, 0, 2, 3, 8))
    if again:
        repeat = f"repeat({again})"
        return [*client, repeat], [*server, repeat]
    return list(client), list(server)


def disturb(random, steps, tls):
    """Now and then a message more or less, or a step between, so that the two do not fit."""
    steps = list(steps)
    has_repeat = any(word(step) == "repeat" for step in steps)
    if random.random() < 0.15 and len(steps) > (2 if has_repeat else 0):
        del steps[random.randrange(len(steps) - has_repeat)]
    if random.random() < 0.15:
        step = random.choice(("send", "recv", f"pause({random.choice(PAUSES)})"))
        steps.insert(random.randrange(len(steps) + 1 - has_repeat), step)
    if random.random() < 0.1 and not has_repeat:
        step = extra(random)
        at = random.randrange(len(steps) + 1)
        steps.insert(at, step)
    kept = []
    for step in steps:
        if word(step) == "repeat" and not kept:
            continue
        if word(step) == "repeat" or allowed(kept, step, tls):
            kept.append(step)
    return kept


def wild(random, tls):
    """Any steps in any order that the rules allow."""
    steps = []
    for _ in range(random.randrange(6)):
        step = random.choice(("send", "recv", "send", "recv", extra(random)))
        if allowed(steps, step, tls):
            steps.append(step)
    return steps


def programs(random, tls):
    """Both programs as text, the client's first."""
    if random.random() < 0.25:
        bodies = wild(random, tls), wild(random, tls)
    else:
        bodies = tuple(disturb(random, steps, tls) for steps in rounds(random))
    return tuple(
        " ".join([FIRST[side], *ending(random, body, tls)])
        for side, body in zip(("client", "server"), bodies)
    )
