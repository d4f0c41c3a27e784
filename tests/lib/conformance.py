"""Rows of facts about TCP, each shown by a scenario that ships: what a row says is held against what
finwait reports, and that against ss(8) and nstat(8) in the same host.  The labs are independent, so
several run side by side; each test waits for its own."""

import concurrent.futures
import dataclasses
import os
import sys

import finwait_test as ft

# Most labs sleep most of the time: more of them than CPUs.
SIDE_BY_SIDE = 2 * (os.cpu_count() or 1)

# Counters that stand still unless a row says otherwise.
STILL = (
    "TcpOutRsts",
    "TcpAttemptFails",
    "TcpExtTW",
    "TcpExtTWKilled",
    "TcpExtTWRecycled",
    "TcpExtTCPTimeWaitOverflow",
    "TcpExtTCPAbortOnData",
    "TcpExtTCPAbortOnClose",
    "TcpExtTCPAbortOnLinger",
    "TcpExtTCPAbortOnTimeout",
    "TcpExtTCPAbortOnMemory",
    "TcpExtTCPKeepAlive",
    "TcpExtTCPSYNChallenge",
    "TcpExtListenOverflows",
    "TcpExtListenDrops",
    "TcpExtEmbryonicRsts",
    "TcpExtSyncookiesSent",
)


@dataclasses.dataclass
class Between:
    """A figure that timing decides, within bounds."""

    low: float
    high: float = float("inf")

    def __contains__(self, value):
        return self.low <= value <= self.high


@dataclasses.dataclass
class End:
    """What becomes of one side.  Figures are exact, or Between; counters have no prefix TcpExt."""

    final: dict = dataclasses.field(default_factory=dict)  # state: sockets at the end of settle
    outcomes: dict = None  # how its role saw the connections end; None: it is not played
    errors: dict = dataclasses.field(default_factory=dict)  # errno: how often
    counters: dict = dataclasses.field(default_factory=dict)
    seen: tuple = ()  # states that samples must have caught
    tls: dict = None  # what it counted of TLS; None: not looked at
    tls_errors: dict = dataclasses.field(default_factory=dict)  # OpenSSL's words: how often


@dataclasses.dataclass
class Row:
    scenario: str
    client: End
    server: End
    metrics: dict = dataclasses.field(default_factory=dict)
    predicted: bool = True  # else the result must say why it is not
    settings: dict = dataclasses.field(default_factory=dict)
    needs: object = None  # callable: why this machine cannot show it; "" when it can

    @property
    def name(self):
        more = "".join(f" {value}" for value in self.settings.values())
        return self.scenario + more


def over_ipv6(rows):
    return [dataclasses.replace(row, settings={**row.settings, "ip": "v6"}) for row in rows]


def counter(name):
    return name if name.startswith("Tcp") and not name.startswith("TcpExt") else f"TcpExt{name}"


