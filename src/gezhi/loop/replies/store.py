"""Every query of the replies beside the content in force."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection
from django.db.models import Sum

from gezhi.loop.models import ReplyCheck, ReplyUse, StandardReply


def count_use(codes: Iterable[str], day: date) -> None:
    """One more use of each on a day, whoever counts at the same time."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO loop_replyuse (code, day, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (code, day) DO UPDATE SET count = loop_replyuse.count + 1",
            [(code, day) for code in codes],
        )


def uses(since: date) -> dict[str, int]:
    """How often each text went out since a day."""
    rows = ReplyUse.objects.filter(day__gte=since).values("code").annotate(total=Sum("count"))
    return {row["code"]: row["total"] for row in rows}


def year_before(day: date) -> date:
    return day - timedelta(days=365)


def versions(code: str) -> list[StandardReply]:
    """Every version of a text, the newest first; those of packs below the office's own."""
    rows = StandardReply.objects.filter(code=code)
    return sorted(rows, key=lambda row: (row.pack != "local", -row.pk))


def put_text(row: StandardReply) -> None:
    """The next version of the office: it alone of the office's own is in force."""
    own = StandardReply.objects.filter(code=row.code, pack="local")
    row.pack, row.version = "local", str(own.count() + 1)
    own.update(active=False)
    row.save(force_insert=True)


def take_back(code: str) -> int:
    """The office's own versions are no longer in force; that of the pack is again, where there is one."""
    return StandardReply.objects.filter(code=code, pack="local", active=True).update(active=False)


def put_check(row: ReplyCheck) -> None:
    own = ReplyCheck.objects.filter(code=row.code, pack="local")
    row.pack, row.version = "local", str(own.count() + 1)
    own.update(active=False)
    row.save(force_insert=True)
