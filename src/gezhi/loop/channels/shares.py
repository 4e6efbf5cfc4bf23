"""Cases by channel and month: how many came by each, and their share."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

MONTHS = 12
OUT = ("void",)


@dataclass(frozen=True, slots=True)
class Shares:
    """Months as 2026-03, and for each channel the cases of each, the sum and its share in percent."""

    months: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...], int, float], ...]
    totals: tuple[int, ...]
    total: int


def shares(actor: Actor, now: datetime, *, months: int = MONTHS) -> Shares:
    """Of the cases that the actor may read, by the month in which they were received; void ones are left out."""
    here = timezone.localtime(now)
    last = here.year * 12 + here.month - 1
    names = tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last - months + 1, last + 1))
    first = datetime(int(names[0][:4]), int(names[0][5:]), 1, tzinfo=here.tzinfo)
    rows = visible(actor).filter(received_at__gte=first, received_at__lte=now).exclude(state__in=OUT).order_by()
    counted = rows.annotate(month=TruncMonth("received_at")).values_list("channel", "month").annotate(n=Count("pk"))
    return folded(names, ((channel, f"{timezone.localtime(month):%Y-%m}", n) for channel, month, n in counted))


def folded(months: tuple[str, ...], counted: Iterable[tuple[str, str, int]]) -> Shares:
    """Counts as a table, the most frequent channel first.

    >>> counted = [("web", "2026-03", 1), ("hotline", "2026-02", 2), ("hotline", "2026-03", 1)]
    >>> folded(("2026-02", "2026-03"), counted).rows
    (('hotline', (2, 1), 3, 75.0), ('web', (0, 1), 1, 25.0))
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, month, n in counted:
        found[channel][month] = n
    total = sum(n for by in found.values() for n in by.values())
    rows = [(channel, tuple(by.get(month, 0) for month in months), sum(by.values())) for channel, by in found.items()]
    rows.sort(key=lambda row: (-row[2], row[0]))
    with_share = tuple((c, by, n, round(100 * n / total, 1) if total else 0.0) for c, by, n in rows)
    return Shares(months, with_share, tuple(sum(by.get(month, 0) for by in found.values()) for month in months), total)
