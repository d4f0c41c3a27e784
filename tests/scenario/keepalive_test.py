"""Persistent connections: every message of every round is counted, on both sides."""

import finwait_test as ft

N = 200
ROUNDS = 10
MESSAGES = N * ROUNDS

SERVER_CLOSES = {
    "client.program": f"connect send recv repeat({ROUNDS}) wait-fin close",
    "server.program": f"accept recv send repeat({ROUNDS}) close",
}
CLIENT_CLOSES = {
    "client.program": f"connect send recv repeat({ROUNDS}) close",
    "server.program": f"accept recv send repeat({ROUNDS}) wait-fin close",
}


class KeepAlive(ft.LabTestCase):
    def check(self, settings):
        result = self.run_checked({"load.connections": N, "settle": "200ms", **settings})
        for side in ("client", "server"):
            self.assertEqual(result[f"{side}.messages_sent"], MESSAGES)
            self.assertEqual(result[f"{side}.messages_received"], MESSAGES)
            self.assertEqual(result.outcomes(side), {"done": N})
        self.assertEqual(result["client.bytes_sent"], result["server.bytes_received"])
        self.assertEqual(result["server.bytes_sent"], result["client.bytes_received"])
        return result

    def test_raw(self):
        result = self.check(
            {"protocol": "raw", "request.size": 100, "response.size": 3000, **SERVER_CLOSES}
        )
        self.assertEqual(result["client.bytes_sent"], MESSAGES * 100)
        self.assertEqual(result["server.bytes_sent"], MESSAGES * 3000)
        self.assertEqual(result["server.counter.TcpExtTW"], N)

    def test_http(self):
        result = self.check({"protocol": "http", "response.size": 3000, **SERVER_CLOSES})
        self.assertGreater(result["server.bytes_sent"], MESSAGES * 3000)
        self.assertEqual(result["server.counter.TcpExtTW"], N)
        self.assertEqual(result["client.counter.TcpExtTW"], 0)

    def test_http_when_the_client_closes(self):
        result = self.check({"protocol": "http", "request.size": 0, **CLIENT_CLOSES})
        self.assertEqual(result["client.counter.TcpExtTW"], N)
        self.assertEqual(result["server.counter.TcpExtTW"], 0)

    def test_chunked(self):
        chunked = {"protocol": "http", "response.size": 20000, "response.chunked": "on"}
        result = self.check({**chunked, **CLIENT_CLOSES})
        self.assertGreater(result["server.bytes_sent"], MESSAGES * 20000)

    def test_messages_larger_than_the_buffers(self):
        size = 2 * 1024 * 1024
        result = self.run_checked(
            {
                "protocol": "raw",
                "response.size": size,
                "load.connections": 20,
                "load.concurrency": 4,
                "settle": "200ms",
                "order": "server-first",
            }
        )
        self.assertEqual(result["client.bytes_received"], 20 * size)
        self.assertEqual(result.outcomes("client"), {"done": 20})


if __name__ == "__main__":
    ft.main()
