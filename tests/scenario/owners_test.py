"""Who holds the sockets that are left, and ss(8) as the second witness."""

import collections
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import unittest

import finwait_test as ft
import servers

N = 40
SS = "ss -Htanp"
PYTHON = shutil.which("python3", path="/usr/bin")  # anybody's
STATES = {"established", "fin_wait1", "fin_wait2", "close_wait", "last_ack", "closing"}

# A server that answers nothing, and whose child has all that it accepts by fork(2) or SCM_RIGHTS.
SHARES = """
import os, signal, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
kept = [listener.accept()[0] for _ in range(int(sys.argv[2]))]
if sys.argv[3] == "twice":
    if os.fork() == 0:
        signal.pause()
else:
    inbox, outbox = socket.socketpair(socket.AF_UNIX)
    for each in kept:
        socket.send_fds(outbox, [b"x"], [each.fileno()])
        each.close()
signal.pause()
"""


# What a server that does not close does instead, with what it accepts.
COMMANDS = {
    "process": "kept = [listener.accept()[0] for _ in range(int(sys.argv[2]))]",
    "inherited": "kept = [listener.accept()[0] for _ in range(int(sys.argv[2]))]; os.fork()",
    "accept_queue": "pass",
    "thread": """kept = [listener.accept()[0] for _ in range(int(sys.argv[2]))]
import ctypes, threading
threading.Thread(target=threading.Event().wait).start()
ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)  # exit(2)""",
}
COMMAND = """
import os, signal, socket, sys
listener = socket.create_server(("", int(sys.argv[1])), backlog=1024)
%s
signal.pause()
"""


def owners(result, side):
    return [row for row in result.listed("owners") if row["side"] == side]


def numbers(descriptors):
    """Of "5-304,310"."""
    found = set()
    for part in descriptors.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def holders(line):
    """Each process of a line of ss -p, with the descriptor."""
    return {int(pid): int(fd) for pid, fd in re.findall(r'pid=(\d+),fd=(\d+)', line)}


def hides_some():
    """Whether a process lets nobody see what it holds, not even root: a guarded init, say."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            os.readlink(f"/proc/{pid}/fd/0")
        except PermissionError:
            if os.path.exists(f"/proc/{pid}/stat"):
                return True
        except OSError:
            pass
    return False


class OwnersTest(ft.TestCase):
    def assert_sums(self, result):
        """Each socket of those states is somebody's."""
        for side in ("client", "server"):
            seen = collections.Counter()
            for row in owners(result, side):
                self.assertGreater(row["count"], 0)
                seen[row["state"]] += row["count"]
            final = result.json[side]["final"]["states"]
            self.assertEqual(seen, {s: n for s, n in final.items() if s in STATES}, side)

    def assert_as_ss(self, output, rows, pid):
        """The processes' sockets, descriptor by descriptor, and how many are in whose hands."""
        places = collections.Counter()
        held = collections.defaultdict(set)
        for line in output.splitlines():
            state = ft.SS_STATES[line.split()[0]]
            if state not in STATES:
                continue
            by = holders(line)
            places[state, min(len(by), 2)] += 1
            for holder, descriptor in by.items() if len(by) == 1 else ():
                held[state, holder].add(descriptor)
        told = collections.Counter()
        numbered = {}
        for row in rows:
            told[row["state"], {"process": 1, "inherited": 2}.get(row["where"], 0)] += row["count"]
            if row["where"] == "process":
                numbered[row["state"], pid(row)] = numbers(row["descriptors"])
        self.assertEqual(told, places)
        self.assertEqual(numbered, held)

    def only_row(self, result, side, state):
        rows = [row for row in owners(result, side) if row["state"] == state]
        self.assertEqual(len(rows), 1, rows)
        return rows[0]


def inside(row):
    return row.get("pid_inside", row["pid"])


