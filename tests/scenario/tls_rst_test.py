"""Over HTTP a server that closes first keeps a TIME_WAIT for each connection.  Over HTTPS its
clients answer its close_notify with theirs, which meets a closed socket: RSTs, and no TIME_WAIT.

nginx in a host of its own, clients that are not ours and ours in another; both ends are asked by
ss(8) and nstat(8)."""

import json
import unittest

import finwait_test as ft
import hosts
import tls_peers as tls

N = 300
ONLY_SOME = 0.05  # of the connections: what a busy machine may make of a race


def url(over_tls, port):
    return f"{'https' if over_tls else 'http'}://{hosts.SERVER}:{port}/"


# Load that opens a connection for each request, for each tool in its own words.
TOOLS = {
    "curl": lambda url: ["curl", "-sk", "--http1.1", "-o", "/dev/null", f"{url}?[1-{N}]"],
    "ab": lambda url: ["ab", "-q", "-n", N, "-c", 16, url],
    "h2load": lambda url: ["h2load", "--h1", "-n", N, "-c", 16, url],
}


def wrk(seconds):
    """It counts no requests, and its last 16 at most are cut off: of 2 * N less than ONLY_SOME."""
    return lambda url: ["wrk", "-t1", "-c16", f"-d{seconds}s", url]


class Seen:
    """What became of one tool's connections."""

    def __init__(self, client, server):
        (self.client, client_counters), (self.server, server_counters) = client, server
        self.accepted = server_counters["TcpPassiveOpens"]
        self.client_resets = client_counters["TcpOutRsts"]
        self.server_resets = server_counters["TcpOutRsts"]
        self.time_waits_made = server_counters["TcpExtTW"]
        self.client_first = client_counters["TcpExtTW"]  # on a busy machine: it knows it is over
        self.time_waits = self.server.get("time_wait", 0)
        self.resets = self.client_resets + self.server_resets

    def __str__(self):
        return str(vars(self))


@unittest.skipIf(hosts.refusal(), hosts.refusal())
@unittest.skipIf(tls.missing_tools(), f"not installed: {tls.missing_tools()}")
class Closing(ft.TestCase):
    def observe(self, over_tls, command, keepalive=0):
        """Hosts and an nginx for one load alone, so that all counters are its."""
        with hosts.hosts() as (client, server):
            listening = {"address": hosts.SERVER, "inside": server.inside}
            with tls.nginx(tls=over_tls, keepalive=keepalive, **listening) as nginx:
                output = client.run(*command(over_tls, nginx.port)).stdout

                def ended():
                    """No connection is under way any more at either end."""
                    states = {*client.witness()[0], *server.witness()[0]}
                    return states <= {"time_wait"}

                ft.wait_until(ended, "all connections have ended")
                return Seen(client.witness(), server.witness()), output

    def check_time_wait(self, seen, standing=0.95):
        """`standing`: as a part of the connections, for a TIME_WAIT gives way to a new connection
        from the same port."""
        server_first = seen.accepted - seen.client_first
        self.assertGreater(server_first, seen.accepted / 2, seen)
        self.assertGreaterEqual(seen.time_waits_made, (1 - ONLY_SOME) * server_first, seen)
        self.assertGreaterEqual(seen.time_waits, standing * server_first, seen)
        self.assertLessEqual(seen.resets, ONLY_SOME * seen.accepted, seen)

    def check_rst(self, seen):
        self.assertLessEqual(seen.time_waits, ONLY_SOME * seen.accepted, seen)
        self.assertGreaterEqual(seen.resets, (1 - ONLY_SOME) * seen.accepted, seen)

    # ---- tools that are not ours ----

    def compare(self, *tools, least=N, **standing):
        """With the first of the tools that makes so many connections."""
        for over_tls in (False, True):
            with self.subTest("https" if over_tls else "http"):
                for tool in tools:
                    seen, _ = self.observe(over_tls, lambda *at, tool=tool: tool(url(*at)))
                    if seen.accepted >= least:
                        break
                self.assertGreaterEqual(seen.accepted, least)
                if over_tls:
                    self.check_rst(seen)
                else:
                    self.check_time_wait(seen, **standing)

    def test_curl(self):
        self.compare(TOOLS["curl"])

    def test_ab(self):
        self.compare(TOOLS["ab"])

    def test_h2load(self):
        self.compare(TOOLS["h2load"])

    def test_wrk(self):
        """It makes so many that some of its ports come round again, on a busy machine later."""
        self.compare(*(wrk(seconds) for seconds in (1, 4, 16, 64)), least=2 * N, standing=0.3)

    # ---- ours, which does what it is told ----

    def ours(self, program, over_tls, keepalive=0):
        def command(over_tls, port):
            settings = tls.loading(port, program, N)
            settings["server.at"] = f"{hosts.SERVER}:{port}"
            settings["transport"] = "tls" if over_tls else "tcp"
            given = [*ft.as_arguments(settings), "--json", "--i-may-load-this-target"]
            return [ft.BINARY, *given]

        seen, output = self.observe(over_tls, command, keepalive)
        result = ft.Result(json.loads(output))
        self.assertEqual(result.outcomes("client"), {"done": N})
        self.assertEqual(seen.accepted, N)
        return seen, result

    def test_ours_over_http(self):
        seen, _ = self.ours("connect send recv wait-fin close", over_tls=False)
        self.check_time_wait(seen)

    def test_ours_says_nothing(self):
        """The server's close_notify alone does no harm: TIME_WAIT, as over HTTP."""
        for program in ("wait-notify close", "wait-notify wait-fin close", "wait-fin close"):
            with self.subTest(program):
                seen, _ = self.ours(f"connect send recv {program}", over_tls=True)
                self.check_time_wait(seen)

    def test_ours_answers(self):
        """The client's close_notify is what makes it a RST."""
        for program in ("wait-notify notify close", "wait-notify wait-fin notify close"):
            with self.subTest(program):
                seen, result = self.ours(f"connect send recv {program}", over_tls=True)
                self.assertEqual(result["client.tls.notify_received"], N)
                self.assertEqual(result["client.tls.notify_sent"], N)
                self.check_rst(seen)
                self.assertGreaterEqual(seen.server_resets, (1 - ONLY_SOME) * N, seen)

    def test_the_client_closes_first(self):
        """nginx takes the client's close_notify for its end and closes without its own: there
        is nothing to meet a closed socket, and whose FIN is first has the TIME_WAIT."""
        seen, _ = self.ours("connect send recv notify close", over_tls=True, keepalive=60)
        self.assertLessEqual(seen.resets, ONLY_SOME * N, seen)
        both = seen.time_waits + seen.client.get("time_wait", 0)
        self.assertGreaterEqual(both, (1 - ONLY_SOME) * N, seen)


if __name__ == "__main__":
    ft.main()
