"""Triage: on the demo city beside what people did at first, and on real messages beside the plain method."""

import csv
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.installation import ROOT, environment, free_port, gezhi
from bench.measure import Figure

MESSAGES = ROOT.parent / "shared" / "data" / "citizen_messages" / "DEV_fj2_tokenised.csv.gz"
FOLDS = 5
SERVED = """
import sys, pathlib, psutil
own = psutil.Process(); before = own.memory_info().rss
from gezhi.loop.triage.rules import archive
model = archive.load(pathlib.Path(sys.argv[1]).read_bytes()); model.suggest(["路灯不亮"])
print(own.memory_info().rss - before)
"""


def triage(*, small: bool) -> Iterator[Figure]:
    yield from city(small=small)
    if MESSAGES.exists():
        yield from messages(small=small)


def city(*, small: bool) -> Iterator[Figure]:
    """Learnt on the earlier four fifths of the demo's closed cases, asked about the last fifth."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as place:
        env = environment(Path(place) / "data", free_port())
        gezhi("demo", "--cases", "400" if small else "2000", env=env)
        said = subprocess.run(
            [sys.executable, "-m", "bench.triage_city"],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        gezhi("stop", env=env)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    desk, first, words = found["desk"], found["right_at_first"], found["keywords"]
    yield Figure("triage.city.asked", found["asked"], f"cases, after {found['learnt']} in {found['matters']} matters")
    yield Figure("triage.city.dispatched_right_at_first", round(first, 4), "share, by people")
    yield Figure("triage.city.matter_top1", round(desk["matter1"], 4), "share", round(words["matter1"], 4))
    yield Figure("triage.city.matter_top3", round(desk["matter3"], 4), "share", round(words["matter3"], 4))
    yield Figure("triage.city.unit_top1", round(desk["unit1"], 4), "share", round(first, 4))
    yield Figure("triage.city.unit_top3", round(desk["unit3"], 4), "share", round(first, 4))
    yield Figure("triage.city.filled_in", round(desk["sure"], 4), "share")
    yield Figure(
        "triage.city.filled_in_right", round(desk["sure_right"] / max(desk["sure"], 1e-9), 4), "share of those"
    )
    yield Figure("triage.city.learning", round(found["seconds"], 1), "s")
    yield Figure("triage.city.suggestion", round(desk["cpu_ms"], 2), "CPU ms, matter and unit", 20.0)


def printed(*arguments: str, env: dict[str, str] | None = None) -> str:
    """What a Python process of its own prints."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def messages(*, small: bool) -> Iterator[Figure]:
    """Real messages, learnt and asked in folds that keep copies of a story together; baseline: the plain method."""
    import numpy as np

    from gezhi.loop.triage.rules import archive
    from gezhi.loop.triage.rules.matrix import build, folds_of, same_story
    from gezhi.loop.triage.rules.scoring import figures
    from gezhi.loop.triage.rules.training import Example, train
    from gezhi.loop.triage.rules.words import words_of

    with gzip.open(MESSAGES, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[:: 8 if small else 1]
    words = [words_of((row["tokens"],)) for row in rows]
    folds = folds_of(same_story(build(words, [()] * len(rows), 7), 7), FOLDS, 7)
    truth, ours, plain, spent = [], [], [], []
    for fold in range(1 if small else FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        begun = time.process_time()
        model = train(
            [Example((rows[at]["tokens"],), rows[at]["label"]) for at in inside], columns=["tokens"],
            created_at=datetime.now(UTC),
        )  # fmt: skip
        spent.append(time.process_time() - begun)
        truth += [rows[at]["label"] for at in outside]
        ours += [label for label, _ in model.first([rows[at]["tokens"]] for at in outside)]
        plain += plain_method([rows[at] for at in inside], [rows[at]["tokens"] for at in outside])
    floor = figures(truth, plain)["macro_f1"]
    yield Figure("triage.messages.macro_f1", figures(truth, ours)["macro_f1"], "in folds", floor)
    yield Figure("triage.messages.learning", round(max(spent), 1), "CPU s")
    yield Figure(
        "triage.messages.learning_peak", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "MB"
    )
    yield from served(archive.dump(model), [[row["tokens"]] for row in rows[:1000]])


def served(content: bytes, texts: list[list[str]]) -> Iterator[Figure]:
    """What a model costs where it serves: file, memory with the dictionary, texts a second."""
    from gezhi.loop.triage.rules import archive

    model = archive.load(content)
    begun = time.process_time()
    count = sum(1 for _ in model.first(texts))
    rate = count / (time.process_time() - begun)
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(content)
        file.flush()
        memory = subprocess.run(
            [sys.executable, "-c", SERVED, file.name], stdout=subprocess.PIPE, text=True, check=True
        )
    yield Figure("triage.messages.file", round(len(content) / 2**20, 1), "MB", 30.0)
    yield Figure("triage.messages.memory", round(memory / 2**20, 1), "MB in the serving process")
    yield Figure("triage.messages.rate", round(rate), "texts per CPU second", 300.0)


def plain_method(rows: list[dict[str, str]], texts: list[str]) -> list[str]:
    """TF-IDF of words and pairs of words with a linear SVM."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    space = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2)
    seen = space.fit_transform(row["tokens"] for row in rows)
    fitted = LinearSVC(C=1, random_state=0).fit(seen, [row["label"] for row in rows])
    return [str(label) for label in fitted.predict(space.transform(texts))]
