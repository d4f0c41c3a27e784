"""Random pairs.  A pair is a function of its seed and number alone, on any machine."""

import random as randomness

import programs
import timeline
from pair import Pair

# Around what a receiver takes that does not read, and what a sender keeps.
SIZES = ("1", "64", "1000", "16383", "16384", "16385", "60000", "64k", "66000", "100000", "128k",
         "200000", "300000", "600000", "1M", "4M")  # fmt: skip
BUFFERS = ("2000", "4k", "16k", "64k", "200k", "1M")

# One row an option that a pair may have: how likely, its path, what it may be.  Those with SIDE may
# be either side's, or both.
OPTIONS = (
    (0.10, "ip", ("v6",)),
    (0.10, "load.rate", ("100/s", "400/s")),
    (0.10, "load.timeout", ("130ms", "1s", "0s")),
    (0.05, "sample.every", ("5ms", "20ms")),
    (0.10, "SIDE.workers", (1, 2, 3)),
    (0.10, "client.addresses", (1, 2, 5)),
    (0.05, "server.addresses", (2, 3)),
    (0.03, "client.bind", ("on",)),
    (0.05, "server.backlog", (1, 2, 64)),
    (0.02, "SIDE.descriptors", (24, 64)),
    (0.02, "client.port", (40000,)),
    (0.03, "load.duration", ("100ms",)),
    (0.03, "decay", ("100ms",)),
    (0.03, "client.sockopt.fastopen", ("on",)),
    (0.03, "server.sockopt.fastopen", (16,)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_fastopen", (3,)),
    (0.05, "SIDE.sockopt.nodelay", ("on", "off")),
    (0.03, "SIDE.sockopt.keepalive", ("on", "off")),
    (0.02, "SIDE.sockopt.keepidle", ("1s", "30s")),
    (0.02, "SIDE.sockopt.keepintvl", ("1s",)),
    (0.02, "SIDE.sockopt.keepcnt", (1, 9)),
    (0.03, "SIDE.sockopt.linger", ("off", "0s", "1s")),
    (0.03, "SIDE.sockopt.linger2", ("1s", "0s", "-1", "10s")),
    (0.02, "SIDE.sockopt.user_timeout", ("100ms", "10s")),
    (0.05, "SIDE.sockopt.rcvbuf", BUFFERS),
    (0.05, "SIDE.sockopt.sndbuf", BUFFERS),
    (0.02, "SIDE.sockopt.reuseaddr", ("on", "off")),
    (0.02, "SIDE.sockopt.reuseport", ("on",)),
    (0.02, "server.sockopt.defer_accept", ("1s", "0s")),
    (0.02, "client.sockopt.bind_no_port", ("on",)),
    (0.02, "client.sockopt.local_port_range", ("40000-40100",)),
    (0.04, "SIDE.sysctl.net.ipv4.tcp_fin_timeout", (5, 60, 100)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_tw_reuse", (0, 1, 2)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_timestamps", (0, 1)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_sack", (0,)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_window_scaling", (0,)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_moderate_rcvbuf", (0,)),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_rmem", ("4096 8192 65536", "4096 262144 4194304")),
    (0.03, "SIDE.sysctl.net.ipv4.tcp_wmem", ("4096 8192 65536", "4096 262144 4194304")),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_notsent_lowat", (4096, 131072)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_orphan_retries", (1, 8)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_retries2", (3,)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_keepalive_time", (1, 30)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_congestion_control", ("reno",)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_ecn", (0, 1)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_rfc1337", (1,)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_abort_on_overflow", (1,)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_max_tw_buckets", (4, 1000)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_syncookies", (0, 2)),
    (0.02, "SIDE.sysctl.net.ipv4.tcp_autocorking", (0,)),
    (0.02, "client.sysctl.net.ipv4.ip_local_port_range", ("40000 40999",)),
)  # fmt: skip

OPTIONS_TLS = (
    (0.60, "tls.version", ("1.2", "1.3")),
    (0.25, "tls.resumption", ("ticket", "session_id")),
    (0.05, "tls.release_buffers", ("off",)),
    (0.10, "tls.read_ahead", ("on",)),
    (0.05, "tls.alpn", ("none", "http/1.1")),
    (0.03, "tls.groups", ("P-256", "X25519:P-256")),
    (0.15, "SIDE.tls.ignore_unexpected_eof", ("on",)),
    (0.15, "server.tls.tickets", (0, 1, 4)),
    (0.05, "server.tls.generate", ("rsa2048",)),
    (0.05, "server.tls.unfinished", (1, 4)),
    (0.05, "client.tls.verify", ("on",)),
)


