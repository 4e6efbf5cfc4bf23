"""Queries of the model page: counts worked out each night in a few statements, read in a fixed number of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from gezhi.loop.models import Case, Suggested, TriageBand, TriageCell, TriageDesk

_CELLS = """
INSERT INTO loop_triagecell (month, target, digest, said, chosen, sure, among, n)
SELECT date_trunc('month', c.closed_at AT TIME ZONE %(zone)s)::date, %(target)s, s.digest,
  coalesce(s.{said}->0->>0, ''), {chosen}, s.sure,
  EXISTS (SELECT 1 FROM jsonb_array_elements(s.{said}) m WHERE m->>0 = {chosen}), count(*)
FROM loop_suggested s JOIN loop_case c ON c.id = s.case_id LEFT JOIN trust_unit u ON u.id = c.lead_id
WHERE c.state = 'closed' AND c.closed_at IS NOT NULL AND coalesce({chosen}, '') <> ''
GROUP BY 1, 3, 4, 5, 6, 7
"""
_BANDS = """
INSERT INTO loop_triageband (month, digest, band, n)
SELECT date_trunc('month', made_at AT TIME ZONE %(zone)s)::date, digest,
  least(9, floor(coalesce((matters->0->>1)::float, 0) * 10))::int, count(*) FROM loop_suggested GROUP BY 1, 2, 3
"""
COLUMNS = {"matter": {"said": "matters", "chosen": "c.matter"}, "unit": {"said": "units", "chosen": "u.code"}}
RIGHT = Q(said=F("chosen"))


def refill() -> int:
    """All counts anew, in one transaction; how many cells there are."""
    zone = settings.TIME_ZONE
    with transaction.atomic(), connection.cursor() as cursor:
        TriageCell.objects.all().delete()
        TriageBand.objects.all().delete()
        for target, columns in COLUMNS.items():
            cursor.execute(_CELLS.format(**columns), {"zone": zone, "target": target})
        cursor.execute(_BANDS, {"zone": zone})
    return TriageCell.objects.count()


def cells(target: str, first: date, last: date) -> QuerySet[TriageCell]:
    return TriageCell.objects.filter(target=target, month__gte=first, month__lte=last)


def last_month(target: str) -> date | None:
    found: date | None = TriageCell.objects.filter(target=target).aggregate(last=Max("month"))["last"]
    return found


def months(rows: QuerySet[TriageCell]) -> list[dict[str, Any]]:
    """For each month: decided, said, right, sure, sure and right, among the three."""
    found = (
        rows.values("month").order_by("month").annotate(
            decided=Sum("n"), spoke=Sum("n", filter=~Q(said=""), default=0), right=Sum("n", filter=RIGHT, default=0),
            filled=Sum("n", filter=Q(sure=True), default=0), among=Sum("n", filter=Q(among=True), default=0),
            filled_right=Sum("n", filter=RIGHT & Q(sure=True), default=0),
        )
    )  # fmt: skip
    return [dict(row) for row in found]


def by(rows: QuerySet[TriageCell], column: str, *keys: str) -> dict[Any, int]:
    """Cases by said or chosen, and by more keys before it where wanted."""
    found = rows.values_list(*keys, column).annotate(count=Sum("n")).order_by()
    return {row[:-1] if keys else row[0]: row[-1] for row in found}


def hits(rows: QuerySet[TriageCell]) -> dict[str, int]:
    return by(rows.filter(RIGHT), "chosen")


def confusions(rows: QuerySet[TriageCell], most: int) -> list[tuple[str, str, int]]:
    """What was said and what was chosen instead, the commonest first."""
    found = rows.exclude(RIGHT).exclude(said="").values_list("said", "chosen").annotate(count=Sum("n"))
    return list(found.order_by("-count", "said", "chosen")[:most])


def bands(first: date, last: date) -> dict[date, dict[str, int]]:
    """For each month how sure suggestions were, in tenths."""
    found: dict[date, dict[str, int]] = {}
    rows = TriageBand.objects.filter(month__gte=first, month__lte=last).values_list("month", "band")
    for month, band, n in rows.annotate(count=Sum("n")).order_by():
        found.setdefault(month, {})[str(band)] = n
    return found


def desk_history(target: str) -> list[TriageDesk]:
    rows = TriageDesk.objects.filter(target=target).select_related("model", "put_by")
    return list(rows.order_by("-put_at", "-pk")[:50])


def spoken(digests: Sequence[str]) -> dict[str, int]:
    """How many cases each model spoke of."""
    rows = Suggested.objects.filter(digest__in=list(digests)).values_list("digest").annotate(n=Count("pk"))
    return dict(rows.order_by())


def cases_between(seen: QuerySet[Case], target: str, said: str, chosen: str) -> QuerySet[Case]:
    """The decided cases that somebody may see, of which this was said and that was chosen."""
    name = {"matter": "matters", "unit": "units"}[target]
    rows = seen.filter(state="closed").annotate(
        said=KeyTextTransform(0, KeyTransform(0, f"suggested__{name}")),
    )
    what = {"matter": chosen} if target == "matter" else {"lead__code": chosen}
    return rows.filter(said=said, **what).select_related("requester").order_by("-closed_at")
