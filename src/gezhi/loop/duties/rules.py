"""Which line of the list of township duties speaks of a case, and what it says against a unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KINDS = ("basic", "cooperating", "taken_back")
TOWNSHIPS = ("street", "town", "community", "village")  # kinds of unit that stand at the bottom


@dataclass(frozen=True, slots=True)
class TownDuty:
    """One line: a matter, words that narrow it (or find it alone), the township, the department that leads."""

    code: str
    kind: str
    name_zh: str
    name_en: str = ""
    matter: str = ""
    keywords: tuple[str, ...] = ()
    unit: str = ""
    lead: str = ""
    basis_zh: str = ""
    basis_en: str = ""
    source: str = ""
    verified: bool = False


def fitting(rows: Iterable[TownDuty], path: str, words: str = "", unit: str = "") -> TownDuty | None:
    """The line nearest to a case: of that very township, of the deepest matter, with the most of its words.

    Words narrow a matter; a line without a matter is found by its words alone.

    >>> rows = [TownDuty("1", "basic", "a", matter="02"), TownDuty("2", "taken_back", "b", matter="0202"),
    ...         TownDuty("3", "cooperating", "c", matter="0202", keywords=("死猪",)), TownDuty("4", "basic", "d",
    ...         keywords=("秸秆",)), TownDuty("5", "basic", "e", matter="0202", unit="town_a")]
    >>> [fitting(rows, "02.0202", words).code for words in ("河里有死猪", "养鸡")]
    ['3', '2']
    >>> fitting(rows, "02.0203").code, fitting(rows, "11", "焚烧秸秆").code, fitting(rows, "11")
    ('1', '4', None)
    >>> fitting(rows, "02.0202", "", "town_a").code
    '5'
    """
    parts = path.split(".") if path else []
    best: tuple[tuple[bool, int, int], TownDuty] | None = None
    for row in rows:
        if (row.unit and row.unit != unit) or (row.matter and row.matter not in parts):
            continue
        hits = sum(1 for word in row.keywords if word in words)
        if (row.keywords and not hits) or not (row.keywords or row.matter):
            continue
        rank = (bool(row.unit), parts.index(row.matter) + 1 if row.matter else 0, hits)
        if best is None or rank > best[0]:
            best = (rank, row)
    return best[1] if best else None


def against(duty: TownDuty | None, *, leads: bool) -> str:
    """The refusal that a line stands for where a township leads or assists; empty where it may.

    >>> duty = TownDuty("1", "cooperating", "x")
    >>> against(duty, leads=True), against(duty, leads=False), against(None, leads=True)
    ('town-cooperating', '', '')
    """
    if duty is None or duty.kind == "basic" or (duty.kind == "cooperating" and not leads):
        return ""
    return "town-cooperating" if duty.kind == "cooperating" else "town-taken-back"


def named_units(move: str, data: dict[str, object], lead: int | None) -> tuple[list[int], list[int]]:
    """The units that a move would put in charge, and those that it would ask to assist.

    >>> named_units("change_lead", {"unit": 2, "keep": True, "assisting": [3]}, 1), named_units("task", {"unit": 4}, 1)
    (([2], [1, 3]), ([], [4]))
    """
    unit = data.get("unit")
    first = [unit] if isinstance(unit, int) else []
    if move == "task":
        return [], first
    more = data.get("assisting")
    kept: Sequence[int] = [lead] if data.get("keep") and lead is not None else []
    return first, [*kept, *(more if isinstance(more, list) else [])]
