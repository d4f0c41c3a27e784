"""Falsehoods for a result, one for each check, which has to find it."""


def add(seen, path, amount):
    """Add to a number of the result, given by its keys."""
    *parents, last = path.split("/")
    node = seen.result.json
    for key in parents:
        node = node[int(key) if key.isdigit() else key]
    node[last] = node.get(last, 0) + amount


def remark(seen, id, **more):
    seen.result.json.setdefault("remarks", []).append({"id": id, "text": "planted", **more})


def foresee(seen, side, key, value):
    for end in seen.result.json["predicted"]:
        end[side][key] = value


def forget(seen, id):
    remarks = [one for one in seen.result.json["remarks"] if one["id"] != id]
    seen.result.json["remarks"] = remarks


def moment(seen, **more):
    seen.result.json.setdefault("timeline", []).append({"what": "planted", **more})


def grow(seen, name, amount):
    """A kernel's counter, in finwait's result and to its witness alike."""
    seen.result.json["client"]["counters"][name][1] += amount
    seen.result.json["metrics"][f"client.counter.{name}"] += amount
    seen.hosts[0].counters[name] += amount


PLANTS = {
    "ended": lambda seen: setattr(seen, "status", 4),
    "crashed": lambda seen: setattr(seen, "status", -11),
    "left": lambda seen: seen.left.append("process 1"),
    "kernel.states": lambda seen: add(seen, "client/final/states/time_wait", 1),
    "kernel.counters": lambda seen: seen.hosts[-1].counters.update(TcpOutRsts=1),
    "kernel.sockstat": lambda seen: seen.hosts[-1].sockstat.update({"TCP:inuse": 9}),
    "kernel.segments": lambda seen: grow(seen, "TcpOutSegs", 9),
    "kernel.peaks": lambda seen: add(seen, "metrics/client.time_wait.peak", -1),
    "wire.flags": lambda seen: seen.packets["server"].update(rst=1),
    "wire.payload": lambda seen: seen.packets["client"].update(bytes=1),
    "wire.closers": lambda seen: seen.packets["first"].update(client=4, server=1),
    "wire.fins": lambda seen: seen.packets["server"].update(fin=4),
    "timeline.never": lambda seen: seen.pair.settings.update(faults=[{"partition": "on"}]),
    "timeline.came_to_pass": lambda seen: moment(seen, at=1, due=2),
    "timeline.unforeseen": lambda seen: moment(seen, at=2, due=2),
    "result.again": lambda seen: seen.again.update(name="another"),
    "sums.outcomes": lambda seen: add(seen, "client/account/outcomes/done", -1),
    "sums.opened": lambda seen: add(seen, "client/account/opened", 1),
    "sums.kernel_opened": lambda seen: grow(seen, "TcpActiveOpens", 1),
    "sums.messages": lambda seen: add(seen, "server/account/messages_received", 1),
    "sums.statuses": lambda seen: add(seen, "client/account/statuses/200", -1),
    "sums.closed": lambda seen: add(seen, "server/account/closed_first", 1),
    "sums.completed": lambda seen: add(seen, "metrics/connections.failed", 1),
    "sums.pauses": lambda seen: seen.pair.settings.update(
        {"client.program": "connect send recv pause(1000ms) close"}
    ),
    "sums.mix": lambda seen: seen.result.json["client"].update(
        mix=[{"name": "p1", "attempted": 1, "opened": 1, "outcomes": {"done": 1}}]
    ),
    "sums.means": lambda seen: add(seen, "metrics/client.time_wait.mean", 9),
    "model.fates": lambda seen: foresee(seen, "client", "fate", "reset"),
    "model.missing_fates": lambda seen: foresee(seen, "server", "fate", "held"),
    "model.finals": lambda seen: foresee(seen, "client", "final", "last_ack"),
    "model.joint": lambda seen: seen.result.json["predicted"].append(
        {
            "client": {**seen.result.json["predicted"][0]["client"], "fate": "reset"},
            "server": {**seen.result.json["predicted"][0]["server"], "final": "time_wait"},
        }
    )
    or add(seen, "server/final/states/time_wait", 1),
    "model.minis": lambda seen: foresee(seen, "client", "tw", 0),
    "model.resets": lambda seen: foresee(seen, "server", "rst_sent", 1),
    "remarks.evidence": lambda seen: remark(seen, "note", evidence={"connections.opened": 0}),
    "remarks.unasked": lambda seen: remark(seen, "connections.miscounted"),
    "remarks.unfounded": lambda seen: remark(seen, "rst.sent", side="client"),
    "remarks.untold": lambda seen: forget(seen, "time_wait.pile"),
    "remarks.none_left": lambda seen: remark(seen, "sockets.none_left"),
    "remarks.met": lambda seen: seen.result.json.pop("predicted"),
}
