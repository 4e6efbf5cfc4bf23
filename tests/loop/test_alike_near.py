"""Cases like a text or like a case: by words, place, time and object; recent ones, for who may read them, in bounds."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.loop.alike import service, store
from gezhi.loop.alike.rules.words import Shares
from gezhi.loop.alike.service import asked, near, near_case
from gezhi.loop.models import Case, CaseText, Likeness, WordShares


@pytest.fixture(autouse=True)
def counted_anew():
    store.forget()
    yield
    store.forget()


@pytest.fixture
def noise(office):
    office.receive("路灯不亮，晚上走路危险", matter="0101", place="青山街12号")
    return office.receive("夜间施工噪声扰民", matter="0102", place="丽江新城六栋", channel="web")


def keys(found):
    return [str(each.case.pk) for each in found.rows]


def look(office, text, by="dora", **more):
    told = {name: more.pop(name) for name in ("place", "object_", "point", "matter") if name in more}
    return near(asked(text, now=office.now, **told), actor=office.actor(by), now=office.now, **more)


def test_the_same_comes_first_with_its_reasons(office, noise):
    found = look(office, "丽江新城夜里施工噪声太大", place="丽江新城", matter="0102")
    assert keys(found) == [noise]
    reasons = {code: (amount, of) for code, amount, of in found.rows[0].reasons}
    assert {"same-place", "same-matter", "days"} <= set(reasons)
    assert reasons["words"] == (2, 6)
    assert look(office, "，。") == service.Near([])
    assert look(office, "停") == service.Near([])


def test_the_same_words_at_another_place_score_less(office):
    here = office.receive("夜间施工噪声扰民", place="丽江新城六栋")
    there = office.receive("夜间施工噪声扰民", place="青山街12号")
    assert keys(look(office, "夜间施工噪声扰民", place="丽江新城六栋")) == [here], "what is elsewhere is not shown"
    found = look(office, "夜间施工噪声扰民", place="丽江新城六栋", least=0)
    assert keys(found) == [here, there]
    assert found.rows[0].score > 0.9
    assert found.rows[1].score < 0.35
    assert ("other-place", 0, 0) in found.rows[1].reasons


def test_points_and_objects_tell_two_places_apart(office):
    close = office.receive("井盖坏了，车过就响", object="井盖JG-0412", lon=115.8901, lat=28.6701)
    far = office.receive("井盖坏了，车过就响", object="井盖JG-7733", lon=115.9301, lat=28.6701)
    found = look(office, "井盖坏了，车过就响", point=(115.8902, 28.6701), object_="井盖JG-0412", least=0)
    assert keys(found) == [close, far]
    assert ("metres", 10, 0) in found.rows[0].reasons
    assert ("same-object", 0, 0) in found.rows[0].reasons
    assert found.rows[0].score > 0.9
    assert found.rows[1].score < 0.35


def test_cases_older_than_the_window_are_not_looked_at(office, noise):
    office.later(days=29)
    assert keys(look(office, "夜间施工噪声扰民")) == [noise]
    office.later(days=2)
    assert keys(look(office, "夜间施工噪声扰民")) == []
    assert keys(look(office, "夜间施工噪声扰民", within=timedelta(days=90))) == [noise]


def test_the_index_is_asked_for_the_months_of_the_window(office, noise):
    with CaptureQueriesContext(connection) as captured:
        look(office, "夜间施工噪声扰民", within=timedelta(days=20))
    sql = next(query["sql"] for query in captured if "UNION ALL" in query["sql"] or "tsquery" in query["sql"])
    assert "~t202602" in sql
    assert "~t202603" in sql
    assert "~t202601" not in sql


def test_words_that_stand_everywhere_are_not_asked_for(office, noise):
    common = dict.fromkeys(["夜间", "间施", "施工", "工噪", "噪声", "声扰", "扰民"], 9_000)
    counts = {**common, "~t202603": 20_000}
    WordShares.objects.create(made_at=office.now, total=1_000_000, cases=20_000, counts=counts)
    found = look(office, "施工噪声扰民")
    assert found.common
    assert found.rows == []
    assert keys(look(office, "丽江新城施工噪声扰民")) == [noise], "a rare word more is enough"


def test_a_long_text_is_asked_for_in_few_questions(office, noise):
    text = "甲乙丙丁戊己庚辛壬癸" * 1_900 + "丽江新城夜间施工噪声扰民"
    with CaptureQueriesContext(connection) as captured:
        look(office, "丽江新城夜间施工噪声扰民。" + text)
    sql = next(query["sql"] for query in captured if "tsquery" in query["sql"])
    assert sql.count("SELECT case_id") <= 21
    assert len(captured) <= 12


def test_what_takes_too_long_finds_nothing_and_harms_nothing(office, noise, monkeypatch):
    slow = "SELECT NULL::uuid AS case_id, %s::float8 + length(pg_sleep(1)::text) AS weight"
    monkeypatch.setattr(store, "BRANCH", f"{slow} FROM loop_casetext WHERE search @@ %s::tsquery")
    assert look(office, "夜间施工噪声") == service.Near([], common=True)
    monkeypatch.undo()
    assert keys(look(office, "夜间施工噪声")) == [noise]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone()[0] != f"{store.PATIENCE}ms"
    assert Case.objects.count() == 2


ODD = ["施工' | 'x", "\\", "a & b | !c :* ''", "施工\x00噪声", "~t202603 ~g1.2 路灯", "%s %(a)s"]


@pytest.mark.parametrize("text", ODD)
def test_no_text_breaks_the_query(office, noise, text):
    look(office, text, place=text)


def test_confidential_words_are_compared_for_their_desk_alone(office):
    secret = office.receive("夜间施工噪声扰民，丽江新城六栋", by="olive", confidential=True, phone="13800001234")
    office.move(secret, "accept", matter="0102")
    office.move(secret, "dispatch", unit=office.units["urban"].pk)
    assert keys(look(office, "夜间施工噪声扰民丽江新城")) == [secret]
    assert keys(look(office, "夜间施工噪声扰民丽江新城", by="hugo")) == []


def test_what_may_not_be_read_is_not_found(office, noise):
    office.move(noise, "accept")
    office.move(noise, "dispatch", unit=office.units["housing"].pk)
    assert keys(look(office, "夜间施工噪声扰民丽江新城", by="hana")) == [noise]
    assert keys(look(office, "夜间施工噪声扰民丽江新城", by="hugo")) == []


def test_a_case_is_compared_by_its_index_alone(office, noise, monkeypatch):
    two = office.receive("施工噪声夜里不停", place="丽江新城六栋", matter="0102")
    monkeypatch.setattr("gezhi.trust.service.sealing.open_text", lambda *_: pytest.fail("a sealed word was opened"))
    found = near_case(Case.objects.select_related("words", "requester").get(pk=two), actor=office.actor("dora"),
                      now=office.now)  # fmt: skip
    assert keys(found) == [noise]


def test_an_erased_case_is_found_no_more(office, noise):
    CaseText.objects.filter(case=noise).update(search="")
    assert keys(look(office, "夜间施工噪声扰民丽江新城")) == []


def test_the_worker_keeps_what_a_new_case_is_like(office, noise):
    two = office.receive("夜间施工噪声扰民", place="丽江新城六栋", matter="0102")
    service.suggest(two, now=office.now)
    row = Likeness.objects.get(case=two)
    assert row.others[0][0] == noise
    assert row.best == row.others[0][1] >= 0.5
    Case.objects.filter(pk=noise).update(state="closed")
    service.suggest(two, now=office.now)
    assert not Likeness.objects.filter(case=two).exists(), "said anew"


def test_a_confidential_case_is_no_suggestion_for_another_desk(office):
    secret = office.receive("夜间施工噪声扰民", place="丽江新城六栋", confidential=True, phone="13800001234")
    Case.objects.filter(pk=secret).update(desk=office.units["street"])
    two = office.receive("夜间施工噪声扰民", place="丽江新城六栋", matter="0102")
    assert service.suggest(two, now=office.now) == []
    Case.objects.filter(pk=secret).update(desk=office.units["centre"])
    assert [str(each.case.pk) for each in service.suggest(two, now=office.now)] == [secret]


def test_words_are_counted_when_due(office, noise):
    assert service.count_when_due(office.now)
    row = WordShares.objects.get()
    assert (row.cases, row.counts["~t202603"]) == (2, 2)
    assert not service.count_when_due(office.later(hours=2))
    assert service.count_when_due(office.later(hours=20))
    for _ in range(30):
        office.receive("垃圾没人收")
    assert service.count_when_due(office.now), "many more cases"
    known, total = store.shares()
    assert total == 32
    assert known.share("垃圾") > known.share("丽江")


def test_a_word_of_two_cases_out_of_two_is_not_common():
    assert Shares(2, {"丽江": 2}).weight("丽江") > 4
    assert Shares(20_000, {"小区": 9_000}).weight("小区") < 1
