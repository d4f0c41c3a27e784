"""The scenarios that ship keep what they promise, as they are."""

import glob
import os
import sys

import finwait_test as ft

# Those of a million sockets are scenario.piles' and scenario.million's.
CONFIGS = sorted(set(glob.glob(os.path.join(ft.SOURCE, "configs", "*.yaml")))
                 - set(glob.glob(os.path.join(ft.SOURCE, "configs", "million-*.yaml"))))

FORGETS = """
import socket
forgotten = []
listener = socket.create_server(("", 8080), backlog=512)
while True:
    forgotten.append(listener.accept()[0])
    forgotten[-1].recv(65536)
    forgotten[-1].sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""


class Configs(ft.TestCase):
    def test_there_are_some(self):
        self.assertNotEqual(CONFIGS, [])

    def test_their_expectations_hold(self):
        for path in CONFIGS:
            with self.subTest(os.path.basename(path)):
                ft.check_in_time(lambda path=path: self.result_of(path), self.check)

    def result_of(self, path):
        ended = ft.finwait("run", path, "--json")
        self.assertIn(ended.status, (0, 1), ended)
        return ended.result

    def check(self, result):
        verdicts = {seen["text"]: seen["verdict"] for seen in result.listed("expectations")}
        self.assertEqual(set(verdicts.values()), {"pass"}, verdicts)  # it promises something
        # On the host itself, sockets of earlier runs may stand as well.
        if result.json["private_lab"]:
            self.assertEqual(result.disagreements, [])

    def test_leak_hunt_finds_a_leak(self):
        """Its own server has none; one that forgets its sockets is found, and named."""
        ended = ft.finwait("run", "leak-hunt", "--json", "--server", "--", sys.executable, "-c", FORGETS)
        self.assertEqual(ended.status, 1, ended)
        failed = [each["text"] for each in ended.result.listed("expectations") if each["verdict"] != "pass"]
        self.assertEqual(failed, ["server.close_wait.final == 0"])
        leaked = [each for each in ended.result.listed("owners") if each["side"] == "server"]
        self.assertEqual([(each["state"], each["where"], each["count"]) for each in leaked],
                         [("close_wait", "process", 1000)])
        self.assertIn("python3", leaked[0]["comm"])


if __name__ == "__main__":
    ft.main()
