"""Packets: what is captured agrees with what the kernel counted, and other programs read it."""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import unittest

import finwait_test as ft

COUNT = 1000
ALL = {"capture": COUNT, "load.connections": COUNT}
SIDES = ("client", "server")
VERBOSE = ("--quiet", "--format=verbose")


class Packets:
    """The packets in a run's directory, as tshark(1) has them."""

    def __init__(self, directory, *options):
        self.file = os.path.join(directory, "packets.pcap")
        self.options = options

    def fields(self, select, *names):
        command = ["tshark", "-r", self.file, *self.options, "-Y", select, "-T", "fields"]
        for name in names:
            command += ["-e", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def count(self, select):
        return len(self.fields(select, "frame.number"))

    def senders(self, select):
        """How many ends sent such a packet, be it again: a tail loss probe is a second FIN."""
        return len({tuple(end) for end in self.fields(select, "tcp.stream", "tcp.srcport")})

    def streams(self):
        return len({stream for (stream,) in self.fields("tcp", "tcp.stream")})


@unittest.skipUnless(shutil.which("tshark") and shutil.which("capinfos"), "takes tshark(1)")
class CaptureTestCase(ft.LabTestCase):
    def capture(self, settings, *arguments, status=0):
        """The result, and its packets."""
        out = ft.PLACE.directory(owner=self.user)
        result = self.run_checked(settings, "--out", out, *arguments, status=status)
        self.assertEqual(result.json["capture"]["file"], "packets.pcap")
        self.assertEqual(result.json["capture"]["dropped_kernel"], 0)
        self.assertEqual(result.json["capture"]["dropped_memory"], 0)
        return result, Packets(out)

    def counted(self, result, counter):
        return sum(result[f"{side}.counter.{counter}"] for side in SIDES)


class Agreement:
    """1,000 connections, all of them captured."""

    def test_orderly(self):
        result, packets = self.capture({**ALL, "order": "server-first"})
        seen = result.json["capture"]
        self.assertEqual(seen["connections"], COUNT)
        self.assertEqual(seen["otherwise"], 0)
        self.assertTrue(seen["as_foreseen"])
        self.assertEqual(packets.count("frame"), seen["packets"])
        self.assertEqual(packets.streams(), COUNT)
        self.assertEqual(packets.senders("tcp.flags.fin == 1"), 2 * COUNT)
        self.assertEqual(packets.count("tcp.flags.reset == 1"), 0)
        self.assertEqual(packets.senders("tcp.flags.syn == 1 && tcp.flags.ack == 0"), COUNT)

    def test_resets(self):
        result, packets = self.capture({**ALL, "order": "client-rst"})
        self.assertEqual(result.json["capture"]["otherwise"], 0)
        resets = packets.count("tcp.flags.reset == 1")
        self.assertEqual(resets, self.counted(result, "TcpOutRsts"))
        self.assertEqual(resets, COUNT)

    def test_retransmissions(self):
        settings = {**ALL, "order": "server-first", "settle": "3s", "faults": "{drop: 5%}"}
        result, packets = self.capture(settings)
        seen = result.json["capture"]
        told = self.counted(result, "TcpRetransSegs")
        self.assertGreater(told, 0)
        # Between the counters' being read and the capture's end there may be a few more.
        self.assertLessEqual(told, seen["retransmissions"])
        self.assertLessEqual(seen["retransmissions"], told + 5)
        again = packets.count("tcp.analysis.retransmission")
        self.assertLessEqual(again, seen["retransmissions"])
        self.assertGreaterEqual(packets.count("tcp.flags.fin == 1"), 2 * COUNT - COUNT // 10)

    def test_time_is_in_order(self):
        _, packets = self.capture({**ALL, "order": "client-first"})
        told = subprocess.run(
            ["capinfos", "-M", "-o", "-c", packets.file], capture_output=True, text=True, check=True
        ).stdout
        self.assertRegex(told, r"Strict time order: +True")


class OfRoot(Agreement, CaptureTestCase):
    pass


class OfNobody(Agreement, CaptureTestCase):
    user = ft.NOBODY if ft.is_root() else os.geteuid()


class Chosen(CaptureTestCase):
    def test_the_first_are_whole(self):
        result, packets = self.capture({"capture": 3, "load.connections": 5000})
        seen = result.json["capture"]
        self.assertEqual(seen["connections"], 3)
        self.assertEqual(packets.streams(), 3)
        self.assertEqual(packets.senders("tcp.flags.fin == 1"), 6)
        self.assertEqual(packets.count("tcp.flags.syn == 1"), 6)
        self.assertEqual(seen["drawn"], 1)
        first, last = seen["seen"][0], seen["seen"][-1]
        self.assertEqual((first["flags"], first["client"]), ("SYN", "syn_sent"))
        self.assertEqual((last["client"], last["server"]), ("close", "time_wait"))

    def test_ipv6(self):
        result, packets = self.capture({"capture": 2, "load.connections": 20, "ip": "v6"})
        self.assertEqual(result.json["capture"]["connections"], 2)
        self.assertEqual(packets.count("ipv6 && tcp.flags.fin == 1"), 4)

    def test_failures_are_kept(self):
        """After a second of 1,000 connections' two nothing comes back to the client."""
        settings = {
            "capture": 2,
            "order": "server-first",
            "load.rate": "500/s",
            "load.connections": 1000,
            "load.timeout": "500ms",
            "faults": "{at: 1s, drop: any, toward: client}",
        }
        result, packets = self.capture(settings)
        seen = result.json["capture"]
        self.assertEqual(seen["connections"], 4)
        self.assertEqual(seen["otherwise"], 2)
        self.assertEqual(seen["drawn"], 3)
        self.assertGreater(seen["retransmissions"], 0)
        self.assertEqual(packets.streams(), 4)

    def test_without_a_directory(self):
        result = self.run_checked({"capture": 1, "load.connections": 20})
        self.assertNotIn("file", result.json["capture"])
        self.assertEqual(result.json["capture"]["connections"], 1)


class Keys(CaptureTestCase):
    """TLS, decrypted with the keys of the connections that were kept, and of no others."""

    def decrypt(self, settings, connections, secrets):
        result, packets = self.capture({"transport": "tls", **settings})
        keys = os.path.join(os.path.dirname(packets.file), "keys.log")
        self.assertEqual(os.stat(keys).st_mode & 0o777, 0o600)
        with open(keys, encoding="ascii") as file:
            lines = [line.split() for line in file]
        self.assertEqual(len({random for _, random, _ in lines}), connections)
        self.assertEqual({label for label, _, _ in lines}, secrets)
        port = f"tcp.port=={settings.get('server.port', 8080)},tls"
        packets.options = ("-o", f"tls.keylog_file:{keys}", "-d", port)
        self.assertEqual(packets.count("http.request"), connections)
        self.assertEqual(packets.count("http.response.code == 200"), connections)
        packets.options = ("-d", port)
        self.assertEqual(packets.count("http"), 0)
        return result

    def test_version_1_3(self):
        secrets = {"EXPORTER_SECRET"}
        for side in ("CLIENT", "SERVER"):
            secrets |= {f"{side}_HANDSHAKE_TRAFFIC_SECRET", f"{side}_TRAFFIC_SECRET_0"}
        self.decrypt({"capture": 3, "load.connections": 200}, 3, secrets)

    def test_version_1_2(self):
        settings = {"capture": 3, "load.connections": 200, "tls.version": "1.2"}
        self.decrypt(settings, 3, {"CLIENT_RANDOM"})


class KeysOfNobody(Keys):
    """As nobody."""

    user = ft.NOBODY if ft.is_root() else os.geteuid()


class Ladders(CaptureTestCase):
    def show(self, directory, *arguments, status=0):
        ended = ft.finwait("show", "--seen", directory, *arguments, user=self.user)
        self.assertEqual(ended.status, status, ended)
        return ended

    def test_a_close_in_order(self):
        _, packets = self.capture({"capture": 2, "load.connections": 20, "order": "server-first"})
        shown = self.show(os.path.dirname(packets.file)).stdout
        model, seen = shown.split("\nSeen: connection 1 of 2, ")
        self.assertIn("accept recv send close", model)
        self.assertRegex(seen, r"syn_sent .* SYN seq 0 .*▶ syn_recv")
        self.assertRegex(seen, r"close_wait .*◀.* FIN ACK .* fin_wait1")
        self.assertRegex(seen, r"last_ack .* FIN ACK .*▶ time_wait")
        self.assertNotIn("!", seen)
        other = self.show(os.path.dirname(packets.file), "--connection", "2").stdout
        self.assertIn("Seen: connection 2 of 2, ", other)

    def test_what_was_not_foreseen_is_marked(self):
        settings = {"capture": 1, "load.connections": 20, "settle": "1s"}
        fault = "{at: 0s, drop: fin, toward: client, for: 300ms}"
        result, packets = self.capture({**settings, "faults": fault})
        marks = [packet.get("mark") for packet in result.json["capture"]["seen"]]
        self.assertIn("sent again below", marks)
        shown = self.show(os.path.dirname(packets.file)).stdout
        self.assertIn("Nothing was foreseen: ", shown)
        self.assertIn("! sent again below", shown)
        self.assertRegex(shown, "! retransmission|! again, and in vain")

    def test_the_report_has_one(self):
        out = ft.PLACE.directory(owner=self.user)
        settings = {"capture": 1, "load.connections": 20}
        ended = ft.finwait(*ft.as_arguments(settings), *VERBOSE, "--out", out, user=self.user)
        self.assertEqual(ended.status, 0, ended)
        self.assertRegex(ended.stdout, r"packets of 1 connection are in packets\.pcap")
        model, seen = ended.stdout.split("Seen: connection 1, from ")
        self.assertRegex(model.split("Foreseen by the model:")[1], r"syn_sent +connect .* SYN ")
        self.assertRegex(seen, r"syn_sent .* SYN seq 0 .*▶ syn_recv")
        wide = self.on_a_terminal(["report", out, "--format=verbose"], columns=200)
        self.assertRegex(wide, r"syn_sent +connect .* SYN .* syn_sent .* SYN seq 0 .*▶ syn_recv")
        self.assertNotRegex(self.on_a_terminal(["report", out], columns=120), "connect .* SYN seq")

    def on_a_terminal(self, arguments, columns):
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        process = subprocess.Popen([ft.BINARY, *arguments], stdout=its)
        os.close(its)
        written = b""
        while select.select([ours], [], [], 10)[0]:
            try:
                written += os.read(ours, 4096)
            except OSError:  # EIO: its end is closed
                break
        os.close(ours)
        self.assertEqual(process.wait(), 0)
        return written.decode()

    def test_a_race_shows_the_end_that_the_connection_came_to(self):
        """Of a mix, too: a client that closes, and one that resets."""
        programs = "[{weight: 1, program: connect send recv close}, "
        programs += "{weight: 1, program: connect send recv rst}]"
        race = {"client.program": "connect send close", "server.program": "accept recv send close"}
        serving = "accept recv send wait-fin close"
        for settings in ({"server.program": serving, "client.mix": programs}, race):
            out = ft.PLACE.directory(owner=self.user)
            settings = {"capture": 2, "load.connections": 2, **settings}
            ended = ft.finwait(*ft.as_arguments(settings), *VERBOSE, "--out", out, user=self.user)
            self.assertIn("as predicted", ended.stdout)
            model, seen = ended.stdout.split("Seen: connection 1, from ")
            model = model.split("Foreseen by the model")[1]
            seen = seen.split("What happened")[0]
            self.assertEqual(" RST " in model, " RST " in seen, ended.stdout)
            self.assertEqual("── FIN ──" in model, " FIN ACK " in seen, ended.stdout)

    def test_nothing_is_written_through_a_link(self):
        victim = ft.PLACE.write("victim", "precious")
        os.chmod(victim, 0o666)
        server = f"{sys.executable} -m http.server {{port}}"
        for settings, names in (
            ({"transport": "tls"}, ("packets.pcap", "keys.log")),
            ({"server.command": server}, ("packets.pcap", "server.log")),
        ):
            out = ft.PLACE.directory(owner=self.user)
            for name in names:
                os.symlink(victim, os.path.join(out, name))
            self.run_checked({"capture": 1, "load.connections": 2, **settings}, "--out", out)
            for name in names:
                self.assertFalse(os.path.islink(os.path.join(out, name)), name)
        with open(victim, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")

    def test_what_cannot_be_shown(self):
        _, packets = self.capture({"capture": 1, "load.connections": 20})
        out = os.path.dirname(packets.file)
        self.assertIn("they are 1 to 1", self.show(out, "--connection", "2", status=2).stderr)
        os.truncate(packets.file, os.path.getsize(packets.file) - 1)
        self.assertIn("the packets end within", self.show(out, status=2).stderr)
        os.remove(packets.file)
        self.assertIn("--capture 3", self.show(out, status=2).stderr)


class Interrupted(CaptureTestCase):
    def begin(self, out):
        arguments = ft.as_arguments({"capture": 2, "load.connections": 20, "settle": "60s"})
        process = ft.popen([*arguments, "--json", "--out", out], user=self.user)
        ft.wait_until(lambda: len(ft.processes_of(process.mark)) > 3, "it runs")
        return process

    def test_by_a_signal(self):
        out = ft.PLACE.directory(owner=self.user)
        process = self.begin(out)
        process.send_signal(signal.SIGINT)
        ended = ft.finish(process)
        self.assertEqual(ended.status, 4, ended)
        seen = ended.result.json["capture"]  # of as many as had begun by then
        self.assertEqual(Packets(out).streams(), seen["connections"])
        self.assert_nothing_left(process.mark)

    def test_by_kill(self):
        process = self.begin(ft.PLACE.directory(owner=self.user))
        process.kill()
        ft.finish(process)
        self.assert_nothing_left(process.mark)


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Foreign(CaptureTestCase):
    def test_commands(self):
        server = f"{sys.executable} -m http.server {{port}}"
        settings = {"capture": 1, "server.command": server}
        result, packets = self.capture({**settings, "client.command": "curl -sS -o /dev/null {url}"})
        self.assertEqual(result.json["capture"]["connections"], 1)
        self.assertEqual(packets.count("tcp.flags.fin == 1"), 2)


class Refusals(ft.TestCase):
    def test_this_host_takes_net_raw(self):
        if not ft.is_root():
            self.skipTest("only root can become another user")
        settings = {"capture": 1, "lab": "host", "server.port": ft.free_port()}
        ended = ft.run(settings, user=ft.NOBODY)
        self.assertEqual(ended.status, 3, ended)
        self.assert_nothing_started(ended)
        self.assertIn("CAP_NET_RAW", ended.stderr)

    def test_a_file_that_cannot_be(self):
        out = ft.PLACE.directory()
        os.mkdir(os.path.join(out, "packets.pcap"))
        ended = ft.run({"capture": 1}, "--out", out)
        self.assertEqual(ended.status, 3, ended)
        self.assert_nothing_started(ended)
        self.assertIn("packets.pcap: EISDIR", ended.stderr)


@unittest.skipUnless(ft.is_root(), "takes CAP_NET_RAW")
class ThisHost(CaptureTestCase):
    def test_loopback_has_each_packet_once(self):
        settings = {"capture": 5, "lab": "host", "load.connections": 100}
        result, packets = self.capture({**settings, "server.port": ft.free_port()})
        self.assertEqual(result.json["capture"]["connections"], 5)
        self.assertEqual(packets.count("tcp.flags.syn == 1"), 10)
        self.assertEqual(packets.count("tcp.flags.fin == 1"), 10)


if __name__ == "__main__":
    ft.main()
