"""The dispatch catalogue: sheets in and out, trial on past cases, publication, rows out of rulings."""

import io

import openpyxl
import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.service import catalogue
from gezhi.loop.service.registering import duty, suggested_units
from gezhi.loop.store import catalogue as store
from gezhi.trust.rules import Actor

ROOT = Actor.system("tests")


def sheet(*rows):
    book = openpyxl.Workbook()
    book.active.append(["事项", "区域", "主办单位", "协办单位", "兜底单位", "依据"])
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def test_dispatch_says_why_this_unit(office):
    assert (duty("0102").lead, duty("0102").no) == ("housing", 2)
    assert suggested_units("0101")["lead"].code == "urban"
    assert suggested_units("02")["lead"] is None


def test_a_sheet_becomes_an_edition_and_comes_back_the_same(office):
    rows = sheet(["0102", None, "urban", "housing", "street", "条例"], ["路灯", None, "housing", None, None, None])
    edition, faults = catalogue.import_sheet(rows, "2026-2", actor=ROOT, now=office.now)
    assert (faults, edition.in_force) == ([], False)
    out = io.BytesIO()
    catalogue.export(out, "2026-2")
    out.seek(0)
    again, _ = catalogue.import_sheet(out, "copy", actor=ROOT, now=office.now)
    assert store.duties_of(again) == store.duties_of(edition)


def test_faulty_rows_are_named_and_left_out(office):
    rows = sheet(["0102", None, "urban"], ["nowhere", None, "urban"], ["0101", None, "moon"], ["0102", None, "street"])
    edition, faults = catalogue.import_sheet(rows, "x", actor=ROOT, now=office.now)
    assert sorted(fault.code for fault in faults) == ["catalogue-twice", "matter-unknown", "unit-unknown"]
    assert edition.items.count() == 1


def test_a_trial_shows_which_past_cases_would_go_elsewhere(office):
    office.to("dispatched")
    noise = office.receive("夜间施工", matter="0102")
    office.move(noise, "accept")
    office.move(noise, "dispatch", unit=office.units["housing"].pk)
    duties, _ = catalogue.read_sheet(sheet(["0102", None, "urban"], ["01", None, "urban"]))
    *moved, seen = catalogue.try_on_past(duties, office.now.replace(day=1))
    assert seen == 2
    assert [(item.case, item.now, item.then) for item in moved] == [(noise, "housing", "urban")]


def test_publishing_changes_what_dispatch_suggests(office):
    catalogue.import_sheet(sheet(["0102", None, "urban"]), "2026-2", actor=ROOT, now=office.now)
    assert duty("0102").lead == "housing"
    catalogue.publish("2026-2", actor=ROOT, now=office.now)
    assert duty("0102").lead == "urban"
    with pytest.raises(Refused, match="catalogue-in-force"):
        catalogue.publish("2026-2", actor=ROOT, now=office.now)


def test_an_adjudicated_return_becomes_a_row_of_the_draft(office):
    case = office.to("dispatched")
    office.move(case, "return", "hugo", cause="not_ours", basis="x")
    office.move(
        case, "adjudicate", "dora", ruling="uphold", unit=office.units["housing"].pk, basis="三定", precedent=True
    )
    drafted = {(item.matter, item.area): item for item in store.edition("draft").items.all()}
    assert drafted["0101", ""].lead == "housing"
    assert duty("0101").lead == "urban"


def test_handlers_do_not_edit_the_catalogue(office):
    with pytest.raises(Refused, match="not-allowed"):
        catalogue.publish("2026-1", actor=office.actor("hugo"), now=office.now)


def test_a_draft_put_in_force_makes_room_for_the_next(office):
    for lead in ("housing", "street", "urban"):
        catalogue.propose_row("0102", "", lead, actor=ROOT, now=office.now)
        catalogue.publish("draft", actor=ROOT, now=office.now)
        assert duty("0102").lead == lead
    names = [edition.name for edition in store.editions()]
    assert {"2026-03-02", "2026-03-02-2", "2026-03-02-3"} < set(names)
    case = office.to("dispatched")
    office.move(case, "return", "hugo", cause="not_ours", basis="路灯归住建局")
    office.move(
        case, "adjudicate", "sue", ruling="uphold", unit=office.units["housing"].pk, basis="条例", precedent=True
    )
    assert store.edition("draft").items.filter(matter="0101", lead="housing").exists()


@pytest.mark.parametrize("name", [" 2026-1", "2026-1 ", "a\nb", " "])
def test_names_of_editions_are_told_apart(office, name):
    with pytest.raises(Refused, match=r"^catalogue-(exists|name)"):
        catalogue.import_sheet(sheet(["0102", None, "urban", None, None, None]), name, actor=ROOT, now=office.now)
