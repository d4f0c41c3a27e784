"""Who chooses the client's source ports, client.ports: as the kernel's table shows them."""

import collections
import re

import finwait_test as ft

HOLD = {
    "protocol": "raw",
    "client.program": "connect hold",
    "server.program": "accept hold",
    "client.sysctl.net.ipv4.ip_local_port_range": "40000 40011",
    "client.workers": 3,
    "load.concurrency": 3,
    "settle": "200ms",
}


class ClientPorts(ft.LabTestCase):
    def hold(self, **settings):
        """Hold connections; the result, and the client's ends: (address, port, server, process) of each."""
        changed = {name.replace("__", "."): value for name, value in settings.items()}
        result = self.run_checked({**HOLD, **changed}, "--inspect", "ss -Htanp")
        row = re.compile(r"^ESTAB\s+\d+\s+\d+\s+(\S+):(\d+)\s+(\S+):8080\s+users:\(\(\"[^\"]*\",pid=(\d+)")
        found = [row.match(line) for line in result.inspection("client")["output"].splitlines()]
        self.assertNotIn(None, found)
        return result, [(found[1], int(found[2]), found[3], found[4]) for found in found]

    def test_a_walk_takes_each_port_of_each_address_once(self):
        result, ends = self.hold(client__ports="walk", client__addresses=2, load__connections=24)
        self.assertEqual(result["client.outcome.held"], 24)
        self.assertEqual(sorted((address, port) for address, port, _, _ in ends),
                         [(address, port) for address in ("198.18.0.1", "198.18.0.2") for port in range(40000, 40012)])
        self.assertEqual(set(collections.Counter(process for *_, process in ends).values()), {8})

    def test_a_walk_begins_with_the_first_ports(self):
        _, ends = self.hold(client__ports="walk", client__addresses=2, load__connections=9)
        self.assertEqual(sorted(port for _, port, _, _ in ends), [40000, 40000, 40001, 40001, 40002, 40002, 40003, 40003, 40004])

    def test_a_walk_shares_ports_between_servers(self):
        result, ends = self.hold(client__ports="walk", client__addresses=1, server__addresses=2, load__connections=24)
        self.assertEqual(result["client.outcome.held"], 24)
        self.assertEqual(sorted((port, server) for _, port, server, _ in ends),
                         [(port, server) for port in range(40000, 40012) for server in ("198.19.0.1", "198.19.0.2")])

    def test_a_walk_does_not_skip_a_port_that_is_taken(self):
        result, ends = self.hold(client__ports="walk", client__addresses=1, load__connections=15)
        self.assertEqual(result["client.outcome.no_port"], 3)
        self.assertEqual(len(ends), 12)

    def test_a_walk_keeps_to_the_range_of_the_socket_option(self):
        try:
            _, ends = self.hold(client__ports="walk", client__addresses=1, load__connections=3,
                                client__sockopt__local_port_range="40005-40007")
        except AssertionError as error:
            if "Protocol not available" in str(error):
                self.skipTest("IP_LOCAL_PORT_RANGE needs Linux 6.3")
            raise
        self.assertEqual(sorted(port for _, port, _, _ in ends), [40005, 40006, 40007])

    def test_slices_are_a_workers_own(self):
        try:
            result, ends = self.hold(client__ports="slices", client__addresses=1, load__connections=12)
        except AssertionError as error:
            if "Protocol not available" in str(error):
                self.skipTest("IP_LOCAL_PORT_RANGE needs Linux 6.3")
            raise
        self.assertEqual(result["client.outcome.held"], 12)
        by_process = collections.defaultdict(list)
        for _, port, _, process in ends:
            by_process[process].append(port)
        self.assertEqual(sorted(map(sorted, by_process.values())),
                         [list(range(first, first + 4)) for first in (40000, 40004, 40008)])

    def test_slices_meet_every_address(self):
        for workers in (1, 2, 3, 5, 7):
            for servers in (1, 3):
                try:
                    result, ends = self.hold(client__ports="slices", client__addresses=4, client__workers=workers,
                                             server__addresses=servers, load__connections=48 * servers,
                                             load__concurrency=workers)
                except AssertionError as error:
                    if "Protocol not available" in str(error):
                        self.skipTest("IP_LOCAL_PORT_RANGE needs Linux 6.3")
                    raise
                self.assertEqual(result["client.outcome.held"], 48 * servers, (workers, servers))
                self.assertEqual(len({end[:3] for end in ends}), 48 * servers)

    def test_slices_of_a_few_ports_divide_the_addresses(self):
        """Two ports and three addresses are six places, of which five workers have one at least."""
        few = {"client.ports": "slices", "client.addresses": 3, "client.workers": 5, "load.concurrency": 6,
               "client.sysctl.net.ipv4.ip_local_port_range": "40000 40001"}
        try:
            result, ends = self.hold(**few, load__connections=6)
        except AssertionError as error:
            if "Protocol not available" in str(error):
                self.skipTest("IP_LOCAL_PORT_RANGE needs Linux 6.3")
            raise
        self.assertEqual(result["client.outcome.held"], 6)
        self.assertEqual(len({end[:2] for end in ends}), 6)

    def test_each_worker_needs_a_port_of_its_slice(self):
        place = ("--set=client.ports=slices", "--set=client.addresses=2")
        for range_ in ("client.sysctl.net.ipv4.ip_local_port_range=40000 40001", "client.sockopt.local_port_range=40000-40001"):
            for workers, status in ((4, 0), (5, 2)):
                ended = ft.finwait("check", "server-first", *place, f"--set={range_}", f"--set=client.workers={workers}")
                self.assertEqual(ended.status, status, ended)
                if status != 0:
                    self.assertIn("client.ports: slices has no port for each of 5 workers: 4 with all addresses", ended.stderr)
                    self.assertIn("lower client.workers", ended.stderr)

    def test_a_walk_takes_ports_back_from_time_wait(self):
        result = self.run_checked({
            "order": "client-first", "client.ports": "walk", "load.connections": 60, "client.addresses": 1,
            "client.sysctl.net.ipv4.ip_local_port_range": "40000 40019", "load.concurrency": 1, "client.workers": 1,
        })
        recycled = result["client.counter.TcpExtTWRecycled"]
        self.assertEqual(result["connections.completed"], 20 + recycled)
        self.assertEqual(result["client.outcome.no_port"], 40 - recycled)
        self.assertGreater(recycled, 0)

    def test_of_a_walk_no_loss_is_foretold_that_does_not_come(self):
        few = "--set=client.sysctl.net.ipv4.ip_local_port_range=40000 40011"
        for settings in (
            ["--set=client.program=connect hold", "--set=server.program=accept hold", "-n", "12",
             "--set=client.sysctl.net.ipv4.ip_local_reserved_ports=40003-40005"],
            ["--order", "client-first", "-n", "60", "--set=load.concurrency=1"],
        ):
            for ports, warned in (("walk", False), ("kernel", True)):
                ended = ft.finwait("check", "server-first", few, "--set=protocol=raw", "--set=client.addresses=1",
                                   f"--set=client.ports={ports}", *settings)
                self.assertEqual((ended.status, "find none" in ended.stdout), (0, warned), ended)

    def test_it_is_for_a_client_of_finwaits_own(self):
        ended = ft.finwait("check", "server-first", "--set=client.ports=walk", "--client", "curl x")
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("client.ports is for a client of finwait's own", ended.stderr)

    def test_one_port_leaves_nothing_to_choose(self):
        ended = ft.run({"client.port": 5000, "client.ports": "walk"})
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("client.ports", ended.stderr)


if __name__ == "__main__":
    ft.main()
