"""How much load there is: by number, by rate, by duration."""

import http.client
import json
import os
import signal
import threading
import time

import finwait_test as ft


class OpenLoop(ft.LabTestCase):
    def test_a_rate_makes_every_connection(self):
        settings = {"load.rate": "2000/s", "load.connections": 2000, "settle": "200ms"}
        result = self.run_checked(settings)
        self.assertEqual(result["connections.attempted"], 2000)
        self.assertEqual(result["connections.completed"], 2000)
        self.assertEqual(self.timed(result, "late"), 2000)

    def timed(self, result, kind):
        """How many of the client's connections had this latency."""
        return result.json["client"]["account"]["latency"][kind]["count"]

    def test_a_stalled_server_is_not_hidden(self):
        """A closed loop of one would begin a connection a stall; an open loop begins them all, and
        each response bears the stall."""
        result = self.run_checked(
            {
                "load.rate": "500/s",
                "load.connections": 300,
                "load.concurrency": 1,
                "client.program": "connect send recv wait-fin close",
                "server.program": "accept recv pause(300ms) send close",
                "settle": "200ms",
            }
        )
        self.assertEqual(result["connections.completed"], 300)
        for quantile in ("p50", "p90", "p99"):
            self.assertGreaterEqual(result[f"latency.response.{quantile}"], 0.3)
        self.assertGreaterEqual(result["latency.response.min"], 0.3)
        self.assertLess(result["latency.connect.p50"], 0.3)
        self.assertGreaterEqual(result["latency.life.p50"], result["latency.response.p50"])

    def test_what_is_too_late_is_missed(self):
        """Of more than any machine begins: the load ends in its time, and it says so."""
        settings = {"load.rate": "2000000/s", "load.duration": "1s", "settle": "100ms"}
        ended = ft.run({**settings, "client.workers": 1}, user=self.user)
        self.assertEqual(ended.status, 4, ended)
        result = ended.result
        self.assertTrue(result.json["partial"])
        self.assertNotIn("cut_by", result.json)
        self.assertEqual(result["connections.scheduled"], 2000000)
        begun = result["connections.attempted"]
        self.assertTrue(0 < begun < 1000000, begun)
        self.assertEqual(result["connections.missed"], 2000000 - begun)
        self.assertEqual(self.timed(result, "late"), begun)
        self.assertGreater(result["latency.late.max"], 0.1)
        self.assertEqual(sum(result.outcomes("client").values()), begun)
        self.assertIn("coordinated omission", result.remark("connections.missed")["text"])
        self.assertIn("load.behind", result.remark_ids())

    def test_a_load_that_slows_down(self):
        """SYNs that are lost are sent again after a second: half of the last tenth is late."""
        settings = {"load.rate": "100/s", "load.connections": 200, "settle": "100ms"}
        result = self.run_checked(settings, "--set=faults={at: 1900ms, for: 500ms, drop: syn, toward: server}")
        self.assertEqual(result["connections.opened"], 200)
        took = result.json["opening"]
        self.assertEqual(result["connections.opened.slowdown"], 1 - took["first_tenth"] / took["last_tenth"])
        self.assertGreater(result["connections.opened.slowdown"], 0.5)

    def test_what_a_rate_can_keep_is_all_begun(self):
        settings = {"load.rate": "300/s", "load.duration": "2s", "client.workers": 2}
        result = self.run_checked({**settings, "settle": "100ms"})
        self.assertEqual(result["connections.attempted"], 600)
        self.assertEqual(result["connections.missed"], 0)
        self.assertEqual(self.timed(result, "late"), 600)