class InTheLab(OwnersTest, ft.LabTestCase):
    def run_with_ss(self, **settings):
        settings = {"load.connections": N, "settle": "500ms", **settings}
        result = self.run_checked(settings, "--inspect", SS)
        self.assert_sums(result)
        for side in ("client", "server"):
            self.assert_as_ss(result.inspection(side)["output"], owners(result, side), inside)
        return result

    def test_a_worker_that_does_not_close(self):
        result = self.run_with_ss(
            **{
                "client.program": "connect send recv close",
                "server.program": "accept recv send hold",
            }
        )
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual((row["where"], row["comm"], row["threads"]), ("process", "finwait", 1))
        self.assertGreaterEqual(row["age"], row["age_least"])
        orphans = self.only_row(result, "client", "fin_wait2")
        self.assertEqual((orphans["where"], orphans["count"]), ("orphan", N))
        self.assertNotIn("pid", orphans)

    def test_both_hold(self):
        result = self.run_with_ss(
            **{
                "client.program": "connect send recv hold",
                "server.program": "accept recv send hold",
                "server.workers": 2,
            }
        )
        rows = owners(result, "client") + owners(result, "server")
        self.assertEqual({row["where"] for row in rows}, {"process"})

    def test_children_that_inherited(self):
        result = self.run_with_ss(
            **{
                "client.program": "connect send recv close",
                "server.program": "accept recv send inherit(1h) hold",
                "server.workers": 1,
            }
        )
        rows = owners(result, "server")
        self.assertEqual({(row["where"], row["processes"]) for row in rows}, {("inherited", 2)})
        self.assertEqual(len({row["holders"][1]["pid"] for row in rows}), N)

    def test_children_that_are_left(self):
        result = self.run_with_ss(
            **{
                "client.program": "connect send recv inherit(1h) close",
                "server.program": "accept recv send wait-fin close",
                "client.workers": 1,
            }
        )
        rows = owners(result, "client")
        self.assertEqual({(row["where"], row["count"]) for row in rows}, {("process", 1)})
        self.assertEqual(len({row["pid"] for row in rows}), N)

    def test_a_server_that_does_not_accept(self):
        for step, state in (("close", "close_wait"), ("hold", "established")):
            with self.subTest(state):
                result = self.run_with_ss(
                    **{
                        "client.program": f"connect send {step}",
                        "server.program": "accept recv close",
                        "events": "[{at: 0s, stop: server}]",
                    }
                )
                row = self.only_row(result, "server", state)
                self.assertEqual((row["where"], row["count"]), ("accept_queue", N))
                self.assertNotIn("close_wait.leak", result.remark_ids())

    @unittest.skipUnless(PYTHON, "takes a python3 that anybody may run")
    def test_a_command(self):
        """ss of --inspect does not see into its PID namespace."""
        for where, program in COMMANDS.items():
            with self.subTest(where):
                words = [PYTHON, "-c", COMMAND % program, "{port}", str(N)]
                result = self.run_checked(
                    {
                        "protocol": "raw",
                        "client.program": "connect send close",
                        "server.command": shlex.join(words),
                        "load.connections": N,
                        "settle": "500ms",
                    }
                )
                self.assert_sums(result)
                row = self.only_row(result, "server", "close_wait")
                place = "process" if where == "thread" else where
                self.assertEqual((row["where"], row["count"]), (place, N))
                leaks = "close_wait.leak" in result.remark_ids()
                self.assertEqual(leaks, where != "accept_queue")
                if where != "accept_queue":
                    self.assertEqual(row["comm"], os.path.basename(PYTHON))
                    self.assertEqual(len(numbers(row["descriptors"])), N)

    def test_none_is_left(self):
        result = self.run_checked({"load.connections": N, "settle": "500ms"})
        self.assertEqual(result.listed("owners"), [])


class InTheLabAsNobody(InTheLab, ft.UnprivilegedLabTestCase):
    pass


