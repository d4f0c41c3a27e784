"""The command line: help, and what is wrong with it before anything starts."""

import os
import re
import socket
import subprocess

import finwait_test as ft
import tls_peers

COMMANDS = ("run", "compare", "report", "check", "show", "list", "sysctl", "doctor", "help")
TOPICS = ("scenario", "orders", "programs", "expectations", "metrics", "formats", "exit-status", "environment", "lab",
          "faults", "servers", "tls")


class Help(ft.TestCase):
    def test_help(self):
        for word in ("--help", "-h", "help"):
            with self.subTest(word):
                ended = ft.finwait(word)
                self.assertEqual((ended.status, ended.stderr), (0, ""))
                for command in COMMANDS:
                    self.assertIn(f"finwait {command}", ended.stdout)

    def test_no_command_is_a_mistake(self):
        ended = ft.finwait()
        self.assertEqual((ended.status, ended.stdout), (2, ""))
        self.assertIn("finwait run", ended.stderr)

    def test_version(self):
        for word in ("--version", "-V"):
            ended = ft.finwait(word)
            self.assertEqual((ended.status, ended.stderr), (0, ""))
            self.assertRegex(ended.stdout, r"\Afinwait \d+\.\d+\.\d+\nlibevent \d.*, OpenSSL 3\.")

    def test_it_fits_a_screen(self):
        lines = ft.finwait("--help").stdout.splitlines()
        self.assertLessEqual(len(lines), 30)
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_topics(self):
        named = " ".join(ft.finwait("help").stdout.split())
        self.assertIn(", ".join(TOPICS), named)
        for topic in TOPICS:
            ended = ft.finwait("help", topic)
            self.assertEqual((ended.status, ended.stderr), (0, ""))
            self.assertTrue(ended.stdout.startswith(f"{topic}: "))
            self.assertLessEqual(max(map(len, ended.stdout.splitlines())), 80, topic)
            self.assertEqual(ft.finwait(topic, "--help").stdout, ended.stdout)
            for what in re.findall(r"finwait list ([a-z]+)", ended.stdout):
                self.assertIn(f"  {what} ", ft.finwait("list", "--help").stdout)
        for command in COMMANDS:
            self.assertEqual(ft.finwait("help", command).stdout, ft.finwait(command, "--help").stdout)

    def test_what_topics_show_is_understood(self):
        scenario = ft.finwait("help", "scenario").stdout
        lines = re.findall(r"^  (.*)$", scenario, re.MULTILINE)
        file = ft.PLACE.write("topic.yaml", "\n".join(lines))
        self.assertEqual(ft.finwait("check", file).status, 0, lines)
        text = ft.finwait("help", "expectations").stdout
        shown = re.findall(r"^  ([a-z].*)$", text, re.MULTILINE)
        self.assertEqual(len(shown), 3)
        for expectation in shown:
            self.assertEqual(ft.finwait("check", "server-first", "--expect", expectation).status, 0)
        for topic in ("programs", "faults"):
            lines = re.findall(r"^  (.*:.*)$", ft.finwait("help", topic).stdout, re.MULTILINE)
            file = ft.PLACE.write("topic.yaml", "\n".join(lines))
            self.assertEqual(ft.finwait("check", file).status, 0, topic)

    def test_help_of_each_command(self):
        for command in COMMANDS:
            for arguments in ([command, "--help"], [command, "x", "-h"]):
                with self.subTest(arguments):
                    ended = ft.finwait(*arguments)
                    self.assertEqual((ended.status, ended.stderr), (0, ""))
                    self.assertTrue(ended.stdout.startswith(f"usage: finwait {command}"))

    def test_help_fits(self):
        for arguments in (["--help"], *([command, "--help"] for command in COMMANDS)):
            with self.subTest(arguments):
                for line in ft.finwait(*arguments).stdout.splitlines():
                    self.assertLessEqual(len(line), 80)
                    self.assertEqual(line, line.rstrip())

    def test_list_names_all_its_lists(self):
        text = ft.finwait("list", "--help").stdout
        named = re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)
        for what in named:
            self.assertEqual(ft.finwait("list", what).status, 0, what)
        self.assertEqual(len(named), 15)

    def test_run_names_all_its_options(self):
        text = ft.finwait("run", "--help").stdout
        for option in ("set", "expect", "out", "inspect", "format", "json", "quiet"):
            self.assertIn(f"--{option}", text)
        self.assertIn("--i-may-load-this-target", text)


