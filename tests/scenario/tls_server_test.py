"""finwait's server and TLS clients that are not: curl, openssl s_client, ab, h2load, wrk."""

import os
import re
import unittest

import finwait_test as ft
import tls_peers as tls

N = 40
KEEPS = "accept recv send repeat(1000000) wait-notify notify wait-fin close"
ONCE = "accept recv send notify shut-wr wait-fin close"
VERSIONS = {"1.2": "TLSv1.2", "1.3": "TLSv1.3"}
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@unittest.skipIf(tls.missing_tools(), f"not installed: {tls.missing_tools()}")
class Server(ft.TestCase):
    def assert_served(self, result, count, *outcomes):
        """`count` connections came, and ended so.  A client that does not wait for our close_notify
        answers it with a RST."""
        seen = result.outcomes("server")
        self.assertLessEqual(seen.keys(), set(outcomes or ("done", "reset")))
        self.assertEqual(sum(seen.values()), count)
        self.assertEqual(result["server.tls.handshakes"], count)
        self.assertEqual(result["server.tls.resumed"], 0)
        self.assertNotIn("tls_errors", result.json["server"])


class Curl(Server):
    def curl(self, port, *options, requests=1, host="127.0.0.1"):
        """Versions of HTTP, statuses and lengths, a line each."""
        wanted = "%{http_version} %{response_code} %{size_download} %{num_connects}\\n"
        urls = [f"https://{host}:{port}/"] * requests
        out = ["-o", "/dev/null"] * requests
        return tls.tool("curl", "-sS", "--http1.1", "-w", wanted, *options, *out, *urls)

    def test_keep_alive(self):
        with tls.serving(server__program=KEEPS) as served:
            seen = self.curl(served.port, "-k", requests=25)
        self.assertEqual(seen.split("\n")[:-1], ["1.1 200 777 1"] + 24 * ["1.1 200 777 0"])
        self.assert_served(served.stop(), 1)  # the close_notify between two requests is a good end
        self.assertEqual(served.result["server.messages_sent"], 25)
        self.assertEqual(served.result["server.tls.notify_received"], 1)

    def test_a_server_that_closes_says_so(self):
        with tls.serving(server__program=ONCE) as served:
            seen = self.curl(served.port, "-k", requests=5)
            headers = tls.tool("curl", "-skI", "-X", "GET", f"https://127.0.0.1:{served.port}/")
        self.assertEqual(seen.split("\n")[:-1], 5 * ["1.1 200 777 1"])
        self.assertRegex(headers, r"(?im)^connection: close\r?$")
        self.assert_served(served.stop(), 6)

    def test_a_server_that_waits_does_not(self):
        with tls.serving(server__program="accept recv send wait-notify close") as served:
            headers = tls.tool("curl", "-skI", "-X", "GET", f"https://127.0.0.1:{served.port}/")
        self.assertNotRegex(headers.lower(), "connection: close")
        self.assert_served(served.stop(), 1)

    def test_versions_keys_and_trust(self):
        """With files of the user's, which curl verifies."""
        trust = ["--cacert", tls.authority().cert]
        for key in tls.KEYS:
            who = tls.identity(key)
            files = {"server__tls__cert": who.cert, "server__tls__key": who.key}
            with tls.serving(server__program=ONCE, **files) as served:
                for version in VERSIONS:
                    with self.subTest(key=key, version=version):
                        limits = ["--tlsv" + version, "--tls-max", version]
                        for host in ("127.0.0.1", "localhost"):
                            seen = self.curl(served.port, *trust, *limits, "-4", host=host)
                            self.assertEqual(seen, "1.1 200 777 1\n")
            self.assert_served(served.stop(), 2 * len(VERSIONS))

    def test_a_chain(self):
        """The certificates after the first one are sent, too."""
        who, other = tls.identity(), tls.Identity("chain")
        with open(other.cert, "w", encoding="ascii") as out:
            for path in (who.cert, tls.authority().cert):
                with open(path, encoding="ascii") as file:
                    out.write(file.read())
        files = {"server__tls__cert": other.cert, "server__tls__key": who.key}
        with tls.serving(server__program=ONCE, **files) as served:
            shown = self.s_client_shows(served.port)
        self.assertEqual(shown.count("-----BEGIN CERTIFICATE-----"), 2)
        self.assertEqual(served.stop()["server.tls.handshakes"], 1)

    def s_client_shows(self, port):
        return tls.tool(
            "openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-showcerts", input=b""
        )

    def test_one_that_is_made(self):
        for kind, name in (("p256", "id-ecPublicKey"), ("rsa2048", "rsaEncryption")):
            with tls.serving(server__program=ONCE, server__tls__generate=kind) as served:
                with self.subTest(kind):
                    self.assertEqual(self.curl(served.port, "-k"), "1.1 200 777 1\n")
                    shown = self.s_client_shows(served.port)
                    made = ft.PLACE.write("made.pem", shown[shown.index("-----BEGIN") :])
                    about = tls.tool("openssl", "x509", "-in", made, "-noout", "-text")
                    self.assertIn(name, about)
                    seen = self.curl(served.port, "--cacert", made, "-4", host="localhost")
                    self.assertEqual(seen, "1.1 200 777 1\n")

    def test_a_client_that_does_not_trust_us(self):
        """It says so with an alert instead of its Finished: RFC 8446 section 4.4.2.4."""
        for version in VERSIONS:
            with tls.serving(server__program=ONCE, tls__version=version) as served:
                with self.subTest(version):
                    said = tls.tool("curl", "-sS", f"https://127.0.0.1:{served.port}/", status=60)
                    self.assertIn("self-signed certificate", said)
            result = served.stop()
            self.assertEqual(result.outcomes("server"), {"handshake": 1})
            self.assertEqual(result.json["server"]["tls_errors"], {"tlsv1 alert unknown ca": 1})

    def test_alpn(self):
        with tls.serving(server__program=ONCE) as served:
            said = tls.tool("curl", "-skv", "--http2", f"https://127.0.0.1:{served.port}/")
            self.assertRegex(said, "ALPN.*server accepted.*http/1.1")
            said = self.s_client_alpn(served.port, "h2")
            self.assertIn("no application protocol", said)
        result = served.stop()
        self.assertEqual(result.outcomes("server"), {"done": 1, "handshake": 1})
        self.assertEqual(result.json["server"]["tls_errors"], {"no application protocol": 1})

    def s_client_alpn(self, port, name):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-alpn", name]
        return tls.tool(*command, status=1, input=b"")

    def test_bodies(self):
        body = ft.PLACE.write("body", "x" * 300000)
        with tls.serving(server__program=KEEPS, response__size="1M") as served:
            seen = self.curl(served.port, "-k", "--data-binary", f"@{body}", requests=3)
        self.assertEqual(re.findall(r"(?m)^1.1 200 1048576 ", seen), 3 * ["1.1 200 1048576 "])
        self.assert_served(served.stop(), 1)
        self.assertGreater(served.result["server.bytes_received"], 900000)


