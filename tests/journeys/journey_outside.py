"""Screens of work outside the office: links and their people, the field on the phone, a platform above, the frame."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from journey_office import ROOT, Office, now
from journey_site import settle
from playwright.sync_api import Page

from gezhi.kit.sheets import write_xlsx
from gezhi.loop.field.service import asking, lists, visiting
from gezhi.loop.field.service.steps import Where
from gezhi.loop.links import service as links
from gezhi.loop.models import Partner
from gezhi.loop.partners import service as partners
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.service.attaching import Incoming

NAME, VILLAGE, MOBILE = "李建国", "南湖村支书", "13912345678"
ASKED = "请到书院路 45 号门口看一下路灯，能修就修，拍张照。"
TOLD = ("灯泡换了，晚上亮了。", "今天下午带人去看。", "没有梯子，够不着。")
LOOKED = "请看灯亮不亮，拍一张全景。"
HOMES = (
    "姓名,地址,电话,类别,走访周期\n"
    "张三丰,南湖路8号,13800001234,独居老人,30\n"
    "李秀英,书院路2号,13800001235,残疾人家庭,15\n"
)
COUNTY = {
    "类型": "派单", "工单编号": "X-2026-0091", "标题": "桥栏杆断了", "诉求内容": "新桥的栏杆断了，孩子上学要走。",
    "地址": "南湖路新桥", "诉求类型": "投诉", "事项": "桥梁", "来电人": "赵女士", "联系电话": "10012340001",
    "办结时限": "2026-12-30 18:00", "状态": "已交办",
}  # fmt: skip
WORDS = (NAME, VILLAGE, "李** · 南湖村支书", "李**", ASKED, *TOLD, LOOKED, "张三丰", "李秀英", "南湖路8号", "书院路2号",
         "独居老人", "残疾人家庭", "南湖路", "县级督办平台", "county-folder", *COUNTY.values(), "town")  # fmt: skip
FRAMED_BY = "https://www.example.gov.cn"
Rows = list[tuple[str, str, str, Any]]


def outside_screens(office: Office, case: str, photo: Incoming) -> Rows:
    """All of them."""
    return [*links_screens(office, case, photo), *field_screens(office, case), *upstream_screens(), *token_screens(),
            *frame_screens()]  # fmt: skip


def links_screens(office: Office, case: str, photo: Incoming) -> Rows:
    """A link at its door and behind it, one with an answer, one taken over, one that ended; the lists of the sender."""
    hugo = office.actor("hugo")

    def hand_out(days: int = 2) -> links.Sent:
        day = (timezone.localtime(now()) + timedelta(days=days)).date()
        return links.send(case, links.Wish(NAME, MOBILE, ASKED, day, office=VILLAGE), actor=hugo, now=now())

    door, work, answered, cannot, over = (hand_out(days) for days in (1, 2, 3, 4, 5))
    for one in (work, answered, cannot):
        links.enter(one.link, MOBILE[-4:], now=now())
        links.sign(one.link.pk, actor=links.holder(one.link), now=now())
    links.note(work.link.pk, TOLD[1], actor=links.holder(work.link), now=now())
    links.finish(answered.link.pk, "done", TOLD[0], [photo], actor=links.holder(answered.link), now=now())
    links.finish(cannot.link.pk, "cannot", TOLD[2], actor=links.holder(cannot.link), now=now())
    links.revoke(over.link.pk, actor=hugo, now=now())
    at = f"/desk/{case}/links/"
    return [
        ("link-door", "", f"/l/{door.token}/", None), ("link-wrong", "", f"/l/{door.token}/", _wrong),
        ("link-work", "", f"/l/{work.token}/", _enter), ("link-waits", "", f"/l/{answered.token}/", _enter),
        ("link-closed", "", f"/l/{over.token}/", None), ("link-new", "hugo", f"{at}new/", None),
        ("link-answer", "hugo", f"{at}{answered.link.pk}/", None), ("link-out", "hugo", f"{at}{work.link.pk}/", None),
        ("link-case", "hugo", f"/desk/{case}/#outside", None), ("links", "hugo", "/desk/links/", None),
        ("links-out", "hugo", "/desk/links/?tab=out", None), ("links-ended", "hugo", "/desk/links/?tab=ended", None),
        ("links-none", "hana", "/desk/links/", None),
    ]  # fmt: skip


def _enter(page: Page) -> None:
    if page.locator("[name=digits]").count():
        page.fill("[name=digits]", MOBILE[-4:])
        page.locator("main form button.primary").click()
        page.wait_for_load_state()


def _wrong(page: Page) -> None:
    page.fill("[name=digits]", "0000")
    page.locator("main form button.primary").click()
    page.locator(".errors").wait_for()


def field_screens(office: Office, case: str) -> Rows:
    """A worker's phone with looks and visits, and what the desk sees of them."""
    dora = office.actor("dora")
    wish = asking.Wish("before", LOOKED, "南湖路8号", now() + timedelta(days=1), user=office.users["gina"].pk)
    task = asking.ask(case, wish, actor=dora, now=now())
    lists.bring(io.BytesIO(HOMES.encode()), office.units["street_nanhu"].pk, actor=dora, now=now())
    worker = office.actor("gina")
    first, second = visiting.due_by(worker, timezone.localdate(now()) + timedelta(days=99))[:2]
    said = visiting.Visit("fine", where=Where({}, "not_offered"))
    visiting.visit(first.pk, said, actor=worker, now=now(), key="5e1b2a60-0000-4000-8000-000000000001")
    return [
        ("field", "gina", "/field/", None), ("field-task", "gina", f"/field/tasks/{task.pk}/", None),
        ("field-patrol", "gina", "/field/patrol/", None), ("field-visits", "gina", "/field/visits/", None),
        ("field-place", "gina", f"/field/visits/{second.pk}/", None), ("field-month", "gina", "/field/month/", None),
        ("field-asked", "dora", "/desk/field/", None), ("field-ask", "dora", f"/desk/field/ask/{case}/", None),
        ("field-plans", "dora", "/desk/field/visits/", None),
    ]  # fmt: skip