class OnThisHost(OwnersTest):
    user = os.geteuid()

    def kept(self):
        """Where a server puts what it accepts."""
        kept = []
        self.addCleanup(lambda: [each.close() for each in kept])
        return kept

    def load(self, port, step="close", stood=0, **how):
        settings = {
            "lab": "host",
            "server.at": f"127.0.0.1:{port}",
            "protocol": "raw",
            "client.program": f"connect send {step}",
            "load.connections": N,
            "settle": "500ms",
        }
        result = self.run_checked(settings, "--inspect", SS, **{"user": self.user, **how})
        self.assert_sums(result)
        self.assertEqual(result.json["server"]["stood_before"], stood)
        for side, column in (("server", 3), ("client", 4)):
            rows = owners(result, side)
            if stood == 0 and all(row["where"] != "unknown" for row in rows):
                lines = self.lines(result.inspection("host")["output"], column, port)
                self.assert_as_ss(lines, rows, lambda row: row["pid"])
        return result

    def lines(self, output, column, port):
        lines = output.splitlines()
        return "\n".join(line for line in lines if line.split()[column].endswith(f":{port}"))

    def test_a_server_that_leaks(self):
        kept = self.kept()
        with servers.accepting(kept.append) as port:
            result = self.load(port)
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual((row["where"], row["pid"]), ("process", os.getpid()))
        self.assertEqual(numbers(row["descriptors"]), {each.fileno() for each in kept})
        self.assertEqual(row["comm"], ft.name_of(os.getpid()))
        self.assertGreater(row["threads"], 1)
        leak = result.remark("close_wait.leak", "server")
        self.assertIn(f"{N} are held by {row['comm']} (pid {os.getpid()}", leak["text"])
        self.assertIn(f"let {row['comm']} close", leak["advice"])
    def test_a_server_that_does_not_accept(self):
        for step, state in (("close", "close_wait"), ("hold", "established")):
            with self.subTest(state), servers.listening() as listener:
                result = self.load(listener.getsockname()[1], step)
                row = self.only_row(result, "server", state)
                self.assertEqual((row["where"], row["count"]), ("accept_queue", N))

    def load_shared(self, how, whose=None, **user):
        port = ft.free_port()
        process = subprocess.Popen(
            [PYTHON if whose else sys.executable, "-c", SHARES, str(port), str(N), how],
            start_new_session=True,
            user=whose,
            group=whose,
        )
        try:
            ft.wait_until(lambda: ft.listening_on(port), "the server listens")
            return process, self.load(port, **user)
        finally:
            os.killpg(process.pid, 9)
            process.wait()

    def test_two_processes_hold_them(self):
        process, result = self.load_shared("twice")
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual((row["where"], row["count"], row["processes"]), ("inherited", N, 2))
        self.assertIn(process.pid, {holder["pid"] for holder in row["holders"]})
        leak = result.remark("close_wait.leak", "server")
        self.assertIn(f"{N} are held by 2 processes each", leak["text"])
        self.assertEqual(row["parent"], process.pid)
        self.assertIn("after fork(2) let", leak["advice"])

    def test_nobody_has_a_descriptor(self):
        """They are under way from one process to another, unix(7)."""
        _, result = self.load_shared("sent")
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual((row["where"], row["count"]), ("unknown", N))
        if hides_some():
            self.assertEqual(row["why"], "no permission to look")
        else:
            self.assertEqual(row["why"], "no process found in this PID namespace")

    @unittest.skipUnless(ft.is_root(), "takes two users")
    def test_no_permission_to_look(self):
        _, result = self.load_shared("twice", user=ft.NOBODY)
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual((row["where"], row["count"], row["uid"]), ("unknown", N, 0))
        self.assertEqual(row["why"], "no permission to look")
        self.assertNotIn("pid", row)

    @unittest.skipUnless(ft.is_root() and PYTHON, "takes two users and their python3")
    def test_ones_own_process_without_root(self):
        process, result = self.load_shared("twice", whose=ft.NOBODY, user=ft.NOBODY)
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual((row["where"], row["count"], row["processes"]), ("inherited", N, 2))
        self.assertIn(process.pid, {holder["pid"] for holder in row["holders"]})

    def test_what_stood_before_is_left_out(self):
        kept = self.kept()
        with servers.accepting(kept.append) as port:
            with socket.create_connection(("127.0.0.1", port)):
                ft.wait_until(lambda: kept, "it is accepted")
                result = self.load(port, stood=1)
        row = self.only_row(result, "server", "close_wait")
        self.assertEqual(numbers(row["descriptors"]), {each.fileno() for each in kept[1:]})

if __name__ == "__main__":
    ft.main()
