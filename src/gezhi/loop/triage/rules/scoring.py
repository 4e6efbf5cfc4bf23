"""How good first suggestions are: accuracy and F1 per class, over every row, abstained or not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gezhi.loop.triage.rules.model import Model


def figures(truth: Sequence[str], guess: Sequence[str], abstained: int = 0) -> dict[str, Any]:
    """Counts and measures; macro F1 is the mean over every label that is true or was suggested.

    >>> found = figures(["a", "a", "b"], ["a", "b", "b"])
    >>> found["accuracy"], found["per_class"]["a"]["recall"], found["macro_f1"]
    (0.6667, 0.5, 0.6667)
    """
    hits = Counter(t for t, g in zip(truth, guess, strict=True) if t == g)
    true, said = Counter(truth), Counter(guess)
    per_class = {}
    total = 0.0
    for label in sorted(true | said):
        precision = hits[label] / said[label] if said[label] else 0.0
        recall = hits[label] / true[label] if true[label] else 0.0
        f1 = 2 * hits[label] / (true[label] + said[label])
        total += f1
        per_class[label] = {
            "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "n": true[label],
        }  # fmt: skip
    return {
        "n": len(truth),
        "accuracy": round(sum(hits.values()) / len(truth), 4) if truth else 0.0,
        "macro_f1": round(total / len(per_class), 4) if per_class else 0.0,
        "abstained": abstained,
        "per_class": per_class,
    }


def score(model: Model, rows: Iterable[tuple[Sequence[str], str]]) -> dict[str, Any]:
    """The figures of a model on rows of (text fields, label)."""
    pairs = [(list(fields), label) for fields, label in rows]
    guesses = list(model.first(fields for fields, _ in pairs))
    unsure = sum(chance < model.threshold for _, chance in guesses)
    return figures([label for _, label in pairs], [label for label, _ in guesses], unsure)


def calibration_error(chances: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: how far stated probabilities lie from the share that was right.

    >>> calibration_error([0.9, 0.9], [True, False])
    0.4
    """
    gathered: dict[int, list[tuple[float, bool]]] = {}
    for chance, ok in zip(chances, right, strict=True):
        gathered.setdefault(min(int(chance * bins), bins - 1), []).append((chance, ok))
    gaps = (abs(sum(c for c, _ in group) - sum(ok for _, ok in group)) for group in gathered.values())
    return round(sum(gaps) / max(1, len(chances)), 4)
