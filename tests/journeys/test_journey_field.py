"""A grid worker's phone: asked by the desk, without a line, with one again; nothing lost, nothing twice."""

import io
import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from journey_site import PHONE, WAIT, hindrances, overflow
from PIL import Image

from gezhi.loop.field.service import asking, lists
from gezhi.loop.models import Attachment, Case, FieldAct, FieldPart, FieldPlace, Step

HERE = {"latitude": 39.9071, "longitude": 116.3912, "accuracy": 15}
SHEET = "姓名,地址,电话,类别,走访周期\n张三丰,南湖路8号,13800001234,独居老人,30\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.GEZHI_FILES = tmp_path / "files"


def photo(size=(60, 40), *, noise=False):
    image = Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3)) if noise else None
    out = io.BytesIO()
    (image or Image.new("RGB", size, "teal")).save(out, "JPEG", quality=95)
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def asked(site, case, check="before"):
    wish = asking.Wish(check, "请看灯亮不亮", "南湖路8号", datetime.now(UTC) + timedelta(days=1),
                       user=site.office.users["gina"].pk)  # fmt: skip
    return asking.ask(case, wish, actor=site.office.actor("dora"), now=datetime.now(UTC))


def visits(site):
    unit = site.office.units["street_nanhu"]
    lists.bring(io.BytesIO(SHEET.encode()), unit.pk, actor=site.office.actor("dora"), now=datetime.now(UTC))


def reported(site):
    told = {"matter": "010404", "name": "王小明", "phone": "13812346207", "place": "南湖路8号"}
    return site.office.receive("路灯不亮，晚上走路危险", lon=116.3912, lat=39.9071, **told)


def phone(site, language="zh-hans"):
    page = site.page("gina", size=PHONE, language=language)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(HERE)
    go(site, page, "/field/")
    until(page, "document.documentElement.dataset.fieldKept === '1'")
    until(page, "caches.open('gezhi-field-data').then((c) => c.match('/field/state.json')).then(Boolean)")
    until(page, "Boolean(navigator.serviceWorker.controller)")
    return page


def until(page, expression):
    """Asked again and again from here: the policy of the page forbids the browser's own way of asking."""
    end = time.monotonic() + WAIT / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def go(site, page, path):
    page.goto(site.url + path)
    until(page, "document.documentElement.dataset.fieldReady === '1'")


def sent(page):
    until(page, "document.querySelector('#field-queue').dataset.waiting === '0'")


def keeps(page, count):
    """The page says that it is kept, and counts what waits."""
    page.locator(".field-kept").wait_for()
    until(page, f"document.querySelector('#field-queue').dataset.waiting === '{count}'")


def look(page, result="there", **file):
    page.locator(f"label:has([name=result][value={result}])").click()
    page.set_input_files("form[data-field] [name=files]", file or photo())
    page.locator("form[data-field] .primary").click()


def quiet(site):
    """What the console complained of beside the missing line itself."""
    return [one for one in site.faults if "ERR_" not in one and "504" not in one and "net::" not in one]


