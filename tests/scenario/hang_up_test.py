"""Clients that give the TLS handshake up, and what a server of OpenSSL's makes of it."""

import finwait_test as ft

N = 150


class HangUp(ft.LabTestCase):
    def play(self, client, server="accept recv send close", **settings):
        result = self.run_checked(
            {
                "load.connections": N,
                "load.concurrency": 30,
                "settle": "3s",
                "transport": "tls",
                "client.program": client,
                "server.program": server,
                **settings,
            }
        )
        self.assertEqual(result["client.tls.incomplete"], N)
        self.assertEqual(result["server.tls.incomplete"], N)
        self.assertEqual(result["client.tls.handshakes"], 0)
        self.assertEqual(result["server.tls.handshakes"], 0)
        self.assertEqual(result["connections.foreseen"], N)
        self.assertEqual(result["server.close_wait.final"], 0)
        return result

    def test_behind_the_flight(self):
        for version in ("1.2", "1.3"):
            result = self.play("connect(flight) close", **{"tls.version": version})
            self.assertEqual(result.outcomes("client"), {"done": N})
            self.assertEqual(result.outcomes("server"), {"handshake": N})
            self.assertGreaterEqual(result["client.counter.TcpOutRsts"], N)

    def test_behind_the_client_hello(self):
        result = self.play("connect(partial) close")
        self.assertEqual(result.outcomes("client"), {"done": N})
        ends = result.outcomes("server")
        self.assertEqual(ends.get("handshake", 0) + ends.get("reset", 0), N)

    def test_the_cause_is_told(self):
        result = self.play("connect(flight) shut-wr wait-fin close")
        self.assertEqual(result.outcomes("server"), {"handshake": N})
        self.assertEqual(result["server.counter.TcpOutRsts"], 0)
        self.assertEqual(result["client.counter.TcpOutRsts"], 0)
        self.assertEqual(result["client.time_wait.final"], N)
        self.assertIn("connect(flight)", result.remark("tls.given_up")["text"])

    def test_a_reset(self):
        for program in ("connect(hello) pause(20ms) drain rst", "connect(flight) rst"):
            result = self.play(program)
            self.assertEqual(result.outcomes("server"), {"reset": N})
            self.assertEqual(result["client.counter.TcpOutRsts"], N)

    def test_silence_meets_the_timeout(self):
        result = self.play("connect(hello) hold", **{"load.timeout": "500ms"})
        self.assertEqual(result.outcomes("client"), {"held": N})
        self.assertEqual(result.outcomes("server"), {"timeout": N})

    def test_tcp_has_no_handshake_to_give_up(self):
        done = ft.finwait(
            "check",
            *ft.as_arguments({"client.program": "connect(flight) close",
                              "server.program": "accept close"})[1:],
        )
        self.assertEqual(done.status, 2)
        self.assertIn("`connect(flight)` needs transport: tls", done.stderr)


if __name__ == "__main__":
    ft.main()
