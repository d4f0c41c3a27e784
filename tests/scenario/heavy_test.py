"""Programs that take their time to start: gunicorn, Node.js, PostgreSQL, what Go makes, Chromium."""

import glob
import os
import shutil
import subprocess
import unittest

import finwait_test as ft
from real import Real, is_slow, needs
from watched import WatchedOrder, again

NODE = """
const http = require("http");
const agent = new http.Agent({keepAlive: true, maxSockets: 4});
let left = 20;
for (let i = 0; i < 20; i++)
    http.get({host: process.argv[2], port: process.argv[3], agent}, (answer) => {
        answer.resume();
        answer.on("end", () => { if (--left == 0) setTimeout(() => process.exit(0), 100); });
    });
"""

# Four at a time, of which http.DefaultTransport keeps two when they are idle.
GO = """
package main

import (
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

func main() {
	var clients sync.WaitGroup
	for i := 0; i < 4; i++ {
		clients.Add(1)
		go func() {
			defer clients.Done()
			for j := 0; j < 5; j++ {
				answer, err := http.Get(os.Args[1])
				if err != nil {
					panic(err)
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		}()
	}
	clients.Wait()
	time.Sleep(100 * time.Millisecond)
}
"""

PAGE = "".join(f"<img src=/{i}>" for i in range(12))


class Watched(WatchedOrder):
    def test_node_pool(self):
        self.compare("node-pool", "node", ["node", "-e", NODE, "node", "{address}", "{port}"])

    @unittest.skipUnless(shutil.which("go"), "no go here")
    def test_go_pool(self):
        place = ft.PLACE.directory()
        source = ft.PLACE.write("pool.go", GO)
        pool = os.path.join(place, "pool")
        go = {"GOCACHE": os.path.join(place, "cache"), "GO111MODULE": "off", "CGO_ENABLED": "0"}
        subprocess.run(["go", "build", "-o", pool, source], env={**os.environ, **go}, check=True)
        self.compare("go-pool", pool, again(pool + " {url}", 4))

    def test_browser(self):
        chromium = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
        page = ("response.headers.Content-Type=text/html", f"response.body={PAGE}")
        profile = "--user-data-dir={out}/profile"
        self.compare("browser", "chromium", [*chromium, profile, "{url}"], *page)


POSTGRES = next(iter(glob.glob("/usr/lib/postgresql/*/bin")), None)


@unittest.skipUnless(POSTGRES, "postgres is not installed")
class Postgres(ft.LabTestCase):
    """It refuses to run as root, whoever that is outside."""

    def test_who_asks_nothing(self):
        user = "exec unshare --user --map-user=1000 --map-group=1000"
        at = "-h {address} -p {port} -c unix_socket_directories="
        words = (
            f"sh -c '({user} {POSTGRES}/initdb -D {{out}}/data -A trust) && "
            f"{user} {POSTGRES}/postgres -D {{out}}/data {at}'"
        )
        result = self.run_checked(
            {
                "protocol": "raw",
                "server.command": words,
                "server.ready_within": "60s",
                "client.program": "connect close",
                "load.connections": 50,
                "load.concurrency": 4,
                "settle": "1s",
            }
        )
        self.assertEqual(result["connections.completed"], 50)
        self.assertEqual(result["closed_first.client"], 50)
        self.assertEqual(result["server.close_wait.final"], 0)


class PostgresAsNobody(Postgres, ft.UnprivilegedLabTestCase):
    pass


class Heavy(Real):
    @needs("gunicorn")
    def test_an_early_401(self):
        result = self.play("early-401")
        received = result["client.messages_received"]
        self.assertEqual(result["client.http.status.401"], received)
        self.assertEqual(
            result["client.message_due"] + received, result["connections.attempted"]
        )
        self.assert_told(result, "rst.sent", "message.missing")

    @needs("gunicorn")
    def test_a_401_that_is_not_early(self):
        words = "env PYTHONDONTWRITEBYTECODE=1 gunicorn --bind {host-port} --chdir {dir} early_401:"
        result = self.play("early-401", 1, **{"server.command": words + "read_first"})
        self.assert_all_completed(result)
        self.assertEqual(result["client.http.status.401"], result["connections.attempted"])
        self.assert_untold(result, "rst.sent")

    @needs("node")
    def test_node(self):
        self.idle("idle-node")
        self.client_first("idle-node")

    @needs("node")
    def test_a_client_that_heeds_what_node_says(self):
        result = self.play("idle-node", 1, **{"http.persist": "server"})
        self.assert_all_completed(result)
        self.assertEqual(result["client.messages_received"], result["connections.attempted"])


class HeavyAsNobody(Real, ft.UnprivilegedLabTestCase):
    def test_all_that_ship(self):
        self.play_all(is_slow)


if __name__ == "__main__":
    ft.main()
