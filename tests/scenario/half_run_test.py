"""A run that lost workers, or did not begin what it was to, is no pass: status 4, and it says why."""

import json
import os
import resource
import signal
import subprocess
import time

import finwait_test as ft

# Each worker of the client keeps ten connections, which the server answers after a while.
LOAD = {
    "load.connections": 80,
    "load.concurrency": 20,
    "client.workers": 2,
    "client.program": "connect send recv close",
    "server.program": "accept recv pause(300ms) send wait-fin close",
    "settle": "100ms",
}
HELD = {"order": "server-leak", "load.connections": 20, "load.concurrency": 20}


def limit(pid, what):
    """A limit is its own user's to lower, prlimit(2)."""
    status = ft.read_status(f"/proc/{pid}")
    subprocess.run(
        ["prlimit", f"--pid={pid}", what],
        user=int(status["Uid"].split()[0]),
        group=int(status["Gid"].split()[0]),
        extra_groups=[],
        check=True,
    )


class HalfRun(ft.LabTestCase):
    def half_run(self, settings, strike, *arguments, status=4):
        """Run with `strike` called meanwhile, and read the result that was written."""
        out = ft.PLACE.directory(owner=self.user)
        arguments = [*ft.as_arguments(settings), "--out", out, *arguments]
        with ft.Terminal(arguments, user=self.user) as terminal:
            strike(terminal)
            ended = terminal.finish()
        self.assertEqual(ended.status, status, ended)
        self.assert_nothing_left(terminal.process.mark)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            result = ft.Result(json.load(file))
        self.assertEqual(result.json["partial"], status == 4)
        self.assertNotIn("cut_by", result.json)
        again = ft.finwait("report", out, "--format=verbose")
        self.assertEqual(again.status, status, again)
        self.assertEqual("PARTIAL: " in again.stdout, status == 4, again)
        return result

    def killer(self, side, when, number=signal.SIGKILL, count=1):
        def strike(terminal):
            terminal.wait_for(when)
            children = sorted(ft.children_of(terminal.process.pid))
            serving = [pid for pid in children if ft.listens(pid)]
            chosen = serving if side == "server" else [p for p in children if p not in serving]
            for pid in chosen[:count]:
                os.kill(pid, number)

        return strike

    def check_lost(self, result, side, phase, number=signal.SIGKILL):
        (lost,) = result.json[side]["lost"]
        self.assertEqual((lost["how"], lost["number"]), ("signal", number))
        self.assertGreaterEqual(lost["at"], result.json["phases"][phase]["begin"])
        self.assertLessEqual(lost["at"], result.json["phases"][phase]["end"])
        other = "server" if side == "client" else "client"
        self.assertNotIn("lost", result.json[other])
        self.assertIn(
            f"{number.name} ended worker {lost['worker']} in {phase}",
            result.remark("workers.lost", side)["text"],
        )


class Lost(HalfRun):
    """What was measured is kept, what was to pass does not."""

    PASSING = "--expect=connections.attempted >= 1"

    def test_a_clients_under_load(self):
        result = self.half_run(LOAD, self.killer("client", "load  "), self.PASSING)
        self.check_lost(result, "client", "load")
        self.assertEqual(result["client.outcome.done"], 40, "the other's share")
        self.assertEqual(result["connections.missed"], 80 - result["connections.attempted"])
        self.assertGreater(result["connections.missed"], 0)
        self.assertIn("connections.missed", result.remark_ids())
        self.assertEqual(result.json["expectations"][0]["verdict"], "pass")
        self.assertNotIn("verdict", result.json)
        self.assertIn("settle", result.json["phases"])

    def test_all_of_a_client(self):
        result = self.half_run(LOAD, self.killer("client", "load  ", count=2))
        self.assertEqual(len(result.json["client"]["lost"]), 2)
        self.assertEqual({lost["worker"] for lost in result.json["client"]["lost"]}, {0, 1})

    def test_by_another_signal(self):
        strike = self.killer("client", "load  ", signal.SIGSEGV)
        self.check_lost(self.half_run(LOAD, strike), "client", "load", signal.SIGSEGV)

    def test_a_servers_under_load(self):
        settings = {**LOAD, "server.workers": 2}
        result = self.half_run(settings, self.killer("server", "load  "))
        self.check_lost(result, "server", "load")

    def test_in_settle(self):
        for side in ("client", "server"):
            with self.subTest(side):
                settings = {**HELD, "settle": "3s"}
                result = self.half_run(settings, self.killer(side, "settle"))
                self.check_lost(result, side, "settle")
                self.assertEqual(result["connections.attempted"], 20)

    def test_in_decay(self):
        settings = {**HELD, "settle": "100ms", "decay": "3s"}
        result = self.half_run(settings, self.killer("server", "decay"))
        self.check_lost(result, "server", "decay")
        self.assertEqual(result["server.close_wait.final"], 20, "it was held until then")

    def test_before_the_load(self):
        """As soon as it is there: either the lab cannot be set up, or it goes on without it."""
        seen = set()
        for _ in range(8):
            process = ft.popen([*ft.as_arguments(LOAD), "--json"], user=self.user)
            while len(children := ft.children_of(process.pid)) < 2 and process.poll() is None:
                pass
            os.kill(max(children), signal.SIGKILL)
            ended = ft.finish(process)
            self.assertIn(ended.status, (3, 4), ended)
            self.assert_nothing_left(process.mark)
            seen.add(ended.status)
        self.assertTrue(seen)

    def test_what_the_scenario_asks_for_is_none(self):
        for settings in (
            {"events": "[{at: 200ms, kill: client}, {at: 400ms, start: client}]"},
            {"events": "[{at: 200ms, kill: server}, {at: 300ms, start: server}]"},
            {"client.program": "connect send recv die", "client.workers": 20},
        ):
            with self.subTest(settings):
                ended = ft.run({**LOAD, "load.may_fail": "on", **settings}, user=self.user)
                self.assertEqual(ended.status, 0, ended)
                self.assertFalse(ended.result.json["partial"])
                self.assertNotIn("workers.lost", ended.result.remark_ids())


