"""The desk: several merged from the list in one step, split again, everyone answered; repeats confirmed by a person."""

import csv
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.kernel.errors import Refused
from gezhi.loop.alike import commands, service, store
from gezhi.loop.alike.events import on_received
from gezhi.loop.models import Case, Likeness, Step
from gezhi.loop.service.replaying import replay
from gezhi.loop.store.worklist import Wish, page
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post, revoke_post

ROOT = Actor.system("tests")
TOLD = "夜间施工噪声扰民，丽江新城六栋睡不着"


@pytest.fixture(autouse=True)
def counted_anew():
    store.forget()
    yield
    store.forget()


@pytest.fixture
def three(office):
    return [
        office.receive(f"{TOLD}{n}", matter="0102", place="丽江新城六栋", phone=f"1380000123{n}", kind="complaint")
        for n in range(3)
    ]


def as_(office, name):
    client = Client()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    return client


def live(office):
    """Pages look at the real clock."""
    from django.utils import timezone

    office.now = timezone.now() - timedelta(minutes=30)


def state(case):
    row = Case.objects.get(pk=case)
    return row.state, str(row.main_id or "")


# ---- merging


def test_several_are_merged_from_the_list_in_one_step(office, db):
    live(office)
    main, two, three_ = [office.receive(f"{TOLD}{n}", matter="0102", place="丽江新城六栋") for n in range(3)]
    dora = as_(office, "dora")
    shown = dora.get(f"/desk/{two}/alike/")
    assert {row["id"] for row in shown.context["rows"]} == {main, three_}
    assert [o["value"] for o in shown.context["mains"] if o["selected"]] == [main], "the oldest is proposed"
    assert "丽江新城" not in shown.content.decode().split("alike-repeats")[1]
    refused = dora.post(f"/desk/{two}/alike/", {"other": [main], "main": main})
    assert refused.status_code == 422
    done = dora.post(f"/desk/{two}/alike/", {"other": [main, three_], "main": main, "reason": "同一工地", "key": "k1"})
    assert done["Location"] == f"/desk/{main}/alike/"
    assert [state(case) for case in (main, two, three_)] == [("received", ""), ("merged", main), ("merged", main)]
    again = dora.post(f"/desk/{two}/alike/", {"other": [main, three_], "main": main, "reason": "同一工地", "key": "k1"})
    assert again.status_code == 302
    assert Step.objects.filter(move="merge").count() == 2
    assert "/?move=split#move" in dora.get(f"/desk/{main}/alike/").content.decode()


def test_each_of_the_merged_gets_the_answer_and_keeps_a_number(office, three):
    main, two, last = three
    done = service.merge_many(main, three, "同一工地", actor=office.actor("dora"), now=office.now)
    assert (len(done.done), done.refused) == (2, [])
    office.move(last, "split", reason="另一个工地")
    assert state(last) == ("accepted", "")
    office.to("verifying", main, lead="housing")
    assert state(two)[0] == "closed"
    assert len({Case.objects.get(pk=case).number for case in three}) == 3
    assert state(last)[0] == "accepted", "what was split off goes its own way"
    assert [fault for fault in replay() if not isinstance(fault, int)] == []


def test_what_cannot_be_merged_is_told_and_the_rest_stands(office, three):
    main, two, last = three
    office.move(last, "accept")
    office.move(last, "dispatch", unit=office.units["housing"].pk)
    office.move(last, "sign", "hana")
    office.move(last, "postpone_ask", "hana", cause="parts", reason="r", amount=2)
    done = service.merge_many(main, [two, last], "同一工地", actor=office.actor("dora"), now=office.now)
    assert (len(done.done), [why.code for _, why in done.refused]) == (1, ["pending-first"])
    assert state(two) == ("merged", main)


def test_other_desks_and_units_cannot_merge(office, three):
    main, two, _ = three
    with pytest.raises(Refused) as caught:
        service.merge_many(main, [two], "r", actor=office.actor("hugo"), now=office.now)
    assert caught.value.code == "case-not-found"
    for case in (main, two):
        office.move(case, "accept")
        office.move(case, "dispatch", unit=office.units["urban"].pk)
    done = service.merge_many(main, [two], "r", actor=office.actor("hugo"), now=office.now)
    assert [why.code for _, why in done.refused] == ["not-allowed"]
    assert as_(office, "hana").get(f"/desk/{main}/alike/").status_code == 404