class NeverEarly(ft.LabTestCase):
    """What is to last a while lasts it: no connection of many is early, whatever the load."""

    def settled(self, client, server, **settings):
        programs = {"client.program": client, "server.program": server}
        rest = {"load.connections": 100, "load.concurrency": 20, "settle": "120ms"}
        result = self.run_checked({**programs, **rest, **settings})
        span = result.json["phases"]["settle"]
        self.assertGreaterEqual(span["end"] - span["begin"], 120e6)
        return result

    def test_pauses_of_either_side(self):
        for pause, least in (("1ms", 0.001), ("50ms", 0.05), ("999us", 0.000999)):
            with self.subTest(pause):
                result = self.settled(f"connect pause({pause}) close", "accept wait-fin close")
                self.assertGreaterEqual(result["latency.life.min"], least)
                server = f"accept recv pause({pause}) send wait-fin close"
                result = self.settled("connect send recv close", server)
                self.assertGreaterEqual(result["latency.response.min"], least)
                self.assertEqual(result["connections.completed"], 100)

    def test_what_waits_is_cut_off_in_time(self):
        """One after the other, so that none may have its time cut for the sake of another."""
        for timeout, least in (("7ms", 7e6), ("60ms", 60e6), ("1100ms", 1100e6)):
            with self.subTest(timeout):
                settings = {"load.timeout": timeout, "load.connections": 2, "load.concurrency": 1}
                settings["load.may_fail"] = "on"
                result = self.settled("connect recv close", "accept pause(1h) send close", **settings)
                self.assertEqual(result["outcome.timeout"], 2)
                self.assertGreaterEqual(result.json["phases"]["load"]["end"], 2 * least)


class ClosedLoop(ft.LabTestCase):
    def test_concurrency_bounds_what_is_open(self):
        """Each connection stays until the server's pause is over: states show how many do."""
        result = self.run_checked(
            {
                "load.connections": 40,
                "load.concurrency": 10,
                "client.program": "connect send recv close",
                "server.program": "accept recv pause(200ms) send wait-fin close",
                "sample.every": "10ms",
                "settle": "200ms",
            }
        )
        self.assertEqual(result["connections.completed"], 40)
        self.assertNotIn("latency.late.p50", result.json["metrics"])
        self.assertGreater(result["client.established.peak"], 0)
        self.assertLessEqual(result["client.established.peak"], 10)

    def test_workers_share_the_connections(self):
        settings = {"client.workers": 3, "server.workers": 2, "load.connections": 1001}
        result = self.run_checked({**settings, "settle": "200ms"})
        self.assertEqual(result.json["client"]["workers"], 3)
        self.assertEqual(result.json["server"]["workers"], 2)
        self.assertEqual(result["connections.completed"], 1001)
        self.assertEqual(result["server.outcome.done"], 1001)


class HostCpu(ft.LabTestCase):
    def test_the_whole_machine_did_what_its_workers_did(self):
        """Its CPUs are told in clock ticks, each of which counts as what it met: hence the room."""
        result = self.run_checked({"load.connections": 15000, "settle": "100ms"})
        parts = result.json["host_cpu"]
        self.assertEqual(set(parts), {"user", "nice", "system", "irq", "softirq", "steal"})
        self.assertAlmostEqual(result["cpu.host"], sum(parts.values()) / 1e9)
        self.assertAlmostEqual(result["cpu.host.softirq"], parts["softirq"] / 1e9)
        workers = result["cpu.client"] + result["cpu.server"]
        self.assertGreater(workers, 0.1)
        self.assertGreaterEqual(result["cpu.host"], 0.8 * workers - 0.1)


