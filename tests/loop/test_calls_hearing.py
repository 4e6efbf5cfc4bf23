"""Events of the telephone system: kept once, in any order; missed calls, the screen, the case, and nothing leaked."""

import itertools
from datetime import timedelta

import pytest
from calls_helpers import CTI, PHONE, body, tell
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.kernel.errors import Refused
from gezhi.loop.calls import store
from gezhi.loop.calls.pages import ring
from gezhi.loop.calls.service import linking, ringing
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.calls.service.rostering import put_extension
from gezhi.loop.models import Call, CallEvent, Limit, Ringback
from gezhi.loop.service.receiving import Report
from gezhi.loop.service.registering import register
from gezhi.loop.store import content
from gezhi.trust import service as trust


@pytest.fixture
def desk(office):
    """The office with telephones: Olive has 8001, Dora 8002."""
    for name, number in (("olive", "8001"), ("dora", "8002")):
        put_extension(office.users[name].pk, number, actor=office.actor("dora"), now=office.now)
    Limit.objects.create(stage="ringback", amount=2, unit_of="hour", pack="test", source="test rule", verified=False)
    content.forget()
    return office


def ledger(act=""):
    rows = apps.get_model("trust", "LedgerRecord").objects.order_by("pk")
    return [row for row in rows if row.act.startswith(act or "call.")]


def the_story(office):
    return [
        body(office, "ringing"), body(office, "answered", after=9, queue_s=9),
        body(office, "transferred", after=60, agent="8002"),
        body(office, "ended", after=120, agent="8002", talk_s=111, recording_url="https://rec.example.cn/1.wav"),
        body(office, "rated", after=130, agent="8002", rating=4),
    ]  # fmt: skip


def test_every_order_of_arrival_gives_the_same_row(desk):
    kept = []
    names = (
        "state",
        "agent_id",
        "agent_name",
        "began_at",
        "answered_at",
        "ended_at",
        "wait_s",
        "talk_s",
        "rating",
        "recorded",
    )
    for number, order in enumerate(itertools.islice(itertools.permutations(the_story(desk)), 0, 120, 17)):
        for said in order:
            hear({**said, "call_id": f"o{number}"}, actor=CTI, now=desk.now + timedelta(minutes=3))
        call = Call.objects.get(call_id=f"o{number}")
        kept.append(tuple(getattr(call, name) for name in names))
    assert len(kept) == 8
    assert set(kept) == {kept[0]}
    assert kept[0][:3] == ("ended", desk.users["dora"].pk, "8002")


def test_a_call_passed_on_once_more_shows_at_the_third_desk(desk):
    """Whichever transfer arrives first; an older one that comes late is refused, the same one again changes nothing."""
    put_extension(desk.users["cal"].pk, "8009", actor=desk.actor("dora"), now=desk.now)
    story = [body(desk, "answered"), body(desk, "transferred", after=20, agent="8002"),
             body(desk, "transferred", after=40, agent="8009")]  # fmt: skip
    now = desk.now + timedelta(minutes=1)
    for number, order in enumerate(itertools.permutations(story)):
        late = order.index(story[1]) > order.index(story[2])
        for said in order:
            event = {**said, "call_id": f"p{number}"}
            if late and said is story[1]:
                with pytest.raises(Refused, match="cti-conflict"):
                    hear(event, actor=CTI, now=now)
            else:
                assert hear(event, actor=CTI, now=now).repeated is False
        assert hear({**story[2], "call_id": f"p{number}"}, actor=CTI, now=now).repeated is True
        call = Call.objects.get(call_id=f"p{number}")
        assert (call.agent_id, call.shown_to_id) == (desk.users["cal"].pk, desk.users["cal"].pk)
        assert call.events.count() == 2
    assert len(ledger("call.transferred")) == 3 * 2 + 3
    with pytest.raises(Refused, match="cti-conflict"):
        hear({**story[2], "call_id": "p0", "agent": "8002"}, actor=CTI, now=now)
    with pytest.raises(Refused, match="cti-conflict"):
        hear({**story[0], "call_id": "p0", "at": now, "agent": "8002"}, actor=CTI, now=now)


def test_the_same_event_again_changes_nothing_and_another_is_refused(desk):
    first = tell(desk, "answered", after=5)
    records, events = len(ledger()), CallEvent.objects.count()
    again = hear(body(desk, "answered", after=5), actor=CTI, now=desk.later(minutes=1))
    assert again.repeated
    assert again.call.pk == first.pk
    desk.now -= timedelta(minutes=1)
    with pytest.raises(Refused, match="cti-conflict"):  # two agents who both answered: the first holds
        tell(desk, "answered", after=5, agent="8002")
    with pytest.raises(Refused, match="cti-conflict"):
        tell(desk, "answered", after=5, caller="13900000000")
    assert (len(ledger()), CallEvent.objects.count()) == (records, events)
    assert Call.objects.get().agent_id == desk.users["olive"].pk


