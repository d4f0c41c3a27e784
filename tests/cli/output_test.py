"""What a run prints, and where: stdout, stderr, a terminal, a directory; and its exit status."""

import json
import os
import shlex
import shutil
import signal
import subprocess
from unittest import mock

import finwait_test as ft

SHORT = {"load.connections": 50, "settle": "0s"}
VERBOSE = ("--quiet", "--format=verbose")


class Output(ft.LabTestCase):
    def test_json_is_all_there_is(self):
        ended = ft.run(SHORT)
        self.assertEqual((ended.status, ended.stderr), (0, ""))
        value = json.loads(ended.stdout)
        self.assertEqual(value["schema"], 2)
        self.assertEqual(value["name"], "test")
        self.assertEqual(value["scenario"]["load.connections"], "50")

    def test_json_stays_json_whatever_becomes_of_it(self):
        ended = ft.run(SHORT, "--expect", "connections.completed == 0")
        self.assertEqual((ended.status, ended.stderr), (1, ""))
        self.assertEqual(json.loads(ended.stdout)["verdict"], "fail")

    def test_the_report_names_what_matters(self):
        ended = ft.finwait(*ft.as_arguments(SHORT), *VERBOSE, "--expect", "connections.failed == 0")
        self.assertEqual(ended.status, 0, ended)
        for word in ("server-first", "50 attempted", "time_wait", "TcpExtTW", "PASS"):
            self.assertIn(word, ended.stdout)
        self.assertNotIn("\033", ended.stdout, "no escape sequences where there is no terminal")

    def test_quiet_has_no_progress(self):
        settings = {"load.connections": 10, "settle": "2500ms"}
        loud = ft.finwait(*ft.as_arguments(settings))
        self.assertNotEqual(loud.stderr, "")
        quiet = ft.finwait(*ft.as_arguments(settings), *VERBOSE)
        self.assertEqual(quiet.stderr, "")
        self.assertIn("10 attempted", quiet.stdout)

    def test_progress_is_plain_lines_where_there_is_no_terminal(self):
        ended = ft.finwait(*ft.as_arguments({"load.connections": 10, "settle": "2500ms"}))
        for line in ended.stderr.splitlines():
            self.assertRegex(line, r"\A(setup|load|settle|decay) .*TIME_WAIT 0:\d+ ")
        self.assertTrue(ended.stderr.endswith("\n"))
        self.assertNotRegex(ended.stderr, r"[\r\033]")

    def test_progress_says_what_is_waited_for(self):
        late = {
            "load.duration": "1s",
            "load.connections": 0,
            "load.concurrency": 1,
            "client.program": "connect send recv pause(3s) close",
            "server.program": "accept recv send wait-fin close",
            "settle": "2500ms",
        }
        ended = ft.finwait(*ft.as_arguments(late))
        self.assertEqual(ended.status, 0, ended)
        self.assertRegex(ended.stderr, r"(?m)^load .*, waiting for the last to end \|")
        self.assertRegex(ended.stderr, r"(?m)^settle .*, [1-3] s left \|")
        self.assertNotIn(" 0 s", ended.stderr)

    def test_progress_is_redrawn_on_a_terminal(self):
        settings = {"load.connections": 10, "settle": "1s"}
        with ft.Terminal(ft.as_arguments(settings)) as terminal:
            ended = terminal.finish()
        self.assertEqual(ended.status, 0, ended)
        self.assertGreater(terminal.screen.count("\rsettle"), 1)
        self.assertNotIn("\n", terminal.screen, "it stays on its line")
        self.assertTrue(terminal.screen.endswith("\r\033[K"), "and is wiped at the end")

    def test_progress_fits_and_has_sparklines(self):
        """Of both states and both sides, in ASCII where the blocks cannot be drawn."""
        settings = {"load.connections": 500, "settle": "1s"}
        bars = {"C.UTF-8": "▁▂▃▄▅▆▇█", "C": "_.:=+*#-"}
        for columns, names in ((80, "TW|CW"), (100, "TW|CW|TIME_WAIT|CLOSE_WAIT"), (200, "TIME_WAIT|CLOSE_WAIT")):
            for locale, blocks in bars.items():
                with self.subTest(columns=columns, locale=locale):
                    with mock.patch.dict(os.environ, LC_ALL=locale):
                        with ft.Terminal(ft.as_arguments(settings), columns) as terminal:
                            ended = terminal.finish()
                    self.assertEqual(ended.status, 0, ended)
                    self.assertNotIn("\n", terminal.screen)
                    lines = terminal.screen.replace("\033[K", "").split("\r")
                    self.assertLess(max(map(len, lines)), columns)
                    self.assertNotIn("\033", "".join(lines))
                    self.assertRegex(lines[-2], rf"(({names}) .*[{blocks}]{{2}}.*){{2}}")
                    self.assertEqual(lines[-1], "", "the line is gone")

    def test_progress_is_plain_lines_on_a_dumb_terminal(self):
        settings = {"load.connections": 10, "settle": "1s"}
        with ft.Terminal(ft.as_arguments(settings), term="dumb") as terminal:
            ended = terminal.finish()
        self.assertEqual(ended.status, 0, ended)
        self.assertNotIn("\033", terminal.screen)
        for line in terminal.screen.splitlines():
            self.assertNotIn("\r", line)

    def test_a_terminal_that_is_asked_to_be_quiet(self):
        settings = {"load.connections": 10, "settle": "500ms"}
        for flag in ("--quiet", "--json"):
            with ft.Terminal([*ft.as_arguments(settings), flag]) as terminal:
                ended = terminal.finish()
            self.assertEqual((ended.status, terminal.screen), (0, ""))

    def test_a_stdout_that_is_full(self):
        with open("/dev/full", "wb") as full:
            for flags in (["--json"], []):
                with self.subTest(flags):
                    process = ft.popen([*ft.as_arguments(SHORT), "--quiet", *flags], stdout=full)
                    ended = ft.finish(process)
                    self.assertEqual(ended.status, 3, ended)
                    self.assertIn("stdout", ended.stderr)


    def test_a_stdout_that_is_full_is_told_by_every_command(self):
        out = ft.PLACE.directory()
        self.assertEqual(ft.run(SHORT, "--out", out).status, 0)
        report = ["report", os.path.join(out, "result.json")]
        commands = [["--help"], ["help"], ["--version"], ["run", "--help"], ["list", "metrics"]]
        commands += [["check", "server-first"], ["show", "server-first"], ["doctor"]]
        commands += [report, [*report, "--format", "json"], [*report, "--expect", "connections.failed > 0"]]
        for command in commands:
            with self.subTest(command), open("/dev/full", "wb") as full:
                ended = ft.finish(ft.popen(command, stdout=full))
                self.assertEqual(ended.status, 3, ended)
                self.assertIn("finwait: write to stdout: ", ended.stderr)