class Mistakes(ft.TestCase):
    """Exit 2, nothing on stdout, and on stderr what is wrong and what to do."""

    def check(self, arguments, *words):
        with self.subTest(arguments):
            ended = ft.finwait(*arguments)
            self.assertEqual(ended.status, 2, ended)
            self.assert_nothing_started(ended)
            lines = ended.stderr.splitlines()
            self.assertEqual(len(lines), 2, "one line says what, one what to do")
            self.assertNotIn("\033", ended.stderr)
            self.assertTrue(lines[1].startswith("  "), ended)
            for word in words:
                self.assertIn(word, ended.stderr)

    def test_commands(self):
        self.check(["rnu"], "rnu", "finwait run")
        self.check(["frobnicate"], "frobnicate", "--help")
        self.check(["--frobnicate"], "--frobnicate", "--help")
        self.check([""], "--help")
        self.check(["steps"], "finwait --help")
        self.check(["orders"], "finwait help orders tells")
        self.check(["help", "frobnicate"], "finwait help names them")
        self.check(["help", "fromats"], "did you mean 'finwait help formats'?")
        self.check(["help", "rnu"], "did you mean 'finwait help run'?")
        self.check(["help", "run", "tls"], "'tls' is one word too many")
        self.check(["run", "server-first", "--color", "red"], "--color red", "always")

    def test_options(self):
        self.check(["run", "--jsno"], "--jsno", "did you mean --json", "finwait run --help")
        self.check(["run", "server-first", "-x"], "'-x'", "finwait run --help")
        self.check(["run", "server-first", "--frobnicate"], "--frobnicate")
        self.check(["run", "server-first", "--set"], "--set lacks its value")
        self.check(["run", "server-first", "--json=yes"], "--json takes no value")
        self.check(["check", "--out", "x"], "--out")
        self.check(["list", "orders", "--markdwn"], "--markdwn")

        self.check(["run", "--json", "-xy"], "no option '-x'")
        self.check(["check", "--expect=1 < 2", "-set"], "no option '-s'")

    def test_a_part_of_an_option_is_none(self):
        """Above all of the one that lets finwait load another's machine."""
        safety = "--i-may-load-this-target"
        for command in ("run", "check"):
            for length in range(3, len(safety)):
                part = safety[:length]
                for words in ([part], [f"{part}=on"]):
                    self.check([command, "server-first", *words], f"no option '{words[0]}'")
        self.check(["run", "server-first", "--i-may"], f"did you mean {safety}?")
        self.check(["run", "server-first", f"{safety}=on"], f"{safety} takes no value")
        self.check(["run", "server-first", "--js"], "did you mean --json?")
        self.check(["run", "server-first", "--ex", "x"], "did you mean --expect?")
        self.check(["run", "server-first", "--s=settle=0s"], "no option '--s=settle=0s'")
        self.check(["report", "--form", "json", "x"], "did you mean --format?")
        self.check(["report", "--e"], "did you mean --expect?")
        self.check(["list", "orders", "--mark"], "did you mean --markdown?")

    def test_arguments(self):
        self.check(["run"], "scenario", "server-first")
        self.check(["check"], "scenario")
        self.check(["show"], "finwait list orders")
        self.check(["show", "server-first", "client-first"], "one")
        self.check(["show", "server-frist"], "server-frist")
        self.check(["list"], "orders")
        self.check(["list", "ordesr"], "orders")
        self.check(["list", "orders", "steps"], "'steps' is one word too many", "list orders")
        self.check(["show", "--set"], "--set lacks its value")
        self.check(["doctor", "x"], "x")

    def test_scenarios(self):
        self.check(["run", "server-frist"], "server-frist", "server-first")
        self.check(["run", "close/linger-zreo"], "did you mean 'close/linger-zero'")
        self.check(["run", "linger-zero"], "did you mean 'close/linger-zero'")
        self.check(["run", "close"], "finwait list scenarios", "finwait list orders")
        self.check(["run", "nosuch/linger-zero"], "nosuch/linger-zero", "ENOENT")
        self.check(["run", "nosuch.yaml"], "nosuch.yaml", "ENOENT")
        self.check(["run", ft.PLACE.path], "EISDIR")
        self.check(["run", "/dev/null"], "empty")
        self.check(["run", ""], "finwait list scenarios")
        self.check(["run", "https://127.0.0.1:8443/", "-c", "5"], "by --at https://127.0.0.1:8443/")

    def test_orders(self):
        self.check(["run", "tls-notfy-late"], "did you mean 'tls-notify-late'")
        self.check(["run", "tls-notify"], "did you mean 'tls-notify-both'")
        self.check(["run", "tls-notify-"], "finwait list orders")

    def test_an_order_without_what_it_brings(self):
        for scenario in (["tls-notify-both"], ["server-first", "--set", "order=tls-rst"]):
            arguments = ["run", *scenario, "--set", "transport=tcp"]
            self.check(arguments, "finwait: --set transport=tcp: `", "notify` of the order tls-")

    def test_a_file_that_takes_from_its_order(self):
        file = ft.PLACE.write("plain.yaml", "order: tls-rst\ntransport: tcp\n")
        self.check(["run", file], f"finwait: {file}:2:12: `wait-notify` of the order tls-rst")

    def test_sets(self):
        self.check(["run", "server-first", "--set", "x"], "PATH=VALUE")
        self.check(["run", "server-first", "--set", "=5"], "PATH=VALUE")
        self.check(["run", "server-first", "--set", "load.conections=5"], "connections")
        self.check(["run", "server-first", "--set", "load.connections=many"], "whole number")
        self.check(["run", "server-first", "--set", "load.connections=-1"], "-1")
        self.check(["run", "server-first", "--set", "server.port=70000"], "70000", "65535")
        self.check(["run", "server-first", "--set", "order=server-frist"], "server-first")
        self.check(["run", "server-first", "--set", "client.program=connect frob close"], "frob")
        self.check(["run", "server-first", "--set", "load=5"], "load")
        self.check(["run", "server-first", "--set", "load.connections="], "no value", "null")
        self.check(["run", "server-first", "--set", 'about="half'], "quote")
        self.check(["run", "server-first", "--set", "about=\033[31m"], "plain text")
        self.check(["run", "server-first", "--set", "settle=5"], "settle")
        self.check(["run", "server-first", "--set", "server.sockopt.rcvbfu=4k"], "rcvbuf")

    def test_expectations(self):
        self.check(
            ["run", "server-first", "--expect", "server.time_wiat.peak > 3"],
            "server.time_wiat.peak",
            "server.time_wait.peak",
        )
        self.check(["run", "server-first", "--expect", "server.time_wait.peak >"], "column 24")
        self.check(["run", "server-first", "--expect", ""], "expect")
        self.check(["run", "server-first", "--expect", "connections.rate > 9"], "column 20", "9/s")
        self.check(["check", "server-first", "--set", "expect=3 >>> 4"], "3 >>> 4")

    def test_a_target_that_is_not_ours(self):
        settings = {
            "lab": "host",
            "server.at": "192.0.2.1:80",
            "client.program": "connect send recv close",
        }
        arguments = ft.as_arguments(settings)
        self.check(arguments, "192.0.2.1:80", "--i-may-load-this-target")
        self.check(["check", *arguments[1:]], "--i-may-load-this-target")
        allowed = ft.finwait("check", *arguments[1:], "--i-may-load-this-target")
        self.assertEqual(allowed.status, 0, allowed)

    def test_a_file_cannot_allow_it(self):
        file = ft.PLACE.write(
            "remote.yaml",
            "lab: host\ni-may-load-this-target: on\n"
            "server: {at: 192.0.2.1:80}\nclient: {program: connect close}\n",
        )
        self.check(["run", file], "i-may-load-this-target", f"{file}:2:1")

    def test_a_foreign_server_cannot_be_reached_from_a_private_lab(self):
        settings = {"server.at": "127.0.0.1:80", "client.program": "connect send recv close"}
        self.check(ft.as_arguments(settings), "lab: host")

    def test_a_mistake_in_the_last_scenario_costs_nothing(self):
        first = ft.PLACE.write("first.yaml", "name: first\n")
        last = ft.PLACE.write("last.yaml", "nmae: last\n")
        self.check(["run", first, last, "--json"], f"{last}:1:1", "name")


