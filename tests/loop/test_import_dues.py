"""Due times of the source: clocks that follow them, time zones with summer time, saved mappings, and the figures."""

import csv
import io
import json
import zipfile
from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.sheet_files import REPOSITORY

from gezhi.kernel.calendar import Calendar
from gezhi.kernel.clock import light, share
from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Nouns
from gezhi.loop.importing import commands, mappings, service
from gezhi.loop.importing.dues import dues_of, summed
from gezhi.loop.importing.rules import Draft
from gezhi.loop.importing.running import Options, read
from gezhi.loop.importing.values import moment_of
from gezhi.loop.models import Case, CaseClock, CodeItem, ImportMapping, Step
from gezhi.loop.rules.clocks import GIVEN, Planner, kernel_clock, run
from gezhi.loop.rules.clocks import given as given_clock
from gezhi.loop.service import replay
from gezhi.loop.service.escalating import escalate_due
from gezhi.loop.store.content import forget
from gezhi.trust.rules import Actor

BOSTON = REPOSITORY.parent / "shared" / "data" / "boston311" / "311_service_requests_2011.zip"
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COLUMNS = (
    "number=case_enquiry_id; received_at=open_dt; closed_at=closed_dt; due_at=target_dt; on_time=ontime; "
    "title=case_title; state=case_status; unit=department; lat=latitude; lon=longitude; channel=source"
)
HEAD = "case_enquiry_id,open_dt,target_dt,closed_dt,ontime,case_status,case_title,department,latitude,longitude,source"
ROWS = (
    "1,2011-07-01 01:00:00,2011-07-02 01:00:00,2011-07-02 01:00:00,ONTIME,Closed,Lamp,urban,42.27,-71.07,Twitter",
    "2,2011-07-01 01:00:00,2011-07-02 01:00:00,2011-07-02 01:00:01,OVERDUE,Closed,Lamp,urban,42.27,-71.07,Twitter",
    "3,2011-07-01 01:00:00,2011-07-02 01:00:00,,OVERDUE,Open,Lamp,urban,42.27,-71.07,Twitter",
    "4,2011-07-01 01:00:00,2059-12-31 19:00:00,,ONTIME,Open,Lamp,urban,,,Twitter",
    "5,2011-07-01 01:00:00,,2011-07-05 01:00:00,ONTIME,Closed,Lamp,urban,,,Twitter",
    "6,2011-07-01 01:00:00,2011-07-01 09:00:00,2011-07-05 01:00:00,,Closed,Lamp,urban,,,Twitter",
    "7,2011-07-01 01:00:00,2011-07-01 09:00:00,2011-07-05 01:00:00,ONTIME,Closed,Lamp,urban,,,Twitter",
)
MAPPING = mappings.Saved(
    "b311", mappings._pairs(COLUMNS), zone="America/New_York", words={"channel": {"Twitter": "web"}},
    source="b311", start_clocks=True,
)  # fmt: skip


@pytest.fixture
def bring(office, tmp_path):
    def run_file(*rows, saved=MAPPING, **more):
        path = tmp_path / "cases.csv"
        path.write_text("\n".join((HEAD, *rows)), encoding="utf-8")
        options = Options.of(saved, **{"wishes": {}, "mode": "", "source": "", "start_clocks": False, **more})
        return service.import_file(path, name=path.name, options=options, actor=office.actor("olive"), now=office.now)

    return run_file


def case(number):
    return Case.objects.get(external_number=number)


def clock(number):
    return CaseClock.objects.get(case__external_number=number, unit_of=GIVEN)


def faults():
    return [item for item in replay() if not isinstance(item, int)]


# ---- moments in a zone with summer time


