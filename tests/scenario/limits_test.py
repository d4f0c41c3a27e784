"""What bounds the number of sockets is told before the run, and is what the kernel then shows."""

import re

import finwait_test as ft

N = 200
HELD = {
    "client.program": "connect hold",
    "server.program": "accept hold",
    "load.connections": N,
    "load.concurrency": N,
    "load.timeout": "2s",
    "settle": "300ms",
}


class Limits(ft.LabTestCase):
    def foretold(self, result, name, side=None):
        """The limit by its name, which has to be exceeded and told of."""
        found = [
            limit
            for limit in result.json["limits"]
            if limit["name"] == name and limit.get("side") == side and "text" in limit
        ]
        self.assertEqual(len(found), 1, result.json["limits"])
        told = [remark["text"] for remark in result.json["remarks"]]
        self.assertIn("Foretold before the load: " + found[0]["text"], told)
        return found[0]

    def checked(self, file, *settings):
        ended = ft.finwait("check", file, *settings, user=self.user)
        self.assertEqual(ended.status, 0, ended)
        return [line for line in ended.stdout.splitlines() if line.startswith("  warning: ")]

    def test_mini_sockets(self):
        settings = {
            "order": "client-first",
            "load.connections": 1000,
            "client.sysctl.net.ipv4.tcp_max_tw_buckets": 500,
        }
        result = self.run_checked(settings, "--inspect", ft.WITNESS)
        limit = self.foretold(result, "net.ipv4.tcp_max_tw_buckets", "client")
        self.assertEqual((limit["most"], limit["needed"]), (500, 1000))
        states, counters = result.witness("client")
        self.assertEqual(states["time_wait"], limit["most"])
        self.assertEqual(counters["TcpExtTCPTimeWaitOverflow"], limit["needed"] - limit["most"])

    def test_ports(self):
        narrow = {
            **HELD,
            "client.addresses": 1,
            "client.sysctl.net.ipv4.ip_local_port_range": "40000 40099",
            "client.sysctl.net.ipv4.ip_local_reserved_ports": "40010-40014,40020",
        }
        result = self.run_checked(narrow, "--inspect", ft.WITNESS)
        limit = self.foretold(result, "local ports", "client")
        self.assertEqual((limit["most"], limit["needed"]), (94, N))
        self.assertEqual(result.witness("client")[0]["established"], limit["most"])
        self.assertEqual(result["errors.EADDRNOTAVAIL"], limit["needed"] - limit["most"])

    def test_a_load_that_time_ends_has_as_many_open_at_a_time(self):
        """How many connections there will be is not known, but how many at once is."""
        told = self.checked(
            "custom-program",
            "--set=load.connections=0",
            "--set=load.duration=1s",
            f"--set=load.concurrency={N}",
            "--set=client.addresses=1",
            "--set=client.sysctl.net.ipv4.ip_local_port_range=40000 40099",
        )
        self.assertTrue([line for line in told if "room for 100 of the client's 200" in line], told)

    def test_descriptors(self):
        for side in ("client", "server"):
            for workers in (1, 2):
                with self.subTest(side=side, workers=workers):
                    few = {**HELD, f"{side}.descriptors": 64, f"{side}.workers": workers}
                    result = self.run_checked(few, "--inspect", ft.WITNESS)
                    limit = self.foretold(result, "descriptors", side)
                    self.assertEqual(result[f"{side}.outcome.held"], limit["most"])
                    self.assertGreater(result[f"{side}.errors.EMFILE"], 0)
                    if side == "client":
                        states, _ = result.witness(side)
                        self.assertEqual(states["established"], limit["most"])

    def test_descriptors_that_a_hash_deals(self):
        """What fits evenly is not sure of room; what is told to be sure of it has it."""
        dealt = {**HELD, "server.listeners": "each", "server.descriptors": 64}
        for workers, count, enough in ((8, 8 * 55, False), (4, 92, True)):
            load = {"load.connections": count, "load.concurrency": count}
            with self.subTest(workers=workers):
                result = self.run_checked({**dealt, **load, "server.workers": workers})
                if enough:
                    self.assert_untold(result, "limit.foretold")
                    self.assertEqual(result["server.outcome.held"], count)
                else:
                    limit = self.foretold(result, "descriptors", "server")
                    self.assertEqual((limit["most"], limit["needed"]), (count, count))
                    self.assertIn("are dealt to the workers by a hash", limit["text"])
                    self.assertIn("server.listeners: shared", limit["advice"])
                    self.assertLess(result["server.outcome.held"], count)
                    self.assertGreater(result["server.errors.EMFILE"], 0)

    def test_of_what_passes_no_rest_is_told(self):
        """Others come in the place of those that have no room: how many do is not known."""
        load = ("--set=load.connections=1000", "--set=load.concurrency=300")
        for few in ("--set=client.descriptors=64", "--set=server.descriptors=64"):
            side = few[6:12]
            told = self.checked("server-first", *load, few, f"--set={side}.workers=1")
            wanted = f"of the {side}'s {300:,} sockets that a program holds at a time; those beyond"
            self.assertTrue(any(wanted in line for line in told), told)
        held = ("--set=client.program=connect hold", "--set=server.program=accept hold")
        told = self.checked("custom-program", *load, *held, few, "--set=server.workers=1")
        self.assertTrue(any("; the other 945 get none" in line for line in told), told)

    def test_no_first_limit_of_what_is_not_foretold(self):
        """It would read as an all-clear."""
        for settings, reason in (
            ((), None),
            (("--set=faults=[{drop: ack}]",), "faults strike the link"),
            (("--set=events=[{at: 1s, stop: server}]",), "events strike a role"),
            (("--set=client.to=198.19.0.9:9",), "client.to lets"),
            (("--set=server.command=[sh]",), "one of the two programs is not"),
            (("--set=proxy.command=[sh]",), "a proxy stands between"),
        ):
            with self.subTest(settings=settings):
                ended = ft.finwait("check", "server-first", *settings, user=self.user)
                self.assertEqual(ended.status, 0, ended)
                self.assertEqual("the first limit is" in ended.stdout, reason is None, ended.stdout)
                told = "what piles up is not foretold: " + (reason or "")
                self.assertEqual(told in ended.stdout, reason is not None, ended.stdout)

    def test_pairs(self):
        result = self.run_checked(
            {
                "order": "server-first",
                "load.connections": 500,
                "load.concurrency": 1,
                "client.addresses": 1,
                "client.sysctl.net.ipv4.ip_local_port_range": "40000 40099",
            },
            "--inspect",
            ft.WITNESS,
        )
        limit = self.foretold(result, "address and port pairs", "server")
        self.assertEqual(limit["most"], 50)
        self.assertEqual(result.witness("server")[0]["time_wait"], limit["most"])

    def test_time(self):
        """FIN_WAIT2 ends while the load lasts, and what the server leaks ends with ports used
        again."""
        result = self.run_checked(
            {
                "order": "server-leak",
                "load.connections": 900,
                "load.rate": "300/s",
                "client.addresses": 1,
                "client.sysctl.net.ipv4.tcp_fin_timeout": 1,
                "client.sysctl.net.ipv4.ip_local_port_range": "40000 40999",
                "settle": "0s",
            },
            "--inspect",
            ft.WITNESS,
        )
        limit = self.foretold(result, "time of FIN_WAIT2", "client")
        self.assertEqual((limit["most"], limit["needed"]), (300, 900))
        self.assertLess(result["client.fin_wait2.peak"], 1.5 * limit["most"])
        limit = self.foretold(result, "ports that return", "server")
        lost = result["server.counter.TcpExtTCPSYNChallenge"]
        self.assertGreater(lost, 0)
        self.assertLessEqual(lost, limit["needed"] - limit["most"])
        states, _ = result.witness("server")
        self.assertEqual(states["close_wait"], limit["needed"] - lost)

    def test_nothing_is_told_where_there_is_room(self):
        result = self.run_checked({"load.connections": 100, "settle": "0s"})
        self.assert_untold(result, "limit.foretold")
        self.assertEqual([limit for limit in result.json["limits"] if "text" in limit], [])

    def test_it_is_told_before_the_load(self):
        few = ft.as_arguments({**HELD, "client.descriptors": 64})
        ended = ft.finwait(*few, user=self.user)
        self.assertIn("finwait: foretold: descriptors (client.descriptors 64 x ", ended.stderr)
        ended = ft.finwait(*few, "--quiet", user=self.user)
        self.assertNotIn("foretold", ended.stderr)

    def test_it_is_broken_where_a_terminal_is_full(self):
        few = ft.as_arguments({**HELD, "client.descriptors": 64})
        for what, arguments in (("check", ["check", *few[1:]]), ("foretold", few)):
            with self.subTest(what):
                with ft.Terminal(arguments, columns=60, stdout=True, user=self.user) as terminal:
                    screen = terminal.finish().stderr
                told = screen[screen.index("descriptors (client.descriptors 64") :]
                lines = told[: told.index("client.workers.")].splitlines()
                self.assertGreater(len(lines), 3)
                self.assertLessEqual(max(map(len, lines)), 60)
                self.assertTrue(all(line.startswith("    ") for line in lines[1:]), lines)

    def test_orphans_of_a_million(self):
        """The machine's tcp_max_orphans is nobody's to set here: what it would do is told."""
        most = int(open("/proc/sys/net/ipv4/tcp_max_orphans", encoding="ascii").read())
        if most >= 1000000:
            self.skipTest(f"tcp_max_orphans is {most}")
        settings = ("--set=load.connections=1M", "--set=client.sysctl.net.ipv4.tcp_fin_timeout={}")
        for stay, told in ((60, False), (120, True)):
            with self.subTest(tcp_fin_timeout=stay):
                said = self.checked("close-wait-leak", *(text.format(stay) for text in settings))
                found = [line for line in said if "tcp_max_orphans" in line]
                self.assertEqual(len(found), told, said)
                for line in found:
                    self.assertIn(f"has room for {most:,} of the 1,000,000 whole sockets", line)
                    self.assertIn(f"the other {1000000 - most:,} are reset", line)

    def test_a_closed_loop_needs_a_rate(self):
        said = self.checked("server-first", "--set=load.connections=1M")
        self.assertTrue(any("only from 16,667 connections a second" in line for line in said), said)

    def test_the_doctor_has_them_in_order(self):
        ended = ft.finwait("doctor", user=self.user)
        lines = ended.stdout.split("What bounds the sockets")[1].split("With `lab: host`")[0]
        counts = [int(text.replace(",", "")) for text in re.findall(r"^ +([\d,]+)  ", lines, re.M)]
        self.assertGreater(len(counts), 5)
        self.assertEqual(counts, sorted(counts))


if __name__ == "__main__":
    ft.main()
