"""Public figures worked out from the steps, month by month, with few cases hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from gezhi.loop.documents.store.counting import began, counted
from gezhi.loop.public import store
from gezhi.loop.public.rules.figures import covered, share
from gezhi.loop.public.rules.months import names, window
from gezhi.loop.store.content import content

MEASURES = ("received", "answered", "in_time", "satisfied")
COUNTS = ("received", "answered")
BACK = 13  # the running month and a year before it
Cells = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its sums and its cells by matter of the first level; None is hidden."""

    name: str
    running: bool
    total: Cells
    by_matter: Mapping[str, Cells]


def months(now: datetime) -> Sequence[Month]:
    """The running month and the year before it, the newest first; counted anew every hour."""
    return _months(now.replace(minute=0, second=0, microsecond=0))


def forget() -> None:
    """Count anew at the next look."""
    _months.cache_clear()


@lru_cache(maxsize=2)
def _months(now: datetime) -> Sequence[Month]:
    first = began()
    wanted = names(now, settings.TIME_ZONE, BACK)
    windows = [window(name, settings.TIME_ZONE) for name in wanted]
    kept = [at for at, (_, until) in enumerate(windows) if at == 0 or (first is not None and until > first)]
    rows = _cells([windows[at] for at in kept])
    return [_month(wanted[at], place == 0, rows[place]) for place, at in enumerate(kept)]


def _cells(windows: Sequence[tuple[datetime, datetime]]) -> list[dict[str, dict[str, int]]]:
    """What was counted, by window, by name of the count, by matter of the first level."""
    made: list[dict[str, dict[str, int]]] = [{} for _ in windows]

    def add(at: int, name: str, matter: str, count: int) -> None:
        cells = made[at].setdefault(name, {})
        top = content().matter_path(matter).partition(".")[0]
        cells[top] = cells.get(top, 0) + count

    for one in counted(windows):
        if one.by != "matter":
            continue
        if one.event == "received" and "imported" not in one.facts:
            add(one.window, "received", one.key, one.count)
        elif one.event == "handle":
            add(one.window, "in_time" if "in_time" in one.facts else "late", one.key, one.count)
        elif one.event == "opinion":
            for word in {"satisfied", "basic", "dissatisfied"} & set(one.facts):
                add(one.window, "happy" if word != "dissatisfied" else "unhappy", one.key, one.count)
    for at, matter, count in store.answered(windows):
        add(at, "answered", matter, count)
    return made


def _month(name: str, running: bool, rows: Mapping[str, Mapping[str, int]]) -> Month:  # noqa: FBT001 - a field of the month
    tops = sorted({top for cells in rows.values() for top in cells})
    columns = {count: covered({top: rows.get(count, {}).get(top, 0) for top in tops}) for count in COUNTS}
    total: dict[str, int | None] = {count: columns[count].total for count in COUNTS}
    total |= _shares({word: sum(cells.values()) for word, cells in rows.items()})
    by_matter: dict[str, Cells] = {
        top: {**{count: columns[count].cells[top] for count in COUNTS},
              **_shares({word: cells.get(top, 0) for word, cells in rows.items()})}
        for top in tops
    }  # fmt: skip
    return Month(name, running, total, by_matter)


def _shares(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Shares of what was counted; none of few."""
    in_time, late = counts.get("in_time", 0), counts.get("late", 0)
    happy, unhappy = counts.get("happy", 0), counts.get("unhappy", 0)
    return {"in_time": share(in_time, in_time + late), "satisfied": share(happy, happy + unhappy)}