@pytest.mark.parametrize(
    ("text", "not_before", "found"),
    [
        ("2011-03-13 01:59:59", None, "06:59:59"),  # winter time
        ("2011-03-13 02:00:00", None, "07:00:00"),  # skipped: the moment of the skip
        ("2011-03-13 02:30:00", None, "07:00:00"),
        ("2011-03-13 02:59:59", None, "07:00:00"),
        ("2011-03-13 03:00:00", None, "07:00:00"),  # summer time
        ("2011-11-06 00:59:59", None, "04:59:59"),
        ("2011-11-06 01:30:00", None, "05:30:00"),  # twice: the first
        ("2011-11-06 01:30:00", "05:40:00", "06:30:00"),  # the second, for the first lies before what came before
        ("2011-11-06 01:30:00", "07:40:00", "05:30:00"),  # neither can be: nothing is bent
        ("2011-11-06 02:00:00", None, "07:00:00"),
        ("2011-11-06 01:30:00-05:00", None, "06:30:00"),  # an offset in the cell wins
    ],
)
def test_hours_that_summer_time_skips_or_repeats(text, not_before, found):
    day = datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)
    limit = datetime.fromisoformat(f"{text[:10]}T{not_before}+00:00") if not_before else None
    moment = moment_of(text, zone=NEW_YORK, now=NOW, not_before=limit)
    assert moment.strftime("%H:%M:%S") == found
    assert moment.date() == day.date()


@given(
    st.integers(0, 30 * 366 * 86400),
)
def test_a_wall_time_that_exists_comes_back_as_it_was(seconds):
    wall = datetime.fromisoformat("1995-01-01") + timedelta(seconds=seconds)
    moment = moment_of(wall, zone=NEW_YORK, now=NOW)
    back = moment.astimezone(NEW_YORK)
    gap = wall.replace(tzinfo=NEW_YORK).astimezone(UTC).astimezone(NEW_YORK).replace(tzinfo=None) != wall
    assert gap or back.replace(tzinfo=None) == wall
    assert not gap or (back.hour, back.minute, back.second) == (3, 0, 0)


def test_closed_in_the_hour_that_came_twice(bring):
    row = "9,2011-11-06 01:50:00,2011-11-07 01:00:00,2011-11-06 01:10:00,ONTIME,Closed,Lamp,urban,,,Twitter"
    assert bring(row).rejected == 0
    assert case("9").received_at == datetime(2011, 11, 6, 5, 50, tzinfo=UTC)
    assert case("9").closed_at == datetime(2011, 11, 6, 6, 10, tzinfo=UTC)


# ---- clocks with a given due


def test_clocks_follow_the_sources_due(bring, office):
    outcome = bring(*ROWS)
    assert (outcome.created, outcome.rejected) == (7, 0)
    assert clock("1").due_at == datetime(2011, 7, 2, 5, 0, tzinfo=UTC)
    assert clock("1").finished_at == clock("1").due_at
    assert clock("3").started_at == case("3").received_at == datetime(2011, 7, 1, 5, 0, tzinfo=UTC)
    assert (case("3").due_at, case("3").due_stage) == (clock("3").due_at, "handle")
    assert (case("1").lon, case("1").lat, case("1").channel) == (-71.07, 42.27, "web")
    assert not CaseClock.objects.filter(case=case("5"), unit_of=GIVEN).exists()
    expected = {
        "cases": 7, "given": 6, "kept": 1, "late": 3, "running": 1, "overdue": 1, "compared": 5, "equal": 4,
        "on_time": 0.2, "apart": {"no-due": 1, "no-word": 1}, "differ": {"late/yes": 1},
    }  # fmt: skip
    assert outcome.dues.as_dict() == expected
    assert dues_of(outcome.batch, actor=Actor.system("loop"), now=office.now).as_dict() == expected
    with pytest.raises(Refused, match="batch-unknown"):
        dues_of(outcome.batch, actor=office.actor("hugo"), now=office.now)
    assert faults() == []


