"""Looking into the hosts, and watching on."""

import contextlib
import json
import os
import signal
import subprocess
import unittest

import finwait_test as ft


# Of what a command prints.
KEPT = 1 << 20


class Inspect(ft.LabTestCase):
    def inspect(self, command, status=0, **settings):
        settings = {"load.connections": 10, "settle": "0s", **settings}
        return self.run_checked(settings, "--inspect", command, status=status)

    def test_each_host_is_told_where_it_is(self):
        result = self.inspect("echo at $FINWAIT_HOST; ip -o link show | wc -l")
        seen = {entry["host"]: entry for entry in result.listed("inspections")}
        self.assertEqual(set(seen), {"client", "server"})
        for host, entry in seen.items():
            self.assertEqual(entry["status"], 0)
            self.assertEqual(entry["output"].splitlines()[0], f"at {host}")
            self.assertEqual(int(entry["output"].splitlines()[1]), 2, "the loopback and the link")

    def test_the_hosts_differ_from_each_other_and_from_ours(self):
        result = self.inspect("readlink /proc/self/ns/net")
        namespaces = {result.inspection(host)["output"].strip() for host in ("client", "server")}
        self.assertEqual(len(namespaces), 2)
        self.assertNotIn(ft.namespace_of("self"), namespaces)

    def test_a_command_that_fails_is_kept_and_ends_nothing(self):
        result = self.inspect("echo out; echo err >&2; exit 7")
        seen = result.inspection("server")
        self.assertEqual(seen["status"], 7)
        self.assertEqual(sorted(seen["output"].split()), ["err", "out"])
        self.assertEqual(result["connections.completed"], 10)

    def test_a_guard_that_is_killed_is_no_command_that_was(self):
        own = self.inspect("kill -9 $$")
        self.assertEqual(own.inspection("server")["status"], 137)
        self.assertNotIn("unkept", own.json)
        guard = self.inspect("echo out; kill -9 $PPID", status=4)
        self.assertEqual(guard.inspection("server")["output"], "out\n")
        for host in ("client", "server"):
            self.assertIn("killed by SIGKILL", guard.json["unkept"][f"{host} inspection"])

    def test_long_output_is_cut(self):
        line = "0123456789" * 10
        for lines, end, kept, cut in (
            (20000, "", KEPT // 101 * 101, True),  # at the end of a line
            (1000, "", 101000, False),
            (0, "head -c 2000000 /dev/zero | tr '\\0' x", KEPT, True),  # it has none
            (0, f"head -c {KEPT} /dev/zero | tr '\\0' x", KEPT, False),
        ):
            with self.subTest(lines=lines, end=end):
                result = self.inspect(f"yes {line} | head -n {lines}; {end}")
                seen = result.inspection("client")
                self.assertEqual(len(seen["output"]), kept)
                self.assertEqual(seen["output"], (f"{line}\n" * lines)[:kept] or "x" * kept)
                self.assertIs(seen["cut"], cut)
                file = ft.PLACE.write("cut.json", json.dumps(result.json))
                report = ft.finwait("report", file, "--format=verbose")
                self.assertEqual("(cut after 1 MiB" in report.stdout, cut)

    def test_without_it_there_is_none(self):
        result = self.run_checked({"load.connections": 10, "settle": "0s"})
        self.assertEqual(result.listed("inspections"), [])

    @unittest.skipUnless(ft.is_root(), "takes root")
    def test_a_shell_that_cannot_be_run_is_told(self):
        """Its status alone would be a command's own."""
        hide = 'mount --bind /dev/null /bin/sh && exec "$@"'
        arguments = ft.as_arguments({"load.connections": 10, "settle": "0s"})
        command = [ft.BINARY, *arguments, "--json", "--inspect", "true"]
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", hide, "sh", *command],
            capture_output=True,
            cwd=ft.PLACE.path,
            timeout=ft.PATIENCE,
            check=False,
        )
        ended = ft.Run(done.returncode, done.stdout.decode(), done.stderr.decode())
        self.assertEqual(ended.status, 4, ended)
        for host in ("client", "server"):
            self.assertEqual(ended.result.inspection(host)["status"], 126)
            told = ended.result.json["unkept"][f"{host} inspection"]
            self.assertIn("execve /bin/sh: EACCES", told)

    def test_output_that_is_no_text(self):
        result = self.inspect("printf 'a\\377\\000b'")
        self.assertTrue(result.inspection("client")["output"].startswith("a"))


