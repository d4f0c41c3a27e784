"""finwait's client against TLS servers that are not finwait's: nginx and openssl s_server."""

import unittest

import finwait_test as ft
import tls_peers as tls

N = 40
CLOSES = "connect send recv wait-notify close"
VERSIONS = {"1.2": "TLSv1.2", "1.3": "TLSv1.3"}


@unittest.skipIf(tls.missing_tools(), f"not installed: {tls.missing_tools()}")
class Client(ft.TestCase):
    def load(self, port, program=CLOSES, n=N, outcome="", **settings):
        """Settings with __ for each point; `outcome`: one that all are to end in."""
        given = {name.replace("__", "."): value for name, value in settings.items()}
        expected = ft.all_end(outcome, n) if outcome else []
        return self.run_checked(tls.loading(port, program, n, **given), *expected)

    def check(self, *where, n=N, **settings):
        result = self.load(*where, n=n, **settings)
        self.assertEqual(result.outcomes("client"), {"done": n})
        self.assertEqual(result["client.tls.handshakes"], n)
        return result

    def check_fails(self, port, outcome, *reasons, **settings):
        """Each connection ends so, and all for one of the `reasons`, in OpenSSL's words."""
        result = self.load(port, outcome=outcome, **settings)
        self.assertEqual(result.outcomes("client"), {outcome: N})
        errors = result.json["client"]["tls_errors"]
        self.assertEqual(sum(errors.values()), N, errors)
        self.assertLessEqual(errors.keys(), {*reasons})
        self.assertEqual(result["connections.failed"], N)
        return result

    def negotiated(self, result):
        return result.json["client"]["tls"]["negotiated"].split(", ")


class Nginx(Client):
    def test_versions_and_keys(self):
        """Whatever key the server has: ECDSA, RSA, RSA-PSS and EdDSA are not checked alike."""
        trust = {"client__tls__verify": "on", "client__tls__ca": tls.authority().cert}
        for key in tls.KEYS:
            with tls.nginx(who=tls.identity(key)) as nginx:
                for version, name in VERSIONS.items():
                    with self.subTest(key=key, version=version):
                        result = self.check(nginx.port, tls__version=version, **trust)
                        self.assertEqual(self.negotiated(result)[0], name)
                        self.assertEqual(result["client.tls.resumed"], 0)
                        self.assertEqual(result["client.tls.notify_received"], N)
                        seen = {tuple(line[:3]) for line in nginx.requests()[-N:]}
                        self.assertEqual({(line[0], line[2]) for line in seen}, {(name, ".")})

    def test_no_version_in_common(self):
        with tls.nginx(protocols="TLSv1.2") as nginx:
            self.check(nginx.port, tls__version="any")
            self.check_fails(
                nginx.port, "handshake", "tlsv1 alert protocol version", tls__version="1.3"
            )

    def test_ciphers_and_groups(self):
        cases = (
            ({"version": "1.2", "ciphers": "ECDHE-ECDSA-CHACHA20-POLY1305"}, 1),
            ({"version": "1.2", "ciphers": "ECDHE-ECDSA-AES128-SHA256"}, 1),
            ({"version": "1.3", "ciphersuites": "TLS_CHACHA20_POLY1305_SHA256"}, 1),
            ({"version": "1.3", "ciphersuites": "TLS_AES_128_GCM_SHA256", "groups": "P-521"}, 1),
            ({"version": "1.3", "groups": "X448"}, 2),
        )
        with tls.nginx(more="ssl_ecdh_curve X25519:X448:P-256:P-521;") as nginx:
            for spec, at in cases:
                with self.subTest(spec):
                    given = {f"tls__{name}": value for name, value in spec.items()}
                    agreed = self.negotiated(self.check(nginx.port, **given))
                    wanted = [*spec.values()][1]
                    self.assertIn(wanted.replace("P-521", "secp521r1"), agreed[at])
                    if at == 1:
                        self.assertEqual(nginx.requests()[-1][1], wanted)

    def test_no_cipher_in_common(self):
        with tls.nginx(who=tls.identity("p256")) as nginx:
            self.check_fails(
                nginx.port,
                "handshake",
                "sslv3 alert handshake failure",
                tls__version="1.2",
                tls__ciphers="ECDHE-RSA-AES128-GCM-SHA256",
            )

    def test_server_name_and_alpn(self):
        with tls.nginx() as nginx:
            result = self.check(nginx.port, client__tls__sni="example.test")
            self.assertEqual(self.negotiated(result)[-1], "http/1.1")
            seen = {tuple(line[3:5]) for line in nginx.requests()}
            self.assertEqual(seen, {("example.test", "http/1.1")})
            result = self.check(nginx.port, tls__alpn="none")
            self.assertNotIn("http/1.1", self.negotiated(result))
            self.assertEqual({tuple(line[3:5]) for line in nginx.requests()[N:]}, {("-", "-")})
            self.check_fails(
                nginx.port, "handshake", "tlsv1 alert no application protocol", tls__alpn="smtp"
            )

    def test_keep_alive(self):
        with tls.nginx(keepalive=60) as nginx:
            for ending in ("notify close", "close", "wait-notify close", "rst"):
                with self.subTest(ending):
                    result = self.check(nginx.port, f"connect send recv repeat(10) {ending}")
                    self.assertEqual(result["client.messages_received"], 10 * N)

    def test_requests_with_a_body(self):
        """nginx answers before it has read them."""
        with tls.nginx() as nginx:
            result = self.check(nginx.port, request__size="300k")
            self.assertEqual(result["client.messages_received"], N)
            self.assertEqual({line[-1] for line in nginx.requests()}, {"200"})

    def test_options_change_nothing(self):
        with tls.nginx() as nginx:
            for option, value in (("release_buffers", "off"), ("read_ahead", "on")):
                with self.subTest(option):
                    self.check(nginx.port, **{f"tls__{option}": value})