def test_a_confidential_case_shows_no_title(office):
    live(office)
    secret = office.receive(TOLD, matter="0102", place="丽江新城六栋", confidential=True, phone="13800001234")
    two = office.receive(TOLD, matter="0102", place="丽江新城六栋")
    shown = as_(office, "dora").get(f"/desk/{two}/alike/")
    assert [(row["id"], row["title"]) for row in shown.context["rows"]] == [
        (secret, Case.objects.get(pk=secret).number)
    ]


# ---- what citizens see, and the call


def test_a_citizen_hears_of_no_confidential_case_and_of_no_complaint_about_an_office(office, three):
    told = {"place": "丽江新城六栋", "area": "", "now": office.now, "within": timedelta(days=14), "most": 5}
    assert service.near_public(TOLD, **told) == [], "not before it was accepted"
    for case in three:
        office.move(case, "accept")
    assert {str(case.pk) for case in service.near_public(TOLD, **told)} == set(three)
    Case.objects.filter(pk=three[0]).update(confidential=True)
    Case.objects.filter(pk=three[1]).update(complained=office.units["urban"])
    Case.objects.filter(pk=three[2]).update(kind="report")
    assert service.near_public(TOLD, **told) == []


def test_the_call_shows_open_cases_to_join_and_what_was_answered(office):
    live(office)
    office.now -= timedelta(days=2)
    answered = office.to("closed", office.receive(TOLD, matter="0102", place="丽江新城六栋"), lead="housing")
    office.now += timedelta(days=1)
    standing = office.receive(TOLD, matter="0102", place="丽江新城六栋")
    olive = as_(office, "olive")
    shown = olive.post("/desk/call/suggest/", {"text": TOLD, "place": "丽江新城六栋"}).content.decode()
    assert f'value="{standing}"' in shown
    assert f'value="{answered}"' not in shown, "an answered case takes no other"
    assert f"/desk/{answered}/" in shown
    assert olive.post("/desk/call/suggest/", {"text": "停"}).status_code == 200


# ---- repeats


def answered_and_again(office, phone="13800001234"):
    before = office.receive(TOLD, matter="0102", place="丽江新城六栋", phone=phone, kind="complaint")
    office.to("closed", before, lead="housing")
    office.later(days=20)
    return before, office.receive("又开始夜里施工了", matter="0102", place="丽江新城", phone="13800001234")


def test_the_same_person_and_the_same_problem_are_pointed_at(office):
    before, again = answered_and_again(office)
    same = office.receive(TOLD, matter="0102", place="丽江新城六栋", phone="13999999999")
    case = store.case_with_words(again)
    found = service.repeats_of(case, actor=office.actor("dora"), now=office.now)
    assert [(str(one.case.pk), one.person) for one in found] == [(before, True)]
    assert found[0].answered_at is not None
    other = service.repeats_of(store.case_with_words(same), actor=office.actor("dora"), now=office.now)
    assert [(str(one.case.pk), one.person) for one in other] == [(before, False)]
    assert Case.objects.get(pk=again).more.get("repeats") is None, "never by itself"
    assert service.repeats_of(case, actor=office.actor("hugo"), now=office.now) == []


def test_a_repeat_is_confirmed_by_a_person_cited_counted_and_taken_back(office):
    before, again = answered_and_again(office)
    start = office.now - timedelta(days=1)
    office.move(again, "repeat_mark", earlier=before, why="same_person")
    row = Case.objects.get(pk=again)
    assert row.more["repeats"] == before
    assert row.state == "received", "nothing else changes"
    cited = service.earlier(before, actor=office.actor("dora"))
    assert (cited.reply, cited.readable) == ("已修好。", True)
    hidden = service.earlier(before, actor=office.actor("hugo"))
    assert (hidden.reply, hidden.readable) == ("", False)
    assert store.repeats(office.actor("dora"), start, office.later(hours=1)) == [("0102", 1, 1)]
    with pytest.raises(Refused) as caught:
        office.move(again, "repeat_mark", earlier=before, why="same_person")
    assert caught.value.code == "repeat-marked"
    office.move(again, "repeat_clear", reason="看错了")
    assert Case.objects.get(pk=again).more.get("repeats") is None
    assert store.repeats(office.actor("dora"), start, office.later(hours=1)) == [("0102", 1, 0)]
    assert [fault for fault in replay() if not isinstance(fault, int)] == []


