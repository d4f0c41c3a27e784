"""The Debian package: what lintian says, and its life in a Debian that has nothing else."""

import glob
import os
import shutil

import finwait_test as ft
from tree import BUILD, expected, make_debian, run

RUN = "finwait run server-first --quiet --set load.connections=100"
# Within the new Debian.  pivot_root, not chroot: in a chroot no user namespace can be made.
LIFE = f"""
set -eu
mount --bind "$1" "$1"
cd "$1"
mkdir -p old
mount -t proc proc proc
mount --rbind /dev dev
pivot_root . old
cd /
umount -l old
rmdir old
state() {{ find / -xdev -path /var/log -prune -o -path /var/lib/dpkg -prune -o -print | sort; }}
state >/var/log/before
dpkg -i /finwait.deb
{RUN} >&2
setpriv --reuid 65534 --regid 65534 --clear-groups {RUN} >&2
cd /usr/share/doc/finwait && test -s copyright && gzip -t changelog.Debian.gz && cd /
dpkg --purge finwait
state | diff /var/log/before - >&2
echo lived
"""


def make_package(directory):
    """The package of this build, made in `directory`: its file."""
    environment = dict(os.environ, DEBFULLNAME="A packager", DEBEMAIL="packager@example.org")
    ended = run(
        *("cpack", "-G", "DEB", "--config", f"{BUILD}/CPackConfig.cmake", "-B", directory),
        env=environment,
    )
    if ended.returncode != 0:
        raise RuntimeError(ended.stdout + ended.stderr)
    (package,) = glob.glob(f"{directory}/*.deb")
    return package


def in_debian(name):
    """The path of an installed file in the package."""
    compressed = name.startswith("share/man/")
    renamed = {
        "share/doc/finwait/LICENSE": "share/doc/finwait/copyright",
        "share/zsh/site-functions/_finwait": "share/zsh/vendor-completions/_finwait",
    }
    return "./usr/" + renamed.get(name, name) + (".gz" if compressed else "")


class Debian(ft.unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("dpkg-shlibdeps") is None:
            raise ft.unittest.SkipTest("no dpkg-shlibdeps here: this is no Debian")
        cls.package = make_package(ft.PLACE.directory())

    def field(self, name):
        return run("dpkg-deb", "--field", self.package, name).stdout.strip()

    def test_holds_what_is_installed(self):
        paths = {
            line.split(None, 5)[5]
            for line in run("dpkg-deb", "--contents", self.package).stdout.splitlines()
            if not line.startswith("d")
        }
        of_debian = {"doc/finwait/changelog.Debian.gz", "lintian/overrides/finwait"}
        self.assertEqual(
            paths,
            {in_debian(name) for name in expected()} | {f"./usr/share/{name}" for name in of_debian},
        )

    def test_depends_on_what_it_links(self):
        depends = self.field("Depends")
        for library in ("libc6", "libevent-core", "libssl3", "libmnl0", "libyaml-0", "libjansson4"):
            self.assertIn(library, depends)
        self.assertNotIn("-dev", depends)

    def test_lintian(self):
        if shutil.which("lintian") is None:
            self.skipTest("no lintian here")
        ended = run("lintian", "--allow-root", "--fail-on=error,warning", self.package)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def make_debian(self):
        """One with what the package depends on."""
        root = os.path.join(ft.PLACE.directory(), "root")
        make_debian(root, (part.split()[0] for part in self.field("Depends").split(",")))
        return root

    def test_installed_run_and_purged(self):
        root = self.make_debian()
        shutil.copy(self.package, f"{root}/finwait.deb")
        ended = run(
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"),
            *("sh", "-c", LIFE, "life", root),
        )
        self.assertEqual(ended.stdout.splitlines()[-1:], ["lived"], ended.stdout + ended.stderr)


if __name__ == "__main__":
    ft.main()