def test_a_wrong_clock_is_refused(desk):
    with pytest.raises(Refused, match="cti-ahead"):
        hear(body(desk, "ringing", after=301), actor=CTI, now=desk.now)
    assert not Call.objects.exists()
    assert hear(body(desk, "ringing", after=299), actor=CTI, now=desk.now).call.state == "ringing"


def test_an_old_event_shows_nothing_on_a_desk(desk):
    call = hear(body(desk, "ringing"), actor=CTI, now=desk.now + timedelta(minutes=10)).call
    assert (call.state, call.shown_to_id) == ("ringing", None)


def test_numbers_are_sealed_and_nowhere_else(desk):
    for said in the_story(desk):
        hear(said, actor=CTI, now=desk.now + timedelta(minutes=3))
    tell(desk, "missed", call="c2", after=5, agent="")
    acts = [row.act for row in ledger()]
    assert acts == ["call.ringing", "call.answered", "call.transferred", "call.ended", "call.rated", "call.missed"]
    assert all(row.actor_kind == "system" for row in ledger())
    tables = ("loop_call", "loop_callevent", "loop_ringback", "ledger_record", "trust_outbox", "trust_idempotency_key")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            text = "\n".join(row[0] for row in cursor.fetchall())
            assert PHONE not in text
            assert "rec.example.cn" not in text
    call = Call.objects.select_related("requester").get(call_id="c1")
    sealed = [trust.open_text(call.requester, one.sealed) for one in store.events(call)]
    assert {one["caller"] for one in sealed} == {PHONE}


def test_an_unknown_telephone_is_kept_told_and_mended(desk):
    from gezhi.loop.calls.checks import agents

    call = tell(desk, "answered", agent="8099")
    assert (call.agent_id, call.agent_name, call.shown_to_id) == (None, "8099", None)
    found = list(agents(desk.now))
    assert [(one.code, one.facts) for one in found] == [("agent-unknown", {"agent": "8099", "count": 1})]
    put_extension(desk.users["cal"].pk, "8099", actor=desk.actor("dora"), now=desk.now)
    assert Call.objects.get(pk=call.pk).agent_id == desk.users["cal"].pk
    assert list(agents(desk.now)) == []


def test_a_user_name_will_do_for_an_agent(desk):
    assert tell(desk, "ringing", agent="Hugo").agent_id == desk.users["hugo"].pk


# ---- what a desk shows


def test_a_ringing_call_shows_on_one_desk_until_it_ends(desk):
    desk.receive(phone=PHONE, name="王小明", matter="0101")
    desk.receive(phone=PHONE, matter="0102")
    olive, dora = desk.users["olive"].pk, desk.users["dora"].pk
    tell(desk, "ringing")
    with CaptureQueriesContext(connection) as captured:
        row = store.shown_to(olive, desk.now)
    assert len(captured) == 1
    line = ring.line(row)
    assert (line["masked"], line["earlier"], line["state"]) == ("138****6207", 2, "ringing")
    assert store.shown_to(dora, desk.now) is None
    tell(desk, "answered", after=4)
    assert ring.line(store.shown_to(olive, desk.now))["state"] == "talking"
    tell(desk, "transferred", after=30, agent="8002")
    assert store.shown_to(olive, desk.now) is None
    assert store.shown_to(dora, desk.now) is not None
    tell(desk, "ended", after=60, agent="8002", talk_s=56)
    assert store.shown_to(dora, desk.now) is None


def test_a_call_whose_end_was_never_told_fades(desk):
    tell(desk, "ringing")
    assert store.shown_to(desk.users["olive"].pk, desk.later(minutes=4)) is None


def test_the_one_statement_uses_its_index(desk):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + store._SHOWN, (1, desk.now))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on loop_call" not in plan


def test_counting_earlier_cases_respects_rights(desk):
    desk.receive(phone=PHONE)
    put_extension(desk.users["hugo"].pk, "8003", actor=desk.actor("dora"), now=desk.now)
    assert tell(desk, "ringing", agent="8003").earlier == 0


# ---- the case


def end_call(office, call, who="olive", text="路灯不亮"):
    actor = office.actor(who)
    return linking.bound(
        call.pk, lambda: register(Report(text=text, phone=PHONE), "keep", actor=actor, now=office.now).moved,
        actor=actor, now=office.now,
    )  # fmt: skip


def test_the_case_made_on_a_call_holds_the_call(desk):
    call = tell(desk, "answered")
    done = end_call(desk, call)
    kept = Call.objects.get(pk=call.pk)
    assert str(kept.case_id) == str(done.case)
    assert kept.shown_to_id is None
    assert [str(row.subject_id) for row in ledger("call.link")] == [str(call.pk)]
    end_call(desk, call, text="第二件事")
    assert str(Call.objects.get(pk=call.pk).case_id) == str(done.case), "the first case stands"
    tell(desk, "ended", after=50, talk_s=50)
    assert str(Call.objects.get(pk=call.pk).case_id) == str(done.case)


