"""The JSON Schema of a scenario's file: whatever finwait takes is valid, and slips are not."""

import glob
import json
import os
import re
import unittest

import finwait_test as ft

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = None

SHIPPED = glob.glob(os.path.join(ft.SOURCE, "configs", "**", "*.yaml"), recursive=True)
VALUES = os.path.join(ft.SOURCE, "tests/unit/scenario_values.h")
BAD = glob.glob(os.path.join(ft.SOURCE, "tests/data/scenario/bad", "*.yaml"))

# What both take, beside what ships.
GOOD = (
    "load: {connections: 5k, concurrency: 10, rate: max}",
    "load: {connections: '5000'}",
    "load: {rate: 1.5e3/s, duration: 1.5s}",
    "load: {rate: 2k/m, duration: 0, connections: 3}",
    "load.rate: 5/s",
    "request: 64",
    "response: {size: 1M, chunked: on}",
    "response: {size: 4096, chunked: off}",
    "client:",
    "client: {sockopt: {linger: off, linger2: -1, nodelay: on, local_port_range: 2000-3000}}",
    "client.sockopt.linger: 2s",
    "client: {sockopt.keepidle: 2s}",
    "client.sysctl.net.ipv4.tcp_tw_reuse: 1",
    "client: {sysctl: {net.ipv4.ip_local_port_range: 40000 40100, net.ipv4.tcp_fin_timeout: 0x10}}",
    "client: {sysctl: {net: {ipv4: {tcp_fin_timeout: 1}}}}",
    "server: {sysctl: {net.ipv4.conf.all.rp_filter: 0}}",
    "request: {headers: {Accept: text/html, X-N: 1}, body: a=1}",
    "request: {headers: [{Cookie: a=1}, {Cookie: b=2}]}",
    "request.headers.X-A: b",
    "request: {path: 'http://a.example/b', host: 'example.org:80', method: PUT, size: 1}",
    "http: {ok: 404, persist: program}",
    "http: {ok: 2xx-3xx}",
    "http.ok: any",
    "transport: tls\ntls: {version: 1.2, alpn: none, resumption: off}",
    "name: 5\nabout: on",
    "client: {program: [connect, send, recv, close]}\n"
    "server: {program: accept recv send wait-fin close}",
    "client: {program: [connect, {pause: 10ms}, send, {recv: [head, 5s]}, recv, close]}\n"
    "server: {program: accept recv send wait-fin close}",
    "client: {bind: yes, sockopt: {linger: no}}",
    "settle: 1 min\nload: {connections: 5_000, rate: 1 K/s}\nresponse: 64 KiB",
    "client: {mix: [{program: connect send recv wait-fin close, weight: 3, name: a}]}\n"
    "server: {program: accept recv send close}",
    "faults: [{at: 1s, drop: fin, toward: client, for: 2s}, {drop: 5%}, {heal: on, at: 3s}]",
    "faults: {delay: 10ms}",
    "events: [{at: 1s, kill: server}, {at: 1500ms, start: server}]",
    "expect: connections.failed == 0",
    "expect: [connections.failed == 0]",
    "expect:",
    "vary: {client.sysctl.net.ipv4.tcp_tw_reuse: [0, 1], order: [client-first, server-first]}",
    "vary: {load: {connections: [10, 20]}, client: {sysctl: {net.ipv4.tcp_rmem: [4096 8192 9000]}}}",
    "vary: {server.sockopt.linger: [null, 0s]}",
    "variants:\n  as-is:\n  abort: {server.sockopt.linger: 0s}",
    "variants: {a: {client: {workers: 2}, expect: [connections.failed == 0]}, b: {order: null}}",
    "vary: {ip: [v4, v6]}\ncompare: {rounds: 6, margin: 2%, metrics: [connections.rate]}",
)

