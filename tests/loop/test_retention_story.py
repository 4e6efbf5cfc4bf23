"""From rules to nothing left: the dry run, the second person, a run killed half-way, proofs that still hold."""

import pytest
from django.apps import apps
from privacy_office import lay_privacy, rule, years
from test_erasure import NAME, NOTE, PHONE, PLACE, REPLY, STORY, SUPPLIED, TITLE, faults, found, fragments, tokens

from gezhi.kernel.errors import Refused
from gezhi.loop import tasks
from gezhi.loop.models import (
    Attachment,
    Call,
    CallEvent,
    Case,
    CaseText,
    Handover,
    NoCase,
    PersonRequest,
    RetentionHold,
    RetentionItem,
    RetentionPlan,
    Shift,
)
from gezhi.loop.retention import service, store
from gezhi.loop.retention.service import running
from gezhi.trust import service as trust
from gezhi.trust.service import acts
from gezhi.trust.service.ledger import seal_pending, verify


@pytest.fixture
def aged(office, settings):
    settings.GEZHI_SEAL_LIMIT = 10**9  # years pass between one act and the next
    acts.look_again()
    return lay_privacy(office)


def told(office, words=STORY, **more):
    """A closed case with words of every kind, a file with an original, a call with a recording, a point."""
    fields = {"title": TITLE, "place": PLACE, "name": NAME, "phone": PHONE, "kind": "complaint", "matter": "0102"}
    fields |= more
    case = office.receive(f"{words}我叫{fields['name']}，电话{fields['phone']}。", **fields, lon=115.9, lat=28.7)
    office.to("handling", case)
    office.move(case, "note", "hugo", note=NOTE)
    office.move(case, "supplement", "citizen", words=SUPPLIED)
    office.move(case, "reply", "hugo", outcome="solved", reply=REPLY)
    office.move(case, "review_pass", "lena")
    office.move(case, "callback", "cal", contacted=True, satisfaction="satisfied", solved="solved")
    row = Case.objects.select_related("requester").get(pk=case)
    Attachment.objects.create(
        case=row, name=trust.seal_text(row.requester, {"name": f"{NAME}.jpg"}), kind="image", size=3, digest="0" * 64,
        original="1" * 64, created_at=office.now, lon=115.9, lat=28.7,
    )  # fmt: skip
    called(office, row)
    return case


def called(office, case=None):
    person = trust.new_requester(phone=PHONE)
    call = Call.objects.create(
        call_id=f"c{Call.objects.count()}", requester=person, case=case, direction="in", state="ended",
        began_at=office.now, recorded=True,
    )  # fmt: skip
    sealed = trust.seal_text(person, {"caller": PHONE, "recording_url": "https://rec.example.cn/1.wav"})
    CallEvent.objects.create(
        call=call, event="ended", at=office.now, received_at=office.now, sealed=sealed, digest=b"1"
    )
    return call


def wishes(office, case):
    """What the person asked about his own data, all decided, and a hold that was lifted; each with words that tell."""
    row = Case.objects.select_related("requester").get(pk=case)
    told = {"identity": {"phone": PHONE}, "correct": {"words": f"我叫{NAME}，不是别人"}}
    made = {
        kind: PersonRequest.objects.create(
            case=row, kind=kind, proof="link", asked_at=office.now, due_at=office.now, state="granted",
            words=trust.seal_text(row.requester, said),
        ).pk
        for kind, said in told.items()
    }  # fmt: skip
    held = trust.seal_text(row.requester, {"words": f"原告{NAME}，电话{PHONE}"})
    hold = RetentionHold.objects.create(
        case=row, reason="lawsuit", words=held, put_at=office.now, lifted_at=office.now, until=None
    )
    return made | {"hold": hold.pk}


def sealed(key):
    """The words of a request or a hold, opened."""
    row = PersonRequest.objects.filter(pk=key).first() or RetentionHold.objects.get(pk=key)
    return trust.open_text(row.case.requester, row.words)


def plan(office):
    return service.make_plan(actor=office.actor("sec"), now=office.now)