class Unread(ft.LabTestCase):
    """The reader of stdout goes away: a filter's end, and nothing that was measured is lost."""

    def cut(self, *command, status=-signal.SIGPIPE, **how):
        reader, writer = os.pipe()
        os.close(reader)
        process = ft.popen(list(command), stdout=writer, **how)
        os.close(writer)
        ended = ft.finish(process)
        self.assertEqual((ended.status, ended.stderr), (status, ""), command)
        self.assert_nothing_left(process.mark)

    def head(self, *command):
        """By a shell, as people do; its pipefail tells of both."""
        line = f"set -o pipefail; {shlex.join([ft.BINARY, *command])} | head -1"
        ended = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
        self.assertIn(ended.returncode, (0, 128 + signal.SIGPIPE), ended)  # all fit into the pipe
        self.assertEqual((len(ended.stdout.splitlines()), ended.stderr), (1, ""), ended)

    def test_commands_that_only_print(self):
        out = ft.PLACE.directory()
        self.assertEqual(ft.run(SHORT, "--out", out).status, 0)
        commands = [["--help"], ["help"], ["--version"], ["run", "--help"], ["list", "metrics"]]
        commands += [["check", "server-first"], ["show", "server-first"], ["doctor"]]
        commands += [["sysctl", "explain", "net.ipv4.tcp_tw_reuse"], ["report", out], ["report", out, out]]
        commands += [["report", out, "--format", name] for name in ("json", "csv", "junit", "markdown")]
        for command in commands:
            with self.subTest(command):
                self.cut(*command)
                self.head(*command)
                self.cut(*command, status=0, restore_signals=False)  # Python ignores SIGPIPE

    def test_a_verdict_is_told_all_the_same(self):
        self.cut(*ft.as_arguments(SHORT), "--quiet", "--expect=connections.failed > 0", status=1)

    def test_a_run_writes_its_files(self):
        for flags in ([], ["--json"]):
            out = ft.PLACE.directory()
            csv = os.path.join(out, "metrics.csv")
            arguments = [*ft.as_arguments(SHORT), "--quiet", "--out", out, *flags]
            self.cut(*arguments, f"--format=csv={csv}")
            self.assertEqual(ft.finwait("report", out).status, 0)
            self.assertEqual(sorted(os.listdir(out)), ["metrics.csv", "result.json"])
        self.head(*ft.as_arguments(SHORT), "--quiet")

    def test_the_files_of_a_report_are_whole(self):
        out = ft.PLACE.directory()
        self.assertEqual(ft.run(SHORT, "--out", out).status, 0)
        results = [out] * 20
        whole, cut = (os.path.join(out, name) for name in ("whole.csv", "cut.csv"))
        self.assertEqual(ft.finwait("report", *results, f"--format=csv={whole}").status, 0)
        self.cut("report", *results, f"--format=csv={cut}")
        with open(whole, encoding="utf-8") as left, open(cut, encoding="utf-8") as right:
            self.assertEqual(left.read(), right.read())

    def test_of_several_no_more_is_run_than_someone_will_see(self):
        files = [
            ft.PLACE.write(f"{name}.yaml", f"name: {name}\norder: {name}\n")
            for name in ("server-first", "client-rst")
        ]
        sets = [f"--set={path}={value}" for path, value in SHORT.items()]
        out = ft.PLACE.directory()
        self.cut("run", *files, *sets, "--quiet", "--out", out)
        self.assertEqual(sorted(os.listdir(out)), ["client-rst", "server-first"])
        ran = os.path.join(out, "ran")
        self.cut("run", *files, *sets, "--quiet", "--inspect", f"echo x >> {ran}")
        with open(ran, encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 2, "one run, two hosts")

    def test_a_comparison_writes_its_file(self):
        out = os.path.join(ft.PLACE.directory(), "out")
        sets = [f"--set={path}={value}" for path, value in SHORT.items()]
        file = ft.PLACE.write("varied.yaml", "name: varied\n")
        vary = "--vary=order=client-first,server-first"
        for flags in ([], ["--json"]):
            self.cut("compare", file, vary, "--rounds=1", "--quiet", *sets, "--out", out, *flags)
            self.assertEqual(ft.finwait("compare", out).status, 0)
            self.cut("compare", out)
            shutil.rmtree(out)