class Conformance(ft.LabTestCase):
    rows = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE)
        cls.runs = {
            row.name: cls.pool.submit(cls.run_row, row) for row in cls.rows if not cls.refusal(row)
        }

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown(cancel_futures=True)
        super().tearDownClass()

    @staticmethod
    def refusal(row):
        return row.needs() if row.needs else ""

    @classmethod
    def run_row(cls, row):
        sets = [f"--set={path}={value}" for path, value in row.settings.items()]
        process = ft.popen(
            ["run", row.scenario, *sets, "--json", "--inspect", ft.WITNESS], cwd=ft.SOURCE
        )
        return process.mark, ft.finish(process)

    def check(self, row):
        """Where the CPUs were busy elsewhere a segment may have been sent again and a pause have been too
        short: a row that fails is looked at once more, when no other lab is there, and again where
        a worker stood still then."""
        refusal = self.refusal(row)
        if refusal:
            self.skipTest(refusal)
        run = self.runs[row.name].result()
        for tried in range(1, ft.TRIES + 1):
            try:
                return self.check_run(row, *run)
            except AssertionError as error:
                if tried == ft.TRIES or (tried > 1 and not self.was_late(run[1])):
                    raise
                concurrent.futures.wait(self.runs.values())
                print(f"{row.name}: {error}; once more, alone", file=sys.stderr)
                run = self.run_row(row)

    @staticmethod
    def was_late(ended):
        return ended.status in (0, 1) and ended.result.stood_still > 0

    def check_run(self, row, mark, ended):
        if ended.status == 3:
            self.skipTest(ended.stderr.strip())  # it said so before it began
        self.assertEqual(ended.stderr, "", ended)
        self.assertIn(ended.status, (0, 1), ended)
        self.assert_nothing_left(mark)
        result = ended.result
        self.kernel = result.json["environment"]["kernel"]
        self.assert_expectations(result)
        for side, end in (("client", row.client), ("server", row.server)):
            self.check_end(result, side, end)
        for name, value in row.metrics.items():
            self.assert_figure(result[name], value, name)
        self.check_prediction(row, result)

    def assert_expectations(self, result):
        for seen in result.listed("expectations"):
            self.assertEqual(seen["verdict"], "pass", f"on Linux {self.kernel}: {seen}")
        self.assertNotEqual(result.listed("expectations"), [])

    def assert_figure(self, seen, value, name):
        message = f"{name} on Linux {self.kernel}"
        if isinstance(value, Between):
            self.assertIn(seen, value, message)
        else:
            self.assertEqual(seen, value, message)

    def assert_figures(self, seen, values, what):
        seen = {name: n for name, n in seen.items() if n > 0}
        due = {name for name, n in values.items() if isinstance(n, Between) or n > 0}
        self.assertLessEqual(seen.keys(), due, f"{what}: {seen} on Linux {self.kernel}")
        for name, value in values.items():
            self.assert_figure(seen.get(name, 0), value, f"{what}.{name}")

    def check_end(self, result, side, end):
        states, counters = result.witness(side)
        self.assertEqual(result.final(side), states, f"finwait and ss(8) on the {side}")
        self.assert_figures(states, end.final, f"{side} final")
        if end.outcomes is not None:
            self.assert_figures(result.outcomes(side), end.outcomes, f"{side} outcomes")
            self.assert_figures(
                result.json[side]["account"]["errors"], end.errors, f"{side} errors"
            )
        if end.tls is not None:
            self.check_tls(result.json[side], side, end)
        for state in end.seen:
            self.assertGreater(result[f"{side}.{state}.peak"], 0, state)
        self.check_counters(result, side, end, counters)

    def check_tls(self, seen, side, end):
        counts = {name: n for name, n in seen["tls"].items() if name != "negotiated"}
        self.assert_figures(counts, end.tls, f"{side} tls")
        self.assert_figures(seen.get("tls_errors", {}), end.tls_errors, f"{side} tls_errors")

    def check_counters(self, result, side, end, witnessed):
        values = {counter(name): value for name, value in end.counters.items()}
        for name in (*STILL, *values):
            value = values.get(name, 0)
            seen = result[f"{side}.counter.{name}"]
            if name == "TcpOutRsts" and not isinstance(value, Between):
                value = Between(value, value + ft.strays(result["connections.attempted"]))
            self.assert_figure(seen, value, f"{side} {name}")
            if not isinstance(value, Between) or value.low == value.high:
                self.assertEqual(witnessed[name], seen, f"{name} of finwait and of nstat(8)")

    def check_prediction(self, row, result):
        """What the model foresaw is what the kernel did, or the result says why it cannot."""
        self.assertEqual("predicted" in result.json, row.predicted)
        self.assertNotEqual("unpredicted" in result.json, row.predicted)
        if row.predicted:
            self.assertEqual(result.disagreements, [], f"on Linux {self.kernel}")


def add_tests(case):
    """A test of its own for each row."""

    def make(row):
        def test(self):
            self.check(row)

        test.__doc__ = row.name
        return test

    for row in case.rows:
        word = "".join(letter if letter.isalnum() else "_" for letter in row.name)
        assert not hasattr(case, f"test_{word}"), f"{row.name} is there twice"
        setattr(case, f"test_{word}", make(row))
    return case


main = ft.main
