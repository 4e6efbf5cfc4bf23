"""What people outside the office find: cases that everybody may read, and work handed to somebody by a link."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.links import service as links
from gezhi.loop.public.rules.showing import NEVER_KINDS
from gezhi.loop.public.service import deciding, publishing
from gezhi.loop.public.service.photos import Wish as Shown
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.packs.demo.city import SHOWN
from gezhi.packs.demo.texts import places_of
from gezhi.trust.service import citizen_actor

if TYPE_CHECKING:
    from gezhi.packs.demo.desks import Desks

PUBLIC, WITH_PHOTO = 30, 4
STREETS = "01"  # matters of which somebody takes a photo in the street
PLATE = (22.0, 70.0, 16.0, 10.0)  # where the drawn car has its number plate, in per cent: hidden in public
SECRETARY = ("村支书", "Village secretary")
ASKS = (
    ("请到现场看一下，能处理就先处理，拍一张照片。", "Please go and look; mend it if you can, and send a photo."),
    (
        "请核实是否还有这种情况，处理后拍照。",
        "Please see whether it is still so, and send a photo once it is dealt with.",
    ),
)
STANDS = (
    ("链接，等对方办理", "link, waits for its person"),
    ("链接，已办完，等承办人确认", "link, done, waits for its sender"),
)
DONE = ("已到现场处理好，照片附后。", "We went there and put it right; the photo shows it.")


@dataclass(frozen=True, slots=True)
class Handed:
    """A link with what opens it, for who shows the demo."""

    path: str
    digits: str
    told: str


def picture(rng: Random) -> bytes:
    """A street as a telephone might have seen it: houses, a road, a parked car with its plate."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (960, 720), (186, 206, 222))
    draw = ImageDraw.Draw(image)
    for left in range(0, 960, 160):
        top = rng.randint(90, 240)
        shade = rng.randint(120, 190)
        draw.rectangle((left, top, left + 148, 470), fill=(shade, shade - 12, shade - 24))
        for row in range(top + 24, 440, 64):
            draw.rectangle((left + 24, row, left + 60, row + 34), fill=(90, 104, 120))
            draw.rectangle((left + 88, row, left + 124, row + 34), fill=(90, 104, 120))
    draw.rectangle((0, 470, 960, 720), fill=(104, 106, 110))
    draw.ellipse((620, 560, 620 + rng.randint(90, 200), 640), fill=(58, 56, 54))
    draw.rounded_rectangle((140, 430, 430, 590), 30, fill=(rng.randint(60, 180), 62, 66))
    draw.rectangle((215, 512, 360, 566), fill=(30, 70, 150))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def photo(rng: Random, name: str) -> Incoming:
    data = picture(rng)
    return Incoming(name=f"{name}.jpg", file=io.BytesIO(data), size=len(data))


def _cases() -> Any:
    return apps.get_model("loop", "Case")._default_manager.filter(dormant=False, confidential=False)


# ---- what everybody may read


def show_public(desks: "Desks") -> int:
    """The newest answered cases, looked over by the desk and shown; how many."""
    count, pictures, desk = 0, 0, desks.world.cast.dispatchers
    for case in _answered():
        at = min((case.closed_at or desks.before(hours=6)) + timedelta(hours=3), desks.before(minutes=PUBLIC - count))
        with_photo = pictures < WITH_PHOTO and case.matter.startswith(STREETS)
        if with_photo:
            actor = citizen_actor(str(case.requester_id), kind="citizen")
            attach(case.pk, [photo(desks.world.rng, desks.said(("现场", "place")))], actor=actor, now=case.received_at)
        entry = publishing.look(case.pk, now=at)
        if entry is None:
            continue
        actor = desk[count % len(desk)]
        try:
            looked = deciding.opened(entry.pk, actor=actor)
        except Refused:  # of a person whom the desk may not know
            continue
        wishes = [Shown(str(row.pk), [PLATE]) for row in _photos(case)] if with_photo else []
        deciding.allow(entry.pk, looked.words, wishes, actor=actor, now=at)
        count += 1
        pictures += with_photo
        if count == PUBLIC:
            break
    return count


def _answered() -> Iterator[Any]:
    rows = _cases().filter(state__in=("verifying", "closed"), complained=None).exclude(kind__in=NEVER_KINDS)
    yield from rows.exclude(matter="").order_by("-received_at")[: PUBLIC * 3]


def _photos(case: Any) -> Any:
    return apps.get_model("loop", "Attachment")._default_manager.filter(case=case, kind="image", public=True)


# ---- work handed out by a link


def hand_out(desks: "Desks") -> tuple[Handed, ...]:
    """Two links, of a unit whose handler has a sign-in where it has work: one is out, one waits for its sender."""
    parties = desks.world.cast.parties
    for party in (parties[code] for code in dict.fromkeys((*SHOWN, *parties)) if code in parties):
        rows = list(_cases().filter(lead=party.key, state="handling").order_by("-received_at")[:2])
        if rows:
            break
    else:
        return ()
    waiting, answered, handler = rows[0], rows[-1], party.handlers[0]
    return (
        _link(desks, waiting, 0, handler, desks.before(hours=2)),
        _answer(desks, _link(desks, answered, 1, handler, desks.before(hours=26)), desks.before(hours=3)),
    )


def _link(desks: "Desks", case: Any, number: int, handler: Any, at: datetime) -> Handed:
    rng, english = desks.world.rng, desks.world.writer.language == "en"
    family, own = rng.choice(places_of("surname")), rng.choice(places_of("given_m"))
    name = f"{own.en} {family.en}" if english else family.zh + own.zh
    digits = f"{rng.randint(1000, 9999)}"
    due = timezone.localdate(desks.now + timedelta(days=2 + number))
    wish = links.Wish(name, f"1380000{digits}", desks.said(ASKS[number]), due, office=desks.said(SECRETARY))
    sent = links.send(case.pk, wish, actor=handler, now=max(at, case.received_at + timedelta(minutes=1)))
    told = f"{desks.said(SECRETARY)} · {desks.said(STANDS[number])} · {case.number}"
    return Handed(f"/l/{sent.token}/", digits, told)


def _answer(desks: "Desks", handed: Handed, at: datetime) -> Handed:
    """The person opens it, signs, and says that it is done."""
    link = links.find(handed.path.strip("/").partition("/")[2], "", now=at)
    links.enter(link, handed.digits, now=at)
    person = links.holder(link)
    links.sign(link.pk, actor=person, now=at + timedelta(minutes=2))
    pictures = [photo(desks.world.rng, desks.said(("处理后", "afterwards")))]
    links.finish(link.pk, "done", desks.said(DONE), pictures, actor=person, now=at + timedelta(hours=1))
    return handed