class Verdict(ft.LabTestCase):
    def judge(self, *expectations):
        return ft.run(SHORT, *(f"--expect={text}" for text in expectations))

    def test_all_hold(self):
        ended = self.judge("connections.completed == 50", "server.messages_sent == 50")
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.result.json["verdict"], "pass")

    def test_one_does_not(self):
        ended = self.judge("connections.completed == 50", "connections.completed > 50")
        self.assertEqual(ended.status, 1, ended)
        verdicts = [seen["verdict"] for seen in ended.result.listed("expectations")]
        self.assertEqual(verdicts, ["pass", "fail"])
        failed = ended.result.listed("expectations")[1]
        self.assertEqual((failed["left"], failed["right"]), (50, 50))

    def test_one_does_not_of_an_order_by_itself(self):
        """No scenario has its name, and that it was looked for among them is no error."""
        settings = ("--set=load.connections=10", "--set=settle=0s")
        for expectation, status in (("connections.failed > 0", 1), ("connections.failed == 0", 0)):
            with self.subTest(expectation):
                ended = ft.finwait("run", "tls-notify-both", *settings, "--quiet", "--expect", expectation)
                self.assertEqual((ended.status, ended.stderr), (status, ""))

    def test_what_was_not_measured_does_not_hold(self):
        ended = self.judge("host.counter.TcpExtTW >= 0")
        self.assertEqual(ended.status, 1, ended)
        seen = ended.result.listed("expectations")[0]
        self.assertEqual(seen["verdict"], "unmeasured")
        self.assertEqual(seen["missing"], "host.counter.TcpExtTW")
        report = ft.finwait(
            *ft.as_arguments(SHORT), "--quiet", "--expect=host.counter.TcpExtTW >= 0"
        )
        self.assertEqual(report.status, 1, report)
        self.assertIn("UNMEASURED", report.stdout.upper())
        self.assertIn("host.counter.TcpExtTW", report.stdout)

    def test_they_add_to_those_of_the_file(self):
        file = ft.PLACE.write(
            "expecting.yaml",
            "name: expecting\nload: {connections: 50}\nsettle: 0s\n"
            "expect:\n  - connections.completed == 50\n",
        )
        ended = ft.finwait("run", file, "--json", "--expect", "connections.failed == 1")
        self.assertEqual(ended.status, 1, ended)
        texts = [seen["text"] for seen in ended.result.listed("expectations")]
        self.assertEqual(texts, ["connections.completed == 50", "connections.failed == 1"])

    def test_a_counter_that_did_not_move_is_zero(self):
        ended = self.judge("server.counter.TcpExtListenDrops == 0", "errors.ECONNRESET == 0")
        self.assertEqual(ended.status, 0, ended)


