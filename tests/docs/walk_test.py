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
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ["FINWAIT"])
ALONE = ("unshare", "--net") + (("--map-root-user",) if os.geteuid() else ())
TOOLS = ("ab", "curl", "ip", "jq", "openssl", "tshark")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass
class Row:
    """Of a page whose name begins so, the commands that begin so."""

    page: str = ""
    words: str = ""
    skip: str = None  # why it is not tried
    status: tuple = (0,)  # what it may end with
    most: int = 200  # connections


# The first that fits counts.
ROWS = [
    Row("docs/CONTRIBUTING", skip="what scripts/test does"),
    Row("docs/install", skip="install.clone, install.debian and install.container"),
    Row("docs/performance", skip="benchmarks take minutes, and are no tests"),
    Row("docs/testing", skip="the tests themselves"),
    Row("docs/https-rst", skip="scenario.tls_rst"),
    Row("docs/real-servers", skip="scenario.real"),
    Row("docs/compare", "finwait compare [a-z-]+$", skip="scenario.compare_studies"),
    Row("docs/ci", "finwait run .*openmetrics=/var/", skip="writes where the machine's collector reads"),
    Row("docs/ci", "finwait run .*server.close_wait.final < 100", status=(1,)),
    Row("docs/ci", "finwait report", status=(1,)),  # of that run
    Row("docs/recipes", "finwait run client-first --verbose", most=5000, status=(1,)),  # ports run out
    Row("docs/probe", "finwait probe (?!--list)", skip="scenario.probe and its like: minutes"),
    Row("docs/probe-servers", skip="scenario.probe_servers"),
    Row("docs/result", "jq", most=2000),
    # Times, rates and exact counts of segments, which a busy machine does not keep.
    Row("docs/tls", "finwait run tls/unread-tickets", status=(0, 1)),
    Row("docs/recipes", "finwait run open-loop", status=(0, 1, 4)),
    Row("docs/scenarios", ".*latency.close.p99 < 50ms", status=(0, 1)),
    Row("docs/scenarios", "finwait run server-first -d 5s -r 2000/s", status=(0, 4)),
    Row("README", "scripts/run leak-hunt", status=(1,)),  # as shown
]

# What the commands find in their directory.
APP = """
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512
server = Server(("", int(sys.argv[1])), Handler)
if sys.argv[2:]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*sys.argv[2:])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
"""
# What a page takes for granted, made before the command that begins so.
BEFORE = [
    (
        r"finwait run --at https://127\.0\.0\.1:8443/",
        """
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=here -keyout key.pem -out cert.pem
python3 app.py 8443 cert.pem key.pem &
trap "kill $!" EXIT
sleep 1""",
    ),
    (r"finwait (compare|report) before/? after/?", "for i in before after; do finwait run server-first --out $i; done"),
    (r"jq -e .* > 1000' out/result.json", "finwait run server-first --out out"),
]


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


def before(line):
    made = (script for begins, script in BEFORE if re.match(begins, line))
    return "".join(f"{{ {script}\n}} >/dev/null 2>&1" for script in made)


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
            HOME=self.place,
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
        if not re.match(r"finwait |jq |tshark |source <\(finwait ", line):
            return f"{command}: neither skipped by a row nor finwait's"
        ended = subprocess.run(
            (*ALONE, "bash", "-c", f"ip link set lo up\n{before(line)}\n{line}"),
            cwd=self.place,
            env=dict(self.environment, MOST=str(its.most)),
            capture_output=True,
            text=True,
            timeout=120,
        )
        if ended.returncode in its.status:
            return None
        return f"{self.page}: {command}\n{ended.returncode}, none of {its.status}\n{ended.stdout[-800:]}\n{ended.stderr[-800:]}"


def walk(page, text, directory):
    here = Walk(page, directory)
    return [wrong for command, scenario in commands(text) if (wrong := here.take(command, scenario))]


class Manual(unittest.TestCase):
    def setUp(self):
        lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
        alone = subprocess.run((*ALONE, "true"), capture_output=True, text=True)
        if lacking or alone.returncode != 0:
            print(f"skipped: not here: {' '.join(lacking)} {alone.stderr}")
            sys.exit(77)

    def test_every_command(self):
        with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(8) as pool:
            walks = [pool.submit(walk, page, text, directory) for page, text in pages()]
            wrong = sum((one.result() for one in walks), [])
        self.assertEqual(wrong, [], "\n\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
