"""Files and names that TLS cannot do with: told before anything starts, by option and file."""

import os
import socket
import subprocess
import unittest

import finwait_test as ft
import tls_peers as tls

GARBAGE = "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"


@unittest.skipIf(tls.missing_tools(), f"not installed: {tls.missing_tools()}")
class Refusal(ft.TestCase):
    def refuse(self, *named, user=None, **settings):
        """Exit status 2 from `check` as from `run`, and an error that names all of `named`."""
        given = {"transport": "tls"}
        given.update((name.replace("__", "."), value) for name, value in settings.items())
        for command in ("run", "check"):
            arguments = [command, *ft.as_arguments(given)[1:]]
            process = ft.popen(arguments, user=user)
            ended = ft.finish(process)
            self.assertEqual(ended.status, 2, ended)
            self.assert_nothing_started(ended)
            self.assert_nothing_left(process.mark)
            for text in named:
                self.assertIn(text, ended.stderr)
        return ended.stderr


class Files(Refusal):
    def pair(self, **changed):
        who = tls.identity()
        return {"server__tls__cert": who.cert, "server__tls__key": who.key, **changed}

    def refuse_each(self, path, reasons):
        """The same file as a certificate, as a key and as a CA; {option: what is said of it}."""
        verify = {"client__tls__verify": "on"}
        cases = {
            "server.tls.cert": self.pair(server__tls__cert=path),
            "server.tls.key": self.pair(server__tls__key=path),
            "client.tls.ca": {"client__tls__ca": path, **verify},
        }
        for option, settings in cases.items():
            with self.subTest(option):
                self.refuse(option, path, reasons.get(option, reasons.get("all")), **settings)

    def test_missing(self):
        self.refuse_each("/nowhere/it.pem", {"all": "No such file or directory"})

    def test_a_directory(self):
        self.refuse_each(ft.PLACE.path, {"all": "Is a directory"})

    def test_below_a_file(self):
        self.refuse_each(tls.identity().cert + "/x", {"all": "Not a directory"})

    def test_empty(self):
        path = ft.PLACE.write("empty.pem", "")
        certificate, key = "no PEM certificate in it", "no private key that can be read"
        self.refuse_each(path, {"all": certificate, "server.tls.key": key})
        self.refuse_each("/dev/null", {"all": certificate, "server.tls.key": key})

    def test_garbage(self):
        self.refuse_each(ft.PLACE.write("garbage.pem", GARBAGE), {"all": "OpenSSL: "})
        path = os.path.join(ft.PLACE.path, "random.pem")
        with open(path, "wb") as file:
            file.write(os.urandom(65536))
        self.refuse_each(path, {"all": ""})

    def test_cut_off(self):
        with open(tls.identity().cert, encoding="ascii") as file:
            text = file.read()
        for length in (1, len(text) // 2, len(text) - 10):
            with self.subTest(length):
                path = ft.PLACE.write("cut.pem", text[:length])
                self.refuse("server.tls.cert", path, **self.pair(server__tls__cert=path))
                self.refuse("client.tls.ca", path, client__tls__ca=path, client__tls__verify="on")

    def test_a_key_that_is_too_short(self):
        """512 bits are below every security level but 0."""
        key, cert = ft.PLACE.write("short-key.pem", ""), ft.PLACE.write("short.pem", "")
        words = f"req -x509 -newkey rsa:512 -nodes -subj /CN=short -keyout {key} -out {cert}"
        subprocess.run(["openssl", *words.split()], check=True, capture_output=True)
        short = self.pair(server__tls__cert=cert, server__tls__key=key)
        self.refuse("server.tls.cert", cert, "ee key too small", "DEFAULT:@SECLEVEL=0", **short)
        lower = {"tls.version": "1.2", "tls.ciphers": "DEFAULT:@SECLEVEL=0"}
        settings = {"transport": "tls", "server.tls.cert": cert, "server.tls.key": key, **lower}
        ended = ft.finwait("check", *ft.as_arguments(settings)[1:])
        self.assertEqual(ended.status, 0, ended)

    def test_one_for_the_other(self):
        who = tls.identity()
        self.refuse("server.tls.cert", who.key, **self.pair(server__tls__cert=who.key))
        self.refuse("server.tls.key", who.cert, **self.pair(server__tls__key=who.cert))

    def test_a_key_that_is_not_its_own(self):
        """Of the same kind, and of another."""
        for other in (tls.authority().key, tls.identity("rsa").key):
            with self.subTest(other):
                said = self.refuse("server.tls.key", other, **self.pair(server__tls__key=other))
                self.assertIn("not the key of the certificate in server.tls.cert", said)

    def test_a_key_with_a_passphrase(self):
        """Nobody is asked for it."""
        path = os.path.join(ft.PLACE.path, "locked.key")
        key = tls.identity().key
        tls.tool("openssl", "pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out", path)
        said = self.refuse("server.tls.key", path, **self.pair(server__tls__key=path))
        self.assertIn("the key is encrypted", said)

    def test_a_weak_key(self):
        """OpenSSL's security level 1, Debian's 2: SSL_CTX_set_security_level(3)."""
        weak = tls.Identity("weak")
        tls.KEYS["weak"] = ["rsa:512"]
        weak.make("example.test", "weak")
        files = {"server__tls__cert": weak.cert, "server__tls__key": weak.key}
        self.refuse("server.tls.cert", weak.cert, "key too small", **files)

    @unittest.skipUnless(ft.is_root(), "only root can become another user")
    def test_unreadable(self):
        path = ft.PLACE.write("secret.key", "")
        os.chmod(path, 0o600)
        given = self.pair(server__tls__key=path)
        self.refuse("server.tls.key", path, "Permission denied", user=ft.NOBODY, **given)

    def test_no_matter_where_it_is_told(self):
        """A file that the scenario names is sought from where finwait is run."""
        text = "name: x\ntransport: tls\nserver: {tls: {cert: a, key: b}}\n"
        file = ft.PLACE.write("named.yaml", text)
        ended = ft.finwait("run", file)
        self.assertEqual(ended.status, 2, ended)
        self.assert_nothing_started(ended)
        self.assertIn("server.tls.cert: a: ENOENT", ended.stderr)


class Names(Refusal):
    def test_ciphers(self):
        of_1_2, of_1_3 = "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"
        cases = {
            "tls.ciphers": ("NO-SUCH-CIPHER", f"{of_1_2}:NO-SUCH", of_1_3),
            "tls.ciphersuites": ("TLS_NO_SUCH", f"{of_1_3}:X", of_1_2),
            "tls.groups": ("X25518", "P-256:no-such-group", "X25519,P-256"),
        }
        for option, values in cases.items():
            for value in values:
                with self.subTest(option=option, value=value):
                    last = value.split(":")[-1]
                    self.refuse(option, last, **{option.replace(".", "__"): value})

    def test_empty_ones(self):
        for option in ("ciphers", "ciphersuites", "groups", "alpn"):
            with self.subTest(option):
                self.refuse(f"tls.{option}", **{f"tls__{option}": ""})
        self.refuse("client.tls.sni", client__tls__sni="")

    def test_too_long_ones(self):
        self.refuse("tls.alpn", tls__alpn="x" * 256)
        self.refuse("client.tls.sni", client__tls__sni="x" * 256)
        for option in ("ciphers", "ciphersuites", "groups"):
            self.refuse(f"tls.{option}", **{f"tls__{option}": "x" * 3000})

    def test_ciphers_that_none_is_left_of(self):
        self.refuse("tls.ciphers", tls__ciphers="ALL:!ALL", tls__version="1.2")

    def test_on_whose_side(self):
        """Both sides' TLS is made, or only the one that is ours."""
        missing = {"client__tls__ca": "/nowhere/it.pem", "client__tls__verify": "on"}
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.refuse(
                "client.tls.ca",
                lab="host",
                server__at=f"127.0.0.1:{taken.getsockname()[1]}",
                client__program="connect close",
                **missing,
            )


class Where(ft.TestCase):
    """What only OpenSSL knows to be wrong is told by its place in the file all the same."""

    def check(self, option, value, *others, quote=""):
        """`option` in a file of its own, one line a key; `others`: (option, value) behind it."""
        lines, line, column = ["transport: tls"], 0, 0
        for path, text in ((option, value), *others):
            keys = path.split(".")
            for depth, key in enumerate(keys[:-1]):
                heading = "  " * depth + f"{key}:"
                if not (path != option and heading in lines):
                    lines.append(heading)
            lines.append("  " * (len(keys) - 1) + f"{keys[-1]}: {quote}{text}{quote}")
            if path == option:
                line, column = len(lines), lines[-1].index(": ") + 3 + len(quote)
        with self.subTest(option=option, value=value):
            file = ft.PLACE.write("where.yaml", "\n".join(lines) + "\n")
            for command in ("check", "run"):
                ended = ft.finwait(command, file)
                self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
                self.assertTrue(ended.stderr.startswith(f"finwait: {file}:{line}:{column}: {option}: "), ended)
            (place, *rest) = (f"--set {path}={text}" for path, text in ((option, value), *others))
            sets = [f"--set={text.removeprefix('--set ')}" for text in (place, *rest)]
            ended = ft.finwait("check", "server-first", "--set=transport=tls", *sets)
            self.assertEqual((ended.status, ended.stdout), (2, ""), ended)
            self.assertTrue(ended.stderr.startswith(f"finwait: {place[:150]}"), ended)

    def test_names(self):
        for option, value in (
            ("tls.ciphers", "NO-SUCH-CIPHER"),
            ("tls.ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:NO-SUCH"),
            ("tls.ciphers", "DEFAULT:@SECLEVEL=9"),
            ("tls.ciphersuites", "TLS_NO_SUCH"),
            ("tls.groups", "X25518"),
            ("tls.groups", "P-256:P-256"),
        ):
            self.check(option, value)
            self.check(option, value, quote='"')

    def test_files(self):
        who, other = tls.identity(), tls.identity("rsa")
        empty = ft.PLACE.write("where-empty.pem", "")
        for file in ("/nowhere.pem", ft.PLACE.path, empty, who.key):
            self.check("server.tls.cert", file, ("server.tls.key", who.key))
        for file in ("/nowhere.pem", ft.PLACE.path, empty, who.cert, other.key):
            self.check("server.tls.key", file, ("server.tls.cert", who.cert))
        for file in ("/nowhere.pem", ft.PLACE.path, empty, who.key):
            self.check("client.tls.ca", file, ("client.tls.verify", "on"))

    def test_what_a_security_level_forbids(self):
        self.check("tls.ciphers", "DEFAULT:@SECLEVEL=5")
        self.check("tls.ciphers", "DEFAULT:@SECLEVEL=4", ("server.tls.generate", "rsa2048"))


if __name__ == "__main__":
    ft.main()