class Out(ft.LabTestCase):
    def test_result_json_is_what_stdout_says(self):
        out = os.path.join(ft.PLACE.directory(), "made", "with parents")
        ended = ft.run(SHORT, "--out", out)
        self.assertEqual(ended.status, 0, ended)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), json.loads(ended.stdout))
        self.assertEqual(os.listdir(out), ["result.json"])

    def test_what_a_killed_one_left_is_gone_with_the_next(self):
        out = ft.PLACE.directory()
        with open(os.path.join(out, ".result.json.new"), "w", encoding="utf-8"):
            pass
        self.assertEqual(ft.run(SHORT, "--out", out).status, 0)
        self.assertEqual(os.listdir(out), ["result.json"])

    def test_it_replaces_the_last_one(self):
        out = ft.PLACE.directory()
        for connections in (10, 20):
            more = ("--out", out, "--force")
            ended = ft.run({**SHORT, "load.connections": connections}, *more)
            self.assertEqual(ended.status, 0, ended)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["scenario"]["load.connections"], "20")

    def test_a_directory_that_cannot_be_written(self):
        file = ft.PLACE.write("no-directory", "")
        for out in ("/proc/nosuch", file, os.path.join(file, "below")):
            with self.subTest(out):
                ended = ft.run(SHORT, "--out", out)
                self.assertIn(ended.status, (2, 3), ended)
                self.assert_nothing_started(ended)
                self.assertIn(out, ended.stderr)

    def test_a_directory_of_someone_else(self):
        out = ft.PLACE.directory()
        os.chmod(out, 0o555)
        user = ft.NOBODY if ft.is_root() else os.geteuid()
        ended = ft.run(SHORT, "--out", out, user=user)
        self.assertIn(ended.status, (2, 3), ended)
        self.assert_nothing_started(ended)
        self.assertIn("EACCES", ended.stderr)
        self.assertEqual(os.listdir(out), [])

    def lose(self, script, *words):
        """The report is printed all the same, and what became of the file stands beside it."""
        settings = {"lab": "host", "server.port": ft.free_port(), **SHORT}
        run = shlex.join([ft.BINARY, *ft.as_arguments(settings), *VERBOSE, "--out"])
        command = ["unshare", "-m", *([] if ft.is_root() else ["-r"]), "bash", "-c"]
        ended = subprocess.run(
            [*command, script.replace("RUN", run)], capture_output=True, text=True, check=False
        )
        self.assertEqual(ended.returncode, 3, ended)
        self.assertIn("50 attempted", ended.stdout)
        for word in words:
            self.assertIn(word, ended.stderr)
        self.assertEqual(len(ended.stderr.splitlines()), 2, ended)

    def test_a_file_system_that_is_full(self):
        out = ft.PLACE.directory()
        mount = f"mount -t tmpfs -o size=8k none {out} && RUN {out}"
        self.lose(mount, "result.json: ENOSPC", "make room there")
        left = f"status=$?; test -z \"$(ls -A {out})\" && exit $status"
        self.lose(f"{mount}; {left}", "ENOSPC")

    def test_a_file_that_may_not_be_as_large(self):
        out = ft.PLACE.directory()
        self.lose(f"ulimit -f 1; RUN {out}", "result.json: EFBIG", "ulimit -f")
        self.assertEqual(os.listdir(out), [])

    def test_a_directory_that_goes_during_the_run(self):
        """It is made again; where that cannot be, it is said."""
        out = os.path.join(ft.PLACE.directory(), "out")
        for inspect, status in ((f"rmdir {out}", 0), (f"rmdir {out}; touch {out}", 3)):
            arguments = [*ft.as_arguments(SHORT), *VERBOSE, "--out", out, "--inspect", inspect]
            ended = ft.finwait(*arguments)
            self.assertEqual(ended.status, status, ended)
            self.assertIn("50 attempted", ended.stdout)
            if status == 0:
                self.assertEqual(os.listdir(out), ["result.json"])
                os.remove(os.path.join(out, "result.json"))
            else:
                self.assertIn("ENOTDIR", ended.stderr)

    def test_several_scenarios(self):
        out = ft.PLACE.directory()
        files = [
            ft.PLACE.write(f"{name}.yaml", f"name: {name}\norder: {name}\n")
            for name in ("server-first", "client-rst")
        ]
        sets = [f"--set={path}={value}" for path, value in SHORT.items()]
        ended = ft.finwait("run", *files, *sets, "--quiet", "--out", out)
        self.assertEqual(ended.status, 0, ended)
        for name, rsts in (("server-first", 0), ("client-rst", 50)):
            with open(os.path.join(out, name, "result.json"), encoding="utf-8") as file:
                result = ft.Result(json.load(file))
            self.assertEqual(result.json["scenario"]["order"], name)
            self.assertEqual(result["client.counter.TcpOutRsts"], rsts)

    def test_the_worst_of_several_is_the_status(self):
        good = ft.PLACE.write("good.yaml", "name: good\nload: {connections: 10}\nsettle: 0s\n")
        bad = ft.PLACE.write(
            "bad.yaml",
            "name: bad\nload: {connections: 10}\nsettle: 0s\nexpect: [connections.failed > 0]\n",
        )
        ended = ft.finwait("run", bad, good, "--quiet")
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("good", ended.stdout, "the one after it ran as well")


if __name__ == "__main__":
    ft.main()
