"""How long connections persist where the other side is not finwait's: what a server's heads say
ends a client's rounds, and what a client's heads say those of finwait's server."""

import shutil
import signal
import socket
import subprocess
import time
import unittest

import finwait_test as ft
from servers import read_head, server

N = 20
AB = shutil.which("ab")

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s\r\nok"
CLOSE = OK % b"Connection: close\r\n"
PERSIST = OK % b""


def answers(*texts):
    """One to each request of a connection, and then a FIN."""

    def serve(connection):
        for text in texts:
            if not read_head(connection):
                return
            connection.sendall(text)

    return serve


class Client(ft.TestCase):
    def load(self, serve, program="connect send recv repeat(9) wait-fin close", **settings):
        with server(serve) as port:
            return self.run_checked(
                {
                    "lab": "host",
                    "server.at": f"127.0.0.1:{port}",
                    "client.program": program,
                    "load.connections": N,
                    "load.concurrency": 4,
                    "load.timeout": "5s",
                    "settle": "0s",
                    **settings,
                }
            )

    def test_a_response_that_says_close_is_the_last(self):
        for last in (CLOSE, OK % b"Keep-Alive: timeout=9, max=0\r\n", b"HTTP/1.0 200 OK\r\n\r\nok"):
            result = self.load(answers(PERSIST, OK % b"Keep-Alive: max=1\r\n", last))
            self.assertEqual(result.outcomes("client"), {"done": N})
            self.assertEqual(result["client.messages_received"], 3 * N)
            self.assertEqual(result["client.told_to_close"], N)
            self.assertEqual(result["client.closes_announced"], N)
            self.assertEqual(result["connections.failed"], 0)

    def test_the_shortest_time_that_a_response_promises_is_told(self):
        result = self.load(answers(OK % b"Keep-Alive: timeout=9, max=2\r\n",
                                   OK % b"Keep-Alive: timeout=7\r\n", CLOSE))
        self.assertEqual(result["client.http.keep_alive_timeout"], 7)
        result = self.load(answers(PERSIST, CLOSE))
        self.assertNotIn("client.http.keep_alive_timeout", result.json["metrics"])

    def test_the_program_alone_decides_where_it_is_to(self):
        result = self.load(answers(PERSIST, CLOSE), **{"http.persist": "program"})
        self.assertEqual(result["client.told_to_close"], 0)
        self.assertEqual(result["connections.completed"], 0)

    def test_a_fin_between_two_rounds_is_a_good_end(self):
        result = self.load(
            answers(PERSIST, PERSIST), program="connect send recv pause(100ms) repeat(9) close"
        )
        self.assertEqual(result.outcomes("client"), {"done": N})
        self.assertEqual(result["client.messages_received"], 2 * N)
        self.assertEqual(result["client.ended_by_fin"], N)

    def test_a_fin_in_place_of_an_answer_is_none(self):
        def serve(connection):
            answers(PERSIST)(connection)
            read_head(connection)

        result = self.load(serve)
        self.assertEqual(result.outcomes("client"), {"eof": N})
        self.assertEqual(result["client.ended_by_fin"], 0)

    def test_no_request_is_sent_when_the_server_has_gone_by_its_own_word(self):
        hint = OK % b"Keep-Alive: timeout=1\r\n"

        def serve(connection):
            answers(hint, hint)(connection)
            self.assertEqual(connection.recv(1), b"")

        result = self.load(
            serve, program="connect send recv pause(1100ms) repeat(2) close", **{"load.concurrency": N}
        )
        self.assertEqual(result.outcomes("client"), {"done": N})
        self.assertEqual(result["client.messages_sent"], N)

    def test_a_body_without_a_length_ends_with_the_fin(self):
        result = self.load(answers(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100000))
        self.assertEqual(result.outcomes("client"), {"done": N})
        self.assertEqual(result["client.messages_received"], N)
        self.assertEqual(result["client.messages_cut"], 0)

    def test_and_is_cut_by_a_rst(self):
        def serve(connection):
            read_head(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\npart")
            time.sleep(0.1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        result = self.load(serve, **{"load.may_fail": "on"})
        self.assertEqual(result.outcomes("client"), {"reset": N})
        self.assertEqual(result["client.messages_cut"], N)
        self.assertEqual(result["client.messages_received"], 0)


class Lab(ft.LabTestCase):
    def test_finwait_obeys_itself(self):
        """The client's last request says close, and the server was ready for many more."""
        result = self.run_checked(
            {
                "http.persist": "server",
                "load.connections": 200,
                "client.program": "connect send recv repeat(3) wait-fin close",
                "server.program": "accept recv send repeat(1000) close",
            }
        )
        self.assertEqual(result["server.told_to_close"], 200)
        self.assertEqual(result["server.messages_received"], 600)
        self.assertEqual(result["closed_first.server"], 200)
        self.assertIn("http.persist", result.json["unpredicted"])


@unittest.skipIf(AB is None, "there is no ab(1)")
class Ab(ft.TestCase):
    """It speaks HTTP/1.0, and with -k asks to keep the connection."""

    REQUESTS = 2000

    def load(self, *arguments):
        port = ft.free_port()
        process = ft.popen(
            [
                *ft.as_arguments(
                    {
                        "lab": "host",
                        "client": "none",
                        "server.port": port,
                        "server.program": "accept recv send repeat(100) close",
                        "load.duration": "30s",
                    }
                ),
                "--json",
            ]
        )
        ft.wait_until(lambda: ft.listening_on(port), "finwait listens")
        ab = subprocess.run(
            [AB, "-q", "-n", str(self.REQUESTS), "-c", "10", *arguments, f"http://127.0.0.1:{port}/"],
            capture_output=True, text=True, check=True, timeout=ft.PATIENCE,
        )
        process.send_signal(signal.SIGINT)
        self.result = ft.finish(process).result
        self.assert_nothing_left(process.mark)
        return {line.partition(":")[0]: line.split()[-1] for line in ab.stdout.splitlines() if ":" in line}

    def test_with_keep_alive(self):
        told = self.load("-k")
        self.assertEqual(told["Failed requests"], "0")
        self.assertGreaterEqual(int(told["Keep-Alive requests"]), self.REQUESTS * 98 // 100)
        self.assertEqual(self.result["server.messages_received"], self.REQUESTS)
        self.assertLess(self.result["server.opened"], self.REQUESTS // 10)

    def test_without(self):
        told = self.load()
        self.assertEqual(told["Failed requests"], "0")
        self.assertEqual(self.result["server.told_to_close"], self.REQUESTS)


if __name__ == "__main__":
    ft.main()
