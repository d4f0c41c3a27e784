"""What the report tells of shipped scenarios whose story is easily told wrongly."""

import finwait_test as ft

# The scenario, what its report says, and what it must not say.
STORIES = {
    "states/client-fin-wait1": (
        [
            "From the start of the load every FIN on its way to the server was lost.",
            "The client closed first on",
            "100 sockets stand on the client in FIN_WAIT1: their FIN is not acknowledged, for "
            "faults lost FINs on their way to the server.",
            "tcp_orphan_retries (0 here, which stands for 8)",
        ],
        ["half-open", "does not tell who closed first"],
    ),
    "states/client-closing": (
        ["in CLOSING, with the peer's FIN in hand", "left before the other had come."],
        ["both ends went to TIME_WAIT"],
    ),
    "states/client-syn-sent": (["faults lost SYNs on their way to the server"], ["closed first"]),
    "states/server-syn-recv": (
        ["100 requests stand in SYN_RECV", "Faults lost the ACKs on their way to the server."],
        ["half-open"],
    ),
    "states/server-close": (
        [
            "The server still holds the descriptors of 100 connections that are over",
            "100 held in close, where no table lists them",
        ],
        ["neither side held", "server no socket left"],
    ),
    "accept/defer-accept": (["With TCP_DEFER_ACCEPT"], ["half-open"]),
    "accept/overflow": (
        ["6 requests stand in SYN_RECV", "meets a full accept queue", "challenge ACK"],
        ["half-open", "a second or more"],
    ),
    "accept/syncookies-always": (["The server answered 40 SYNs with cookies"], ["SYN_RECV:"]),
    "close/accept-late": (["in CLOSE_WAIT in the server's accept queue"], ["as a leak does"]),
    "close/self-connect": (["1 connection is one of the client with itself"], ["half-open"]),
    "close/time-wait-reset": (
        ["They cut nothing off", "tcp_rfc1337 is 0 (RFC 1337)"],
        ["aborted rather than closed"],
    ),
    "close/tw-buckets": (
        ["sockets that TIME_WAIT had no room for", "so no data is lost"],
        ["aborted rather than closed"],
    ),
    "ports/restart-no-reuseaddr": (
        ["50 sockets in time_wait stood on port 8080", "here neither had it"],
        [],
    ),
}

LATE = "faults={at: 1h, drop: fin, toward: client}"


class Stories(ft.LabTestCase):
    def test_shipped_scenarios_are_told_as_they_were(self):
        for name, (told, untold) in STORIES.items():
            with self.subTest(scenario=name):
                ended = ft.finwait("run", name)
                text = " ".join(ended.stdout.split())
                for phrase in told:
                    self.assertIn(phrase, text)
                for phrase in untold:
                    self.assertNotIn(phrase, text)

    def test_a_fin_behind_a_closed_window_is_not_sent(self):
        result = self.run_checked(
            {
                "protocol": "raw",
                "request.size": "300k",
                "client.program": "connect send close",
                "client.sockopt.sndbuf": "200k",
                "server.program": "accept hold",
                "server.sockopt.rcvbuf": "32k",
                "load.connections": 20,
                "settle": "1s",
            }
        )
        remark = result.remark("fin.unacked", "client")
        self.assertEqual(remark["certainty"], "proven")
        self.assertEqual(remark["evidence"]["client.fin_unsent.final"], 20)

    def test_what_comes_after_the_run_leaves_the_prediction(self):
        settings = {"load.connections": 20, "settle": "100ms"}
        result = self.run_checked(settings, f"--set={LATE}")
        self.assertIn("predicted", result.json)
        self.assertNotIn("unpredicted", result.json)
        ended = ft.finwait(*ft.as_arguments(settings), f"--set={LATE}")
        text = " ".join(ended.stdout.split())
        self.assertIn("The drop fault due 60 min into the load struck nothing", text)
        self.assertIn("That is what the model foresaw", text)


if __name__ == "__main__":
    ft.main()
