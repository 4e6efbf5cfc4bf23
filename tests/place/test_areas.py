"""Areas: the tree from rows in any order, what does not fit, changes, and the real divisions of the country."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.place import service
from gezhi.place.models import Area
from gezhi.place.rules import plan
from gezhi.trust.models import LedgerRecord
from gezhi.trust.rules import Actor

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
NOW = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
GIVEN = {"actor": Actor.system("test"), "now": NOW}
DIVISIONS = Path(__file__).parents[3] / "shared" / "data" / "divisions"


def row(code, parent="", name="某地", level=""):
    return {"code": code, "parent": parent, "name_zh": name, "name_en": "", "level": level}


@CALM
@given(st.permutations([("11", ""), ("1101", "11"), ("110101", "1101"), ("110101001", "110101"), ("12", "")]))
def test_the_order_of_rows_does_not_matter(pairs):
    found, faults = plan([row(code, parent) for code, parent in pairs], {})
    assert not faults
    assert {place.code: place.path for place in found}["110101001"] == "11.1101.110101.110101001"
    seen = set()
    for place in found:
        assert not place.parent or place.parent in seen
        seen.add(place.code)


@CALM
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"])), max_size=12))
def test_every_row_is_placed_or_named_exactly_once(pairs):
    found, faults = plan([row(code, parent) for code, parent in pairs], {})
    assert len(found) + len(faults) == len(pairs)
    assert len({fault.row for fault in faults}) == len(faults)
    for place in found:
        assert place.path.split(".")[-1] == place.code
        assert place.level == len(place.path.split("."))


def test_what_does_not_fit_is_named_and_the_rest_is_loaded(db):
    rows = [
        row("11"),
        row("11"),
        row("城"),
        row("12", name=" "),
        row("13", parent="99"),
        row("14", parent="15"),
        row("15", parent="14"),
        row("1101", "11", level="9"),
        row("1102", "11", level="1"),
        row("1103", "11"),
    ]
    report = service.load_areas(rows, **GIVEN)
    assert [(fault.row, fault.what) for fault in report.faults] == [
        (2, "repeated"),
        (3, "code"),
        (4, "name"),
        (5, "parent"),
        (6, "parent"),
        (7, "parent"),
        (8, "level"),
        (9, "level"),
    ]
    assert sorted(Area.objects.values_list("code", flat=True)) == ["11", "1103"]


def test_loading_again_changes_nothing_and_a_move_takes_along(db):
    rows = [row("11"), row("12"), row("1101", "11"), row("110101", "1101")]
    assert service.load_areas(rows, **GIVEN).created == 4
    again = service.load_areas(rows, **GIVEN)
    assert (again.created, again.changed, again.same) == (0, 0, 4)
    assert LedgerRecord.objects.filter(act="area.load").count() == 1
    moved = service.load_areas([row("1101", "12", name="新名")], **GIVEN)
    assert moved.changed == 2
    assert service.paths(["1101", "110101"]) == {"1101": "12.1101", "110101": "12.1101.110101"}
    assert Area.objects.get(pk="1101").name_zh == "新名"
    assert [area.code for area in service.chain("12.1101.110101")] == ["12", "1101", "110101"]
    assert set(Area.objects.filter(pk__in=service.areas_under("12")).values_list("pk", flat=True)) == {
        "12",
        "1101",
        "110101",
    }
    assert [area.code for area in service.children("12")] == ["1101"]


def test_who_may_load(db):
    nobody = Actor("user", "1", "x", None, "", (), "")
    with pytest.raises(Refused) as refused:
        service.load_areas([row("11")], actor=nobody, now=NOW)
    assert refused.value.status == 403


@pytest.mark.skipif(not DIVISIONS.exists(), reason="the divisions of ../shared/data are not here")
def test_the_divisions_of_the_country(db):
    def rows():
        for name, above in (("provinces", None), ("cities", "provinceCode"), ("areas", "cityCode")):
            with (DIVISIONS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                for line in csv.DictReader(file):
                    yield row(line["code"], line[above] if above else "", line["name"])

    report = service.load_areas(rows(), **GIVEN)
    assert (report.created, report.faults) == (31 + 342 + 2978, [])
    assert Area.objects.filter(path__descends="11").count() == 18
    assert Area.objects.get(pk="110101").level == 3
