"""Work handed to somebody without an account: who may, what comes back, who takes it over, and what is forgotten."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from links_helpers import (
    ASK,
    DIGITS,
    NAME,
    PHONE,
    case_photo,
    day,
    finished,
    hand_out,
    incoming,
    jpeg,
    signed,
    told_case,
)

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.links import service, slots, store
from gezhi.loop.models import Link, LinkFile, LinkNote, Notice
from gezhi.loop.service.reading import view
from gezhi.trust.rules import Actor
from gezhi.trust.service import erase

BOMB = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.GEZHI_FILES = tmp_path


def records(link):
    rows = apps.get_model("trust", "LedgerRecord").objects.filter(subject_kind="link", subject_id=str(link.pk))
    return list(rows.order_by("pk"))


# ---- sending


def test_only_who_works_on_the_case_hands_it_out(office):
    case = told_case(office)
    for who, code in (("tom", "case-not-found"), ("hana", "case-not-found"), ("cal", "not-allowed")):
        with pytest.raises(Refused, match=code):
            hand_out(office, case, by=who)
    assert hand_out(office, case, by="hugo").link.unit.code == "urban"
    assert hand_out(office, case, by="dora").link.unit.code == "centre", "the desk acts for itself"
    received = office.receive(matter="0101")
    with pytest.raises(Refused, match="link-not-now"):
        hand_out(office, received, by="dora")
    closed = office.to("closed")
    with pytest.raises(Refused, match="link-not-now"):
        hand_out(office, closed, by="dora")


def test_an_assisting_unit_hands_out_its_part_and_decides_on_it(office):
    case = told_case(office)
    office.move(case, "task", "hugo", unit=office.units["housing"].pk, ask="查线路")
    sent = finished(office, case=case, by="hana")
    assert sent.link.unit.code == "housing"
    with pytest.raises(Refused, match="not-allowed"):
        service.approve(sent.link.pk, "好", actor=office.actor("hugo"), now=timezone.now())
    service.approve(sent.link.pk, "好", actor=office.actor("hana"), now=timezone.now())
    assert Link.objects.get(pk=sent.link.pk).state == "approved"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "  "}, "field-missing"), ({"name": "李" * 61}, "text-too-long"),
        ({"name": "a\x00b"}, "field-invalid"),
        ({"ask": ""}, "field-missing"), ({"ask": "长" * 20_001}, "text-too-long"), ({"phone": "12345"}, "link-phone"),
        ({"phone": ""}, "link-phone"), ({"due": day(-1)}, "link-due-past"), ({"due": day(200)}, "day-far"),
        ({"files": ("018f0000-0000-7000-8000-000000000000",)}, "link-file-unknown"),
    ],
)  # fmt: skip
def test_a_wrong_form_makes_no_link(office, changes, code):
    with pytest.raises(Refused, match=code):
        hand_out(office, **changes)
    assert not Link.objects.exists()


def test_neither_token_nor_words_nor_person_lie_open_in_the_database(office):
    sent = hand_out(office)
    row = Link.objects.get(pk=sent.link.pk)
    assert len(sent.token) == 22
    kept = b"".join(bytes(value) for value in (row.token_hash, row.person, row.digits_hash, row.words))
    for plain in (sent.token, NAME, PHONE, DIGITS, ASK):
        assert plain.encode() not in kept
    for record in records(row):
        for plain in (sent.token, NAME, PHONE, ASK):
            assert plain not in str(record.body)
    assert sent.token not in repr(sent)
    assert PHONE not in repr(slots.Message(PHONE, sent.token, "m", "zh"))
    assert sent.token not in repr(slots.Message(PHONE, sent.token, "m", "zh"))


def test_the_same_form_twice_makes_one_link_and_tells_the_address_once(office):
    case, now = told_case(office), timezone.now()
    first = hand_out(office, case, now=now, key="k1")
    again = hand_out(office, case, now=now, key="k1")
    assert again.link.pk == first.link.pk
    assert again.token == ""
    with pytest.raises(Refused, match="key-reused"):
        hand_out(office, case, now=now, key="k1", ask="别的事")
    assert Link.objects.count() == 1


def test_what_the_person_reads_never_tells_who_asked(office):
    case = told_case(office)
    by_rule = service.shown_to(hand_out(office, case).link)
    typed = service.shown_to(hand_out(
        office, case, story="王小明家楼下的灯，打13800001234问他", ask="问王小明13800001234，回我13900005678",
    ).link)  # fmt: skip
    for held in (by_rule, typed):
        said = held.ask + held.story + held.place
        assert "王小明" not in said
        assert "13800001234" not in said
    assert "301" not in by_rule.story
    assert "路灯不亮" in by_rule.story
    assert "12号" in by_rule.place, "a place without its door is none"
    assert "13900005678" in typed.ask, "the sender's own number stays"


def test_of_a_confidential_case_no_door_and_no_photo_leaves_the_house(office):
    case = told_case(office, confidential=True)
    photo = case_photo(office, case)
    for who in ("hugo", "dora"):
        with pytest.raises(Refused, match="link-file-unknown"):
            hand_out(office, case, by=who, files=(str(photo.pk),))
    held = service.shown_to(hand_out(office, case, ask="到6栋2单元301找人").link)
    for told in ("王小明", "12号", "301", "13800001234"):
        assert told not in held.place + held.story + held.ask


def test_only_public_photos_that_were_chosen_are_seen(office):
    case = told_case(office)
    public, inside, other = case_photo(office, case), case_photo(office, case, public=False), case_photo(office, case)
    with pytest.raises(Refused, match="link-file-unknown"):
        hand_out(office, case, files=(str(inside.pk),))
    link = hand_out(office, case, files=(str(public.pk),)).link
    assert service.file_for(link, public.pk).pk == public.pk
    for hidden in (inside, other):
        with pytest.raises(Refused, match="file-not-found"):
            service.file_for(link, hidden.pk)


# ---- opening


def test_five_wrong_tries_lock_it_for_good_and_a_new_address_opens_it(office):
    sent, now = hand_out(office), timezone.now()
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused, match="link-digits") as refused:
            service.enter(sent.link, "0000", now=now)
        assert refused.value.facts["left"] == left
    for digits in ("0000", DIGITS):
        with pytest.raises(Refused, match="link-locked"):
            service.enter(sent.link, digits, now=now)
    assert Link.objects.get(pk=sent.link.pk).state == "sent"
    assert [row.act for row in records(sent.link)].count("link.miss") == 5
    fresh = service.renew(sent.link.pk, actor=office.actor("hugo"), now=now)
    with pytest.raises(Refused, match="link-not-found"):
        service.find(sent.token, "here", now=now)
    service.enter(service.find(fresh.token, "here", now=now), DIGITS, now=now)
    assert Link.objects.get(pk=sent.link.pk).state == "opened"


def test_right_digits_forget_wrong_ones_and_wrong_ones_survive_the_refusal(office):
    sent, now = hand_out(office), timezone.now()
    for digits in ("0000", "", "567", "56789"):
        with pytest.raises(Refused, match="link-digits"):
            service.enter(sent.link, digits, now=now)
    assert Link.objects.get(pk=sent.link.pk).tries == 4
    service.enter(sent.link, " ５６７8 ", now=now)
    assert Link.objects.get(pk=sent.link.pk).tries == 0


def test_guessing_addresses_slows_down_and_a_right_one_never_waits(office):
    sent, now = hand_out(office), timezone.now()
    codes = []
    for n in range(24):
        with pytest.raises(Refused) as refused:
            service.find(f"{n:022}", "203.0.113.9", now=now)
        codes.append(refused.value.code)
    assert codes[:20] == ["link-not-found"] * 20
    assert "too-many-tries" in codes[20:]
    assert service.find(sent.token, "203.0.113.9", now=now).pk == sent.link.pk
    with pytest.raises(Refused, match="link-not-found"):
        service.find("x" * 22, "203.0.113.10", now=now)


@pytest.mark.parametrize("how", ["expired", "revoked", "erased", "case over", "long over"])
def test_what_is_over_answers_as_what_never_was(office, how):
    sent, now = hand_out(office), timezone.now()
    case = sent.link.case_id
    if how == "expired":
        now = sent.link.valid_until
    elif how == "revoked":
        service.revoke(sent.link.pk, actor=office.actor("hugo"), now=now)
    elif how == "erased":
        erase(sent.link.case.requester_id, actor=Actor.system("tests"), now=now)
    elif how == "case over":
        office.now = now
        office.move(str(case), "withdraw", "citizen")
    else:
        now = sent.link.valid_until + timedelta(days=40)
        service.sweep(now)
    with pytest.raises(Refused) as refused:
        service.find(sent.token, "here", now=now)
    with pytest.raises(Refused) as unknown:
        service.find("x" * 22, "here", now=now)
    assert (refused.value.code, refused.value.status, refused.value.facts) == (
        unknown.value.code, unknown.value.status, unknown.value.facts,
    )  # fmt: skip
    with pytest.raises(Refused, match="link-not-found"):
        service.sign(sent.link.pk, actor=service.holder(sent.link), now=now)


def test_it_opens_until_three_days_after_the_day(office):
    sent = hand_out(office)
    assert sent.link.valid_until - sent.link.due_at == timedelta(days=3)
    late = sent.link.valid_until - timedelta(minutes=1)
    assert service.find(sent.token, "here", now=late).pk == sent.link.pk


def test_the_holder_of_one_link_can_do_nothing_with_another(office):
    mine, theirs, now = signed(office), signed(office), timezone.now()
    me = service.holder(mine.link)
    for act in (
        lambda: service.sign(theirs.link.pk, actor=me, now=now),
        lambda: service.note(theirs.link.pk, "我来看看", actor=me, now=now),
        lambda: service.finish(theirs.link.pk, "done", "办好了", actor=me, now=now),
    ):
        with pytest.raises(Refused, match="link-not-found"):
            act()
    with pytest.raises(Refused, match="case-not-found"):
        view(mine.link.case_id, actor=me, now=now)


# ---- answering


def test_sign_note_finish_in_order_and_each_click_once(office):
    sent, now = hand_out(office), timezone.now()
    me = service.holder(sent.link)
    with pytest.raises(Refused, match="link-moved"):
        service.note(sent.link.pk, "还没签收", actor=me, now=now)
    service.enter(sent.link, DIGITS, now=now)
    for _ in range(2):
        service.sign(sent.link.pk, actor=me, now=now)
    for _ in range(2):
        service.note(sent.link.pk, "到现场了", actor=me, now=now, form="n1")
    for _ in range(2):
        service.finish(sent.link.pk, "done", "换好了", actor=me, now=now, form="f1")
    with pytest.raises(Refused, match="link-moved"):
        service.finish(sent.link.pk, "cannot", "反悔", actor=me, now=now, form="f2")
    with pytest.raises(Refused, match="link-moved"):
        service.note(sent.link.pk, "再说一句", actor=me, now=now)
    assert [row.kind for row in store.notes_of(sent.link)] == ["note", "done"]
    assert [row.act for row in records(sent.link)] == [
        "link.send", "link.open", "link.sign", "link.note", "link.finish",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "words", "code"),
    [("maybe", "x", "link-outcome"), ("cannot", " ", "link-reason"), ("done", "", "link-empty"),
     ("done", "长" * 2001, "text-too-long"), ("done", "a\x00b", "field-invalid")],
)  # fmt: skip
def test_an_answer_without_sense_is_refused_and_keeps_the_state(office, outcome, words, code):
    sent = signed(office)
    with pytest.raises(Refused, match=code):
        service.finish(sent.link.pk, outcome, words, actor=service.holder(sent.link), now=timezone.now())
    assert Link.objects.get(pk=sent.link.pk).state == "signed"


@pytest.mark.parametrize(
    ("data", "code"),
    [(BOMB, "file-broken"), (b"<svg onload=alert(1)>", "file-kind"), (b"<html>", "file-kind"), (b"", "file-empty"),
     (b"MZ\x90\x00", "file-kind")],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused_whole(office, data, code):
    sent = signed(office)
    files = [incoming(jpeg()), incoming(data, "现场.jpg")]
    with pytest.raises(Refused, match=code):
        service.finish(sent.link.pk, "done", "好", files, actor=service.holder(sent.link), now=timezone.now())
    assert not LinkFile.objects.exists()
    assert not LinkNote.objects.exists()


def test_a_picture_with_a_page_hidden_behind_it_is_made_anew(office):
    sent = signed(office)
    trojan = jpeg() + b"<script>alert(document.cookie)</script>"
    service.finish(sent.link.pk, "done", "好", [incoming(trojan)], actor=service.holder(sent.link), now=timezone.now())
    (row,) = LinkFile.objects.all()
    assert b"<script>" not in uploads.read(row.digest)
    assert b"<script>" not in uploads.read(row.original), "the original is sealed"


def test_notes_and_files_have_a_most(office, monkeypatch):
    sent, now = signed(office), timezone.now()
    me = service.holder(sent.link)
    with pytest.raises(Refused, match="files-too-many"):
        service.note(sent.link.pk, "", [incoming(jpeg()) for _ in range(10)], actor=me, now=now)
    monkeypatch.setattr("gezhi.loop.links.rules.MOST_FILES", 2)
    service.note(sent.link.pk, "", [incoming(jpeg()) for _ in range(2)], actor=me, now=now)
    with pytest.raises(Refused, match="files-too-many"):
        service.note(sent.link.pk, "", [incoming(jpeg())], actor=me, now=now)
    monkeypatch.setattr("gezhi.loop.links.rules.MOST_NOTES", 1)
    with pytest.raises(Refused, match="link-notes-many"):
        service.note(sent.link.pk, "又一条", actor=me, now=now)
    service.finish(sent.link.pk, "done", "办好了", actor=me, now=now)


def test_the_sender_hears_of_an_answer_once(office):
    sent = finished(office)
    (notice,) = Notice.objects.filter(kind="link")
    assert (notice.user_id, notice.case_id) == (office.users["hugo"].pk, sent.link.case_id)
