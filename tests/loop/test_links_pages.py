"""The pages of links: the person's way in and what stands on it, the panel and forms of the sender, the API."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from links_helpers import (
    ASK,
    DIGITS,
    NAME,
    PHONE,
    case_photo,
    day,
    enter,
    finished,
    hand_out,
    hidden,
    incoming,
    jpeg,
    post,
    signed,
    told_case,
)

from gezhi.loop.links import service, slots, store
from gezhi.loop.models import Attachment, Link, LinkFile, Step
from gezhi.trust.rules import Actor
from gezhi.trust.service.users import create_token

SECRETS = ("王小明", "13800001234", "301")


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.GEZHI_FILES = tmp_path


@pytest.fixture
def phone():
    """The person's browser: no session, no token of ours, and the checks against forged forms switched on."""
    return Client(enforce_csrf_checks=True)


def text(response):
    return response.content.decode()


# ---- the person


def test_the_whole_way_of_the_person(office, phone):
    case = told_case(office)
    photo = case_photo(office, case)
    sent = hand_out(office, case, files=(str(photo.pk),))
    door = phone.get(f"/l/{sent.token}/")
    assert door.status_code == 200
    for hid in (ASK, "路灯", NAME, PHONE, *SECRETS):
        assert hid not in text(door), "nothing is told before the digits"
    answer = enter(phone, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/l/{sent.token}/?in=1")
    page = text(phone.get(f"/l/{sent.token}/"))
    assert ASK in page
    assert "路灯不亮" in page
    assert f"/l/{sent.token}/files/{photo.pk}/" in page
    for hid in (*SECRETS, PHONE, NAME):
        assert hid not in page
    assert phone.get(f"/l/{sent.token}/files/{photo.pk}/")["Content-Type"] == "image/jpeg"
    assert post(phone, sent, "sign").status_code == 302
    told = post(phone, sent, "note", words="到了", files=SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg"))
    assert told["Location"].endswith("?said=note")
    assert post(phone, sent, "finish", outcome="done", words="换好了").status_code == 302
    page = text(phone.get(f"/l/{sent.token}/"))
    assert "/finish/" not in page
    assert "换好了" in page
    (own,) = store.files_of(sent.link)
    assert phone.get(f"/l/{sent.token}/files/{own.pk}/").status_code == 200
    service.approve(sent.link.pk, "换好了", actor=office.actor("hugo"), now=timezone.now())
    page = text(phone.get(f"/l/{sent.token}/"))
    assert "已采用" in page
    assert "<form" not in page


@pytest.mark.parametrize("way", ["unknown", "malformed", "revoked", "expired"])
def test_what_opens_nothing_looks_the_same_to_the_byte(office, phone, way):
    sent = hand_out(office)
    if way == "revoked":
        service.revoke(sent.link.pk, actor=office.actor("hugo"), now=timezone.now())
    if way == "expired":
        Link.objects.filter(pk=sent.link.pk).update(valid_until=timezone.now())
    token = {"unknown": "x" * 22, "malformed": "'\"<script>"}.get(way, sent.token)
    usual = phone.get("/l/yyyyyyyyyyyyyyyyyyyyyy/")
    for answer in (phone.get(f"/l/{token}/"), phone.post(f"/l/{token}/", {"digits": DIGITS}),
                   phone.post(f"/l/{token}/finish/", {"outcome": "done"})):  # fmt: skip
        assert (answer.status_code, answer.content) == (404, usual.content)
        assert answer["Referrer-Policy"] == "no-referrer"


def test_guessing_by_the_page_is_slowed_down(office, phone):
    sent = hand_out(office)
    codes = [phone.get(f"/l/{n:022}/", REMOTE_ADDR="203.0.113.77").status_code for n in range(23)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert phone.get(f"/l/{sent.token}/", REMOTE_ADDR="203.0.113.77").status_code == 200


def test_five_tries_then_locked_and_the_page_says_whom_to_ask(office, phone):
    sent = hand_out(office)
    codes = [enter(phone, sent, "0000").status_code for _ in range(5)]
    assert codes == [422, 422, 422, 422, 403]
    answer = enter(phone, sent)
    assert answer.status_code == 403
    assert "<form" not in text(answer)
    assert ASK not in text(phone.get(f"/l/{sent.token}/"))


def test_headers_keep_the_address_to_itself(office, phone):
    sent = hand_out(office)
    enter(phone, sent)
    for path in (f"/l/{sent.token}/", "/l/nothing/"):
        answer = phone.get(path)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]
    page = text(phone.get(f"/l/{sent.token}/"))
    assert "//" not in page.replace("http://www.w3.org", "").replace("<!--", ""), "nothing from elsewhere"
    assert 'href="/sign-in/"' not in page


def test_the_cookie_is_for_this_address_and_follows_the_way(office, phone):
    sent = hand_out(office)
    plain = enter(phone, sent).cookies["gezhi_link"]
    assert (plain["path"], plain["httponly"], plain["samesite"]) == (f"/l/{sent.token}/", True, "Lax")
    assert plain["secure"] == ""
    assert "http" in text(phone.get(f"/l/{sent.token}/"))
    locked = Client().post(f"/l/{sent.token}/", {"digits": DIGITS}, secure=True).cookies["gezhi_link"]
    assert locked["secure"] is True
    assert locked["max-age"] > plain["max-age"]


def test_the_cookie_of_one_link_opens_no_other(office, phone):
    case = told_case(office)
    photo = case_photo(office, case)
    theirs = hand_out(office, case, files=(str(photo.pk),), phone="13900000000")
    mine = hand_out(office)
    enter(phone, mine)
    stolen = phone.cookies["gezhi_link"].value
    for token in (theirs.token, mine.token):
        path = f"/l/{token}/files/{photo.pk}/"
        assert Client(headers={"cookie": f"gezhi_link={stolen}"}).get(path).status_code == 404
    page = text(Client(headers={"cookie": f"gezhi_link={stolen}"}).get(f"/l/{theirs.token}/"))
    assert ASK not in page
    assert 'name="digits"' in page


def test_a_forged_form_changes_nothing(office, phone):
    sent = signed(office)
    enter(phone, sent)
    for proof in ("", "x", "假"):
        answer = phone.post(f"/l/{sent.token}/finish/", {"outcome": "done", "words": "假的", "proof": proof})
        assert answer.status_code == 403
    answer = Client().post(f"/l/{sent.token}/finish/", {"outcome": "done", "words": "没有验证"})
    assert answer.status_code == 403
    assert hidden(text(answer), "kept") == "没有验证", "what was typed is kept for after the digits"
    assert Link.objects.get(pk=sent.link.pk).state == "signed"


def test_words_typed_before_the_digits_were_asked_again_come_back(office, phone):
    sent = signed(office)
    page = text(phone.post(f"/l/{sent.token}/", {"digits": DIGITS, "kept": "写了很久的话"}))
    assert "写了很久的话" in page
    assert "/finish/" in page
    assert hidden(page, "proof")


def test_a_double_click_on_a_form_is_one_answer(office, phone):
    sent = signed(office)
    enter(phone, sent)
    page = text(phone.get(f"/l/{sent.token}/"))
    data = {"proof": hidden(page, "proof"), "key": hidden(page, "key"), "outcome": "done", "words": "好了"}
    codes = [phone.post(f"/l/{sent.token}/finish/", data).status_code for _ in range(2)]
    assert codes == [302, 302]
    assert [row.kind for row in store.notes_of(sent.link)] == ["done"]


def test_a_refused_form_stands_as_it_was_typed_with_the_error_beside_it(office, phone):
    sent = signed(office)
    enter(phone, sent)
    answer = post(phone, sent, "finish", outcome="cannot", words=" ")
    assert answer.status_code == 422
    assert 'href="#f-finish-words"' in text(answer)
    bad = SimpleUploadedFile("photo.jpg", b"<svg xmlns='x' onload='alert(1)'/>", "image/jpeg")
    answer = post(phone, sent, "note", words="看看<script>", files=bad)
    assert answer.status_code == 422
    assert "看看&lt;script&gt;" in text(answer)
    assert not LinkFile.objects.exists()


def test_language_and_size_without_a_form(office, phone):
    sent = hand_out(office)
    answer = phone.get(f"/l/{sent.token}/?lang=en")
    assert answer["Location"] == f"/l/{sent.token}/"
    assert "asks for your help" in text(phone.get(f"/l/{sent.token}/"))
    assert phone.get(f"/l/{sent.token}/?size=elder").cookies["gezhi_size"].value == "elder"
    assert phone.get("/l/@evil.example/?lang=en")["Location"] == "/"
    assert "gezhi_language" not in Client().get(f"/l/{sent.token}/?lang=xx%0d%0aSet-Cookie:a").cookies


def test_the_title_and_words_of_a_confidential_case_are_in_no_page(office, phone):
    case = told_case(office, confidential=True)
    photo = case_photo(office, case)
    sent = hand_out(office, case, by="dora")
    enter(phone, sent)
    page = text(phone.get(f"/l/{sent.token}/"))
    for hid in (*SECRETS, "12号", str(photo.pk)):
        assert hid not in page
    assert phone.get(f"/l/{sent.token}/files/{photo.pk}/").status_code == 404


# ---- the sender


def test_the_panel_is_for_who_may_and_counts_no_statement_for_others(office, client):
    sent = finished(office)
    case = sent.link.case_id
    for who, there in (("hugo", True), ("dora", True), ("cal", False)):
        client.force_login(office.users[who])
        page = text(client.get(f"/desk/{case}/"))
        assert (f"/desk/{case}/links/{sent.link.pk}/" in page) is there
        assert (f"/desk/{case}/links/new/" in page) is there
        assert NAME not in page


def test_the_form_shows_the_message_once_and_a_repeat_shows_none(office, client):
    case = told_case(office)
    client.force_login(office.users["hugo"])
    form = text(client.get(f"/desk/{case}/links/new/"))
    for hid in SECRETS:
        assert hid not in form.split("<form", 2)[-1]
    data = {"name": NAME, "phone": PHONE, "ask": ASK, "due": day().isoformat(), "story": "路灯不亮", "key": "k"}
    page = client.post(f"/desk/{case}/links/new/", data)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert "http://testserver/l/" in text(page)
    again = client.post(f"/desk/{case}/links/new/", data)
    assert "/l/" not in text(again).replace("/links/", "")
    assert Link.objects.count() == 1
    answer = client.post(f"/desk/{case}/links/new/", {**data, "key": "k2", "due": "gestern"})
    assert answer.status_code == 422
    assert ASK in text(answer)


def test_the_sender_takes_over_and_sends_back_by_the_page(office, client):
    sent = finished(office, files=[incoming(jpeg())])
    base = f"/desk/{sent.link.case_id}/links/{sent.link.pk}/"
    (row,) = store.files_of(sent.link)
    client.force_login(office.users["hugo"])
    page = text(client.get(base))
    assert "灯泡已换" in page
    assert PHONE not in page
    assert PHONE in text(client.post(f"{base}contact/"))
    assert client.get(f"{base}files/{row.pk}/").status_code == 200
    assert client.post(f"{base}back/", {"back": ""}).status_code == 422
    assert client.post(f"{base}back/", {"back": "再拍一张"}).status_code == 302
    link = Link.objects.select_related("case__requester").get(pk=sent.link.pk)
    service.finish(link.pk, "done", "拍了", actor=service.holder(link), now=timezone.now())
    answer = client.post(f"{base}approve/", {"note": "已换灯泡", "files": [str(row.pk)], "public": "1", "key": "a"})
    assert answer.status_code == 302
    assert Step.objects.filter(case_id=link.case_id, move="note").count() == 1
    assert Attachment.objects.get(case_id=link.case_id).public is True


def test_pages_of_a_link_are_closed_to_others_and_under_another_case(office, client):
    sent, other = finished(office, files=[incoming(jpeg())]), told_case(office)
    (row,) = store.files_of(sent.link)
    base = f"/desk/{sent.link.case_id}/links/{sent.link.pk}/"
    office.move(str(sent.link.case_id), "task", "hugo", unit=office.units["housing"].pk, ask="查")
    for who, status in (("tom", 404), ("hana", 403), ("cal", 403)):
        client.force_login(office.users[who])
        paths = (base, f"{base}files/{row.pk}/")
        assert {client.get(path).status_code for path in paths} <= {status, 403}
        assert client.post(f"{base}approve/", {"note": "x"}).status_code in (status, 403)
    client.force_login(office.users["hugo"])
    assert client.get(f"/desk/{other}/links/{sent.link.pk}/").status_code == 404
    assert client.post(f"{base}burn/").status_code == 404
    assert Client().get(base).status_code in (302, 401)


def test_a_new_address_by_the_page_and_the_old_one_is_dead(office, client, phone):
    sent = hand_out(office)
    client.force_login(office.users["hugo"])
    page = client.post(f"/desk/{sent.link.case_id}/links/{sent.link.pk}/renew/", {"due": ""})
    assert page.status_code == 200
    assert "/l/" in text(page)
    assert phone.get(f"/l/{sent.token}/").status_code == 404
    revoked = client.post(f"/desk/{sent.link.case_id}/links/{sent.link.pk}/revoke/")
    assert revoked.status_code == 302
    assert Link.objects.get(pk=sent.link.pk).state == "revoked"


def test_the_gateway_is_offered_only_where_there_is_one(office, client):
    case = told_case(office)
    client.force_login(office.users["hugo"])
    assert 'name="gateway"' not in text(client.get(f"/desk/{case}/links/new/"))
    got = []
    slots.offer_sender("test", got.append)
    try:
        assert 'name="gateway"' in text(client.get(f"/desk/{case}/links/new/"))
        data = {"name": NAME, "phone": PHONE, "ask": ASK, "due": day().isoformat(), "story": "灯", "key": "g"}
        client.post(f"/desk/{case}/links/new/", data)
        assert not got
        client.post(f"/desk/{case}/links/new/", {**data, "key": "g2", "gateway": "1"})
        assert got[0].phone == PHONE
    finally:
        slots.withdraw_sender("test")


# ---- the API


@pytest.fixture
def api(office):
    tokens = {who: create_token(who, "test", actor=Actor.system("tests"), now=office.now) for who in ("hugo", "tom")}

    def ask(who, method, path, body=None, **headers):
        sent = {"Authorization": f"Bearer {tokens[who]}", **headers}
        path = f"/api/v1/loop{path}"
        if method == "get":
            return Client().get(path, headers=sent)
        return Client().post(path, json.dumps(body), content_type="application/json", headers=sent)

    return ask


def test_the_same_by_the_api(office, api):
    case = told_case(office)
    body = {"name": NAME, "phone": PHONE, "ask": ASK, "due": day().isoformat()}
    made = api("hugo", "post", f"/cases/{case}/links", body, **{"Idempotency-Key": "1"})
    assert made.status_code == 201, made.content
    token = made.json()["address"].rstrip("/").rpartition("/")[2]
    again = api("hugo", "post", f"/cases/{case}/links", body, **{"Idempotency-Key": "1"})
    assert (again.status_code, again.json()["address"]) == (200, "")
    assert api("tom", "post", f"/cases/{case}/links", body).status_code == 404
    assert api("hugo", "post", f"/cases/{case}/links", {**body, "state": "approved"}).status_code == 422
    link = service.find(token, "here", now=timezone.now())
    service.enter(link, DIGITS, now=timezone.now())
    me = service.holder(link)
    service.sign(link.pk, actor=me, now=timezone.now())
    service.finish(link.pk, "done", "好了", actor=me, now=timezone.now())
    (row,) = api("hugo", "get", f"/cases/{case}/links").json()
    assert (row["state"], NAME in json.dumps(row)) == ("done", False)
    assert api("hugo", "get", f"/links/{link.pk}").json()["notes"][0]["words"] == "好了"
    assert api("tom", "get", f"/links/{link.pk}").status_code == 404
    assert api("hugo", "post", f"/links/{link.pk}/back", {"words": "照片呢"}).json()["state"] == "sent_back"
    service.finish(link.pk, "done", "又好了", actor=me, now=timezone.now())
    done = api("hugo", "post", f"/links/{link.pk}/approve", {"note": "好了"}, **{"Idempotency-Key": "2"}).json()
    assert (done["state"], done["step"] > 0) == ("approved", True)
    assert api("hugo", "post", f"/links/{link.pk}/revoke", {}).status_code == 409


def test_a_link_that_ran_out_says_so_before_the_night(office, client):
    sent = hand_out(office)
    Link.objects.filter(pk=sent.link.pk).update(valid_until=timezone.now() - timedelta(minutes=1))
    client.force_login(office.users["hugo"])
    page = text(client.get(f"/desk/{sent.link.case_id}/links/{sent.link.pk}/"))
    assert "已过期" in page
    assert "/renew/" in page