class Where(ft.TestCase):
    """A mistake in a file is shown with its line and column."""

    FILES = {
        "an unknown option": ("name: x\nload:\n  conections: 5\n", 3, 3, "connections"),
        "an unknown option at the top": ("name: x\nodrer: server-first\n", 2, 1, "order"),
        "a bad value": ("load:\n  connections: many\n", 2, 16, "many"),
        "a value out of range": ("server: {port: 70000}\n", 1, 16, "65535"),
        "no YAML": ("name: x\nserver: [\n", 3, 1, "YAML"),
        "a list": ("- name: x\n", 1, 1, ""),
        "an unknown order": ("name: x\norder: server-frist\n", 2, 8, "server-first"),
        "an unknown step": (
            "client: {program: connect send frob close}\nserver: {program: accept close}\n",
            1,
            32,
            "frob",
        ),
        "a step in a list": (
            "client:\n  program:\n    - connect\n    - frob\n    - close\n"
            "server: {program: accept close}\n",
            4,
            7,
            "frob",
        ),
        "a deadlock": (
            "client: {program: connect recv close}\nserver: {program: accept recv close}\n",
            1,
            19,
            "recv",
        ),
        "an unknown metric": ("expect:\n  - server.time_wiat.peak > 3\n", 2, 5, "time_wait"),
        "a metric's unit left out": ("expect:\n  - latency.close.p99 < 50\n", 2, 25, "50ms"),
        "a unit of something else": ("expect: [latency.close.p99 < 50kB]\n", 1, 30, "is a size"),
        "an option given twice": ("name: x\nname: y\n", 2, None, "twice"),
        "a sysctl in lab: host": (
            "lab: host\nserver:\n  sysctl:\n    net.ipv4.tcp_tw_reuse: 1\n",
            4,
            28,
            "lab: private",
        ),
        "a sysctl's value": (
            "server:\n  sysctl:\n    net.ipv4.tcp_tw_reuse: 3\n",
            3,
            28,
            "it takes 0 to 2",
        ),
        "a sysctl with too few numbers": (
            "client: {sysctl: {net.ipv4.ip_local_port_range: 20000}}\n",
            1,
            49,
            "2 numbers of 1 to 65535, low to high",
        ),
        "a sysctl without a side": (
            "load: {connections: 1}\nnet.ipv4.tcp_tw_reuse: 1\n",
            2,
            1,
            "did you mean client.sysctl.net.ipv4.tcp_tw_reuse, server.sysctl.net.ipv4.tcp_tw_reuse?",
        ),
        "a sysctl without its map": (
            "server:\n  tcp_tw_reuse: 1\n",
            2,
            3,
            "did you mean server.sysctl.net.ipv4.tcp_tw_reuse?",
        ),
        "a sysctl without its folders": (
            "server: {sysctl: {somaxconn: 1}}\n",
            1,
            19,
            "did you mean net.core.somaxconn?",
        ),
        "sysctls without a side": (
            "sysctl: {net.core.somaxconn: 1}\n",
            1,
            1,
            "did you mean client.sysctl, server.sysctl?",
        ),
        "a retired sysctl": (
            "tcp_tw_recycle: 1\n",
            1,
            1,
            "no more, since 4.12",
        ),
        "a sysctl to read only": (
            "client: {sysctl: {net.ipv4.tcp_ehash_entries: 1}}\n",
            1,
            47,
            "to read only",
        ),
        "a sysctl's name": (
            "server:\n  sysctl:\n    kernel.hostname: x\n",
            3,
            5,
            "kernel.hostname",
        ),
    }

    def test_where(self):
        for number, (what, (text, line, column, word)) in enumerate(self.FILES.items()):
            with self.subTest(what):
                file = ft.PLACE.write(f"bad{number}.yaml", text)
                for command in ("run", "check"):
                    ended = ft.finwait(command, file)
                    self.assertEqual(ended.status, 2, ended)
                    self.assert_nothing_started(ended)
                    place = f"{file}:{line}:" + (f"{column}:" if column else "")
                    self.assertTrue(ended.stderr.startswith(f"finwait: {place}"), ended)
                    self.assertIn(word, ended.stderr)

    def test_a_file_that_may_not_be_read(self):
        file = ft.PLACE.write("secret.yaml", "name: x\n")
        os.chmod(file, 0)
        user = ft.NOBODY if ft.is_root() else os.geteuid()
        ended = ft.finwait("run", file, user=user)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("EACCES", ended.stderr)


