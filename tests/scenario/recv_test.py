"""The arguments of recv and wait-fin: heads, FINs in place of messages, bounded waits."""

import finwait_test as ft

N = 200


class Recv(ft.LabTestCase):
    def play(self, client, server, **settings):
        return self.run_checked(
            {
                "load.connections": N,
                "load.concurrency": 50,
                "settle": "700ms",
                "client.program": client,
                "server.program": server,
                **settings,
            }
        )

    def test_an_answer_before_the_body_is_read_ends_in_a_reset(self):
        result = self.play(
            "connect send recv pause(100ms) close",
            "accept recv(head) send pause(50ms) close",
            **{"request.size": "20k"},
        )
        self.assertEqual(result["server.heads_received"], N)
        self.assertEqual(result["server.messages_received"], 0)
        self.assertEqual(result["server.counter.TcpExtTCPAbortOnClose"], N)
        self.assertEqual(result["client.messages_received"], N)

    def test_a_head_alone_is_no_message(self):
        """A request's body never comes; a response that its length tells is cut."""
        result = self.play(
            "connect send(head) pause(100ms) close",
            "accept recv send close",
            **{"request.size": "20k"},
        )
        self.assertEqual(result["client.messages_sent"], 0)
        self.assertEqual(result["server.messages_received"], 0)
        self.assertEqual(result["server.messages_cut"], N)
        self.assertEqual(result["server.outcome.eof"], N)
        self.assertIn("send(head)", result.json["unpredicted"])
        for transport, outcome in (("tcp", "eof"), ("tls", "truncated")):
            result = self.play(
                "connect send recv close",
                "accept recv send(head) close",
                transport=transport,
                **{"load.may_fail": "on"},
            )
            self.assertEqual(result["client.messages_cut"], N)
            self.assertEqual(result["client.http.2xx"], 0)
            self.assertEqual(result[f"client.outcome.{outcome}"], N)
            self.assertEqual(result["server.messages_sent"], 0)

    def test_the_rest_follows_its_head(self):
        result = self.play(
            "connect send(head) pause(50ms) send(rest) recv close",
            "accept recv(head) recv send close",
            **{"request.size": "20k"},
        )
        self.assertEqual(result["server.messages_received"], N)
        self.assertEqual(result["client.messages_received"], N)
        self.assertEqual(result["connections.failed"], 0)

    def test_a_head_alone_needs_one(self):
        refused = ft.run(
            {
                "protocol": "raw",
                "client.program": "connect send(head) close",
                "server.program": "accept close",
            }
        )
        self.assertEqual(refused.status, 2, refused)
        self.assertIn("`send(head)` needs protocol: http", refused.stderr)

    def test_a_rst_behind_a_message_is_met(self):
        """Both come while nobody reads, and epoll tells of them at once."""
        for protocol in ("raw", "http"):
            for rest in ("wait-fin", "pause(50ms) wait-fin", "recv", "pause(50ms) recv(or-fin)"):
                result = self.play(
                    "connect send recv send rst",
                    f"accept recv send pause(50ms) recv {rest} close",
                    protocol=protocol,
                )
                self.assertEqual(result["server.errors.ECONNRESET"], N, (protocol, rest))
                self.assertEqual(result["server.outcome.cut"], 0)

    def test_how_long_a_peer_lets_one_lie_idle_is_measured_where_its_fin_is_waited_for(self):
        for client, transport, end in (
            ("connect send recv recv(or-fin) close", "tcp", "close"),
            ("connect send recv recv(or-fin) close", "tls", "notify close"),
            ("connect send recv recv(or-fin) close", "tcp", "rst"),
            ("connect send recv pause(700ms) recv(or-fin) close", "tcp", "close"),
        ):
            server = f"accept recv send pause(500ms) {end}"
            result = self.play(client, server, transport=transport, **{"load.connections": 50})
            self.assertEqual(result["client.ended_by_fin"], 0 if end == "rst" else 50)
            self.assertEqual(result.json["client"]["account"]["latency"]["idle"]["count"], 50)
            self.assertGreater(result["latency.idle.min"], 0.25)
        result = self.play(
            "connect send recv recv(or-fin) close", "accept recv send pause(50ms) send close"
        )
        self.assertNotIn("latency.idle.min", result.json["metrics"])

    def test_over_tls_a_record_is_read_as_a_whole(self):
        """A small body comes with its head, and the close is in order; of a large one some stays."""
        for size, version, resets in (
            ("500", "1.2", 0), ("500", "1.3", 0), ("14k", "1.3", 0), ("60k", "1.3", N),
        ):
            result = self.play(
                "connect send recv pause(300ms) close",
                "accept recv(head) send pause(100ms) close",
                transport="tls",
                **{"request.size": size, "tls.version": version},
            )
            self.assertEqual(result["server.heads_received"], N)
            self.assertEqual(result["server.messages_received"], 0)
            self.assertEqual(result["server.counter.TcpExtTCPAbortOnClose"], resets)
            self.assertEqual(result["client.counter.TcpExtTW"], 0)
            self.assertEqual(result["server.counter.TcpExtTW"], N - resets)
            self.assertEqual("unpredicted" in result.json, resets > 0)

    def test_the_rest_is_read_by_the_next_recv(self):
        for size, transport in (
            ("0", "tcp"), ("20k", "tcp"), ("0", "tls"), ("500", "tls"), ("60k", "tls"),
        ):
            result = self.play(
                "connect send recv repeat(3) wait-fin close",
                "accept recv(head) recv send repeat(3) close",
                transport=transport,
                **{"request.size": size},
            )
            self.assertEqual(result["server.heads_received"], 3 * N)
            self.assertEqual(result["server.messages_received"], 3 * N)
            self.assertEqual(result["client.messages_received"], 3 * N)
            self.assertEqual(result["server.bytes_received"], result["client.bytes_sent"])
            self.assertEqual(result.outcomes("server"), {"done": N})
            self.assertEqual(result["server.counter.TcpOutRsts"], 0)

    def test_a_client_that_reads_the_head_alone_counts_its_status(self):
        result = self.play(
            "connect send recv(head) close", "accept recv send wait-fin(5s) close",
            **{"response.size": "500"},
        )
        self.assertEqual(result.json["client"]["account"]["statuses"], {"200": N})
        self.assertEqual(result["client.messages_received"], 0)

    def test_serving_until_the_peer_closes(self):
        for protocol in ("raw", "http"):
            result = self.play(
                "connect send recv repeat(3) close",
                "accept recv(or-fin) send repeat(1000) close",
                protocol=protocol,
            )
            self.assertEqual(result.outcomes("server"), {"done": N})
            self.assertEqual(result["server.messages_received"], 3 * N)
            self.assertEqual(result["server.ended_by_fin"], N)
            self.assertEqual(result["connections.failed"], 0)

    def test_over_tls_it_is_the_close_notify(self):
        result = self.play(
            "connect send recv repeat(3) notify close",
            "accept recv(or-fin) send repeat(1000) notify close",
            transport="tls",
        )
        self.assertEqual(result["server.ended_by_fin"], N)
        self.assertEqual(result["server.outcome.eof"], 0)

    def test_a_rst_is_no_good_end(self):
        result = self.play(
            "connect send recv rst", "accept recv(or-fin) send repeat(1000) close", protocol="raw"
        )
        self.assertEqual(result.outcomes("server"), {"reset": N})
        self.assertEqual(result["server.ended_by_fin"], 0)

    def test_an_idle_timeout_of_the_server(self):
        result = self.play(
            "connect send recv pause(300ms) close",
            "accept recv(100ms) send repeat(1000) close",
            **{"load.concurrency": N},
        )
        self.assertEqual(result.outcomes("server"), {"done": N})
        self.assertEqual(result["server.idle_timeouts"], N)
        self.assertEqual(result["server.outcome.timeout"], 0)
        self.assertEqual(result["closed_first.server"], N)

    def test_a_bound_outlasts_load_timeout(self):
        result = self.play(
            "connect send recv pause(300ms) send recv close",
            "accept recv(or-fin,5s) send repeat(1000) close",
            **{"load.timeout": "150ms", "load.concurrency": N},
        )
        self.assertEqual(result.outcomes("server"), {"done": N})
        self.assertEqual(result["server.messages_received"], 2 * N)
        self.assertEqual(result["server.idle_timeouts"], 0)

    def test_a_fin_that_does_not_come_is_waited_for_so_long(self):
        result = self.play(
            "connect send recv hold", "accept recv send shut-wr wait-fin(200ms) close"
        )
        self.assertEqual(result.outcomes("server"), {"done": N})
        self.assertEqual(result["server.idle_timeouts"], N)
        self.assertEqual(result.final("client"), {"close_wait": N})

    def test_who_waits_has_descriptors_for_it(self):
        """As many are open at a time as begin while one waits, on both sides."""
        result = self.run_checked(
            {
                "protocol": "raw",
                "client.program": "connect send recv recv(or-fin,2s) close",
                "server.program": "accept recv send wait-fin close",
                "load.rate": "300/s",
                "load.connections": 900,
            },
            nofile=200,
        )
        self.assertEqual(result.outcomes("client"), {"done": 900})
        self.assertEqual(result.outcomes("server"), {"done": 900})
        self.assertEqual(result["client.idle_timeouts"], 900)

    def test_what_has_no_head_is_refused(self):
        done = ft.finwait(
            "check", *ft.as_arguments({"server.program": "accept recv(head) send close",
                                       "client.program": "connect send recv close",
                                       "protocol": "raw"})[1:]
        )
        self.assertEqual(done.status, 2)
        self.assertIn("a raw message has no head", done.stderr)


if __name__ == "__main__":
    ft.main()