class Trust(Client):
    WHY = "certificate verify failed: "

    def verify(self, nginx, reason="", **settings):
        """Verify with our CA, unless told otherwise; `reason`: why that fails, if it does."""
        given = {"client__tls__verify": "on", "client__tls__ca": tls.authority().cert, **settings}
        if reason:
            self.check_fails(nginx.port, "handshake", self.WHY + reason, **given)
        else:
            self.check(nginx.port, **given)

    def test_a_certificate_that_is_good(self):
        with tls.nginx() as nginx:
            for version in VERSIONS:
                with self.subTest(version):
                    self.verify(nginx, tls__version=version)
                    self.verify(nginx, tls__version=version, client__tls__sni="example.test")

    def test_of_an_authority_that_is_not_trusted(self):
        unknown = "unable to get local issuer certificate"
        with tls.nginx() as nginx:
            for version in VERSIONS:
                with self.subTest(version):
                    other = {"client__tls__ca": tls.authority("other").cert}
                    self.verify(nginx, unknown, tls__version=version, **other)

    def test_of_one_that_the_system_does_not_know(self):
        with tls.nginx() as nginx:
            given = tls.loading(nginx.port, CLOSES, N, **{"client.tls.verify": "on"})
            result = self.run_checked(given, *ft.all_end("handshake", N))
            self.assertEqual(result.outcomes("client"), {"handshake": N})

    def test_for_another_name(self):
        with tls.nginx() as nginx:
            self.verify(nginx, "hostname mismatch", client__tls__sni="elsewhere.test")

    def test_that_has_expired(self):
        with tls.nginx(who=tls.expired()) as nginx:
            self.verify(nginx, "certificate has expired")
            self.check(nginx.port)  # nobody looks


