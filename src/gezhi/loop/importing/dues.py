"""How imported cases stand to the due moments that their source had set, and whether its own word agrees."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.loop.importing import store
from gezhi.loop.importing.access import batch_for
from gezhi.loop.models import Batch
from gezhi.trust.rules import Actor

VERDICTS = ("kept", "late", "running", "overdue")  # ended in time or not; open and not yet due, or overdue
SAYS = {"kept": "yes", "running": "yes", "late": "no", "overdue": "no"}


@dataclass(slots=True)
class Dues:
    """Cases of a batch by their verdict; compared with the source's own word where it gave one, the rest apart."""

    cases: int = 0
    kept: int = 0
    late: int = 0
    running: int = 0
    overdue: int = 0
    compared: int = 0
    equal: int = 0
    apart: dict[str, int] = field(default_factory=dict)  # why not compared: no-due, no-word
    differ: dict[str, int] = field(default_factory=dict)  # "verdict/word" where the two disagree

    @property
    def given(self) -> int:
        return self.kept + self.late + self.running + self.overdue

    @property
    def on_time(self) -> float | None:
        """The share answered in time of all that are ended or overdue."""
        due = self.kept + self.late + self.overdue
        return self.kept / due if due else None

    def as_dict(self) -> dict[str, Any]:
        share = round(self.on_time, 4) if self.on_time is not None else None
        counts = {name: getattr(self, name) for name in ("cases", *VERDICTS, "compared", "equal")}
        return {**counts, "given": self.given, "on_time": share, "apart": self.apart, "differ": self.differ}


def summed(rows: list[tuple[str, str, int]]) -> Dues:
    """Figures out of (verdict or "", the source's word or "", how many).

    >>> found = summed([("kept", "yes", 3), ("late", "", 1), ("", "yes", 2), ("overdue", "yes", 1)])
    >>> found.given, found.compared, found.equal, found.apart, found.differ, found.on_time
    (5, 4, 3, {'no-word': 1, 'no-due': 2}, {'overdue/yes': 1}, 0.6)
    """
    found = Dues()
    apart: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    for verdict, word, count in rows:
        found.cases += count
        if verdict:
            setattr(found, verdict, getattr(found, verdict) + count)
        if not (verdict and word):
            apart["no-word" if verdict else "no-due"] += count
            continue
        found.compared += count
        if SAYS[verdict] == word:
            found.equal += count
        else:
            differ[f"{verdict}/{word}"] += count
    found.apart, found.differ = dict(apart), dict(differ)
    return found


def dues_of(batch_id: int, *, actor: Actor, now: datetime) -> Dues:
    """The figures of one batch; Refused("batch-unknown") for whoever may not know of it."""
    batch = store.batch_of(batch_id) if actor.kind == "system" else None
    return summed(store.given_dues((batch or batch_for(actor, batch_id)).pk, now))


def has_dues(batch: Batch) -> bool:
    """Whether some case of a batch follows a due of its source."""
    return store.any_given(batch.pk)
