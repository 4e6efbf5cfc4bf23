"""An answer that came by a link: taken over or sent back by its sender, ended by the night, forgotten by rule."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from links_helpers import (
    ASK,
    NAME,
    OFFICE,
    PHONE,
    STORY,
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
from gezhi.loop import tasks
from gezhi.loop.links import service, slots, store
from gezhi.loop.models import Attachment, Case, CodeItem, Link, LinkFile, LinkNote, RetentionHold, Step
from gezhi.loop.service.sweeping import sweep_files
from gezhi.loop.store import content, erasing
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, erase, open_text

BOMB = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.GEZHI_FILES = tmp_path


def records(link):
    rows = apps.get_model("trust", "LedgerRecord").objects.filter(subject_kind="link", subject_id=str(link.pk))
    return list(rows.order_by("pk"))


# ---- deciding


def test_nothing_is_part_of_the_case_before_it_is_taken_over(office):
    case = told_case(office)
    before = (Step.objects.filter(case_id=case).count(), Attachment.objects.filter(case_id=case).count())
    sent = finished(office, case=case, files=[incoming(jpeg()), incoming(jpeg((9, 9, 9)))])
    assert before == (Step.objects.filter(case_id=case).count(), Attachment.objects.filter(case_id=case).count())
    first, _ = store.files_of(sent.link)
    now = timezone.now()
    for _ in range(2):
        service.approve(
            sent.link.pk, "灯泡已换", [str(first.pk)], actor=office.actor("lena"), now=now, public=True, form="a1"
        )
    step = Step.objects.get(case_id=case, no=before[0] + 1)
    assert (step.move, step.facts.get("shown"), step.actor) == ("note", True, str(office.users["lena"].pk))
    assert open_text(Case.objects.get(pk=case).requester, step.text.sealed) == {"note": "灯泡已换"}
    (taken,) = Attachment.objects.filter(case_id=case)
    assert (taken.digest, taken.step_id, taken.public) == (first.digest, step.pk, True)
    link = Link.objects.get(pk=sent.link.pk)
    assert (link.state, link.step) == ("approved", step.no)
    assert not LinkFile.objects.exists()
    for act in (
        lambda: service.approve(link.pk, "再来", actor=office.actor("lena"), now=now),
        lambda: service.back(link.pk, "再来", actor=office.actor("lena"), now=now),
        lambda: service.revoke(link.pk, actor=office.actor("lena"), now=now),
    ):
        with pytest.raises(Refused, match="link-moved"):
            act()


def test_a_note_kept_inside_and_its_photos_stay_inside(office):
    sent = finished(office, files=[incoming(jpeg())])
    (row,) = store.files_of(sent.link)
    service.approve(sent.link.pk, "内部", [str(row.pk)], actor=office.actor("hugo"), now=timezone.now())
    assert Attachment.objects.get(case_id=sent.link.case_id).public is False


def test_more_photos_than_a_move_takes_come_into_one_step(office):
    sent, now = signed(office), timezone.now()
    me = service.holder(sent.link)
    for n in range(2):
        files = [incoming(jpeg((n, place, 7))) for place in range(6)]
        service.note(sent.link.pk, "", files, actor=me, now=now)
    service.finish(sent.link.pk, "done", "好", actor=me, now=now)
    keys = [str(row.pk) for row in store.files_of(sent.link)]
    service.approve(sent.link.pk, "好", keys, actor=office.actor("hugo"), now=now)
    rows = Attachment.objects.filter(case_id=sent.link.case_id)
    assert rows.count() == 12
    assert len(set(rows.values_list("step_id", flat=True))) == 1


def test_people_of_other_units_neither_see_nor_decide(office):
    sent, now = finished(office), timezone.now()
    acts = (
        lambda actor: service.approve(sent.link.pk, "好", actor=actor, now=now),
        lambda actor: service.back(sent.link.pk, "不行", actor=actor, now=now),
        lambda actor: service.revoke(sent.link.pk, actor=actor, now=now),
        lambda actor: service.renew(sent.link.pk, actor=actor, now=now),
        lambda actor: service.contact(sent.link.pk, actor=actor, now=now),
    )
    office.move(str(sent.link.case_id), "task", "hugo", unit=office.units["housing"].pk, ask="查线路")
    for act in acts:
        with pytest.raises(Refused, match="link-not-there"):
            act(office.actor("tom"))
        with pytest.raises(Refused, match="not-allowed"):
            act(office.actor("hana"))
        with pytest.raises(Refused, match="not-allowed"):
            act(office.actor("cal"))
    assert Link.objects.get(pk=sent.link.pk).state == "done"


def test_where_the_case_has_gone_to_another_unit_that_one_decides(office):
    sent = finished(office)
    now = timezone.now()
    office.now = now
    office.move(
        str(sent.link.case_id),
        "change_lead",
        "dora",
        unit=office.units["housing"].pk,
        basis="三定方案",
        reason="换主办",
    )
    with pytest.raises(Refused):
        service.approve(sent.link.pk, "好", actor=office.actor("hugo"), now=now)
    service.approve(sent.link.pk, "好", actor=office.actor("hana"), now=now)


def test_sent_back_it_comes_again_with_another_day(office):
    sent = finished(office, outcome="cannot", words="没有梯子")
    late = sent.link.valid_until + timedelta(hours=1)
    for words, due, code in (("", None, "link-reason"), ("借梯子再去", None, "link-due-past")):
        with pytest.raises(Refused, match=code):
            service.back(sent.link.pk, words, due, actor=office.actor("hugo"), now=late)
    service.back(sent.link.pk, "借梯子再去", day(2, late), actor=office.actor("hugo"), now=late)
    link = service.find(sent.token, "here", now=late)
    assert link.state == "sent_back"
    assert [words for _, words in service.shown_to(link).notes][-1] == "借梯子再去"
    service.finish(link.pk, "done", "换好了", actor=service.holder(link), now=late)
    service.approve(link.pk, "换好了", actor=office.actor("hugo"), now=late)


def test_a_file_of_another_link_cannot_be_taken_over(office):
    theirs = finished(office, files=[incoming(jpeg())])
    mine = finished(office)
    (row,) = store.files_of(theirs.link)
    with pytest.raises(Refused, match="link-file-unknown"):
        service.approve(mine.link.pk, "好", [str(row.pk)], actor=office.actor("hugo"), now=timezone.now())


def test_name_and_phone_are_shown_to_the_senders_unit_and_the_ledger_knows(office):
    sent = hand_out(office)
    known = service.contact(sent.link.pk, actor=office.actor("lena"), now=timezone.now())
    assert known == {"name": NAME, "phone": PHONE, "office": OFFICE}
    assert records(sent.link)[-1].act == "link.contact"
    assert service.name_of(sent.link) == f"李** · {OFFICE}"


# ---- ending and forgetting


def test_the_night_ends_what_ran_out_and_leaves_answers_to_their_sender(office):
    open_one, answered = hand_out(office), finished(office)
    now = open_one.link.valid_until + timedelta(minutes=1)
    assert service.sweep(now) == 2
    open_one.link.refresh_from_db()
    answered.link.refresh_from_db()
    assert (open_one.link.state, answered.link.state) == ("expired", "done")
    assert open_one.link.ended_at == open_one.link.valid_until
    assert service.sweep(now) == 0
    service.approve(answered.link.pk, "好", actor=office.actor("hugo"), now=now)
    fresh = service.renew(open_one.link.pk, day(2, now), actor=office.actor("hugo"), now=now)
    assert service.find(fresh.token, "here", now=now).state == "sent"


def test_the_person_is_forgotten_thirty_days_after_the_end_and_the_case_keeps_what_was_taken_over(office):
    kept = finished(office, files=[incoming(jpeg())])
    dropped = finished(office, files=[incoming(jpeg((1, 2, 3)))])
    now = timezone.now()
    (photo,) = store.files_of(kept.link)
    (lost,) = store.files_of(dropped.link)
    service.approve(kept.link.pk, "好", [str(photo.pk)], actor=office.actor("hugo"), now=now)
    service.revoke(dropped.link.pk, actor=office.actor("hugo"), now=now)
    service.sweep(now + timedelta(days=29))
    assert service.name_of(Link.objects.get(pk=kept.link.pk)) != ""
    assert service.sweep(now + timedelta(days=31)) == 2
    for sent in (kept, dropped):
        link = Link.objects.get(pk=sent.link.pk)
        assert (link.wrapped_key, link.person, link.digits_hash) == (None, None, None)
        with pytest.raises(Refused, match="link-forgotten"):
            service.contact(link.pk, actor=office.actor("hugo"), now=now)
    assert not LinkFile.objects.exists()
    assert erasing.unnamed([photo.digest, lost.digest]) == [lost.digest]


def test_a_rule_of_the_office_keeps_longer_or_for_good(office):
    CodeItem.objects.create(
        list="retention", code="link_people", name_zh="人", pack="local", verified=True, source="本级",
        extra={"what": "links", "do": "erase", "after": 90, "unit": "day"},
    )  # fmt: skip
    content.forget()
    sent, now = hand_out(office), timezone.now()
    service.revoke(sent.link.pk, actor=office.actor("hugo"), now=now)
    service.sweep(now + timedelta(days=89))
    assert Link.objects.get(pk=sent.link.pk).wrapped_key is not None
    CodeItem.objects.filter(code="link_people").update(verified=False)
    content.forget()
    service.sweep(now + timedelta(days=400))
    assert Link.objects.get(pk=sent.link.pk).wrapped_key is not None, "a value that nobody checked destroys nothing"
    CodeItem.objects.filter(code="link_people").update(verified=True)
    content.forget()
    hold = RetentionHold.objects.create(case=sent.link.case, reason="audit", put_at=now)
    service.sweep(now + timedelta(days=400))
    assert Link.objects.get(pk=sent.link.pk).wrapped_key is not None, "a case that is held keeps its people"
    hold.delete()
    service.sweep(now + timedelta(days=400))
    assert Link.objects.get(pk=sent.link.pk).wrapped_key is None


def test_the_nightly_task_does_it(office, monkeypatch):
    sent = hand_out(office)
    monkeypatch.setattr("gezhi.loop.service.replaying.replay", list)
    tasks.night(timestamp=int((sent.link.valid_until + timedelta(days=1)).timestamp()))
    assert Link.objects.get(pk=sent.link.pk).state == "expired"


def test_files_of_a_link_are_not_swept_as_nobodys(office):
    sent = finished(office, files=[incoming(jpeg())])
    (row,) = store.files_of(sent.link)
    sweep_files(timezone.now() + timedelta(days=2))
    assert uploads.read(row.digest)
    assert uploads.read(row.original)


def test_erasure_of_the_requester_takes_everything_along(office):
    sent = finished(office, words="王小明说灯亮了", files=[incoming(jpeg())])
    (row,) = store.files_of(sent.link)
    requester = sent.link.case.requester_id
    erase(requester, actor=Actor.system("tests"), now=timezone.now())
    event = Event(1, "requester.erased", 1, "requester", str(requester), {}, timezone.now())
    for _ in range(2):
        service.on_erased(event, now=timezone.now())
    link = Link.objects.select_related("case__requester").get(pk=sent.link.pk)
    assert (link.state, link.wrapped_key) == ("revoked", None)
    assert service.words_of(link) == {}
    assert not LinkNote.objects.exists()
    with pytest.raises(Refused, match="file-not-found"):
        uploads.read(row.digest)


# ---- the message


def test_a_gateway_gets_the_message_and_a_failing_one_is_told(office):
    got = []
    slots.offer_sender("test", got.append)
    try:
        sent = hand_out(office)
        text = service.message_of(sent, "http://gezhi.test")
        assert service.hand_over(sent, text) == "sent"
        assert (got[0].phone, f"http://gezhi.test/l/{sent.token}/" in got[0].text) == (PHONE, True)
        assert STORY[:4] not in text
        assert ASK not in text

        def broken(message):
            raise OSError("no line")

        slots.offer_sender("test", broken)
        assert service.hand_over(sent, text) == "failed"
    finally:
        slots.withdraw_sender("test")
    assert service.hand_over(sent, text) == ""