class StoppedConductor(ft.LabTestCase):
    """It hears late that the load is over: what the workers did in their time, they did."""

    SETTINGS = {
        "load.connections": 500,
        "load.concurrency": 1,
        "client.workers": 1,
        "client.program": "connect send recv pause(2ms) wait-fin close",
        "server.program": "accept recv send close",
        "settle": "100ms",
    }

    def is_done(self, pid):
        """Whether the client's host has closed all that it opened."""
        with open(f"/proc/{pid}/net/snmp", encoding="ascii") as file:
            names, values = [line.split() for line in file if line.startswith("Tcp:")]
        tcp = dict(zip(names, values))
        return (tcp["ActiveOpens"], tcp["CurrEstab"]) == ("500", "0")

    def check(self, **more):
        """Stopped until the load is over, and for as long again."""
        out = ft.PLACE.directory(owner=self.user)
        arguments = [*ft.as_arguments({**self.SETTINGS, **more}), "--out", out]
        with ft.Terminal(arguments, user=self.user) as terminal:
            terminal.wait_for("load  ")
            (client,) = [p for p in ft.children_of(terminal.process.pid) if not ft.listens(p)]
            os.kill(terminal.process.pid, signal.SIGSTOP)
            began = time.monotonic()
            self.assertFalse(self.is_done(client), "the conductor has heard of it in time")
            ft.wait_until(lambda: self.is_done(client), "the load is over")
            time.sleep(1 + time.monotonic() - began)
            os.kill(terminal.process.pid, signal.SIGCONT)
            ended = terminal.finish()
        self.assertEqual(ended.status, 0, ended)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            result = ft.Result(json.load(file))
        self.assertEqual(result["connections.completed"], 500)
        took = result["client.last_begun"] + result["latency.life.max"]
        self.assertGreaterEqual(result["connections.rate"] * took, 0.9 * 500)
        load, settle = (result.json["phases"][name] for name in ("load", "settle"))
        self.assertLessEqual(load["end"], settle["begin"])

    def test_of_a_closed_loop(self):
        self.check()

    def test_of_an_open_loop(self):
        self.check(**{"load.rate": "400/s"})


class Duration(ft.LabTestCase):
    def test_the_load_ends_by_itself(self):
        result = self.run_checked({"load.duration": "1s", "settle": "300ms"})
        attempted = result["connections.attempted"]
        self.assertGreater(attempted, 0)
        self.assertEqual(result["connections.completed"], attempted)
        self.assertEqual(result["connections.failed"], 0)
        self.assertEqual(result.json["scenario"]["load.connections"], "0")

    def test_connections_end_it_sooner(self):
        settings = {"load.duration": "1h", "load.connections": 100, "settle": "0s"}
        result = self.run_checked(settings)
        self.assertEqual(result["connections.completed"], 100)

    def test_a_client_that_is_started_into_it_has_what_is_left(self):
        """Whether it had begun something before it was killed or not."""
        for killed in ("0s", "300ms"):
            with self.subTest(killed):
                result = self.run_checked(
                    {
                        "load.duration": "2s",
                        "load.rate": "200/s",
                        "events": f"[{{at: {killed}, kill: client}}, {{at: 1s, start: client}}]",
                        "settle": "100ms",
                    }
                )
                self.assertGreater(result["client.last_begun"], 1)
                self.assertLess(result["client.last_begun"], 2.5)


class NoClient(ft.TestCase):
    """`client: none`: a server alone, which any client may load; here one of Python's."""

    REQUESTS = 50

    def request(self, port, failures):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/")
            response = connection.getresponse()
            if response.status != 200 or len(response.read()) != 777:
                failures.append(response.status)
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)
        finally:
            connection.close()

    def requests(self, port, failures):
        for _ in range(self.REQUESTS):
            self.request(port, failures)

    def test_it_serves_for_the_duration(self):
        port = ft.free_port()
        settings = {
            "lab": "host",
            "client": "none",
            "server.port": port,
            "server.program": "accept recv send close",
            "response.size": 777,
            "load.duration": "4s",
            "settle": "100ms",
        }
        process = ft.popen([*ft.as_arguments(settings), "--json"])
        failures = []
        try:
            ft.wait_until(lambda: ft.listening_on(port), "the server listens")
            client = threading.Thread(target=self.requests, args=(port, failures))
            client.start()
            client.join()
        finally:
            ended = ft.finish(process)
        self.assertEqual(failures, [])
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.result["connections.attempted"], self.REQUESTS)
        self.assertEqual(ended.result["connections.completed"], self.REQUESTS)
        self.assertEqual(ended.result.outcomes("server"), {"done": self.REQUESTS})
        self.assertEqual(ended.result["server.messages_sent"], self.REQUESTS)
        self.assertNotIn("account", ended.result.json["client"])
        self.assertNotIn("client.outcome.done", ended.result.json["metrics"])


if __name__ == "__main__":
    ft.main()
