"""What a run of the soak is to be, and what is done to it: all follows from seed and number."""

import random

SCENARIOS = {
    "tcp": {
        "client.program": "connect send recv close",
        "server.program": "accept recv pause(20ms) send wait-fin close",
    },
    "tls": {
        "transport": "tls",
        "client.program": "connect send recv notify close",
        "server.program": "accept recv pause(20ms) send wait-notify close",
    },
    "held": {
        "client.program": "connect send recv close",
        "server.program": "accept recv pause(5ms) send hold",
    },
    "restart": {
        "client.program": "connect send recv close",
        "server.program": "accept recv pause(20ms) send wait-fin close",
        "events": "[{kill: server, at: 150ms}, {start: server, at: 300ms}]",
    },
}

# How often each comes, of all runs.
DISTURBANCES = {"none": 30, "kill": 30, "stop": 15, "stay": 5, "disk": 10, "closed": 10}

CONCURRENCY = 16
NOMINAL = 1.2  # seconds that an undisturbed run takes, about


class Strike:
    """A signal that one process of the run is sent after a while, and when it may go on."""

    def __init__(self, dice, signal, stopped=None):
        self.after = dice.uniform(0, NOMINAL)
        self.signal = signal
        self.stopped = stopped  # seconds until SIGCONT; None: never
        self.which = dice.random()  # of the processes there are then


class Plan:
    def __init__(self, seed, number):
        dice = random.Random(f"{seed} {number}")
        self.name = f"{seed}:{number}"
        self.scenario = dice.choice(list(SCENARIOS))
        self.disturbance = dice.choices(list(DISTURBANCES), DISTURBANCES.values())[0]
        self.connections = dice.choice([64, 200, 400])
        self.workers = {side: dice.choice([1, 2]) for side in ("client", "server")}
        self.inspects = dice.random() < 0.3
        self.nobody = dice.random() < 0.3
        self.strikes = self.draw_strikes(dice)
        self.room = dice.choice([4, 16, 32, 64, 256])  # KiB of the full disk
        self.closed = [fd for fd in (0, 1, 2) if dice.random() < 0.6] or [dice.choice([0, 1, 2])]

    def draw_strikes(self, dice):
        count = dice.choice([1, 1, 1, 2, 3])
        if self.disturbance == "kill":
            return [Strike(dice, "SIGKILL") for _ in range(count)]
        if self.disturbance == "stop":
            return [Strike(dice, "SIGSTOP", dice.uniform(0.02, 1)) for _ in range(count)]
        if self.disturbance == "stay":
            return [Strike(dice, "SIGSTOP")]
        return []

    @property
    def settings(self):
        return {
            **SCENARIOS[self.scenario],
            "load.connections": self.connections,
            "load.concurrency": CONCURRENCY,
            "client.workers": self.workers["client"],
            "server.workers": self.workers["server"],
            "settle": "400ms",  # of the shortest load, over in 100 ms, the last event still comes
        }

    def __str__(self):
        more = " inspects" * self.inspects + " nobody" * self.nobody
        how = {"disk": f" {self.room}k", "closed": f" {self.closed}"}.get(self.disturbance, "")
        return f"{self.name} {self.scenario}{more} {self.disturbance}{how}"
