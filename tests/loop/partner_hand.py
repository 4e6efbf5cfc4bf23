"""A system beside ours as tests play it: its own signature, and an HTTP server that misbehaves as it is told."""

import base64
import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two characters").decode()


def signed(mark, moment, body, secret=SECRET):
    """The headers that the published scheme asks for, worked out without ours."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(moment.timestamp()))
    made = hmac.new(key, f"{mark}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": mark, "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(made).decode()}  # fmt: skip


class Heard(list):
    """What the server was sent: (mark, type, data) of each that was signed rightly; `answers` is what it says next."""

    def __init__(self):
        super().__init__()
        self.answers, self.unsigned, self.tries = [], 0, 0


@contextmanager
def listening():
    """An address that hears; each request is answered by the next of `answers` (a status, or "drop"), then by 200."""
    heard = Heard()

    class Hand(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.tries += 1
            answer = heard.answers.pop(0) if heard.answers else 200
            if answer == "drop":
                self.connection.close()
                return
            mark, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
            key = base64.b64decode(SECRET.removeprefix("whsec_"))
            made = hmac.new(key, f"{mark}.{stamp}.".encode() + body, hashlib.sha256).digest()
            if self.headers["webhook-signature"] != "v1," + base64.b64encode(made).decode():
                heard.unsigned += 1
            elif answer == 200 or answer == "doubt":  # "doubt": taken, but the answer is lost
                said = json.loads(body)
                heard.append((mark, said["type"], said["data"]))
            if answer == "doubt":
                self.connection.close()
                return
            self.send_response(int(answer))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hand)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/in", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
