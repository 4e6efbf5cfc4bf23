"""Runs of scores that the worker works out; what a later holiday, a thrown away version and a stranger may not do."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from scores_office import figure, lay_scores, month_end, published, run, told, wish

from gezhi.kernel.errors import Refused
from gezhi.loop.models import ScoreRun
from gezhi.loop.scores import service, store
from gezhi.loop.scores.service import working
from gezhi.loop.scores.service.running import recompute
from gezhi.loop.store import content
from gezhi.trust.service import acts
from gezhi.trust.service.roles import grant_post


@pytest.fixture
def quiet(office):
    lay_scores(office)
    told(office)
    office.late = told(office, contacted=False, late=True, satisfaction="dissatisfied", solved="unsolved")
    return month_end(office)


def test_a_run_whose_worker_is_gone_is_taken_up_again_and_one_that_breaks_says_so(quiet, monkeypatch):
    eva = quiet.actor("eva")
    row = service.ask_run(wish(), actor=eva, now=quiet.now)
    assert store.claim(row.pk, working.STALLED) is not None
    assert store.claim(row.pk, working.STALLED) is None, "another worker has it"
    assert service.abandoned() == []
    ScoreRun.objects.filter(pk=row.pk).update(beat_at=quiet.now - timedelta(days=400))
    assert service.abandoned() == [row.pk]
    with monkeypatch.context() as broken:
        broken.setattr(working, "work_out", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            service.work(row.pk, now=quiet.now)
    row.refresh_from_db()
    assert (row.state, row.task, row.error["code"]) == ("failed", "", "score-broken")
    with pytest.raises(Refused, match="score-busy"):
        service.publish_run(row.pk, actor=eva, now=quiet.now)
    service.discard_run(row.pk, actor=eva, now=quiet.now)
    again = service.ask_run(wish(), actor=eva, now=quiet.now)
    apps.get_model("trust", "User").objects.filter(pk=quiet.users["eva"].pk).update(is_active=False)
    service.work(again.pk, now=quiet.now)
    again.refresh_from_db()
    assert (again.state, again.error["code"]) == ("failed", "sign-in-needed"), "who was shut out gets no scores"


def test_a_holiday_declared_later_moves_no_figure(quiet):
    """The limit of a poor rating was counted by the working days of that time."""
    day = apps.get_model("loop", "CalendarDay")
    before = published(quiet, "grid")
    quiet.now = quiet.now.replace(month=5, day=2)
    span = {"first": date(2026, 4, 2), "last": date(2026, 4, 30)}
    row = run(quiet, "grid", **span)
    urban = quiet.units["urban"].pk
    assert figure(row, urban, "rectify").counts == {"rectify_due": [1, 1]}
    for number in range(44):  # off until the end of April, in hindsight
        day.objects.create(day=date(2026, 3, 16) + timedelta(days=number), kind="holiday", name_zh="补")
    content.forget()
    assert list(recompute(row)) == []
    assert list(recompute(before)) == []
    assert figure(run(quiet, "grid", **span), urban, "rectify").counts == {}, "a run of today counts by today's days"


def test_what_a_lower_figure_lost_are_the_cases_that_raise_it(quiet):
    row = run(quiet, "grid")
    urban = quiet.units["urban"].pk
    redone = {str(one) for one in row.scored.filter(kind="redo").values_list("case", flat=True)}
    assert redone
    found = service.cases_of(row, urban, "rework", "missed", actor=quiet.actor("eva"))
    assert {str(one.pk) for one in found.rows} == redone


def test_a_thrown_away_version_gives_back_what_it_took_in(quiet):
    row = published(quiet)
    urban, now = quiet.units["urban"].pk, quiet.now
    one = service.appeal(row.pk, urban, quiet.late, "response", "已联系", actor=quiet.actor("lena"), now=now)
    service.review(one.pk, uphold=True, words="属实", reason="legacy", actor=quiet.actor("vic"), now=now)
    fresh = service.ask_revision(row.pk, actor=quiet.actor("eva"), now=now)
    one.refresh_from_db()
    assert one.result_id == fresh.pk
    service.stop(fresh.pk, actor=quiet.actor("eva"), now=now)
    one.refresh_from_db()
    assert one.result_id is None
    again = service.revise(row.pk, actor=quiet.actor("eva"), now=now)
    one.refresh_from_db()
    assert one.result_id == again.pk


def test_the_words_of_an_appeal_are_for_who_may_judge_it(quiet, settings):
    from django.test import Client

    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    row = published(quiet)
    urban, now = quiet.units["urban"].pk, quiet.now
    one = service.appeal(row.pk, urban, quiet.late, "response", "只给评议人看", actor=quiet.actor("lena"), now=now)
    unit = quiet.units["housing"]
    quiet.users["rex"] = apps.get_model("trust", "User").objects.create(username="rex", display_name="Rex", unit=unit)
    grant_post("rex", "supervisor", "housing", actor=quiet.actor("system"), now=now)

    def get(name):
        browser = Client()
        browser.force_login(quiet.users[name])
        return browser.get(f"/desk/scores/appeals/{one.pk}/review/")

    assert "只给评议人看" in get("vic").content.decode()
    assert get("rex").status_code == 403
