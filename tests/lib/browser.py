"""A page in headless Chromium: what it draws, asks the network for and complains about.

Speaks the DevTools protocol over the pipe of --remote-debugging-pipe, JSON ended by a NUL.
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 120

# What nobody needs here: no sandbox (which root may not have), no services of the browser's own.
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


class Failed(Exception):
    pass


class Browser:
    """One Chromium with one page, as a context; all of its processes end with it."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="finwait-chromium-")
        there, self.out = os.pipe()
        self.inward, back = os.pipe()
        command = 'read=$1 write=$2; shift 2; exec "$@" 3<&"$read" 4>&"$write"'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "bash", str(there), str(back)]
            + [CHROMIUM, *OPTIONS, f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=(there, back),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self.profile.name),
            start_new_session=True,
        )
        os.close(there)
        os.close(back)
        self.number = 0
        self.buffer = b""
        self.session = None
        self.complaints = []
        self.requests = []
        self.loaded = False
        try:
            self.attach()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.out)
        os.close(self.inward)
        for _ in range(50):  # until the last of them has let go of it
            try:
                self.profile.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    def attach(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    # ---- the protocol ----

    def receive(self):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.inward], [], [], deadline - time.monotonic())
            data = os.read(self.inward, 1 << 20) if ready else b""
            if not data:
                raise Failed("Chromium says nothing")
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def take(self, event):
        method, values = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            self.complaints.append(details.get("exception", details).get("description", details))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(str(values["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(values["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data) :]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']}")
                return answer["result"]
            self.take(answer)

    # ---- a page ----

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def open(self, file):
        self.complaints.clear()
        self.requests.clear()
        self.loaded = False
        self.call("Page.navigate", url="file://" + os.path.abspath(file))
        while not self.loaded:
            self.take(self.receive())

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def drag(self, left, right, y):
        held = {"button": "left", "buttons": 1, "clickCount": 1}
        self.mouse("mouseMoved", left, y)
        self.mouse("mousePressed", left, y, **held)
        self.mouse("mouseMoved", (left + right) / 2, y, button="left", buttons=1)
        self.mouse("mouseMoved", right, y, button="left", buttons=1)
        self.mouse("mouseReleased", right, y, button="left", clickCount=1)

    def run(self, script):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failed(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def screenshot(self, whole=False):
        """PNG of what is in sight, or of all."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])
