"""Whether a run ended as it may: what is wrong, in words; nothing when all is well."""

import signal


class End:
    """How a run ended."""

    def __init__(self, status, stderr="", result=None, left=(), struck=()):
        self.status = status  # a negative signal; None: it did not end
        self.stderr = stderr
        self.result = result  # the parsed result.json; None: there is none; text: why it is none
        self.left = list(left)
        self.struck = list(struck)  # (signal, what it was sent to)


def whole(plan, result):
    """What a result that passes has: every connection, counted alike by all that count."""
    if not isinstance(result, dict):
        yield f"no result: {result}"
        return
    if result.get("partial"):
        yield "a partial result"
    metrics = result["metrics"]
    account = result["client"]["account"]
    wanted = {
        "attempted": (metrics.get("connections.attempted"), plan.connections),
        "outcomes": (sum(account["outcomes"].values()), plan.connections),
    }
    if plan.scenario != "restart":
        opens = {
            "client.counter.TcpActiveOpens": plan.connections,
            "server.counter.TcpPassiveOpens": plan.connections,
            "connections.opened": plan.connections,
            "connections.completed": plan.connections,
        }
        wanted.update({name: (metrics.get(name), value) for name, value in opens.items()})
    for name, (seen, due) in wanted.items():
        if seen != due:
            yield f"{name} {seen}, not {due}"


def conductor_killed(end):
    return ("SIGKILL", "conductor") in end.struck


def bad_status(plan, end):
    if end.status is None:
        yield "it hangs"
    elif end.status < 0:
        if not (end.status == -signal.SIGKILL and conductor_killed(end)):
            yield f"ended by {signal.Signals(-end.status).name}"
    elif end.status > 4:
        yield f"exit {end.status}, which there is not"
    elif end.status == 2:
        yield "exit 2: a scenario that is right"
    elif end.status == 3 and "finwait: " not in end.stderr and 2 not in silent(plan):
        yield "exit 3 without a reason"


def silent(plan):
    return plan.closed if plan.disturbance == "closed" else []


def bad_result(plan, end):
    if isinstance(end.result, str):
        yield f"a broken result.json: {end.result}"
    elif end.status == 0:
        yield from (f"exit 0 with {what}" for what in whole(plan, end.result))
    elif end.status in (1, 4) and end.result is None:
        yield f"exit {end.status} without a result"
    elif end.status == 4 and not end.result.get("partial"):
        yield "exit 4 with a result that is not partial"


def problems(plan, end):
    found = [*bad_status(plan, end), *(f"left {what}" for what in end.left), *bad_result(plan, end)]
    alone = plan.disturbance == "none" or (plan.disturbance != "disk" and not end.struck)
    if alone and plan.disturbance != "closed" and end.status not in (0, None):
        found.append(f"let alone, it ended in {end.status}: {end.stderr.strip()[:200]}")
    return found
