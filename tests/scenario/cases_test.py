"""What finwait says of public reports: ids, counts and sums.  tests/data/cases has the reports; the
servers that are not finwait's are Python's and nginx."""

import contextlib
import re
import socket
import ssl
import threading
import unittest

import cases
import finwait_test as ft
import hosts
import tls_peers
from servers import accepting, listening, read_head, server
from tls_peers import identity, nginx, tool

V6 = {"ip": "v6"}
TLS = {"transport": "tls"}


class Ports(cases.CaseTest, ft.LabTestCase):
    """01: the client closes first, and its TIME_WAITs hold the ports."""

    RANGE = "client.sysctl.net.ipv4.ip_local_port_range"
    # By number: a load of so long misses some on a busy machine.
    SHORT = {"load.duration": "5s", "load.connections": 2000, RANGE: "32768 33767"}
    PORTS = 1000

    def exhausted(self, **sysctls):
        sysctls = {f"client.sysctl.net.ipv4.{key}": value for key, value in sysctls.items()}
        return self.check({**self.SHORT, **sysctls})

    def check(self, settings):
        result = self.run_case("01-k6-826-ports", settings, status=1)
        self.assertEqual(result["client.time_wait.final"], self.PORTS)
        self.assertEqual(result["closed_first.client"], result["connections.completed"])
        self.assertEqual(result["client.outcome.no_port"], result["connections.failed"])
        self.assertEqual(result["connections.attempted"], 2000)
        remark = result.remark("ports.exhausted")
        self.assertIn("2,000", remark["text"])
        self.assertIn("2,000", result.remark("time_wait.pile", "client")["text"])
        self.assertNotIn("fin_timeout", remark["text"] + remark["advice"])
        self.assert_untold(result, "address.unavailable")
        return result, remark

    def test_ports_in_time_wait(self):
        result, remark = self.exhausted()
        self.assertEqual(result["connections.completed"], self.PORTS)
        self.assertIn("tcp_tw_reuse", remark["advice"])

    def test_a_shorter_fin_timeout_changes_nothing(self):
        result, remark = self.exhausted(tcp_fin_timeout=5)
        self.assertEqual(result["connections.completed"], self.PORTS)
        self.assertIn("tcp_tw_reuse", remark["advice"])

    def test_reuse_without_timestamps(self):
        result, remark = self.exhausted(tcp_tw_reuse=1, tcp_timestamps=0)
        self.assertEqual(result["connections.completed"], self.PORTS)
        self.assertEqual(result["client.counter.TcpExtTWRecycled"], 0)
        self.assertIn("tcp_timestamps", remark["advice"])

    def test_reuse_that_is_already_set(self):
        result, remark = self.exhausted(tcp_tw_reuse=1)
        recycled = result["client.counter.TcpExtTWRecycled"]
        self.assertEqual(result["connections.completed"], self.PORTS + recycled)
        self.assertNotIn("tcp_tw_reuse", remark["advice"])

    def test_over_ipv6(self):
        result, _ = self.check({**self.SHORT, **V6})
        self.assertEqual(result["connections.completed"], self.PORTS)

    def test_the_server_closes_first(self):
        result = self.run_case("01-k6-826-ports", {**self.SHORT, "order": "server-first"})
        self.assertEqual(result["closed_first.server"], 2000)
        self.assert_untold(result, "ports.exhausted")


class Restart(cases.CaseTest, ft.LabTestCase):
    """04: a server that is started again over its TIME_WAITs."""

    SHORT = {"load.duration": "2s"}

    def refused(self, **settings):
        result = self.run_case("04-neon-801-restart", {**self.SHORT, **settings}, status=1)
        self.assertEqual(result["timeline.refusals"], result["server.errors.EADDRINUSE"])
        self.assertGreater(result["client.outcome.refused"], 0)  # one more may have been under way
        self.assertLessEqual(result["connections.failed"] - result["client.outcome.refused"], 1)
        self.assertEqual(result["closed_first.server"], result["connections.opened"])
        told = re.search(r"([\d.]+) a second", result.remark("time_wait.pile", "server")["text"])
        self.assertAlmostEqual(float(told[1]), 100, delta=5)  # the load's own rate
        self.assert_told(result, "connect.refused", "event.happened")
        self.assertIn("reuseaddr", result.remark("restart.refused")["advice"])

    def test_without_reuseaddr(self):
        self.refused()

    def test_over_tls(self):
        self.refused(**TLS)

    def restarted(self, **settings):
        result = self.run_case("04-neon-801-restart", {**self.SHORT, **settings})
        self.assertGreater(result["timeline.restart"], 0)
        self.assert_untold(result, "restart.refused")

    def test_with_reuseaddr(self):
        self.restarted(**{"server.sockopt.reuseaddr": "on"})

    def test_the_client_has_the_time_waits(self):
        self.restarted(order="client-first")


