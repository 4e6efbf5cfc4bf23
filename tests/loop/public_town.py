"""Cases that are ready to come before the public, for the tests of what is public."""

import io

from PIL import Image

from gezhi.loop.models import PublicCase, PublicRule
from gezhi.loop.public.service import deciding, publishing
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.store import content

TEXT = "我叫王小明，住解放路12号301，路灯不亮，电话13800001234，晚上走路危险。"


def rule(mode="reviewed", since="answered", matter="", days=0, **more):
    PublicRule.objects.create(pack="test", matter=matter, mode=mode, since=since, days=days, **more)
    content.forget()


def told(office, text=TEXT, state="closed", **fields):
    """A case in a state, with its entry brought up to date as the worker would."""
    given = {"matter": "0101", "kind": "complaint", "name": "王小明", "phone": "13800001234", "place": "解放路12号301"}
    case = office.receive(text, **{**given, **fields})
    office.to(state, case) if state != "received" else None
    publishing.look(case, now=office.now)
    return case


def entry(case):
    return PublicCase.objects.get(case=case)


def shown(office, text=TEXT, words=None, **fields):
    """A case that the desk has let the public see."""
    case = told(office, text, **fields)
    looked = deciding.opened(entry(case).pk, actor=office.actor("dora"))
    deciding.allow(looked.entry.pk, {**looked.words, **(words or {})}, actor=office.actor("dora"), now=office.now)
    return case


def picture(size=(600, 400), mark=((250, 150), (350, 250))):
    """A grey photo with a fine pattern of black and white where something is to be hidden."""
    made = Image.new("RGB", size, (128, 128, 128))
    for x in range(mark[0][0], mark[1][0]):
        for y in range(mark[0][1], mark[1][1]):
            made.putpixel((x, y), (255, 255, 255) if (x // 4 + y // 4) % 2 else (0, 0, 0))
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    out = io.BytesIO()
    made.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def with_photo(office, case, data=None):
    files = [Incoming("p.jpg", io.BytesIO(data or picture()))]
    return attach(case, files, actor=office.citizen(case), now=office.now)[0]
