"""Training: linear learners over different views, stacked by a linear map, folded into one matrix of weights.

Because learners and map are linear, their sum is one linear model: prediction costs one product, and the words named
as reasons are the whole truth, not an approximation. scikit-learn is loaded here and nowhere else.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from gezhi.kernel.errors import Refused
from gezhi.loop.triage.rules.blend import learn_voice, mixed
from gezhi.loop.triage.rules.features import CHARS, OPENING, WORDS, Floats, Ints, word_keys
from gezhi.loop.triage.rules.keywords import Keywords
from gezhi.loop.triage.rules.matrix import Matrix, build, folds_of, same_story, unit_rows
from gezhi.loop.triage.rules.model import THRESHOLD, KnownWords, Model, softmax
from gezhi.loop.triage.rules.scoring import calibration_error, figures
from gezhi.loop.triage.rules.words import joined, mostly_tokenised, words_of

FOLDS = 3
FEWEST_ROWS = 20
MOST_ROWS = 30_000  # the newest; more rows cost minutes and teach little
ENOUGH = 60  # rows of the median label from which a map between learners can be learnt
MANY_LABELS = 40
MAP_STRENGTH = 0.02
SEED = 20


@dataclass(frozen=True, slots=True)
class Example:
    """A decided case: its texts, its label, and facts beside the text (`area=…`)."""

    fields: tuple[str, ...]
    label: str
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Learner:
    """A linear learner: which views it sees, how strictly it fits, and whether it weighs by log-count ratios."""

    views: tuple[int, ...]
    strength: float
    smoothing: float = 0.0  # of the ratios; 0 = plain support vectors


@dataclass(slots=True)
class Linear:
    """Weights (n-grams × labels) and a bias per label."""

    weights: Floats
    bias: Floats

    def scores(self, data: Any) -> Floats:
        result: Floats = unit_rows(np.asarray(data @ self.weights, dtype=np.float32) + self.bias)
        return result


ALL = (WORDS, CHARS, OPENING)
FULL = (Learner(ALL, 0.5), Learner((WORDS,), 0.3, 0.1), Learner((CHARS,), 0.3, 0.1))
LIGHT = (Learner(ALL, 1.0), Learner(ALL, 0.3, 0.3))


def train(
    examples: Sequence[Example],
    *,
    columns: Sequence[str],
    created_at: datetime,
    threshold: float = THRESHOLD,
    keywords: Keywords | None = None,
) -> Model:
    """A model from decided cases; the same rows give the same model. Raises Refused triage-too-few.

    With `keywords` it also learns how much they may say beside it, and its quality is that of both together.
    """
    rows = _usable(examples)
    counts = Counter(row.label for row in rows)
    if len(counts) < 2 or len(rows) < FEWEST_ROWS:
        raise Refused("triage-too-few", status=422, rows=len(rows), classes=len(counts), least=FEWEST_ROWS)
    words = [words_of(row.fields) for row in rows]
    labels = tuple(sorted(counts))
    matrix = build(words, [row.extra for row in rows], len(labels))
    tokens = mostly_tokenised([joined(row.fields) for row in rows])
    truth = np.array([labels.index(row.label) for row in rows], dtype=np.int64)
    whole, chances = _fit(matrix, truth, folds_of(same_story(matrix, SEED), FOLDS, SEED), len(labels))
    voice, chances = _listened(keywords, rows, labels, truth, chances)
    return Model(
        labels=labels,
        space=matrix.space,
        weights=whole.weights.astype(np.float16),
        bias=whole.bias,
        columns=tuple(columns),
        created_at=created_at,
        rows=len(rows),
        known=_known(words) if tokens else None,
        threshold=threshold,
        quality=_quality(labels, truth, chances, threshold),
        counts=dict(sorted(counts.items())),
        voice=voice,
    )


def _listened(
    keywords: Keywords | None, rows: Sequence[Example], labels: Sequence[str], truth: Ints, chances: Floats
) -> tuple[tuple[float, float], Floats]:
    """How much keywords may say beside the model, and the probabilities of both together."""
    if keywords is None or not len(keywords):
        return (1.0, 0.0), chances
    evidence = _evidence(keywords, rows, labels)
    voice = learn_voice(chances, evidence, truth)
    return voice, mixed(chances, evidence, voice)


def _evidence(keywords: Keywords, rows: Sequence[Example], labels: Sequence[str]) -> Floats:
    """What keywords say for each label of each row."""
    place = {label: at for at, label in enumerate(labels)}
    said = np.zeros((len(rows), len(labels)), dtype=np.float32)
    for at, row in enumerate(rows):
        for label, weight in keywords.weights(row.fields).items():
            if label in place:
                said[at, place[label]] = weight
    return said


def _usable(examples: Sequence[Example]) -> list[Example]:
    """The newest rows that have words and a label which occurs more than once."""
    filled = [row for row in examples if row.label.strip() and any(field.strip() for field in row.fields)]
    filled = filled[-MOST_ROWS:]
    counts = Counter(row.label for row in filled)
    return [row for row in filled if counts[row.label] > 1]


def _known(words: Sequence[Sequence[str]]) -> KnownWords:
    seen = {word for row in words for word in row}
    return KnownWords(np.sort(word_keys(sorted(seen))))


def _fit(matrix: Matrix, truth: Ints, folds: Ints, labels: int) -> tuple[Linear, Floats]:
    """The folded model, and for every row the probabilities that models without its fold give it."""
    counts = np.bincount(truth, minlength=labels)
    rich = labels <= MANY_LABELS and float(np.median(counts)) >= ENOUGH
    learners = FULL if rich else LIGHT
    held_out = np.zeros((len(learners), len(truth), labels), dtype=np.float32)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        for at, learner in enumerate(learners):
            part = _learn(learner, matrix, matrix.data[inside], truth[inside], labels)
            held_out[at, outside] = part.scores(matrix.data[outside])
    chances = np.zeros((len(truth), labels), dtype=np.float32)
    for fold in range(FOLDS):
        inside, outside = folds != fold, folds == fold
        chances[outside] = _Stack(held_out[:, inside], truth[inside], learned=rich).chances(held_out[:, outside])
    stack = _Stack(held_out, truth, learned=rich)
    whole = Linear(np.zeros((matrix.data.shape[1], labels), dtype=np.float32), stack.bias.copy())
    for at, learner in enumerate(learners):
        part = _learn(learner, matrix, matrix.data, truth, labels)
        whole.weights += unit_rows(part.weights) @ stack.maps[at]
        whole.bias += (part.bias - part.bias.mean()) @ stack.maps[at]
    whole.weights = unit_rows(whole.weights)
    return whole, chances


def _learn(learner: Learner, matrix: Matrix, data: Any, truth: Ints, labels: int) -> Linear:
    """One against the rest for every label, on the views of the learner."""
    from sklearn.svm import LinearSVC

    columns = np.flatnonzero(np.isin(matrix.view, learner.views))
    part = data if len(columns) == data.shape[1] else data[:, columns]
    weights = np.zeros((data.shape[1], labels), dtype=np.float32)
    bias = np.full(labels, -1.0, dtype=np.float32)
    for label in range(labels):
        mine = truth == label
        if not mine.any() or mine.all():
            continue  # a label without a row in this fold is never suggested by it
        ratio = _ratio(part, mine, learner.smoothing) if learner.smoothing else None
        scaled = part if ratio is None else _scaled(part, ratio)
        fitted = LinearSVC(C=learner.strength, random_state=SEED, tol=0.02, max_iter=5000)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a rough optimum serves as well as an exact one
            fitted.fit(scaled, mine)
        found = fitted.coef_[0] if ratio is None else fitted.coef_[0] * ratio
        weights[columns, label] = found
        bias[label] = fitted.intercept_[0]
    return Linear(weights, bias)


def _ratio(data: Any, mine: Any, smoothing: float) -> Floats:
    """The log-count ratio of every n-gram: how much more often it stands in rows of the label than in others."""
    inside = np.asarray(data[mine].sum(axis=0), dtype=np.float64).ravel() + smoothing
    outside = np.asarray(data[~mine].sum(axis=0), dtype=np.float64).ravel() + smoothing
    ratio: Floats = np.log((inside / inside.sum()) / (outside / outside.sum())).astype(np.float32)
    return ratio


def _scaled(data: Any, ratio: Floats) -> Any:
    copy = data.copy()
    copy.data *= ratio[copy.indices]
    return copy


class _Stack:
    """The linear map from the scores of all learners to calibrated scores of the labels."""

    def __init__(self, scores: Floats, truth: Ints, *, learned: bool) -> None:
        self.heat = [_temperature(part, truth) for part in scores]
        labels = scores.shape[2]
        self.bias = np.zeros(labels, dtype=np.float32)
        if learned:
            self._learn_map(scores, truth, labels)
        else:
            even = np.eye(labels, dtype=np.float32) / len(scores)
            mean = sum(part * heat / len(scores) for part, heat in zip(scores, self.heat, strict=True))
            last = _temperature(np.asarray(mean, dtype=np.float32), truth)
            self.maps = [np.asarray(even * heat * last, dtype=np.float32) for heat in self.heat]

    def _learn_map(self, scores: Floats, truth: Ints, labels: int) -> None:
        from sklearn.linear_model import LogisticRegression

        flat = np.hstack([part * heat for part, heat in zip(scores, self.heat, strict=True)])
        fitted = LogisticRegression(C=MAP_STRENGTH, max_iter=2000).fit(flat, truth)
        rows = fitted.coef_ if len(fitted.classes_) > 2 else np.vstack([-fitted.coef_, fitted.coef_]) / 2
        shift = fitted.intercept_ if len(fitted.classes_) > 2 else np.array([-1, 1]) * fitted.intercept_[0] / 2
        full = np.zeros((labels, flat.shape[1]), dtype=np.float32)
        full[fitted.classes_] = rows
        self.bias[fitted.classes_] = shift
        blocks = np.split(full.T, len(scores))
        self.maps = [np.asarray(block * heat, dtype=np.float32) for block, heat in zip(blocks, self.heat, strict=True)]

    def chances(self, scores: Floats) -> Floats:
        """Probabilities from the learners' scores."""
        total = self.bias + sum(part @ block for part, block in zip(scores, self.maps, strict=True))
        return softmax(np.asarray(total, dtype=np.float32))


def _temperature(scores: Floats, truth: Ints) -> float:
    """The factor on scores that makes their probabilities likeliest, by golden section over its logarithm."""

    def loss(log_heat: float) -> float:
        chances = softmax(scores * np.float32(np.exp(log_heat)))
        return -float(np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

    golden = (5**0.5 - 1) / 2
    low, high = -2.0, 4.0
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 0.01:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return float(np.exp((low + high) / 2))


def _quality(labels: Sequence[str], truth: Ints, chances: Floats, threshold: float) -> dict[str, Any]:
    """What models that had not seen a row's story said about it: the honest measure of the model."""
    order = np.argsort(-chances, axis=1, kind="stable")
    best = order[:, 0]
    sure = chances[np.arange(len(truth)), best]
    right = best == truth
    filled = sure >= threshold
    found = figures([labels[at] for at in truth], [labels[at] for at in best], int((~filled).sum()))
    found["top3"] = round(float((order[:, :3] == truth[:, None]).any(axis=1).mean()), 4)
    found["filled_accuracy"] = round(float(right[filled].mean()), 4) if filled.any() else None
    found["calibration_error"] = calibration_error(sure.tolist(), right.tolist())
    found["folds"] = FOLDS
    return found
