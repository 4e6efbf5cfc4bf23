"""A model and the pack's keywords together: how much each may say is learnt from the office's own decisions.

The score of a matter is the model's probability to one power times the keywords' evidence to another; both powers are
chosen on cases held out while training. So keywords count where cases are few, and fade out as the model grows.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gezhi.loop.triage.rules.features import Floats, Ints
from gezhi.loop.triage.rules.keywords import DOUBT, Keywords, loudest
from gezhi.loop.triage.rules.model import TOP, Candidate, Model, Suggestion, softmax

FLOOR = 1e-6
SAYS_MODEL = (0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
SAYS_KEYWORDS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
LOOKED_AT = 4_000  # rows from which the two powers are learnt
Ancestors = Callable[[str], Sequence[str]]


def mixed(chances: Floats, evidence: Floats, voice: tuple[float, float]) -> Floats:
    """Probabilities from the model's and the evidence of keywords, row by row.

    >>> mixed(np.array([[0.5, 0.5]], dtype=np.float32), np.array([[3.0, 0.0]], dtype=np.float32), (1, 1)).tolist()
    [[0.800000011920929, 0.20000000298023224]]
    """
    scores = voice[0] * np.log(np.maximum(chances, FLOOR)) + voice[1] * np.log1p(evidence)
    return softmax(scores.astype(np.float32))


def learn_voice(chances: Floats, evidence: Floats, truth: Ints) -> tuple[float, float]:
    """The two powers under which what really happened is likeliest."""
    step = max(1, len(truth) // LOOKED_AT)
    chances, evidence, truth = chances[::step], evidence[::step], truth[::step]

    def loss(voice: tuple[float, float]) -> float:
        told = mixed(chances, evidence, voice)[np.arange(len(truth)), truth]
        return -float(np.log(np.maximum(told, FLOOR)).mean())

    return min(((own, other) for own in SAYS_MODEL for other in SAYS_KEYWORDS), key=loss)


class Blend:
    """A model helped by keywords. `codes` maps the model's labels to matters where they differ (names of matters).

    Where the model knows only a coarse matter (its labels are first-level names, say), keywords share out its
    probability among the finer matters below it. A matter without cases is suggested when keywords speak for it.
    """

    def __init__(
        self, model: Model, keywords: Keywords, ancestors: Ancestors, codes: Mapping[str, str] | None = None
    ) -> None:
        self.model, self.keywords, self.ancestors = model, keywords, ancestors
        self.threshold = model.threshold
        self._codes = [(codes or {}).get(label, label) for label in model.labels]
        self._place = {code: at for at, code in enumerate(self._codes)}

    def suggest(self, fields: Sequence[str], extra: Sequence[str] = (), top: int = TOP) -> Suggestion:
        """The best matters; their words are the keywords found, else the words that decided in the model."""
        seen = self.model.read(fields, extra)
        if seen.blank:
            return self.keywords.suggest(fields, top=top)
        said = self.keywords.evidence(fields)
        chances = self._chances(seen.chances, {code: sum(words.values()) for code, words in said.items()})
        best = sorted(chances, key=lambda code: (-chances[code], code))[:top]
        found = tuple(
            Candidate(
                code, round(chances[code], 4), loudest(said[code]) if code in said else seen.reasons(self._place[code])
            )
            for code in best
        )
        sure = bool(found) and found[0].probability >= self.threshold
        return Suggestion(found, sure=sure, origin="both" if said else "model", chances=chances)

    def _chances(self, learnt: Floats, weights: Mapping[str, float]) -> dict[str, float]:
        """The probability of every matter that either side knows."""
        finer = {code: coarse for code in weights if code not in self._place if (coarse := self._coarse(code))}
        news = [code for code in weights if code not in self._place and code not in finer and self.model.voice[1]]
        names = [*self._codes, *news]
        unmet = np.full(len(news), 1 / (self.model.rows + 1), dtype=np.float32)
        evidence = np.array([weights.get(code, 0.0) for code in names], dtype=np.float32)
        shares = mixed(np.concatenate([learnt, unmet]), evidence, self.model.voice).tolist()
        chances: dict[str, float] = {}
        for code, share in zip(names, shares, strict=True):
            chances[code] = chances.get(code, 0.0) + share
        self._share_out(chances, weights, finer)
        return chances

    def _coarse(self, code: str) -> str:
        """The nearest matter above that the model knows."""
        return next((parent for parent in reversed(self.ancestors(code)) if parent in self._place), "")

    def _share_out(self, chances: dict[str, float], weights: Mapping[str, float], finer: Mapping[str, str]) -> None:
        """Hand the probability of a coarse matter down to finer ones that keywords speak for."""
        for coarse in set(finer.values()):
            below = [code for code in finer if finer[code] == coarse]
            whole = sum(weights[code] for code in below) + DOUBT
            for code in below:
                chances[code] = chances[coarse] * weights[code] / whole
            chances[coarse] *= DOUBT / whole