class CutAnswers(cases.CaseTest, ft.LabTestCase):
    """05 and 06: a RST that overtakes an answer makes it no success."""

    def cut(self, name, count, **settings):
        result = self.run_case(name, settings, status=1)
        lost = result["client.message_due"]
        self.assertGreater(lost, 0)
        self.assertLessEqual(lost, result["connections.failed"])
        self.assertEqual(result["client.messages_received"] + lost, count)
        self.assertEqual(result["server.messages_sent"], count)
        self.assertEqual(result["closed_first.server"], count)
        self.assert_told(result, "rst.sent")
        self.assert_told(result, "message.missing")
        return result

    def test_an_answer_before_the_body_is_read(self):
        result = self.cut("05-gunicorn-872-early401", 500)
        self.assertEqual(result["connections.failed"], result["client.message_due"])

    def test_over_ipv6(self):
        self.cut("05-gunicorn-872-early401", 500, **V6)

    def test_an_answer_after_the_body_is_read(self):
        drained = {"server.program": "accept recv send close"}
        result = self.run_case("05-gunicorn-872-early401", drained)
        self.assertEqual(result["connections.completed"], 500)
        self.assert_untold(result, "rst.sent")

    def test_nolinger(self):
        result = self.cut("06-haproxy-896-nolinger", 500)
        self.assertEqual(result["connections.failed"], result["client.message_due"])
        self.assertEqual(result["server.counter.TcpExtTCPAbortOnData"], 500)

    def test_nolinger_as_a_socket_option(self):
        program = {"server.program": "accept recv send close", "server.sockopt.linger": "0s"}
        self.cut("06-haproxy-896-nolinger", 500, **program)

    def test_lingering(self):
        program = {"server.program": "accept recv send close"}
        result = self.run_case("06-haproxy-896-nolinger", {**program, "load.connections": 100})
        self.assert_untold(result, "rst.sent")


class Backlog(cases.CaseTest, ft.LabTestCase):
    """13: listen(5) and 64 clients."""

    def test_the_backlog_binds(self):
        settings = {"load.timeout": "1500ms"}  # so many that some meet a server without a CPU
        result = self.run_case("13-werkzeug-47-backlog", settings, status=1)
        self.assert_queue_full(result, "server.backlog", "somaxconn")

    def test_room_enough(self):
        settings = {"load.connections": 128, "server.backlog": 128}
        result = self.run_case("13-werkzeug-47-backlog", settings)
        self.assertEqual(result["connections.completed"], 128)
        self.assert_untold(result, "accept_queue.full", "connect.slow")


class HalfClose(cases.CaseTest, ft.LabTestCase):
    """15 and 36: a half-close taken for the end."""

    def private(self, count=300, **settings):
        result = self.run_case("36-halfclose-private", settings, status=1)
        self.assert_all_lost(result, count)
        self.assertEqual(result["client.outcome.eof"], count)
        self.assert_told(result, "message.missing")

    def test_no_answer(self):
        self.private()

    def test_over_ipv6(self):
        self.private(**V6)

    def test_a_server_that_waits_for_the_fin(self):
        self.private(**{"server.program": "accept recv wait-fin close"})

    def foreign(self, serve, status, **settings):
        with server(serve) as port:
            short = {**cases.at(port), "load.connections": 100, **settings}
            return self.run_case("15-http-core-22-halfclose", short, status=status)

    def test_a_foreign_server_that_takes_it_for_an_abort(self):
        def serve(connection):
            while connection.recv(65536):
                pass

        result = self.foreign(serve, 1)
        self.assert_all_lost(result, 100)
        self.assertEqual(result["closed_first.client"], 100)

    def test_a_foreign_server_that_answers_all_the_same(self):
        def serve(connection):
            while connection.recv(65536):
                pass
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        result = self.foreign(serve, 0)
        self.assertEqual(result["connections.completed"], 100)
        self.assertEqual(result["closed_first.client"], 100)


