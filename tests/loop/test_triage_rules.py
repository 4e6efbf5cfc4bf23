"""The model of triage without a database: training, reasons, figures, safe files."""

import io
import json
import random
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from triage_stories import NOW, PLACES, stories

from gezhi.kernel.errors import Refused
from gezhi.loop.triage.rules import archive
from gezhi.loop.triage.rules.model import Model
from gezhi.loop.triage.rules.scoring import calibration_error, figures, score
from gezhi.loop.triage.rules.training import Example, train


@pytest.fixture(scope="module")
def model() -> Model:
    return train(stories(), columns=["title", "text"], created_at=NOW)


# ---- model


def test_it_learns_and_says_why(model):
    found = model.suggest(["中山路路灯不亮", "晚上漆黑一片，灯杆也倾斜了"])
    assert found.candidates[0].label == "路灯"
    assert found.sure
    assert found.prefill == "路灯"
    assert set(found.candidates[0].words) & {"路灯", "漆黑", "灯杆", "倾斜", "不亮"}
    assert not set(found.candidates[0].words[:3]) & set(PLACES)
    assert sum(c.probability for c in found.candidates) == pytest.approx(1, abs=0.01)
    assert [c.probability for c in found.candidates] == sorted((c.probability for c in found.candidates), reverse=True)


def test_reasons_of_a_rival_speak_for_the_rival(model):
    found = model.suggest(["学校门口路灯不亮", "学校门口的路灯损坏，夜里漆黑，学生食堂旁照明故障"])
    by_label = {c.label: c.words for c in found.candidates}
    assert "学校" not in by_label["路灯"]
    assert "路灯" not in by_label["学校"]
    assert set(by_label["学校"]) & {"学校", "学生", "食堂"}


def test_it_abstains_on_what_it_does_not_know(model):
    assert model.suggest(["quantum chromodynamics"]).candidates == ()
    unsure = model.suggest(["请派人看看"])
    assert not unsure.sure
    assert unsure.prefill == ""
    assert model.suggest([""]).prefill == ""


def test_the_same_rows_give_the_same_model(model):
    again = train(stories(), columns=["title", "text"], created_at=NOW)
    assert archive.digest_of(again) == archive.digest_of(model)
    other = train(stories(seed=2), columns=["title", "text"], created_at=NOW)
    assert archive.digest_of(other) != archive.digest_of(model)


def test_quality_is_measured_on_rows_held_out():
    chance = random.Random(5)
    noise = [
        Example((f"{chance.choice(PLACES)}{chance.choice(PLACES)}第{n}号来信", "请派人看看"), chance.choice("甲乙"))
        for n in range(200)
    ]
    quality = train(noise, columns=["text"], created_at=NOW).quality
    assert quality["accuracy"] < 0.65  # labels by the toss of a coin cannot be learnt, whatever the model remembers
    assert quality["n"] == 200
    assert quality["folds"] == 3


def test_copies_do_not_flatter_the_quality():
    chance = random.Random(6)
    base = [
        (
            "".join(
                chance.sample(
                    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面",
                    30,
                )
            ),
            chance.choice("甲乙"),
        )
        for _ in range(60)
    ]
    rows = [Example((text,), label) for text, label in base for _ in range(3)]
    assert train(rows, columns=["text"], created_at=NOW).quality["accuracy"] < 0.7


def test_many_labels_and_small_ones_are_learnt_too():
    rows = [
        Example((f"{label}街坊反映{label}的{thing}", f"{thing}{PLACES[n]}"), label)
        for label in (f"{a}{b}" for a in "东南西北" for b in "街桥湖山河巷里坊井楼塔")
        for n, thing in enumerate(("垃圾", "积水", "停车", "占道"))
    ]
    model = train(rows, columns=["text"], created_at=NOW)
    assert len(model.labels) == 44
    assert model.suggest(["南湖的事"]).candidates[0].label == "南湖"
    assert model.quality["accuracy"] > 0.8


def test_two_labels_are_enough():
    two = [row for row in stories() if row.label != "学校"]
    model = train(two, columns=["title", "text"], created_at=NOW)
    assert model.suggest(["深夜打桩噪声扰民"]).candidates[0].label == "噪声"
    assert model.suggest(["路灯损坏"]).candidates[0].label == "路灯"


@pytest.mark.parametrize("rows", [[], stories()[:10], [row for row in stories() if row.label == "路灯"]])
def test_too_little_is_refused(rows):
    with pytest.raises(Refused) as refused:
        train(rows, columns=["text"], created_at=NOW)
    assert refused.value.code == "triage-too-few"


