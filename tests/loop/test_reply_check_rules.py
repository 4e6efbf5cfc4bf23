"""Hints on answers: each rule fires where it should and is silent where it should be; no pattern is slow."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gezhi.loop.replies.rules.check import RULES, Answer, Rule, check, sentences
from gezhi.loop.replies.rules.patterns import compiled

PACK = Path(__file__).parents[2] / "src/gezhi/packs/bundled/citizen-requests/reply_checks.csv"
ROWS = {row["code"]: row for row in csv.DictReader(PACK.read_text(encoding="utf-8").splitlines())}
LONG = "经查，书院路 45 号门口的路灯因灯头损坏不亮，我局已于 11 月 20 日更换灯头并试亮，照片附后。"
EXAMPLES = [
    # code, answer, outcome, request, the sentence cited (None: silent)
    ("promise", "您好，我们将尽快安排维修。", "", "", "您好，我们将尽快安排维修。"),
    ("promise", "您好，我们将尽快安排，11月25日前修好。", "", "", None),
    ("promise", "We will fix it as soon as possible.", "", "", "We will fix it as soon as possible."),
    ("basis", "您的要求不能办理。", "refused", "", ""),
    ("basis", "依据《城乡规划法》第六十四条，您的要求不能办理。", "refused", "", None),
    ("basis", "您的要求不能办理。", "solved", "", None),
    ("contradiction", "该问题目前无法解决。", "solved", "", "该问题目前无法解决。"),
    ("contradiction", "该问题目前无法解决。", "unsolved", "", None),
    ("unsettled", "该处井盖已修复完毕。", "unsolved", "", "该处井盖已修复完毕。"),
    ("identity", "王先生手机13812346207已联系。", "", "", "王先生手机***已联系。"),
    ("identity", "咨询电话0791-88886666。", "", "", None),
    ("identity", "已与王小明面谈。", "", "", "已与王小明面谈。"),
    ("short", "已办理。", "solved", "", ""),
    ("short", LONG, "solved", "", None),
    ("short", "您好，井盖已于昨天下午由自来水公司换好，现在不响了。", "solved", "", None),
    ("blank", "见长教通【2016】1号文件。", "", "", None),
    ("blank", "请于【日期】前提交。", "", "", "请于【日期】前提交。"),
    ("jargon", "该项目属于PPP项目。", "", "", "该项目属于PPP项目。"),
    ("jargon", "该项目属于政府和社会资本合作（PPP）项目，PPP项目由财政监管。", "", "", None),
    ("jargon", "请在APP上查询。", "", "", None),
    ("asked", "路灯已修好。", "", "路灯不亮。小区的充电桩什么时候能安装？", "小区的充电桩什么时候能安装？"),
    ("asked", "小区充电桩计划年底安装。", "", "小区的充电桩什么时候能安装？", None),
    ("asked", "到辖区派出所办，带身份证和免疫证明。", "", "养犬证在哪里办？", None),
    ("asked", "路灯已修好。", "", "还有天理吗，为什么老百姓没人管？", None),
    ("pushed", "请向有关对口单位反映。", "", "", "请向有关对口单位反映。"),
    ("pushed", "请向市交通局反映，电话12345。", "", "", None),
    ("thanks-only", "您的问题已转交有关部门。", "", "", "您的问题已转交有关部门。"),
    ("thanks-only", "您的问题已转交有关部门，经核实路灯已修复。", "", "", None),
]


def rule(code):
    row = ROWS[code]
    return Rule(
        code, row["rule"], f"{row['pattern_zh']}\n{row['pattern_en']}", f"{row['unless_zh']}\n{row['unless_en']}",
        tuple(filter(None, row["outcomes"].split(";"))), int(row["amount"] or 0),
    )  # fmt: skip


@pytest.mark.parametrize(("code", "text", "outcome", "request_", "cited"), EXAMPLES)
def test_a_rule_fires_where_it_should(code, text, outcome, request_, cited):
    found = check(Answer(text, request_, outcome, ("王小明",)), [rule(code)])
    assert [hint.sentence for hint in found] == ([] if cited is None else [cited])


def test_every_rule_of_the_pack_has_an_example_on_both_sides():
    assert {row["rule"] for row in ROWS.values()} <= set(RULES)
    assert set(ROWS) == {code for code, *_ in EXAMPLES}
    assert set(ROWS) - {"unsettled"} == {code for code, *_, cited in EXAMPLES if cited is None}


def test_a_ready_text_filled_in_is_not_too_short():
    ready = ("您好，【路名】破损处已于【日期】修好。",)
    found = check(Answer("您好，青年路破损处已于5日修好。", "", "solved", (), ready), [rule("short"), rule("blank")])
    assert found == []
    torso = check(Answer("您好，青年路【日期】修好。", "", "solved", (), ready), [rule("short"), rule("blank")])
    assert [hint.code for hint in torso] == ["blank", "short"], "an open field is told first"


@given(st.text(max_size=400), st.text(max_size=200), st.sampled_from(["", "solved", "refused"]))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_rules_and_every_citation_stands_in_its_text(text, request_, outcome):
    for hint in check(Answer(text, request_, outcome), [rule(code) for code in ROWS]):
        if hint.sentence and "***" not in hint.sentence:
            assert any(hint.sentence in one for one in [*sentences(text), *sentences(request_)])


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_whatever_an_office_writes_is_a_pattern(pattern):
    found = compiled(pattern)
    if found is not None:
        found.search("请于11月20日前提交")
    assert (found is None) == (not pattern.replace("|", "\n").strip())


def test_a_pattern_of_many_stars_is_not_slow():
    found, begun = compiled("*".join("啊" * 40)), time.perf_counter()
    found.search("啊" * 5_000)
    assert time.perf_counter() - begun < 2
