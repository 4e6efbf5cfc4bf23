"""Cases that a person found to differ, candidates over HTTP, and thresholds that packs set."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from flat import flat
from gezhi.kernel.errors import Refused
from gezhi.loop.alike import service, store
from gezhi.loop.models import Case, CodeItem, Distinct, Likeness
from gezhi.loop.store import content

TOLD = "夜间施工噪声扰民，丽江新城六栋睡不着"


@pytest.fixture
def two(office):
    office.now = timezone.now() - timedelta(minutes=30)
    store.forget()
    yield [office.receive(f"{TOLD}{n}", matter="0102", place="丽江新城六栋", kind="complaint") for n in range(2)]
    store.forget()


def like(office, case, by="dora"):
    row = store.case_with_words(case)
    return [str(one.case.pk) for one in service.near_case(row, actor=office.actor(by), now=office.now).rows]


def as_(office, name):
    client = Client()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    return client


def test_what_differs_is_not_offered_again_until_it_is_taken_back(office, two):
    first, second = two
    for case in two:
        service.suggest(case, now=office.now)
    assert (like(office, first), Likeness.objects.count()) == ([second], 2)
    olive, dora = office.actor("olive"), office.actor("dora")
    service.differ(first, second, actor=olive, now=office.now)
    service.differ(second, first, actor=dora, now=office.now)  # said already
    assert (like(office, first), like(office, second), Likeness.objects.count()) == ([], [], 0)
    assert Distinct.objects.get().said_by == office.users["olive"]
    for case in two:
        service.suggest(case, now=office.now)
    assert not Likeness.objects.exists(), "nor does the worker point at it"
    service.differ(second, first, undo=True, actor=dora, now=office.now)
    assert like(office, first) == [second]
    assert Likeness.objects.count() == 2
    acts = apps.get_model("trust", "LedgerRecord").objects.filter(act="case.differ").order_by("pk")
    assert [json.loads(row.body) if isinstance(row.body, str) else row.body for row in acts] == [
        {"other": second, "undo": False}, {"other": first, "undo": True},
    ]  # fmt: skip


def test_an_answered_case_that_differs_is_no_repeat(office, two):
    first, second = two
    office.to("closed", first)
    row = store.case_with_words(second)
    dora = office.actor("dora")
    assert [str(one.case.pk) for one in service.repeats_of(row, actor=dora, now=office.now)] == [first]
    service.differ(second, first, actor=dora, now=office.now)
    assert service.repeats_of(row, actor=dora, now=office.now) == []


def test_only_who_may_merge_both_says_so_and_nobody_of_a_case_and_itself(office, two):
    first, second = two
    for name in ("hugo", "sue"):
        with pytest.raises(Refused, match=r"not-allowed|case-not-found"):
            service.differ(first, second, actor=office.actor(name), now=office.now)
    with pytest.raises(Refused, match="field-invalid"):
        service.differ(first, first, actor=office.actor("dora"), now=office.now)
    assert not Distinct.objects.exists()


def test_the_page_says_who_said_so_and_takes_it_back(office, two):
    first, second = two
    dora = as_(office, "dora")
    assert f'value="{second}" formaction' in flat(dora.get(f"/desk/{first}/alike/").content.decode())
    assert dora.post(f"/desk/{first}/alike/differ/", {"differ": second, "reason": ""}).status_code == 302
    page = dora.get(f"/desk/{first}/alike/").content.decode()
    assert "formaction" not in page
    assert Case.objects.get(pk=second).number in page
    assert "Dora" in page
    assert dora.post(f"/desk/{first}/alike/differ/", {"undo": second}).status_code == 302
    assert "formaction" in flat(dora.get(f"/desk/{first}/alike/").content.decode())
    assert dora.post(f"/desk/{first}/alike/differ/", {"differ": "x"}).status_code == 404
    assert as_(office, "hugo").post(f"/desk/{first}/alike/differ/", {"differ": second}).status_code in (403, 404)


def test_candidates_over_http_under_the_rights_of_the_reader(office, two):
    first, second = two
    Case.objects.filter(pk=second).update(confidential=True, desk=office.units["city"])
    office.receive(f"{TOLD}九", matter="0102", place="丽江新城六栋", object="塔吊", kind="complaint")
    wish = {"text": TOLD, "place": "丽江新城六栋", "object": "塔吊", "matter": "0102"}

    def post(name, said=wish):
        return as_(office, name).post("/api/v1/loop/alike", json.dumps(said), content_type="application/json")

    found = post("dora").json()
    assert [set(one) for one in found["cases"]] == [
        {"case", "number", "state", "received_at", "score", "reasons"}
    ] * len(found["cases"])
    assert found["cases"][0]["case"] not in two, "the object decides between two of one place"
    assert "same-object" in {reason["code"] for reason in found["cases"][0]["reasons"]}
    assert post("hugo").status_code == 403
    dora = as_(office, "dora")
    assert dora.get(f"/api/v1/loop/alike/{first}").json()["cases"]
    said = json.dumps({"other": found["cases"][0]["case"]})
    assert dora.post(f"/api/v1/loop/alike/{first}/differ", said, content_type="application/json").status_code == 204
    left = [one["case"] for one in dora.get(f"/api/v1/loop/alike/{first}").json()["cases"]]
    assert found["cases"][0]["case"] not in left


def test_windows_and_thresholds_are_rows_of_a_pack(office, two):
    first, second = two
    assert like(office, first) == [second]
    for code, amount in (("shown", "100"), ("sure", "101"), ("duplicate", "7"), ("repeat", "x")):
        CodeItem.objects.create(list="similar", code=code, name_zh="x", pack="local", extra={"amount": amount})
    content.forget()
    assert like(office, first) == []
    assert service.sure() == 0.5, "what makes no sense is as if it did not stand there"
    assert store.window("duplicate", service.WINDOW) == timedelta(days=7)
    assert store.window("repeat", service.REPEAT) == timedelta(days=180)


def test_the_rows_of_the_pack_are_those_of_the_code_and_not_verified():
    import csv
    from importlib.resources import files

    from gezhi.loop.alike.rules.score import SHOWN, SURE

    text = (files("gezhi.packs") / "bundled/citizen-requests/similar.csv").read_text(encoding="utf-8")
    rows = {row["code"]: row for row in csv.DictReader(text.splitlines())}
    told = {code: int(row["amount"]) for code, row in rows.items()}
    assert told == {"duplicate": service.WINDOW.days, "repeat": service.REPEAT.days, "shown": round(SHOWN * 100),
                    "sure": round(SURE * 100)}  # fmt: skip
    assert {row["verified"] for row in rows.values()} == {"no"}
