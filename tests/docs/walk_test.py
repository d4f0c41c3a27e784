"""The walk: the commands of README.md and the manual are executed, page by page, top to bottom.

Each page has a directory of its own, in a network namespace with nothing but a loopback.  Loads are
small (tests/docs/bounded).  What a command ends with, or why it is not tried, is a row of ROWS.
"""

import concurrent.futures
import contextlib
import dataclasses
import glob
import os
import re
import shlex
import subprocess
import tempfile
import time
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ["FINWAIT"])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass
class Row:
    """Of a page whose name begins so, the commands that begin so."""

    page: str = ""
    words: str = ""
    skip: str = None  # why it is not tried
    status: int = 0
    most: int = 200  # connections


# The first that fits counts.
ROWS = [
    Row("docs/CONTRIBUTING", skip="what scripts/test does"),
    Row("docs/install", skip="install.prefix and install.debian; the container was tried by hand"),
    Row("docs/performance", skip="benchmarks take minutes, and are no tests"),
    Row("docs/testing", skip="the tests themselves"),
    Row("docs/https-rst", skip="scenario.tls_rst"),
    Row("docs/real-servers", skip="scenario.real"),
    Row("docs/compare", "finwait compare client-first --vary client.sysctl"),
    Row("docs/compare", "finwait compare [a-z-]+$", skip="scenario.compare_studies"),
    Row("docs/ci", "finwait run .*openmetrics=/var/", skip="writes where the machine's collector reads"),
    Row("docs/ci", "finwait (run|report) .*server.close_wait.final < 100", status=1),
]

# What a page's commands find in their directory, by the name's end.
APP = """
import http.server, sys
handler = http.server.SimpleHTTPRequestHandler
http.server.ThreadingHTTPServer(("", int(sys.argv[1])), handler).serve_forever()
"""
# An HTTPS server that was there before.
HTTPS = """
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=here -keyout key.pem -out cert.pem
openssl s_server -quiet -accept 8443 -cert cert.pem -key key.pem -www >/dev/null 2>&1 &
trap "kill $!" EXIT
sleep 1
"""


def pages():
    for path in [f"{SOURCE}/README.md"] + sorted(glob.glob(f"{SOURCE}/docs/*.md")):
        with open(path, encoding="utf-8") as file:
            yield os.path.relpath(path, SOURCE)[: -len(".md")], file.read()


def whole(lines):
    """Lines joined to commands: by backslashes, and within quotes."""
    command = ""
    for line in lines:
        command += line
        with contextlib.suppress(ValueError):
            if not command.endswith("\\\n") and shlex.split(command, comments=True):
                yield command.strip()
                command = ""


def commands(text):
    """Each command of a page, and the scenario that stands last above it."""
    scenario = ""
    for kind, body in FENCE.findall(text):
        if kind == "yaml":
            scenario = body
        elif kind == "sh":
            yield from ((command, scenario) for command in whole(body.splitlines(keepends=True)))


def row(page, command):
    fits = (r for r in ROWS if page.startswith(r.page) and re.match(r.words, command))
    return next(fits, Row())


class Walk:
    """A page's directory and what its commands find there."""

    def __init__(self, page, directory):
        self.page = page
        self.place = os.path.join(directory, page.replace("/", "-"))
        os.mkdir(self.place)
        os.symlink(f"{SOURCE}/configs", f"{self.place}/configs")
        programs = f"{self.place}.bin"
        os.mkdir(programs)
        os.symlink(f"{SOURCE}/tests/docs/bounded", f"{programs}/finwait")
        self.write("app.py", APP)
        self.environment = dict(
            os.environ,
            FINWAIT=PROGRAM,
            PATH=f"{programs}:{os.environ['PATH']}:/usr/sbin:/sbin",
            GITHUB_STEP_SUMMARY=f"{self.place}/summary.md",
        )

    def write(self, name, text):
        with open(f"{self.place}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def take(self, command, scenario):
        """What is wrong with it, or None."""
        its = row(self.page, command)
        if its.skip:
            return None
        for name in re.findall(r"\b[\w-]+\.yaml\b", command):
            if not os.path.exists(f"{self.place}/{name}"):
                self.write(name, scenario)
        line = re.sub(r"^scripts/run( (?=[a-z])|(?= *#| *$))", "finwait run ", command)
        line = re.sub(r"^finwait run *(#|$)", "finwait run server-first #", line)
        if not re.match("finwait |jq |tshark ", line):
            return f"{command}: neither skipped by a row nor finwait's"
        began = time.monotonic()
        ended = subprocess.run(
            ("unshare", "--net", "bash", "-c", f"ip link set lo up; {self.beside(line)}\n{line}"),
            cwd=self.place,
            env=dict(self.environment, MOST=str(its.most)),
            capture_output=True,
            text=True,
            timeout=120,
        )
        print(f"{time.monotonic() - began:6.1f} {self.page}: {command}")
        if ended.returncode == its.status:
            return None
        return f"{self.page}: {command}\n{ended.returncode}, not {its.status}\n{ended.stdout[-800:]}\n{ended.stderr[-800:]}"

    def beside(self, line):
        return HTTPS if "https://127.0.0.1:8443" in line else ""


def walk(page, text, directory):
    here = Walk(page, directory)
    return [wrong for command, scenario in commands(text) if (wrong := here.take(command, scenario))]


class Manual(unittest.TestCase):
    def test_every_command(self):
        with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(8) as pool:
            walks = [pool.submit(walk, page, text, directory) for page, text in pages()]
            wrong = sum((one.result() for one in walks), [])
        self.assertEqual(wrong, [], "\n\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
