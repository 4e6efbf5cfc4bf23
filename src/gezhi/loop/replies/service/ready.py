"""Which ready texts suit a request, their fields filled in from what is known of the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gezhi.kit.text import pick
from gezhi.loop.models import StandardReply
from gezhi.loop.replies.rules.texts import ALWAYS, AT_ONCE, ORDER, OTHERWISE, Text, filled, standing, suiting
from gezhi.loop.store.content import Content


@dataclass(frozen=True, slots=True)
class Ready:
    """One ready text as the desk takes it over."""

    code: str
    kind: str
    title: str
    text: str
    basis: str
    standing: str
    matter: str = ""  # the one that it belongs to; none for a frame, and none where the matter is no longer in use


def suited(
    kept: Content, said: str, matter: str, *, kind: str, language: str, today: date, most: int = 8,
    values: Mapping[str, str] | None = None, likely: str = "",
) -> list[Ready]:  # fmt: skip
    """What may be said at once to a request of this kind, the best first; what is expired is not offered.

    A result of handling, a notice or a refusal is never said before anybody has looked, so none is offered here.
    """
    kinds = AT_ONCE.get(kind, ALWAYS)
    rows = {code: row for code, row in kept.replies.items() if row.kind in kinds and _holds(row, today) and row.text_zh}
    texts = (
        Text(code, row.matter, f"{row.title_zh} {row.title_en}", f"{row.text_zh} {row.text_en}", row.kind)
        for code, row in rows.items()
    )
    path, guess = (kept.matter_path(code) if code in kept.matters else "" for code in (matter, likely))
    found = suiting(texts, said, path, most, guess)
    return [ready(rows[code], kept, language=language, today=today, values=values or {}) for code in found]


def listed(
    kept: Content, words: str, matter: str, *, kind: str, language: str, today: date, most: int,
    values: Mapping[str, str] | None = None,
) -> list[Ready]:  # fmt: skip
    """Texts with all of these words: those that suit the matter before others, and of them what this kind wants."""
    path = kept.matter_path(matter).split(".") if matter in kept.matters else []
    wanted, order = words.lower().split(), ORDER.get(kind, OTHERWISE)
    rows = []
    for at, row in enumerate(kept.replies.values()):
        told = f"{row.code} {row.title_zh} {row.title_en} {row.text_zh} {row.text_en} {row.basis_zh}".lower()
        if _holds(row, today) and all(word in told for word in wanted):
            near = path.index(row.matter) + 1 if row.matter in path else 0
            rank = order.index(row.kind) if row.kind in order else len(order)
            rows.append((bool(row.matter) and not near, rank, -near, at, row))
    rows.sort(key=lambda one: one[:4])
    return [ready(row, kept, language=language, today=today, values=values or {}) for *_, row in rows[:most]]


def _holds(row: StandardReply, today: date) -> bool:
    begun = row.valid_from is None or row.valid_from <= today
    return begun and standing(row.review_on, row.valid_to, today) != "expired"


def ready(row: StandardReply, kept: Content, *, language: str, today: date, values: Mapping[str, str]) -> Ready:
    return Ready(
        code=row.code, kind=row.kind, title=pick(row, "title", language),
        text=filled(pick(row, "text", language), values), basis=pick(row, "basis", language),
        standing=standing(row.review_on, row.valid_to, today),
        matter=row.matter if row.matter in kept.matters_in_use else "",
    )  # fmt: skip
