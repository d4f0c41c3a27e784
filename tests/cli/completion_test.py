"""Completion in bash, zsh and fish: what finwait offers, and what the shells make of it."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
import unittest

import finwait_test as ft

WHERE = os.path.dirname(ft.BINARY)

# Typed words, the last as far as it is written, and what is offered: all of it, or some.
ALL = {
    ("ru",): ["run"],
    ("help", "exp"): ["expectations"],
    ("run", "--ord"): ["--order"],
    ("run", "--order", "client-h"): ["client-half-close"],
    ("run", "--order=client-h"): ["--order=client-half-close"],
    ("run", "-n", "5", "--set", "load.c"): ["load.connections=", "load.concurrency="],
    ("run", "--set", "tls.resumption="): [
        "tls.resumption=off",
        "tls.resumption=ticket",
        "tls.resumption=session_id",
    ],
    ("run", "--set=ip="): ["--set=ip=v4", "--set=ip=v6"],
    ("run", "--set", "client.bind="): ["client.bind=off", "client.bind=on"],
    ("run", "--set", "load.rate="): ["load.rate=max"],
    ("run", "--set", "no.such="): [],
    ("run", "--set", "client.tls.ca="): ["\tfiles"],
    ("compare", "--vary", "ip=v6,"): ["ip=v6,v4", "ip=v6,v6"],
    ("run", "--set", "client.sysctl."): ["client.sysctl.net."],
    ("run", "--set", "server.sysctl.net.ipv4.tcp_tw_reuse_"): [
        "server.sysctl.net.ipv4.tcp_tw_reuse_delay="
    ],
    ("run", "--expect", "connections.m"): ["connections.missed"],
    ("run", "--expect", "server.time_w"): ["server.time_wait."],
    ("run", "--expect", "client.counter.TcpExtTWR"): ["client.counter.TcpExtTWRecycled"],
    ("run", "--expect", "errors.ECONNR"): ["errors.ECONNREFUSED", "errors.ECONNRESET"],
    ("run", "--color", ""): ["auto", "always", "never"],
    ("run", "--format", "js"): ["json"],
    ("report", "--format", "json="): ["\tfiles"],
    ("compare", "--format", "js"): ["json"],
    ("compare", "--format", "json="): ["\tfiles"],
    ("compare", "--metric", "+connections.m"): ["+connections.missed"],
    ("run", "--out", ""): ["\tdirectories"],
    ("run", "--server", "--", ""): ["\tcommands"],
    ("run", "--server", "--", "python3", ""): ["\tfiles"],
    ("run", "--server", "--", "nginx", "--ord"): ["\tfiles"],
    ("run", "--", "acc"): ["accept/", "\tfiles"],
    ("list", "err"): ["errnos"],
    ("sysctl", "ex"): ["explain"],
    ("sysctl", "explain", "tcp_tw_reuse_"): ["tcp_tw_reuse_delay"],
    ("sysctl", "explain", "net.core.somax"): ["net.core.somaxconn"],
    ("sysctl", "list", ""): [],
    ("doctor", ""): [],
    ("report", ""): ["\tfiles"],
    ("completion", ""): ["bash", "zsh", "fish", "words"],
    ("no-such", ""): [],
    ("run", "--no-such=", "x"): ["\tfiles"],
}


def offered(*words):
    ended = ft.finwait("completion", "words", "--", *words)
    assert ended.status == 0 and ended.stderr == "", ended
    return [line.partition("\t") for line in ended.stdout.splitlines()]


def names(*words):
    return [name or "\t" + kind for name, _, kind in offered(*words)]


def pieces(word):
    """As readline takes a word apart, COMP_WORDBREAKS."""
    return re.findall(r"[=:]+|[^=:]+", word) or [""]


class Words(ft.TestCase):
    def test_all_that_may_come(self):
        for words, expected in ALL.items():
            with self.subTest(words):
                self.assertEqual(names(*words), expected)

    def test_every_command_is_offered(self):
        commands = re.findall(r"^  finwait ([a-z]+) ", ft.finwait("--help").stdout, re.MULTILINE)
        self.assertGreater(len(commands), 8)
        self.assertCountEqual(names(""), commands)

    def test_every_option_is_offered_and_told(self):
        for command in names(""):
            help_text = ft.finwait(command, "--help").stdout
            told = set(re.findall(r"^  (?:-., |    )?(--[a-z-]+)", help_text, re.MULTILINE))
            with self.subTest(command):
                self.assertEqual(set(names(command, "--")), told | {"--help"})
                for name, _, about in offered(command, "--"):
                    self.assertNotEqual(about, "", name)

    def test_every_path_is_reached(self):
        """Level by level; what stands on the way ends with a dot."""
        paths = {path for path, *_ in ft.listing("options")}
        found = set()
        stack = [""]
        while stack:
            text = stack.pop()
            for name in names("run", "--set", text):
                self.assertIn(name[-1], "=.", name)
                if name.endswith("="):
                    found.add(name[:-1])
                elif ".sysctl." not in name and name != text:
                    stack.append(name)
        keyed = {path for path, kind, *_ in ft.listing("options") if kind.startswith("map of")}
        self.assertEqual(paths - found, keyed - {"vary", "variants"})

    def test_what_is_offered_is_taken(self):
        for path, kind, *_ in ft.listing("options"):
            for setting in names("run", "--set", path + "=") if path != "order" else ():
                if "|" in kind and not setting.startswith("\t") and not path.startswith("tls."):
                    with self.subTest(setting):
                        needs = ["--tls"] if ".tls." in path else []
                        needs += ["-d", "1s"] if setting.startswith("client=") else []
                        needs += ["--set", "lab=host"] if setting == "client=none" else []
                        ended = ft.finwait("check", *needs, "--set", setting)
                        self.assertNotIn("is not", ended.stderr)

    def test_scenarios_and_orders(self):
        found = names("run", "")
        self.assertIn("server-first", found)
        self.assertIn("close/", found)
        self.assertEqual(found[-1], "\tfiles")
        self.assertEqual(len(set(found)), len(found))

    def test_a_shell_must_be_named(self):
        for words in ((), ("csh",), ("bash", "zsh"), ("words",)):
            with self.subTest(words):
                ended = ft.finwait("completion", *words)
                self.assertEqual(ended.status, 2)
                self.assertIn("bash, zsh and fish", ended.stderr)


# ^T has the shell tell the line that it edits, and forget it: what stands on the screen it redraws.
TELL = "\x14"
BASH = (
    "source <(finwait completion bash); "
    """bind -x '"\\C-t": printf "<%s>\\n" "$READLINE_LINE"; READLINE_LINE='"""
)
ZSH = (
    "autoload -U compinit; compinit -D -u; source <(finwait completion zsh); "
    'tell() { print -r "<$BUFFER>"; BUFFER= }; zle -N tell; bindkey "^T" tell'
)


def need(shell):
    return unittest.skipIf(shutil.which(shell) is None, f"{shell} is not here")


def environment(home):
    return {"PATH": f"{WHERE}:{os.environ['PATH']}", "HOME": home, "TERM": "dumb", "PS1": "$ "}


class Typed:
    """A shell on a terminal, into which somebody types."""

    def __init__(self, *command):
        home = ft.PLACE.directory()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe(command[0], command, environment(home))
        self.seen = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self, pattern):
        """The match, once it has come; what came is forgotten."""
        until = time.monotonic() + ft.PATIENCE
        while not re.search(pattern, self.seen):
            ready = select.select([self.fd], [], [], max(0, until - time.monotonic()))[0]
            assert ready, f"{pattern} not in {self.seen!r}"
            self.seen += os.read(self.fd, 4096).decode(errors="replace")
        found = re.search(pattern, self.seen)
        self.seen = ""
        return found

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


class ShellTestCase(ft.TestCase):
    @staticmethod
    def furnished():
        home = ft.PLACE.directory()
        with open(os.path.join(home, "result.json"), "w", encoding="utf-8"):
            os.mkdir(os.path.join(home, "results"))
        return home

    def start(self, *command, first):
        shell = Typed(*command)
        self.addCleanup(shell.close)
        shell.type(first + "; echo rea''dy\n")
        shell.wait("ready\r")
        return shell

    def complete(self, shell):
        """One candidate alone is written out, and a blank only where a word ends."""
        for typed, rest in (
            ("finwait ru", "n "),
            ("finwait run --ord", "er "),
            ("finwait run --order client-h", "alf-close "),
            ("finwait run --set load.r", "ate="),
            ("finwait run --set load.rate=", "max "),
            ("finwait run --expect server.time_w", "ait."),
            ("finwait run acc", "ept/"),
            ("finwait run close/early-response-dr", "ained "),
        ):
            with self.subTest(typed):
                shell.type(typed + "\t" + TELL)
                self.assertEqual(shell.wait("<(finwait.*)>").group(1), typed + rest)


@need("bash")
class Bash(ShellTestCase):
    def replies(self, *words, behind=""):
        """COMPREPLY and the options, of the function alone; `behind` stands behind the cursor."""
        line = " ".join(("finwait", *words))
        split = [piece for word in ("finwait", *words) for piece in pieces(word)]
        last = len(split) - 1
        split[last] += behind
        script = (
            'compopt() { echo "compopt $*"; }; source <(finwait completion bash);'
            f"COMP_LINE={line + behind!r}; COMP_POINT={len(line)};"
            f"COMP_WORDS=({' '.join(map(repr, split))}); COMP_CWORD={last};"
            '_finwait; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        home = self.furnished()
        ended = subprocess.run(
            ["bash", "-euc", script],
            capture_output=True,
            text=True,
            cwd=home,
            env=environment(home),
            check=False,
            timeout=ft.PATIENCE,
        )
        self.assertEqual(ended.stderr, "")
        return [line for line in ended.stdout.split("\n") if line]

    def test_syntax(self):
        script = ft.finwait("completion", "bash").stdout
        ended = subprocess.run(["bash", "-n"], input=script, text=True, check=False)
        self.assertEqual(ended.returncode, 0)

    def test_words(self):
        nospace = "compopt -o nospace"
        for words, expected in {
            ("ru",): ["run"],
            ("run", "--set", "load.ra"): [nospace, "load.rate="],
            ("run", "--set", "load.rate="): ["max"],
            ("run", "--set", "load.rate=m"): ["max"],
            ("run", "--set=ip=v"): ["v4", "v6"],
            ("run", "--expect", "server.time_w"): [nospace, "server.time_wait."],
            ("report", "res"): ["compopt -o filenames", "results", "result.json"],
            ("run", "--out", "res"): ["compopt -o filenames", "results"],
            ("run", "--format", "json=res"): ["compopt -o filenames", "results", "result.json"],
            ("run", "--at", "http://127.0.0.1:80/", "--ord"): ["--order"],
        }.items():
            with self.subTest(words):
                self.assertCountEqual(self.replies(*words), expected)

    def test_within_a_line(self):
        self.assertEqual(self.replies("r", behind="un"), ["run", "report"])
        self.assertEqual(self.replies("run", "--set", "ip=", behind="v"), ["v4", "v6"])

    def test_on_a_terminal(self):
        self.complete(self.start("bash", "--norc", "-i", first=BASH))


@need("zsh")
class Zsh(ShellTestCase):
    def test_on_a_terminal(self):
        self.complete(self.start("zsh", "-f", "-i", first=ZSH))

    def test_syntax(self):
        script = ft.PLACE.write("_finwait", ft.finwait("completion", "zsh").stdout)
        self.assertEqual(subprocess.run(["zsh", "-n", script], check=False).returncode, 0)


@need("fish")
class Fish(ShellTestCase):
    def completed(self, line):
        home = self.furnished()
        script = f"finwait completion fish | source; complete -C {line!r}"
        ended = subprocess.run(
            ["fish", "--no-config", "-c", script],
            capture_output=True,
            text=True,
            cwd=home,
            env=environment(home),
            check=False,
            timeout=ft.PATIENCE,
        )
        self.assertEqual(ended.stderr, "")
        return [found.partition("\t")[0] for found in ended.stdout.splitlines()]

    def test_words(self):
        for line, expected in {
            "finwait ru": ["run"],
            "finwait run --ord": ["--order"],
            "finwait run --set load.ra": ["load.rate="],
            "finwait run --set load.rate=": ["load.rate=max"],
            "finwait run --set=ip=v": ["--set=ip=v4", "--set=ip=v6"],
            "finwait run --out res": ["results/"],
            "finwait run --format json=res": ["json=result.json", "json=results/"],
            "finwait report res": ["result.json", "results/"],
        }.items():
            with self.subTest(line):
                self.assertCountEqual(self.completed(line), expected)

    def test_syntax(self):
        script = ft.PLACE.write("finwait.fish", ft.finwait("completion", "fish").stdout)
        self.assertEqual(subprocess.run(["fish", "-n", script], check=False).returncode, 0)


if __name__ == "__main__":
    ft.main()
