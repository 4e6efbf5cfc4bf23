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

    def _mixed(self, learnt: Mapping[str, float], heard: Mapping[str, float]) -> dict[str, float]:
        """The probability of every matter that either side knows."""
        if not heard:
            return dict(learnt)
        mixed = {
            code: self._trust[code] * chance + (1 - self._trust[code]) * heard.get(code, 0.0)
            for code, chance in learnt.items()
        }
        self._share_out(mixed, heard)
        young = 1 - sum(self._trust.values()) / len(self._trust)
        for code, chance in heard.items():
            if code not in mixed:  # a matter of which the office has no case yet
                mixed[code] = chance * young
        whole = sum(mixed.values())
        return {code: chance / whole for code, chance in mixed.items()}

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
        """The best matters; their words are the keywords found, else the words that decided in the model."""
        seen, heard = self.model.read(fields, extra), self.keywords.suggest(fields, top=len(self.keywords))
        if seen.blank:
            return self.keywords.suggest(fields, top=top)
        learnt: dict[str, float] = {}
        place: dict[str, int] = {}
        for at, label in enumerate(self.model.labels):
            learnt[self._code[label]] = learnt.get(self._code[label], 0.0) + float(seen.chances[at])
            place[self._code[label]] = at
        chances = self._mixed(learnt, heard.chances)
        said = {candidate.label: candidate.words for candidate in heard.candidates}
        best = sorted(chances, key=lambda code: (-chances[code], code))[:top]
        found = tuple(
            Candidate(code, round(chances[code], 4), said.get(code) or seen.reasons(place[code])) for code in best
        )
        sure = bool(found) and found[0].probability >= self.threshold
        return Suggestion(found, sure=sure, origin="both" if said else "model", chances=chances)
