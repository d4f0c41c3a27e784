"""finwait probe: what a check's run comes to, on the card, in files and as exit status."""

import json
import os
import shlex
import signal
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

import finwait_test as ft

# A server of one answer a connection, and what it does behind it.
SERVER = """
import os, socket, sys
listener = socket.create_server(("", int(sys.argv[1])), backlog=64)
kept = []
while True:
    connection, _ = listener.accept()
    connection.recv(9999)
    connection.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
    if "leaks" in sys.argv:
        kept.append(connection)
    elif "crashes" in sys.argv:
        os.kill(os.getpid(), 11)
    else:
        connection.close()
"""
PYTHON = shlex.quote(sys.executable)

CHECK = """
about: The server closes when it has answered.
probe:
  question: Does it close behind its answer?
  level: {level}
  source: RFC 9112, section 9.6
  pass: [closed_first.server == connections.opened]
  measured: [response=latency.response.p50, closed=closed_first.server, share=closed_first.server/connections.opened]
  advice: [close it, {program}=close it in the {program} way]
  mutant: [leaks]
server: {{command: "{python} {server} {{port}}", ready_within: 20s}}
client: {{program: connect send recv wait-fin(300ms) close}}
load: {{connections: 8, concurrency: 2, timeout: 5s}}
settle: 100ms
"""


