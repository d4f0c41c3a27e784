"""finwait compare: variants in turns, what is refused before they run, and a comparison that is cut
short and gone on with."""

import glob
import json
import os
import resource
import signal

import finwait_test as ft

TINY = {"load.connections": 20, "settle": "0s", "protocol": "raw"}
TWO = "--vary=server.sockopt.linger=off,0s"


def arguments(settings, *more):
    file = ft.PLACE.write("compared.yaml", "name: compared\n")
    sets = [f"--set={path}={value}" for path, value in settings.items()]
    return ["compare", file, *sets, *more]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


class Comparison:
    def __init__(self, value):
        self.json = value
        self.names = [each["name"] for each in value["variants"]]

    def row(self, metric, variant=None):
        return next(
            each
            for each in self.json["comparisons"]
            if each["metric"] == metric and variant in (None, each["variant"])
        )

    def verdicts(self):
        return {each["verdict"] for each in self.json["comparisons"]}

    def trials(self, variant):
        return [each for each in self.json["trials"] if each["variant"] == variant]

    def failed(self, variant):
        return [each["why"] for each in self.trials(variant) if "why" in each]


class Compare(ft.LabTestCase):
    def compare(self, settings, *more, status=0):
        ended = ft.finwait(*arguments(settings, "--json", *more), user=self.user)
        self.assertEqual((ended.status, ended.stderr), (status, ""), ended)
        return Comparison(json.loads(ended.stdout))

    def out(self):
        return os.path.join(ft.PLACE.directory(owner=self.user), "c")

    # ---- what the kernel does ----

    def test_tw_reuse_saves_ports(self):
        """More connections than ports: a TIME_WAIT's can be taken again a second later."""
        settings = {
            **TINY,
            "order": "client-first",
            "client.addresses": 1,
            "client.sysctl.net.ipv4.ip_local_port_range": "20000 20199",
            "load.rate": "110/s",
            "load.connections": 300,
        }
        seen = self.compare(
            settings,
            "--vary=client.sysctl.net.ipv4.tcp_tw_reuse=0,1",
            "--metric=client.errors.EADDRNOTAVAIL",
            "--metric=connections.completed",
            "--rounds=2",
        )
        row = seen.row("client.errors.EADDRNOTAVAIL")
        self.assertEqual((row["verdict"], row["exact"], row["n"]), ("lower", True, 2))
        self.assertIsNone(row["p"])
        self.assertEqual((row["medians"]["baseline"], row["medians"]["variant"]), (100, 0))
        self.assertEqual(seen.row("connections.completed")["verdict"], "higher")
        self.assertEqual([each["name"] for each in seen.json["differs"]],
                         ["client.sysctl.net.ipv4.tcp_tw_reuse"])
        self.assertTrue(seen.json["attributed"])

    def test_fin_timeout_shortens_fin_wait2_and_no_time_wait(self):
        settings = {
            **TINY,
            "settle": "1500ms",
            "server.sysctl.net.ipv4.tcp_fin_timeout": 30,
            "server.program": "accept recv send close",
            "client.mix": "[{name: closes, program: connect send recv wait-fin close}, "
                          "{name: holds, program: connect send recv hold}]",
        }
        seen = self.compare(
            settings,
            "--vary=server.sysctl.net.ipv4.tcp_fin_timeout=60,1",
            "--metric=server.time_wait.final",
            "--metric=server.fin_wait2.final",
            "--rounds=2",
        )
        self.assertEqual(seen.row("server.time_wait.final")["verdict"], "equal")
        self.assertEqual(seen.row("server.time_wait.final")["medians"]["variant"], 10)
        self.assertEqual(seen.row("server.fin_wait2.final")["verdict"], "lower")
        self.assertEqual(seen.row("server.fin_wait2.final")["medians"]["baseline"], 10)

    def test_identical_variants_do_not_differ(self):
        seen = self.compare(TINY, "--vary=settle=0s,0s", "--rounds=6")
        self.assertEqual(seen.names, ["settle=0s", "settle=0s (2)"])
        self.assertLessEqual(seen.verdicts(), {"equal", "no difference", "not seen"})
        self.assertEqual(seen.row("connections.failed")["verdict"], "equal")
        self.assertEqual(seen.json["differs"], [])

    # ---- the design ----

    def test_a_matrix(self):
        out = self.out()
        seen = self.compare(
            TINY, TWO, "--vary=load.concurrency=1,2,4", "--rounds=1", "--seed=5", "--out", out
        )
        names = [f"linger={a}, concurrency={b}" for a in ("off", "0s") for b in (1, 2, 4)]
        self.assertEqual(seen.names, names)
        self.assertEqual(seen.json["seed"], 5)
        self.assertEqual(len(seen.json["trials"]), 6)
        self.assertEqual(seen.json, read(out, "comparison.json"))
        for name in names:
            result = read(out, "trials", "001-" + name.replace(", ", "_"), "result.json")
            linger, concurrency = (part.split("=")[1] for part in name.split(", "))
            self.assertEqual(result["scenario"]["server.sockopt.linger"], linger)
            self.assertEqual(result["scenario"]["load.concurrency"], concurrency)
            self.assertNotIn("compare.rounds", result["scenario"])
        self.assertEqual(len(glob.glob(os.path.join(out, "warm-up", "*", "result.json"))), 6)

    def test_a_file_says_all_of_it(self):
        file = ft.PLACE.write(
            "tune.yaml",
            """
load: {connections: 20}
settle: 0s
protocol: raw
variants:
  as-is: {}
  reset: {server.sockopt.linger: 0s, expect: [connections.attempted == 20]}
  unmet: {expect: connections.attempted == 21}
compare:
  rounds: 2
  baseline: reset
  metrics: [connections.attempted, server.time_wait.final]
  fail-if: [server.time_wait.final higher]
""",
        )
        checked = ft.finwait("check", file, user=self.user)
        self.assertEqual((checked.status, checked.stderr), (0, ""), checked)
        for name in ("as-is", "reset", "unmet"):
            self.assertIn(f"  variant {name}: ok\n", checked.stdout)
        refused = ft.finwait("run", file, user=self.user)
        self.assertEqual(refused.status, 2, refused)
        self.assertIn(f"finwait compare {file}", refused.stderr)
        ended = ft.finwait("compare", file, "--json", user=self.user)
        self.assertEqual(ended.status, 1, ended)
        seen = Comparison(json.loads(ended.stdout))
        self.assertEqual(seen.json["baseline"], "reset")
        self.assertEqual(seen.row("connections.attempted", "as-is")["verdict"], "equal")
        self.assertEqual(seen.row("server.time_wait.final", "as-is")["verdict"], "higher")
        self.assertEqual(len(seen.json["failed"]), 2)
        self.assertEqual([each["unmet"] for each in seen.trials("unmet")],
                         [["connections.attempted == 21"]] * 2)

    def test_a_budget_ends_it(self):
        seen = self.compare(TINY, TWO, "--budget=1ms", "--metric=connections.failed")
        self.assertEqual(len(seen.json["trials"]), 2, "one round there is in any case")
        seen = self.compare(TINY, TWO, "--budget=1h", "--rounds=2")
        self.assertEqual(len(seen.json["trials"]), 4)

    def test_until_the_intervals_are_narrow(self):
        """Of numbers that are always the same they are, as soon as there can be one."""
        seen = self.compare(TINY, TWO, "--until=50%", "--metric=connections.attempted")
        self.assertEqual(len(seen.json["trials"]), 12)

    def test_intervals_that_stay_wide_are_told(self):
        short = ("--until=50%", "--budget=1ms", "--metric=connections.rate")
        ended = ft.finwait(*arguments(TINY, TWO, *short), user=self.user)
        self.assertEqual(ended.status, 0, ended)
        self.assertIn("not every interval", ended.stderr)

    # ---- what is refused ----

    def test_a_wrong_variant_is_told_before_anything_runs(self):
        sysctl = "client.sysctl.net."
        cases = {
            sysctl + "ipv4.tcp_no_such=0,1": (3, "tcp_no_such=0", "no such sysctl"),
            sysctl + "core.netdev_max_backlog=1,2": (2, "netdev_max_backlog=1", "whole machine"),
            sysctl + "ipv4.tcp_available_congestion_control=a,b":
                (2, "tcp_available_congestion_control=a", "to read only"),
            sysctl + "ipv4.tcp_tw_reuse=0,7": (2, "tcp_tw_reuse=7", "0 to 2"),
            "load.rate=max,5": (2, "rate=5", "load.rate"),
            "order=client-first,nonsense": (2, "order=nonsense", "no order"),
        }
        for vary, (status, variant, reason) in cases.items():
            with self.subTest(vary):
                out = self.out()
                ended = ft.finwait(*arguments(TINY, f"--vary={vary}", "--out", out), user=self.user)
                self.assertEqual(ended.status, status, ended)
                self.assert_nothing_started(ended)
                self.assertIn(f"--vary {vary}: variant {variant}: ", ended.stderr)
                self.assertIn(reason, ended.stderr)
                self.assertFalse(os.path.exists(out))

    def test_a_study_goes_by_its_name_alone(self):
        """A scenario or an order of that name comes first."""
        more = ["--vary=order=client-rst,server-rst", "--rounds=1", "--set=load.connections=5"]
        ended = ft.finwait("compare", "orders", "--json", "--set=expect=null", *more)
        self.assertEqual(ended.status, 0, ended)
        comparison = Comparison(json.loads(ended.stdout))
        self.assertEqual(comparison.json["name"], "compare/orders")
        self.assertEqual(comparison.names, ["order=client-rst", "order=server-rst"])
        ended = ft.finwait("compare", "order")
        self.assertIn("there is no scenario or order 'order'", ended.stderr)

    def test_what_is_asked_of_it_is_checked_first(self):
        cases = {
            ("--rounds=0",): "--rounds 0: compare.rounds",
            ("--margin=5",): "--margin 5: compare.margin",
            ("--baseline=linger=1s",): "did you mean linger=0s",
            ("--metric=connections.rat",): "connections.rate",
            ("--fail-if=connections.rate worse",): "worse",
            ("--seed=x",): "--seed x",
            ("--resume=nowhere",): "--resume goes on with what was begun",
            ("--vary=settle",): "PATH=VALUE",
        }
        for more, reason in cases.items():
            with self.subTest(more):
                ended = ft.finwait(*arguments(TINY, TWO, *more), user=self.user)
                self.assertEqual(ended.status, 2, ended)
                self.assert_nothing_started(ended)
                self.assertIn(reason, ended.stderr)
        ended = ft.finwait(*arguments(TINY), user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("nothing to compare it with", ended.stderr)

    # ---- trials that fail ----

    def test_a_variant_whose_trials_die_is_told_and_left_out(self):
        seen = self.compare(TINY, "--vary=server.command=null,false", "--rounds=2", status=1)
        good, dies = seen.names
        self.assertEqual(seen.failed(good), [])
        self.assertEqual(len(seen.trials(good)), 2)
        self.assertEqual(len(seen.failed(dies)), 2)
        self.assertIn("server", seen.failed(dies)[0])

    def test_what_fails_in_all_variants_ends_it(self):
        ended = ft.finwait(
            *arguments({**TINY, "server.command": "false"}, "--vary=settle=0s,1s", "--quiet"), user=self.user
        )
        self.assertIn(ended.status, (3, 4), ended)
        self.assertEqual(ended.stdout, "")
        self.assertIn("server", ended.stderr)

    # ---- long work ----

    def begin(self, out, *more):
        return ft.popen(arguments(TINY, TWO, "--seed=9", "--out", out, *more), user=self.user)

    def wait_for_round(self, out, number):
        pattern = os.path.join(out, "trials", f"{number:03}-*", "result.json")
        ft.wait_until(lambda: glob.glob(pattern), f"a trial of round {number} has ended")

    def resume(self, out, status=0):
        ended = ft.finwait("compare", "--resume", out, "--json", user=self.user)
        self.assertEqual((ended.status, ended.stderr), (status, ""), ended)
        return Comparison(json.loads(ended.stdout))

    @staticmethod
    def began(out):
        """When each trial that ended was begun, by its folder."""
        files = glob.glob(os.path.join(out, "trials", "*", "result.json"))
        results = {os.path.basename(os.path.dirname(file)): read(file) for file in files}
        return {name: each["started"] for name, each in results.items() if not each["partial"]}

    @staticmethod
    def order(out):
        return [(each["round"], each["variant"]) for each in read(out, "comparison.json")["trials"]]

    def check_resumed(self, out, before, rounds):
        seen = self.resume(out)
        after = self.began(out)
        self.assertEqual({name: after[name] for name in before}, before, "they are the same trials")
        self.assertEqual(len(after), 2 * rounds)
        self.assertEqual((seen.json["seed"], seen.json["cut"]), (9, False))
        return self.order(out)

    def test_interrupted_and_resumed(self):
        out = self.out()
        process = self.begin(out, "--rounds=6")
        self.wait_for_round(out, 2)
        process.send_signal(signal.SIGINT)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(process.mark)
        self.assertTrue(read(out, "comparison.json")["cut"])
        self.assertIn("linger=0s", ended.stdout)
        before = self.began(out)
        self.assertLess(len(before), 12)
        order = self.check_resumed(out, before, 6)

        straight = self.out()
        self.assertEqual(ft.finish(self.begin(straight, "--rounds=6")).status, 0)
        self.assertEqual(order, self.order(straight), "the seed tells the order")

        again = ft.finwait(*arguments(TINY, TWO, "--out", out), user=self.user)
        self.assertEqual(again.status, 2, again)
        self.assertIn("holds another comparison", again.stderr)

    def test_killed_and_resumed(self):
        out = self.out()
        process = self.begin(out, "--rounds=4")
        self.wait_for_round(out, 2)
        process.kill()
        ft.finish(process)
        self.assert_nothing_left(process.mark)
        before = self.began(out)
        self.assertGreaterEqual(len(before), 3)
        self.check_resumed(out, before, 4)

    def test_what_there_was_no_room_for_is_tried_again(self):
        out = self.out()
        process = self.begin(out, "--rounds=6")
        self.wait_for_round(out, 1)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (10000, 10000))  # no result fits
        ended = ft.finish(process)
        self.assertEqual(ended.status, 3, ended)
        self.assertIn("EFBIG", ended.stderr)
        self.check_resumed(out, self.began(out), 6)

    def test_a_second_interrupt_does_not_wait(self):
        settings = {**TINY, "settle": "1h"}
        process = ft.popen(arguments(settings, TWO), user=self.user)
        ft.wait_until(lambda: ft.children_of(process.pid), "a trial is under way")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assert_nothing_left(process.mark)

    def test_of_a_scenario_that_changed_nothing_is_resumed(self):
        out = self.out()
        file = ft.PLACE.write("changes.yaml", "load: {connections: 20}\nsettle: 0s\n")
        ended = ft.finwait("compare", file, TWO, "--rounds=1", "--out", out, user=self.user)
        self.assertEqual(ended.status, 0, ended)
        ft.PLACE.write("changes.yaml", "load: {connections: 21}\nsettle: 0s\n")
        ended = ft.finwait("compare", "--resume", out, user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("load.connections is 21, and was 20", ended.stderr)

    def test_under_another_name_no_trial_is_found(self):
        out = self.out()
        self.compare(TINY, TWO, "--rounds=1", "--out", out)
        plan = read(out, "plan.json")
        plan["variants"][1]["name"] = "another"
        with open(os.path.join(out, "plan.json"), "w", encoding="utf-8") as file:
            json.dump(plan, file)
        ended = ft.finwait("compare", "--resume", out, user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("variant linger=0s", ended.stderr)

    def test_a_plan_gives_no_leave_to_load_other_machines(self):
        out = self.out()
        self.compare(TINY, TWO, "--rounds=1", "--out", out)
        plan = read(out, "plan.json")
        for path, value in (("lab", "host"), ("server.at", "192.0.2.1:80"), ("i-may-load-this-target", "on")):
            plan["overrides"].append({"path": path, "value": value, "written": False})
        with open(os.path.join(out, "plan.json"), "w", encoding="utf-8") as file:
            json.dump(plan, file)
        ended = ft.finwait("compare", "--resume", out, user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("--i-may-load-this-target", ended.stderr)

    def test_progress(self):
        ended = ft.finwait(*arguments(TINY, TWO, "--rounds=2"), user=self.user)
        self.assertEqual(ended.status, 0, ended)
        lines = ended.stderr.splitlines()
        self.assertEqual([line.split(",")[0] for line in lines],
                         ["warm-up", "round 1 of 2", "round 2 of 2"])
        with ft.Terminal(arguments(TINY, TWO, "--rounds=2"), user=self.user, columns=80) as terminal:
            ended = terminal.finish()
        self.assertEqual(ended.status, 0, ended)
        self.assertRegex(ended.stderr, "round 2 of 2, 5 trials, [0-9]+ s left")
        self.assertTrue(ended.stderr.endswith("\r\x1b[K"), "the line is gone")

    # ---- results made earlier ----

    def test_a_comparison_is_judged_again(self):
        out = self.out()
        first = self.compare(TINY, TWO, "--rounds=2", "--out", out)
        ended = ft.finwait("compare", out, "--json", "--baseline=linger=0s",
                           "--metric=server.time_wait.final",
                           "--fail-if=server.time_wait.final higher", user=self.user)
        self.assertEqual(ended.status, 1, ended)
        seen = Comparison(json.loads(ended.stdout))
        self.assertEqual(seen.json["trials"], first.json["trials"])
        self.assertEqual(seen.row("server.time_wait.final")["verdict"], "higher")

    def test_results_made_earlier(self):
        places = []
        for linger in ("off", "0s"):
            places.append(ft.PLACE.directory(owner=self.user))
            ended = ft.finwait("run", arguments({})[1], "--quiet", "--out", places[-1], user=self.user,
                               *[f"--set={path}={value}" for path, value in
                                 {**TINY, "server.sockopt.linger": linger}.items()])
            self.assertEqual(ended.status, 0, ended)
        ended = ft.finwait("compare", *places, "--json", "--metric=server.time_wait.final", user=self.user)
        self.assertEqual(ended.status, 0, ended)
        seen = Comparison(json.loads(ended.stdout))
        self.assertFalse(seen.json["paired"])
        self.assertEqual(seen.row("server.time_wait.final")["medians"]["baseline"], 20)
        ended = ft.finwait("compare", *places, "--set=settle=1s", user=self.user)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("results are as they are", ended.stderr)


if __name__ == "__main__":
    ft.main()
