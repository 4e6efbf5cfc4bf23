"""Public counts: what points at few people is hidden, and with it whatever would give the hidden number away."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 5
HIDDEN = None


@dataclass(frozen=True, slots=True)
class Column:
    """One measure of one month: the cells by matter and their sum; None where it is hidden."""

    cells: Mapping[str, int | None]
    total: int | None


def covered(cells: Mapping[str, int], least: int = LEAST) -> Column:
    """The counts that may be shown beside their sum.

    Counts from 1 to least - 1 are hidden. Where they could be worked out from the sum, the next smaller cells are
    hidden too, until at least two cells, together at least `least`, lie under the sum; else the sum is hidden itself.

    >>> covered({"01": 40, "02": 3, "03": 9})
    Column(cells={'01': 40, '02': None, '03': None}, total=52)
    >>> covered({"01": 3})
    Column(cells={'01': None}, total=None)
    >>> covered({"01": 12, "02": 0}).total
    12
    """
    total = sum(cells.values())
    hidden = {key for key, count in cells.items() if 0 < count < least}
    rest = sorted((count, key) for key, count in cells.items() if count >= least)
    while hidden and rest and not _safe(cells, hidden, least):
        hidden.add(rest.pop(0)[1])
    shown = {key: None if key in hidden else count for key, count in cells.items()}
    return Column(shown, None if hidden and not _safe(cells, hidden, least) else total)


def _safe(cells: Mapping[str, int], hidden: set[str], least: int) -> bool:
    return len(hidden) > 1 and sum(cells[key] for key in hidden) >= least


def share(part: int, whole: int, least: int = LEAST) -> int | None:
    """A share in whole per cent; none of fewer than `least`.

    >>> share(9, 12), share(3, 4), share(0, 0)
    (75, None, None)
    """
    return round(part * 100 / whole) if whole >= least else None
