"""Who called back, the scores and the words of the citizen stay hidden from the judged unit, and from it alone."""

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.api.cases import detail_out
from gezhi.loop.models import Case
from gezhi.loop.service.citizens import citizen_view
from gezhi.loop.service.reading import may_see_rating, view

WORDS, ORDER = "态度差，来了看一眼就走", "请更换灯头后再回复"
OPINION = {"satisfaction": "very_dissatisfied", "solved": "unsolved", "words": WORDS, "for_unit": ORDER}
SCORES = {"speed": 1, "result": 2, "service": 1, "feedback": 2}


@pytest.fixture
def judged(office):
    office.now = timezone.now()
    case = office.to("verifying")
    office.move(case, "callback", "cal", contacted=True, scores=SCORES, **OPINION)
    return case


def steps(office, case, name):
    shown = detail_out(view(case, actor=office.actor(name), now=office.now))
    return shown, next(step for step in shown["steps"] if step["move"] in ("callback", "rate"))


def page(office, case, name):
    client = Client()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "en"
    return client.get(f"/desk/{case}/").content.decode()


@pytest.mark.parametrize("name", ["hugo", "lena"])
def test_the_unit_reads_only_that_there_was_a_call_back_and_what_to_do(office, judged, name):
    shown, step = steps(office, judged, name)
    assert (step["actor"], step["unit"], step["facts"]) == ("", None, {})
    assert step["texts"] == {"for_unit": ORDER}
    assert (shown["satisfaction"], shown["solved"]) == ("", "")
    text = page(office, judged, name)
    assert f"To be done again: {ORDER}" in text
    for secret in (WORDS, "Cal · centre", "Very dissatisfied", "Not solved", "Speed 1"):
        assert secret not in text


@pytest.mark.parametrize("name", ["dora", "olive", "cal", "sue"])
def test_the_desk_and_the_supervisor_read_all(office, judged, name):
    shown, step = steps(office, judged, name)
    assert step["actor"] == "Cal"
    assert step["facts"]["scores"] == SCORES
    assert step["texts"]["words"] == WORDS
    assert shown["satisfaction"] == "very_dissatisfied"
    text = page(office, judged, name)
    assert WORDS in text
    assert "Very dissatisfied" in text
    assert "Cal · centre" in text


def test_an_assisting_unit_reads_no_more_than_the_lead(office, judged):
    office.move(judged, "sign", "hugo")
    office.move(judged, "task", "hugo", unit=office.units["housing"].pk, ask="请协助")
    shown, step = steps(office, judged, "hana")
    assert step["texts"] == {"for_unit": ORDER}
    assert (step["facts"], shown["satisfaction"]) == ({}, "")


def test_the_citizen_who_rated_is_hidden_alike(office):
    office.now = timezone.now()
    case = office.to("verifying")
    office.move(case, "rate", "citizen", satisfaction="basic", solved="partly", scores=SCORES, words=WORDS)
    assert steps(office, case, "lena")[1]["facts"] == {}
    assert WORDS not in page(office, case, "lena")
    assert steps(office, case, "cal")[1]["texts"]["words"] == WORDS


def test_a_supervisor_of_the_judged_unit_is_no_supervisor_of_the_desk(office, judged):
    lena = office.actor("lena")
    verbs = frozenset({"case.read", "case.supervise", "case.callback"})
    own = replace(lena, grants=(replace(lena.grants[0], verbs=verbs),))
    city = replace(lena, grants=(replace(lena.grants[0], verbs=verbs, unit_path="city"),))
    case = Case.objects.select_related("desk").get(pk=judged)
    assert [may_see_rating(actor, case) for actor in (own, city)] == [False, True]


def test_the_exported_list_does_not_tell_either(office, judged):
    def export(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return b"".join(client.get("/desk/export.csv?tab=open")).decode("utf-8-sig")

    assert "Very dissatisfied" not in export("lena")
    assert "Very dissatisfied" in export("dora")


def test_the_words_for_the_unit_are_not_shown_to_the_citizen(office, judged):
    shown = citizen_view(Case.objects.get(pk=judged), actor=office.citizen(judged))
    assert ORDER not in str([entry.texts for entry in shown.entries])
