"""Cold start by keywords, keywords beside a young model, and the whole method on real messages."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from triage_stories import NOW, stories

from gezhi.loop.triage.rules.blend import Blend, learn_voice
from gezhi.loop.triage.rules.keywords import Keywords
from gezhi.loop.triage.rules.scoring import score
from gezhi.loop.triage.rules.training import Example, train
from gezhi.loop.triage.rules.words import words_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "citizen_messages"
# ---- keywords and blending

ROWS = [
    ("0101", "路灯", 1.0),
    ("0101", "路灯不亮", 3.0),
    ("0102", "施工噪声", 2.0),
    ("0102", "打桩", 2.0),
    ("02", "学校", 1.0),
    ("0101", "学校", 0.5),
]
PARENTS = {"0101": ["01"], "0102": ["01"], "01": [], "02": []}


def test_keywords_suggest_with_their_own_words():
    found = Keywords(ROWS).suggest(["门口路灯不亮", "深夜打桩"])
    assert [c.label for c in found.candidates] == ["0101", "0102"]
    assert found.candidates[0].words == ("路灯不亮",)  # the longest counts, not the word inside it
    assert found.origin == "keywords"
    assert not found.sure
    assert 0 < sum(c.probability for c in found.candidates) < 1


def test_one_keyword_alone_is_never_sure_but_many_are():
    keys = Keywords(ROWS)
    assert not keys.suggest(["路灯"]).sure
    assert keys.suggest(["路灯不亮", "路灯不亮，路灯，路灯不亮"]).sure
    assert keys.suggest(["别的事情"]).candidates == ()
    assert Keywords([]).suggest(["路灯不亮"]).candidates == ()


def test_a_word_shared_by_matters_counts_less_for_each():
    found = {c.label: c.probability for c in Keywords(ROWS).suggest(["学校"]).candidates}
    alone = Keywords([("02", "学校", 1.0)]).suggest(["学校"]).candidates[0].probability
    assert found["02"] > found["0101"]
    assert found["02"] < alone


SAY_LABELS = {"路灯": ["路灯", "灯杆", "灯泡"], "噪声": ["噪声", "打桩", "扰民"], "学校": ["学校", "学生", "老师"]}


def taught(rows, keys: Keywords) -> Blend:
    """A model that learnt beside these keywords, with them."""
    return Blend(train(rows, columns=["t"], created_at=NOW, keywords=keys), keys, lambda code: [])


@pytest.mark.slow
def test_good_keywords_are_heard_and_misleading_ones_are_not():
    good = Keywords([(label, word, 2.0) for label, words in SAY_LABELS.items() for word in words])
    shifted = dict(zip(SAY_LABELS, [*list(SAY_LABELS.values())[1:], SAY_LABELS["路灯"]], strict=True))
    bad = Keywords([(label, word, 2.0) for label, words in shifted.items() for word in words])
    with_good, with_bad = taught(stories(12), good), taught(stories(12), bad)
    assert with_good.model.voice[1] > 0
    assert with_bad.model.voice[1] == 0
    text = ["路灯不亮", "路灯灯杆倾斜"]
    assert with_good.suggest(text).candidates[0].label == "路灯"
    assert with_bad.suggest(text).candidates[0].label == "路灯"


@pytest.mark.slow
def test_keywords_make_a_young_model_better():
    """Few cases, and words in the question that no case had: only keywords can know them."""
    good = Keywords([(label, word, 2.0) for label, words in SAY_LABELS.items() for word in words])
    rows = [row for row in stories(12) if "灯泡" not in row.fields[1]]
    text = ["灯泡", "灯泡碎了一地"]
    alone = train(rows, columns=["t"], created_at=NOW).suggest(text)
    helped = taught(rows, good).suggest(text)
    assert helped.candidates[0].label == "路灯"
    assert helped.candidates[0].words == ("灯泡",)
    assert helped.chances["路灯"] > alone.chances.get("路灯", 0)


def test_the_learnt_say_makes_what_happened_likeliest():
    truth = np.array([0, 1] * 50)
    vague = np.full((100, 2), 0.5, dtype=np.float32)
    telling = np.eye(2, dtype=np.float32)[truth] * 5
    assert learn_voice(vague, telling, truth)[1] == 3.0
    assert learn_voice(np.clip(np.eye(2)[truth], 0.05, 0.95).astype(np.float32), telling[::-1], truth)[1] == 0.0


@pytest.mark.slow
def test_keywords_refine_a_coarse_model():
    rows = [Example(row.fields, "教育" if row.label == "学校" else "城乡建设") for row in stories()]
    coarse = train(rows, columns=["t"], created_at=NOW)
    blend = Blend(coarse, Keywords(ROWS), lambda code: PARENTS[code], {"教育": "02", "城乡建设": "01"})
    found = blend.suggest(["路灯不亮", "人民路路灯损坏，灯杆倾斜"])
    assert found.candidates[0].label == "0101"
    assert found.origin == "both"
    assert found.candidates[0].words[0] == "路灯不亮"
    assert sum(found.chances.values()) == pytest.approx(1)
    no_keyword = blend.suggest(["灯泡夜里漆黑"])
    assert no_keyword.candidates[0].label == "01"
    assert no_keyword.candidates[0].words


def test_a_matter_without_cases_is_found_by_keywords():
    keys = Keywords(
        [("养老", "养老保险", 5.0), ("养老", "社保卡", 5.0), *((k, w, 2.0) for k, v in SAY_LABELS.items() for w in v)]
    )
    assert taught(stories(12), keys).suggest(["养老保险", "社保卡何时发"]).candidates[0].label == "养老"


# ---- the real messages


def rows_of(name: str) -> list[dict[str, str]]:
    file = SHARED / name
    if not file.exists():
        pytest.skip(f"{name} is not beside this repository")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_real_messages_tokens_learnt_raw_text_suggested():
    """A sixth of the tokenised rows, without any that repeat the raw ones, teaches to classify the raw ones."""
    raw = rows_of("DEV_fj2_raw_labelled.csv.gz")
    seen = [set(words_of((row["留言主题"], row["留言详情"]))) for row in raw]
    titles = {tuple(words_of((row["留言主题"],))[:4]) for row in raw}
    tokens = rows_of("DEV_fj2_tokenised.csv.gz")[::6]
    kept = [r for r in tokens if tuple(words_of((r["tokens"],))[:4]) not in titles]
    model = train([Example((r["tokens"],), r["label"]) for r in kept], columns=["tokens"], created_at=NOW)
    assert model.known is not None
    assert model.quality["macro_f1"] > 0.85
    found = score(model, (((r["留言主题"], r["留言详情"]), r["一级分类"]) for r in raw))
    assert found["n"] == 494
    assert found["macro_f1"] > 0.8
    dropped = [len(set(model.known.keep(sorted(words)))) / max(1, len(words)) for words in seen]
    assert np.median(dropped) > 0.6
