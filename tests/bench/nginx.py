"""An nginx of one process on this host's loopback, and what it logs."""

import contextlib
import os
import shutil
import time

from servers import running

CONF = """
daemon off;
master_process off;
pid {place}/pid;
error_log {place}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    {http}
}}
"""


@contextlib.contextmanager
def serving(place, http, ports):
    """The process, whose `http` block has this besides, until the end of the block."""
    conf = os.path.join(place, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(CONF.format(place=place, http=http))
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    with running([program, "-p", place, "-c", conf, "-e", f"{place}/error.log"], ports) as process:
        yield process


class Log:
    """One of which each line begins with $msec."""

    def __init__(self, path):
        self.path, self.seen = path, 0

    def news(self):
        """The second word of each line that came since the last time this was asked, and how many a
        second came; None where that cannot be told."""
        time.sleep(0.1)  # the last clients may be gone before their line is written
        with open(self.path, encoding="ascii") as file:
            file.seek(self.seen)
            lines = [line.split() for line in file.read().splitlines()]
            self.seen = file.tell()
        took = float(lines[-1][0]) - float(lines[0][0]) if lines else 0
        return [word for _, word in lines], (len(lines) - 1) / took if took > 0 else None
