"""Screens of rulings and rules: instructions, precedents, hang-ups, marks, channels, reports, forms of the office."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from django.utils import timezone
from journey_office import Office, now
from playwright.sync_api import Page

from gezhi.loop.marks import service as marks
from gezhi.loop.models import Case
from gezhi.loop.service import case_token

SAID = (
    "张副市长",
    "涉及两个单位，拟请批示协调。",
    "请城管局一周内拿出方案。",
    "临府批〔2026〕12号",
    "方案已报，正在实施。",
    "供电设施由供电公司管护。",
    "路灯管护已移交供电公司。",
    "需列入明年改造计划，资金未下达。",
    "一上午打了四十次，都不说话。",
    "接通后一直骂人。",
    "我家电话坏了，不是我打的。",
    "需明年统一更换电缆，已安排临时照明。",
    "情况属实，同意。",
    "路灯三天不亮，问什么时候修。",
    "已告知抢修安排，当晚恢复。",
)
LAMP = {"matter": "010404", "kind": "complaint"}
NAMES = ("asked", "told", "answered", "ruled", "open", "set-aside", "review", "corrected")
PHONES = ("13811110001", "13811110002", "13811110003")


def ruled(office: Office) -> dict[str, str]:
    """Cases that were instructed, ruled upon, set aside, answered at once, and whose number was marked."""
    found = {
        name: office.receive(SAID[13], place="书院路 45 号", name="王小明", phone=PHONES[place % 3], **LAMP)
        for place, name in enumerate(("asked", "told", "answered", "ruled", "open", "set-aside", "review", "corrected"))
    }
    for name in ("asked", "told", "answered", "set-aside", "review"):
        office.to("handling", found[name])
    for name in ("ruled", "open"):
        office.to("dispatched", found[name])
    instructed(office, found)
    power = office.units["power_company"].pk
    office.move(found["ruled"], "return", "hugo", cause="not_our_duty", basis=SAID[5], proposed=power)
    office.move(found["ruled"], "adjudicate", "dora", ruling="uphold", unit=power, basis=SAID[6], precedent=True)
    day = (timezone.localtime(now()).date() + timedelta(days=60)).isoformat()
    for name in ("set-aside", "review"):
        office.move(found[name], "hangup_ask", "hugo", cause="budget", reason=SAID[7], review_on=day)
    office.move(found["set-aside"], "hangup_decide", "sue", approve=True, note=SAID[12])
    office.move(
        found["corrected"], "answer", "olive", matter="020505", kind="consult", outcome="answered", reply=SAID[14]
    )
    marked(office, found)
    return found


def instructed(office: Office, found: Mapping[str, str]) -> None:
    """One instruction asked for, one that waits for the unit, one fed back."""
    due = (timezone.localtime(now()).date() + timedelta(days=7)).isoformat()
    paper = {"leader": SAID[0], "words": SAID[2], "paper": SAID[3], "due": due}
    office.move(found["asked"], "instruct_ask", "dora", leader=SAID[0], words=SAID[1])
    for name in ("told", "answered"):
        office.move(found[name], "instruct", "dora", **paper)
    office.move(found["answered"], "instruct_answer", "hugo", note=SAID[4])


def marked(office: Office, found: Mapping[str, str]) -> None:
    """A number marked and appealed, one that holds, one proposed."""
    for place, (name, cause) in enumerate((("asked", "silent"), ("told", "abuse"), ("answered", "flood"))):
        row = marks.propose(found[name], cause, SAID[8 + place % 2], actor=office.actor("olive"), now=now())
        if place:
            marks.confirm(row.pk, True, actor=office.actor("dora"), now=now())
        if place == 2:
            marks.appeal(row.pk, SAID[10], actor=office.actor("olive"), now=now())


def rulings_screens(
    office: Office, case: Mapping[str, str], found: Mapping[str, str]
) -> Iterator[tuple[str, str, str, Callable[[Page], None] | None]]:
    """Name, reader and address of each screen, and what is done before it is looked at."""
    number = Case.objects.get(pk=case["handling"]).number
    plain = [
        ("instructions", "dora", "/desk/instructions/"),
        ("case-instruct", "dora", f"/desk/{found['open']}/?move=instruct"),
        ("case-instructed", "hugo", f"/desk/{found['told']}/?move=instruct_answer"),
        ("case-return", "hugo", f"/desk/{found['open']}/?move=return"),
        ("case-suspended", "sue", f"/desk/{found['set-aside']}/"),
        ("case-hangup", "sue", f"/desk/{found['review']}/"),
        ("case-task", "hugo", f"/desk/{case['handling']}/?move=task"),
        ("case-phone", "dora", f"/desk/{case['dispatched']}/?move=phone"),
        ("marks", "dora", "/desk/marks/"),
        ("marks-proposed", "dora", "/desk/marks/?tab=proposed"),
        ("marks-appeals", "sue", "/desk/marks/?tab=appeals"),
        ("mark-new", "olive", f"/desk/marks/new/{case['accepted']}/"),
        ("mark-own", "", f"/f/{case_token(found['told'])}/mark/"),
        ("channels", "dora", "/desk/channels/"),
        ("channel", "dora", "/desk/channels/edit/?code=web"),
        ("channels-import", "dora", "/desk/channels/import/"),
        ("reports", "dora", "/desk/documents/reports/"),
        ("report-daily", "dora", "/desk/documents/reports/daily/"),
        ("report-monthly", "dora", "/desk/documents/reports/monthly/"),
        ("document-try", "dora", f"/desk/documents/referral/0/try/?subject={number}"),
        ("catalogue-row", "dora", "/desk/catalogue/row/?matter=010404"),
        ("catalogue-try", "dora", "/desk/catalogue/try/"),
        ("catalogue-import", "dora", "/desk/catalogue/import/"),
        ("calendar-day", "dora", "/desk/calendar/?day=2026-12-25"),
        ("matter", "dora", "/desk/matters/edit/?code=010404"),
        ("unit-new", "sam", "/office/units/new/"),
        ("model-cases", "dora", "/desk/model/cases/?said=010404&chosen=020505"),
        ("units-import", "sam", "/office/units/import/"),
        ("user-new", "sam", "/office/users/new/"),
        ("score-exclusion", "lena", "/desk/scores/exclusions/new/"),
        ("retention-rule-new", "sec", "/desk/retention/rules/new/"),
    ]
    for name, who, path in plain:
        yield name, who, path, None
