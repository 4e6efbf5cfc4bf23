"""The demo city in the database: whole by replay and ledger, alive at its end, with a way in for each role."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.partners import service as partners
from gezhi.loop.rules.words import OPEN
from gezhi.loop.service import replay, secret_digest
from gezhi.loop.store import content, numbers
from gezhi.packs.demo import install_demo
from gezhi.packs.demo.neighbours import OUTSIDE
from gezhi.trust.service import acts as act_room
from gezhi.trust.service import open_text, sign_in, token_digest, verify_ledger

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CASES = 80
pytestmark = pytest.mark.slow


def table(room, name):
    return apps.get_model(room, name)._default_manager


def forget():
    act_room.look_again()
    content.forget()
    numbers.forget()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The city once for all tests of this file, rolled back at the end; what it lays into folders lies in its own."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(settings, "GEZHI_DATA", tmp_path_factory.mktemp("city"))
        forget()
        yield install_demo(AS_OF, "zh-hans", CASES, now=NOW)
        transaction.set_rollback(True)
    forget()


def texts_of():
    """Every text of every case, opened; what the product itself copies to merged cases is left out."""
    for case in table("loop", "Case").select_related("requester"):
        story = open_text(case.requester, case.story)
        yield from (story["title"], story["text"])
    for row in table("loop", "StepText").exclude(step__move="answered").select_related("step__case__requester"):
        told = open_text(row.step.case.requester, row.sealed)
        yield from (text for name, text in told.items() if name != "leader")  # a name, not a text


def test_all_cases_are_there_with_their_acts(demo):
    assert table("loop", "Case").count() == demo.cases == CASES + OUTSIDE
    steps = table("loop", "Step").count()
    assert demo.acts <= steps < demo.acts + 60, "the stories, and a little that grid workers, links and partners add"


def test_no_story_breaks_a_rule(demo):
    assert demo.halted == ()


def test_replay_and_ledger_prove_the_year(demo):
    assert [fault for fault in replay() if not isinstance(fault, int)] == []
    verdict = verify_ledger(NOW)
    assert verdict.whole
    assert verdict.unsealed == 0
    assert verdict.sealed > demo.acts


def test_replay_finds_a_changed_state(demo):
    case = table("loop", "Case").filter(state="closed").first()
    with transaction.atomic():
        table("loop", "Case").filter(pk=case.pk).update(outcome="unsolved", redos=7)
        faults = [fault for fault in replay() if not isinstance(fault, int)]
        assert {fault.what for fault in faults} >= {"redos"}
        transaction.set_rollback(True)


def test_no_text_stands_more_than_three_times_and_each_is_chinese(demo):
    uses = Counter(texts_of())
    assert len(uses) > 5 * CASES
    assert max(uses.values()) <= 3
    assert not [text for text in uses if "{" in text or re.search("[a-z]", text)]


def test_every_act_lies_in_the_year_and_was_recorded_now(demo):
    steps = table("loop", "Step")
    assert not steps.filter(acted_at__gt=demo.as_of).exists()
    assert not steps.filter(acted_at__lt=demo.as_of - timedelta(days=366)).exists()
    assert not steps.filter(recorded_at__lt=timezone.now() - timedelta(hours=2)).exists()
    numbered = table("loop", "Case").values_list("number", "received_at")
    assert not [number for number, at in numbered if f"{timezone.localtime(at):%Y%m%d}" not in number]


def test_all_plots_left_their_traces(demo):
    moves = set(table("loop", "Step").values_list("move", flat=True))
    assert moves >= {
        "receive", "answer", "accept", "dispatch", "sign", "return", "adjudicate", "contact", "note", "task",
        "task_done", "ask", "postpone_ask", "postpone_decide", "hangup_ask", "reply", "review_pass", "callback",
        "chase", "merge", "supervise_answer", "reopen", "close",
    }  # fmt: skip
    rulings = {step.facts["ruling"] for step in table("loop", "Step").filter(move="adjudicate")}
    assert rulings >= {"uphold", "reject"}
    assert table("loop", "Case").filter(redos__gte=2, supervised=True).exists()
    assert set(table("loop", "Case").values_list("outcome", flat=True)) >= {"solved", "answered", "refused"}


def test_everyone_who_was_merged_got_an_answer(demo):
    merged = table("loop", "Case").filter(main__isnull=False)
    assert merged.exists()
    for case in merged.select_related("main", "requester"):
        if case.main.state in ("verifying", "closed"):
            last = table("loop", "StepText").get(step__case=case, step__move="answered")
            assert open_text(case.requester, last.sealed)["reply"]


def test_desks_are_alive(demo):
    states = Counter(table("loop", "Case").values_list("state", flat=True))
    assert 0.08 < sum(states[state] for state in OPEN) / CASES < 0.35  # of each state one, however few the cases
    clocks = table("loop", "CaseClock").filter(finished_at=None, case__state__in=OPEN)
    assert clocks.filter(due_at__gt=demo.as_of).exists()


def test_the_whole_day_of_the_office_is_there(demo):
    """What stands beside ordinary cases: somebody who opens the demo meets every part of the work."""
    cases = table("loop", "Case")
    told = Counter(cases.exclude(more__instruction=None).values_list("more__instruction__state", flat=True))
    assert told >= Counter(asked=1, waiting=3, answered=1, closed=1)
    due = set(cases.filter(more__instruction__state="waiting").values_list("more__instruction__due", flat=True))
    today = demo.as_of.date()
    assert any(day < today.isoformat() for day in due)
    assert (today + timedelta(days=1)).isoformat() in due
    for channel in ("mailbox", "netmsg"):
        waits = cases.filter(channel=channel, state="replied", more__has_key="passed").first()
        assert len(waits.more["passed"]) == 1, "one has signed, another is wanted"
    watched = Counter(cases.filter(supervised=True, state__in=OPEN).values_list("more__watch", flat=True))
    assert watched >= Counter(asked=2, answered=1)
    assert cases.filter(state="suspended").exists()
    assert cases.filter(state="verifying", pk__in=table("loop", "Step").filter(
        move="callback", facts__contacted=False).values("case")).exists()  # fmt: skip
    marks = table("loop", "NuisanceMark")
    assert Counter(marks.values_list("state", "appeal")) == Counter(
        {("proposed", ""): 1, ("confirmed", ""): 1, ("confirmed", "asked"): 1}
    )
    assert not marks.filter(state="confirmed", expires_at__lte=demo.as_of).exists()
    drafts = table("loop", "Draft").filter(state="open")
    assert (drafts.exclude(paste=None).count(), drafts.filter(paste=None).count()) == (2, 1)
    assert table("loop", "NoCase").count() == 6
    assert table("loop", "ScoreRun").get().state == "published"
    assert table("loop", "SavedView").filter(shared__isnull=False).exists()
    notes = table("loop", "Handover").order_by("written_at")
    assert [note.taken_at is None for note in notes] == [False] * (len(notes) - 1) + [True]
    assert table("trust", "LedgerRecord").filter(act="report.make").exists()
    assert set(table("loop", "FieldTask").values_list("phase", flat=True)) == {"before", "after"}
    assert table("loop", "FieldTask").filter(state="open").count() == 3
    assert (table("loop", "FieldPlace").count(), table("loop", "FieldAct").filter(kind="visit").count()) == (9, 3)


def test_each_role_has_a_way_in_with_the_one_password(demo):
    roles = {"operator", "dispatcher", "callback", "supervisor", "evaluator", "leader", "handler", "unit_lead",
             "grid", "sysadmin", "secadmin", "auditor"}  # fmt: skip
    assert {way.role for way in demo.sign_ins} == roles
    told = {way.username: way.told for way in demo.sign_ins}
    assert told["operator1"] == "受理员 Intake operator · 政务服务便民热线中心 Public Service Hotline Centre"
    way = next(way for way in demo.sign_ins if way.role == "handler")
    user = sign_in(way.username, demo.password, address="127.0.0.1", now=NOW)
    assert not user.must_change_password
    with pytest.raises(Refused, match="sign-in-wrong"):
        sign_in(way.username, demo.password + "x", address="127.0.0.1", now=NOW)


def test_the_shown_case_opens_with_its_secret(demo):
    case = table("loop", "Case").get(number=demo.number)
    assert bytes(case.secret_hash) == secret_digest(demo.number, demo.secret)


def test_a_second_city_is_refused(demo):
    with pytest.raises(Refused) as refused:
        install_demo(AS_OF, "zh-hans", CASES, now=NOW)
    assert refused.value.code == "demo-has-cases"


def test_too_many_cases_are_refused(demo):
    with pytest.raises(Refused) as refused:
        install_demo(AS_OF, "zh-hans", 5000, now=NOW)
    assert refused.value.code == "demo-too-many"


def test_what_is_outside_the_office_is_there_too(demo):
    """The public list, links at somebody without an account, neighbours of every kind: a visitor finds each of them."""
    shown = table("loop", "PublicCase").filter(state="shown")
    assert shown.count() == 30
    assert table("loop", "PublicPhoto").filter(entry__in=shown).exclude(areas=[]).exists()
    names = {open_text(entry.case.requester, entry.words)["text"] for entry in shown.select_related("case__requester")}
    assert not [text for text in names if re.search(r"1\d{10}", text)]
    links = table("loop", "Link").order_by("sent_at")
    assert [link.state for link in links] == ["done", "sent"]
    assert [link.token_hash.tobytes() if hasattr(link.token_hash, "tobytes") else bytes(link.token_hash)
            for link in links] == [token_digest(handed.path[3:-1]) for handed in reversed(demo.handed)]  # fmt: skip
    pieces = Counter(table("loop", "Piece").filter(partner__code="water").values_list("direction", "state"))
    assert pieces == {("in", "done"): 1, ("in", "refused"): 1, ("out", "done"): 3, ("out", "dead"): 1}
    assert table("loop", "Piece").get(state="dead").facts["http"] == "410"
    water = table("loop", "Partner").get(code="water")
    assert (water.active, water.silent_since, water.wishes["only_own"]) == (True, None, True)
    assert table("loop", "Partner").filter(code="county", kind="upstream", active=True).exists()
    assert table("loop", "Case").filter(source__startswith="open311").count() == 1


def test_the_sheet_of_the_county_is_taken_in_as_it_lies_there(demo):
    partner = table("loop", "Partner").select_related("keeper", "desk").get(code="county")
    with transaction.atomic():
        assert partners.fetch_from(partner, now=demo.as_of + timedelta(minutes=5)) == 3
        assert set(table("loop", "Piece").filter(partner=partner).values_list("state", flat=True)) == {"done"}
        transaction.set_rollback(True)