class SClient(Server):
    def s_client(self, port, *options):
        where = ["-connect", f"127.0.0.1:{port}", "-ign_eof"]
        return tls.tool("openssl", "s_client", *where, *options, input=REQUEST)

    def resume(self, version, how, options=(), **settings):
        """Two connections, the second one with the session of the first."""
        file = os.path.join(ft.PLACE.directory(), "session")
        spec = {"tls__version": version, "tls__resumption": how, **settings}
        with tls.serving(server__program=ONCE, **spec) as served:
            first = self.s_client(served.port, "-sess_out", file, *options)
            if not os.path.exists(file):  # there is no session that could be resumed
                return False
            second = self.s_client(served.port, "-sess_in", file, *options)
        self.assertRegex(first, f"(?m)^New, {VERSIONS[version]}, Cipher is ")
        self.assertIn("200 OK", second)
        result = served.stop()
        self.assertEqual(result["server.tls.handshakes"], 2)
        self.assertEqual(sum(result.outcomes("server").values()), 2)
        again = re.search(f"(?m)^Reused, {VERSIONS[version]}, Cipher is ", second) is not None
        self.assertEqual(result["server.tls.resumed"], int(again))
        return again

    def test_resumption(self):
        cases = (
            ("1.3", "ticket", (), True),
            ("1.3", "off", (), False),
            ("1.2", "ticket", (), True),
            ("1.2", "ticket", ("-no_ticket",), False),
            ("1.2", "session_id", (), True),
            ("1.2", "session_id", ("-no_ticket",), True),
            ("1.2", "off", (), False),
        )
        for version, how, options, again in cases:
            with self.subTest(version=version, how=how, options=options):
                self.assertEqual(self.resume(version, how, options), again)

    def test_tickets(self):
        for count in (0, 1, 2, 16):
            with self.subTest(count):
                with tls.serving(server__program=ONCE, server__tls__tickets=count) as served:
                    said = self.s_client(served.port, "-tls1_3", "-msg")
                self.assertEqual(said.count("NewSessionTicket"), count)

    def test_old_versions(self):
        """TLS 1.1 and what came before are no more: RFC 8996."""
        with tls.serving(server__program=ONCE) as served:
            where = ["-connect", f"127.0.0.1:{served.port}"]
            options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
            said = tls.tool("openssl", "s_client", *where, *options, status=1, input=b"")
            self.assertIn("alert protocol version", said)
        result = served.stop()
        self.assertEqual(result.outcomes("server"), {"handshake": 1})
        self.assertEqual(result.json["server"]["tls_errors"], {"unsupported protocol": 1})

    def test_a_server_name(self):
        with tls.serving(server__program=ONCE) as served:
            self.assertIn("200 OK", self.s_client(served.port, "-servername", "elsewhere.test"))


