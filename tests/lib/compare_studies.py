"""What the studies in configs/compare find, as docs/compare.md says, and how a test sees that."""

import json

import finwait_test as ft

# Of each variant what its metrics are, baseline and variant: exact, so two rounds are enough.
FOUND = {
    "tw-reuse": {
        "tcp_tw_reuse=1": {"connections.failed": (60, 0), "errors.EADDRNOTAVAIL": (60, 0)},
        "tcp_tw_reuse=2": {"connections.failed": (60, 60)},
    },
    "fin-timeout": {
        "tcp_fin_timeout=1": {
            "server.fin_wait2.final": (200, 0),
            "server.time_wait.final": (200, 200),
        },
    },
    "tw-buckets": {
        "tcp_max_tw_buckets=10": {
            "client.time_wait.final": (30, 10),
            "client.counter.TcpExtTCPTimeWaitOverflow": (0, 20),
        },
    },
    "orphan-retries": {
        "tcp_orphan_retries=1": {
            "client.fin_wait1.final": (100, 0),
            "client.counter.TcpExtTCPAbortOnTimeout": (0, 100),
        },
    },
    "backlog": {
        "somaxconn alone": {"server.listen_backlog.final": (8, 8)},
        "lower somaxconn": {"server.listen_backlog.final": (8, 4)},
        "longer backlog": {"server.listen_backlog.final": (8, 64)},
        "no cookies": {"server.syn_recv.final": (6, 6)},
        "abort": {"server.syn_recv.final": (6, 0)},
    },
    "timestamps": {"tcp_timestamps=0": {"errors.EADDRNOTAVAIL": (0, 60)}},
    "linger": {
        "linger=0s": {"client.time_wait.final": (500, 0), "client.counter.TcpOutRsts": (0, 500)}
    },
    "orders": {
        "order=server-first": {
            "client.time_wait.final": (500, 0),
            "server.time_wait.final": (0, 500),
        },
        "order=client-rst": {"client.time_wait.final": (500, 0), "server.time_wait.final": (0, 0)},
        "order=server-rst": {"client.time_wait.final": (500, 0), "server.time_wait.final": (0, 0)},
    },
    "addresses": {
        "addresses=2, ip_local_port_range=40000 40049": {"client.outcome.held": (50, 100)},
        "addresses=2, ip_local_port_range=40000 40099": {"client.outcome.held": (50, 200)},
    },
    "bind-no-port": {
        "bind_no_port=on": {"client.outcome.held": (50, 100), "errors.EADDRINUSE": (100, 0)}
    },
    "keepalive": {
        "sysctl alone": {"server.close_wait.final": (200, 200)},
        "keepalive": {"server.close_wait.final": (200, 0)},
    },
    "tls-close": {
        "order=tls-notify-drain": {"server.time_wait.final": (200, 200)},
        "order=tls-truncation": {"server.time_wait.final": (200, 0)},
    },
}

# What is taught, as remarks.
TAUGHT = {
    "tw-reuse": {"varied.moved", "varied.loopback_only"},
    "fin-timeout": {"varied.moved", "varied.constant"},
    "tw-buckets": {"varied.moved", "varied.danger"},
    "orphan-retries": {"varied.moved", "varied.danger"},
    "backlog": {"varied.other_limit", "varied.limit_not_reached"},
    "timestamps": {"varied.moved", "varied.danger"},
    "addresses": {"varied.moved"},
    "keepalive": {"varied.moved", "varied.switched_off"},
}


# Counts so small that two rounds are not enough for a verdict.
FEW = ("backlog",)


def verdict_of(baseline, variant):
    return "equal" if variant == baseline else "higher" if variant > baseline else "lower"


# Those of seconds, and those of a minute or so.
QUICK = ("tw-buckets", "linger", "orders", "addresses", "bind-no-port", "fin-timeout")
LONG = tuple(name for name in FOUND if name not in QUICK)


class Seen:
    def __init__(self, ended):
        value = json.loads(ended.stdout)  # of a failed one, too
        self.ended = ended
        self.json = value
        self.medians = {
            (row["variant"], row["metric"]): (row["medians"]["baseline"], row["medians"]["variant"])
            for row in value["comparisons"]
            if "medians" in row
        }
        self.verdicts = {
            (row["variant"], row["metric"]): row["verdict"] for row in value["comparisons"]
        }
        self.taught = {remark["id"] for remark in value.get("remarks", [])}
        metrics = [trial.get("metrics", {}) for trial in value["trials"]]
        sides = ("client", "server")
        self.stood_still = max(each.get(f"{side}.stood_still", 0) for each in metrics for side in sides)


class StudyTestCase(ft.LabTestCase):
    def compare(self, name):
        arguments = ("compare", f"compare/{name}", "--rounds=2", "--json", "--quiet")
        return Seen(ft.finwait(*arguments, user=self.user))

    def check(self, name, seen):
        self.assertEqual(seen.ended.status, 0, seen.ended)
        for variant, metrics in FOUND[name].items():
            for metric, values in metrics.items():
                self.assertEqual(seen.medians[variant, metric], values, (variant, metric))
                if name not in FEW:
                    found = seen.verdicts[variant, metric]
                    self.assertEqual(found, verdict_of(*values), (variant, metric))
        self.assertLessEqual(TAUGHT.get(name, set()), seen.taught, seen.json.get("remarks"))

    def run_studies(self, names):
        for name in names:
            with self.subTest(name):
                ft.check_in_time(
                    lambda name=name: self.compare(name),
                    lambda seen, name=name: self.check(name, seen),
                )
