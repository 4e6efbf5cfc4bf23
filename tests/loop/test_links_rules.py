"""The rules of links by tables: what a state allows, which digits count, what an outsider may read."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.loop.links import rules

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
ALLOWED = {
    "sent": {"sign", "revoke", "renew"}, "opened": {"sign", "revoke", "renew"},
    "signed": {"note", "finish", "revoke", "renew"}, "sent_back": {"note", "finish", "revoke", "renew"},
    "done": {"approve", "back", "revoke"}, "cannot": {"approve", "back", "revoke"}, "approved": set(), "revoked": set(),
    "expired": {"renew"},
}  # fmt: skip


@pytest.mark.parametrize("state", rules.STATES)
def test_a_state_allows_these_acts_and_no_others(state):
    allowed = set()
    for act in rules.FROM:
        with suppress(Refused):
            rules.need(act, state)
            allowed.add(act)
    assert allowed == ALLOWED[state]


@pytest.mark.parametrize(
    ("phone", "digits"),
    [("13912345678", "5678"), ("+86 139-1234-5678", "5678"), ("１３９１２３４５６７８", "5678"), ("678", ""), ("", ""),
     ("139123４56 78", "5678"), ("①②③④5", "2345")],
)  # fmt: skip
def test_the_last_digits_of_a_number_however_it_is_written(phone, digits):
    assert rules.last_digits(phone) == digits


def test_a_day_lasts_until_its_end_and_neither_begins_in_the_past_nor_far_ahead():
    assert rules.end_of(date(2026, 3, 2), NOW, "Asia/Shanghai") == datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
    with pytest.raises(Refused, match="link-due-past"):
        rules.end_of(date(2026, 3, 1), NOW, "Asia/Shanghai")
    with pytest.raises(Refused, match="day-far"):
        rules.end_of(date(2026, 3, 2) + timedelta(days=rules.MOST_DAYS + 1), NOW, "Asia/Shanghai")


@pytest.mark.parametrize(
    "said",
    ["我是王小明", "电话13800001234", "138 0000 1234", "１３８００００１２３４", "+86-138-0000-1234",
     "王小明家住解放路12号301", "身份证36010219900101123X", "邮箱wang@example.cn", "本人王小明，住6-2-301"],
)  # fmt: skip
@pytest.mark.parametrize("strict", [False, True])
def test_the_requester_is_in_no_text_for_an_outsider(said, strict):
    told = rules.outward(f"前面{said}后面", name="王小明", phone="13800001234", strict=strict)
    assert "王小明" not in told
    assert "38000" not in rules.only_digits(told)
    assert told.startswith("前面")
    assert told.endswith("后面")
    if strict:
        for hidden in ("36010219900101123X", "wang@example.cn", "301"):
            assert hidden not in told


def test_another_number_stays_in_what_is_asked():
    told = rules.outward("有事打我电话13900005678", name="王小明", phone="13800001234", strict=False)
    assert told == "有事打我电话13900005678"


@given(st.text(max_size=60), st.text("王小明李红", min_size=2, max_size=4))
def test_a_known_name_never_stands_in_a_text(text, name):
    for strict in (True, False):
        told = rules.outward(f"{text}{name}", name=name, phone="", strict=strict)
        assert name not in told
    assert name not in rules.place(f"{text}{name}", name=name, confidential=False)


def test_a_door_stays_in_a_place_except_of_a_confidential_case():
    where = "书院路45号3栋，电话13912345678"
    assert rules.place(where, name="", confidential=False) == "书院路45号3栋，电话***"
    assert "45" not in rules.place(where, name="", confidential=True)
    assert "3栋" not in rules.place(where, name="", confidential=True)


def test_only_photos_that_are_offered_are_chosen():
    assert rules.chosen(["b", "a"], ["a", "b", "c"]) == ["a", "b"]
    with pytest.raises(Refused, match="link-file-unknown"):
        rules.chosen(["x"], ["a"])
    with pytest.raises(Refused, match="files-too-many"):
        rules.chosen([str(n) for n in range(10)], [str(n) for n in range(12)])


@pytest.mark.parametrize("token", ["", "a" * 21, "a" * 23, "a" * 21 + "/", "a" * 21 + "é", "a" * 21 + "\n"])
def test_what_is_no_token_is_none(token):
    assert rules.TOKEN.fullmatch(token) is None