class Files(ft.TestCase):
    """Whatever is named instead of a file: what it is is said, and nothing is waited for."""

    def setUp(self):
        self.place = ft.PLACE.directory()

    def named(self, name):
        return os.path.join(self.place, name)

    def refuse(self, file, *words, **how):
        """In each place where a file is named."""
        tls = ["check", "tls-rst", "--set", "server.tls.key=key.pem"]
        for arguments in (
            ["check", file],
            ["report", file],
            [*tls, "--set", f"server.tls.cert={file}"],
            [*tls, "--set", f"server.tls.cert={tls_peers.authority().cert}", "--set", f"server.tls.key={file}"],
            ["check", "tls-rst", "--set=client.tls.verify=on", "--set", f"client.tls.ca={file}"],
        ):
            with self.subTest(arguments):
                ended = ft.finwait(*arguments, **how)
                self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
                for word in words:
                    self.assertIn(word, ended.stderr)
                self.assertIn(file[:80], ended.stderr)

    def test_a_pipe_that_nobody_writes_to(self):
        os.mkfifo(self.named("fifo"))
        self.refuse(self.named("fifo"), "a pipe that nothing comes from")

    def test_a_socket(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.named("socket"))
            self.refuse(self.named("socket"), "ENXIO")

    def test_a_terminal(self):
        master, slave = os.openpty()
        try:
            self.refuse(os.ttyname(slave), "it is a terminal")
        finally:
            os.close(master)
            os.close(slave)

    def test_a_directory(self):
        ended = ft.finwait("check", self.place)
        self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
        self.assertIn("directory", ended.stderr)

    def test_stdin(self):
        """A scenario on stdin; a comparison reads it once, and needs it for each variant."""

        def given(text, *arguments):
            return subprocess.run(
                [ft.BINARY, *arguments], input=text, capture_output=True, text=True, timeout=60
            )

        good = "load: {connections: 10}\nlab: host\n"
        ended = given(good, "check", "-")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("name: stdin", ended.stdout)
        self.assertIn("load.connections: 10", ended.stdout)
        varied = given(good + "vary: {client.sockopt.nodelay: [yes, no]}\n", "check", "-", "-")
        self.assertEqual((varied.returncode, varied.stderr), (0, ""))
        for text, words in (
            ("load:\n  conections: 5\n", ("stdin:2:3", "conections")),
            ("", ("stdin",)),
            ("# nothing\n", ("stdin:1:1", "empty")),
        ):
            refused = given(text, "check", "-")
            self.assertEqual(refused.returncode, 2)
            for word in words:
                self.assertIn(word, refused.stderr)

    def test_what_has_no_end(self):
        self.refuse("/dev/zero", "larger than", "MiB")
        with open(self.named("huge"), "wb") as file:
            file.truncate(1 << 40)
        self.refuse(self.named("huge"), "larger than", "MiB")

    def test_what_cannot_be_opened(self):
        os.symlink("loop", self.named("loop"))
        self.refuse(self.named("loop"), "ELOOP")
        self.refuse(self.named("missing"), "ENOENT")
        self.refuse(self.named("x" * 256), "ENAMETOOLONG")
        self.refuse("/etc/passwd/x", "ENOTDIR")

    def test_pipes_that_are_written_to(self):
        """A shell's <(...) and |, and a FIFO, however late and in pieces the text comes."""
        write = "{ printf 'name: piped'; sleep 0.2; echo; echo 'order: client-rst'; }"
        fifo = self.named("written")
        for script in (
            f"{ft.BINARY} check <({write})",
            f"{write} | {ft.BINARY} check /dev/stdin",
            f"mkfifo {fifo}; {write} > {fifo} & exec {ft.BINARY} check <(cat {fifo})",
        ):
            with self.subTest(script):
                ended = subprocess.run(
                    ["bash", "-c", script], capture_output=True, text=True, timeout=ft.PATIENCE
                )
                self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended)
                self.assertIn("piped: ok\n", ended.stdout)
                self.assertIn("order: client-rst\n", ended.stdout)

    def test_an_out_that_is_no_directory(self):
        os.mkfifo(self.named("fifo"))
        for out in (self.named("fifo"), "/dev/zero"):
            ended = ft.finwait("run", "server-first", "--out", out)
            self.assertEqual((ended.status, ended.stdout), (3, ""), ended)
            self.assertIn("ENOTDIR", ended.stderr)


