"""Every screen of the product with something to see on it: who looks at it, its address, what is done before."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from journey_calls import SAID, calls_screens
from journey_comfort import VIEWS, comfort_screens
from journey_office import Office, now
from journey_outside import WORDS as SAID_OUTSIDE
from journey_outside import outside_screens
from journey_partners import partner_screens
from journey_privacy import WORDS as OWN_WORDS
from journey_privacy import privacy_screens
from journey_public import WORDS as SHOWN
from journey_public import public_screens
from journey_rulings import SAID as RULED
from journey_rulings import ruled, rulings_screens
from journey_scores import WORDS, scores_screens
from journey_site import settle
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from gezhi.loop import service
from gezhi.loop.importing import background
from gezhi.loop.importing.running import Options
from gezhi.loop.service import case_token
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.service.carrying import report_with
from gezhi.loop.service.reading import reveal_requester
from gezhi.trust.service import citizen_actor, seal_pending

STORIES = (
    ("书院路路灯三天不亮，晚上老人和孩子走路很危险，请尽快修好。", "书院路 45 号门口", "010404", "complaint"),
    ("工地夜间施工到两点，住户无法休息，多次反映未解决。", "丽江新城六栋", "110101", "complaint"),
    ("建议在学校门口增设斑马线和减速带。", "临江市第三小学东门", "010404", "suggest"),
    ("小区南门烧烤店占道经营，油烟很大，晚上车辆无法通行，已经影响到救护车进出，居民多次劝阻没有效果。",
     "南湖路 118 号", "010404", "report"),
    ("医保异地报销需要哪些材料？", "", "", "consult"),
    ("感谢环卫工人雪天清扫。", "滨河路", "", "praise"),
)  # fmt: skip
SPOKEN = (
    "移交协议第三条", "已与来电人通话，约定今晚到场。", "请提供该路段的移交资料。", "到现场看过，灯头损坏，已拍照。",
    "来电人补充：旁边 47 号门口的灯也不亮。", "多次反映，限期办结。",
    "路灯已修复，今晚起正常亮灯。", "王**", "没有这个词",
    "昨晚十二点工地又开始夜间施工了，住户无法休息", "昨晚", "您好，我们将尽快处理。",
    "路灯只亮了一晚，请查线路后重修。",
)  # fmt: skip
PASTED = (
    "姓名：李红\n电话：13800000002\n地址：滨河路 8 号\n内容：井盖松动，车辆经过有响声。\n"
    "姓名：王小明\n电话：13812346207\n地址：书院路 45 号\n内容：路灯三天不亮，昨晚有人摔倒。"
)
STATES = ("received", "accepted", "dispatched", "handling", "returned", "replied", "verifying", "closed", "redo")
SHEET = (
    "工单编号,来电时间,来电人,联系电话,诉求内容,诉求地址,备注\n"
    "RX001,2026/1/3 9:12,王小明,13812346207,书院路 45 号路灯不亮,书院路 45 号,甲\n"
    "RX002,2026/2/30,李红,13800000002,井盖松动有响声,滨河路 8 号,乙\n"
    "RX003,2026-01-05 22:40,,,工地夜间施工无法休息,丽江新城六栋,\n"
)


@dataclass(frozen=True)
class Screen:
    """One screen. Nobody looks at it: a citizen, on a phone."""

    name: str
    who: str
    path: str
    before: Callable[[Page], None] | None = None


def said() -> set[str]:
    """What the people of these screens say, whole and as lists shorten it."""
    words = {
        SAID,
        "全天",
        *VIEWS,
        *RULED,
        *SPOKEN,
        *WORDS,
        *OWN_WORDS,
        *SAID_OUTSIDE,
        *SHOWN,
        *SHEET.replace("\n", ",").split(","),
        *re.split("[\n：]", PASTED),
    }
    whole = {text for story in STORIES for text in story[:2]} | words
    return (
        whole
        | {part for text in whole for part in re.split("[，。？,]", text)}
        | {text.strip("。？") for text in whole}
    )


def photo() -> Incoming:
    """A drawn street at night, so that a photo is seen where one belongs."""
    picture = Image.new("RGB", (1200, 900), (28, 34, 46))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 900), (480, 460), (720, 460), (1200, 900)], fill=(60, 62, 66))
    draw.line([(900, 620), (900, 180), (820, 160)], fill=(150, 150, 150), width=14)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    out.seek(0)
    return Incoming(name="路灯.jpg", file=out, size=len(out.getvalue()))


def furnish(office: Office) -> dict[str, str]:
    """Cases in every state that a screen shows, one import; their keys by name."""
    person = {"name": "王小明", "phone": "13812346207"}
    found: dict[str, str] = {}
    visitor = citizen_actor("web", kind="link", language="zh-hans")
    for number, (text, place, matter, kind) in enumerate(STORIES):
        one = office.receive(text, place=place, matter=matter, kind=kind, urgency=1 + number % 4, **person)
        found[f"open{number}"] = one
    told = service.Report(text=STORIES[0][0], place=STORIES[0][1], channel="web", **person)
    for state in (
        "received",
        "accepted",
        "dispatched",
        "handling",
        "returned",
        "replied",
        "verifying",
        "closed",
        "redo",
    ):
        case = report_with(told, [photo()], actor=visitor, now=now(), key=state).moved.case
        found[state] = case
        office.to({"returned": "dispatched", "closed": "verifying", "redo": "verifying"}.get(state, state), case)
    power, housing = office.units["power_company"].pk, office.units["housing"].pk
    office.move(found["returned"], "return", "hugo", cause="not_our_duty", basis=SPOKEN[0], proposed=power)
    busy = found["handling"]
    reveal_requester(busy, actor=office.actor("hugo"), now=now(), purpose="first_contact")
    office.move(busy, "contact", "hugo", reached="reached", note=SPOKEN[1])
    office.move(busy, "task", "hugo", unit=housing, ask=SPOKEN[2])
    office.move(busy, "note", "hugo", note=SPOKEN[3], shown=True)
    office.move(busy, "supplement", "olive", words=SPOKEN[4])
    for name in ("closed", "redo"):
        happy = name == "closed"
        said = {"satisfaction": "satisfied", "solved": "solved", "scores": {"speed": 4, "result": 5}}
        if not happy:
            said = {
                "satisfaction": "dissatisfied",
                "solved": "unsolved",
                "scores": {"speed": 4, "result": 2},
                "for_unit": SPOKEN[12],
            }
        office.move(found[name], "callback", "cal", contacted=True, **said)
    office.move(found["open1"], "supervise", "sue", reason=SPOKEN[5])
    seal_pending(now())
    return found


def trial(office: Office) -> int:
    """An import that has been tried; the number of its batch."""
    file = SimpleUploadedFile("2026 年 1 月工单.csv", SHEET.encode("gb18030"))
    return int(background.upload(file.file, file.name or "", Options(), actor=office.actor("dora"), now=now()).pk)


def call_filled(page: Page) -> None:
    page.fill("#f-phone", "13812346207")
    page.fill("#f-text", "昨晚十二点工地又开始夜间施工了，住户无法休息")
    page.locator("#suggestions .sug li").first.wait_for()
    page.locator("#past .past li b").first.wait_for()


def hinted(page: Page) -> None:
    page.fill("#f-reply", "您好，我们将尽快处理。")
    page.locator("#try .hints li").first.wait_for()


def picked(page: Page) -> None:
    page.locator("#f-matter").evaluate("(e) => { e.value = '110101'; e.dispatchEvent(new Event('change')) }")
    page.keyboard.press("Alt+s")
    page.locator("#ready-list [role=option]").first.wait_for()


def pasted(page: Page) -> None:
    page.fill("#f-pasted", PASTED)
    page.locator("#split .pieces li").first.wait_for()


def drafted(page: Page) -> None:
    page.fill("#f-pasted", PASTED)
    page.keyboard.press("F4")
    page.locator("section.draft").first.wait_for()
    settle(page)


def refused(page: Page) -> None:
    page.locator("main form button.primary").last.click()
    page.locator("#errors").wait_for()
    settle(page)


def guessed(page: Page) -> None:
    page.fill("#f-username", "nobody")
    page.fill("#f-password", "not-the-password")
    refused(page)


def more(page: Page) -> None:
    """The other moves of a case, opened; on a phone they must stand inside the window."""
    page.locator("main .menu > summary").first.click()
    box = page.locator("main .menu[open] .menu-list").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]


def menu(page: Page) -> None:
    page.locator("header details.menu summary").click()


def picker(page: Page) -> None:
    page.click("#f-unit-find")
    page.keyboard.type("局")


def help_(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("dialog#keys[open]").wait_for()


def screens(office: Office) -> list[Screen]:
    """All screens of an office that this furnishes."""
    case = furnish(office)
    found = ruled(office)
    batch = trial(office)
    token = {name: case_token(key) for name, key in case.items()}
    desk = {name: f"/desk/{key}/" for name, key in case.items()}
    return [
        Screen("home", "", "/"), Screen("report", "", "/report/"), Screen("report-refused", "", "/report/", refused),
        Screen("reported", "", f"/report/{token['received']}/"), Screen("follow", "", f"/f/{token['handling']}/"),
        Screen("follow-answered", "", f"/f/{token['verifying']}/"),
        Screen("follow-closed", "", f"/f/{token['closed']}/"),
        Screen("rate", "", f"/f/{token['verifying']}/rate/"), Screen("lookup", "", "/follow/"),
        Screen("who", "", f"/f/{token['handling']}/who/"), Screen("not-found", "", "/f/AAAAAAAAAAAAAAAAAAAAAA/"),
        Screen("sign-in", "", "/sign-in/"), Screen("sign-in-refused", "", "/sign-in/", guessed),
        Screen("worklist", "dora", "/desk/?tab=open"), Screen("worklist-menu", "dora", "/desk/?tab=open", menu),
        Screen("worklist-handler", "hugo", "/desk/?tab=handling"),
        Screen("worklist-keys", "dora", "/desk/?tab=to_accept", help_),
        Screen("worklist-empty", "dora", "/desk/?tab=open&q=没有这个词"),
        Screen("case-received", "olive", desk["received"]), Screen("case-accepted", "dora", desk["accepted"]),
        Screen("alike", "dora", f"{desk['accepted']}alike/"),
        Screen("case-accepted-picker", "dora", desk["accepted"], picker),
        Screen("case-dispatched", "hugo", desk["dispatched"]), Screen("case-handling", "hugo", desk["handling"]),
        Screen("case-more", "hugo", desk["handling"], more),
        Screen("case-postpone", "hugo", f"{desk['handling']}?move=postpone_ask"),
        Screen("case-returned", "dora", desk["returned"]), Screen("case-replied", "lena", desk["replied"]),
        Screen("case-verifying", "cal", desk["verifying"]), Screen("case-closed", "dora", desk["closed"]),
        Screen("case-redo", "hugo", desk["redo"]), Screen("case-merge", "dora", f"{desk['open0']}?move=merge"),
        Screen("call", "olive", "/desk/call/"), Screen("call-filled", "olive", "/desk/call/", call_filled),
        Screen("replies", "dora", "/desk/replies/"), Screen("call-ready", "olive", "/desk/call/?new=1", picked),
        Screen("reply-edit", "dora", "/desk/replies/edit/?code=street-light"),
        Screen("reply-check", "dora", "/desk/replies/check/?code=promise"),
        Screen("intake", "olive", "/desk/intake/", pasted), Screen("paste", "olive", "/desk/intake/", drafted),
        Screen("case-hints", "hugo", desk["handling"], hinted),
        *calls_screens(office), Screen("callbacks", "cal", "/desk/callbacks/"),
        Screen("supervision", "sue", "/desk/supervision/"), Screen("hangups", "sue", "/desk/hangups/"),
        Screen("hangups-public", "", "/hangups/"), Screen("tasks", "hugo", "/desk/tasks/?view=asked"),
        Screen("duties", "dora", "/desk/duties/"), Screen("load", "dora", "/desk/load/"),
        *(Screen(*one) for one in scores_screens(office, case["closed"])),
        *(Screen(*one) for one in privacy_screens(office, case["closed"])),
        *(Screen(*one) for one in partner_screens(office)),
        *(Screen(*one) for one in outside_screens(office, case["handling"], photo())),
        *(Screen(*one) for one in public_screens(office, photo)),
        *(Screen(*one) for one in rulings_screens(office, case, found)),
        *(Screen(*one) for one in comfort_screens(office, case)),
        Screen("documents", "dora", "/desk/documents/"),
        Screen("document-case", "dora", f"/desk/documents/case/{case['handling']}/"),
        Screen("import", "dora", "/desk/import/"), Screen("import-trial", "dora", f"/desk/import/{batch}/"),
        Screen("account", "hugo", "/account/"),
        Screen("catalogue", "dora", "/desk/catalogue/"), Screen("calendar", "dora", "/desk/calendar/?year=2026"),
        Screen("matters", "dora", "/desk/matters/"), Screen("units", "sam", "/office/units/"),
        Screen("unit", "sam", "/office/units/urban_management/"), Screen("users", "sam", "/office/users/"),
        Screen("user", "sec", "/office/users/hugo/"), Screen("users-import", "sam", "/office/users/import/"),
        Screen("roles", "sec", "/office/roles/"), Screen("role", "sec", "/office/roles/handler/"),
        Screen("provider", "sec", "/office/sign-in/"),
        Screen("settings", "sam", "/office/settings/"), Screen("ledger", "aud", "/office/ledger/"),
        Screen("reveals", "aud", "/office/reveals/"), Screen("letters", "sam", "/office/letters/"),
        Screen("health", "sam", "/office/health/"),
    ]  # fmt: skip
