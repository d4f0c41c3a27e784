"""finwait sysctl: what it tells is what the catalogue and this host have."""

import re

import finwait_test as ft


class Sysctl(ft.TestCase):
    def explain(self, name):
        ended = ft.finwait("sysctl", "explain", name)
        self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
        return " ".join(ended.stdout.split())

    def test_explain(self):
        text = self.explain("tcp_tw_reuse")
        self.assertEqual(text, self.explain("net.ipv4.tcp_tw_reuse"))
        with open("/proc/sys/net/ipv4/tcp_tw_reuse", encoding="ascii") as file:
            self.assertIn(f" here {file.read().strip()} ", text)
        for word in ("default 2", "takes 0 to 2", "rootless yes", "TcpExtTWRecycled", "tcp_ipv4.c"):
            self.assertIn(word, text)

    def test_a_myth_a_danger_and_a_secret(self):
        self.assertIn("does not shorten TIME_WAIT", self.explain("tcp_fin_timeout"))
        self.assertIn("danger 0 to 0: ", self.explain("tcp_timestamps"))
        self.assertIn("here for root alone to read", self.explain("tcp_fastopen_key"))

    def test_a_retired_one_has_a_story(self):
        self.assertRegex(self.explain("tcp_tw_recycle"), r"gone 4\.12 story .*NAT")

    def test_each_row_can_be_explained(self):
        for row in ft.listing("sysctls"):
            with self.subTest(row[0]):
                self.assertIn(" default ", self.explain(row[0]))

    def test_list_is_the_listing(self):
        self.assertEqual(
            ft.finwait("sysctl", "list").stdout, ft.finwait("list", "sysctls").stdout
        )

    def test_mistakes(self):
        for words, hint in (
            (["explain", "tcp_tw_resue"], "did you mean net.ipv4.tcp_tw_reuse?"),
            (["explain", "net.ipv4.ip_forward"], "this host has it"),
            (["explain", "kernel.panic"], "finwait sysctl list"),
            (["explain"], "finwait sysctl explain NAME"),
            (["snapshot", "x"], "finwait sysctl snapshot"),
            (["frob"], "finwait sysctl snapshot"),
            ([], "finwait sysctl snapshot"),
        ):
            with self.subTest(words):
                ended = ft.finwait("sysctl", *words)
                self.assertEqual((ended.status, ended.stdout), (2, ""))
                self.assertIn(hint, ended.stderr)

    def test_a_scenario_takes_a_snapshot(self):
        text = ft.finwait("sysctl", "snapshot").stdout
        settings = re.findall(r'^    ((?:client|server)\.sysctl\.\S+): "(.*)"$', text, re.MULTILINE)
        self.assertGreater(len(settings), 80)
        self.assertNotIn("tcp_mem", dict(settings))
        self.assertIn("#   net.ipv4.tcp_mem = ", text)
        sets = [word for path, value in settings for word in ("--set", f"{path}={value}")]
        ended = ft.finwait("check", "server-first", *sets)
        self.assertEqual(ended.status, 0, ended)

    def test_check_warns_of_what_does_harm(self):
        ended = ft.finwait("check", "server-first", "--set", "client.sysctl.net.ipv4.tcp_timestamps=0")
        self.assertEqual(ended.status, 0, ended)
        self.assertRegex(ended.stdout, r"warning: client\.sysctl\.net\.ipv4\.tcp_timestamps: 0: .*RFC 7323")
        self.assertNotIn("warning", ft.finwait("check", "server-first").stdout)


if __name__ == "__main__":
    ft.main()
