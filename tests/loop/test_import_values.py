"""Values: moments in every spelling, texts, numbers, phones and words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.loop.importing.values import bounded, code_of, moment_of, name_of, number_of, phone_of, text_of

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def moment(value):
    found = moment_of(value, zone=ZONE, now=NOW)
    return found and found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2020/1/6 12:09:38", "2020-01-06 12:09:38"),
        ("2020-01-06", "2020-01-06 00:00:00"),
        ("2020.1.6 9:05", "2020-01-06 09:05:00"),
        ("2020年1月6日 12时", "2020-01-06 12:00:00"),
        ("2020年1月6日12时9分38秒", "2020-01-06 12:09:38"),
        ("2020年1月6日（星期一）下午3点", "2020-01-06 15:00:00"),
        ("2020年1月6日 下午3：20", "2020-01-06 15:20:00"),
        ("2020-1-6 上午12:30", "2020-01-06 00:30:00"),
        ("２０２０／１／６ １２：０９", "2020-01-06 12:09:00"),
        ("2020-1-6 24:00", "2020-01-07 00:00:00"),
        ("20200106", "2020-01-06 00:00:00"),
        (20200106, "2020-01-06 00:00:00"),
        ("20200106120938", "2020-01-06 12:09:38"),
        (20200106120938, "2020-01-06 12:09:38"),
        ("20200106 12:09:38", "2020-01-06 12:09:38"),
        (43836.5066898148, "2020-01-06 12:09:38"),
        ("43836.5", "2020-01-06 12:00:00"),
        (43836, "2020-01-06 00:00:00"),
        ("2020-01-06T12:09:38Z", "2020-01-06 20:09:38"),
        ("2020-01-06T12:09:38.123+08:00", "2020-01-06 12:09:38"),
        ("2020-01-06 12:09:38+0000", "2020-01-06 20:09:38"),
        (1578283778, "2020-01-06 12:09:38"),
        ("1578283778000", "2020-01-06 12:09:38"),
        ("6 Jan 2020 12:09", "2020-01-06 12:09:00"),
        ("January 6, 2020 3:05 PM", "2020-01-06 15:05:00"),
        ("Mon, 6 Jan 2020", "2020-01-06 00:00:00"),
        ("13/1/2020", "2020-01-13 00:00:00"),
        ("1/13/2020 7:00", "2020-01-13 07:00:00"),
        (datetime.fromisoformat("2020-01-06 12:09:38"), "2020-01-06 12:09:38"),
        ("", None),
        (" -- ", None),
        (None, None),
    ],
)
def test_moments(value, found):
    assert moment(value) == found


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026/2/30", "impossible"),
        ("2026-13-01", "impossible"),
        ("2026/1/1 25:00", "impossible"),
        ("2026/1/1 12:61", "impossible"),
        ("1900-01-01", "impossible"),
        ("0000-00-00", "impossible"),
        ("9999-12-31 23:59:59-12:00", "impossible"),
        ("1月6日", "no-year"),
        ("1-6", "no-year"),
        ("1/2/2020", "unclear"),
        ("昨天", "unclear"),
        ("2020/1/6 左右", "unclear"),
        ("2020", "unclear"),
        (12.5, "unclear"),
        (99999999999999999, "unclear"),
        (True, "unclear"),
        ("2027/1/1", "future"),
        (datetime.fromisoformat("2027-01-01"), "future"),
    ],
)
def test_wrong_moments_are_named(value, reason):
    with pytest.raises(Refused) as caught:
        moment(value)
    assert caught.value.code == f"import-time-{reason}"
    assert str(value)[:4] in str(caught.value.facts["value"]) or value is True


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.datetimes(), st.booleans()))
def test_any_cell_is_a_moment_or_refused(value):
    try:
        found = moment_of(value, zone=ZONE, now=NOW)
    except Refused as refused:
        assert refused.code.startswith("import-time-")  # noqa: PT017 - either answer is right
    else:
        assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime.fromisoformat("1990-01-02"), datetime.fromisoformat("2026-11-20")))
def test_moments_survive_the_usual_spellings(moment_):
    whole = moment_.replace(microsecond=0)
    for pattern in ("%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S"):
        assert moment(whole.strftime(pattern)) == whole.strftime("%Y-%m-%d %H:%M:%S")


def test_texts():
    assert text_of("\n\t\t\t路灯不亮。\n\t\t\n\n\n请修\u200b\x07 \u3000\n") == "路灯不亮。\n\n请修"
    assert text_of("'=1+1") == "=1+1"
    assert text_of("\ud800a") == "a"
    assert bounded("字" * 20_000, "text") == "字" * 20_000
    with pytest.raises(Refused) as caught:
        bounded("字" * 100_482, "text")
    assert caught.value.facts == {"field": "text", "length": 100_482, "limit": 20_000}


def test_numbers_that_a_spreadsheet_has_rounded_are_refused():
    assert number_of(123456789012345) == "123456789012345"
    assert number_of("RX20260101000321234567") == "RX20260101000321234567"
    for value in (1.2e17, 10**15, "2.02601E+17"):
        with pytest.raises(Refused, match="import-number-rounded"):
            number_of(value)
    with pytest.raises(Refused, match="import-number-long"):
        number_of("9" * 81)


def test_phones_and_names():
    assert phone_of("138 0013 8000/139 0013 9000") == "13800138000"
    assert phone_of("12345") == "12345"
    assert phone_of("不详") == phone_of(None) == phone_of("A12") == ""
    assert name_of("匿名") == name_of("无") == ""
    assert name_of(" 李 明 ") == "李 明"


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("kind", "投诉", "complaint"),
        ("kind", "求决", "help"),
        ("urgency", "紧急", "3"),
        ("urgency", 2, "2"),
        ("satisfaction", "不满意", "dissatisfied"),
        ("satisfaction", "very satisfied", "very"),
        ("solved", "是", "solved"),
        ("solved", "部分解决", "partly"),
        ("state", "回复完成", "closed"),
        ("state", "已转派", "open"),
        ("channel", "微信", "app"),
        ("confidential", "保密", "yes"),
        ("kind", "看情况", ""),
    ],
)
def test_words(field, word, code):
    assert code_of(field, word) == code


def test_every_word_has_a_code_of_the_loop():
    from gezhi.loop.importing.values import _words
    from gezhi.loop.rules import words

    assert set(_words()["kind"].values()) == set(words.KINDS)
    assert set(_words()["satisfaction"].values()) == set(words.SATISFACTIONS)
    assert set(_words()["solved"].values()) == set(words.SOLVED)
    assert {int(code) for code in _words()["urgency"].values()} == set(words.URGENCIES)
    assert set(_words()["channel"].values()) <= set(words.CHANNELS)
