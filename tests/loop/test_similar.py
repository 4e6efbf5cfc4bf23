"""Similar cases while somebody types: by shared words, recent ones only, with few words, never for long."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.loop.models import Case
from gezhi.loop.store import similar as store
from gezhi.loop.store.similar import similar


@pytest.fixture
def noise(office):
    office.receive("路灯不亮，晚上走路危险", matter="0101")
    return office.receive("夜间施工噪声扰民，丽江新城六栋", matter="0102", channel="web")


def keys(found):
    return [str(case.pk) for case in found]


def test_similar_cases_come_first_by_shared_words(office, noise):
    assert keys(similar(office.actor("dora"), "丽江新城夜里施工噪声太大", now=office.now)) == [noise]
    assert similar(office.actor("dora"), "，。", now=office.now) == []


def test_old_cases_are_not_looked_at(office, noise):
    assert keys(similar(office.actor("dora"), "施工噪声", now=office.later(days=29))) == [noise]
    assert similar(office.actor("dora"), "施工噪声", now=office.later(days=2)) == []


def test_a_long_text_is_looked_for_by_its_rarest_words(office, noise):
    """Words that stand in nearly every case are left out, wherever in the text the telling ones come."""
    for _ in range(40):
        office.receive("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥，编号", matter="0101")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE loop_casetext")
    text = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥，施工噪声"
    with CaptureQueriesContext(connection) as captured:
        similar(office.actor("dora"), text, now=office.now)
    asked = next(query["sql"] for query in captured if "to_tsquery" in query["sql"])
    assert [word in asked for word in ("施工", "工噪", "噪声")] == [True] * 3
    assert asked.count(" | ") == store.WORDS - 1


def test_what_takes_too_long_finds_nothing_and_harms_nothing(office, noise, monkeypatch):
    monkeypatch.setattr(store, "ALIKE", "SELECT pg_sleep(5), %s::text, %s::timestamptz, %s::int")
    assert similar(office.actor("dora"), "施工噪声", now=office.now) == []
    monkeypatch.undo()
    assert keys(similar(office.actor("dora"), "施工噪声", now=office.now)) == [noise]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone()[0] != f"{store.PATIENCE}ms"
    assert Case.objects.count() == 2


@pytest.mark.parametrize("text", ["施工' | 'x", "\\", "a & b | !c :* ''", "施工\x00噪声"])
def test_no_text_breaks_the_query(office, noise, text):
    similar(office.actor("dora"), text, now=office.now)
