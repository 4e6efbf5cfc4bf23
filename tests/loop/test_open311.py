"""Open311 over HTTP: who may post and read what, what stays hidden, and what cannot be read at all."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from loop_office import ROOT
from PIL import Image

from gezhi.loop.models import Attachment, Case, FormQuestion, Step
from gezhi.loop.open311.service import fetching
from gezhi.loop.pages import citizen
from gezhi.loop.service.receiving import case_token
from gezhi.loop.store import content
from gezhi.trust.service import find_by_phone, identity_of, open_text
from gezhi.trust.service.roles import grant_post
from gezhi.trust.service.users import create_token

BASE = "/open311/v2/"
FORM = {"service_code": "0101", "address_string": "解放路12号", "lat": "30.512345", "long": "114.312345",
        "description": "路灯不亮", "first_name": "小明", "last_name": "王", "phone": "13800001234",
        "email": "wang@example.org"}  # fmt: skip


@pytest.fixture
def city(office, settings, tmp_path):
    from datetime import timedelta

    from django.utils import timezone

    settings.GEZHI_FILES = tmp_path
    settings.GEZHI_OPEN311 = "public"
    office.now = timezone.now() - timedelta(hours=1)
    people = type(office.users["dora"]).objects
    for name in ("app", "other"):
        people.create(username=name, display_name=name, unit=office.units["centre"])
        grant_post(name, "partner", "city", actor=ROOT, now=office.now)
    office.key, office.foreign = (
        create_token(name, "open311", actor=ROOT, now=office.now) for name in ("app", "other")
    )
    office.client = Client()
    return office


def ask(city, path, **query):
    answer = city.client.get(BASE + path, query, headers={"Accept-Language": "en"})
    return answer.status_code, json.loads(answer.content)


def numbers(city, **query):
    status, rows = ask(city, "requests.json", **query)
    assert status == 200, rows
    return [row["service_request_id"] for row in rows]


def post(city, path="requests.json", **form):
    sent = {"api_key": city.key, **FORM, **form}
    answer = city.client.post(BASE + path, {name: value for name, value in sent.items() if value is not None})
    return answer.status_code, json.loads(answer.content)


def posted(city, **form):
    status, rows = post(city, **form)
    assert status == 200, rows
    return Case.objects.get(number=rows[0]["service_request_id"])


def number_of(case):
    return Case.objects.get(pk=case).number


def test_a_posted_request_is_a_case_with_a_sealed_person(city):
    case = posted(city)
    assert (case.matter, case.channel, case.state, case.lat) == ("0101", "api", "received", 30.512345)
    told = open_text(case.requester, case.story)
    assert (told["text"], told["place"]) == ("路灯不亮", "解放路12号")
    assert identity_of(case.requester) == {"name": "王小明", "phone": "13800001234", "email": "wang@example.org"}
    assert find_by_phone("138 0000 1234") == [case.requester_id]
    assert case.desk == city.units["centre"]


def test_everybody_reads_what_is_harmless_and_only_the_poster_his_words(city):
    case = posted(city)
    for key in ("", city.foreign):
        status, rows = ask(city, f"requests/{case.number}.json", **({"api_key": key} if key else {}))
        assert status == 200
        assert rows[0]["description"] is None
        assert rows[0]["address"] is None
        assert (rows[0]["lat"], rows[0]["long"]) == (30.512, 114.312)
        assert "王" not in json.dumps(rows, ensure_ascii=False)
    own = ask(city, f"requests/{case.number}.json", api_key=city.key)[1][0]
    assert (own["description"], own["address"], own["lat"]) == ("路灯不亮", "解放路12号", 30.512345)
    assert own["service_name"] == "Street lights"


@pytest.mark.parametrize("hidden", [{"confidential": True}, {"kind": "report"}, {"complained": 1}, {"matter": ""}])
def test_what_is_not_harmless_is_as_if_it_were_not_there(city, hidden):
    if "complained" in hidden:
        hidden = {"complained": city.units["urban"].pk}
    case = city.receive(**{"matter": "0101", "name": "王小明", "phone": "13800001234", **hidden})
    assert ask(city, f"requests/{number_of(case)}.json")[0] == 404
    assert ask(city, f"requests/{number_of(case)}.json", api_key=city.key)[0] == 404
    assert numbers(city) == []
    assert ask(city, "servicerequestupdates.json")[1] == []


@pytest.mark.parametrize("way", ["withdraw", "merge", "void", "erased", "dormant"])
def test_what_was_taken_back_is_gone_at_once(city, way):
    case = city.receive(matter="0101")
    assert numbers(city) == [number_of(case)]
    row = Case.objects.get(pk=case)
    if way == "withdraw":
        city.move(case, "withdraw", "olive")
    elif way == "merge":
        city.move(case, "merge", "dora", main=city.to("handling"))
    elif way == "erased":
        from gezhi.trust.service import erase

        erase(row.requester_id, actor=ROOT, now=city.now)
    else:
        Case.objects.filter(pk=case).update(**({"dormant": True} if way == "dormant" else {"state": "void"}))
    assert number_of(case) not in numbers(city)
    assert ask(city, f"requests/{number_of(case)}.json")[0] == 404


def test_only_an_answer_written_for_the_public_is_told_and_names_are_hidden(city):
    inside, outside = city.to("handling"), city.to("handling")
    city.move(inside, "reply", "hugo", outcome="solved", reply="王女士，灯修好了。")
    city.move(outside, "reply", "hugo", outcome="solved", reply="内部", public_reply="已修好。联系13800001234")
    before = ask(city, f"requests/{number_of(outside)}.json")[1][0]
    assert before["status_notes"] == "Handled, being reviewed"
    for case in (inside, outside):
        city.move(case, "review_pass", "lena")
    rows = {row["service_request_id"]: row for row in ask(city, "requests.json")[1]}
    assert rows[number_of(inside)]["status_notes"] == "Answered, waiting for your rating"
    assert rows[number_of(outside)]["status_notes"] == "已修好。联系***"
    told = [row["description"] for row in ask(city, "servicerequestupdates.json")[1]]
    assert "已修好。联系***" in told
    assert not any("王女士" in words for words in told)


def test_the_poster_reads_the_answer_once_it_went_out(city):
    case = posted(city)
    city.later(minutes=1)
    way = [("accept", "dora", {}), ("dispatch", "dora", {"unit": city.units["urban"].pk}), ("sign", "hugo", {}),
           ("reply", "hugo", {"outcome": "solved", "reply": "修好了。"})]  # fmt: skip
    for name, by, data in way:
        city.move(str(case.pk), name, by, **data)
    own = {"api_key": city.key}
    assert ask(city, f"requests/{case.number}.json", **own)[1][0]["status_notes"] != "修好了。"
    city.move(str(case.pk), "review_pass", "lena")
    row = ask(city, f"requests/{case.number}.json", **own)[1][0]
    assert (row["status_notes"], row["status"]) == ("修好了。", "open")
    assert row["agency_responsible"] == "urban"
    assert ask(city, f"requests/{case.number}.json", api_key=city.foreign)[1][0]["status_notes"] != "修好了。"


def test_keys(city):
    assert post(city, api_key=None)[0] == 403
    assert post(city, api_key="gz_wrong")[0] == 403
    assert post(city, api_key="密钥")[0] == 403
    assert post(city, api_key="x" * 5000)[0] == 403
    reader = create_token("hugo", "reader", actor=ROOT, now=city.now)  # a handler opens no cases
    assert post(city, api_key=reader)[0] == 403
    assert Case.objects.count() == 0
    answer = city.client.post(BASE + "requests.json", FORM, headers={"Authorization": f"Bearer {city.key}"})
    assert answer.status_code == 200


def test_without_a_public_list_only_keys_read(city, settings):
    case, alien = posted(city), city.receive(matter="0101")
    settings.GEZHI_OPEN311 = "keys"
    assert ask(city, "requests.json")[0] == 403
    assert numbers(city, api_key=city.key) == [case.number]
    assert ask(city, f"requests/{number_of(alien)}.json", api_key=city.key)[0] == 404
    assert ask(city, "services.json")[0] == 200
    settings.GEZHI_OPEN311 = "off"
    assert ask(city, "services.json")[0] == 404
    assert post(city)[0] == 404


def test_a_number_of_the_sender_makes_a_repeat_harmless(city):
    first = posted(city, **{"attribute[fixmystreet_id]": "4711"})
    again = posted(city, **{"attribute[fixmystreet_id]": "4711", "description": "路灯不亮，有照片"})
    foreign = posted(city, **{"attribute[fixmystreet_id]": "4711", "api_key": city.foreign})
    assert first == again
    assert first != foreign
    assert first.external_number == "4711"


def test_questions_are_held_against_the_matter(city):
    FormQuestion.objects.create(code="many", matter="0101", type="choices", required=True, text_zh="几盏", pack="test",
                                extra={"options": [{"code": "a", "zh": "甲"}, {"code": "b", "zh": "乙"}]})  # fmt: skip
    content.forget()
    assert post(city)[0] == 400
    assert post(city, **{"attribute[many][]": ["c"]})[0] == 400
    assert post(city, **{"attribute[many][]": ["a"], "attribute[other]": "x"})[0] == 400
    case = posted(city, **{"attribute[many][]": ["b", "a"]})
    assert open_text(case.requester, case.story)["answers"] == {"many": ["a", "b"]}


def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def test_pictures_come_with_the_form_and_a_polyglot_does_not(city):
    case = posted(city, media=SimpleUploadedFile("p.jpg", photo(), content_type="image/jpeg"))
    assert [file.kind for file in Attachment.objects.filter(case=case)] == ["image"]
    page = SimpleUploadedFile("p.jpg", b"<html><script>alert(1)</script>", content_type="image/jpeg")
    status, errors = post(city, media=page)
    assert (status, errors[0]["code"]) == (400, 400)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://127.0.0.1:1/a.jpg", "file:///etc/passwd",
                                 "http://pics.example.org@127.0.0.1/a.jpg", "http://[::1]/a.jpg"])  # fmt: skip
def test_an_address_of_a_picture_stays_words(city, settings, monkeypatch, url):
    settings.GEZHI_OPEN311_MEDIA_HOSTS = frozenset({"pics.example.org"})
    monkeypatch.setattr(fetching, "opened", lambda *_: pytest.fail("fetched"))
    case = posted(city, media_url=url)
    told = open_text(case.requester, case.story)["text"]
    assert (url in told) == url.startswith("http")


def test_a_permitted_picture_is_fetched_and_one_that_is_none_is_left(city, settings, monkeypatch):
    settings.GEZHI_OPEN311_MEDIA_HOSTS = frozenset({"pics.example.org"})
    sent = iter([photo(), b"<html>not found</html>"])
    monkeypatch.setattr(fetching, "opened", lambda request, timeout: None)
    monkeypatch.setattr(fetching, "parts", lambda *_, **__: [next(sent)])
    good, bad = (posted(city, media_url="https://pics.example.org/a.jpg") for _ in range(2))
    assert Attachment.objects.filter(case=good).count() == 1
    assert Attachment.objects.filter(case=bad).count() == 0


def update(city, case, **form):
    sent = {"api_key": city.key, "service_request_id": case.number, "update_id": "1", "description": "还没修", **form}
    answer = city.client.post(BASE + "servicerequestupdates.json", sent)
    return answer.status_code, json.loads(answer.content)


def test_an_update_adds_to_ones_own_case_once(city):
    case = posted(city)
    first, again = update(city, case), update(city, case)
    assert first == again == (200, [{"update_id": f"{case.number}-2"}])
    step = Step.objects.get(case=case, no=2)
    assert (step.move, step.actor_kind) == ("supplement", "citizen")
    assert open_text(case.requester, step.text.sealed) == {"words": "还没修"}
    assert update(city, case, api_key=city.foreign)[0] == 404
    assert update(city, case, api_key="")[0] == 403
    assert update(city, case, description="", update_id="2")[0] == 400
    city.move(str(case.pk), "withdraw", "olive")
    assert update(city, case, update_id="3")[0] == 400
    assert Step.objects.filter(case=case, move="supplement").count() == 1


def test_a_token_leads_to_its_number_and_a_guess_nowhere(city):
    case = posted(city)
    assert ask(city, f"tokens/{case_token(case.pk)}.json") == (
        200, [{"service_request_id": case.number, "token": case_token(case.pk)}],
    )  # fmt: skip
    assert ask(city, "tokens/AAAAAAAAAAAAAAAAAAAAAA.json")[0] == 404


@pytest.mark.parametrize(("kind", "body"), [
    ("application/x-www-form-urlencoded", "api_key={key}&service_code=0101&address_string=x&description=%C2%B7%B5%C6"),
    ("application/x-www-form-urlencoded; charset=gbk", "api_key={key}&service_code=0101&address_string=x"),
    ("multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{key}'),
    ("multipart/form-data", "nothing"), ("application/json", '{{"api_key": "{key}", "service_code": "0101"}}'),
    ("application/x-www-form-urlencoded", "api_key={key}&" + "a=1&" * 3000),
])  # fmt: skip
def test_forms_that_cannot_be_read_are_told_so(city, kind, body):
    answer = city.client.generic("POST", BASE + "requests.xml", body.format(key=city.key), content_type=kind)
    assert answer.status_code in (400, 403)
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert b"<errors><error><code>40" in answer.content
    assert Case.objects.count() == 0


@pytest.mark.parametrize("path", ["services.csv", "requests/x.exe", "", "requests", "../", "services/0101/x.json"])
def test_what_is_not_there(city, path):
    answer = city.client.get(BASE + path)
    assert answer.status_code == 404
    assert b"404" in answer.content


def test_methods_and_places(city, settings):
    assert city.client.put(BASE + "requests.xml").status_code == 405
    assert city.client.post(BASE + "services.xml").status_code == 405
    assert ask(city, "services.json", jurisdiction_id="anything")[0] == 200
    settings.GEZHI_OPEN311_JURISDICTION = "town.example"
    assert ask(city, "services.json", jurisdiction_id="anything")[0] == 404
    assert ask(city, "services.json", jurisdiction_id="town.example")[0] == 200


def test_services_are_the_finest_matters_in_use_by_the_language_asked_for(city):
    rows = ask(city, "services.json")[1]
    assert [(row["service_code"], row["service_name"], row["group"]) for row in rows] == [
        ("0101", "Street lights", "Urban works"), ("0102", "Building noise", "Urban works"), ("02", "Education", None),
    ]  # fmt: skip
    told = city.client.get(BASE + "services.xml", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "<service_name>路灯</service_name>" in told


def test_a_page_costs_the_same_however_long_it_is(city, django_assert_max_num_queries):
    for _ in range(6):
        city.receive(matter="0101", phone="13800001234")
    with django_assert_max_num_queries(12):
        assert len(numbers(city)) == 6
    assert len(numbers(city, page="2", page_size="4")) == 2
    assert numbers(city, page="1000000") == []


def test_words_of_people_break_no_form(city):
    nasty = "]]><x>&amp;\x0b\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")
    case = posted(city, description=nasty)
    answer = city.client.get(f"{BASE}requests/{case.number}.xml", {"api_key": city.key})
    import xml.etree.ElementTree as ET

    assert ET.fromstring(answer.content).findtext("request/description") == "]]><x>&amp;😀"


def test_who_reads_without_a_key_is_slowed_down_and_who_has_one_is_not(city, monkeypatch):
    monkeypatch.setattr(citizen, "LOOKS_FREE", 3)
    case = posted(city)
    for path in ("requests.json", f"requests/{case.number}.json", "servicerequestupdates.json"):
        assert ask(city, path)[0] == 200
    for path in ("requests.json", f"requests/{case.number}.json", f"tokens/{case_token(case.pk)}.json"):
        answer = city.client.get(BASE + path, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer["Retry-After"]) == (429, "60")
        told = json.loads(answer.content)
        assert told[0]["code"] == 429
        assert "60" in told[0]["description"]
    assert ask(city, "requests.json", api_key=city.key)[0] == 200
    assert ask(city, "services.json")[0] == 200
    assert post(city, description="井盖松动")[0] == 200
    elsewhere = city.client.get(f"{BASE}requests.json", REMOTE_ADDR="198.51.100.9")
    assert elsewhere.status_code == 200