def test_asleep_until_taken_over_the_limit_still_runs(bring, office):
    import dataclasses

    bring(ROWS[3], saved=dataclasses.replace(MAPPING, start_clocks=False))
    assert case("4").dormant
    office.move(str(case("4").pk), "adopt")
    assert {row.stage: row.unit_of for row in CaseClock.objects.filter(case=case("4"))} == {
        "accept": "hour", "handle": GIVEN,
    }  # fmt: skip
    assert clock("4").due_at.year == 2060  # 19:00 in New York is the new year here
    assert faults() == []


def test_rests_and_extensions_move_a_given_due(bring, office):
    due = office.now + timedelta(days=3)
    local = due.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M:%S")
    bring(f"8,2026-02-20 09:00:00,{local},,,Open,Lamp,,,,Twitter")
    key = str(case("8").pk)
    office.move(key, "accept", matter="0101")
    office.move(key, "dispatch", unit=office.units["urban"].pk)
    assert [row.unit_of for row in CaseClock.objects.filter(case=key, stage="handle")] == [GIVEN]
    office.move(key, "sign", "hugo")
    office.move(key, "ask", "hugo", ask="请补充照片")
    office.later(hours=5)
    office.move(key, "supply", "hugo", words="有了")
    assert clock("8").due_at == due + timedelta(hours=5)
    office.move(key, "postpone_ask", "hugo", cause="parts", reason="等配件", amount=2, unit_of="day")
    office.move(key, "postpone_decide", "dora", approve=True)
    assert clock("8").due_at == due + timedelta(days=2, hours=5)
    assert service.store.given_dues(case("8").batch_id, office.now) == [("running", "", 1)]
    assert faults() == []


def test_an_overdue_given_clock_climbs_the_ladder(bring, office):
    from gezhi.loop.models import Rung

    Rung.objects.create(stage="handle", level=1, share=80, role="unit_lead", pack="test")
    forget()
    day = timedelta(days=1)
    for number, begun, due in (("20", 10, 2), ("21", 1, 9), ("22", 30, -1)):  # 83 %, 10 %, over
        since, until = (each.astimezone(NEW_YORK) for each in (office.now - begun * day, office.now + due * day))
        bring(f"{number},{since:%Y-%m-%d %H:%M:%S},{until:%Y-%m-%d %H:%M:%S},,,Open,Lamp,,,,Twitter")
    assert escalate_due(office.now) == 2
    climbed = Step.objects.filter(move="escalate").values_list("case__external_number", flat=True)
    assert set(climbed) == {"20", "22"}


def test_arithmetic_of_a_given_clock():
    start, calendar = datetime(2026, 3, 2, tzinfo=UTC), Calendar(zone="Asia/Shanghai")
    due = start + timedelta(hours=10)
    [one] = run((), [given_clock("handle.1.1", due, start, "x")], start + timedelta(hours=4))
    kernel = kernel_clock(one)
    assert share(kernel, calendar, start + timedelta(hours=5)) == 0.5
    assert light(kernel, calendar, start + timedelta(hours=8)) == "soon"
    assert light(kernel, calendar, due + timedelta(seconds=1)) == "late"
    [paused] = run((one,), [{"op": "pause", "clock": one.key, "reason": "x"}], start + timedelta(hours=5))
    later = start + timedelta(hours=25)
    ops = Planner((paused,), calendar, later, 1, 2).resume()
    [resumed] = run((paused,), ops, later)
    assert resumed.due_at == due + timedelta(hours=20)
    assert share(kernel_clock(resumed), calendar, later) == 0.5
    [before] = run((), [given_clock("handle.1.1", start - timedelta(hours=1), start, "x")], start)
    assert share(kernel_clock(before), calendar, start) > 1
    assert light(kernel_clock(before), calendar, start) == "late"


# ---- saved mappings


