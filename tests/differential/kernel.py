"""What finwait says of the kernel, held against the witnesses."""

GAUGES = ("TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn")


def goes_on(seen):
    """Whether TCP sends something by itself: again, or to see whether a window has opened."""
    timers = ("TcpRetransSegs", "TcpExtTCPWinProbe", "TcpExtTCPKeepAlive")
    moved = [seen.counter(host, name) for host in seen.hosts for name in timers]
    return seen.pair.is_struck() or any(moved)


# What a segment that is lost is sent again for.
PASSING = {"syn_sent", "syn_recv", "fin_wait1", "closing", "last_ack"}


def since(seen):
    """How many segments went between finwait's look and that of nstat(8)."""
    return sum(
        host.counters["TcpOutSegs"] - seen.counters(host.name)["TcpOutSegs"][1] for host in seen.hosts
    )


def unfinished(seen):
    """Whether data were still on their way when the run was over: small windows take long."""
    cut = any("cut" in seen.result.outcomes(side) for side in ("client", "server"))
    return cut and since(seen) > 0


def went_on(seen):
    """Whether it did, or may have, between finwait's look and those of the others."""
    passing = any(PASSING & seen.result.final(side).keys() for side in ("client", "server"))
    return goes_on(seen) and (since(seen) > 0 or (seen.pair.is_struck() and passing))


def states(seen):
    for host in seen.hosts:
        for line in host.strange:
            yield f"{host.name}: a witness says {line}"
        for side in host.sides:
            # A request in SYN_RECV may have been given up, or taken, between the two looks.
            waits = seen.pair.is_struck() or seen.pair.get("server.sockopt.defer_accept")
            moving = ("close", "syn_recv") if waits else ("close",)
            final, ss = seen.result.final(side), host.states[side]
            apart = [state for state in {*final, *ss} if final.get(state, 0) != ss.get(state, 0)]
            if set(apart).difference(moving) and not went_on(seen):
                yield f"{side}: final {final}, ss(8) {ss}"


def counters(seen):
    """nstat(8) looks a little later than finwait."""
    for host in seen.hosts:
        ours = seen.counters(host.name)
        for name, value in host.counters.items():
            if not name.startswith("Tcp") or name in GAUGES or name not in ours:
                continue
            late = value - ours[name][1]
            most = max(50, ours[name][1] // 100)  # what is under way goes on, too
            if late and not (0 < late <= most and goes_on(seen)) and not unfinished(seen):
                yield f"{host.name}: {name} {ours[name][1]}, nstat(8) {value}"


def sockstat(seen):
    """`tw` counts the mini-sockets: TIME_WAIT, and of FIN_WAIT2 those without a full socket.  `inuse`
    counts what is hashed and full."""
    for host in seen.hosts:
        finals = [seen.result.final(side) for side in host.sides]
        standing = sum(final.get("time_wait", 0) for final in finals)
        most = standing + sum(final.get("fin_wait2", 0) for final in finals)
        minis = host.sockstat["TCP:tw"]
        if not standing <= minis <= most and not went_on(seen):
            yield f"{host.name}: {standing} time_wait, /proc/net/sockstat tw {minis}"
        others = ("time_wait", "syn_recv", "close")
        full = sum(n for final in finals for state, n in final.items() if state not in others)
        full += host.listeners + standing - minis
        used = host.sockstat["TCP:inuse"] + host.sockstat.get("TCP6:inuse", 0)
        if used != full and not went_on(seen):
            yield f"{host.name}: {full} full sockets, /proc/net/sockstat inuse {used}"


def segments(seen):
    """A link that nothing strikes loses nothing: what one host's TCP sends the other's receives;
    segments that leave as one (TSO) arrive as one."""
    if seen.pair.is_struck():
        return
    for sender, reader in zip(seen.hosts, seen.hosts[::-1]):
        sent = seen.counter(sender, "TcpOutSegs")
        again = seen.counter(sender, "TcpRetransSegs")
        got = seen.counter(reader, "TcpInSegs")
        few = all(seen.result[f"{side}.bytes_sent"] <= 1000 for side in sender.sides)
        whole = few and seen.pair.get("transport") != "tls"
        least = sent - max(2, sent // 20) if whole else 1  # two small ones may leave together
        if not least <= got <= sent + again:
            yield f"{sender.name} sent {sent} segments and {again} again, {reader.name} got {got}"


def peaks(seen):
    metrics = seen.result.json["metrics"]
    for side in ("client", "server"):
        for state, n in seen.result.final(side).items():
            peak = metrics.get(f"{side}.{state}.peak", 0)
            if peak < n:
                yield f"{side}: {n} {state} at the end, peak {peak}"
