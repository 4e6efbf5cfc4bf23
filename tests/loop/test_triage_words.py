"""From texts to words and from words to numbers: the same in training and on the desk."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gezhi.loop.triage.rules.features import Space, grams_of, hash_of
from gezhi.loop.triage.rules.matrix import build, folds_of, same_story
from gezhi.loop.triage.rules.words import function_words, is_tokenised, mostly_tokenised, words_of

# ---- words


def test_raw_and_tokenised_text_give_the_same_words():
    raw = ["西湖建筑集团占道施工有安全隐患", "每天上下班期间人流车流极多！"]
    tokens = "西湖 建筑 集团 占 道 施工 安全隐患 每天 上下班 期间 人流 车流 多"
    known = set(words_of([tokens]))
    assert [word for word in words_of(raw) if word in known] == words_of([tokens])


@pytest.mark.parametrize(
    ("text", "tokenised"),
    [
        ("投诉 市 物业 违规 收 停车费 尊敬 领导", True),
        ("小区物业违规收取停车费 业主不同意 请领导明查", False),
        ("路灯 不亮。 三天 没人 修 了", False),
        ("please repair the lamp", False),
        ("", False),
    ],
)
def test_tokens_are_told_from_sentences(text, tokenised):
    assert is_tokenised(text) is tokenised


def test_a_column_counts_as_tokens_when_most_of_it_is():
    tokens, raw = "路灯 不亮 小区 门口 三天", "路灯不亮，小区门口，已经三天了。"
    assert mostly_tokenised([tokens] * 9 + [raw])
    assert not mostly_tokenised([raw] * 9 + [tokens])


def test_numbers_phones_and_function_words_never_count():
    words = words_of(["_x000D_我的电话是13812345678，车牌湘A12345，2019年12月3日，金额300.50元，但是没有人管"])
    assert not {"13812345678", "12345", "2019", "300.50", "但是", "没有", "的", "我"} & set(words)
    assert not any(character.isdigit() for word in words for character in word)
    assert "电话" in words
    assert "金额" in words


def test_the_list_of_function_words_names_nothing():
    assert 300 < len(function_words()) < 1000
    assert not function_words() & {"路灯", "学校", "医院", "工资", "污染", "噪声", "公交"}


# ---- features


@given(st.lists(st.text(min_size=1, max_size=6), max_size=30))
@settings(max_examples=60, deadline=None)
def test_grams_count_every_place_once(words):
    for grams in grams_of(words):
        assert grams.counts.sum() == len(grams.places)
        assert (np.bincount(grams.places, minlength=len(grams.keys)) == grams.counts).all()
        assert len(set(grams.keys.tolist())) == len(grams.keys)


def test_hashes_are_the_same_in_every_process():
    code = (
        "from gezhi.loop.triage.rules.features import grams_of, hash_of;"
        "print(hash_of('路灯'), *grams_of(['路灯','不亮'])[1].keys)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(hash_of("路灯")), *map(str, grams_of(["路灯", "不亮"])[1].keys)]


def test_every_view_of_a_vector_has_length_one():
    matrix = build([["路灯", "不亮", "小区"], ["路灯", "损坏", "小区"], ["噪声", "小区", "不亮"]], [(), (), ()], 2)
    grams = grams_of(["路灯", "不亮", "小区"])
    vector = matrix.space.vector(grams)
    start = 0
    for view in grams:
        part = vector.values[start : start + len(view.keys)]
        assert np.isclose(np.sqrt((part * part).sum()), 1)
        start += len(view.keys)
    row = matrix.data[0].toarray()[0]
    held = vector.rows >= 0
    dense = np.zeros_like(row)
    dense[vector.rows[held]] = vector.values[held]
    assert np.allclose(row, dense)  # a text is seen the same way in training and on the desk


def test_nothing_known_gives_nothing():
    empty = Space(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.float32))
    assert not empty.vector(grams_of(["路灯"])).values.any()


def test_copies_of_a_story_are_kept_in_one_fold():
    words = [["路灯", str(n), "不亮", "小区", "门口", "三", "天"] for n in range(2)] + [
        [f"w{n}{k}" for k in range(7)] for n in range(40)
    ]
    words += [list(words[0]), list(words[1])]
    matrix = build(words, [()] * len(words), 2)
    groups = same_story(matrix, 1)
    assert groups[0] == groups[-2]
    assert groups[1] == groups[-1]
    assert len(set(groups.tolist())) > 30
    folds = folds_of(groups, 3, 1)
    assert folds[0] == folds[-2]
    assert set(folds.tolist()) == {0, 1, 2}
