"""What finwait may do, and what it needs: labs of root with less than all capabilities."""

import shutil
import subprocess
import unittest

import finwait_test as ft

SETTINGS = {"load.connections": 20, "settle": "0s"}

# The ids of every worker, as a lab's PID namespace shows them: "finwait" is what guards an inspection,
# too, but that may gain what it likes.
WORKERS = "$(grep -lx 'NoNewPrivs:.1' $(grep -lx 'Name:.finwait' /proc/[0-9]*/status))"
IDS = f"grep -hE '^(Uid|Gid):' {WORKERS}"


def without(*capabilities):
    """A command's beginning: root with all but these."""
    less = ",".join(f"-{capability}" for capability in capabilities)
    return ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}"]


@unittest.skipUnless(ft.is_root() and shutil.which("setpriv"), "takes root and setpriv(1)")
class RootWithLess(ft.LabTestCase):
    def run_without(self, *capabilities, more=(), **settings):
        return self.run_by(without(*capabilities), *more, **settings)

    def run_by(self, beginning, *more, **settings):
        arguments = ft.as_arguments({**SETTINGS, **settings})
        command = [*beginning, ft.BINARY, *arguments, "--json", *more]
        done = subprocess.run(
            command, capture_output=True, cwd=ft.PLACE.path, timeout=ft.PATIENCE, check=False
        )
        return ft.Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    def setUp(self):
        refusal = ft.private_lab_refusal(ft.NOBODY)
        if refusal:
            self.skipTest(f"no user namespaces here: {refusal}")

    def test_a_user_namespace_gives_them(self):
        for less in (["net_admin"], ["sys_admin"], ["net_admin", "sys_admin"]):
            with self.subTest(less):
                ended = self.run_without(*less)
                self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
                self.assertEqual(ended.result["connections.completed"], 20)

    def test_this_host_takes_none(self):
        ended = self.run_without("all", lab="host", **{"server.port": ft.free_port()})
        self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
        self.assertEqual(ended.result["connections.completed"], 20)

    def test_workers_are_nobody_or_root_and_no_half_of_either(self):
        for less in (["setuid"], ["setgid"], ["setuid", "setgid"], []):
            with self.subTest(less):
                ended = self.run_without(*less or ["net_raw"], more=["--inspect", IDS])
                self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
                user = 0 if less else ft.NOBODY
                self.assertEqual(ended.result.json["environment"]["worker_euid"], str(user))
                ids = ended.result.inspection("server")["output"].splitlines()
                alike = "\t".join([str(user)] * 4)
                self.assertEqual(sorted(set(ids)), [f"Gid:\t{alike}", f"Uid:\t{alike}"])

    def test_a_pid_namespace_that_cannot_be_had_is_told(self):
        none = "echo 0 >/proc/sys/user/max_pid_namespaces && exec \"$@\""
        ended = self.run_by(["unshare", "-Ur", "sh", "-c", none, "sh"])
        self.assertEqual((ended.status, ended.stderr), (0, ""), ended)
        self.assertEqual(ended.result.json["environment"]["pid_namespace"], "ENOSPC")
        self.assertEqual(self.run_by([]).result.json["environment"]["pid_namespace"], "yes")

    def test_both_refusals_are_told(self):
        """Without CAP_SETFCAP root may not be mapped, user_namespaces(7)."""
        for less, said in (("sys_admin", "make a network namespace"), ("net_admin", "interface lo")):
            with self.subTest(less):
                ended = self.run_without(less, "setfcap")
                self.assertEqual(ended.status, 3, ended)
                self.assert_nothing_started(ended)
                self.assertIn("uid_map: EPERM", ended.stderr)
                self.assertIn(said, ended.stderr)
                self.assertIn("CAP_SETFCAP", ended.stderr)


# Bits of CapEff, capabilities(7).
NET_BIND_SERVICE = 1 << 10
NEVER = {"net_raw": 13, "sys_module": 16, "sys_rawio": 17, "sys_ptrace": 19, "sys_boot": 22}


