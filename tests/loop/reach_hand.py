"""Texts to citizens, a way out of each kind, what went out, and a gateway that answers as it is told."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from partner_hand import SECRET

TEXTS = {
    "received": ("receive", "已收到 {number}", "编号{number}，{state}。{link}", "Received {number}: {state} {link}"),
    "answered": ("review_pass-verifying", "已答复 {number}", "{number}已答复：{answer} {link}", "{answer} {link}"),
    "postponed": ("postpone_decide-approved", "延期 {number}", "{number}延期 {link}", ""),
}


class Out:
    """Texts in force, a partner for each way; `round` carries out what is due, `sms` and `mail` are what went out."""

    def __init__(self, office, folder):
        from gezhi.loop.models import CodeItem
        from gezhi.loop.partners import service
        from gezhi.loop.partners.service.keeping import Wish
        from gezhi.loop.store import content
        from gezhi.trust.rules import Actor

        self.office, self.folder = office, folder
        for way in ("mail", "sms"):
            for name, (moves, subject, zh, en) in TEXTS.items():
                extra = {"way": way, "moves": [moves], "subject_zh": subject, "text_zh": zh, "text_en": en}
                CodeItem.objects.create(list="telling", code=f"{name}-{way}", name_zh=name, pack="test", extra=extra)
        content.forget()
        for kind in ("sms", "mail"):
            secrets = {"secret": SECRET} if kind == "sms" else {}
            said = Wish(kind, kind, kind, wishes={"address": "12345@city.example"}, secrets=secrets)
            service.put_partner(said, actor=Actor.system("tests"), now=office.now)

    def round(self):
        from gezhi.loop.partners import service
        from gezhi.trust.service import deliver_pending

        self.office.now = max(self.office.now, datetime.now(UTC))
        deliver_pending(self.office.now)
        service.deliver(self.office.now)

    @property
    def sms(self):
        return [json.loads(file.read_text()) for file in sorted((self.folder / "outgoing" / "sms").glob("*.json"))]

    @property
    def mail(self):
        files = sorted((self.folder / "outgoing" / "mail").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def wished(office, way, **more):
    said = {"matter": "0101", "kind": "complaint", "name": "王小明", "phone": "13800001234", "email": "wang@example.cn"}
    return office.receive(**{**said, "reach": way, **more})


@contextmanager
def gateway(answers):
    heard = []

    class Hand(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, dict(self.headers), body))
            status, said = answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hand)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


def signed_in(client, office, name):
    """The person at the desk."""
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    return client
