"""Work handed to somebody outside, for the tests of links: the link, the person's browser, photos good and bad."""

import io
import re
from datetime import timedelta

from django.utils import timezone
from PIL import Image

from gezhi.loop.links import service
from gezhi.loop.models import Case
from gezhi.loop.service.attaching import Incoming, attach

NAME, OFFICE, PHONE, DIGITS = "李建国", "南湖村支书", "13912345678", "5678"
ASK = "请到现场看一下路灯，能修就修。"
STORY = "我叫王小明，住解放路12号301，电话13800001234，路灯不亮，晚上走路危险。"
WHERE = "203.0.113.7"


def day(days=3, now=None):
    return timezone.localtime((now or timezone.now()) + timedelta(days=days)).date()


def wish(**changes):
    return service.Wish(**{"name": NAME, "office": OFFICE, "phone": PHONE, "ask": ASK, "due": day(), **changes})


def told_case(office, **fields):
    """A case in the hands of the urban bureau, with the words of somebody who says a lot about himself."""
    case = office.receive(
        STORY, matter="0101", kind="complaint", name="王小明", phone="13800001234",
        place="解放路12号楼下，找王小明", **fields,
    )  # fmt: skip
    return office.to("handling", case)


def hand_out(office, case=None, by="hugo", now=None, key="", **changes):
    """A link made now, since pages read the clock."""
    now = now or timezone.now()
    case = case or told_case(office)
    changes.setdefault("due", day(now=now))
    return service.send(case, wish(**changes), actor=office.actor(by), now=now, key=key)


def signed(office, now=None, **more):
    """A link that its person has opened and signed for."""
    now = now or timezone.now()
    sent = hand_out(office, now=now, **more)
    service.enter(sent.link, DIGITS, now=now)
    service.sign(sent.link.pk, actor=service.holder(sent.link), now=now)
    return sent


def finished(office, outcome="done", words="灯泡已换，亮了。", files=(), now=None, **more):
    now = now or timezone.now()
    sent = signed(office, now=now, **more)
    service.finish(sent.link.pk, outcome, words, list(files), actor=service.holder(sent.link), now=now)
    sent.link.refresh_from_db()
    return sent


def jpeg(colour=(20, 90, 160), size=(64, 48)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def incoming(data, name="现场.jpg"):
    return Incoming(name=name, file=io.BytesIO(data), size=len(data))


def case_photo(office, case, *, public=True, colour=(200, 20, 20)):
    row = Case.objects.get(pk=case)
    actor = office.citizen(str(row.pk))
    return attach(row.pk, [incoming(jpeg(colour), "来电人.jpg")], actor=actor, now=office.now, public=public)[0]


def enter(client, sent, digits=DIGITS):
    """The person types the digits; the browser keeps the cookie of this address."""
    return client.post(f"/l/{sent.token}/", {"digits": digits})


def hidden(page, name):
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page)
    return found[1] if found else ""


def post(client, sent, act, **data):
    """A form of the work page as the page gave it."""
    page = client.get(f"/l/{sent.token}/").content.decode()
    data = {"proof": hidden(page, "proof"), "key": hidden(page, "key"), **data}
    return client.post(f"/l/{sent.token}/{act}/", data)
