"""Client certificates: who is let in, who is not, and how a client learns of it, in TLS 1.2 and 1.3.
Case 24 is a public report of it; its peers here are finwait's, nginx and openssl(1)."""

import os
import subprocess
import unittest

import finwait_test as ft
import tls_peers
from tls_peers import authority, identity, nginx, openssl_server, serving

N = 50
VERSIONS = ("1.2", "1.3")
VERIFY = {"transport": "tls", "server.tls.verify": "on"}
MISSING = "peer did not return a certificate"
REFUSED = "certificate verify failed: unable to get local issuer certificate"
# What the server's alert is to a client, by the version and by what it showed.
ALERTS = {
    ("1.2", "none"): "sslv3 alert handshake failure",
    ("1.2", "unknown"): "tlsv1 alert unknown ca",
    ("1.3", "none"): "tlsv13 alert certificate required",
    ("1.3", "unknown"): "tlsv1 alert unknown ca",
}


def shows(who):
    return {"client.tls.cert": who.cert, "client.tls.key": who.key}


class Refusals:
    """What is right of a run in which every client was refused."""

    def assert_refused(self, result, version, shown, n=N):
        words = MISSING if shown == "none" else REFUSED
        self.assertEqual(result["connections.failed"], n)
        self.assertEqual(result["server.outcome.handshake"], n)
        self.assertEqual(result.json["server"]["tls_errors"], {words: n})
        outcomes = result.outcomes("client")
        told = sum(result.json["client"]["tls_errors"].values())
        self.assertLessEqual(set(result.json["client"]["tls_errors"]), {ALERTS[version, shown]})
        if version == "1.2":
            self.assertEqual(result["client.tls.handshakes"], 0)
            self.assertLessEqual(outcomes.keys(), {"handshake", "reset"})
        else:  # a RST may overtake the alert
            self.assertEqual(result["client.tls.handshakes"], n)
            self.assertLessEqual(outcomes.keys(), {"alert", "reset"})
            self.assertEqual(outcomes.get("alert", 0), told)
        self.assertIn("tls.client_refused", result.remark_ids())


class Ours(ft.LabTestCase, Refusals):
    """Both sides finwait's, with a CA and certificates that it makes for the run."""

    def both(self, version, shown, status=0, **more):
        settings = {"tls.version": version, "client.tls.generate": shown, "order": "client-first"}
        load = {"load.connections": N, "load.concurrency": 4, "settle": "0s"}
        return self.run_checked({**VERIFY, **load, **settings, **more}, status=status)

    def test_the_right_certificate(self):
        for version in VERSIONS:
            with self.subTest(version):
                result = self.both(version, "trusted")
                self.assertEqual(result["connections.completed"], N)
                self.assertEqual(result["server.tls.handshakes"], N)
                self.assertNotIn("tls.client_refused", result.remark_ids())

    def test_a_session_is_resumed_with_it(self):
        result = self.both("1.3", "trusted", **{"tls.resumption": "ticket"})
        self.assertEqual(result["connections.completed"], N)
        self.assertGreater(result["server.tls.resumed"], 0)

    def test_none_and_another_s(self):
        for version, shown in ALERTS:
            with self.subTest(version=version, shown=shown):
                more = {"expect": f"connections.failed == {N}"}
                result = self.both(version, shown, **more)
                self.assert_refused(result, version, shown)

    def test_who_reads_nothing_never_learns(self):
        """To such a client all is well, and the run is none."""
        programs = {"client.program": "connect send close", "server.program": "accept recv close"}
        result = self.both("1.3", "none", status=1, **programs, order="null")
        self.assertEqual(result["server.tls.handshakes"], 0)
        self.assertEqual(result["server.outcome.handshake"], N)
        texts = [one["text"] for one in result.json["expectations"]]
        self.assertIn("server.tls.handshakes > 0", texts)
        self.assertIn("tls.client_refused", result.remark_ids())


class Files(ft.TestCase, Refusals):
    def load(self, who=None, status=0, **more):
        load = {"load.connections": N, "load.concurrency": 4, "settle": "0s", "lab": "host"}
        settings = {**VERIFY, **load, "order": "client-first", "server.port": ft.free_port()}
        given = shows(who) if who else {"client.tls.generate": "none"}
        return self.run_checked({**settings, **given, **more}, status=status)

    def test_a_ca_of_the_user_s(self):
        result = self.load(identity(), **{"server.tls.ca": authority().cert})
        self.assertEqual(result["connections.completed"], N)

    def test_one_of_another_ca(self):
        other = authority("other")
        wanted = {"expect": f"connections.failed == {N}", "tls.version": "1.3"}
        result = self.load(identity(), **{"server.tls.ca": other.cert}, **wanted)
        self.assert_refused(result, "1.3", "unknown")

    def test_expired(self):
        ca = {"server.tls.ca": authority().cert}
        result = self.load(tls_peers.expired(), status=1, **ca)
        words = "certificate verify failed: certificate has expired"
        self.assertEqual(result.json["server"]["tls_errors"], {words: N})


class Foreign(ft.TestCase):
    """Servers and clients that are not finwait's."""

    def load(self, port, who=None, **more):
        given = {"load.concurrency": 1, "load.connections": 5, **(shows(who) if who else {})}
        settings = tls_peers.loading(port, "connect send recv close", 5, **{**given, **more})
        return self.run_checked(settings)

    def test_openssl(self):
        ca = authority().cert
        with openssl_server("-Verify", "1", "-verify_return_error", "-CAfile", ca) as port:
            for version in VERSIONS:
                result = self.load(port, identity(), **{"tls.version": version})
                self.assertEqual(result["connections.completed"], 5)
            result = self.load(
                port, **{"tls.version": "1.3", "expect": "connections.failed == 5"}
            )
        told = result.json["client"]["tls_errors"]
        self.assertLessEqual(set(told), {"tlsv13 alert certificate required"})
        self.assertEqual(result["client.tls.handshakes"], 5)
        self.assertEqual("tls.client_refused" in result.remark_ids(), bool(told))

    @unittest.skipUnless(tls_peers.NGINX, "nginx is not installed")
    def test_nginx(self):
        """It answers 400 to who shows none: "No required SSL certificate was sent"."""
        more = f"ssl_verify_client on; ssl_client_certificate {authority().cert};"
        with nginx(more=more) as it:
            result = self.load(it.port, identity())
            self.assertEqual(result["client.http.2xx"], 5)
            result = self.load(it.port, **{"expect": "connections.failed == 5"})
        self.assertEqual(result["client.http.status.400"], 5)
        self.assertEqual(result["client.asked_for_tls"], 0)

    def test_openssl_s_client(self):
        who = identity()
        settings = {"server.tls.verify": "on", "server.tls.ca": authority().cert}
        with serving(**settings) as it:
            for shown in (["-cert", who.cert, "-key", who.key], []):
                command = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{it.port}"]
                subprocess.run(
                    [*command, *shown],
                    input=b"GET / HTTP/1.1\r\n\r\n",
                    capture_output=True,
                    timeout=ft.PATIENCE,
                    check=False,
                    env={**os.environ, "OPENSSL_CONF": "/dev/null"},
                )
            result = it.stop()
        self.assertEqual(result["server.tls.handshakes"], 1)
        self.assertEqual(result.json["server"]["tls_errors"], {MISSING: 1})


if __name__ == "__main__":
    ft.main()