def test_facts_beside_the_text_decide_too():
    rows = [
        Example(("道路坑洼，请修补",), unit, (f"area:{area}",))
        for unit, area in (("east", "01"), ("west", "02"))
        for _ in range(30)
    ]
    model = train(rows, columns=["text"], created_at=NOW)
    assert model.suggest(["道路坑洼"], ["area:01"]).candidates[0].label == "east"
    assert model.suggest(["道路坑洼"], ["area:02"]).candidates[0].label == "west"


# ---- figures


def test_figures_agree_with_a_known_library():
    from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

    chance = random.Random(3)
    truth = [chance.choice("abcd") for _ in range(300)]
    guess = [t if chance.random() < 0.7 else chance.choice("abcde") for t in truth]
    found = figures(truth, guess, 7)
    assert found["accuracy"] == round(accuracy_score(truth, guess), 4)
    assert found["macro_f1"] == round(f1_score(truth, guess, average="macro"), 4)
    p, r, f, n = precision_recall_fscore_support(truth, guess, labels=list("abcde"), zero_division=0)
    for at, label in enumerate("abcde"):
        row = found["per_class"][label]
        assert (row["precision"], row["recall"], row["f1"], row["n"]) == (
            round(p[at], 4),
            round(r[at], 4),
            round(f[at], 4),
            n[at],
        )
    assert found["abstained"] == 7
    assert found["n"] == 300


def test_every_row_is_scored_even_where_the_model_abstains(model):
    rows = [(["路灯不亮"], "路灯"), (["请派人看看"], "噪声"), (["完全无关qqq"], "学校")]
    found = score(model, rows)
    assert found["n"] == 3
    assert found["abstained"] >= 1
    assert sum(row["n"] for row in found["per_class"].values()) == 3


def test_calibration_error_is_zero_where_words_are_kept():
    assert calibration_error([0.75] * 4, [True, True, True, False]) == 0
    assert calibration_error([1.0] * 4, [True, True, False, False]) == 0.5


# ---- files


def test_a_saved_model_says_the_same(model):
    again = archive.load(archive.dump(model))
    text = ["北苑深夜打桩", "机器轰鸣"]
    assert again.suggest(text) == model.suggest(text)
    assert archive.digest_of(again) == archive.digest_of(model)
    assert (again.columns, again.rows, again.created_at, again.counts) == (model.columns, model.rows, NOW, model.counts)


def changed(content: bytes, name: str, data: bytes) -> bytes:
    """The file with one part exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, data if part == name else old.read(part))
    return out.getvalue()


def test_broken_and_changed_files_are_refused(model):
    good = archive.dump(model)
    with np.load(io.BytesIO(good)) as parts:
        meta = json.loads(parts["meta"].tobytes())
        weights = parts["weights"].copy()
    meta["threshold"] = 0.0
    forged = io.BytesIO()
    np.save(forged, np.frombuffer(json.dumps(meta, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8))
    weights[0, 0] += 1
    bent = io.BytesIO()
    np.save(bent, weights)
    objects = io.BytesIO()
    np.save(objects, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for bad in (
        b"", b"PK", good[: len(good) // 2], b"x" * 500, changed(good, "meta.npy", forged.getvalue()),
        changed(good, "weights.npy", bent.getvalue()), changed(good, "meta.npy", objects.getvalue()),
        changed(good, "weights.npy", b"no array"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            archive.load(bad)
        assert refused.value.code == "triage-model-broken"


def test_no_word_of_a_request_can_be_read_out_of_a_model():
    rows = stories() + [Example(("张铁柱家门口路灯不亮张铁柱", "张铁柱来信"), "路灯") for _ in range(3)]
    model = train(rows, columns=["title", "text"], created_at=NOW)
    content = archive.dump(model)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        plain = b"".join(packed.read(name) for name in packed.namelist())
    for coding in ("utf-8", "utf-16-le", "utf-32-le", "gb18030"):
        assert "张铁柱".encode(coding) not in plain


def test_suggesting_needs_no_training_library(model, tmp_path):
    file = tmp_path / "m.npz"
    file.write_bytes(archive.dump(model))
    code = (
        "import sys, pathlib; from gezhi.loop.triage.rules import archive, blend, keywords;"
        "m = archive.load(pathlib.Path(sys.argv[1]).read_bytes());"
        "assert m.suggest(['路灯不亮']).candidates;"
        "print([n for n in ('sklearn', 'scipy', 'pandas') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
