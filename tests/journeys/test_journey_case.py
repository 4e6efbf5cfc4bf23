"""One case from the citizen's phone through every desk and back, twice round, in the browser."""

import io

import pytest
from journey_site import PHONE, act, choose, settle
from PIL import Image

from gezhi.loop.models import Attachment, Case, Step
from gezhi.loop.service.replaying import replay

MOBILE = "13812346207"
TEXT = "书院路 45 号门口的路灯已经三天不亮了，晚上老人和孩子走路很危险，请尽快修好。"
WALK = [
    "receive", "accept", "dispatch", "return", "adjudicate", "sign", "contact", "postpone_ask", "postpone_decide",
    "reply", "review_pass", "callback", "sign", "contact", "reply", "review_pass", "rate",
]  # fmt: skip


def photo():
    picture = Image.new("RGB", (1600, 1200), (70, 80, 90))
    out = io.BytesIO()
    exif = picture.getexif()
    exif[0x010F] = "PhoneMaker"
    picture.save(out, "JPEG", exif=exif)
    return {"name": "路灯.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def report(page, site, *, name, with_photo=True, language="zh"):
    """The report form on a phone; the address of the follow page and the secret."""
    site.open(page, "/report/")
    page.fill("[name=text]", TEXT)
    if with_photo:
        page.set_input_files("input[type=file]", [photo()])
    page.fill("[name=place]", "书院路 45 号")
    page.locator("label:has([name=who][value=phone])").click()
    page.fill("[name=phone]", MOBILE)
    page.fill("[name=name]", name)
    page.locator("main form button.primary").click()
    page.locator("#secret").wait_for()
    settle(page)
    assert ("收到" if language == "zh" else "received") in page.inner_text("h1")
    return page.locator("#link a").get_attribute("href"), page.inner_text("#secret")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_report_on_a_phone_and_its_way_back(site, scripts):
    page = site.page(size=PHONE, scripts=scripts)
    follow, secret = report(page, site, name="王小明")
    case = Case.objects.get()
    assert (case.state, case.channel, case.anonymous) == ("received", "web", False)
    picture = Attachment.objects.get()
    assert picture.kind == "image"
    page.goto(follow if follow.startswith("http") else site.url + follow)
    seen = page.inner_text("main")
    assert case.number in seen
    assert "书院路 45 号" in seen
    other = site.page(size=PHONE, scripts=scripts)
    site.open(other, "/follow/")
    other.fill("[name=number]", case.number)
    other.fill("[name=secret]", secret)
    other.locator("main form button.primary").click()
    other.wait_for_url("**/f/**")
    assert case.number in other.inner_text("main")
    assert site.faults == []


def test_what_is_missing_is_said_with_a_way_to_it_and_nothing_is_lost(site):
    page = site.page(size=PHONE)
    site.open(page, "/report/")
    page.fill("[name=text]", TEXT)
    page.set_input_files("input[type=file]", [photo()])
    page.fill("[name=phone]", "12")
    page.locator("main form button.primary").click()
    page.locator("#errors").wait_for()
    assert page.evaluate("document.activeElement.id") == "errors"
    assert page.input_value("[name=text]") == TEXT
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
    page.locator("#errors a").first.click()
    assert page.evaluate("document.activeElement.id") == "f-place"
    page.fill("[name=place]", "书院路 45 号")
    page.fill("[name=phone]", MOBILE)
    page.locator("main form button.primary").click()
    page.locator("#secret").wait_for()
    assert Case.objects.count() == Attachment.objects.count() == 1


def test_one_case_through_every_desk_twice_round(site):
    """Return and adjudication, postponement, an unhappy call-back, redo, rating: what people see and what is kept."""
    citizen = site.page(size=PHONE)
    follow, _ = report(citizen, site, name="王小明")
    follow = follow.removeprefix(site.url)
    case = Case.objects.get()
    at = f"/desk/{case.pk}/"
    urban, power = site.office.units["urban_management"], site.office.units["power_company"]
    olive, dora, hugo, hana, liam, cal = map(site.page, ("olive", "dora", "hugo", "hana", "liam", "cal"))

    site.open(olive, "/desk/?tab=to_accept")
    olive.locator(f".rows a.t[href='{at}']").click()
    settle(olive)
    assert TEXT in olive.inner_text(".story")
    assert MOBILE not in olive.content()
    assert olive.locator(".photos img").count() == 1
    if not olive.locator("#f-matter").input_value():
        assert "路灯" in olive.inner_text("#h-matter")
        choose(olive, "matter", "路灯")
    act(olive, "accept", kind="complaint")
    stored(case, "accepted", kind="complaint", matter="010404")

    site.open(dora, at)
    form = dora.locator("#move-form")
    assert form.locator("[name=unit]").input_value() == str(urban.pk)
    why = form.locator("#h-unit").inner_text()
    assert "职责清单" in why
    assert "《城市道路管理条例》" in why
    act(dora, "dispatch")
    stored(case, "dispatched", lead_id=urban.pk)

    site.open(hana, at)
    assert "case-not-found" in hana.inner_text("main")
    site.open(hugo, at)
    assert "下一步" in hugo.inner_text("#move-title")
    act(
        hugo,
        "return",
        cause="not_our_duty",
        basis="该路段灯杆由供电公司产权维护，移交协议第三条。",
        proposed="供电公司",
    )
    stored(case, "returned")
    site.open(dora, "/desk/?tab=to_adjudicate")
    dora.locator(f".rows a.t[href='{at}']").click()
    settle(dora)
    assert "供电公司" in dora.inner_text(".time")
    act(dora, "adjudicate", ruling="uphold", unit="供电公司", basis="移交协议第三条")
    stored(case, "dispatched", lead_id=power.pk)

    site.open(hana, at)
    act(hana, "sign")
    stored(case, "handling")
    reveal(hana)
    act(hana, "contact", reached="reached", note="已与来电人通话，约定三日内修复。")
    act(hana, "postpone_ask", cause="supply", reason="灯头需采购，已下单", amount="2", unit_of="workday")
    decide(site, dora, at)
    due = Case.objects.get(pk=case.pk).due_at
    assert due is not None
    site.open(hana, at)
    act(hana, "reply", outcome="solved", reply="已更换灯头，当晚亮灯。")
    stored(case, "replied", outcome="solved")
    site.open(liam, at)
    act(liam, "review_pass")
    stored(case, "verifying")

    site.open(citizen, follow)
    assert "已更换灯头，当晚亮灯。" in citizen.inner_text("main")
    site.open(cal, at)
    said = {"words": "只亮了一晚又灭了", "for_unit": "换灯头不够，请查线路"}
    act(cal, "callback", contacted="1", satisfaction="dissatisfied", solved="unsolved", **said)
    stored(case, "dispatched", round=2, lead_id=power.pk)
    site.open(hana, at)
    assert "第2轮" in hana.inner_text(".band").replace(" ", "")
    assert [words in hana.inner_text(".time") for words in ("请查线路", "只亮了一晚")] == [True, False]
    act(hana, "sign")
    act(hana, "contact", reached="reached", note="致歉并约定今晚复查。")
    act(hana, "reply", outcome="solved", reply="更换整段线路，连续三晚复查正常。")
    site.open(liam, at)
    act(liam, "review_pass")

    rate(site, citizen, follow)
    stored(case, "closed", round=2, satisfaction="satisfied")
    assert Step.objects.get(case=case, move="rate").facts["scores"] == {
        "speed": 4,
        "result": 5,
        "service": 5,
        "feedback": 4,
    }
    assert list(Step.objects.filter(case=case).order_by("no").values_list("move", flat=True)) == WALK
    assert [found for found in replay() if not isinstance(found, int)] == []
    timeline(site, dora, at)
    who_looked(site, citizen, follow)
    assert [fault for fault in site.faults if "404" not in fault] == []


def stored(case, state, **facts):
    row = Case.objects.get(pk=case.pk)
    assert row.state == state
    assert {name: getattr(row, name) for name in facts} == facts


def reveal(page):
    """The phone is opened for the first contact, and gone again on the next look at the page."""
    assert MOBILE not in page.content()
    page.locator("#reveal button").click()
    page.locator("#reveal a[href^='tel:']").wait_for()
    assert MOBILE in page.inner_text("#reveal")
    assert "王小明" in page.inner_text("#reveal")
    page.reload()
    settle(page)
    assert MOBILE not in page.content()


def decide(site, page, at):
    """The unit asks, another decides, and sees why it was asked."""
    site.open(page, "/desk/?tab=to_decide")
    page.locator(f".rows a.t[href='{at}']").click()
    settle(page)
    assert "灯头需采购，已下单" in page.inner_text(".time")
    act(page, "postpone_decide", approve="1", amount="2")


def rate(site, page, follow):
    site.open(page, follow)
    page.locator(".answer a.btn.primary").click()
    settle(page)
    for name, value in (("solved", "solved"), ("satisfaction", "satisfied"), ("speed", "4"), ("result", "5"),
                        ("service", "5"), ("feedback", "4")):  # fmt: skip
        page.locator(f"label:has([name={name}][value='{value}'])").click()
    page.fill("[name=words]", "这次修好了，谢谢。")
    page.locator("main form button.primary").click()
    page.wait_for_url(f"**{follow}")
    assert "已办结" in page.inner_text("h1")


def timeline(site, page, at):
    """Everything that was done, in Chinese, the newest first."""
    site.open(page, at)
    said = page.inner_text(".time")
    heads = ["已评价", "审核通过", "已提交办理结果", "已先行联系", "已签收", "已回访", "延时已审批", "已申请延时",
             "已裁定，由供电公司办理", "已申请退单", "已派给城市管理局", "已受理", "已收到"]  # fmt: skip
    places = [said.find(head) for head in heads]
    assert -1 not in places, dict(zip(heads, places, strict=True))
    assert places == sorted(places), dict(zip(heads, places, strict=True))
    for words in ("灯头需采购，已下单", "移交协议第三条", "更换整段线路", "只亮了一晚又灭了"):
        assert words in said


def who_looked(site, page, follow):
    """The citizen sees which unit opened the phone and what for, and no person's name."""
    site.open(page, f"{follow}who/")
    seen = page.inner_text("main")
    assert "供电公司" in seen
    assert "先行联系" in seen
    assert "钱伟" not in seen
    site.open(page, follow)
    everything = page.inner_text("main")
    for name in ("钱伟", "刘敏", "周明", "高远"):
        assert name not in everything


def test_one_case_in_english(site):
    citizen = site.page(size=PHONE, language="en")
    follow, _ = report(citizen, site, name="Li", with_photo=False, language="en")
    assert "received" in citizen.inner_text("main").lower()
    case = Case.objects.get()
    at = f"/desk/{case.pk}/"
    site.office.to("dispatched", str(case.pk))
    hugo = site.page("hugo", language="en")
    site.open(hugo, at)
    assert hugo.inner_text("#move-title").startswith("Next: ")
    act(hugo, "sign")
    assert "Done" in hugo.inner_text("#messages")
    act(hugo, "contact", reached="reached", note="Agreed to mend it tonight.")
    act(hugo, "reply", outcome="solved", reply="The lamp is mended.")
    lena = site.page("lena", language="en")
    site.open(lena, at)
    act(lena, "review_pass")
    stored(case, "verifying")
    follow = follow.removeprefix(site.url)
    site.open(citizen, follow)
    assert "The lamp is mended." in citizen.inner_text("main")
    citizen.locator(".answer a.btn.primary").click()
    settle(citizen)
    citizen.locator("label:has([name=solved][value=solved])").click()
    citizen.locator("label:has([name=satisfaction][value=very])").click()
    citizen.locator("main form button.primary").click()
    citizen.wait_for_url(f"**{follow}")
    stored(case, "closed", satisfaction="very")
    assert site.faults == []
