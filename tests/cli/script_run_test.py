"""What scripts/run says while it builds: of a tree in which cmake and finwait are a few lines of shell."""

import os
import shutil
from unittest import mock

import finwait_test as ft

CMAKE = """#!/bin/bash
if [[ $1 != --build ]]; then
    echo "-- Configuring done"; exit
fi
if [[ -e {root}/broken ]]; then
    echo "[1/2] Building C object a.o"; echo "FAILED: a.o"; echo "a.c:1: error: no such thing" >&2; exit 1
fi
if [[ -e {root}/done ]]; then
    echo "ninja: no work to do."; exit
fi
echo "[1/2] Building C object a.o"
echo "[2/2] Linking C executable src/finwait"
"""


class Run(ft.TestCase):
    def setUp(self):
        self.root = ft.PLACE.directory()
        self.script("scripts/deps", "#!/bin/sh\n")
        self.script("bin/cmake", CMAKE.format(root=self.root))
        self.script("build/release/src/finwait", '#!/bin/sh\necho "ran $*"\n')
        shutil.copy(os.path.join(ft.SOURCE, "scripts/run"), os.path.join(self.root, "scripts/run"))
        environment = {"PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        for patch in (
            mock.patch.object(ft, "BINARY", os.path.join(self.root, "scripts/run")),
            mock.patch.dict(os.environ, environment),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def script(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def touch(self, name):
        with open(os.path.join(self.root, name), "w", encoding="utf-8"):
            pass

    def run_script(self, status=0):
        ended = ft.finwait("--quiet")
        self.assertEqual(ended.status, status, ended)
        return ended

    def on_a_terminal(self, term="xterm"):
        with ft.Terminal(["--quiet"], 80, term=term) as terminal:
            return terminal.finish()

    def test_short_lines_where_there_is_no_terminal(self):
        ended = self.run_script()
        self.assertEqual(ended.stderr, "scripts/run: configuring\nscripts/run: building\n")
        self.assertEqual(ended.stdout, "ran run server-first --quiet\n")
        self.assertEqual(self.on_a_terminal("dumb").stderr.replace("\r\n", "\n"), ended.stderr)

    def test_a_line_is_redrawn_on_a_terminal_and_gone(self):
        ended = self.on_a_terminal()
        self.assertEqual(ended.status, 0, ended)
        drawn = ["configuring", "building, step 1 of 2", "building, step 2 of 2"]
        self.assertEqual(
            ended.stderr,
            "".join(f"\rscripts/run: {text}\033[K" for text in drawn) + "\r\033[K",
        )

    def test_nothing_where_all_is_built(self):
        self.touch("done")
        self.touch("build/release/build.ninja")
        self.assertEqual(self.run_script().stderr, "")
        self.assertEqual(self.on_a_terminal().stderr, "")

    def test_all_of_it_where_it_fails(self):
        self.touch("broken")
        ended = self.run_script(3)
        for line in ("FAILED: a.o", "a.c:1: error: no such thing", "the lines above say why"):
            self.assertIn(line, ended.stderr)
        self.assertEqual(ended.stdout, "")
        self.assertIn("a.c:1: error: no such thing", self.on_a_terminal().stderr)


if __name__ == "__main__":
    ft.main()
