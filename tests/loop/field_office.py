"""The office with people in the field: grid workers of the street and of the housing bureau; photos with a place."""

import io
from datetime import timedelta
from uuid import uuid4

from django.apps import apps
from PIL import Image

from gezhi.loop.field.service import asking
from gezhi.loop.field.service.steps import Where
from gezhi.loop.service.attaching import Incoming
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post

ROOT = Actor.system("tests")
WORKERS = {"gina": "street", "greg": "street", "gus": "housing"}
HERE = {"lon": "116.391", "lat": "39.907", "accuracy": "12"}


def staffed(office):
    """Grid workers added to the office; the head of the street plans visits."""
    model = apps.get_model("trust", "User")
    for name, unit in WORKERS.items():
        office.users[name] = model.objects.create(username=name, display_name=name.title(), unit=office.units[unit])
        grant_post(name, "grid", unit, actor=ROOT, now=office.now)
    office.users["stella"] = model.objects.create(username="stella", display_name="Stella", unit=office.units["street"])
    grant_post("stella", "unit_lead", "street", actor=ROOT, now=office.now)
    return office


def key():
    return str(uuid4())


def asked(office, case, check="before", who="gina", **more):
    """A look that the desk asks for."""
    whose = {"unit": office.units[who].pk} if who in office.units else {"user": office.users[who].pk}
    wish = asking.Wish(
        check=check, words=more.pop("words", "请看灯亮不亮"), place=more.pop("place", "南湖路8号"),
        due=more.pop("due", office.now + timedelta(days=1)), **whose, **more,
    )  # fmt: skip
    return asking.ask(case, wish, actor=office.actor("dora"), now=office.now)


def photo(lon=None, lat=None, taken="", size=(64, 48), colour="gray"):
    """A photo as a camera writes it."""
    image = Image.new("RGB", size, colour)
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if lon is not None:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N" if lat >= 0 else "S", degrees(abs(lat))
        gps[3], gps[4] = "E" if lon >= 0 else "W", degrees(abs(lon))
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def degrees(value):
    whole = int(value)
    minutes = int((value - whole) * 60)
    return (float(whole), float(minutes), round(((value - whole) * 60 - minutes) * 60, 4))


def incoming(data=None):
    data = photo() if data is None else data
    return [Incoming("photo.jpg", io.BytesIO(data), len(data))]


def here(**more):
    return Where(HERE, **more)


def nowhere(why="indoors"):
    return Where({}, why)