def test_a_mapping_is_kept_named_exported_and_removed(bring, office, tmp_path):
    actor = {"actor": office.actor("olive"), "now": office.now}
    mappings.keep(MAPPING, **actor)
    assert mappings.named("b311") == MAPPING
    file = tmp_path / "b311.json"
    file.write_text(json.dumps(MAPPING.as_dict()), encoding="utf-8")
    assert mappings.from_file(file) == MAPPING
    with pytest.raises(Refused, match="import-column-unknown"):
        bring(ROWS[0].replace("x", "x"), saved=mappings.saved_of({"name": "x", "columns": {"text": "nowhere"}}))
    CodeItem.objects.create(
        list="import_mapping", code="packed", name_zh="x", name_en="x", pack="test",
        extra={"columns": COLUMNS, "zone": "America/New_York", "numbers_of": "p", "words": "channel.Twitter=web"},
    )  # fmt: skip
    forget()
    packed = mappings.named("packed")
    assert (packed.columns, packed.words, packed.source) == (MAPPING.columns, MAPPING.words, "p")
    assert [one.name for one in mappings.listed()] == ["b311", "packed"]
    assert bring(*ROWS, saved=packed).created == 7
    with pytest.raises(Refused, match="not-allowed"):
        mappings.keep(MAPPING, actor=office.actor("hugo"), now=office.now)
    mappings.remove("b311", **actor)
    with pytest.raises(Refused, match="import-mapping-unknown"):
        mappings.named("b311")
    forget()


def test_files_with_the_same_columns_are_read_alike_unasked(bring, office):
    import dataclasses

    kept = dataclasses.replace(MAPPING, header=tuple(HEAD.split(",")))
    mappings.keep(kept, actor=office.actor("olive"), now=office.now)
    mappings.keep(dataclasses.replace(kept, zone="UTC"), actor=office.actor("olive"), now=office.now)
    assert ImportMapping.objects.count() == 1
    bring(ROWS[0], saved=None)
    assert case("1").received_at == datetime(2011, 7, 1, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_mapping", "code"),
    [
        ([], "import-mapping-malformed"),
        ({"columns": {}}, "import-mapping-malformed"),
        ({"columns": {"text": 3}}, "import-mapping-malformed"),
        ({"columns": {"text": "a"}, "colour": "red"}, "import-mapping-malformed"),
        ({"columns": {"texts": "a"}}, "import-field-unknown"),
        ({"columns": {"text": "a"}, "zone": "Mars/Olympus"}, "import-zone-unknown"),
        ({"columns": {"text": "a"}, "zones": {"due_at": "../../etc/passwd"}}, "import-zone-unknown"),
        ({"columns": {"text": "a"}, "words": {"state": {"Zu": "shut"}}}, "import-mapping-malformed"),
        ({"columns": {"text": "a"}, "mode": "burn"}, "import-mode-unknown"),
    ],
)
def test_malformed_mappings(given_mapping, code):
    with pytest.raises(Refused, match=code):
        mappings.saved_of(given_mapping)


def test_a_due_that_is_no_moment_is_kept_beside(bring, office):
    bring("30,2011-07-01 01:00:00,5个工作日,,按时,Open,Lamp,,91,-71.07,Twitter")
    assert not CaseClock.objects.filter(unit_of=GIVEN).exists()
    from gezhi.trust.service import open_text

    answers = open_text(case("30").requester, case("30").story)["answers"]
    assert (answers["target_dt"], answers["latitude"], case("30").lat) == ("5个工作日", "91", None)


# ---- the city's own table


def boston():
    """The rows of the table as they are, read by nothing of ours."""
    with zipfile.ZipFile(BOSTON) as archive, archive.open(archive.namelist()[0]) as stream:
        yield from csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8"))


def expected(rows):
    """Counted on the texts alone: local times of one zone compare as they are written."""
    counts = Counter()
    for row in rows:
        due, closed, word = row["target_dt"], row["closed_dt"], row["ontime"]
        counts["cases"] += 1
        counts["given"] += bool(due)
        counts["no-due"] += not due
        counts["no-word"] += bool(due) and not word
        counts["both"] += bool(due) and bool(word)
        counts["kept"] += bool(due) and bool(closed) and closed <= due
        counts["late"] += bool(due) and bool(closed) and closed > due
    return counts


