"""What the attacks go for: a case of the urban bureau with everything that can hang on one, and who may not see it."""

import io

import field_office
import links_helpers
import public_town
from calls_helpers import tell
from django.apps import apps
from django.utils import timezone
from loop_office import ROOT

from gezhi.loop.field.service import lists, parts
from gezhi.loop.marks import service as marks
from gezhi.loop.models import Call, Case, CodeItem, FieldPlace, PublicCase
from gezhi.loop.person.service import asking
from gezhi.loop.person.service.proving import scope
from gezhi.loop.retention.service import holding
from gezhi.loop.service import case_token
from gezhi.loop.store import content
from gezhi.trust.service.roles import grant_post
from gezhi.trust.service.users import create_token

SECRETS = ("QX7781", "王小明", "13800001234")  # of the story, the name, the number
STORY = "路灯杆QX7781不亮，我叫王小明，电话13800001234，住解放路12号301。"
MORE = {
    "app": ("centre", "partner"),
    "sec": ("city", "secadmin"),
    "sys": ("city", "sysadmin"),
    "aud": ("city", "auditor"),
    "eva": ("city", "evaluator"),
    "olaf": ("housing", "operator"),
    "dirk": ("housing", "dispatcher"),
    "cora": ("housing", "callback"),
    "sven": ("housing", "supervisor"),
    "evan": ("housing", "evaluator"),
}
FOREIGN = ("hana", "liam", "gus", "olaf", "dirk", "cora", "sven", "evan", "app")  # none of them may read the case


def staffed(office):
    """The small office, grid workers, administrators, the desk of another bureau, and one with all rights."""
    field_office.staffed(office)
    model = type(office.users["dora"])
    for name, (unit, role) in MORE.items():
        office.users[name] = model.objects.create(username=name, display_name=name.title(), unit=office.units[unit])
        grant_post(name, role, unit, actor=ROOT, now=office.now)
    office.users["zeus"] = model.objects.create(username="zeus", display_name="Zeus", unit=office.units["city"])
    role, verbs = apps.get_model("trust", "Role"), apps.get_model("trust", "RoleVerb")
    every = set(verbs.objects.values_list("verb", flat=True))
    row = role.objects.create(code="all", name_zh="一切", name_en="All")
    verbs.objects.bulk_create(verbs(role=row, verb=verb) for verb in every)
    grant_post("zeus", "all", "city", actor=ROOT, now=office.now)
    for name, code in (("nuisance_reason", "silent"), ("hold_reason", "lawsuit")):
        CodeItem.objects.create(list=name, code=code, name_zh=code, name_en=code, pack="test")
    content.forget()
    return office


def told(office, text=STORY, **more):
    """A case in the hands of the urban bureau, with a person behind it."""
    given = {"matter": "0101", "kind": "complaint", "name": "王小明", "phone": "13800001234", **more}
    return office.to("handling", office.receive(text, **given))


def key_of(office, name, role="handler"):
    """A token of the API."""
    return create_token(name, "attack", actor=office.actor(name), now=timezone.now())


class World:
    """Keys of real things that belong to others, by the names of the parameters of addresses."""

    def __init__(self, office):
        self.office = office
        self.case = told(office)
        self.row = Case.objects.get(pk=self.case)
        self.file = links_helpers.case_photo(office, self.case)
        self.link = links_helpers.hand_out(office, self.case)
        self.look = field_office.asked(office, self.case)
        self.call = recorded(office)
        Call.objects.filter(pk=self.call.pk).update(case=self.case)
        self.token = case_token(self.case)
        self.mark = marks.propose(self.case, "silent", "不说话", actor=office.actor("olive"), now=office.now)

    def more(self):
        """What hangs beside: a public entry, a place visited, half a photo, a request of the person, a hold."""
        office = self.office
        self.published = published(office)
        sheet = "姓名,地址,电话,类别,走访周期,下次走访\n王小明,解放路12号301,13800001234,独居老人,30,2026-03-01\n"
        lists.bring(io.BytesIO(sheet.encode()), office.units["street"].pk, actor=office.actor("stella"), now=office.now)
        self.visit = FieldPlace.objects.get().pk
        photo, self.part = field_office.photo(), field_office.key()
        parts.put(self.part, 0, len(photo), photo[:300], name="p.jpg", actor=office.actor("gina"), now=office.now)
        seen, citizen = scope(Case.objects.get(pk=self.case), proven=True), office.citizen(self.case)
        self.asked = asking.ask(seen, "erase", {"words": "请删除"}, [], actor=citizen, now=office.now)
        self.hold = holding.put_hold(self.row.number, "lawsuit", "案号", actor=office.actor("sue"), now=office.now)
        return self


def published(office):
    """An entry of the public list, about a case of the urban bureau."""
    public_town.rule()
    return PublicCase.objects.get(case=public_town.shown(office, "桥头路灯不亮"))


def recorded(office, call="c-1", agent="8001"):
    """A call with a recording; nobody of the office has the telephone 8001."""
    tell(office, "answered", call=call, agent=agent)
    return tell(office, "ended", call=call, agent=agent, after=30, talk_s=30, recording_url="http://127.0.0.1:9/1.wav")


def built(office):
    return World(office)