class Leak(cases.CaseTest):
    """17 and 33: CLOSE_WAIT of an application that does not close, or does not accept."""

    N = 100
    SHORT = {"load.connections": N}

    def leak(self, name, port, host="127.0.0.1", **settings):
        settings = {**self.SHORT, **cases.at(port, host), **settings}
        result = self.run_case(name, settings, status=1)
        self.assertEqual(result["closed_first.client"], self.N)
        self.assertEqual(result["server.close_wait.final"], self.N)
        self.assertEqual(result["client.fin_wait2.final"], self.N)
        return result

    @contextlib.contextmanager
    def leaking(self, **where):
        kept = []
        try:
            with accepting(kept.append, **where) as port:
                yield port
        finally:
            for connection in kept:
                connection.close()

    def test_descriptors_that_nobody_closes(self):
        with self.leaking() as port:
            result = self.leak("17-node-help-3914-closewait", port)
        self.assertEqual(result["server.close_wait.unaccepted"], 0)
        self.assert_told(result, "close_wait.leak")
        self.assert_untold(result, "close_wait.unaccepted")

    def test_over_ipv6(self):
        self.require_ipv6()
        with self.leaking(host="::1") as port:
            result = self.leak("17-node-help-3914-closewait", port, "[::1]", **V6)
        self.assert_told(result, "close_wait.leak")

    def test_a_server_that_never_accepts(self):
        with listening() as listener:
            port = listener.getsockname()[1]
            result = self.leak("33-tomcat-acceptcount", port)
        self.assertEqual(result["server.close_wait.unaccepted"], self.N)
        self.assertEqual(result["server.accept_queue.final"], self.N)
        self.assert_told(result, "close_wait.unaccepted")
        self.assert_untold(result, "close_wait.leak")

    def test_a_server_that_never_accepts_over_ipv6(self):
        self.require_ipv6()
        with listening("::1") as listener:
            port = listener.getsockname()[1]
            result = self.leak("33-tomcat-acceptcount", port, "[::1]", **V6)
        self.assert_told(result, "close_wait.unaccepted")
        self.assert_untold(result, "close_wait.leak")

    def test_a_server_that_accepts_a_few(self):
        """Both at once, each told with its own count."""
        few = 10
        kept = []

        def accept(listener):
            for _ in range(few):
                kept.append(listener.accept()[0])

        with listening() as listener:
            thread = threading.Thread(target=accept, args=[listener])
            thread.start()
            result = self.leak("33-tomcat-acceptcount", listener.getsockname()[1])
            thread.join()
            for connection in kept:
                connection.close()
        self.assertEqual(result["server.close_wait.unaccepted"], self.N - few)
        self.assert_told(result, "close_wait.unaccepted", "close_wait.leak")


@unittest.skipIf(hosts.refusal(), "no host of a test's own here")
class NoAddress(cases.CaseTest):
    """20: EADDRNOTAVAIL where no port was short."""

    def refused(self, *prepare):
        with hosts.keeper("unshare", "-Urn") as keeper:
            host = hosts.Host(keeper)
            for command in prepare:
                host.run(*command.split())
            ran = host.run(ft.BINARY, *cases.arguments("20-pgbouncer-483-v6", {}), check=False)
        ended = ft.Run(ran.returncode, ran.stdout, ran.stderr)
        self.assertEqual((ended.status, ended.stderr), (1, ""), ended)
        self.assert_sums(ended.result)
        self.assertEqual(ended.result["connections.failed"], 100)
        self.assertEqual(ended.result["client.errors.EADDRNOTAVAIL"], 100)
        self.assert_untold(ended.result, "ports.exhausted")
        return ended.result

    def test_ipv6_disabled(self):
        result = self.refused(
            "ip link set lo up", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1"
        )
        self.assertIn("disable_ipv6", result.remark("address.unavailable")["text"])

    def test_the_address_taken_away(self):
        result = self.refused("ip link set lo up", "ip address del ::1/128 dev lo")
        self.assertNotIn("disable_ipv6", result.remark("address.unavailable")["text"])


