"""What went over the wire, where that was read, held against what is said of it."""

import kernel
import prediction

SIDES = ("client", "server")


def flags(seen):
    """SYNs and RSTs as the kernel counts them."""
    for host in seen.hosts if seen.packets else ():
        counted = seen.counter(host, "TcpOutRsts")
        resets = sum(seen.packets[side]["rst"] for side in SIDES)
        if resets != counted:
            yield f"{resets} RSTs on the wire, TcpOutRsts {counted}"
        asked, opens = seen.packets["client"]["syn"], seen.counter(host, "TcpActiveOpens")
        if not opens <= asked <= opens + seen.counter(host, "TcpRetransSegs"):
            yield f"{asked} SYNs on the wire, TcpActiveOpens {opens}"


def payload(seen):
    """What a role sent, as far as it went out; what one read, of what the other's kernel sent."""
    if not seen.packets or seen.pair.get("transport") == "tls" or kernel.unfinished(seen):
        return
    for sender, reader in (SIDES, SIDES[::-1]):
        went = seen.packets[sender]["bytes"]
        sent = seen.result[f"{sender}.bytes_sent"]
        got = seen.result[f"{reader}.bytes_received"]
        if not got <= went <= sent:
            yield f"{sender} sent {sent} bytes, {went} on the wire, {reader} received {got}"


def unsent(seen, side):
    """FINs that wait behind a closed window, or behind data that are sent again, one segment at a
    time: the side has closed, and the wire does not show it."""
    final = seen.result.final(side)
    closing = sum(final.get(state, 0) for state in ("fin_wait1", "closing", "last_ack"))
    again = any(seen.counter(host, "TcpRetransSegs") for host in seen.hosts)
    held_up = min(closing, seen.packets["first"]["none"]) if again else 0
    return max(held_up, seen.result.json[side]["final"]["fin_unsent"])


def closers(seen):
    """Whose FIN or RST was first.  A role looks and then closes: what comes between the two makes
    `both` of a few."""
    metrics, first = seen.result.json["metrics"], seen.packets and seen.packets["first"]
    if not first or metrics.get("closed_first.unknown"):
        return
    told = {who: metrics.get(f"closed_first.{who}", 0) for who in ("client", "server", "both")}
    crossed = told["both"] - first["both"]
    if not 0 <= crossed <= max(2, metrics["connections.opened"] // 8):
        yield f"closed_first.both is {told['both']}, on the wire {first['both']}"
    for who in SIDES:
        if not told[who] - unsent(seen, who) <= first[who] <= told[who] + max(crossed, 0):
            yield f"closed_first.{who} is {told[who]}, on the wire {first[who]}"


def fins(seen):
    """Where every end of the model has a side send a FIN, or none."""
    if not seen.packets or not prediction.as_foreseen(seen):
        return
    for side in SIDES:
        ends = [end["path"].split() for end in prediction.ends_of(seen, side)]
        due = [bool({"fin_wait1", "last_ack"} & set(path)) for path in ends]
        sent, begun = seen.packets[side]["fin"], seen.result["client.attempted"]
        begun -= unsent(seen, side)
        if due and not any(due) and sent:
            yield f"{side}: {sent} FINs on the wire, foreseen none"
        if due and all(due) and sent < begun:
            yield f"{side}: {sent} FINs on the wire of {begun} connections, foreseen one each"
