"""The Containerfile: built on a Debian made here in place of a registry's, and run with the flags of the manual."""

import resource
import shutil
import subprocess

import finwait_test as ft
from tree import make_debian

# crun refuses to run under cgroups of both versions at once; in a mount namespace one is left.
OF_ONE_KIND = 'umount --lazy /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'


class Container(ft.unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("podman") or not ft.is_root():
            raise ft.unittest.SkipTest("takes podman and root")
        place = ft.PLACE.directory()
        cls.storage = (f"--root={place}/storage", f"--runroot={place}/run")
        make_debian(f"{place}/debian.tar")
        cls.podman("import", f"{place}/debian.tar", "debian")
        tree = f"{place}/tree"
        ignored = shutil.ignore_patterns("build*", ".git", "__pycache__")
        shutil.copytree(ft.SOURCE, tree, ignore=ignored)
        flags = ("--isolation=chroot", "--network=host", "--build-arg=DEBIAN=localhost/debian")
        cls.podman("build", *flags, "--tag=finwait", "--file", f"{tree}/scripts/package/Containerfile", tree)

    @classmethod
    def tearDownClass(cls):
        cls.podman("rmi", "--all", "--force")

    @classmethod
    def podman(cls, *words):
        ended = cls.try_podman(*words)
        if ended.returncode != 0:
            raise RuntimeError(f"podman {words[0]}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")

    @classmethod
    def try_podman(cls, *words):
        return subprocess.run(
            ("unshare", "--mount", "sh", "-c", OF_ONE_KIND, "sh", "podman", *cls.storage, *words),
            capture_output=True,
            text=True,
        )

    def run_finwait(self, *flags):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        limits = (f"--ulimit=nofile={limit}:{limit}", "--ulimit=nproc=4096:4096", "--cgroups=disabled")
        words = ("run", "server-first", "--quiet", "-n", "100")
        return self.try_podman("run", "--rm", "--network=none", *limits, *flags, "finwait", *words)

    def test_runs_with_the_manual_s_flag(self):
        with open(f"{ft.SOURCE}/docs/install.md", encoding="utf-8") as page:
            self.assertIn("podman run --rm --security-opt unmask=/proc/sys finwait run", page.read())
        for more in ((), ("--user=65534",)):
            with self.subTest(more):
                ended = self.run_finwait("--security-opt=unmask=/proc/sys", *more)
                self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def test_without_it_the_message_names_it(self):
        ended = self.run_finwait()
        self.assertEqual(ended.returncode, 3, ended.stdout)
        self.assertIn("--security-opt unmask=/proc/sys", " ".join(ended.stderr.split()))



if __name__ == "__main__":
    ft.main()
