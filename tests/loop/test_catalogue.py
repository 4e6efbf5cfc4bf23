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
