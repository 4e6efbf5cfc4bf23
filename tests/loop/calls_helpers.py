"""Events of a telephone system for the tests: bodies, signed sending, a day of calls."""

import json
from datetime import time, timedelta

from django.test import Client
from django.utils import timezone

from gezhi.loop.calls import secret, use
from gezhi.loop.calls.rules.signature import signature
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.calls.service.rostering import put_extension, put_on_duty, put_shift
from gezhi.trust.rules import Actor

CTI = Actor.system("cti")
PHONE = "13812346207"


def body(office, event, *, call="c1", after=0, **more):
    """One event as the door hands it on, so many seconds after the office's present moment."""
    known = {
        "call_id": call, "event": event, "at": office.now + timedelta(seconds=after), "direction": "in",
        "caller": PHONE, "called": "12345", "agent": "8001", "skill": "", "queue_s": None, "talk_s": None,
        "recording_url": "", "rating": None,
    }  # fmt: skip
    return {**known, **more}


def tell(office, event, *, call="c1", after=0, **more):
    """Hear one event; the clock of the server stands where the event says."""
    said = body(office, event, call=call, after=after, **more)
    return hear(said, actor=CTI, now=max(office.now, said["at"])).call


def post(client, said, *, now, key=None, stamp=None, path="/api/cti/events"):
    """Send one event over HTTP, signed."""
    data = json.dumps(said, default=lambda value: value.isoformat()).encode()
    stamp = stamp or str(int(now.timestamp()))
    headers = {"X-Gezhi-Timestamp": stamp, "X-Gezhi-Signature": signature(key or secret.present(), stamp, data)}
    return client.post(path, data, content_type="application/json", headers=headers)


def with_telephones(office):
    """The office a minute ago, with telephones: Olive has 8001, Dora 8002."""
    office.now = timezone.now() - timedelta(minutes=1)
    use.look_again()
    for name, number in (("olive", "8001"), ("dora", "8002")):
        put_extension(office.users[name].pk, number, actor=office.actor("dora"), now=office.now)
    return office


def browser(office, name):
    """The browser of one person, signed in, in English."""
    client = Client()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "en"
    return client


def whole_day(office, *people, leader=None):
    """A shift that lasts all day, and who works it today."""
    dora = office.actor("dora")
    names = {"name_zh": "全天", "name_en": "All day", "active": True}
    row = put_shift(None, starts=time(0), ends=time(0), actor=dora, now=office.now, **names)
    today = timezone.localtime(office.now).date()
    keys, leads = [office.users[name].pk for name in people], office.users[leader].pk if leader else None
    put_on_duty(today, row.pk, keys, leads, actor=dora, now=office.now)
    use.look_again()
    return row, today