class Probe(ft.LabTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ft.PLACE.write("probed.py", SERVER)
        cls.program = os.path.basename(sys.executable)

    def checks(self, **texts):
        """A directory of checks, the plain one and those given."""
        directory = ft.PLACE.directory(owner=self.user)
        plain = CHECK.format(
            level="MUST", python=PYTHON, server=self.server, program=self.program
        )
        for name, text in {"closes": plain, **texts}.items():
            with open(os.path.join(directory, f"{name}.yaml"), "w", encoding="utf-8") as file:
                file.write(text)
        return directory

    def target(self, *words):
        return ["--", sys.executable, self.server, "{port}", *words]

    def probe(self, *arguments, status=0, **how):
        process = ft.popen(["probe", *arguments], user=self.user, **how)
        ended = ft.finish(process)
        self.assertEqual(ended.status, status, ended)
        self.assert_nothing_left(process.mark)
        return ended

    def card(self, *arguments, status=0):
        ended = self.probe("--json", *arguments, status=status)
        return json.loads(ended.stdout)

    def verdicts(self, card):
        return {check["id"]: check["verdict"] for check in card["checks"]}


class Verdicts(Probe):
    def test_a_pass_and_its_evidence(self):
        card = self.card("--checks", self.checks(), *self.target())
        check = card["checks"][0]
        self.assertEqual((check["id"], check["verdict"]), ("closes", "pass"))
        self.assertEqual(check["measured"]["closed"], 8)
        self.assertEqual(check["units"], {"response": "s", "closed": "", "share": "share"})
        low, high, tries = check["intervals"]["share"]
        self.assertEqual((check["measured"]["share"], tries, high), (1, 8, 1))
        self.assertAlmostEqual(low, 0.6757, 3)  # 8 / (8 + 1.96^2)
        flags = [packet["flags"] for packet in check["evidence"]["capture"]["seen"]]
        self.assertEqual(flags[0], "SYN")
        self.assertIn("FIN", " ".join(flags))
        self.assertEqual(check["evidence"]["server"]["states"]["time_wait"], 8)

    def test_a_failure_says_what_to_change(self):
        card = self.card("--checks", self.checks(), *self.target("leaks"), status=1)
        check = card["checks"][0]
        self.assertEqual(check["verdict"], "fail")
        self.assertIn("(0 == 8)", check["reason"])
        self.assertEqual(check["advice"], f"close it in the {self.program} way")
        self.assertIn("--only closes --keep closes -- ", check["reproduce"])
        self.assertEqual(check["evidence"]["server"]["states"]["close_wait"], 8)

    def test_levels(self):
        for level, verdict, status in (("MAY", "warn", 0), ("INFO", "info", 0), ("SHOULD", "fail", 1)):
            text = CHECK.format(level=level, python=PYTHON, server=self.server, program="x")
            checks = self.checks(other=text)
            card = self.card(
                "--checks", checks, "--only", "other", *self.target("leaks"), status=status
            )
            self.assertEqual(self.verdicts(card), {"other": verdict})
            self.assertEqual(card["checks"][0]["found"], "fail")

    def test_what_was_not_found_out_is_no_pass(self):
        checks = self.checks(
            path=self.plain_with("  path: large\n"),
            tls="transport: tls\n" + self.plain_with(""),
            unmeasured=self.plain_with("").replace(
                "pass: [", "pass: [client.tls.handshakes == 0, "
            ),
            asked=self.plain_with("  skip: [client.opened == 8]\n"),
        )
        card = self.card("--checks", checks, *self.target())
        verdicts = self.verdicts(card)
        self.assertEqual(verdicts.pop("closes"), "pass")
        self.assertEqual(set(verdicts.values()), {"skip"})
        reasons = {check["id"]: check["reason"] for check in card["checks"]}
        self.assertIn("--path large=/PATH", reasons["path"])
        self.assertIn("--tls", reasons["tls"])
        self.assertIn("client.tls.handshakes", reasons["unmeasured"])
        self.assertIn("client.opened == 8", reasons["asked"])
        self.card("--checks", checks, "--only", "path,tls", *self.target(), status=3)
        card = self.card(
            "--checks", checks, "--only", "path", "--path", "large=/", *self.target()
        )
        self.assertEqual(self.verdicts(card), {"path": "pass"})

    def test_a_path_that_is_asked_for_anyway(self):
        text = "request: {path: /upload}\n" + self.plain_with("")
        keep = ft.PLACE.directory(owner=self.user)
        for given, asked in (([], "/upload"), (["--path", "upload=/elsewhere"], "/elsewhere")):
            self.card("--checks", self.checks(asks=text), "--only", "asks", "--keep", keep, *given,
                      *self.target())
            with open(os.path.join(keep, "asks", "scenario.yaml"), encoding="utf-8") as file:
                self.assertIn(f'request.path: "{asked}"', file.read())

    def plain_with(self, more):
        text = CHECK.format(level="MUST", python=PYTHON, server=self.server, program="x")
        return text.replace("  mutant:", more + "  mutant:")

    def test_a_server_that_crashes_or_never_serves(self):
        card = self.card("--checks", self.checks(), *self.target("crashes"), status=1)
        self.assertEqual(self.verdicts(card), {"closes": "fail"})
        self.assertIn("signal 11", card["checks"][0]["reason"])
        card = self.card("--checks", self.checks(), "--", "sh", "-c", "echo no licence; exit 7",
                         status=3)
        self.assertEqual(self.verdicts(card), {"closes": "skip"})
        self.assertIn("exit status 7", card["checks"][0]["reason"])
        self.assertIn("it printed last: no licence", card["checks"][0]["reason"])

    def test_what_a_signal_or_a_start_comes_to(self):
        """A signal without a handler asks nothing; one that cannot be started again has failed."""
        one = self.plain_with("").replace("concurrency: 2", "concurrency: 1, rate: 20/s")
        checks = self.checks(
            hup=one + "events: [{at: 100ms, signal: HUP, to: server}]\n",
            again=one + "events: [{at: 100ms, kill: server}, {at: 150ms, start: server}]\n",
        )
        once = "test ! -e {out}/x && : >{out}/x && exec "
        shell = " ".join(map(shlex.quote, [sys.executable, self.server])) + " {port}"
        card = self.card(
            "--checks", checks, "--only", "hup,again", "--", "sh", "-c", once + shell, status=1
        )
        reasons = {check["id"]: check["reason"] for check in card["checks"]}
        self.assertEqual(self.verdicts(card), {"hup": "skip", "again": "fail"})
        self.assertIn("SIGHUP ended it at once", reasons["hup"])
        self.assertIn("exit status 1", reasons["again"])

    def test_a_target_has_its_own_signal_to_end_by(self):
        own = "import signal, sys; signal.signal(signal.SIGUSR1, lambda *_: sys.exit(0))"
        server = ft.PLACE.write("own_signal.py", own + SERVER)
        term = self.plain_with("").replace("concurrency: 2", "concurrency: 1, rate: 20/s").replace(
            "closed_first.server == connections.opened", "server.command.status == 0"
        )
        term = term.replace("settle: 100ms", "settle: 500ms")
        checks = self.checks(ends=term + "events: [{at: 500ms, signal: TERM, to: server}]\n")
        target = ["--checks", checks, "--only", "ends"]
        words = [sys.executable, server, "{port}"]
        card = self.card(*target, "--", *words, status=1)
        self.assertIn("(143 == 0)", card["checks"][0]["reason"])
        card = self.card(*target, "--stop-signal", "USR1", "--", *words)
        self.assertEqual(self.verdicts(card), {"ends": "pass"})
        file = "name: own\nserver: {command: %s}\nprobe: {stop_signal: USR1}\n" % json.dumps(words)
        card = self.card(*target, ft.PLACE.write("own_signal.yaml", file))
        self.assertEqual(self.verdicts(card), {"ends": "pass"})

    def test_the_sound_program_and_its_mutant(self):
        wrapped = ft.PLACE.write("wrapped.py", SERVER.replace('"leaks" in', '"--mutant" in'))
        text = CHECK.format(level="MUST", python=PYTHON, server=wrapped, program="x")
        checks = self.checks(closes=text, blind=text.replace("closed_first.server ==", "client.opened =="))
        ended = self.probe("--self-test", "--checks", checks, "--only", "closes")
        self.assertIn("ok     closes", ended.stdout)
        ended = self.probe("--self-test", "--checks", checks, status=1)
        self.assertIn("WRONG  blind", ended.stdout)
        self.assertIn("leaks: PASS", ended.stdout)


class Places(Probe):
    def test_what_is_kept_runs_again(self):
        keep = os.path.join(ft.PLACE.directory(owner=self.user), "kept")
        self.probe("--checks", self.checks(), "--keep", keep, *self.target("leaks"), status=1)
        kept = os.path.join(keep, "closes")
        self.assertLessEqual(
            {"scenario.yaml", "result.json", "packets.pcap", "server.log"}, set(os.listdir(kept))
        )
        again = ft.finwait("run", os.path.join(kept, "scenario.yaml"), "--json", user=self.user)
        self.assertEqual(again.status, 1, again)
        self.assertEqual(again.result["server.close_wait.final"], 8)

    def test_a_server_that_runs_already(self):
        port = ft.free_port()
        server = subprocess.Popen([sys.executable, self.server, str(port)])
        try:
            ft.wait_until(lambda: ft.listening_on(port), "the server listens")
            strikes = "faults: [{drop: fin, toward: client}]\n" + CHECK.format(
                level="MUST", python=PYTHON, server=self.server, program="x"
            )
            raw = CHECK.format(level="MUST", python=PYTHON, server=self.server, program="x")
            raw = raw.replace("send recv", "send")
            raw = raw.replace("opened]", "opened, client.bytes_sent == 32B]", 1)
            raw += "protocol: raw\nrequest: {body: half}\n"
            checks = self.checks(strikes=strikes, raw=raw)
            card = self.card("--checks", checks, f"http://127.0.0.1:{port}/")
        finally:
            server.kill()
            server.wait()
        self.assertEqual(self.verdicts(card), {"closes": "pass", "raw": "pass", "strikes": "skip"})
        reasons = {check["id"]: check["reason"] for check in card["checks"]}
        self.assertIn("the lab", reasons["strikes"])

    def test_several_side_by_side(self):
        files = []
        for name, more in (("good", ""), ("bad", " leaks")):
            text = f"name: {name}\nserver: {{command: \"{PYTHON} {self.server} {{port}}{more}\"}}\n"
            text += "client: {program: connect send recv close}\n"
            files.append(ft.PLACE.write(f"{name}.yaml", text))
        ended = self.probe("--checks", self.checks(), *files, status=1)
        self.assertRegex(ended.stdout, "closes +PASS +FAIL")
        cards = json.loads(self.probe("--json", "--checks", self.checks(), *files, status=1).stdout)
        self.assertEqual([card["target"] for card in cards["cards"]], ["good", "bad"])

    def test_a_target_that_is_not_there_is_told_first(self):
        here = ft.PLACE.write("here.yaml", f"server: {{command: \"{PYTHON} {self.server} {{port}}\"}}\n")
        ended = self.probe("--checks", self.checks(), here, "nosuch.yaml", status=2)
        self.assertIn("nosuch.yaml", ended.stderr)
        self.assertEqual(ended.stdout, "")

    def test_before_and_after(self):
        cards = {}
        for name, more, status in (("good", [], 0), ("bad", ["leaks"], 1)):
            ended = self.probe(
                "--json", "--checks", self.checks(), *self.target(*more), status=status
            )
            cards[name] = ft.PLACE.write(f"{name}.json", ended.stdout)
        worse = self.probe("diff", cards["good"], cards["bad"], status=1)
        self.assertRegex(worse.stdout, "closes +PASS -> FAIL")
        self.assertIn("closed 8 -> 0", worse.stdout)
        better = self.probe("diff", cards["bad"], cards["good"])
        self.assertRegex(better.stdout, "closes +FAIL -> PASS")
        self.assertNotIn("->", self.probe("diff", cards["good"], cards["good"]).stdout)
        self.probe("diff", cards["good"], status=2)
        self.probe("diff", cards["good"], self.server, status=2)

    def test_formats(self):
        arguments = ["--checks", self.checks(), *self.target("leaks")]
        suite = xml.fromstring(self.probe("--format", "junit", *arguments, status=1).stdout)[0]
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", "1"))
        table = self.probe("--format", "markdown", *arguments, status=1).stdout
        self.assertRegex(table, r"\| FAIL +\| closes +\| MUST")
        text = self.probe(*arguments, status=1).stdout
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.assertIn("0 pass, 0 warn, 1 fail, 0 info, 0 skip: 1 check in ", text)


class Mistakes(Probe):
    def test_they_say_what_to_do(self):
        checks = self.checks()
        for arguments, told in (
            ([], "which server?"),
            (["--only", "closed", *self.target()], "did you mean 'closes'?"),
            (["--jobs", "0", *self.target()], "--jobs 0"),
            (["--path", "large", *self.target()], "KIND=/PATH"),
            (["--path", "larg=/x", *self.target()], "no check asks for such a path"),
            (["--self-test", *self.target()], "has no target"),
            (["ftp://127.0.0.1/"], "no URL of http://"),
            (["--max-wait", "soon", *self.target()], "--max-wait soon"),
            (["--format", "yaml", *self.target()], "text, json, junit and markdown"),
        ):
            ended = self.probe("--checks", checks, *arguments, status=2)
            self.assertIn(told, ended.stderr)
            self.assertEqual(ended.stdout, "")
        for text, told in (
            (CHECK.replace("  pass:", "  warn:"), "it says no pass"),
            (CHECK.replace("closed=closed_first", "closed_first"), "NAME=METRIC"),
            (CHECK.replace("closed_first.server/", "closed_first.servr/"), "servr"),
            (CHECK.replace("connections.opened", "connections.opend"), "opend"),
        ):
            wrong = text.format(level="MUST", python=PYTHON, server=self.server, program="x")
            ended = self.probe("--checks", self.checks(wrong=wrong), *self.target(), status=2)
            self.assertIn(told, ended.stderr)
            self.assertIn("wrong.yaml:", ended.stderr)

    def test_an_interrupt_ends_all_of_it(self):
        slow = CHECK.format(level="MUST", python=PYTHON, server=self.server, program="x").replace(
            "wait-fin(300ms)", "pause(60s)"
        )
        process = ft.popen(["probe", "--json", "--checks", self.checks(a=slow, b=slow),
                            "--only", "a,b", *self.target()], user=self.user)
        ft.wait_until(lambda: len(ft.processes_of(process.mark)) > 8, "both are under way")
        process.send_signal(signal.SIGINT)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        self.assertTrue(json.loads(ended.stdout)["partial"])
        self.assert_nothing_left(process.mark)


if __name__ == "__main__":
    unittest.main()
