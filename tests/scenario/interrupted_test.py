"""A run that is cut short says what it has; whatever is killed, nothing is left behind."""

import glob
import json
import os
import signal

import finwait_test as ft

# Ten connections at a time that a server keeps waiting: always some are open.
ENDLESS = {
    "load.duration": "1h",
    "load.concurrency": 10,
    "client.program": "connect send recv close",
    "server.program": "accept recv pause(300ms) send wait-fin close",
}


class Signals(ft.LabTestCase):
    def check_partial(self, value, cut_by, phases):
        self.assertTrue(value["partial"])
        self.assertEqual(value["cut_by"], cut_by)
        self.assertEqual(list(value["phases"]), phases)

    def cut(self, settings, when, number, group=False):
        """Send the signal once the terminal shows `when`, to its children first if to its group;
        the result that was written."""
        out = ft.PLACE.directory(owner=self.user)
        arguments = [*ft.as_arguments(settings), "--out", out]
        with ft.Terminal(arguments, user=self.user) as terminal:
            terminal.wait_for(when)
            for child in ft.children_of(terminal.process.pid) if group else []:
                os.kill(child, number)
            terminal.process.send_signal(number)
            ended = terminal.finish()
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(terminal.process.mark)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_during_load(self):
        for name in "INT TERM HUP QUIT ALRM USR1 USR2 XCPU".split():
            number = signal.Signals[f"SIG{name}"]
            with self.subTest(number.name):
                value = self.cut(ENDLESS, "load +[1-9]", number)
                self.check_partial(value, number.name, ["setup", "load"])
                self.assertGreater(value["metrics"]["connections.attempted"], 0)
                self.assertGreater(value["client"]["account"]["outcomes"]["cut"], 0)
                self.assertNotIn("server.time_wait.final", value["metrics"])

    def test_the_whole_group_hears_it(self):
        """As timeout(1) has it: what the workers do is the conductor's to say."""
        for name in "INT TERM HUP QUIT ALRM USR1 USR2".split():
            number = signal.Signals[f"SIG{name}"]
            with self.subTest(number.name):
                value = self.cut(ENDLESS, "load +[1-9]", number, group=True)
                self.check_partial(value, number.name, ["setup", "load"])
                for side in ("client", "server"):
                    self.assertNotIn("lost", value[side])
                    self.assertGreater(value[side]["account"]["outcomes"]["cut"], 0)

    def test_during_settle(self):
        settings = {"load.connections": 10, "settle": "1h"}
        value = self.cut(settings, "settle", signal.SIGINT)
        self.check_partial(value, "SIGINT", ["setup", "load", "settle"])
        self.assertEqual(value["metrics"]["connections.completed"], 10)
        self.assertEqual(value["metrics"]["server.counter.TcpPassiveOpens"], 10)
        self.assertEqual(value["metrics"]["client.counter.TcpActiveOpens"], 10)

    def test_during_decay(self):
        settings = {"load.connections": 10, "settle": "100ms", "decay": "1h"}
        value = self.cut(settings, "decay", signal.SIGTERM)
        self.check_partial(value, "SIGTERM", ["setup", "load", "settle", "decay"])
        self.assertGreater(value["metrics"]["server.time_wait.final"], 0)

    def test_during_setup(self):
        """The earliest a signal is handled; many addresses make the setup long."""
        out = ft.PLACE.directory(owner=self.user)
        settings = {**ENDLESS, "client.addresses": 65000}
        process = ft.popen(
            [*ft.as_arguments(settings), "--out", out, "--quiet"], user=self.user
        )
        ft.wait_until(lambda: ft.catches(process.pid, signal.SIGINT), "SIGINT is handled")
        process.send_signal(signal.SIGINT)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(process.mark)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            value = json.load(file)
        self.assertTrue(value["partial"])
        self.assertEqual(value["cut_by"], "SIGINT")
        self.assertNotIn("settle", value["phases"])

    def test_an_expectation_does_not_turn_it_into_a_verdict(self):
        process = ft.popen(
            [*ft.as_arguments(ENDLESS), "--json", "--expect", "connections.failed == 0"],
            user=self.user,
        )
        ft.wait_until(lambda: len(ft.children_of(process.pid)) >= 2, "the roles run")
        process.send_signal(signal.SIGINT)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assertTrue(ended.result.json["partial"])

    def test_several_scenarios_end_together(self):
        out = ft.PLACE.directory(owner=self.user)
        first = ft.PLACE.write("cut-first.yaml", "name: cut-first\nload: {duration: 1h}\n")
        second = ft.PLACE.write("cut-second.yaml", "name: cut-second\n")
        process = ft.popen(["run", first, second, "--quiet", "--out", out], user=self.user)
        # Each scenario has a conductor of its own, and that has the workers.
        ft.wait_until(lambda: len(ft.processes_of(process.mark)) >= 4, "the roles run")
        process.send_signal(signal.SIGINT)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assertTrue(os.path.exists(os.path.join(out, "cut-first", "result.json")))
        self.assertFalse(os.path.exists(os.path.join(out, "cut-second", "result.json")))


