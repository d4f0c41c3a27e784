"""Servers and clients that are not finwait's, as configs/real has them: each shows its fault, and
no more of it once the fault is mended."""

import glob
import os
import shutil
import unittest

import finwait_test as ft
from real import REAL, Real, is_slow, needs, programs_of

def python(name, *arguments):
    return " ".join(["python3", "-u", "{dir}/" + name, "{port}", *arguments])


class Leaks(Real):
    def only_owner(self, result):
        rows = [row for row in result.listed("owners") if row["side"] == "server"]
        self.assertEqual(len(rows), 1, rows)
        self.assertEqual(rows[0]["count"], result["connections.attempted"])
        return rows[0]

    def test_a_leak_and_its_process(self):
        for more in ({}, {"ip": "v6"}):
            result = self.play("close-wait-leak", **more)
            row = self.only_owner(result)
            self.assertEqual((row["state"], row["where"]), ("close_wait", "process"))
            self.assertTrue(row["comm"].startswith("python3"), row)
            self.assertIn(row["comm"], result.remark("close_wait.leak", "server")["text"])
            self.assert_untold(result, "close_wait.unaccepted")

    @needs("nginx")
    def test_a_server_that_closes(self):
        nginx = "nginx -p {out} -c {dir}/nginx.conf -e stderr"
        result = self.play("close-wait-leak", 1, **{"server.command": nginx})
        self.assert_all_completed(result)
        self.assertEqual(result["server.close_wait.final"], 0)
        self.assert_untold(result, "close_wait.leak")

    def test_an_accept_queue(self):
        for more in ({}, {"ip": "v6"}):
            result = self.play("accept-queue", **more)
            row = self.only_owner(result)
            self.assertEqual((row["state"], row["where"]), ("close_wait", "accept_queue"))
            self.assertNotIn("pid", row)
            self.assert_told(result, "close_wait.unaccepted")
            self.assert_untold(result, "close_wait.leak")

    def test_a_leak_is_no_accept_queue(self):
        leak = {"server.command": python("leak.py"), "client.program": "connect send recv close"}
        result = self.play("accept-queue", 1, **leak)
        self.assert_told(result, "close_wait.leak")
        self.assert_untold(result, "close_wait.unaccepted")


class Answers(Real):
    @needs("nginx")
    def test_a_413(self):
        self.assert_untold(self.play("upload-413"), "rst.sent", "message.missing")

    @needs("nginx")
    def test_a_413_that_nobody_came_for(self):
        result = self.play("upload-413", 1, **{"http.ok": "2xx"})
        self.assertEqual(result["client.outcome.bad_status"], result["connections.attempted"])

    @needs("haproxy")
    def test_nolinger(self):
        result = self.play("nolinger")
        self.assertEqual(result["client.message_due"], result["connections.failed"])
        self.assert_told(result, "message.missing")

    @needs("haproxy")
    def test_lingering(self):
        words = (
            'sh -c \'cd "$FINWAIT_OUT" && grep -v nolinger "$FINWAIT_DIR/nolinger.cfg" >lingers.cfg'
            " && exec haproxy -q -db -f lingers.cfg'"
        )
        result = self.play("nolinger", 1, **{"proxy.command": words})
        self.assert_all_completed(result)

    def test_a_half_close(self):
        self.assert_told(self.play("half-close"), "message.missing")

    def test_a_half_close_that_is_none_of_an_end(self):
        words = python("half_close.py", "keep")
        result = self.play("half-close", 1, **{"server.command": words})
        self.assert_all_completed(result)
        self.assertEqual(result["closed_first.client"], result["connections.attempted"])

    def test_a_close_delimited_response(self):
        self.assert_told(self.play("close-delimited"), "tls.truncated")

    def test_a_close_delimited_response_that_is_whole(self):
        words = python("close_delimited.py", "{cert}", "{key}", "notify")
        tls = {"server.command": words}
        tcp = {"transport": "tcp", "server.command": python("close_delimited.py")}
        for more in (tls, tcp):
            result = self.play("close-delimited", 1, **more)
            self.assert_all_completed(result)
            self.assert_untold(result, "tls.truncated")