def carried_out(office, row):
    service.decide_plan(row.pk, release=True, actor=office.actor("sys"), now=office.now)
    return service.work(now=lambda: office.now)


def due(row):
    return {line["rule"].code: line["due"] for line in service.described(row)}


def proofs(office):
    trust.deliver_pending(office.now)
    seal_pending(office.now)
    assert faults() == []
    assert verify(office.now).whole


def opened(case):
    row = Case.objects.select_related("requester").get(pk=case)
    return trust.open_text(row.requester, row.story)


def test_a_case_is_destroyed_when_its_time_is_over_and_nothing_of_it_is_left(aged):
    rule("all", "case", "erase", 3)
    rule("ledger", "ledger", "keep")
    old = told(aged)
    assert due(plan(aged)) == {"all": 0, "ledger": 0}
    years(aged, 2)
    young = told(aged, "井盖松动", name="赵六一", phone="13700000001", title="井盖松动", place="人民路")
    years(aged, 1)
    row = plan(aged)
    assert due(row) == {"all": 1, "ledger": 0}
    assert [item.subject for item in store.items(row)] == [old]
    assert found(fragments()), "the dry run destroys nothing"
    assert opened(old)
    assert carried_out(aged, row) == 1
    proofs(aged)
    assert opened(old) == {}
    assert found(fragments() | tokens()) == []
    assert "井盖松动" in opened(young)["text"], "the younger one stays"
    assert CaseText.objects.get(pk=young).search
    after = Case.objects.get(pk=old)
    assert (after.state, after.lon, Attachment.objects.filter(case=old).count()) == ("closed", None, 0)
    again = plan(aged)
    assert due(again) == {"all": 0, "ledger": 0}, "what is done is not due once more"


def test_identity_texts_and_recordings_go_each_in_their_time(aged):
    rule("who", "identity", "erase", 1)
    rule("words", "texts", "redact", 1)
    rule("sound", "recordings", "delete", 2)
    rule("pictures", "originals", "delete", 180, "day")
    rule("files", "files", "delete", 3)
    rule("where", "point", "delete", 1)
    case = told(aged)
    asked = wishes(aged, case)
    years(aged, 1)
    row = plan(aged)
    assert due(row) == {"who": 1, "words": 1, "sound": 0, "pictures": 1, "files": 0, "where": 1}
    carried_out(aged, row)
    proofs(aged)
    story = opened(case)
    assert "麻将" in story["text"], "the words stay readable"
    assert not {run for run in (NAME, PHONE) if run in str(story)}
    left = {hit for hit in found({NAME, NAME[:3], PHONE, PHONE[3:]}) if hit[0] != "trust_idempotency_key"}
    assert left == set()
    assert trust.find_by_phone(PHONE) == []
    assert PersonRequest.objects.get(pk=asked["identity"]).words is None, "nor what he gave as his right number"
    for kind in ("correct", "hold"):
        said = str(sealed(asked[kind]))
        assert "***" in said
        assert not [run for run in (NAME, PHONE) if run in said], kind
    event = CallEvent.objects.select_related("call__requester").get()
    assert trust.open_text(event.call.requester, event.sealed) == {"recording_url": "https://rec.example.cn/1.wav"}
    file = Attachment.objects.get()
    assert (file.original, file.lon) == ("", None)
    kept = CaseText.objects.get(pk=case).search
    assert "麻将" in kept
    assert "g57" not in kept, "nor the mark of the square on the map"
    assert due(plan(aged))["words"] == 0, "redacted once is enough"
    years(aged, 2)
    row = plan(aged)
    assert due(row) == {"who": 0, "words": 0, "sound": 1, "pictures": 0, "files": 1, "where": 0}
    carried_out(aged, row)
    proofs(aged)
    assert (CallEvent.objects.get().sealed, Call.objects.get().recorded) == (None, False)
    assert not Attachment.objects.exists()


