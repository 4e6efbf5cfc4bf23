"""A village secretary answers by a link: on a phone, without scripts, over plain http; the sender takes it over."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from journey_site import AXE, PHONE, hindrances, overflow, settle
from PIL import Image

from gezhi.loop.links import service
from gezhi.loop.models import Link, Step

NAME, NUMBER, ASK = "李建国", "13912345678", "请到书院路 45 号门口看一下路灯，能修就修，拍张照。"
STORY = "我叫王小明，住丽江新城6栋2单元，电话13812346207，路灯三天不亮，晚上走路危险。"


def case_of(site, **fields):
    office = site.office
    told = {"place": "书院路 45 号门口", "name": "王小明", "phone": "13812346207", **fields}
    return office.to("handling", office.receive(STORY, **told))


def hand_out(site, case):
    """The sender's form in the browser; the address out of the message that is shown once."""
    desk = site.page("hugo")
    site.open(desk, f"/desk/{case}/")
    desk.locator("#outside a.btn").click()
    settle(desk)
    for name, value in (("name", NAME), ("phone", NUMBER), ("ask", ASK)):
        desk.fill(f"[name={name}]", value)
    assert "王小明" not in desk.input_value("[name=story]")
    assert "6栋" not in desk.input_value("[name=story]")
    desk.locator("main form button.primary").click()
    settle(desk)
    message = desk.locator("#message").inner_text()
    assert site.url in message
    return desk, "/l/" + message.partition("/l/")[2].partition("/")[0] + "/"


def photo():
    out = io.BytesIO()
    Image.new("RGB", (1200, 900), (40, 60, 90)).save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def into(page, digits="5678"):
    page.fill("[name=digits]", digits)
    page.locator("main form button.primary").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_from_the_link_to_the_case(site, scripts):
    case = case_of(site)
    desk, path = hand_out(site, case)
    person = site.page(size=PHONE, scripts=scripts)
    asked = []

    def note(request):  # the library hangs marks on its handlers, which a method of a list does not take
        asked.append(request)

    person.on("request", note)
    site.open(person, path) if scripts else person.goto(site.url + path)
    assert ASK not in person.content()
    into(person, "0000")
    assert "4" in person.locator(".errors").inner_text()
    into(person)
    page = person.content()
    assert ASK in page
    assert "路灯三天不亮" in page
    for hid in ("王小明", "13812346207", "6栋", NUMBER):
        assert hid not in page
    person.locator("form[action$='/sign/'] button").click()
    person.locator(".notice.is-good").wait_for()
    person.locator("#finish label:has([value=done])").click()
    person.fill("#f-finish-words", "灯泡换了，晚上亮了。")
    person.set_input_files("#f-finish-files", [photo()])
    person.locator("#finish button.primary").click()
    person.wait_for_url("**/?said=finish")
    assert person.locator("#finish").count() == 0
    assert overflow(person) <= 0 if scripts else True
    assert {one.url.split("/")[2] for one in asked} == {site.url.split("/")[2]}, "nothing is fetched from elsewhere"
    sent = [one for one in asked if "referer" in one.headers and path in one.headers["referer"]]
    assert not sent, "the address is told to nobody"

    site.open(desk, f"/desk/{case}/")
    desk.locator("#outside a[href$='#approve']").click()
    settle(desk)
    desk.locator("#approve label:has([name=public])").click()
    desk.locator("#approve button.primary").click()
    desk.locator("#messages .notice.is-good").wait_for()
    assert "灯泡换了" in desk.content()
    assert Step.objects.filter(case_id=case, move="note").count() == 1
    person.reload()
    assert "已采用" in person.content()
    assert not [one for one in site.faults if "422" not in one], "the wrong digits are the only refusal"


def test_language_and_size_are_changed_on_the_page(site):
    case = case_of(site)
    _, path = hand_out(site, case)
    person = site.page(size=PHONE, scripts=False)
    person.goto(site.url + path)
    person.get_by_role("link", name="English").click()
    person.wait_for_load_state()
    assert "asks for your help" in person.locator("h1").inner_text()
    person.get_by_role("link", name="Large type").click()
    person.wait_for_load_state()
    assert person.locator("html").get_attribute("data-size") == "elder"
    into(person)
    assert "You are asked to help" in person.content()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is collected by npm at set-up")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_keeps_people_out_of_it(site, language):
    office, now = site.office, timezone.now()
    case = case_of(site)
    wish = service.Wish(NAME, NUMBER, ASK, (timezone.localtime(now) + timedelta(days=1)).date())
    sent = service.send(case, wish, actor=office.actor("hugo"), now=now)
    person = site.page(size=PHONE, language=language)
    found = {}
    site.open(person, f"/l/{sent.token}/")
    found["door"] = (hindrances(person), overflow(person))
    into(person)
    person.locator("form[action$='/sign/'] button").click()
    person.locator(".notice.is-good").wait_for()
    settle(person)
    found["work"] = (hindrances(person), overflow(person))
    me = service.holder(sent.link)
    service.finish(sent.link.pk, "cannot", "没有梯子", actor=me, now=timezone.now())
    site.open(person, f"/l/{sent.token}/")
    found["waits"] = (hindrances(person), overflow(person))
    site.open(person, "/l/xxxxxxxxxxxxxxxxxxxxxx/")
    found["closed"] = (hindrances(person), overflow(person))
    link = Link.objects.get(pk=sent.link.pk)
    for size in (PHONE, {"width": 1440, "height": 900}):
        desk = site.page("hugo", language=language, size=size)
        for name, path in (("case", ""), ("new", "links/new/"), ("link", f"links/{link.pk}/")):
            site.open(desk, f"/desk/{case}/{path}")
            found[f"{name} {size['width']}"] = (hindrances(desk), overflow(desk))
    assert {name: said for name, said in found.items() if said[0] or said[1] > 0} == {}
