"""What finwait says of the kernel, held against the witnesses."""

SIDES = ("client", "server")
GAUGES = ("TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn")


def states(seen):
    for side in SIDES:
        final = {state: n for state, n in seen.result.final(side).items() if state != "close"}
        if final != seen.witness[side].states:
            yield f"{side}: final {final}, ss(8) {seen.witness[side].states}"


def counters(seen):
    for side in SIDES:
        ours = seen.result.counters(side)
        for name, value in seen.witness[side].counters.items():
            if not name.startswith("Tcp") or name in GAUGES or name not in ours:
                continue
            if ours[name][1] != value:
                yield f"{side}: {name} {ours[name][1]}, nstat(8) {value}"


def sockstat(seen):
    """`tw` counts the mini-sockets: TIME_WAIT, and of FIN_WAIT2 those without a full socket.  `inuse`
    counts what is hashed and full."""
    for side in SIDES:
        final, stat = seen.result.final(side), seen.witness[side].sockstat
        standing = final.get("time_wait", 0)
        most = standing + final.get("fin_wait2", 0)
        if not standing <= stat["TCP:tw"] <= most:
            yield f"{side}: {standing} time_wait, /proc/net/sockstat tw {stat['TCP:tw']}"
        minis = ("time_wait", "syn_recv", "close")
        full = sum(n for state, n in final.items() if state not in minis)
        full += seen.witness[side].listeners + standing - stat["TCP:tw"]
        used = stat["TCP:inuse"] + stat.get("TCP6:inuse", 0)
        if used != full:
            yield f"{side}: {full} full sockets, /proc/net/sockstat inuse {used}"


def segments(seen):
    """The link loses nothing: what one host's TCP sends the other's receives; segments that leave as
    one (TSO) arrive as one."""
    whole = all(seen.pair.number(f"{what}.size") <= 1000 for what in ("request", "response"))
    for sender, reader in (SIDES, SIDES[::-1]):
        sent = seen.result[f"{sender}.counter.TcpOutSegs"]
        again = seen.result[f"{sender}.counter.TcpRetransSegs"]
        got = seen.result[f"{reader}.counter.TcpInSegs"]
        if not (sent if whole else 1) <= got <= sent + again:
            yield f"{sender} sent {sent} segments and {again} again, {reader} received {got}"


def peaks(seen):
    metrics = seen.result.json["metrics"]
    for side in SIDES:
        for state, n in seen.result.final(side).items():
            peak = metrics.get(f"{side}.{state}.peak", 0)
            if peak < n:
                yield f"{side}: {n} {state} at the end, peak {peak}"
