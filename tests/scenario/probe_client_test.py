"""finwait probe --client: its checks fail for the mutants of the sound client and for nothing else,
and curl's card is what its packets show."""

import json
import shutil
import unittest

import finwait_test as ft

CURL = ["curl", "-s", "-o", "/dev/null", "-o", "/dev/null", "--rate", "40/m", "{url}", "{url}"]


class Client(ft.LabTestCase):
    def probe(self, *arguments, status=0):
        process = ft.popen(["probe", "--client", *arguments], user=self.user)
        ended = ft.finish(process)
        self.assertEqual(ended.status, status, ended)
        self.assert_nothing_left(process.mark)
        return ended.stdout

    def test_each_check_tells_its_mutants(self):
        told = self.probe("--self-test").splitlines()
        self.assertGreaterEqual(len(told), 8)
        self.assertEqual({line.split()[0] for line in told}, {"ok"})

    @unittest.skipUnless(shutil.which("curl"), "no curl here")
    def test_curl(self):
        card = json.loads(self.probe("--json", "--", *CURL, status=1))
        checks = {check["id"]: check for check in card["checks"]}
        verdicts = {id: check["verdict"] for id, check in checks.items()}
        self.assertEqual(
            verdicts,
            {
                "close-notify": "skip",
                "close-wait": "fail",  # it sleeps between its transfers
                "connection-close": "pass",
                "half-close": "pass",
                "idle-close": "pass",
                "keep-alive-timeout": "fail",
                "lost-request": "pass",
                "reset-idle": "pass",
                "truncation": "pass",
            },
        )
        # Two requests on one connection, which the client ends.
        seen = checks["keep-alive-timeout"]["evidence"]["capture"]["seen"]
        ends = [(packet["side"], packet["flags"]) for packet in seen if "FIN" in packet["flags"]]
        self.assertEqual(ends[0][0], "client")
        requests = [packet for packet in seen if packet["side"] == "client" and packet["length"]]
        self.assertEqual(len(requests), 2)
        tls = json.loads(
            self.probe("--json", "--tls", "--only", "close-notify", "--", CURL[0], "--cacert",
                       "{ca}", *CURL[1:])
        )
        self.assertEqual(tls["checks"][0]["verdict"], "pass")


if __name__ == "__main__":
    unittest.main()
