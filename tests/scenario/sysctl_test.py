"""Sysctls belong to one host of the lab, and every value of a run is on record."""

import json
import os
import shutil
import subprocess
import unittest

import finwait_test as ft

FIN_TIMEOUT = "net.ipv4.tcp_fin_timeout"


class Sysctl(ft.LabTestCase):
    def test_it_is_set_in_its_host_and_no_other(self):
        settings = {
            f"server.sysctl.{FIN_TIMEOUT}": 17,
            "client.sysctl.net.ipv4.ip_local_port_range": "20000 30000",
            "load.connections": 1,
            "settle": "0s",
        }
        look = "cat /proc/sys/net/ipv4/tcp_fin_timeout /proc/sys/net/ipv4/ip_local_port_range"
        result = self.run_checked(settings, "--inspect", look)
        client, server = (result.json[side]["sysctl"] for side in ("client", "server"))
        self.assertEqual(server[FIN_TIMEOUT], "17")
        self.assertNotEqual(client[FIN_TIMEOUT], "17")
        self.assertEqual(client["net.ipv4.ip_local_port_range"], "20000 30000")
        self.assertNotEqual(server["net.ipv4.ip_local_port_range"], "20000 30000")
        for host, recorded in (("client", client), ("server", server)):
            seen = result.inspection(host)["output"].replace("\t", " ").split("\n")
            self.assertEqual(seen[0], recorded[FIN_TIMEOUT])
            self.assertEqual(seen[1], recorded["net.ipv4.ip_local_port_range"])
        for name in ("net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_timestamps"):
            self.assertIn(name, server)
        # Older kernels have no net.core in hosts that are made without root.
        present = "test -e /proc/sys/net/core/somaxconn"
        seen = self.run_checked({"load.connections": 1, "settle": "0s"}, "--inspect", present)
        has_net_core = seen.inspection("server")["status"] == 0
        self.assertEqual("net.core.somaxconn" in server, has_net_core)

    def test_it_acts(self):
        """No more mini-sockets than tcp_max_tw_buckets; the rest are dropped and counted."""
        n, most = 500, 100
        settings = {
            "order": "server-first",
            "load.connections": n,
            "server.sysctl.net.ipv4.tcp_max_tw_buckets": most,
        }
        result = self.run_checked(settings, "--inspect", ft.WITNESS)
        states, counters = result.witness("server")
        self.assertLessEqual(states["time_wait"], most + 1)
        self.assertEqual(result["server.time_wait.final"], states["time_wait"])
        overflow = result["server.counter.TcpExtTCPTimeWaitOverflow"]
        self.assertEqual(overflow, counters["TcpExtTCPTimeWaitOverflow"])
        self.assertGreaterEqual(overflow, n - most - 1)

    def test_a_snapshot_is_a_comparison(self):
        file = ft.PLACE.write("snapshot.yaml", ft.finwait("sysctl", "snapshot").stdout)
        sets = ("--set=load.connections=10", "--set=settle=0s")
        ended = ft.finwait("compare", file, "--rounds=1", "--json", "--quiet", *sets, user=self.user)
        self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
        seen = json.loads(ended.stdout)
        self.assertEqual([each["name"] for each in seen["variants"]], ["stock", "here"])
        self.assertEqual([each for each in seen["trials"] if "why" in each], [])
        # What it sets is read back, as any value of a host is.
        unread = [each for each in seen.get("differs", []) if len(each["values"]) < 2]
        self.assertEqual(unread, [])

    def test_no_such_key(self):
        ended = ft.run({"server.sysctl.net.ipv4.of_a_kernel_to_come": 17}, user=self.user)
        self.assertEqual(ended.status, 3, ended)
        self.assert_nothing_started(ended)
        self.assertIn("net.ipv4.of_a_kernel_to_come", ended.stderr)

    def test_a_misspelt_key(self):
        ended = ft.run({"server.sysctl.net.ipv4.tcp_fin_timeuot": 17}, user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)
        self.assertIn("net.ipv4.tcp_fin_timeuot", ended.stderr)
        self.assertIn(FIN_TIMEOUT, ended.stderr, "the nearest spelling")

    def test_a_value_that_the_kernel_refuses(self):
        ended = ft.run({"server.sysctl.net.ipv4.tcp_tw_reuse": 99}, user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)
        self.assertIn("net.ipv4.tcp_tw_reuse", ended.stderr)
        self.assertIn("99", ended.stderr)

    def test_one_that_would_be_the_machines(self):
        """What no namespace has of its own is refused where it stands, and stays as it is."""
        before = ft.read_sysctls()
        for name in (
            "net.netfilter.nf_hooks_lwtunnel",
            "net.netfilter.nf_log.2",
            "net.ipv4.tcp_mem",
            "net.core.rmem_max",
            "net.of_a_kernel_to_come",
        ):
            with self.subTest(name):
                text = f"client:\n  sysctl:\n    {name}: 1\n"
                ended = ft.finwait("run", ft.PLACE.write("shared.yaml", text), user=self.user)
                self.assertEqual(ended.status, 2, ended)
                self.assert_nothing_started(ended)
                self.assertIn(f"shared.yaml:3:{len(name) + 7}: {name}: ", ended.stderr)
                self.assertIn("whole machine", ended.stderr)
        after = ft.read_sysctls()
        both = before.keys() & after.keys()
        self.assertEqual({k: before[k] for k in both}, {k: after[k] for k in both})

    def test_one_that_the_machine_has_and_a_host_has_not(self):
        """Whether such are the machine's is the kernel's to say, and differs with it."""
        host_has = self.run_checked(
            {"load.connections": 1, "settle": "0s"}, "--inspect", "find /proc/sys/net -type f"
        ).inspection("server")["output"].split()
        for name in (
            "net.core.default_qdisc",
            "net.core.bpf_jit_enable",
            "net.core.message_cost",
            "net.ipv4.udp_mem",
            "net.ipv4.inet_peer_threshold",
            "net.ipv4.route.max_size",
            "net.ipv4.neigh.default.gc_thresh1",
        ):
            path = f"/proc/sys/{name.replace('.', '/')}"
            if path in host_has or not os.path.exists(path):
                continue
            if "/proc/sys/net/core/somaxconn" not in host_has and "core" in name:
                continue  # an older kernel, which says so of all of net.core
            with self.subTest(name):
                ended = ft.run({f"client.sysctl.{name}": 1}, user=self.user)
                self.assertEqual(ended.status, 2, ended)
                self.assert_nothing_started(ended)
                self.assertIn(f"{name}: a lab cannot have its own", ended.stderr)
                self.assertIn("whole machine", ended.stderr)

    def test_an_interface_that_a_host_has_not(self):
        for folder, key in (("ipv4.conf", "rp_filter"), ("ipv4.neigh", "mcast_solicit")):
            with self.subTest(folder):
                ended = ft.run({f"client.sysctl.net.{folder}.eth0.{key}": 1}, user=self.user)
                self.assertEqual(ended.status, 2, ended)
                self.assert_nothing_started(ended)
                self.assertIn('a host has no interface "eth0"', ended.stderr)
                self.assertIn(f"write net.{folder}.link.{key}", ended.stderr)
        settings = {"client.sysctl.net.ipv4.conf.link.rp_filter": 1}
        result = self.run_checked(
            {"load.connections": 1, "settle": "0s", **settings},
            "--inspect",
            "cat /proc/sys/net/ipv4/conf/link/rp_filter",
        )
        self.assertEqual(result.inspection("client")["output"], "1\n")

    def test_a_check_tells_what_a_run_would(self):
        for setting, status in (
            ("net.ipv4.tcp_fin_timeuot=17", 2),
            ("net.ipv4.of_a_kernel_to_come=17", 3),
            ("net.ipv4.conf.eth0.rp_filter=1", 2),
            ("net.ipv4.conf.link.rp_filter=1", 0),
        ):
            with self.subTest(setting):
                path, value = f"server.sysctl.{setting}".split("=")
                ended = ft.finwait("check", *ft.as_arguments({path: value})[1:], user=self.user)
                self.assertEqual(ended.status, status, ended)
                if status != 0:
                    run = ft.run({path: value}, user=self.user)
                    self.assertEqual((ended.stdout, ended.stderr), ("", run.stderr))

    def test_it_loads_no_module(self):
        loaded = "/proc/sys/net/ipv4/tcp_available_congestion_control"
        with open(loaded, encoding="utf-8") as file:
            before = file.read()
        ended = ft.run(
            {"server.sysctl.net.ipv4.tcp_congestion_control": "westwood"}, user=self.user
        )
        if "westwood" not in before:
            self.assertEqual(ended.status, 2, ended)
            self.assert_nothing_started(ended)
        with open(loaded, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)

    def test_a_key_outside_of_net(self):
        for name in (
            "kernel.hostname",
            "net.../../kernel.hostname",
            "net.ipv4.conf.all/../../../kernel.hostname",
            "net/ipv4/tcp_fin_timeout",
            "net.ipv4.conf.all.../kernel.hostname",
            "net..ipv4",
            "net",
        ):
            with self.subTest(name):
                ended = ft.run({f"server.sysctl.{name}": "x"}, user=self.user)
                self.assertEqual(ended.status, 2, ended)
                self.assert_nothing_started(ended)


