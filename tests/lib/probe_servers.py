"""The servers of configs/probe/servers: what their cards say, as docs/probe-servers.md has it."""

import json
import os
import re
import shutil
import subprocess

import finwait_test as ft

FOLDER = os.path.join(ft.SOURCE, "configs", "probe", "servers")
KNOWN = os.path.join(ft.SOURCE, "tests", "data", "probe", "servers.json")
PAGE = os.path.join(ft.SOURCE, "docs", "probe-servers.md")
MAX_WAIT = "30s"
LIGHT = ("nginx", "python-http-server", "gunicorn-sync")  # quick to install and to start

# A RST that overtakes, or a queue that is closed: who wins is luck, and a busy machine is slow.
RACY = ("listener-close-queue", "pipelined-tail", "early-response", "error-readable", "flat", "emfile")
SLOW = ("tomcat10", "jetty9", "go")  # several at once keep each other from starting

# What it needs, and how its version is told.
PROGRAMS = {
    "nginx": (["nginx", "-v"], r"nginx/([\d.]+)"),
    "apache2": (["apache2", "-v"], r"Apache/([\d.]+)"),
    "lighttpd": (["lighttpd", "-v"], r"lighttpd/([\d.]+)"),
    "haproxy": (["haproxy", "-v"], r"version ([\d.]+)"),
    "caddy": (["caddy", "version"], r"v?([\d.]+)"),
    "h2o": (["h2o", "-v"], r"version ([\d.]+)"),
    "varnish": (["varnishd", "-V"], r"varnish-([\d.]+)"),
    "node": (["node", "--version"], r"v([\d.]+)"),
    "go": (["go", "version"], r"go([\d.]+) "),
    "python-http-server": (["python3", "--version"], r"Python ([\d.]+)"),
    "gunicorn-sync": (["gunicorn", "--version"], r"version ([\d.]+)"),
    "gunicorn-gthread": (["gunicorn", "--version"], r"version ([\d.]+)"),
    "uvicorn": (["uvicorn", "--version"], r"uvicorn ([\d.]+)"),
    "tomcat10": (["dpkg-query", "-W", "tomcat10"], r"tomcat10\s+([\d.]+)"),
    "jetty9": (["dpkg-query", "-W", "jetty9"], r"jetty9\s+([\d.]+)"),
}
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def version(name):
    """Of the one installed here; None: there is none."""
    words, pattern = PROGRAMS[name]
    if shutil.which(words[0], path=PATH) is None:
        return None
    told = subprocess.run(
        words, capture_output=True, text=True, check=False, env=dict(os.environ, PATH=PATH)
    )
    found = re.search(pattern, told.stdout + told.stderr)
    return found and found.group(1)


def known():
    with open(KNOWN, encoding="utf-8") as file:
        return json.load(file)


def card(name, *arguments, user=None):
    os.environ["PATH"] = PATH
    process = ft.popen(
        ["probe", "--json", "--max-wait", MAX_WAIT, "--jobs", 3 if name in SLOW else 8, *arguments,
         os.path.join(FOLDER, f"{name}.yaml")],
        user=user, cwd=ft.SOURCE,
    )
    ended = ft.finish(process)
    assert ended.status in (0, 1), ended
    return json.loads(ended.stdout), process.mark


def verdicts(value):
    return {check["id"]: check["verdict"] for check in value["checks"]}


def page(table):
    """docs/probe-servers.md: a row a check, a column a server."""
    servers = list(table)
    ids = sorted({id for server in table.values() for id in server["verdicts"]})
    lines = ["| check | " + " | ".join(servers) + " |", "| --- |" + " --- |" * len(servers)]
    versions = [table[name]["version"] for name in servers]
    lines.append("| version | " + " | ".join(versions) + " |")
    for id in ids:
        cells = [table[name]["verdicts"].get(id, "-") for name in servers]
        shown = ["-" if cell == "skip" else cell.upper() for cell in cells]
        mark = " \\*" if id in RACY else ""
        lines.append(f"| {id}{mark} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


BEGIN, END = "<!-- matrix: made by tests/scenario/probe_servers_test.py --write -->\n", "<!-- /matrix -->\n"


def put_page(table):
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{page(table)}\n{END}{after}", text


class Cards(ft.LabTestCase):
    def hold(self, name, *arguments):
        """The card of the server is the one that is known."""
        kept = known()[name]
        if version(name) != kept["version"]:
            print(f"{name} {kept['version']} is not here")
            return
        made, mark = card(name, *arguments, user=self.user)
        reasons = {check["id"]: check["reason"] for check in made["checks"]}
        differs = {
            id: (kept["verdicts"].get(id), verdict, reasons[id])
            for id, verdict in verdicts(made).items()
            if kept["verdicts"].get(id) != verdict and id not in RACY
        }
        self.assertEqual(differs, {}, name)
        self.assert_nothing_left(mark)