def test_nobody_takes_the_call_of_another(desk):
    call = tell(desk, "answered")
    with pytest.raises(Refused, match="call-not-found"):
        end_call(desk, call, who="dora")
    from gezhi.loop.models import Case

    assert not Case.objects.exists()


# ---- missed calls


def open_rows():
    return [(row.call.call_id, row.state, row.missed, row.tries) for row in Ringback.objects.order_by("missed_at")]


def test_a_missed_call_has_a_clock_of_its_own(desk):
    tell(desk, "ringing", agent="")
    tell(desk, "missed", after=30, agent="")
    row = Ringback.objects.get()
    assert (row.due_at - desk.now, row.verified, row.source) == (timedelta(hours=2, seconds=30), False, "test rule")
    assert desk.now < row.soon_at < row.due_at


def test_without_a_limit_no_clock_runs(desk):
    Limit.objects.filter(stage="ringback").delete()
    content.forget()
    tell(desk, "missed")
    assert Ringback.objects.get().due_at is None


def test_one_row_for_a_number_however_often_it_was_missed(desk):
    for number in range(3):
        tell(desk, "ringing", call=f"m{number}", after=number * 60)
        tell(desk, "missed", call=f"m{number}", after=number * 60 + 20)
        tell(desk, "ended", call=f"m{number}", after=number * 60 + 21)
    assert open_rows() == [("m0", "open", 3, 0)]
    tell(desk, "missed", call="other", after=300, caller="13900000001")
    assert [row[0] for row in open_rows()] == ["m0", "other"]


def test_who_calls_again_by_himself_needs_no_ring_back(desk):
    tell(desk, "missed", call="m0")
    tell(desk, "answered", call="later", after=600)
    assert open_rows() == [("m0", "came_again", 1, 0)]
    assert Ringback.objects.get().by_call.call_id == "later"


def test_a_call_of_ours_that_was_answered_settles_too(desk):
    tell(desk, "missed", call="m0")
    tell(desk, "answered", call="back", after=600, direction="out", caller="12345", called=PHONE)
    assert open_rows() == [("m0", "reached", 1, 0)]


def test_an_earlier_conversation_settles_nothing_and_a_missed_call_told_late_is_settled_at_once(desk):
    tell(desk, "answered", call="before", after=0)
    tell(desk, "ended", call="before", after=40, talk_s=40)
    tell(desk, "missed", call="m0", after=100)
    assert open_rows() == [("m0", "open", 1, 0)]
    tell(desk, "answered", call="x1", after=1000, caller="13911112222")
    tell(desk, "missed", call="x0", after=900, caller="13911112222")
    assert open_rows()[-1] == ("x0", "came_again", 1, 0)


def test_an_end_before_the_answer_is_no_missed_call_for_long(desk):
    tell(desk, "ended", after=60)
    assert open_rows() == [("c1", "open", 1, 0)]
    tell(desk, "answered", after=9)
    assert open_rows() == [("c1", "void", 1, 0)]


def test_a_withheld_number_is_counted_but_not_rung_back(desk):
    call = tell(desk, "missed", caller="")
    assert call.state == "missed"
    assert not Ringback.objects.exists()


def test_tries_are_noted_until_somebody_is_reached(desk):
    tell(desk, "missed")
    row = Ringback.objects.get()
    olive = desk.actor("olive")
    assert ringing.note_try(row.pk, "no_answer", actor=olive, now=desk.later(minutes=5), key="k1") == "open"
    assert ringing.note_try(row.pk, "no_answer", actor=olive, now=desk.later(minutes=5), key="k1") == "open"
    assert open_rows() == [("c1", "open", 1, 1)], "a double click is one try"
    assert ringing.note_try(row.pk, "reached", actor=desk.actor("cal"), now=desk.now, key="k2") == "reached"
    assert [(one.no, one.outcome) for one in store.tries([row.pk])[row.pk]] == [(1, "no_answer"), (2, "reached")]
    with pytest.raises(Refused, match="ringback-settled"):
        ringing.note_try(row.pk, "busy", actor=olive, now=desk.now, key="k3")
    with pytest.raises(Refused, match="not-allowed"):
        ringing.note_try(row.pk, "busy", actor=desk.actor("hugo"), now=desk.now, key="k4")


def test_given_up_after_tries_is_not_reached(desk):
    tell(desk, "missed")
    row = Ringback.objects.get()
    ringing.note_try(row.pk, "given_up", actor=desk.actor("olive"), now=desk.now)
    assert Ringback.objects.get().state == "not_reached"
    tell(desk, "missed", call="c2", after=900)
    assert [state for _, state, _, _ in open_rows()] == ["not_reached", "open"]
