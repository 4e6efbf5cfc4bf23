"""Two people at once about one score: really committing, in threads."""

import threading

import pytest
from at_once import at_once, refused
from django.apps import apps
from loop_office import build_office
from scores_office import lay_scores, month_end, run, told, wish

from gezhi.loop.models import ScoreAppeal, ScoreExclusion, ScoreRun
from gezhi.loop.scores import service, store
from gezhi.loop.scores.service import working
from gezhi.loop.store import content, numbers
from gezhi.trust.service import acts


def forget():
    acts.look_again()
    content.forget()
    numbers.forget()


@pytest.fixture
def busy(committing_db):
    forget()
    office = lay_scores(build_office())
    told(office)
    office.late = told(office, contacted=False, late=True)
    yield month_end(office)
    forget()


def records(act):
    return apps.get_model("trust", "LedgerRecord").objects.filter(act=act).count()


def test_two_who_decide_one_thing_at_once(busy):
    """One decision stands, the other is told so: of an exclusion, of a publication, of an appeal, of a version."""
    eva, edda, vic, sue = (busy.actor(name) for name in ("eva", "edda", "vic", "sue"))
    now = busy.now
    asked = at_once(*(lambda: service.ask_exclusion(busy.late, "legacy", "在案", actor=eva, now=now) for _ in "ab"))
    assert refused(asked) == ["exclusion-already"]
    one = ScoreExclusion.objects.get()
    decided = at_once(
        lambda: service.decide_exclusion(one.pk, approve=True, actor=edda, now=now),
        lambda: service.decide_exclusion(one.pk, approve=False, words="材料不足", actor=vic, now=now),
    )
    assert refused(decided) == ["exclusion-decided"]
    assert records("score.approve") == 1

    drafts = [run(busy), run(busy)]
    out = at_once(*(lambda row=row: service.publish_run(row.pk, actor=eva, now=now) for row in (*drafts, *drafts)))
    assert ScoreRun.objects.filter(state="published").count() == 1
    assert set(refused(out)) <= {"score-published-already", "score-run-published"}
    row = ScoreRun.objects.get(state="published")

    urban = busy.units["urban"].pk
    lena = busy.actor("lena")
    said = at_once(*(
        lambda: service.appeal(row.pk, urban, busy.late, "response", "已联系", actor=lena, now=now) for _ in "ab"
    ))  # fmt: skip
    assert refused(said) == ["appeal-already"]
    appeal = ScoreAppeal.objects.get()
    judged = at_once(*(
        lambda who=who, yes=yes: service.review(
            appeal.pk, uphold=yes, words="阅", remedy="exclude", reason="malicious", actor=who, now=now
        )
        for who, yes in ((vic, True), (sue, True))
    ))  # fmt: skip
    assert refused(judged) == ["appeal-decided"]
    assert ScoreExclusion.objects.filter(reason="malicious").count() == 1
    versions = at_once(*(lambda: service.ask_revision(row.pk, actor=eva, now=now) for _ in "ab"))
    assert refused(versions) == ["score-version-open"]
    assert ScoreRun.objects.filter(previous=row).count() == 1


def test_a_run_is_worked_out_once_and_can_be_stopped(busy, monkeypatch):
    eva = busy.actor("eva")
    row = service.ask_run(wish(), actor=eva, now=busy.now)
    assert (row.state, row.task) == ("working", "run")
    assert refused(at_once(*(lambda: service.work(row.pk, now=busy.now) for _ in "abc"))) == []
    row.refresh_from_db()
    assert (row.state, row.task, row.total >= row.cases > 0) == ("draft", "", True)
    assert records("score.run") == 1
    service.work(row.pk, now=busy.now)  # a job that comes twice
    assert records("score.run") == 1
    assert row.digest == run(busy).digest

    other = service.ask_run(wish("grid"), actor=eva, now=busy.now)
    monkeypatch.setattr(working, "BEAT", -1.0)
    reading, stopped = threading.Event(), threading.Event()
    beat = store.beat

    def slow(run_id, **values):
        if "done" in values and not reading.is_set():
            reading.set()
            assert stopped.wait(10)
        return beat(run_id, **values)

    monkeypatch.setattr(store, "beat", slow)

    def stop():
        assert reading.wait(10)
        service.stop(other.pk, actor=eva, now=busy.now)
        stopped.set()

    assert refused(at_once(lambda: service.work(other.pk, now=busy.now), stop)) == []
    other.refresh_from_db()
    assert (other.state, other.task, other.rows.count(), other.scored.count()) == ("discarded", "", 0, 0)