# What neither takes: each an instance of a slip.
SLIPS = {
    "a key that is spelt wrong": "lode: {connections: 5}",
    "one in a map": "load: {connection: 5}",
    "one in a map of maps": "client: {sockopt: {no_delay: on}}",
    "one in a dotted key": "load.conections: 5",
    "an option of the other side": "server: {sni: a}",
    "a list for a value": "load: {connections: [5]}",
    "a map for a value": "ip: {v4: on}",
    "a value for a map": "load: 5",
    "a value for a side": "server: localhost",
    "a map for a list": "expect: {a: b}",
    "a list of maps for texts": "expect: [{a: b}]",
    "a word that is none": "ip: v5",
    "a word of another case": "protocol: HTTP",
    "an order that is none": "order: server-frist",
    "a switch that is none": "client: {bind: maybe}",
    "no unit": "settle: 5",
    "a unit that is none": "settle: 5 fortnights",
    "a rate without its second": "load: {rate: 5000}",
    "a rate of something": "load: {rate: 5000/x}",
    "a share without its percent": "compare: {margin: 5}",
    "a size of something": "response: {size: 5q}",
    "a text for a count": "load: {connections: many}",
    "a fraction of a count": "load: {connections: 1.5}",
    "too many": "client: {workers: 257}",
    "too few": "load: {concurrency: 0}",
    "less than nothing": "server: {port: -1}",
    "a port too high": "server: {port: 65536}",
    "ports that are none": "client: {sockopt: {local_port_range: 2000 to 3000}}",
    "statuses that are none": "http: {ok: ok}",
    "a status out of bounds": "response: {status: 99}",
    "a text that is too long": "name: " + 101 * "a",
    "no address": "lab: host\nserver: {at: here}",
    "a sysctl without its folders": "client: {sysctl: {tcp_tw_reuse: 1}}",
    "a sysctl of the machine": "client: {sysctl: {net.ipv4.tcp_mem: 1 2 3}}",
    "a sysctl's value": "client: {sysctl: {net.ipv4.tcp_tw_reuse: often}}",
    "a sysctl out of bounds": "client: {sysctl: {net.ipv4.tcp_syn_retries: 128}}",
    "one number of two": "client: {sysctl: {net.ipv4.ip_local_port_range: 40000}}",
    "a field's name": "request: {headers: {Two words: 1}}",
    "a method": "request: {method: get}",
    "a fault's key": "faults: [{at: 1s, drip: fin}]",
    "a fault of nothing": "faults: [{at: 1s}]",
    "a fault of two kinds": "faults: [{drop: fin, delay: 1s}]",
    "a fault's packets": "faults: [{drop: fins}]",
    "a fault that is a text": "faults: [drop]",
    "an event's side": "events: [{at: 1s, kill: sever}]",
    "an event's signal": "events: [{at: 1s, signal: HUPP, to: server}]",
    "a step": "client: {program: connect sned recv close}\nserver: {program: accept close}",
    "a step in a list": "client: {program: [connect, sned, close]}\nserver: {program: accept close}",
    "a step as a map": "client: {program: [connect, {puase: 1ms}, close]}\n"
    "server: {program: accept close}",
    "what a step takes": "client: {program: [connect, {pause: 1}, close]}\n"
    "server: {program: accept close}",
    "a program of a mix without one": "client: {mix: [{weight: 2}]}",
    "a program's name in a mix": "client: {mix: [{name: a b, program: connect close}]}",
    "a path that is varied": "vary: {load.conections: [1, 2]}",
    "a value that is varied": "vary: {ip: [v4, v5]}",
    "what cannot be varied": "vary: {compare.rounds: [5, 6]}",
    "a path of a variant": "variants: {a: {lode.rate: 5/s}, b: {}}",
    "a value of a variant": "variants: {a: {client: {workers: few}}, b: {}}",
    "a variant that is a text": "variants: {a: fast, b: {}}",
}

# Bad scenarios that only a program can tell: two options that do not go together, what a text
# says, what YAML itself refuses.  A slip in the shape of a scenario does not belong here.
BEYOND = re.compile(
    "anchor|at-|client-(none|to)-|comments-only|control|descriptors-few|duplicate|duration-bounds|"
    "empty|endless|events-(?!null)|faults-(host|twice)|host-|http-|listeners-|merge-key|not-a-switch|"
    "nul|program-|raw-|slices-|tls-"
)


@unittest.skipIf(jsonschema is None, "python3-jsonschema or python3-yaml is not here")
class Schema(ft.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = ft.finwait("list", "options", "--schema").stdout
        cls.schema = json.loads(cls.text)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def faults(self, text):
        return [f"{list(e.path)}: {e.message[:300]}" for e in self.validator.iter_errors(text)]

    def checked(self, text):
        return ft.finwait("check", ft.PLACE.write("scenario.yaml", text))

    def test_it_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(self.schema)

    def test_every_reference_is_defined(self):
        found = set(re.findall(r'"#/definitions/([^"]*)"', self.text))
        self.assertGreater(len(found), 150)
        self.assertLessEqual(found, set(self.schema["definitions"]))

    def test_every_option_is_told(self):
        for path, *_, about in ft.listing("options"):
            with self.subTest(path):
                told = self.schema["definitions"]
                told = told.get("option:" + path) or told["file:" + path]
                self.assertEqual(told["description"], about)

    def test_what_ships_is_valid(self):
        self.assertGreater(len(SHIPPED), 100)
        for path in SHIPPED:
            with self.subTest(path), open(path, encoding="utf-8") as file:
                self.assertEqual(self.faults(yaml.safe_load(file)), [])

    def test_a_value_of_each_option_is_valid(self):
        """Those that the unit tests try."""
        with open(VALUES, encoding="utf-8") as file:
            found = re.findall(r'\{"([a-z0-9_.A-Z-]+)", "((?:[^"\\]|\\.)*)"\}', file.read())
        self.assertGreater(len(found), 120)
        for path, value in found:
            value = value.replace('\\"', '"')
            with self.subTest(path, value=value):
                told = value if path == "client.to" else yaml.safe_load(value)
                self.assertEqual(self.faults({path: told}), [])

    def test_defaults_are_valid(self):
        for path, _, value, *_ in ft.listing("options"):
            with self.subTest(path):
                self.assertEqual(self.faults({path: yaml.safe_load(value)} if value else {}), [])

    def test_what_finwait_takes(self):
        for text in GOOD:
            with self.subTest(text):
                ended = self.checked(text)
                self.assertEqual(ended.status, 0, ended)
                self.assertEqual(self.faults(yaml.safe_load(text)), [])

    def test_slips(self):
        for slip, text in SLIPS.items():
            with self.subTest(slip):
                ended = self.checked(text)
                self.assertEqual(ended.status, 2, ended)
                self.assertNotEqual(self.faults(yaml.safe_load(text)), [], text)

    def test_bad_scenarios(self):
        for path in BAD:
            name = os.path.basename(path)
            if BEYOND.match(name):
                continue
            with self.subTest(name), open(path, "rb") as file:
                try:
                    text = yaml.safe_load(file)
                except yaml.YAMLError:
                    continue
                self.assertNotEqual(self.faults(text), [])

    def test_there_is_one_of_options_alone(self):
        ended = ft.finwait("list", "orders", "--schema")
        self.assertEqual(ended.status, 2)
        self.assertIn("list options --schema", ended.stderr)


if __name__ == "__main__":
    ft.main()