def test_what_belongs_to_no_case_has_rules_of_its_own(aged):
    rule("alone", "calls", "erase", 1)
    rule("notes", "handovers", "delete", 1)
    shift = Shift.objects.create(name_zh="早班", starts="08:00", ends="16:00")
    Handover.objects.create(
        day=aged.now.date(), shift=shift, words=f"{NAME}还会打来", written_at=aged.now, written_by=aged.users["olive"]
    )
    called(aged)
    rule("few", "calls", "erase", 90, "day", kinds=["consult"])  # says less than it would do: calls have no kind
    rule("empty", "no_cases", "erase", 1)
    silent = trust.new_requester(phone=PHONE)
    NoCase.objects.create(requester=silent, user=aged.users["olive"], cause="silent", ended_at=aged.now)
    with_case = told(aged)
    years(aged, 1)
    row = plan(aged)
    assert due(row) == {"alone": 1, "notes": 1, "empty": 1}
    carried_out(aged, row)
    proofs(aged)
    assert Handover.objects.get().words == ""
    assert Call.objects.get(case=None).requester.erased_at is not None
    assert NoCase.objects.get().requester.erased_at is not None
    assert Call.objects.get(case=with_case).requester.erased_at is None


def test_the_most_specific_rule_holds_and_an_unverified_one_destroys_nothing(aged):
    rule("general", "case", "erase", 2)
    rule("noise", "case", "erase", 9, matters=["0102"])
    rule("guess", "files", "delete", 1, verified=False)
    kept, gone = told(aged), told(aged, matter="0101")
    years(aged, 3)
    row = plan(aged)
    assert due(row) == {"general": 1, "noise": 0, "guess": 2}
    carried_out(aged, row)
    proofs(aged)
    assert opened(kept)
    assert opened(gone) == {}
    assert RetentionItem.objects.filter(rule="guess", done_at=None).count() == 2
    assert Attachment.objects.filter(case=kept).exists()
    assert RetentionPlan.objects.get(pk=row.pk).state == "done"


def test_nobody_releases_his_own_list_and_no_command_does(aged):
    rule("all", "case", "erase", 1)
    told(aged)
    years(aged, 1)
    row = service.make_plan(actor=aged.actor("sec"), now=aged.now)
    for actor, code in (
        ("sec", "retention-own"),
        ("system", "retention-person"),
        ("dora", "not-allowed"),
        ("aud", "not-allowed"),
    ):
        with pytest.raises(Refused) as refused:
            service.decide_plan(row.pk, release=True, actor=aged.actor(actor), now=aged.now)
        assert refused.value.code == code
    with pytest.raises(Refused, match="retention-state"):
        service.run_plan(row.pk, actor=aged.actor("system"), now=lambda: aged.now)
    with pytest.raises(Refused, match="not-allowed"):
        service.make_plan(actor=aged.actor("dora"), now=aged.now)
    with pytest.raises(Refused, match="retention-old"):
        service.decide_plan(row.pk, release=True, actor=aged.actor("sys"), now=aged.later(days=31))
    fresh = plan(aged)
    assert RetentionPlan.objects.get(pk=row.pk).state == "replaced"
    assert fresh.previous_id == row.pk
    service.decide_plan(fresh.pk, release=False, actor=aged.actor("sys"), now=aged.now)
    assert service.work(now=lambda: aged.now) == 0
    empty = plan(aged)
    RetentionItem.objects.filter(plan=empty).delete()
    RetentionPlan.objects.filter(pk=empty.pk).update(counts={})
    with pytest.raises(Refused, match="retention-empty"):
        service.decide_plan(empty.pk, release=True, actor=aged.actor("sys"), now=aged.now)


