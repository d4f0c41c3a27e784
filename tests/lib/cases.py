"""Public reports, tried on finwait: tests/data/cases has each as a person with that report would
write it, and the tests of them share this."""

import os

import finwait_test as ft

DATA = os.path.join(ft.SOURCE, "tests", "data", "cases")
CLOSERS = ("client", "server", "both", "unknown")
SHORT = {"settle": "200ms"}

def arguments(name, settings):
    sets = [f"--set={path}={value}" for path, value in settings.items()]
    return ["run", os.path.join(DATA, f"{name}.yaml"), *sets, "--json"]


class CaseTest(ft.TestCase):
    def run_case(self, name, settings=None, *more, status=0):
        """Its result, in which the sums are right; status: that an expectation leads to."""
        process = ft.popen([*arguments(name, {**SHORT, **(settings or {})}), *more])
        return self.ended(process, status)

    def ended(self, process, status=0):
        ended = ft.finish(process)
        self.assertEqual((ended.status, ended.stderr), (status, ""))
        self.assert_nothing_left(process.mark)
        self.assert_sums(ended.result)
        return ended.result

    def assert_sums(self, result):
        side = "client" if "account" in result.json["client"] else "server"
        attempted = result["connections.attempted"]
        still_open = attempted - sum(result.outcomes(side).values())
        finished = result["connections.completed"] + result["connections.failed"]
        self.assertEqual(finished + still_open, attempted)
        closed_first = sum(result[f"closed_first.{closer}"] for closer in CLOSERS)
        self.assertEqual(closed_first, result["connections.opened"])

    def assert_queue_full(self, result, advice, not_advised):
        """What bounds the accept queue is told, and what it dropped: SYNs, and the ACKs after them,
        whose connections are established on the client alone."""
        self.assertGreater(result["server.counter.TcpExtListenOverflows"], 0)
        remark = result.remark("accept_queue.full")
        self.assertIn(advice, remark["advice"])
        self.assertNotIn(not_advised, remark["advice"])
        self.assert_told(result, "connect.slow")
        self.assertGreaterEqual(result["connections.failed"], result["client.message_due"])

    def assert_all_lost(self, result, count):
        """No client has the answer that was due to it, and nothing calls that a success."""
        self.assertEqual(result["connections.completed"], 0)
        self.assertEqual(result["connections.failed"], count)
        self.assertEqual(result["client.message_due"], count)