class Killed(ft.LabTestCase):
    SETTINGS = {
        "load.connections": 40,
        "load.concurrency": 40,
        "client.workers": 2,
        "server.workers": 2,
        "client.program": "connect send recv close",
        "server.program": "accept recv pause(4s) send wait-fin close",
        "settle": "200ms",
    }

    def workers(self, process, serving):
        """The two workers of one role: in the namespace where someone listens, or in the other."""

        def found():
            children = ft.children_of(process.pid)
            chosen = [pid for pid in children if ft.listens(pid) == serving]
            return chosen if len(children) == 4 and len(chosen) == 2 else None

        return ft.wait_until(found, "all four workers run")

    def kill_one(self, serving):
        process = ft.popen([*ft.as_arguments(self.SETTINGS), "--json"], user=self.user)
        workers = self.workers(process, serving)
        ft.wait_until(lambda: self.established(workers[0]) >= 40, "all connections are open")
        # Beside them each has a socket for control and one for its children.
        ft.wait_until(lambda: sum(map(self.count_sockets, workers)) >= 44, "all are accepted")
        victim = max(workers, key=self.count_sockets)
        os.kill(victim, signal.SIGKILL)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(process.mark)
        return ended.result

    def established(self, pid):
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as file:
            return sum(line.split()[3] == "01" for line in file)

    def count_sockets(self, pid):
        return sum("socket:" in os.readlink(path) for path in glob.glob(f"/proc/{pid}/fd/*"))

    def test_a_client_worker(self):
        result = self.kill_one(serving=False)
        self.assertEqual(result["client.workers_died"], 1)
        self.assertEqual(result["server.workers_died"], 0)
        self.assertEqual(result.outcomes("client"), {"killed": 20, "done": 20})
        self.assertEqual(result["connections.failed"], 20)

    def test_a_server_worker(self):
        result = self.kill_one(serving=True)
        self.assertEqual(result["server.workers_died"], 1)
        self.assertEqual(result["client.workers_died"], 0)
        killed = result["server.outcome.killed"]
        self.assertGreater(killed, 0)
        # Its process's end is a FIN to its clients, who still wait for the response, and a RST to
        # those whose request it had not read.
        ended = result["client.outcome.eof"] + result["client.outcome.reset"]
        self.assertEqual(ended, killed)
        self.assertEqual(result["client.outcome.done"], 40 - killed)

    def test_the_conductor(self):
        pinned = ft.pinned_namespaces()
        process = ft.popen(ft.as_arguments(ENDLESS), user=self.user)
        try:
            ft.wait_until(lambda: len(ft.children_of(process.pid)) >= 2, "the roles run")
            seen = [ft.namespace_of(pid) for pid in ft.processes_of(process.mark)]
            self.assertGreaterEqual(len(set(seen)), 2)
        finally:
            process.kill()
            ft.finish(process)
        self.assert_nothing_left(process.mark)
        self.assertLessEqual(ft.pinned_namespaces(), pinned)


class KilledUnprivileged(Killed, ft.UnprivilegedLabTestCase):
    pass


if __name__ == "__main__":
    ft.main()