def test_a_killed_run_goes_on_and_what_changed_meanwhile_is_left(aged, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    rule("all", "case", "erase", 1)
    cases = sorted(told(aged) for _ in range(4))
    years(aged, 1)
    row = plan(aged)
    service.decide_plan(row.pk, release=True, actor=aged.actor("sys"), now=aged.now)
    assert running.do_batch(row.pk, actor=aged.actor("system"), now=aged.now) == 1  # and then the process is killed
    assert [bool(opened(case)) for case in cases] == [False, True, True, True]
    number = Case.objects.get(pk=cases[2]).number
    hold = service.put_hold(number, "lawsuit", "案号一", actor=aged.actor("sue"), now=aged.now)
    aged.move(cases[3], "reopen", "sue", reason="没有解决")
    assert service.work(now=lambda: aged.now) == 3
    assert [bool(opened(case)) for case in cases] == [False, False, True, True]
    assert sorted(RetentionItem.objects.filter(plan=row).values_list("result", flat=True)) == [
        "done",
        "done",
        "gone",
        "held",
    ]
    proofs(aged)
    after = plan(aged)
    (line,) = service.described(after)
    assert (line["due"], line["held"], line["new"], line["gone"]) == (0, {"hold": 1}, 1, 4)
    service.lift_hold(hold.pk, actor=aged.actor("sue"), now=aged.now)
    assert due(plan(aged)) == {"all": 1}


def test_what_cannot_be_done_is_left_and_said_and_the_rest_does_not_wait_for_it(aged):
    rule("words", "texts", "redact", 1)
    cases = sorted(told(aged) for _ in range(3))
    years(aged, 1)
    row = plan(aged)
    service.decide_plan(row.pk, release=True, actor=aged.actor("sys"), now=aged.now)
    Case.objects.filter(pk=cases[1]).update(story=b"\x01broken")
    service.work(now=lambda: aged.now)
    assert [item.result for item in store.items(row)] == ["done", "failed", "done"]
    assert RetentionPlan.objects.get(pk=row.pk).state == "done"
    proofs(aged)
    assert due(plan(aged)) == {"words": 1}, "the next list names it again"


def test_a_hold_ends_with_its_day_on_the_wall(aged):
    rule("all", "case", "erase", 1)
    number = Case.objects.get(pk=told(aged)).number
    years(aged, 1)
    evening = aged.now.replace(hour=15)  # 23:00 in Shanghai
    put = {"actor": aged.actor("sue"), "until": evening.date()}
    service.put_hold(number, "lawsuit", now=evening, **put)
    night = evening.replace(hour=17)  # the next day there, and still the same one in UTC
    with pytest.raises(Refused, match="hold-date"):
        service.put_hold(number, "lawsuit", now=night, **put)
    held = [service.make_plan(actor=aged.actor("sec"), now=now).counts["all"] for now in (evening, night)]
    assert held == [{"due": 0, "held": {"hold": 1}}, {"due": 1, "held": {}}]


def test_what_is_disputed_or_supervised_stays(aged):
    rule("all", "case", "erase", 1)
    case = told(aged)
    aged.move(case, "reopen", "sue", reason="没有解决")
    years(aged, 1)
    assert due(plan(aged)) == {"all": 0}, "an open case is never due"


def test_the_records_of_a_run_hold_codes_alone(aged):
    rule("all", "case", "erase", 1)
    told(aged)
    years(aged, 1)
    row = plan(aged)
    carried_out(aged, row)
    rows = apps.get_model("trust", "LedgerRecord").objects.filter(act__startswith="retention.")
    assert {one.act for one in rows} == {
        "retention.propose", "retention.count", "retention.release", "retention.case", "retention.done",
    }  # fmt: skip
    assert not [one for one in rows if NAME in one.body or PHONE in one.body or "麻将" in one.body]


def test_what_ails_one_part_of_the_night_keeps_no_other_from_its_work(aged, monkeypatch):
    done = []
    monkeypatch.setattr("gezhi.loop.importing.background.sweep", lambda _: 1 / 0)
    for place in ("intake.service.typing.sweep", "notices.service.prune", "service.sweeping.sweep_files"):
        monkeypatch.setattr(f"gezhi.loop.{place}", done.append)
    monkeypatch.setattr("gezhi.loop.service.replaying.replay", lambda: done.append("proved") or [])
    with pytest.raises(ExceptionGroup) as told:
        tasks.night(int(aged.now.timestamp()))
    assert [type(fault) for fault in told.value.exceptions] == [ZeroDivisionError]
    assert len(done) == 4, "drafts, notices, files, and the proof of every case"
