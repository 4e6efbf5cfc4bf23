"""The register of algorithms: an entry for each mechanism in the code and the reverse, public, in both languages."""

import csv
import json
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from privacy_office import lay_privacy

import gezhi
from gezhi.loop.models import CodeItem, Suggested
from gezhi.loop.register.mechanisms import KINDS, MECHANISMS, NONE
from gezhi.loop.register.service import LEAST, TEXTS
from gezhi.loop.store import content
from gezhi.loop.triage import service as triage
from gezhi.trust.service import acts

SOURCE = Path(gezhi.__file__).parent
ENTRIES = SOURCE / "packs/bundled/citizen-requests/algorithms.csv"
SHELVES = {"api", "data", "locale", "migrations", "models", "pages", "rules", "service", "store", "templates"}


def entries():
    with ENTRIES.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_each_mechanism_has_an_entry_and_each_entry_a_mechanism():
    codes = [mechanism.code for mechanism in MECHANISMS]
    assert sorted(codes) == sorted(entries())
    assert len(set(codes)) == len(codes)
    for row in entries().values():
        assert all(row[f"{name}_{language}"] for name in TEXTS for language in ("zh", "en")), row["code"]


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda one: one.code)
def test_the_function_that_an_entry_speaks_of_is_there(mechanism):
    module, _, name = mechanism.function.rpartition(".")
    assert callable(getattr(import_module(module), name))
    assert mechanism.kind in KINDS


def test_each_part_of_the_loop_is_registered_or_says_why_not():
    """A new part with a weighing of its own cannot come in unseen."""
    parts = {path.name for path in (SOURCE / "loop").iterdir() if (path / "__init__.py").exists()} - SHELVES
    registered = {mechanism.function.split(".")[2] for mechanism in MECHANISMS} - SHELVES
    assert parts - registered - set(NONE) == set(), "register what it does in register/mechanisms.py, or say why not"
    assert set(NONE) <= parts
    assert not registered & set(NONE)


@pytest.fixture
def shown(office, settings):
    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    lay_privacy(office)
    for at, row in enumerate(entries().values()):
        extra = {
            key: value for key, value in row.items() if key.endswith(("_zh", "_en")) and not key.startswith("name")
        }
        CodeItem.objects.create(
            list="algorithm", code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"], pack="test",
            position=at, extra={**extra, "since": row["since"]}, source=row["source"], verified=False,
        )  # fmt: skip
    content.forget()
    return office


def decided(office, count):
    for number in range(count):
        case = office.receive("路灯不亮", matter="0101", kind="complaint")
        Suggested.objects.create(
            case_id=case, made_at=office.now, origin="keywords", sure=bool(number % 2), units=[],
            matters=[["0101" if number % 4 else "0102", 0.9]],
        )  # fmt: skip
        office.move(case, "answer", outcome="answered", reply="明天来修。")
    triage.refresh()


def test_anybody_reads_it_in_both_languages_and_as_json(shown):
    page = Client().get("/algorithms/").content.decode()
    for row in entries().values():
        assert row["name_zh"] in page
        assert row["object_zh"] in page
    english = Client(headers={"accept-language": "en"})
    english.cookies["gezhi_language"] = "en"
    assert english.get("/algorithms/").status_code == 200
    said = Client().get("/algorithms.json").json()
    assert [one["code"] for one in said["algorithms"]] == list(entries())
    triage_, *_ = said["algorithms"]
    assert triage_["zh"]["name"] == "事项建议"
    assert triage_["en"]["decides"]
    assert triage_["figures"] is None
    assert Client().post("/algorithms/").status_code == 405


def test_figures_come_live_and_only_when_there_are_enough(shown):
    decided(shown, LEAST - 1)
    (figures,) = {json.dumps(one["figures"]) for one in Client().get("/algorithms.json").json()["algorithms"]}
    assert figures == "null"
    decided(shown, 3)
    found = {one["code"]: one["figures"] for one in Client().get("/algorithms.json").json()["algorithms"]}
    assert found["triage"]["decided"] == LEAST + 2
    assert 0.7 < found["triage"]["first_right"] < 0.8
    assert found["escalation"] is None
    with CaptureQueriesContext(connection) as captured:
        page = Client().get("/algorithms/").content.decode()
    assert "32" in page
    assert len(captured) <= 22