class Stopped(HalfRun):
    """By a signal from outside: nobody waits for it, and it is told."""

    def check_stopped(self, result, side, phase):
        (lost,) = result.json[side]["lost"]
        self.assertEqual((lost["how"], lost["number"]), ("stopped", signal.SIGSTOP))
        self.assertIn(f"ended it in {phase}", result.remark("workers.lost", side)["text"])

    def test_under_load(self):
        settings = {**LOAD, "load.connections": 0, "load.duration": "2s", "server.workers": 2}
        for side in ("client", "server"):
            with self.subTest(side):
                strike = self.killer(side, "load  ", signal.SIGSTOP)
                self.check_stopped(self.half_run(settings, strike), side, "load")

    def test_all_of_a_client_without_a_bound(self):
        settings = {**LOAD, "load.connections": 0, "load.duration": "1h"}
        result = self.half_run(settings, self.killer("client", "load  ", signal.SIGSTOP, 2))
        self.assertEqual(len(result.json["client"]["lost"]), 2)
        self.assertIn("settle", result.json["phases"])

    def test_in_settle(self):
        for settle in ("3s", "800ms"):  # there is time to be missed, or none
            with self.subTest(settle):
                settings = {**HELD, "settle": settle}
                strike = self.killer("server", "settle", signal.SIGSTOP)
                self.check_stopped(self.half_run(settings, strike), "server", "settle")

    def test_what_the_scenario_asks_for_is_none(self):
        events = "[{at: 200ms, stop: server}, {at: 2500ms, cont: server}, {at: 2700ms, stop: client}]"
        ended = ft.run({**LOAD, "load.duration": "3s", "events": events}, user=self.user)
        self.assertEqual(ended.status, 0, ended)
        self.assertNotIn("workers.lost", ended.result.remark_ids())


class Paused(HalfRun):
    """Stopped for too short a time to be given up."""

    def pause(self, side):
        """The result; None when the machine was so busy that the worker was given up."""
        out = ft.PLACE.directory(owner=self.user)
        arguments = [*ft.as_arguments(LOAD), "--out", out]
        with ft.Terminal(arguments, user=self.user) as terminal:
            self.killer(side, "load  ", signal.SIGSTOP)(terminal)
            time.sleep(0.7)
            for pid in ft.children_of(terminal.process.pid):
                os.kill(pid, signal.SIGCONT)
            terminal.finish()
        self.assert_nothing_left(terminal.process.mark)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            result = ft.Result(json.load(file))
        return None if "lost" in result.json[side] else result

    def test_it_is_told(self):
        for side in ("client", "server"):
            with self.subTest(side):
                result = next(filter(None, (self.pause(side) for _ in range(5))))
                self.assertGreater(result[f"{side}.stood_still"], 0.5)
                self.assertIn("did nothing for", result.remark("workers.stood_still", side)["text"])


class Starved(ft.LabTestCase):
    """A worker that gets no more memory: what it cannot begin fails, and counts."""

    SETTINGS = {
        "load.rate": "500/s",
        "load.connections": 1500,
        # Those that have ended, or are held, take no memory.
        "client.program": "connect send recv pause(3s) close",
        "server.program": "accept recv send wait-fin close",
        "settle": "100ms",
    }

    def starve(self, serving):
        process = ft.popen([*ft.as_arguments(self.SETTINGS), "--json"], user=self.user)
        children = ft.wait_until(lambda: self.under_load(process), "sockets are held")
        for pid in children:
            if ft.listens(pid) == serving:
                with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                    size = int(file.read().split()[0]) * resource.getpagesize()
                limit(pid, f"--as={size}")
        ended = ft.finish(process)
        self.assertEqual(ended.status, 0, ended)
        self.assert_nothing_left(process.mark)
        return ended.result

    def under_load(self, process):
        children = ft.children_of(process.pid)
        held = [len(os.listdir(f"/proc/{pid}/fd")) for pid in children]
        return children if len(held) == 2 and min(held) > 40 else None

    def check(self, result, side):
        outcomes = result.outcomes(side)
        self.assertGreater(result[f"{side}.errors.ENOMEM"], 0)
        self.assertEqual(outcomes["error"], result[f"{side}.errors.ENOMEM"])
        self.assertEqual(sum(outcomes.values()), result[f"{side}.attempted"])

    def test_a_client(self):
        result = self.starve(serving=False)
        self.check(result, "client")
        self.assertEqual(result["connections.attempted"], 1500)

    def test_a_server(self):
        result = self.starve(serving=True)
        self.check(result, "server")
        self.assertEqual(result["connections.attempted"], 1500)


class Undone(HalfRun):
    def test_a_start_that_the_machine_cannot_do(self):
        """Nobody has a descriptor for the new listener."""
        settings = {
            **LOAD,
            "load.connections": 0,
            "load.duration": "3s",
            "events": "[{at: 1s, kill: server}, {at: 2s, start: server}]",
        }
        process = ft.popen([*ft.as_arguments(settings), "--json"], user=self.user)
        for workers in (3, 2):
            ft.wait_until(lambda: len(ft.children_of(process.pid)) == workers, "the server is gone")
        limit(process.pid, "--nofile=1")
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(process.mark)
        self.assertTrue(ended.result.json["partial"])
        self.assertIn("EMFILE", ended.result.listed("timeline")[1]["error"])
        self.assertIn("timeline.failed", ended.result.remark_ids())


if __name__ == "__main__":
    ft.main()
