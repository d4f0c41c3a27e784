"""What a connection costs in system calls does not grow unseen: counts, which no machine's speed
changes.  docs/performance.md says what each of them is for."""

import shutil
import unittest

import finwait_test as ft
import syscalls

SETTINGS = {
    "client.workers": 1,
    "server.workers": 1,
    "settle": "0s",
    "protocol": "raw",
    "request.size": 64,
    "response.size": 128,
    "load.concurrency": 128,
    "client.addresses": 64,
}

# Ten requests a connection.
ROUNDS = 10
REPEATED = {
    "client.program": f"connect send recv repeat({ROUNDS}) wait-fin close",
    "server.program": f"accept recv send repeat({ROUNDS}) close",
}

# Of one connection, server-first.  Those that a batch of connections shares, and those that find
# nothing yet, depend on how the two sides' processes take turns: up to one more.
MOST = {
    "client": {
        "socket": 1,
        "setsockopt": 1,
        "bind": 1,
        "connect": 1,
        "epoll_ctl": 2,
        "epoll_wait": 1,
        "sendto": 1,
        "recvfrom": 3,
        "close": 1,
    },
    "server": {
        "accept4": 2,
        "epoll_ctl": 2,
        "epoll_wait": 2,
        "recvfrom": 2,
        "sendto": 1,
        "getsockopt": 1,
        "close": 1,
    },
}
SLACK = 0.1  # a look at its own usage ten times a second, a wait that was cut short


def command(connections, **settings):
    settings = {**SETTINGS, **settings, "load.connections": connections}
    sets = [f"--set={path}={value}" for path, value in settings.items()]
    return [ft.BINARY, "run", "/dev/stdin", "--json", *sets]


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class Syscalls(ft.LabTestCase):
    def test_a_connection_takes_no_more_than_it_needs(self):
        made = syscalls.a_connection(
            lambda connections: command(connections, order="server-first"),
            input="name: syscalls\n",
        )
        for side, most in MOST.items():
            for name, count in made[side].items():
                with self.subTest(side=side, call=name):
                    self.assertLessEqual(count, most.get(name, 0) + SLACK)
        self.assertLessEqual(sum(made["client"].values()), 11)
        self.assertLessEqual(sum(made["server"].values()), 10)

    def test_nothing_is_read_in_vain_between_a_request_and_its_answer(self):
        """Each message once; the FIN, and what a side looked for before it had come, besides."""
        made = syscalls.a_connection(
            lambda connections: command(connections // 10, **REPEATED), input="name: syscalls\n"
        )
        for side in made:
            with self.subTest(side=side):
                self.assertLessEqual(made[side]["recvfrom"] * 10, ROUNDS + 3 + SLACK)


if __name__ == "__main__":
    ft.main()
