"""A platform above ours as tests play it: an HTTP server with its own list, clock and moods; it knows nothing of ours.

It speaks as many platforms do: a list by the moment of change, posts answered with a receipt, a repeat under the same
key answered as before. Of each hundred requests some are dropped before or after they count, answered twice as late,
given twice, or refused.
"""

import json
import random
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FORM = "%Y-%m-%d %H:%M:%S"
TOKEN = "a token of the platform"


class Platform:
    """Its orders, what it was told of them, and how ill it behaves."""

    def __init__(self, now, ill=0.0, seed=7):
        self.now, self.ill, self.dice = now, ill, random.Random(seed)
        self.lock = threading.Lock()
        self.orders, self.events, self.told, self.asked, self.keys = {}, [], [], [], {}
        self.moods = {"drop": 0, "doubt": 0, "refuse": 0, "late": 0, "double": 0, "fine": 0}

    def shown(self, moment):
        return moment.astimezone(ZONE).strftime(FORM)

    def write(self, number, kind="工单", **more):
        """A message in its list."""
        with self.lock:
            event = {"msgType": kind, "msgId": f"M{len(self.events) + 1}", "orderNo": number,
                     "updateTime": self.shown(self.now), **more}  # fmt: skip
            if kind == "工单":
                self.orders.setdefault(number, {"state": "待接收", "day": self.now.astimezone(ZONE).date().isoformat()})
            late = self.dice.random() < self.ill
            self.events.append([event, self.now + timedelta(minutes=20 if late else 0)])
            self.moods["late"] += late

    def listed(self, since, cursor):
        """A page of what changed since; some messages stand there twice."""
        with self.lock:
            found = [event for event, seen in self.events if seen <= self.now and event["updateTime"] >= since]
            rows = []
            for event in found[cursor : cursor + 50]:
                rows.append(event)
                if self.dice.random() < self.ill:
                    self.moods["double"] += 1
                    rows.append(dict(event))
            following = str(cursor + 50) if cursor + 50 < len(found) else ""
            return {"data": {"rows": rows, "next": following}}

    def roll(self, day):
        with self.lock:
            rows = [{"msgType": "状态", "orderNo": number, "status": order["state"]}
                    for number, order in self.orders.items() if order["day"] == day]  # fmt: skip
            return {"data": {"rows": rows, "next": ""}}

    def take(self, key, number, what, said):
        """A post: once under its key; the receipt is the same when it comes again."""
        with self.lock:
            if key in self.keys:
                return self.keys[key]
            if number not in self.orders:
                return None
            (self.told if what == "status" else self.asked).append((number, self.now, said))
            if what == "status":
                self.orders[number] |= {"state": said["status"], "reply": said["reply"]}
            self.keys[key] = {"receipt": f"R{len(self.keys) + 1}"}
            return self.keys[key]

    def mood(self):
        with self.lock:
            found = "fine"
            if self.dice.random() < self.ill:
                found = self.dice.choice(["drop", "doubt", "refuse"])
            self.moods[found] += 1
            return found


def hand_of(platform):
    class Hand(BaseHTTPRequestHandler):
        def do_GET(self):
            where = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(where.query).items()}
            if where.path == "/orders/roll":
                self.answer(lambda: platform.roll(asked["day"]), well=True)
            else:
                self.answer(lambda: platform.listed(asked.get("since", ""), int(asked.get("cursor", 0))))

        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            _, _, number, what = self.path.split("/")
            key = self.headers["Idempotency-Key"]
            self.answer(lambda: platform.take(key, unquote(number), what, said))

        def answer(self, make, *, well=False):
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.say(401, {})
                return
            mood = "fine" if well else platform.mood()
            if mood == "drop":
                self.connection.close()
                return
            if mood == "refuse":
                self.say(platform.dice.choice([400, 422, 429, 503]), {"error": "busy"})
                return
            made = make()
            if mood == "doubt":  # it counted, but nobody hears so
                self.connection.close()
                return
            self.say(200 if made is not None else 404, made or {})

        def say(self, status, said):
            body = json.dumps(said, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Hand


@contextmanager
def running(now, **how):
    """A platform and its address."""
    platform = Platform(now, **how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), hand_of(platform))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield platform, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