class Load(Server):
    """Load by many connections; each tool says whether it was served."""

    # ab opens connections that it does not use, wrk stops in the middle of some.
    UNUSED = {"handshake", "truncated", "eof", "cut"}

    def loaded(self, command, *served_by, **settings):
        with tls.serving(**settings) as served:
            output = tls.tool(*(word.format(port=served.port) for word in command))
        for text in served_by:
            self.assertRegex(output, text)
        return served.stop(), output

    def each(self, command, *served_by):
        """A connection a request, under each version, with one worker and with several."""
        for version, workers in (("1.2", 1), ("1.3", 1), ("1.3", 3)):
            with self.subTest(version=version, workers=workers):
                spec = {"tls__version": version, "server__workers": workers}
                result, output = self.loaded(command, *served_by, server__program=ONCE, **spec)
                self.assert_answered(result, output)
                outcomes = result.outcomes("server")
                self.assertLessEqual(outcomes.keys(), {"done", "reset", *self.UNUSED})
                unused = sum(outcomes.get(name, 0) for name in self.UNUSED)
                self.assertLessEqual(unused, 8, outcomes)
                self.assertEqual(result["server.tls.resumed"], 0)

    def assert_answered(self, result, output):
        """All that were asked for; of wrk, which has a second, all that it says it made."""
        made = re.search(r"(\d+) requests in", output)
        self.assertGreaterEqual(result["server.messages_sent"], int(made[1]) if made else N)

    AB = ["ab", "-n", str(N), "-c", "4", "https://127.0.0.1:{port}/"]
    AB_SERVED = [rf"Complete requests: +{N}\n", r"Failed requests: +0\n"]
    H2LOAD = ["h2load", "--h1", "-n", str(N), "-c", "4", "https://127.0.0.1:{port}/"]
    H2LOAD_SERVED = [rf"{N} total, {N} started, {N} done, {N} succeeded, 0 failed, 0 errored"]
    WRK = ["wrk", "-t1", "-c4", "-d1s", "https://127.0.0.1:{port}/"]
    WRK_SERVED = [r"[1-9]\d* requests in", r"(?s)^(?!.*(Socket errors|Non-2xx))"]

    def test_ab(self):
        self.each(self.AB, *self.AB_SERVED)

    def test_h2load(self):
        self.each(self.H2LOAD, *self.H2LOAD_SERVED)

    def test_wrk(self):
        self.each(self.WRK, *self.WRK_SERVED)

    def test_keep_alive(self):
        """ab's is that of HTTP/1.0, which our server does not speak."""
        tools = {
            "h2load": (self.H2LOAD, self.H2LOAD_SERVED),
            "wrk": (self.WRK, self.WRK_SERVED),
        }
        for name, (command, served_by) in tools.items():
            for chunked in ("off", "on"):
                with self.subTest(name, chunked=chunked):
                    spec = {"server__program": KEEPS, "response__chunked": chunked}
                    result, output = self.loaded(command, *served_by, **spec)
                    self.assert_answered(result, output)
                    self.assertLessEqual(result["server.tls.handshakes"], 6)

    def test_resumption_is_silent(self):
        """wrk does it when it is given tickets, and does not say so."""
        spec = {"server__program": ONCE, "tls__resumption": "ticket"}
        result, _ = self.loaded(self.WRK, *self.WRK_SERVED, **spec)
        self.assertGreater(result["server.tls.resumed"], 0)
        self.assertLess(result["server.tls.resumed"], result["server.tls.handshakes"])


if __name__ == "__main__":
    ft.main()
