"""<side>.kernel_memory.<state> is what the kernel's own tables make of a held pile."""

import unittest

import finwait_test as ft

N = 2000
SLABINFO = "cat /proc/slabinfo"

# What a socket of the pile is made of, and whether a FIN waits in it to be read.
SOCKET = ("TCP", "sock_inode_cache", "filp", "dentry")
MINI = ("tw_sock_TCP",)
PILES = (
    ("connect hold", "accept hold", "client", "established", SOCKET, False),
    ("connect hold", "accept hold", "server", "established", SOCKET, False),
    ("connect close", "accept hold", "server", "close_wait", SOCKET, True),
    ("connect close", "accept wait-fin hold", "server", "close_wait", SOCKET, False),
    ("connect close", "accept hold", "client", "fin_wait2", MINI, False),
    ("connect shut-wr hold", "accept hold", "client", "fin_wait2", SOCKET, False),
    ("connect wait-fin close", "accept close", "server", "time_wait", MINI, False),
)


def read_slabs(text):
    """Active objects and the size of one, by name."""
    rows = (line.split() for line in text.splitlines() if " : slabdata" in line and line[0] != "#")
    return {row[0]: (int(row[1]), int(row[3])) for row in rows}


class KernelMemory(ft.LabTestCase):
    def run_pile(self, client, server, **how):
        return self.run_checked(
            {
                "client.program": client,
                "server.program": server,
                "protocol": "raw",
                "load.connections": N,
                "settle": "300ms",
            },
            "--inspect",
            SLABINFO,
            **how,
        )

    @unittest.skipUnless(ft.is_root(), "the sizes of the kernel's objects are root's to read")
    def test_it_is_what_the_slabs_say(self):
        for client, server, side, state, objects, unread in PILES:
            with self.subTest(client=client, server=server, side=side):
                result = self.run_pile(client, server)
                slabs = read_slabs(result.inspection(side)["output"])
                if not all(name in slabs for name in objects):
                    self.skipTest(f"/proc/slabinfo shows not all of {objects}: they are merged")
                self.assertEqual(result[f"{side}.{state}.final"], N)
                objects_bytes = sum(slabs[name][1] for name in objects)
                measured = result[f"{side}.kernel_memory.{state}"]
                if unread:  # a sk_buff of some size
                    self.assertGreater(measured, objects_bytes + 200)
                    self.assertLess(measured, objects_bytes + 4096)
                else:
                    self.assertEqual(measured, objects_bytes)
                self.assertGreaterEqual(slabs[objects[0]][0], N)

    def test_a_state_that_was_not_there_has_none(self):
        result = self.run_pile("connect hold", "accept hold")
        self.assertNotIn("client.kernel_memory.time_wait", result.json["metrics"])
        self.assertNotIn("client.kernel_memory.close_wait", result.json["metrics"])

    def test_verbose_tells_it(self):
        settings = {"order": "server-leak", "load.connections": N, "settle": "300ms"}
        ended = ft.finwait(*ft.as_arguments(settings), "--verbose", "--quiet", user=self.user)
        told = [line for line in ended.stdout.splitlines() if "bytes of the kernel" in line]
        self.assertEqual(len(told), 2 * ft.is_root(), ended)


class Unreadable(ft.UnprivilegedLabTestCase):
    def test_it_is_absent_and_not_zero(self):
        result = self.run_checked({"order": "server-leak", "load.connections": 10, "settle": "0s"})
        self.assertNotIn("kernel_memory", result.json["server"]["final"])
        self.assertFalse([name for name in result.json["metrics"] if "kernel_memory" in name])


if __name__ == "__main__":
    ft.main()