needs_boston = pytest.mark.skipif(not BOSTON.exists(), reason="the table of Boston is not on this machine")


@pytest.mark.slow
@needs_boston
def test_every_row_of_boston_agrees_with_its_own_word():
    saved = mappings.saved_of({"columns": mappings._pairs(COLUMNS), "zone": "America/New_York"}, "b311")
    counts, verdicts = expected(boston()), Counter()
    for _, drafts in read(BOSTON, Options(saved=saved), now=NOW):
        for draft in drafts:
            assert isinstance(draft, Draft)
            ended = draft.closed_at or NOW
            verdict = "" if draft.due_at is None else ("kept" if ended <= draft.due_at else "late")
            verdicts[verdict, draft.on_time] += 1
    found = summed([(verdict, word, count) for (verdict, word), count in verdicts.items()])
    assert found.cases == counts["cases"] == 58_251
    assert found.compared == found.equal == counts["both"] == 47_112
    assert (
        found.apart == {"no-due": counts["no-due"], "no-word": counts["no-word"]} == {"no-due": 10981, "no-word": 158}
    )


@pytest.mark.slow
@needs_boston
def test_boston_through_the_database(office, tmp_path):
    """Every fortieth row as cases; `python -m bench boston` does the same with all."""
    rows = list(islice(boston(), 0, None, 40))
    path = tmp_path / "b.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    options = Options.of(MAPPING, wishes={}, mode="", source="", start_clocks=True)
    outcome = service.import_file(path, name="b.csv", options=options, actor=office.actor("olive"), now=office.now)
    counts, found = expected(rows), outcome.dues
    assert (outcome.created, outcome.rejected) == (len(rows), 0)
    assert (found.kept, found.late, found.given) == (counts["kept"], counts["late"], counts["given"])
    assert found.compared == found.equal == counts["both"] > 1000
    assert found.apart == {"no-due": counts["no-due"], "no-word": counts["no-word"]}


def test_one_command_from_the_table_to_the_figures(office, tmp_path, capsys):
    file, mapping = tmp_path / "b.csv", tmp_path / "m.json"
    file.write_text("\n".join((HEAD, *ROWS)), encoding="utf-8")
    mapping.write_text(json.dumps(MAPPING.as_dict()), encoding="utf-8")

    nouns = Nouns()
    commands.add_commands(nouns)

    def gezhi(verb, *words):
        command = nouns.commands["loop", verb]
        parser = ArgumentParser()
        command.arguments(parser)
        assert command.run(parser.parse_args(list(map(str, words)))) == 0
        return capsys.readouterr().out

    said = json.loads(gezhi("import", file, "--mapping", mapping, "--save-mapping", "kept", "--json"))
    [one] = said["files"]
    assert (one["created"], one["due"]["equal"], one["due"]["compared"]) == (7, 4, 5)
    assert json.loads(gezhi("import-due", one["batch"], "--json")) == one["due"]
    assert "4 of 5 as the source says" in gezhi("import-due", one["batch"])
    kept = json.loads(gezhi("import-mapping", "--export", "kept"))
    assert (kept["zone"], kept["start_clocks"], kept["header"]) == ("America/New_York", True, HEAD.split(","))
    assert "kept" in gezhi("import-mapping")
    assert json.loads(gezhi("import", file, "--mapping", "kept", "--json"))["already"] == 7
    gezhi("import-mapping", "--save", mapping)  # for the same columns, so it comes in place of the other
    assert [row["name"] for row in json.loads(gezhi("import-mapping", "--json"))] == ["b311"]
    gezhi("import-mapping", "--remove", "b311")
    assert gezhi("import-mapping") == ""