class Ends(ft.LabTestCase):
    """What a command leaves in sessions of its own ends with the command, or with finwait, whatever
    that dies of."""

    LEAVES = "setsid sleep 3600 & (setsid setsid sleep 3600 &) ; trap '' TERM; setsid sh -c '{}' &"
    SETTINGS = {"load.connections": 5, "settle": "0s"}
    lab = {}

    def start(self, command):
        arguments = [*ft.as_arguments({**self.SETTINGS, **self.lab}), "--json"]
        return ft.popen([*arguments, "--inspect", command], user=self.user)

    def sleeping(self, process):
        return [pid for pid in ft.processes_of(process.mark) if ft.name_of(pid) == "sleep"]

    def test_with_the_command(self):
        process = self.start(self.LEAVES.format("while :; do sleep 1; done") + "exit 5")
        ended = ft.finish(process)
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.result.listed("inspections")[0]["status"], 5)
        self.assert_nothing_left(process.mark)

    def ends_when(self, strike):
        pinned = ft.pinned_namespaces()
        process = self.start(self.LEAVES.format("sleep 3600") + "sleep 3600")
        try:
            ft.wait_until(lambda: len(self.sleeping(process)) == 4, "the command has forked")
            strike(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            ft.finish(process)
        self.assert_nothing_left(process.mark)
        self.assertLessEqual(ft.pinned_namespaces(), pinned)

    def test_with_a_conductor_that_is_killed(self):
        self.ends_when(lambda process: process.kill())

    def test_with_all_but_them_killed(self):
        """In any order, the conductor last."""

        def strike(process):
            asleep = self.sleeping(process)
            for pid in [*ft.processes_of(process.mark), process.pid]:
                if pid not in asleep and pid != process.pid:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

        self.ends_when(strike)

    def test_with_an_interrupt(self):
        def strike(process):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=ft.PATIENCE)

        self.ends_when(strike)

    def test_with_an_interrupt_while_all_of_it_is_stopped(self):
        def strike(process):
            for pid in ft.processes_of(process.mark):
                if os.getpgid(pid) != os.getpgid(process.pid):
                    os.kill(pid, signal.SIGSTOP)
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)

        self.ends_when(strike)

    def test_it_sees_its_own(self):
        result = self.run_checked(self.SETTINGS, "--inspect", "readlink /proc/self /proc/$$/exe")
        seen = result.inspection("server")
        self.assertEqual(seen["status"], 0, seen)
        self.assertIn("/", seen["output"])


class EndsUnprivileged(Ends, ft.UnprivilegedLabTestCase):
    pass


class EndsOnTheHost(Ends):
    lab = {"lab": "host", "server.sockopt.reuseaddr": "on"}

    def start(self, command):
        self.lab["server.port"] = ft.free_port()
        return super().start(command)

    def test_with_all_but_them_killed(self):
        self.skipTest("without a PID namespace there is no more than their guard")


class EndsOnTheHostUnprivileged(EndsOnTheHost, ft.UnprivilegedLabTestCase):
    pass