class Kept(ft.LabTestCase):
    """What the processes of a run may do while it runs, as proc_pid_status(5) has it."""

    HELD = {
        "load.connections": 4,
        "client.program": "connect send recv hold",
        "server.program": "accept recv send hold",
        "settle": "1h",
    }
    lab = {}
    worker = NET_BIND_SERVICE

    def statuses(self, settings, started_again=False):
        """Of the conductor, and of the workers."""
        arguments = [*ft.as_arguments({**self.HELD, **self.lab, **settings}), "--quiet"]
        process = ft.popen(arguments, user=self.user)
        try:
            pids = ft.wait_until(lambda: self.loaded(process), "the connections stand")
            if started_again:
                pids = ft.wait_until(lambda: self.replaced(process, pids), "a worker is new")
            own = ft.read_status(f"/proc/{process.pid}")
            return own, [ft.read_status(f"/proc/{pid}") for pid in pids]
        finally:
            process.terminate()
            ft.finish(process)
            self.assert_nothing_left(process.mark)

    def loaded(self, process):
        """The workers, once they and the conductor have given up what they do."""
        pids = ft.children_of(process.pid)
        given_up = [self.gains_nothing(pid) for pid in pids]
        given_up.append(self.lacks(process.pid, NEVER["sys_module"]))
        return pids if len(pids) == 2 and all(given_up) else None

    def replaced(self, process, before):
        pids = self.loaded(process)
        return pids if pids and set(pids) != set(before) else None

    def gains_nothing(self, pid):
        """What a worker gives up last."""
        try:
            return ft.read_status(f"/proc/{pid}")["NoNewPrivs"] == "1"
        except (OSError, KeyError):
            return False

    def lacks(self, pid, bit):
        try:
            return int(ft.read_status(f"/proc/{pid}")["CapEff"], 16) >> bit & 1 == 0
        except (OSError, KeyError):
            return False

    def assert_worker(self, status):
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(set(status["Uid"].split()), {str(ft.NOBODY if ft.is_root() else self.user)})
        for name in ("CapPrm", "CapEff"):
            self.assertEqual(int(status[name], 16), self.worker, name)
        for name in ("CapInh", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)

    def test_workers(self):
        _, workers = self.statuses({})
        for status in workers:
            self.assert_worker(status)
            if self.worker:
                self.assertEqual(int(status["CapBnd"], 16), self.worker)

    def test_workers_that_are_started_again(self):
        if self.lab:
            self.skipTest("no events on this host")
        settings = {
            "server.sockopt.reuseaddr": "on",
            "events": "[{at: 500ms, kill: server}, {at: 600ms, start: server}]",
        }
        _, workers = self.statuses(settings, started_again=True)
        for status in workers:
            self.assert_worker(status)

    def test_the_conductor(self):
        own, _ = self.statuses({})
        for name, bit in NEVER.items():
            self.assertEqual(int(own["CapEff"], 16) >> bit & 1, 0, name)

    def test_low_ports_are_theirs(self):
        """CAP_NET_BIND_SERVICE is what a client takes for them."""
        if not self.worker:
            self.skipTest("a user has no low ports")
        settings = {"client.port": 600, "load.connections": 1, "settle": "0s", **self.lab}
        if self.lab:
            settings["server.sockopt.reuseaddr"] = settings["client.sockopt.reuseaddr"] = "on"
        result = self.run_checked({"server.port": ft.free_port(), **settings})
        self.assertEqual(result["connections.completed"], 1)

    def test_an_inspection_has_what_its_user_has(self):
        result = self.run_checked(
            {"load.connections": 1, "settle": "0s", **self.lab, "server.port": ft.free_port()},
            "--inspect",
            "cat /proc/self/status",
        )
        seen = result.listed("inspections")[0]["output"]
        if ft.is_root() and self.user == 0:
            self.assertIn(f"CapEff:\t{ft.read_status('/proc/self')['CapEff']}", seen)


class KeptByAUser(Kept, ft.UnprivilegedLabTestCase):
    pass


class KeptOnTheHost(Kept):
    lab = {"lab": "host"}

    def statuses(self, settings, started_again=False):
        return super().statuses({"server.port": ft.free_port(), **settings}, started_again)


class KeptOnTheHostByAUser(KeptOnTheHost, ft.UnprivilegedLabTestCase):
    worker = 0


if __name__ == "__main__":
    ft.main()