class Resumption(Client):
    """nginx says of each request whether its session was resumed."""

    FIRST = 8  # load.concurrency: those that go out before there is a session

    def resume(self, nginx, **settings):
        result = self.check(nginx.port, **settings)
        resumed = result["client.tls.resumed"]
        log = [line[2] for line in nginx.requests()[-N:]]
        self.assertEqual(log.count("r"), resumed)
        return resumed, result

    def check_resumes(self, nginx, **settings):
        resumed, result = self.resume(nginx, **settings)
        self.assertGreaterEqual(resumed, N - 2 * self.FIRST)
        self.assertLess(resumed, N)
        self.assertEqual(result["tls.resumed.rate"] > 0, True)
        return result

    def test_tickets(self):
        with tls.nginx(more="ssl_session_cache none;") as nginx:
            for version in VERSIONS:
                with self.subTest(version):
                    given = {"tls__version": version}
                    result = self.check_resumes(nginx, tls__resumption="ticket", **given)
                    full = N - result["client.tls.resumed"]
                    self.assertGreaterEqual(result["client.tls.tickets"], full)
                    self.assertEqual(self.resume(nginx, tls__resumption="off", **given)[0], 0)

    def test_session_ids(self):
        with tls.nginx(more="ssl_session_tickets off; ssl_session_cache shared:S:1m;") as nginx:
            self.check_resumes(nginx, tls__version="1.2", tls__resumption="session_id")
            resumed, _ = self.resume(nginx, tls__version="1.2", tls__resumption="ticket")
            self.assertEqual(resumed, 0)

    def test_neither_is_offered(self):
        with tls.nginx(more="ssl_session_tickets off; ssl_session_cache off;") as nginx:
            for version, how in (("1.2", "session_id"), ("1.2", "ticket"), ("1.3", "ticket")):
                with self.subTest(version=version, how=how):
                    resumed, _ = self.resume(nginx, tls__version=version, tls__resumption=how)
                    self.assertEqual(resumed, 0)

    def test_a_truncated_connection_is_resumed_all_the_same(self):
        """A RST does not spoil the session (RFC 5246 section 7.2.1 took that back)."""
        with tls.nginx(keepalive=60, more="ssl_session_cache none;") as nginx:
            for ending in ("close", "rst", "notify close"):
                for version in VERSIONS:
                    with self.subTest(ending=ending, version=version):
                        result = self.check(
                            nginx.port,
                            f"connect send recv {ending}",
                            tls__version=version,
                            tls__resumption="ticket",
                        )
                        self.assertGreaterEqual(result["client.tls.resumed"], N - 2 * self.FIRST)


class OpenSSL(Client):
    """s_server takes one connection after the other, and its answer ends with close_notify."""

    def one_by_one(self, port, **settings):
        return self.check(port, load__concurrency=1, **settings)

    def test_versions(self):
        for key in ("p256", "rsa"):
            with tls.openssl_server(who=tls.identity(key)) as port:
                for version, name in VERSIONS.items():
                    with self.subTest(key=key, version=version):
                        result = self.one_by_one(port, tls__version=version)
                        self.assertEqual(self.negotiated(result)[0], name)
                        self.assertEqual(result["client.messages_received"], N)

    def test_tickets_are_counted(self):
        for tickets in (0, 1, 5):
            with tls.openssl_server("-num_tickets", str(tickets)) as port:
                with self.subTest(tickets):
                    result = self.one_by_one(port, tls__version="1.3")
                    self.assertEqual(result["client.tls.tickets"], tickets * N)

    def test_resumption(self):
        cases = (
            ("1.3", "ticket", []),
            ("1.3", "ticket", ["-no_ticket"]),  # a ticket is then a number in its cache
            ("1.2", "ticket", []),
            ("1.2", "session_id", ["-no_ticket"]),
        )
        for version, how, options in cases:
            with tls.openssl_server(*options) as port:
                with self.subTest(version=version, how=how, options=options):
                    result = self.one_by_one(port, tls__version=version, tls__resumption=how)
                    self.assertEqual(result["client.tls.resumed"], N - 1)

    def test_no_alpn_there(self):
        with tls.openssl_server() as port:
            self.assertNotIn("http/1.1", self.negotiated(self.one_by_one(port)))
        with tls.openssl_server("-alpn", "http/1.1") as port:
            self.assertIn("http/1.1", self.negotiated(self.one_by_one(port)))

    def test_a_client_certificate_is_asked_for(self):
        """We have none: it is let in, or it is not."""
        with tls.openssl_server("-verify", "1") as port:
            for version in VERSIONS:
                self.one_by_one(port, tls__version=version)
        with tls.openssl_server("-Verify", "1") as port:
            given = {"load__concurrency": 1, "n": 5}
            result = self.load(port, outcome="handshake", tls__version="1.2", **given)
            self.assertEqual(result.outcomes("client"), {"handshake": 5})
            # In TLS 1.3 the client is done by then: RFC 8446 section 4.4.2.4, and appendix E.1.2.
            result = self.load(port, tls__version="1.3", load__may_fail="on", **given)
            self.assertEqual(sum(result.outcomes("client").values()), 5)
            self.assertLessEqual(result.outcomes("client").keys(), {"alert", "reset"})


if __name__ == "__main__":
    ft.main()