class AsUnprivileged(Sysctl, ft.UnprivilegedLabTestCase):
    pass


@unittest.skipUnless(ft.is_root() and shutil.which("unshare"), "takes root and unshare(1)")
class Untried(ft.TestCase):
    def test_a_check_that_cannot_make_a_lab_says_so(self):
        none = 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"'
        arguments = ft.as_arguments({f"server.sysctl.{FIN_TIMEOUT}": 17})[1:]
        done = subprocess.run(
            ["unshare", "-Ur", "sh", "-c", none, "sh", ft.BINARY, "check", *arguments],
            capture_output=True,
            text=True,
            timeout=ft.PATIENCE,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("warning: only a run can tell whether hosts have its sysctls", done.stdout)
        self.assertIn("ENOSPC", done.stdout)


class Host(ft.TestCase):
    """`lab: host` changes nothing."""

    def test_a_sysctl_is_refused(self):
        ended = ft.run({"lab": "host", f"server.sysctl.{FIN_TIMEOUT}": 17})
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)
        self.assertIn("lab: private", ended.stderr)

    def test_no_value_changes_and_sides_are_told_apart(self):
        n = 300
        before, links = ft.read_sysctls(), set(os.listdir("/sys/class/net"))
        port = ft.free_port()
        result = self.run_checked(
            {"lab": "host", "server.port": port, "order": "server-first", "load.connections": n},
            "--inspect",
            f"ss -Htan state time-wait '( sport = :{port} )' | wc -l",
        )
        after = ft.read_sysctls()
        both = before.keys() & after.keys()
        self.assertGreater(len(both), 100)
        self.assertEqual({k: before[k] for k in both}, {k: after[k] for k in both})
        self.assertLessEqual(links, set(os.listdir("/sys/class/net")) | {"lo"})
        self.assertEqual(result.outcomes("client"), {"done": n})
        self.assertGreaterEqual(result["server.time_wait.final"], 0.75 * n)
        self.assertEqual(result["client.time_wait.final"], 0)
        witness = result.inspection("host")
        self.assertEqual(int(witness["output"]), result["server.time_wait.final"])
        self.assertGreaterEqual(result["host.counter.TcpExtTW"], n)
        self.assertNotIn("counters", result.json["server"])
        self.assertFalse(result.json["private_lab"])

    def test_the_client_side_too(self):
        n = 300
        result = self.run_checked(
            {
                "lab": "host",
                "server.port": ft.free_port(),
                "order": "client-leak",
                "load.connections": n,
            }
        )
        self.assertEqual(result["client.close_wait.final"], n)
        self.assertEqual(result["server.close_wait.final"], 0)
        self.assertEqual(result["server.fin_wait2.final"], n)


if __name__ == "__main__":
    ft.main()
