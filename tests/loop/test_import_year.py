"""A small year of old orders in 24 files of every kind, and the next day's sheet, each judged by its truth."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from bench.years import truth
from bench.years_files import WRITERS, write
from bench.years_rows import SPECIALS, next_day, year

from gezhi.loop.importing import service
from gezhi.loop.importing.rejected import opened as rejects_of
from gezhi.loop.importing.running import Options
from gezhi.loop.models import Batch, Case, Step
from gezhi.loop.service import replay
from gezhi.trust.service import identity_of, open_text

SEED = 11
OFFICE = ZoneInfo("Asia/Shanghai")
ROWS = 24 * 290  # every special row of a file once
COUNTS = ("read", "created", "already", "updated", "rejected")


def bring(office, path, **options):
    given = {"actor": office.actor("olive"), "now": office.now}
    return service.import_file(path, name=path.name, options=Options(**options), **given)


def counted(outcome):
    return {name: getattr(outcome, name) for name in COUNTS}


def faults():
    return [item for item in replay() if not isinstance(item, int)]


@pytest.mark.slow
def test_a_year_in_files_as_vendors_write_them(office, tmp_path):
    kinds, specials, left_open = Counter(), Counter(), []
    for file, rows in year(ROWS, SEED):
        path, told = write(tmp_path, file, rows, sheet=120)
        outcome = bring(office, path)
        assert counted(outcome) == truth(told), path.name
        batch = Batch.objects.get(pk=outcome.batch)
        codes = Counter(reject.code for reject in rejects_of(batch))
        assert codes == Counter(one.becomes for one in told if one.becomes.startswith("import-")), path.name
        check_contents([one.order for one in told if one.becomes == "created"], plain=file % 4 in (1, 2))
        kinds[path.suffix] += 1
        specials += Counter(one.order.special for one in told)
        left_open += [one.order for one in told if one.becomes == "created" and one.order.closed is None]
    assert kinds == {".xls": 12, ".csv": 6, ".xlsx": 6}
    assert {special for special in SPECIALS if specials[special]} == {*SPECIALS} - {"again", "known"}
    assert Case.objects.count() == Case.objects.values("external_number").distinct().count() > 6_000
    the_next_day(office, tmp_path, left_open)


def check_contents(orders, *, plain):
    """Every tenth case says what its order says, whatever kind of file it came in."""
    cases = {case.external_number: case for case in Case.objects.filter(
        external_number__in=[order.number for order in orders[::10]]).select_related("requester")}  # fmt: skip
    for order in orders[::10]:
        case = cases[order.number]
        story, identity = open_text(case.requester, case.story), identity_of(case.requester)
        assert (story["title"], story["text"], story["place"]) == (order.title, order.text, order.place)
        assert case.received_at == order.received.replace(tzinfo=OFFICE)
        assert identity.get("phone", "") == ("" if plain and order.rounded_phone else order.phone)
        assert story["answers"]["承办单位"] == order.unit
        assert case.state == ("closed" if order.closed else "received")


def the_next_day(office, tmp_path, left_open):
    office.later(days=1)
    day = next_day(left_open, SEED)
    path = tmp_path / "next.xlsx"
    WRITERS["xlsx"](path, day.sheet, 0)
    before = dict(Step.objects.values_list("case__external_number", "no").order_by("no"))
    outcome = bring(office, path, mode="update", whole=True)
    assert counted(outcome) == {
        "read": len(day.sheet), "created": len(day.new), "already": len(day.same), "updated": len(day.altered),
        "rejected": 0,
    }  # fmt: skip
    assert sorted(outcome.gone_numbers) == sorted(day.gone)
    after = dict(Step.objects.values_list("case__external_number", "no").order_by("no"))
    moved = {number: no - before.get(number, 0) for number, no in after.items() if no != before.get(number, 0)}
    assert moved == dict.fromkeys((*day.altered, *day.new), 1)
    for step in Step.objects.filter(case__external_number__in=day.altered, no__gt=1).select_related("case"):
        assert set(day.altered[step.case.external_number]) == set(step.facts["fields"])
    assert len({columns[0] for columns in day.altered.values()}) == 4
    again = bring(office, path, mode="update", whole=True)
    assert (again.created, again.updated, again.already) == (0, 0, len(day.sheet))
    assert dict(Step.objects.values_list("case__external_number", "no").order_by("no")) == after
    assert faults() == []
