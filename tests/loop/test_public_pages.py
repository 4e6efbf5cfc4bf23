"""Public pages: searched without a leak, text that is never a page, feeds that stay XML, figures, the desk's queue."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone
from public_town import TEXT, entry, rule, shown, told, with_photo

from flat import flat
from gezhi.loop.models import Case, PublicCase, PublicPhoto
from gezhi.loop.public.service import counting, deciding
from gezhi.loop.service import case_token
from gezhi.loop.store import content

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = "<script>alert(1)</script><svg onload=alert(2)> ]]> &amp; \x0b\x1b 路灯"


@pytest.fixture
def town(office):
    office.now = timezone.now() - timedelta(hours=2)
    counting.forget()
    yield office
    counting.forget()


@pytest.fixture
def anybody(town):
    client = Client()
    client.cookies["gezhi_language"] = "zh-hans"
    return client


def desk(town, name="dora", language="zh-hans"):
    client = Client()
    client.force_login(town.users[name])
    client.cookies["gezhi_language"] = language
    return client


def found(client, **query):
    return re.findall(r'href="/public/([0-9a-f]{12})/"', client.get("/public/", query).content.decode())


def test_the_list_shows_what_was_allowed_and_finds_it_by_its_public_words_alone(town, anybody):
    case = shown(town, words={"title": "路灯不亮", "text": "晚上走路危险", "answer": "已修好。"})
    told(town, "另一盏路灯也坏了")
    slug = entry(case).slug
    page = anybody.get("/public/").content.decode()
    assert found(anybody) == [slug]
    for words in ("路灯", "走路危险", "已修好", "解放路", "street lights", "' | '路灯"):
        assert found(anybody, q=words) == [slug], words
    for words in (
        "王小明",
        "13800001234",
        "1380000",
        "301",
        "丽江",
        "另一盏",
        "'; DROP",
        "\x00路灯x",
        "&!()",
    ):
        assert found(anybody, q=words) == [], words
    number = Case.objects.get(pk=case).number
    one = anybody.get(f"/public/{slug}/").content.decode()
    for secret in (number, case_token(case), "王小明", "13800001234", str(case), "301", "Hugo", "Dora"):
        assert secret not in page + one, secret
    assert "已修好。" in one
    assert anybody.get("/public/000000000000/").status_code == 404
    assert anybody.get(f"/public/{number}/").status_code == 404


def test_filters_narrow_and_nonsense_is_left_out(town, anybody):
    one, two = shown(town), shown(town, matter="0102", state="closed")
    open_ = shown(town, state="verifying")
    assert found(anybody, matter="0102") == [entry(two).slug]
    assert set(found(anybody, state="closed")) == {entry(one).slug, entry(two).slug}
    assert found(anybody, state="answered") == [entry(open_).slug]
    assert len(found(anybody, matter="zz", state="secret", area="x' OR 1=1")) == 3
    assert anybody.get("/public/", {"page": "9" * 30}).status_code == 200
    assert anybody.get("/public/feed.atom", {"area": "\x00", "matter": "\x00"}).status_code == 200


def test_what_is_hidden_leaves_list_page_feed_and_photo_at_once(town, anybody):
    case = told(town)
    file = with_photo(town, case)
    looked = deciding.opened(entry(case).pk, actor=town.actor("dora"))
    from gezhi.loop.public.service.photos import Wish

    deciding.allow(looked.entry.pk, looked.words, [Wish(str(file.pk))], actor=town.actor("dora"), now=town.now)
    slug, photo = entry(case).slug, PublicPhoto.objects.get().pk
    urls = [f"/public/{slug}/", f"/public/{slug}/feed.atom", f"/public/{slug}/photos/{photo}/"]
    assert [anybody.get(url).status_code for url in urls] == [200, 200, 200]
    picture = anybody.get(urls[2])
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/jpeg", "no-store")
    other = entry(shown(town)).slug
    assert anybody.get(f"/public/{other}/photos/{photo}/").status_code == 404
    Case.objects.filter(pk=case).update(confidential=True)
    assert [anybody.get(url).status_code for url in urls] == [404, 404, 404]
    assert found(anybody) == [other]
    assert slug not in anybody.get("/public/feed.atom").content.decode()


def test_text_is_text_on_pages_and_in_feeds(town, anybody):
    case = shown(town, words={"title": EVIL[:60], "text": EVIL, "answer": EVIL})
    slug = entry(case).slug
    for url in ("/public/", f"/public/{slug}/"):
        page = anybody.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<svg onload" not in page
    for url in ("/public/feed.atom", f"/public/{slug}/feed.atom"):
        answer = anybody.get(url)
        assert answer["Content-Type"].startswith("application/atom+xml")
        feed = ET.fromstring(answer.content)
        said = [one.text or "" for one in feed.iter(f"{ATOM}summary")]
        assert said
        assert not any(re.search(r"<(?!/?p>|br>)", text) for text in said), "readers show the summary as a page"
        assert all("number" not in (one.text or "") for one in feed.iter(f"{ATOM}id"))


def test_a_feed_keeps_the_filter_and_holds_no_minute(town, anybody):
    case = shown(town)
    shown(town, matter="0102")
    feed = ET.fromstring(anybody.get("/public/feed.atom", {"matter": "0101"}).content)
    assert len(feed.findall(f"{ATOM}entry")) == 1
    own = ET.fromstring(anybody.get(f"/public/{entry(case).slug}/feed.atom").content)
    steps = [one for one in own.findall(f"{ATOM}entry") if "#answer" not in one.findtext(f"{ATOM}id")]
    assert len(steps) >= 5
    assert all(one.findtext(f"{ATOM}updated").endswith("00:00:00+08:00") for one in steps)


def test_the_person_sees_it_and_takes_it_off(town, anybody):
    case = shown(town)
    link = f"/f/{case_token(case)}/"
    assert f"{link}public/" in anybody.get(link).content.decode()
    assert "从公开列表撤下" in anybody.get(f"{link}public/").content.decode()
    assert anybody.post(f"{link}public/").status_code == 302
    assert found(anybody) == []
    page = anybody.get(f"{link}public/").content.decode()
    assert "今后也不会公开" in page
    assert "从公开列表撤下" not in page


def test_the_desk_looks_mends_and_goes_on_to_the_next(town, anybody):
    case, following = told(town), told(town, "第二件：井盖响")
    site = desk(town)
    queue = site.get("/desk/public/").content.decode()
    assert f"/desk/public/{entry(case).pk}/" in queue
    page = site.get(f"/desk/public/{entry(case).pk}/").content.decode()
    assert TEXT in page
    assert "13800001234" not in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[0]
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    form = {"act": "allow", "seen": seen, "title": "路灯不亮", "text": "灯坏了", "place": "解放路", "answer": "修好了"}
    refused = site.post(f"/desk/public/{entry(case).pk}/", {**form, "text": " "})
    assert refused.status_code == 422
    assert 'href="#f-text"' in refused.content.decode()
    done = site.post(f"/desk/public/{entry(case).pk}/", form)
    assert done["Location"] == f"/desk/public/{entry(following).pk}/"
    assert found(anybody, q="灯坏了") == [entry(case).slug]
    assert site.post(f"/desk/public/{entry(following).pk}/", {"act": "withhold"}).status_code == 422
    assert site.post(f"/desk/public/{entry(following).pk}/", {"act": "withhold", "cause": "unfit"}).status_code == 302
    assert found(anybody, q="井盖") == []
    for name, status in (("hugo", 403), ("olive", 403)):
        assert desk(town, name).get("/desk/public/").status_code == status
        assert desk(town, name).post(f"/desk/public/{entry(following).pk}/", form).status_code == status


def test_areas_of_photos_come_from_the_form(town):
    case = told(town)
    file = with_photo(town, case)
    site, url = desk(town), f"/desk/public/{entry(case).pk}/"
    form = {"act": "allow", "title": "灯", "text": "灯坏了", "photo": str(file.pk)}
    bad = site.post(url, {**form, f"areas-{file.pk}": "1,2,<script>"})
    assert bad.status_code == 422
    assert PublicPhoto.objects.count() == 0
    assert site.post(url, {**form, f"areas-{file.pk}": "40,35,20,30; 0,0,5,5"}).status_code == 302
    assert PublicPhoto.objects.get().areas == [[40, 35, 20, 30], [0, 0, 5, 5]]
    assert 'value="40,35,20,30; 0,0,5,5"' in site.get(url).content.decode()


def test_rules_are_seen_edited_and_given_back(town):
    rule("automatic", matter="0101", days=3, verified=False)
    site = desk(town)
    page = flat(site.get("/desk/public/rules/").content.decode())
    assert "待核实" in page or "to verify" in page
    form = {"matter": "0101", "mode": "automatic", "since": "accepted", "days": "2"}
    assert site.post("/desk/public/rules/edit/", {**form, "days": "-1"}).status_code == 422
    assert site.post("/desk/public/rules/edit/", form).status_code == 302
    assert content.content().showing("0101").way == "automatic"
    assert site.post("/desk/public/rules/edit/", {"matter": "0101", "mode": "pack"}).status_code == 302
    assert content.content().showing("0101").way == "reviewed"
    assert desk(town, "hugo").get("/desk/public/rules/edit/").status_code == 403


def test_figures_hide_few_and_say_how_they_are_counted(town, anybody):
    for _ in range(6):
        town.to("closed", town.receive(matter="0101", kind="complaint", phone="13800001234"))
    town.receive(matter="02")
    month = timezone.localtime(town.now).strftime("%Y-%m")
    counting.forget()
    page = flat(anybody.get("/public/figures/", {"month": month}).content.decode())
    assert "&lt;5" in page
    assert "少于 5 件的不显示" in page
    told_ = json.loads(anybody.get("/public/figures.json").content)
    running = told_["months"][0]
    cells = {one["code"]: one for one in running["matters"]}
    assert cells["02"]["received"] is None
    assert cells["01"]["received"] is None, "else the one of 02 could be worked out from the sum"
    assert running["all"]["received"] == 7
    assert running["all"]["in_time"] == 100
    assert all(one["how"] for one in told_["measures"].values())
    sheet = anybody.get("/public/figures.csv").content.decode("utf-8-sig")
    assert f"{month},02" in sheet
    assert "'<5" in sheet or "<5" in sheet


def test_a_list_takes_a_fixed_number_of_statements(town, anybody, django_assert_max_num_queries):
    shown(town)
    with django_assert_max_num_queries(20) as first:
        anybody.get("/public/")
    for _ in range(3):
        shown(town)
    with django_assert_max_num_queries(len(first)):
        anybody.get("/public/")
    assert PublicCase.objects.count() == 4
