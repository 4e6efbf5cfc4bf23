from datetime import timedelta
from django.utils import timezone
from journey_site import PHONE, settle
from test_journey_links import ASK, NAME, NUMBER, case_of, into, photo
from gezhi.loop.links import service
from gezhi.loop.service.attaching import Incoming
import io

def test_shots(site):
    office, now = site.office, timezone.now()
    case = case_of(site)
    wish = service.Wish(NAME, NUMBER, ASK, (timezone.localtime(now) + timedelta(days=1)).date(), office="南湖村支书")
    sent = service.send(case, wish, actor=office.actor("hugo"), now=now)
    person = site.page(size=PHONE, scripts=False)
    n = [0]
    def shot(page, name):
        n[0] += 1
        page.screenshot(path=f"/tmp/shots_links/{n[0]:02}_{name}.png", full_page=True)
    person.goto(f"{site.url}/l/{sent.token}/"); shot(person, "door")
    into(person, "0000"); shot(person, "door_wrong")
    into(person); shot(person, "work")
    person.locator("form[action$='/sign/'] button").click(); person.wait_for_load_state(); shot(person, "signed")
    me = service.holder(sent.link)
    data = photo()["buffer"]
    service.note(sent.link.pk, "到现场看了，灯头坏了，去买一个。", [], actor=me, now=timezone.now())
    service.finish(sent.link.pk, "done", "灯泡换了，晚上亮了。", [Incoming(name="a.jpg", file=io.BytesIO(data), size=len(data))], actor=me, now=timezone.now())
    person.reload(); shot(person, "waits")
    for size, label in ((PHONE, "390"), ({"width": 1440, "height": 900}, "1440")):
        desk = site.page("hugo", size=size)
        site.open(desk, f"/desk/{case}/"); shot(desk, f"case_{label}")
        site.open(desk, f"/desk/{case}/links/new/"); shot(desk, f"new_{label}")
        site.open(desk, f"/desk/{case}/links/{sent.link.pk}/"); shot(desk, f"link_{label}")
    for k, v in (("name", NAME), ("office", "南湖村支书"), ("phone", NUMBER), ("ask", ASK)):
        site.open(desk, f"/desk/{case}/links/new/") if k == "name" else None
        desk.fill(f"[name={k}]", v)
    desk.locator("main form button.primary").click(); settle(desk); shot(desk, "sent")
    en = site.page("hugo", size={"width": 1440, "height": 900}, language="en")
    site.open(en, f"/desk/{case}/links/{sent.link.pk}/"); shot(en, "link_en")
    p2 = site.page(size=PHONE, language="en")
    p2.goto(f"{site.url}/l/{sent.token}/"); into(p2); shot(p2, "waits_en")
    service.back(sent.link.pk, "请补一张修好后的照片", actor=office.actor("hugo"), now=timezone.now())
    p2.reload(); shot(p2, "back_en")
    p2.goto(f"{site.url}/l/xxxxxxxxxxxxxxxxxxxxxx/"); shot(p2, "closed_en")
