"""What the report tells of shipped scenarios whose story is easily told wrongly."""

import finwait_test as ft

# The scenario; by their ids the remarks that it makes, with the side each is about and evidence it
# rests on; and remarks that it must not make.
STORIES = {
    "states/client-fin-wait1": (
        {
            "fault.struck": (None, {}),
            "closed_first": ("client", {}),
            "fin.unacked": ("client", {"client.fin_wait1.final": 100}),
            "established.awaiting_fin": ("server", {"server.established.final": 100}),
        },
        ["established.half_open", "closed_first.both"],
    ),
    "states/client-closing": (
        {
            "fin.unacked": ("client", {"client.closing.final": 100}),
            "closed_first.both": (None, {"connections.opened": 100}),
        },
        ["closed_first", "established.half_open"],
    ),
    "states/client-syn-sent": (
        {"syn_sent.waiting": ("client", {"client.syn_sent.final": 100})},
        ["closed_first", "closed_first.both"],
    ),
    "states/server-syn-recv": (
        {"syn_recv.waiting": ("server", {"server.syn_recv.final": 100})},
        ["established.half_open"],
    ),
    "states/server-close": (
        {
            "close.unlisted": ("server", {"server.outcome.held": 100}),
            "prediction.met": (None, {"connections.foreseen": 100}),
        },
        ["sockets.none_left"],
    ),
    "accept/defer-accept": (
        {"syn_recv.waiting": ("server", {"server.syn_recv.final": 100})},
        ["established.half_open"],
    ),
    "accept/overflow": (
        {
            "accept_queue.full": ("server", {}),
            "accept_queue.waiting": ("server", {"server.accept_queue.final": 9}),
            "syn_recv.waiting": ("server", {"server.syn_recv.final": 6}),
        },
        ["established.half_open", "connect.slow"],
    ),
    "accept/syncookies-always": (
        {"established.half_open": ("client", {"server.counter.TcpExtSyncookiesSent": 40})},
        ["syn_recv.waiting"],
    ),
    "close/accept-late": (
        {"close_wait.unaccepted": ("server", {"server.close_wait.unaccepted": 100})},
        ["close_wait.leak"],
    ),
    "close/self-connect": (
        {"self_connect": ("client", {"connections.opened": 1})},
        ["established.half_open", "established.open"],
    ),
    "close/time-wait-reset": (
        {
            "time_wait.assassinated": ("client", {"client.sysctl.net.ipv4.tcp_rfc1337": 0}),
            "rst.sent": ("client", {"server.counter.TcpEstabResets": 0}),
        },
        ["time_wait.pile"],
    ),
    "close/tw-buckets": (
        {
            "time_wait.overflow": ("client", {"client.counter.TcpExtTCPTimeWaitOverflow": 20}),
            "rst.sent": ("client", {"server.counter.TcpEstabResets": 0}),
        },
        [],
    ),
    "ports/restart-no-reuseaddr": ({"restart.refused": ("server", {"server.port": 8080})}, []),
}

LATE = "faults={at: 1h, drop: fin, toward: client}"


class Stories(ft.LabTestCase):
    def test_shipped_scenarios_are_told_as_they_were(self):
        for name, (told, untold) in STORIES.items():
            with self.subTest(scenario=name):
                result = ft.finwait("run", name, "--json").result
                for id, (side, evidence) in told.items():
                    remark = result.remark(id)
                    self.assertEqual(remark.get("side"), side, remark)
                    self.assertLessEqual(evidence.items(), remark.get("evidence", {}).items())
                self.assertFalse(set(untold) & set(result.remark_ids()), result.remark_ids())

    def test_what_comes_after_the_run_leaves_the_prediction(self):
        settings = {"load.connections": 20, "settle": "100ms"}
        result = self.run_checked(settings, f"--set={LATE}", status=4)
        self.assertIn("predicted", result.json)
        self.assertNotIn("unpredicted", result.json)
        self.assertIn("struck nothing", result.remark("fault.struck")["text"])


if __name__ == "__main__":
    ft.main()