def upstream_screens() -> Rows:
    """A county whose sheet has been taken in, and its day compared."""
    folder = Path(settings.GEZHI_DATA) / "county"
    for box in ("in", "out", "done", "failed"):
        (folder / box).mkdir(parents=True, exist_ok=True)
    write_xlsx(folder / "in" / "county-0001.xlsx", ("1", list(COUNTY), [list(COUNTY.values())]))
    wish = Wish("upper", "upstream", "县级督办平台", name_en="County platform",
                wishes={"mapping": "county-folder.toml", "place": str(folder)})  # fmt: skip
    partner = partners.put_partner(wish, actor=ROOT, now=now())
    partners.fetch_from(Partner.objects.select_related("keeper", "desk").get(pk=partner.pk), now=now())
    day = timezone.localdate(now())
    write_xlsx(folder / "in" / f"town-roll-{day:%Y%m%d}.xlsx", ("1", list(COUNTY), [list(COUNTY.values())]))
    return [
        ("upstream", "sam", "/desk/partners/upper/", None),
        ("upstream-edit", "sam", "/desk/partners/upper/edit/", None),
        ("upstream-reconcile", "sam", "/desk/partners/upper/reconcile/", None),
        ("upstream-reconciled", "sam", f"/desk/partners/upper/reconcile/?day={day}", None),
    ]


def token_screens() -> Rows:
    """A key for an assistant, made on the page of one's account."""
    return [("account-token", "lena", "/account/", _token)]


def _token(page: Page) -> None:
    form = page.locator("form[action$='/account/tokens/']")
    form.locator("input[name=name]").fill("helper")
    form.locator("button").click()
    settle(page)


def frame_screens() -> Rows:
    """The form as another site shows it."""
    return [("embed", "", "/embed/report/", None), ("embed-sent", "", "/embed/report/", _send)]


def _send(page: Page) -> None:
    page.fill("[name=text]", "滨河路的井盖松动，车辆经过有响声。")
    page.fill("[name=place]", "滨河路 8 号")
    page.locator("label:has([name=who][value=anonymous])").click()
    page.locator("main form button.primary").last.click()
    page.locator("#secret").wait_for()
