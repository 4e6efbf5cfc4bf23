"""A young model and the pack's keywords together: the fewer cases a label has, the more its keywords count."""

from collections.abc import Callable, Mapping, Sequence

from gezhi.loop.triage.rules.keywords import DOUBT, Keywords
from gezhi.loop.triage.rules.model import TOP, Candidate, Model, Suggestion

GROWN = 30  # decided cases from which a label stands on its own
Ancestors = Callable[[str], Sequence[str]]


class Blend:
    """A model helped by keywords. `codes` maps the model's labels to matters where they differ (names of matters).

    Where the model knows only a coarse matter (its labels are first-level names, say), keywords share out its
    probability among the finer matters below it.
    """

    def __init__(
        self, model: Model, keywords: Keywords, ancestors: Ancestors, codes: Mapping[str, str] | None = None
    ) -> None:
        self.model, self.keywords, self.ancestors = model, keywords, ancestors
        self.threshold = model.threshold
        self._code = {label: (codes or {}).get(label, label) for label in model.labels}
        self._trust = {self._code[label]: min(1.0, model.counts.get(label, 0) / GROWN) for label in model.labels}

    def probabilities(self, fields: Sequence[str], extra: Sequence[str] = ()) -> dict[str, float]:
        """The probability of every label of either side, in matters."""
        learnt = {self._code[label]: chance for label, chance in self.model.probabilities(fields, extra).items()}
        heard = self.keywords.probabilities(fields)
        mixed = {
            code: self._trust[code] * chance + (1 - self._trust[code]) * heard.get(code, 0.0) if heard else chance
            for code, chance in learnt.items()
        }
        self._share_out(mixed, heard)
        for code, chance in heard.items():
            if code not in mixed:
                mixed[code] = chance * (1 - self._grown_share())
        whole = sum(mixed.values())
        return {code: chance / whole for code, chance in mixed.items()} if whole else {}

    def _grown_share(self) -> float:
        """How far the model as a whole stands on its own; a label that it never met weighs against it that much less."""
        return sum(self._trust.values()) / len(self._trust)

    def _share_out(self, mixed: dict[str, float], heard: Mapping[str, float]) -> None:
        """Hand the probability of a coarse matter down to finer ones that keywords speak for."""
        below: dict[str, dict[str, float]] = {}
        for code, chance in heard.items():
            if code in mixed:
                continue
            coarse = next((parent for parent in reversed(self.ancestors(code)) if parent in mixed), None)
            if coarse is not None:
                below.setdefault(coarse, {})[code] = chance
        for coarse, finer in below.items():
            doubt = DOUBT * (1 - sum(heard.values()))
            whole = sum(finer.values()) + doubt
            for code, chance in finer.items():
                mixed[code] = mixed[coarse] * chance / whole
            mixed[coarse] *= doubt / whole

    def suggest(self, fields: Sequence[str], extra: Sequence[str] = (), top: int = TOP) -> Suggestion:
        """The best matters with words from whichever side spoke for them: the model's first, else the keywords."""
        chances = self.probabilities(fields, extra)
        best = sorted(chances, key=lambda code: (-chances[code], code))[:top]
        learnt = {self._code[c.label]: c.words for c in self.model.suggest(fields, extra, top=len(best) + TOP).candidates}
        heard = {c.label: c.words for c in self.keywords.suggest(fields, top=len(best) + TOP).candidates}
        found = tuple(
            Candidate(code, round(chances[code], 4), heard.get(code) or learnt.get(code, ())) for code in best
        )
        origin = "both" if heard else "model"
        return Suggestion(found, sure=bool(found) and found[0].probability >= self.threshold, origin=origin)
