"""The quick flags: each is a --set by another name, and --at several of them."""

import contextlib
import json
import os
import ssl

import finwait_test as ft
import servers
import tls_peers

SAME = (
    (["-c", "50"], ["load.concurrency=50"]),
    (["--concurrency=7"], ["load.concurrency=7"]),
    (["-n", "20k"], ["load.connections=20k"]),
    (["--connections", "9"], ["load.connections=9"]),
    (["-r500/s"], ["load.rate=500/s"]),
    (["--rate", "max"], ["load.rate=max"]),
    (["-d", "10s"], ["load.connections=null", "load.duration=10s"]),
    (["--duration", "10s", "-n5"], ["load.duration=10s", "load.connections=5"]),
    (["-n5", "-d10s"], ["load.duration=10s", "load.connections=5"]),
    (["--set", "load.connections=5", "-d10s"], ["load.duration=10s", "load.connections=5"]),
    (["-d", "0s"], ["load.connections=null", "load.duration=0s"]),
    (["--order", "client-rst"], ["order=client-rst"]),
    (["--tls"], ["transport=tls"]),
    (["--path", "/a?b=c"], ["request.path=/a?b=c"]),
    (["-n", "5", "--set", "load.connections=6"], ["load.connections=6"]),
    (["--set", "load.connections=6", "-n", "5"], ["load.connections=5"]),
    (["-n", "5", "-n", "6"], ["load.connections=6"]),
    (["--at", "127.0.0.1:80"], ["lab=host", "server.at=127.0.0.1:80", "ip=v4"]),
    (["--at", "[::1]:80"], ["client.addresses=null", "lab=host", "server.at=[::1]:80", "ip=v6"]),
)

URLS = (
    ("http://127.0.0.1", "tcp", "127.0.0.1:80", "127.0.0.1", "/"),
    ("http://127.0.0.1:8000/", "tcp", "127.0.0.1:8000", "127.0.0.1:8000", "/"),
    ("HTTPS://127.0.0.1/a/b?c=d#e", "tls", "127.0.0.1:443", "127.0.0.1", "/a/b?c=d"),
    ("https://127.0.0.1:8443?q", "tls", "127.0.0.1:8443", "127.0.0.1:8443", "/?q"),
    ("http://[::1]", "tcp", "[::1]:80", "[::1]", "/"),
    ("https://[::1]:8443/x", "tls", "[::1]:8443", "[::1]:8443", "/x"),
)


def sets(*texts):
    return [word for text in texts for word in ("--set", text)]


class Quick(ft.TestCase):
    def checked(self, *arguments, command="check"):
        ended = ft.finwait(command, *arguments)
        self.assertEqual((ended.status, ended.stderr), (0, ""), arguments)
        return ended.stdout

    def test_each_is_a_set(self):
        for scenario, rows in (([], SAME), (["custom-program"], SAME[6:12])):
            for flags, same in rows:
                with self.subTest(flags, scenario=scenario):
                    self.assertEqual(
                        self.checked(*scenario, *flags), self.checked(*scenario, *sets(*same))
                    )

    def test_show_takes_them(self):
        self.assertEqual(
            self.checked("--order", "client-rst", "--tls", command="show"),
            self.checked(*sets("order=client-rst", "transport=tls"), command="show"),
        )

    def test_a_url(self):
        for url, transport, at, host, path in URLS:
            with self.subTest(url):
                lines = self.checked("--at", url).splitlines()
                for line in (f"transport: {transport}", f"server.at: {at}", "lab: host", "protocol: http",
                             f"request.host: {host}", f"request.path: {path}"):
                    self.assertIn(f"  {line}", lines)
        lines = self.checked("--at", "http://127.0.0.1/a", "--tls", "--path=/b").splitlines()
        for line in ("transport: tls", "server.at: 127.0.0.1:80", "request.path: /b"):
            self.assertIn(f"  {line}", lines, "the last counts")

    def test_localhost(self):
        lines = self.checked("--at", "https://localhost:8443/").splitlines()
        for line in ("server.at: 127.0.0.1:8443", "request.host: localhost:8443", "client.tls.sni: localhost"):
            self.assertIn(f"  {line}", lines)
        self.assertNotIn("client.tls.sni", self.checked("--at", "https://127.0.0.1:8443/"))
        self.assertNotIn("client.tls.sni", self.checked("--at", "http://localhost:8000"))

    def test_no_bound_of_the_file_with_a_duration(self):
        text = self.checked("server-first", "-d", "2s")
        self.assertIn("load.connections: 0\n", text)
        self.assertIn("load.duration: 2s\n", text)

    def test_what_is_wrong_with_one_is_told_as_it_was_written(self):
        for flags, said in (
            (["-n", "many"], "-n many: "),
            (["-nmany"], "-n many: "),
            (["--connections", "-5"], "--connections -5: "),
            (["-c0"], "-c 0: "),
            (["-r", "10"], "-r 10: "),
            (["-d", "10"], "-d 10: "),
            (["--duration="], "--duration : "),
            (["--order", "server-frist"], "--order server-frist: "),
            (["--path", "x y"], "--path x y: "),
            (["--tls", "--set", "transport=tcp", "--order", "tls-rst"], "transport=tcp: "),
            (["-n"], "check: -n lacks its value"),
            (["-qn"], "check: there is no option '-q'"),
            (["--tls=on"], "check: --tls takes no value"),
            (["--conc", "5"], "check: there is no option '--conc'"),
            (["--at", "ftp://127.0.0.1/"], "--at ftp://127.0.0.1/: no URL of"),
            (["--at", "http://"], "--at http://: it names no host"),
            (["--at", "http:///x"], "--at http:///x: it names no host"),
            (["--at", ""], "--at : it names no host"),
            (["--at", "http://me:secret@127.0.0.1/"], "a user in it is not sent"),
            (["--at", "127.0.0.1/x"], "a path needs http://"),
            (["--at", "127.0.0.1"], "--at 127.0.0.1: server.at: "),
            (["--at", "http://127.0.0.1:0/"], "--at http://127.0.0.1:0/: server.at: "),
            (["--at", "http://127.0.0.1:x/"], "--at http://127.0.0.1:x/: server.at: "),
            (["--at", "https://example.org/"], "--at https://example.org/: server.at: "),
            (["--at", "http://::1/"], "--at http://::1/: server.at: "),
            (["--at", "https://192.0.2.1/"], "--at https://192.0.2.1/: server.at 192.0.2.1:443 is not a loopback"),
        ):
            with self.subTest(flags):
                ended = ft.finwait("check", "server-first", *flags)
                self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
                self.assertTrue(ended.stderr.startswith("finwait: "), ended)
                self.assertIn(said, ended.stderr)
                self.assertEqual(len(ended.stderr.splitlines()), 2, ended)

    def test_a_target_with_one_source_takes_the_files_many_back(self):
        at = ("--at", "[::1]:80")
        self.assertIn("client.addresses: 1\n", self.checked("server-first", *at))
        many = ("--set", "client.addresses=9")
        for flags in ((*at, *many), (*many, *at)):
            ended = ft.finwait("check", "server-first", *flags)
            self.assertIn("--set client.addresses=9: client.addresses is 9", ended.stderr)

    def test_another_machine_needs_its_flag(self):
        allowed = self.checked("--at", "https://192.0.2.1/", "--i-may-load-this-target")
        self.assertIn("server.at: 192.0.2.1:443\n", allowed)