class Idle(cases.CaseTest):
    """16, 32 and 40: the server ends idle connections while a request is on its way."""

    EITHER = {"expect": "null"}  # of who may be first

    def race(self, name, settings, status=1):
        """Its result, and how many answers were lost: where the server was the first to close."""
        result = self.run_case(name, settings, status=status)
        lost = result["client.message_due"]
        self.assertEqual(result["connections.failed"], lost)
        ends = result["client.outcome.eof"] + result["client.outcome.reset"]
        self.assertEqual(ends, lost)
        self.assertGreaterEqual(result["closed_first.server"], lost)
        self.assertEqual(result["closed_first.unknown"], 0)
        return result, lost

    def check_all_lost(self, name, settings, least, most):
        """And the server's idle timeout is measured, in seconds."""
        result, lost = self.race(name, settings)
        self.assertEqual(lost, result["connections.attempted"])
        self.assertGreaterEqual(result["latency.idle.p50"], least)
        self.assertLess(result["latency.idle.p50"], most)
        self.assert_told(result, "idle.closed", "message.missing")

    def check_none_lost(self, name, settings):
        result, lost = self.race(name, settings, status=0)
        self.assertEqual(lost, 0)
        self.assertNotIn("latency.idle.p50", result.json["metrics"])
        self.assert_untold(result, "idle.closed")
        return result


class PrivateIdle(Idle, ft.LabTestCase):
    NAME = "16-node-20256-race"
    SHORT = {"load.duration": "5s", "load.connections": 100, "load.timeout": "3s"}

    def programs(self, client, server, end="close"):
        return {
            **self.SHORT,
            "client.program": f"connect send recv pause({client}) send recv close",
            "server.program": f"accept recv send pause({server}) {end}",
        }

    def test_a_race(self):
        self.race(self.NAME, {**self.SHORT, **self.EITHER}, status=0)

    def test_the_server_is_first(self):
        self.check_all_lost(self.NAME, self.programs("300ms", "50ms"), 0.04, 0.3)

    def test_over_tls(self):
        settings = {**self.programs("300ms", "50ms", "notify close"), **TLS}
        self.check_all_lost(self.NAME, settings, 0.04, 0.3)

    def test_a_server_that_waits_longer(self):
        settings = self.programs("50ms", "300ms")
        settings["server.program"] = "accept recv send recv send wait-fin close"
        result = self.check_none_lost(self.NAME, settings)
        self.assertEqual(result["closed_first.client"], result["connections.attempted"])


@unittest.skipUnless(tls_peers.NGINX, "nginx is not installed")
class NginxIdle(Idle):
    SHORT = {"load.duration": "5s", "load.connections": 100}

    def settings(self, port, pause, transport=""):
        closes = "notify close" if transport == "tls" else "close"
        program = f"connect send recv pause({pause}) send recv {closes}"
        return {**self.SHORT, **cases.at(port), "client.program": program}

    def test_at_the_same_time(self):
        with nginx(tls=False, keepalive="1s") as it:
            settings = {**self.SHORT, **self.EITHER, **cases.at(it.port)}
            self.race("40-nginx-idle", settings, status=0)

    def test_nginx_is_first(self):
        with nginx(tls=False, keepalive="1s") as it:
            self.check_all_lost("40-nginx-idle", self.settings(it.port, "1300ms"), 0.95, 1.3)

    def test_the_client_is_first(self):
        with nginx(tls=False, keepalive="5s") as it:
            settings = self.settings(it.port, "200ms")
            result = self.check_none_lost("40-nginx-idle", settings)
        self.assertEqual(result["closed_first.client"], result["connections.attempted"])

    def test_nginx_is_first_over_tls(self):
        with nginx(keepalive="1s") as it:
            settings = self.settings(it.port, "1300ms", "tls")
            self.check_all_lost("32-tls-idle", settings, 0.95, 1.3)

    def test_the_client_is_first_over_tls(self):
        with nginx(keepalive="5s") as it:
            self.check_none_lost("32-tls-idle", self.settings(it.port, "200ms", "tls"))


@unittest.skipUnless(tls_peers.NGINX, "nginx is not installed")
class TooLarge(cases.CaseTest):
    """29: an answer of 413 to a large upload."""

    N = 50

    def upload(self, port, status=0, **more):
        settings = {**cases.at(port), "load.connections": self.N, **more}
        result = self.run_case("29-nginx-413", settings, status=status)
        self.assertEqual(result["connections.failed"], self.N)
        self.assertEqual(result["client.http.status.413"], result["client.messages_received"])
        self.assertEqual(
            result["client.outcome.bad_status"], result["client.messages_received"]
        )
        return result

    def drained(self, **more):
        with nginx(tls=False, more="client_max_body_size 1k;" + more.pop("more", "")) as it:
            # A need of its own fails the run: none of the answers is within http.ok.
            result = self.upload(it.port, status=1, **more)
        self.assertEqual(result["client.http.ok"], 0)
        self.assertEqual(result["client.messages_received"], self.N)
        self.assert_untold(result, "rst.sent")

    def test_nginx_reads_what_it_refuses(self):
        self.drained()

    def test_without_lingering_close(self):
        self.drained(more="lingering_close off;")

    def test_a_small_upload(self):
        self.drained(**{"request.size": "2k"})

    def test_a_server_that_does_not_read_it(self):
        def serve(connection):
            read_head(connection)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

        with server(serve) as port:
            settings = {**cases.at(port), "load.connections": self.N}
            result = self.run_case("29-nginx-413", settings, status=1)
        self.assert_all_lost(result, self.N)
        reset = self.N - result["client.messages_received"]
        self.assertGreater(reset, 0)
        self.assertGreaterEqual(result["client.outcome.reset"], reset)
        self.assertEqual(result["closed_first.server"], self.N)
        self.assert_told(result, "rst.machine")


