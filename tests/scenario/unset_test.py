"""What `--set PATH=null` takes back does not run: the kernel is asked, not the scenario."""

import finwait_test as ft

N = 200
FIN_TIMEOUT = "net.ipv4.tcp_fin_timeout"


class Unset(ft.LabTestCase):
    def play(self, yaml, *nulls):
        file = ft.PLACE.write("unset.yaml", f"load: {{connections: {N}}}\nsettle: 500ms\n{yaml}")
        sets = [f"--set={path}=null" for path in nulls]
        ended = ft.finwait("run", file, *sets, "--json", user=self.user)
        self.assertEqual(ended.status, 0, ended)
        return ended.result

    def assert_closed_by_fin(self, result, closer):
        rsts = result["client.counter.TcpOutRsts"] + result["server.counter.TcpOutRsts"]
        self.assert_resets(rsts, 0, ft.strays(N))
        self.assert_states(result.final(closer), {"time_wait": N}, rsts)

    def assert_not_said(self, result, *paths):
        for path in paths:
            self.assertNotIn(path, result.json["scenario"])

    def test_linger_of_the_client(self):
        yaml = "order: client-first\nclient: {sockopt: {linger: 0s}}\n"
        kept = self.play(yaml)
        self.assertGreaterEqual(kept["client.counter.TcpOutRsts"], N)
        result = self.play(yaml, "client.sockopt.linger")
        self.assert_not_said(result, "client.sockopt.linger")
        self.assert_closed_by_fin(result, "client")

    def test_all_socket_options_of_the_server(self):
        yaml = "order: server-first\nserver: {sockopt: {linger: 0s, keepcnt: 3}}\n"
        result = self.play(yaml, "server.sockopt")
        self.assert_not_said(result, "server.sockopt.linger", "server.sockopt.keepcnt")
        self.assert_closed_by_fin(result, "server")

    def test_a_map_of_sysctls(self):
        yaml = f"order: server-first\nserver: {{sysctl: {{{FIN_TIMEOUT}: 17}}}}\n"
        self.assertEqual(self.play(yaml).json["server"]["sysctl"][FIN_TIMEOUT], "17")
        result = self.play(yaml, "server.sysctl.net.ipv4")
        self.assert_not_said(result, f"server.sysctl.{FIN_TIMEOUT}")
        self.assertNotEqual(result.json["server"]["sysctl"][FIN_TIMEOUT], "17")

    def test_programs_and_faults(self):
        yaml = (
            "client: {program: connect send recv rst}\n"
            "server: {program: accept recv send wait-fin close}\n"
            "faults: {at: 0s, drop: fin}\n"
        )
        result = self.play(yaml, "client.program", "server.program", "faults")
        self.assert_not_said(result, "client.program", "server.program", "faults")
        self.assert_closed_by_fin(result, "server")  # the default order


if __name__ == "__main__":
    ft.main()
