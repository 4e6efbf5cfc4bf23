"""Imports whose process is killed or slow: what did not end is not called done, what works is not held for dead."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from gezhi.loop.importing import background, running, service, store
from gezhi.loop.importing.running import Options
from gezhi.loop.models import Batch

HEAD = "工单编号,工单类型,标题,主要内容,受理时间\n"


def sheet(*numbers):
    return HEAD + "".join(f"{number},求助,夜里施工,夜里还在施工,2026/1/6 20:00\n" for number in numbers)


@pytest.fixture
def bring(office, tmp_path):
    def run(text, **options):
        path = tmp_path / "sheet.csv"
        path.write_text(text, encoding="utf-8")
        given = {"options": Options(**options), "actor": office.actor("olive"), "now": office.now}
        return service.import_file(path, name=path.name, **given)

    return run


def test_a_long_file_is_heard_of_while_it_is_still_being_counted(office, tmp_path, monkeypatch):
    """Silent for a minute and a half it would be held for dead and begun again beside itself, every two minutes."""
    monkeypatch.setattr(running, "BEAT", 10)
    path, heard = tmp_path / "long.csv", []
    path.write_text(sheet(*(f"N{n}" for n in range(60))), encoding="utf-8")
    service.try_file(path, options=Options(), actor=office.actor("olive"), now=office.now,
                     progress=lambda plan, total: heard.append((plan.read, total)))  # fmt: skip
    assert heard == [(0, 0)] * 4 + [(60, 60)]


def test_a_delta_that_is_killed_before_it_has_looked_for_what_is_gone_is_not_done(bring, monkeypatch):
    """Done once, it would never be taken up again, and nobody would hear of the cases that the source no longer has."""
    bring(sheet("R1", "R2"))
    looked = store.open_numbers

    def killed(source):
        raise SystemExit

    monkeypatch.setattr(store, "open_numbers", killed)
    with pytest.raises(SystemExit):
        bring(sheet("R1", "R9"), whole=True)
    assert Batch.objects.latest("pk").state == "running"
    monkeypatch.setattr(store, "open_numbers", looked)
    assert bring(sheet("R1", "R9"), whole=True).gone_numbers == ["R2"]


def test_a_run_that_breaks_off_at_the_same_row_again_and_again_is_left_to_its_person(office, monkeypatch, settings):
    """An error that no refusal foresees would otherwise begin the run anew every two minutes for good."""
    batch = background.upload(io.BytesIO(sheet("B1", "B2").encode()), "sheet.csv", Options(),
                              actor=office.actor("olive"), now=office.now)  # fmt: skip
    background.start(batch.pk, actor=office.actor("olive"), now=office.now)
    later = datetime.now(UTC) + timedelta(seconds=background.STALLED + 60)
    Batch.objects.filter(pk=batch.pk).update(state="running")
    for _ in range(background.TRIES):
        (found,) = background.abandoned(later)
        assert not background.given_up(found)
        assert background.again(found) == ("run", found.created_by_id)
    (found,) = background.abandoned(later)
    assert background.given_up(found)
    batch.refresh_from_db()
    assert (batch.state, batch.error, background.abandoned(later)) == ("failed", "import-broken-off", [])
    background.start(batch.pk, actor=office.actor("olive"), now=office.now)
    background.run(Batch.objects.get(pk=batch.pk), actor=office.actor("olive"), now=office.now)
    batch.refresh_from_db()
    assert (batch.state, batch.created, batch.mapping["taken_up"]) == ("done", 2, [0, 0])


def test_a_run_that_gets_further_each_time_goes_on(office):
    batch = background.upload(io.BytesIO(sheet("C1").encode()), "sheet.csv", Options(), actor=office.actor("olive"),
                              now=office.now)  # fmt: skip
    for done in range(background.TRIES + 3):
        Batch.objects.filter(pk=batch.pk).update(state="running", read=done)
        found = Batch.objects.get(pk=batch.pk)
        assert not background.given_up(found)
        background.again(found)


def test_a_way_back_that_gets_further_each_time_goes_on_and_one_that_does_not_is_left(office, bring):
    """The rows read stay as they are on the way back: what is left of the cases says whether it gets on."""
    bring(sheet(*(f"U{n}" for n in range(background.TRIES + 3))))
    batch = Batch.objects.latest("pk")
    background.undo(batch.pk, actor=office.actor("system"))
    for case in batch.cases.all():
        found = Batch.objects.get(pk=batch.pk)
        assert not background.given_up(found)
        assert background.again(found)[0] == "undo"
        batch.cases.filter(pk=case.pk).update(state="void")
    for _ in range(background.TRIES):
        found = Batch.objects.get(pk=batch.pk)
        assert not background.given_up(found)
        background.again(found)
    assert background.given_up(Batch.objects.get(pk=batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.error) == ("done", "import-broken-off")