class Decay(ft.LabTestCase):
    N = 500

    def watch(self, *arguments, **settings):
        return self.run_checked(
            {"order": "server-first", "load.connections": self.N, "settle": "300ms", **settings},
            *arguments,
        )

    def observed_after_final(self, result):
        final = result.json["server"]["final"]["at"]
        return [at for at in result.json["server"]["observations"]["at"] if at > final]

    def test_it_is_watched_and_final_stays(self):
        result = self.watch("--inspect", ft.WITNESS, decay="2s")
        self.assertEqual(list(result.json["phases"]), ["setup", "load", "settle", "decay"])
        self.assertGreater(len(self.observed_after_final(result)), 1)
        self.assertEqual(result.final("server"), result.witness("server")[0])

    def test_what_decays_is_seen(self):
        """FIN_WAIT2 of an orphan lasts tcp_fin_timeout: it is in final and gone after the decay."""
        result = self.run_checked(
            {
                "order": "server-leak",
                "load.connections": self.N,
                "client.sysctl.net.ipv4.tcp_fin_timeout": 3,
                "settle": "100ms",
                "decay": "8s",
            }
        )
        self.assertEqual(result["client.fin_wait2.final"], self.N)
        self.assertEqual(result.json["client"]["observations"]["fin_wait2"][-1], 0)
        self.assertEqual(result["server.close_wait.final"], self.N)

    def test_without_it_final_is_the_end(self):
        result = self.watch()  # and not inspected, for meanwhile samples go on
        self.assertEqual(list(result.json["phases"]), ["setup", "load", "settle"])
        self.assertEqual(self.observed_after_final(result), [])


class Series(ft.LabTestCase):
    def test_samples_are_taken_as_often_as_asked(self):
        seen = {}
        for every in ("20ms", "500ms"):
            result = self.run_checked(
                {"load.connections": 10, "sample.every": every, "settle": "2s"}
            )
            seen[every] = len(result.json["server"]["observations"]["at"])
        self.assertGreater(seen["20ms"], seen["500ms"])

    def test_the_teardown_is_not_among_them(self):
        """What is held, is held to the end of the last phase.  Many processes take so long to end
        that a sampler which goes on meanwhile sees it."""
        n = 200
        settings = {
            "client.program": "connect send recv hold",
            "server.program": "accept recv send hold",
            "client.workers": 100,
            "server.workers": 100,
            "load.connections": n,
            "load.concurrency": n,
            "sample.every": "1ms",
            "settle": "300ms",
        }
        for decay in ("0s", "300ms"):
            with self.subTest(decay=decay):
                result = self.run_checked({**settings, "decay": decay})
                end_of_load = result.json["phases"]["load"]["end"]
                for side in ("client", "server"):
                    seen = result.json[side]["observations"]
                    counts = dict(zip(seen["at"], seen["established"]))
                    held = {count for at, count in counts.items() if at > end_of_load}
                    self.assertEqual(held, {n})

    def test_the_mean_is_the_integral_of_the_series(self):
        """1,000 a second for a second and a second of settle: 750 on average, and no sample but the
        one before the load is at its beginning."""
        settings = {"order": "server-first", "load.rate": "1000/s", "load.duration": "1s"}
        result = self.run_checked({**settings, "sample.every": "150ms", "settle": "1s"})
        seen = result.json["server"]["observations"]
        end = result.json["phases"]["settle"]["end"]
        self.assertLessEqual(seen["at"][0], 0)
        for state in ("time_wait", "listen"):
            points = [(max(at, 0), count) for at, count in zip(seen["at"], seen[state])]
            area = 0
            for (begin, low), (until, high) in zip(points, points[1:]):
                stop = min(until, end)
                if stop > begin:
                    last = low + (high - low) * (stop - begin) / (until - begin)
                    area += (low + last) / 2 * (stop - begin)
            if points[-1][0] < end:
                area += points[-1][1] * (end - points[-1][0])
            self.assertAlmostEqual(result[f"server.{state}.mean"], area / end, places=6)
            self.assertLessEqual(result[f"server.{state}.mean"], result[f"server.{state}.peak"])

    def test_times_rise(self):
        result = self.run_checked({"load.connections": 1000, "settle": "500ms"})
        for side in ("client", "server"):
            observations = result.json[side]["observations"]
            self.assertEqual(observations["at"], sorted(observations["at"]))
            for state, counts in observations.items():
                self.assertEqual(len(counts), len(observations["at"]), state)


if __name__ == "__main__":
    ft.main()