class At(ft.TestCase):
    """Without a scenario, at a server that is not ours."""

    def setUp(self):
        super().setUp()
        self.heads = set()

    def serve(self, connection):
        self.heads.add(servers.read_head(connection).decode())
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")

    def serve_tls(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as tls:
            self.serve(tls)
            tls.settimeout(0)  # its close_notify, and none awaited
            with contextlib.suppress(ssl.SSLError):
                tls.unwrap()

    def load(self, url, *arguments):
        ended = ft.finwait("run", "--at", url, "-c", "2", "--set=settle=0s", "--json", *arguments)
        self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
        self.assertNotIn("expectations", ended.result.json)
        return ended.result

    def check(self, serve, scheme, host="127.0.0.1"):
        named = f"[{host}]" if ":" in host else host
        with servers.server(serve, host=host) as port:
            result = self.load(f"{scheme}://{named}:{port}/a?b=c", "-n", "10")
        self.assertEqual(result["connections.completed"], 10)
        self.assertEqual(len(self.heads), 1)
        head = self.heads.pop()
        self.assertTrue(head.startswith("GET /a?b=c HTTP/1.1\r\n"), head)
        self.assertIn(f"\r\nHost: {named}:{port}\r\n", head)

    def test_http(self):
        self.check(self.serve, "http")

    def test_https(self):
        if tls_peers.missing_tools():
            self.skipTest(f"needs {tls_peers.missing_tools()}")
        who = tls_peers.identity()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(who.cert, who.key)
        self.check(self.serve_tls, "https")

    def test_ipv6(self):
        if not ft.has_ipv6_loopback():
            self.skipTest("no IPv6 here")
        self.check(self.serve, "http", "::1")

    def test_for_a_time(self):
        with servers.server(self.serve) as port:
            result = self.load(f"http://127.0.0.1:{port}", "-d", "300ms")
        self.assertGreater(result["connections.completed"], 1)
        self.assertEqual(result.json["scenario"]["load.connections"], "0")


class Alone(ft.LabTestCase):
    def test_without_a_scenario_it_is_of_the_defaults(self):
        ended = ft.finwait("run", "-n", "50", "-c", "5", "--set=settle=0s", "--json")
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.result["connections.completed"], 50)
        self.assertEqual(ended.result.json["scenario"]["order"], "server-first")
        sets = ("--set=load.connections=50", "--set=load.concurrency=5", "--set=settle=0s")
        same = ft.finwait("run", *sets, "--json").result.json
        self.assertEqual(same["scenario"], ended.result.json["scenario"])

    def test_a_comparison_of_the_defaults(self):
        out = ft.PLACE.directory()
        quick = ("-n", "20", "-c", "2", "--tls", "--set=settle=0s", "--rounds", "2", "--quiet")
        ended = ft.finwait("compare", "--vary", "order=client-rst,server-first", *quick, "--out", out, "--json")
        self.assertEqual(ended.status, 0, ended)
        for variant in ("client-rst", "server-first"):
            with open(os.path.join(out, "trials", f"001-order={variant}", "result.json"), encoding="utf-8") as file:
                scenario = json.load(file)["scenario"]
            self.assertEqual(
                [scenario[path] for path in ("order", "transport", "load.connections")], [variant, "tls", "20"]
            )
        with open(os.path.join(out, "plan.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["scenario"], "")
        self.assertEqual(ft.finwait("compare", "--resume", out, "--quiet").status, 0)
        self.assertIn("-n 20", ft.finwait("compare", "--resume", out, "-n", "20").stderr)


if __name__ == "__main__":
    ft.main()