class Upstream(cases.CaseTest):
    """30: nginx in front of finwait's server, ab in front of nginx."""

    N = 200

    def served(self, program):
        port = ft.free_port()
        settings = {"server.port": port, "load.duration": "2s", "server.program": program}
        process = ft.popen(cases.arguments("30-nginx-upstream", settings))
        ft.wait_until(lambda: ft.listening_on(port), "finwait's server listens")
        proxy = f"location /up {{ proxy_pass http://127.0.0.1:{port}; }}"
        with nginx(tls=False, more=proxy) as front:
            tool("ab", "-q", "-n", self.N, "-c", 8, f"http://127.0.0.1:{front.port}/up")
            result = self.ended(process)
        self.assertEqual(result["connections.completed"], self.N)
        self.assertNotIn("account", result.json["client"])
        return result

    def test_who_keeps_the_time_wait(self):
        """Whoever was first; where their FINs crossed both do."""
        result = self.served("accept recv send close")
        kept = result["server.time_wait.final"] + result["client.time_wait.final"]
        self.assertGreaterEqual(kept, self.N)

    def test_nginx_closes_first(self):
        result = self.served("accept recv send wait-fin close")
        self.assertEqual(result["closed_first.client"], self.N)
        self.assertEqual(result["client.time_wait.final"], self.N)


class CloseDelimited(cases.CaseTest):
    """35: a response whose body ends at the FIN; over TLS without close_notify it may be cut."""

    N = 50
    ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000

    def test_our_server_to_curl(self):
        port = ft.free_port()
        settings = {"server.port": port, "load.duration": "1500ms"}
        process = ft.popen(cases.arguments("35-curl-13389", settings))
        ft.wait_until(lambda: ft.listening_on(port), "finwait's server listens")
        for _ in range(3):
            tool("curl", "-sk", f"https://127.0.0.1:{port}/")  # its body has a length
        result = self.ended(process)
        self.assertEqual(result["connections.completed"], 3)
        self.assert_told(result, "tls.no_close_notify")

    def delimited(self, serve, status=0, **settings):
        with server(serve) as port:
            settings = {
                "lab": "host",
                **cases.at(port),
                **cases.SHORT,
                "client.program": "connect send recv wait-fin close",
                "load.connections": self.N,
                **settings,
            }
            expect = "--expect=connections.failed == 0"
            result = self.run_checked(settings, expect, status=status)
        self.assert_sums(result)
        self.assertEqual(result["closed_first.server"], self.N)
        return result

    def tls_server(self, notify):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity().cert, identity().key)

        def serve(connection):
            with context.wrap_socket(connection, server_side=True) as secure:
                read_head(secure)
                secure.sendall(self.ANSWER)
                if notify:
                    secure.settimeout(0.01)  # send it, and do not wait for the client's
                    with contextlib.suppress(OSError):
                        secure.unwrap()
                secure.shutdown(socket.SHUT_WR)

        return serve

    def test_plain(self):
        def serve(connection):
            read_head(connection)
            connection.sendall(self.ANSWER)

        result = self.delimited(serve)
        self.assertEqual(result["client.messages_received"], self.N)

    def test_tls_with_close_notify(self):
        result = self.delimited(self.tls_server(True), **TLS)
        self.assertEqual(result["client.messages_received"], self.N)

    def test_tls_without_close_notify(self):
        result = self.delimited(self.tls_server(False), status=1, **TLS)
        self.assert_all_lost(result, self.N)
        self.assertEqual(result["client.outcome.truncated"], self.N)
        self.assert_told(result, "tls.truncated")


if __name__ == "__main__":
    cases.alone()
    ft.main()