def size(random):
    """Mostly small, for most pairs are about their steps."""
    return random.choice(SIZES) if random.random() < 0.35 else random.choice(SIZES[:3])


def messages(random):
    settings = {"request.size": size(random), "response.size": size(random)}
    if random.random() < 0.5:
        settings["protocol"] = "raw"
    elif random.random() < 0.3:
        settings["response.chunked"] = "on"
    if settings.get("protocol") != "raw" and random.random() < 0.5:
        settings["request.size"] = "0"
    return settings


def load(random):
    return {
        "load.connections": random.choice((1, 2, 5, 12, 24)),
        "load.concurrency": random.choice((1, 2, 8, 32)),
        "load.timeout": "2s",
    }


def settle(server):
    """Long enough for the server to come to its end, which the load does not wait for, and for the
    last delayed ACK."""
    return f"{400 + programs.pauses_ms(server) + programs.bounds_ms(server)}ms"


def options(random, table):
    settings = {}
    for chance, path, values in table:
        for side in ("client", "server") if "SIDE" in path else ("",):
            if random.random() < chance:
                settings[path.replace("SIDE", side)] = random.choice(values)
    return settings


def tls(random):
    """Options of TLS, without those that others make moot."""
    settings = {"transport": "tls", **options(random, OPTIONS_TLS)}
    is_1_2 = settings.get("tls.version") == "1.2"
    if is_1_2:
        settings.pop("server.tls.tickets", None)
    if settings.get("tls.resumption") == "session_id":
        settings["server.workers"] = 1
    by_id = settings.get("tls.resumption") == "session_id"
    if (by_id and not is_1_2) or settings.get("server.tls.tickets") == 0:
        settings.pop("tls.resumption", None)
    return settings


def patient(pair):
    """A short time is for steps that wait for the peer, not for a slow machine to move much."""
    small = max(pair.number("request.size"), pair.number("response.size")) <= 65536
    if small or pair.get("load.timeout") == "0s":
        return pair
    return pair.but({"load.timeout": "2s"})


# Where they leave a client without an answer nothing but load.timeout ends its wait.
ENDLESS = ("server.backlog", "client.descriptors", "server.descriptors", "client.sockopt.fastopen")


def finite(pair):
    """Without a timeout none of what keeps a connection from ever being accepted."""
    return pair.but(dict.fromkeys(ENDLESS)) if pair.get("load.timeout") == "0s" else pair


def on_one_host(settings):
    """lab: host changes no sysctl, and its clients come from 127.0.0.1 and those after it."""
    kept = {path: value for path, value in settings.items() if ".sysctl." not in path}
    if kept.get("ip") == "v6":  # ::1 is alone
        kept = {path: value for path, value in kept.items() if not path.endswith("addresses")}
    return {**kept, "lab": "host"}


def arguments(random, settings):
    """The programs, with arguments for some of their steps."""
    found = {}
    for path in ("client.program", "server.program"):
        found[path] = settings[path]
        if settings.get("protocol") != "raw":
            found[path] = programs.with_heads(random, found[path])
        found[path] = programs.with_arguments(random, found[path])
    if settings.get("protocol") != "raw" and random.random() < 0.05:
        found["http.persist"] = random.choice(("server", "program"))
    return found


def other_clients(random, settings, is_tls):
    """Now and then one that gives the TLS handshake up, or a mix of two."""
    text = settings["client.program"]
    given_up = is_tls and random.random() < 0.12
    if given_up:
        text = programs.given_up(random)
    if random.random() < 0.12:
        mix = programs.mixed(random, text, is_tls and not given_up)
        return {"client.program": None, "client.mix": mix}
    return {"client.program": text}


def generate(seed, number):
    random = randomness.Random(f"{seed}/{number}")
    is_tls = random.random() < 0.3
    client, server = programs.programs(random, is_tls)
    settings = {"client.program": client, "server.program": server}
    settings.update(messages(random))
    settings.update(arguments(randomness.Random(f"{seed}/{number}/arguments"), settings))
    settings.update(
        other_clients(randomness.Random(f"{seed}/{number}/client"), settings, is_tls)
    )
    server = settings["server.program"]
    settings.update(load(random), settle=settle(server))
    settings.update(options(random, OPTIONS))
    if is_tls:
        settings.update(tls(random))
    if random.random() < 0.2:
        settings = on_one_host(settings)
    elif random.random() < 0.2:
        settings.update(timeline.strike(random))
        settings.update(timeline.of_a_part(randomness.Random(f"{seed}/{number}/part"), settings))
    return finite(patient(Pair(f"pair-{seed}-{number}", settings).but({})))