def test_without_a_line_and_with_one_again_nothing_is_lost_and_nothing_comes_twice(site):
    case = reported(site)
    desk = site.page("dora")
    site.open(desk, f"/desk/field/ask/{case}/")
    desk.fill("#f-ask", "请看灯亮不亮，拍一张全景")
    desk.click("#f-user-find")
    desk.keyboard.type("吴小梅")
    desk.locator("#f-user-list li[aria-selected=true]").wait_for()
    desk.keyboard.press("Enter")
    desk.locator("main form button.primary").click()
    desk.locator("#messages .notice.is-good").wait_for()
    visits(site)
    page = phone(site)
    assert hindrances(page) == []
    assert overflow(page) <= 0
    assert page.locator("[data-field-tasks] li").count() == 1

    page.context.set_offline(True)
    go(site, page, "/field/")
    assert "没有网络" in page.locator("[data-shell-state]").inner_text()
    assert "王小明" not in page.content()
    assert "张三丰" not in page.content()
    assert hindrances(page) == []
    page.locator("[data-part=tasks] a").click()
    until(page, "document.documentElement.dataset.fieldReady === '1'")
    page.locator("form[data-field] .primary").click()
    assert page.locator(".errors p").count() == 2, "what is missing is said at once"
    page.get_by_text("已定位，精度 15 米").wait_for()
    assert hindrances(page) == []
    look(page)
    keeps(page, 1)

    go(site, page, "/field/patrol/")
    page.fill("form[data-field] [name=note]", "井盖缺失，已放置警示牌")
    page.fill("form[data-field] [name=place]", "南湖路与书院路口")
    page.set_input_files("form[data-field] [name=files]", photo())
    page.locator("form[data-field] .primary").click()
    keeps(page, 2)

    go(site, page, "/field/visits/")
    page.locator("[data-part=places] a").click()
    until(page, "document.documentElement.dataset.fieldReady === '1'")
    page.locator("button[value=fine]").click()
    keeps(page, 3)
    assert not FieldAct.objects.exists()
    go(site, page, "/field/")  # the phone was switched off and on
    assert page.locator("[data-queue-list] li").count() == 3

    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    sent(page)
    page.locator("[data-queue-list] .field-arrived").nth(2).wait_for()
    go(site, page, "/field/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    acts = {act.kind: act for act in FieldAct.objects.all()}
    assert sorted(acts) == ["before", "patrol", "visit"]
    assert FieldAct.objects.count() == 3
    assert {act.accuracy for act in acts.values()} == {15}
    assert Step.objects.filter(case=case, move="field_find").count() == 1
    assert Case.objects.filter(channel="grid").count() == 1
    assert Attachment.objects.count() == 2
    assert FieldPlace.objects.get().last_result == "fine"
    site.open(desk, f"/desk/{case}/")
    assert "情况属实" in desk.locator(".time").inner_text()
    assert quiet(site) == []


def test_a_photo_that_breaks_off_goes_on_and_a_late_finding_shows_both_sides(site):
    case = reported(site)
    task = asked(site, case)
    page = phone(site)
    go(site, page, f"/field/tasks/{task.pk}/")
    page.get_by_text("已定位，精度 15 米").wait_for()
    offsets = []

    def dying(route):
        if route.request.method == "POST":
            offsets.append(int(route.request.headers["upload-offset"]))
            if len(offsets) == 2:
                route.abort()
                return
        route.continue_()

    page.route("**/field/parts/**", dying)
    look(page, **photo((700, 500), noise=True))
    until(page, "document.querySelector('#field-queue').dataset.state === 'away'")
    half = FieldPart.objects.get()
    assert 0 < half.got < half.length
    site.office.move(case, "withdraw", "dora", reason="诉求人来电撤回")
    page.locator("[data-queue-send]").click()
    sent(page)
    assert offsets == sorted(offsets), "nothing is sent from the beginning again"
    assert offsets.count(0) == 1
    sides = page.locator(".field-sides")
    sides.wait_for()
    assert "已撤回" in sides.inner_text()
    act = FieldAct.objects.get()
    assert (act.clash, Attachment.objects.get().size > 0, Case.objects.get(pk=case).state) == (
        "moved", True, "withdrawn",
    )  # fmt: skip
    go(site, page, "/field/")
    assert page.locator(".field-sides").count() == 1, "it stays until it was seen"
    page.get_by_role("button", name="知道了").click()
    until(page, "document.querySelector('#field-queue').hidden")
    assert quiet(site) == []


def test_a_refused_act_does_not_hold_up_the_next_and_another_person_sends_nothing(site):
    task = asked(site, reported(site))
    page = phone(site)
    page.context.set_offline(True)
    go(site, page, f"/field/tasks/{task.pk}/")
    look(page)
    keeps(page, 1)
    go(site, page, "/field/patrol/")
    page.fill("form[data-field] [name=note]", "路面破损")
    page.fill("form[data-field] [name=place]", "南湖路")
    bad = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload=alert(1)>"}
    page.set_input_files("form[data-field] [name=files]", bad)
    page.locator("form[data-field] .primary").click()
    keeps(page, 2)
    page.evaluate("""() => new Promise((done) => {
      const asked = indexedDB.open('gezhi-field', 1);
      asked.onsuccess = () => {
        const store = asked.result.transaction('acts', 'readwrite').objectStore('acts');
        store.getAll().onsuccess = (e) => {
          const [first, second] = e.target.result.sort((a, b) => a.at - b.at);
          store.put({ ...second, at: first.at - 1 });
          store.put({ ...second, id: crypto.randomUUID(), user: '999999' }).onsuccess = () => done();
        };
      };
    })""")
    page.context.set_offline(False)
    go(site, page, "/field/")
    sent(page)
    page.locator(".field-refused").wait_for()
    assert (FieldAct.objects.get().kind, Case.objects.count()) == ("before", 1)
    assert "别人" in page.locator("[data-queue-state]").inner_text()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="丢弃").click()
    page.locator(".field-refused").wait_for(state="detached")


def test_signing_out_takes_along_what_the_phone_kept(site):
    asked(site, reported(site))
    page = phone(site, "en")
    assert "Looks at places" in page.content()
    page.locator(".nav-desk-menu summary").click()
    page.locator("form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate("caches.has('gezhi-field-data')") is False
    page.context.set_offline(True)
    go(site, page, "/field/")
    assert page.locator("[data-shell] li").count() == 0
    assert "Open this page once with a connection" in page.content()


def test_without_scripts_it_works_as_long_as_there_is_a_line(site):
    task = asked(site, reported(site))
    page = site.page("gina", size=PHONE, scripts=False)
    page.goto(f"{site.url}/field/tasks/{task.pk}/")
    assert page.locator("noscript, .notice").count() > 0
    page.locator("label:has([name=result][value=there])").click()
    page.set_input_files("[name=files]", photo())
    page.locator("main form .primary").click()
    page.wait_for_url("**/field/")
    assert FieldAct.objects.get().no_place == "not_offered"


def test_where_pages_cannot_be_kept_the_phone_says_so_and_keeps_the_act(site):
    task = asked(site, reported(site))
    page = site.page(size=PHONE)
    page.context.add_init_script("delete Navigator.prototype.serviceWorker")
    site.sign_in(page, "gina")
    go(site, page, f"/field/tasks/{task.pk}/")
    page.locator("#field-plain").wait_for()
    page.context.set_offline(True)
    look(page)
    keeps(page, 1)
    page.context.set_offline(False)
    page.locator("[data-queue-send]").click()
    sent(page)
    assert FieldAct.objects.count() == 1
