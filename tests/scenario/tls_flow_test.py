"""TLS where nothing fits: messages larger than what the sockets hold, so that every step meets a
socket that cannot be read or written yet; and many connections, rounds, workers."""

import finwait_test as ft

MEGABYTE = 1 << 20
SIDES = ("client", "server")
TINY = {f"{side}.sockopt.{name}": "4k" for side in SIDES for name in ("sndbuf", "rcvbuf")}
VERSIONS = ("1.2", "1.3")


class Flow(ft.LabTestCase):
    def check(self, n, client, server, **settings):
        given = {
            "transport": "tls",
            "client.program": client,
            "server.program": server,
            "load.connections": n,
            "load.concurrency": 8,
            "settle": "200ms",
            **{name.replace("__", "."): value for name, value in settings.items()},
        }
        result = self.run_checked(given)
        for side in SIDES:
            self.assertEqual(result.outcomes(side), {"done": n})
            self.assertEqual(result[f"{side}.tls.handshakes"], n)
            self.assertNotIn("tls_errors", result.json[side])
        return result

    def assert_messages(self, result, rounds, request=None, response=None):
        for side, other, size in (("client", "server", request), ("server", "client", response)):
            self.assertEqual(result[f"{side}.messages_sent"], rounds)
            self.assertEqual(result[f"{other}.messages_received"], rounds)
            self.assertEqual(result[f"{side}.bytes_sent"], result[f"{other}.bytes_received"])
            if size is not None:
                self.assertEqual(result[f"{side}.bytes_sent"], rounds * size)

    def each_way(self, client, server, rounds=1, **settings):
        """Raw and HTTP, TLS 1.2 and 1.3."""
        n = 12
        for version in VERSIONS:
            for protocol in ("raw", "http"):
                with self.subTest(version=version, protocol=protocol):
                    given = {"protocol": protocol, "tls.version": version, **settings}
                    result = self.check(n, client, server, **given)
                    size = MEGABYTE if protocol == "raw" else None
                    self.assert_messages(result, n * rounds, size, size)

    LARGE = {"request.size": MEGABYTE, "response.size": MEGABYTE}

    def test_records_thrown_away_unread_are_no_payload(self):
        for step in ("drain", "wait-fin"):
            with self.subTest(step):
                client, server = "connect notify close", f"accept pause(50ms) {step} close"
                # A ticket that the client closes on, or before, draws a RST.
                result = self.check(3, client, server, **{"server.tls.tickets": 0})
                self.assertEqual(result["server.bytes_received"], 0)

    def test_a_reset_behind_the_close_notify_is_no_alert(self):
        for step in ("send", "notify"):
            with self.subTest(step):
                result = self.run_checked(
                    {
                        "transport": "tls",
                        "client.program": f"connect wait-notify pause(100ms) {step} close",
                        "server.program": "accept notify rst",
                        "load.connections": 3,
                        "settle": "200ms",
                    }
                )
                self.assertEqual(result.outcomes("client"), {"reset": 3})
                self.assertNotIn("tls_errors", result.json["client"])
                self.assertNotIn("tls.alert", result.remark_ids())

    def test_large_messages(self):
        ending = "notify wait-notify wait-fin close"
        self.each_way(
            f"connect send recv {ending}", "accept recv send wait-notify notify close", **self.LARGE
        )

    def test_large_messages_through_tiny_buffers(self):
        client, server = "connect send recv wait-notify close", "accept recv send notify close"
        self.each_way(client, server, **self.LARGE, **TINY)

    def test_with_other_buffers_of_openssl(self):
        client, server = "connect send recv wait-notify close", "accept recv send notify close"
        for spec in ({"tls.read_ahead": "on"}, {"tls.release_buffers": "off"}):
            with self.subTest(spec):
                given = {"protocol": "raw", **self.LARGE, **TINY, **spec}
                self.assert_messages(self.check(8, client, server, **given), 8, MEGABYTE, MEGABYTE)

    def test_both_send_at_once(self):
        """A record that comes in while one cannot go out; OpenSSL may want either in any call."""
        client = "connect send recv notify wait-notify close"
        server = "accept send recv wait-notify notify close"
        sizes = {"request.size": "64k", "response.size": "64k", "protocol": "raw"}
        buffers = {f"{side}.sockopt.sndbuf": "256k" for side in SIDES}
        for version in VERSIONS:
            with self.subTest(version):
                result = self.check(20, client, server, **sizes, **buffers, tls__version=version)
                self.assert_messages(result, 20, 65536, 65536)

    def test_a_close_notify_that_has_to_wait(self):
        """Whatever room is left in the send buffer: the peer does not read for a while."""
        for size in range(11000, 14000, 250):
            with self.subTest(size):
                result = self.check(
                    4,
                    "connect send notify wait-notify close",
                    "accept pause(100ms) recv wait-notify notify wait-fin close",
                    **{"protocol": "raw", "request.size": size, **TINY},
                )
                for side in SIDES:
                    self.assertEqual(result[f"{side}.tls.notify_sent"], 4)
                    self.assertEqual(result[f"{side}.tls.notify_received"], 4)

    def test_a_close_notify_that_waits_in_vain(self):
        """The peer never reads: some step of each connection waits too long, whichever it is."""
        seen = set()
        for size in ("1k", "1M"):
            result = self.run_checked(
                {
                    "transport": "tls",
                    "protocol": "raw",
                    "request.size": size,
                    "client.program": "connect send notify wait-notify close",
                    "server.program": "accept pause(1h) notify close",
                    "load.connections": 8,
                    "load.timeout": "300ms",
                    "settle": "0s",
                    **TINY,
                }
            )
            self.assertEqual(result.outcomes("client"), {"timeout": 8})
            self.assertEqual(result.outcomes("server"), {"cut": 8})
            seen.add(result["client.tls.notify_sent"])
        self.assertEqual(seen, {0, 8})

    def test_pipelined(self):
        """Requests that are there before they are read, in records that hold parts of them."""
        client = "connect send send send recv recv recv notify wait-notify close"
        server = "accept recv recv recv send send send wait-notify notify wait-fin close"
        for protocol in ("raw", "http"):
            for size in (100, 5000):
                with self.subTest(protocol=protocol, size=size):
                    given = {"protocol": protocol, "request.size": size, "response.size": size}
                    self.assert_messages(self.check(30, client, server, **given), 90)

    def test_many_rounds(self):
        for resumption in ("off", "ticket"):
            with self.subTest(resumption):
                result = self.check(
                    30,
                    "connect send recv repeat(50) notify wait-notify close",
                    "accept recv send repeat(50) wait-notify notify wait-fin close",
                    tls__resumption=resumption,
                )
                self.assert_messages(result, 1500)

    def test_many_workers(self):
        """Their listeners share the port, their tickets' key is the same."""
        result = self.check(
            200,
            "connect send recv wait-notify notify wait-fin close",
            "accept recv send notify wait-notify close",
            client__workers=4,
            server__workers=4,
            load__concurrency=32,
            tls__resumption="ticket",
        )
        self.assertGreater(result["client.tls.resumed"], 100)
        self.assertEqual(result["client.tls.resumed"], result["server.tls.resumed"])

    def test_held(self):
        n = 100
        result = self.run_checked(
            {
                "transport": "tls",
                "client.program": "connect send recv hold",
                "server.program": "accept recv send hold",
                "load.connections": n,
                "load.concurrency": 8,
                "settle": "200ms",
            }
        )
        for side in SIDES:
            self.assertEqual(result.outcomes(side), {"held": n})
            self.assertEqual(result.final(side), {"established": n})

    def test_over_ipv6(self):
        self.check(
            20,
            "connect send recv wait-notify close",
            "accept recv send notify close",
            ip="v6",
        )


if __name__ == "__main__":
    ft.main()