class Idle(Real):
    @needs("nginx")
    def test_nginx(self):
        self.idle("idle")
        result = self.client_first("idle")
        self.assertEqual(result["closed_first.client"], result["connections.attempted"])

    @needs("nginx")
    def test_nginx_over_tls(self):
        """Who is told by a close_notify may send its FIN before the client has."""
        self.idle("idle-tls")
        self.client_first("idle-tls", "connect send recv pause(200ms) send recv notify close")

    @needs("nginx")
    def test_at_the_same_time(self):
        """Who is first is luck; that each lost answer is one of the server's closing is none."""
        program = "connect send recv pause(1s) send recv close"
        result = self.play("idle", expect="null", **{"client.program": program})
        lost = result["client.message_due"]
        self.assertEqual(result["connections.failed"], lost)
        self.assertGreaterEqual(result["closed_first.server"], lost)
        self.assertEqual(result["closed_first.unknown"], 0)



class Others(Real):
    def test_a_short_backlog(self):
        result = self.play("backlog")
        self.assertIn("listen(2)", result.remark("accept_queue.full")["advice"])
        self.assert_told(result, "connect.slow")

    def test_fewer_clients_than_there_is_room_for(self):
        result = self.play("backlog", 1, **{"load.concurrency": 4})
        self.assert_all_completed(result)
        self.assert_untold(result, "accept_queue.full")

    @needs("nginx")
    def test_an_upstream(self):
        result = self.play("upstream")
        pile = [r["text"] for r in result.json["remarks"] if r["id"] == "time_wait.pile"]
        self.assertIn("500 more stand in TIME_WAIT on the proxy's back", " ".join(pile))

    @needs("nginx")
    def test_an_upstream_that_closes_first(self):
        result = self.play("upstream", 1, **{"server.program": "accept recv send close"})
        kept = result["server.time_wait.final"] + result["proxy.back.time_wait.final"]
        self.assertGreaterEqual(kept, 500)
        self.assertGreater(result["server.time_wait.final"], 400)

    def test_a_client_certificate(self):
        result = self.play("client-certificate")
        errors = result.json["client"]["tls_errors"]
        self.assertEqual(errors, {"tlsv1 alert unknown ca": result["connections.attempted"]})

    def test_a_reload(self):
        self.play("reload")

    def test_a_reload_that_migrates(self):
        result = self.play("reload", 1, **{"server.sysctl.net.ipv4.tcp_migrate_req": 1})
        self.assertEqual(result["client.outcome.reset"], 0)
        moved = result["server.counter.TcpExtTCPMigrateReqSuccess"]
        self.assertGreater(moved, 0)
        story = " ".join(remark["text"] for remark in result.listed("remarks"))
        self.assertIn(f"tcp_migrate_req: {moved} connections", story)
        self.assertNotIn("it reset what waited", story)


class AsNobody(Real, ft.UnprivilegedLabTestCase):
    def test_all_that_ship(self):
        self.play_all(lambda programs: not is_slow(programs))


class WithoutPrograms(Real):
    """What is missing is named, be it started by way of a shell."""

    HELPERS = ("sh", "env", "cp", "head", "sed")

    def test_they_are_named(self):
        few = ft.PLACE.directory()
        for name in self.HELPERS:
            os.symlink(shutil.which(name), os.path.join(few, name))
        os.environ["PATH"] = few
        for path in sorted(glob.glob(os.path.join(REAL, "*.yaml"))):
            needed = programs_of(path)
            if needed:
                with self.subTest(path):
                    ended = ft.finwait("run", path)
                    self.assertIn(ended.status, (3, 4), ended)
                    said = ended.stderr + ended.stdout
                    self.assertRegex(said, f"({needed[0]}.*(ENOENT|not found|No such file))")


if __name__ == "__main__":
    ft.main()