class Library(ft.TestCase):
    """A library that cannot be read has no scenario missing: exit 3, and no order in its place."""

    USER = ft.NOBODY if ft.is_root() else None

    def place(self, name="server-first.yaml"):
        above = ft.PLACE.directory(owner=self.USER)
        library = os.path.join(above, "configs")
        os.mkdir(library)
        os.mkdir(os.path.join(library, "close"))
        for file in ("server-first.yaml", "close/linger-zero.yaml", name):
            with open(os.path.join(library, file), "w", encoding="utf-8") as out:
                out.write("expect: [connections.failed == 0]\n")
        return library

    def refuse(self, library, *arguments, word="EACCES", **how):
        with self.subTest(arguments):
            ended = ft.finwait(*arguments, user=self.USER, cwd=os.path.dirname(library), **how)
            self.assertEqual((ended.status, ended.stdout), (3, ""), ended)
            self.assertIn(word, ended.stderr)
            self.assertIn("configs", ended.stderr)
            self.assertEqual(len(ended.stderr.splitlines()), 2, ended)

    def test_it_is_used(self):
        ended = ft.finwait("check", "server-first", cwd=os.path.dirname(self.place()))
        self.assertIn("expect: connections.failed == 0", ended.stdout)

    def test_a_directory_that_cannot_be_searched(self):
        library = self.place()
        for mode in (0o000, 0o444):
            os.chmod(library, mode)
            self.refuse(library, "run", "server-first")
            self.refuse(library, "check", "tls-rst")
            self.refuse(library, "list", "scenarios")
            self.refuse(library, "list", "facts")
        os.chmod(library, 0o111)  # what is named is found; what there is cannot be listed
        self.refuse(library, "list", "scenarios")
        os.chmod(library, 0o755)

    def test_a_folder_that_cannot_be_searched(self):
        library = self.place()
        os.chmod(os.path.join(library, "close"), 0)
        self.refuse(library, "run", "close/linger-zero")
        self.refuse(library, "list", "scenarios")
        os.chmod(os.path.join(library, "close"), 0o755)

    def test_a_file_that_cannot_be_read(self):
        library = self.place("client-rst.yaml")
        for name in ("server-first", "client-rst"):
            os.chmod(os.path.join(library, f"{name}.yaml"), 0)
            self.refuse(library, "run", name)

    def test_a_link_that_leads_nowhere(self):
        for name in ("server-first", "client-rst"):
            library = self.place("client-rst.yaml")
            file = os.path.join(library, f"{name}.yaml")
            os.remove(file)
            os.symlink("nowhere", file)
            self.refuse(library, "run", name, word="ENOENT")
            os.remove(file)
            os.symlink(f"{name}.yaml", file)
            self.refuse(library, "run", name, word="ELOOP")

    def test_a_file_of_that_name_is_no_library(self):
        above = ft.PLACE.directory()
        with open(os.path.join(above, "configs"), "w", encoding="utf-8"):
            pass
        ended = ft.finwait("check", "server-first", cwd=above)
        self.assertEqual(ended.status, 0, ended)
        self.assertIn("expect: ", ended.stdout)

    def test_none_at_all(self):
        """No order takes the place of a scenario that was asked for: it would expect nothing."""
        above = ft.PLACE.directory()
        for theirs in (False, True):  # somebody else's configs are no library
            if theirs:
                os.mkdir(os.path.join(above, "configs"))
            hide = f"mount -t tmpfs none {ft.SOURCE}/configs && cd {above} && exec {ft.BINARY} "
            for command in ("run server-first", "check tls-rst", "list scenarios", "run nothing"):
                with self.subTest(command, theirs=theirs):
                    ended = subprocess.run(
                        ["unshare", "-rm", "sh", "-c", hide + command], capture_output=True, text=True
                    )
                    if "unshare" in ended.stderr or "mount" in ended.stderr:
                        self.skipTest(ended.stderr)
                    self.assertEqual((ended.returncode, ended.stdout), (3, ""), ended)
                    self.assertIn("the scenarios that ship are found neither in", ended.stderr)


if __name__ == "__main__":
    ft.main()