@pytest.mark.parametrize(
    ("by", "change", "code"),
    [
        ("system", {}, "repeat-by-person"), ("hugo", {}, "not-allowed"), ("citizen", {}, "not-for-citizens"),
        ("dora", {"earlier": "self"}, "repeat-not-found"), ("dora", {"earlier": "open"}, "repeat-not-answered"),
        ("dora", {"earlier": "none"}, "repeat-not-found"), ("dora", {"earlier": "later"}, "repeat-later"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_repeat_is_refused(office, by, change, code):
    before, again = answered_and_again(office)
    office.move(again, "accept")
    office.move(again, "dispatch", unit=office.units["urban"].pk)
    standing = office.receive("路灯不亮", matter="0101")
    later = office.to("closed", office.receive("路灯又不亮", matter="0101"))
    Case.objects.filter(pk=later).update(received_at=office.now)
    known = {"self": again, "open": standing, "none": "018f0000-0000-7000-8000-000000000000", "later": later}
    earlier = known.get(change.get("earlier", ""), before)
    with pytest.raises(Refused) as caught:
        office.move(again, "repeat_mark", by, earlier=earlier, why="same_problem")
    assert caught.value.code == code


def test_an_earlier_case_that_may_not_be_read_is_as_if_not_there(office, monkeypatch):
    before, again = answered_and_again(office)
    monkeypatch.setattr("gezhi.loop.service.moving.readable", lambda actor, case: str(case.pk) != before)
    with pytest.raises(Refused) as caught:
        office.move(again, "repeat_mark", earlier=before, why="same_person")
    assert caught.value.code == "repeat-not-found"


def test_the_pages_confirm_a_repeat_and_cite_the_answer(office):
    live(office)
    office.now -= timedelta(days=21)
    before, again = answered_and_again(office)
    dora, number = as_(office, "dora"), Case.objects.get(pk=before).number
    shown = dora.get(f"/desk/{again}/alike/")
    assert [row["number"] for row in shown.context["repeats"]] == [number]
    assert "已修好。" in shown.content.decode()
    done = dora.post(f"/desk/{again}/repeat_mark/", {"earlier": number, "why": "not_settled", "key": "k2"})
    assert done.status_code == 302
    page_ = dora.get(f"/desk/{again}/")
    assert page_.context["alike"]["repeat"]["number"] == number
    assert "已修好。" in page_.content.decode()
    form = dora.get(f"/desk/{again}/?move=answer").context["opened"]
    assert form["earlier"][0]["text"] == "已修好。"
    assert number in form["earlier"][0]["title"]


def test_whoever_may_not_read_the_others_hears_neither_of_which_nor_how_many(office, three):
    """A handler sees that it is a repeat, not of what; a desk counts and lists only what it may read."""
    live(office)
    office.now -= timedelta(days=21)
    before, again = answered_and_again(office)
    office.move(again, "repeat_mark", earlier=before, why="same_person")
    office.to("dispatched", again)
    number = Case.objects.get(pk=before).number
    shown = as_(office, "hugo").get(f"/desk/{again}/")
    assert shown.status_code == 200
    assert "重复诉求" in shown.content.decode()
    for secret in (number, before, "housing", "已修好。"):
        assert secret not in shown.content.decode()
    assert number in as_(office, "dora").get(f"/desk/{again}/").content.decode()

    one, _, three_ = three
    for case in three:
        service.suggest(case, now=office.now)
    dora = as_(office, "dora")
    found = len(store.kept(one).others)
    assert dora.get(f"/desk/{one}/").context["alike"]["count"] == found > 0
    service.differ(one, three_, actor=office.actor("dora"), now=office.now)
    assert len(dora.get(f"/desk/{one}/alike/").context["others"]) == 1
    elsewhere = office.units["street"].pk
    Case.objects.exclude(pk=one).update(desk=elsewhere, confidential=True)
    for holding in apps.get_model("trust", "Holding").objects.filter(user=office.users["dora"]):
        revoke_post(holding.pk, actor=ROOT, now=office.now)
    grant_post("dora", "dispatcher", "centre", actor=ROOT, now=office.now)
    Case.objects.filter(pk=one).update(desk=office.units["centre"].pk)
    page_ = dora.get(f"/desk/{one}/")
    assert page_.context["alike"]["count"] == 0
    assert dora.get(f"/desk/{one}/alike/").context["others"] == []


# ---- the worker and the list


def test_a_new_case_is_marked_in_the_list_without_another_statement(office, three):
    def listed():
        with CaptureQueriesContext(connection) as captured:
            rows = page(office.actor("dora"), Wish(), office.now).rows
        return len(captured), {str(line.id): line.alike for line in rows}

    listed()
    before, _ = listed()
    for case in three:
        service.suggest(case, now=office.now)
    after, marks = listed()
    assert after == before
    assert min(marks[case] for case in three) >= 0.5
    assert Likeness.objects.get(case=three[2]).best == marks[three[2]]


def test_the_worker_hears_of_each_new_case(office):
    live(office)
    one, two = (office.receive(TOLD, matter="0102", place="丽江新城六栋") for _ in range(2))
    on_received(SimpleNamespace(subject_id=two))
    assert [row[0] for row in Likeness.objects.get(case=two).others] == [one]


def test_the_list_says_possible_duplicate_until_the_case_is_dispatched(office, three):
    service.suggest(three[2], now=office.now)
    dora = as_(office, "dora")
    number = Case.objects.get(pk=three[2]).number

    def flags():
        rows = dora.get("/desk/?tab=open").context["rows"]
        return [flag["words"] for row in rows if row["number"] == number for flag in row["flags"]]

    assert flags()
    office.move(three[2], "accept")
    office.move(three[2], "dispatch", unit=office.units["housing"].pk)
    assert not flags()


# ---- the command


def pairs_file(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text_a", "text_b", "place_a", "place_b", "label", "kind"])
        writer.writerows(rows)
    return path


ROWS = [
    ["丽江新城六栋夜间施工噪声扰民", "丽江新城6栋夜里施工吵得睡不着", "丽江新城", "丽江新城", "1", "found"],
    ["南湖路路灯不亮", "南湖路的路灯坏了三天", "南湖路", "南湖路", "1", "found"],
    ["书院小学门口占道经营", "书院小学门口小贩占道经营没人管", "书院小学", "书院小学", "1", "made"],
    ["丽江新城六栋夜间施工噪声扰民", "青山街夜间施工噪声扰民", "丽江新城", "青山街", "0", "place"],
    ["南湖路路灯不亮", "公积金怎么提取", "南湖路", "", "0", "chance"],
]


def test_scoring_a_file_prints_precision_at_recall(office, tmp_path, capsys):
    path = pairs_file(tmp_path / "pairs.csv", ROWS)
    arguments = commands.Namespace(file=path, a="text_a", b="text_b", label="label", half="", json=True)
    assert commands.score(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["n"], result["same"], result["average_precision"]) == (5, 3, 1.0)
    assert {recall: row["precision"] for recall, row in result["at"].items()} == {"0.5": 1.0, "0.8": 1.0, "0.9": 1.0}
    arguments.json = False
    commands.score(arguments)
    assert "recall 0.8  precision 1.0000" in capsys.readouterr().out


ODD = [[*ROWS[0][:4], "2", ""]]


@pytest.mark.parametrize(("label", "rows", "code"), [("same", ROWS, "similar-column"), ("label", ODD, "similar-label")])
def test_a_file_that_is_no_pair_file_is_refused(tmp_path, label, rows, code):
    path = pairs_file(tmp_path / "pairs.csv", rows)
    with pytest.raises(Refused) as caught:
        service.score_file(path, {"a": "text_a", "b": "text_b", "label": label})
    assert caught.value.code == code


def test_repeats_of_a_period_are_counted(office, capsys):
    before, again = answered_and_again(office)
    office.move(again, "repeat_mark", earlier=before, why="same_person")
    day = f"{office.now:%Y-%m-%d}"
    commands.repeats(commands.Namespace(since=day, until=day, json=True))
    assert json.loads(capsys.readouterr().out) == [{"matter": "0102", "cases": 1, "repeats": 1}]
