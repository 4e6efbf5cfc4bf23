"""Case numbers: a sequence that never gives a value twice, counted per day from where it stood that morning."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from django.db import connection, transaction

from gezhi.kernel.errors import Refused
from gezhi.kernel.numbers import Pattern
from gezhi.loop.store.content import content

DEFAULT = "{area6}{yyyyMMdd}{seq:5}"
BLOCK = 20  # as the sequence increments: one round trip for twenty numbers

_lock = threading.Lock()
_block: list[int] = []
_bases: dict[str, int] = {}


@lru_cache(maxsize=4)
def _pattern(text: str) -> Pattern:
    return Pattern(text)


def next_number(received: datetime) -> str:
    """The next number of the day. Gaps happen (a refusal, a restart); no number is given twice."""
    return next_numbers(received, 1)[0]


def next_numbers(received: datetime, count: int) -> list[str]:
    """So many numbers of one day, the day looked up once; for imports."""
    kept = content()
    row = kept.codes.get("number", {}).get("pattern")
    pattern = _pattern(row.name_zh if row else DEFAULT)
    area = str(row.extra.get("area", "000000")) if row else "000000"
    day = kept.calendar.local_date(received)
    base = _base(pattern.scope(area=area, on=day))
    return [pattern.render(area=area, on=day, serial=_value_above(base) - base) for _ in range(count)]


def past_numbers(moments: Sequence[datetime]) -> list[str]:
    """Numbers of old cases, each of the day on which it came, in the order given; two statements at most.

    They count down from the last number of a day, and take no more than its upper half: a year of old cases must leave
    the numbers of today to those who call today. The caller holds the lock under which imports write.
    """
    kept = content()
    row = kept.codes.get("number", {}).get("pattern")
    pattern = _pattern(row.name_zh if row else DEFAULT)
    area = str(row.extra.get("area", "000000")) if row else "000000"
    days = [kept.calendar.local_date(moment) for moment in moments]
    scopes = {day: f"import.{pattern.scope(area=area, on=day)}" for day in set(days)}
    wanted = Counter(scopes[day] for day in days)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loop_serial (scope, base) SELECT * FROM unnest(%s::text[], %s::bigint[]) "
            "ON CONFLICT (scope) DO UPDATE SET base = loop_serial.base + excluded.base RETURNING scope, base",
            [sorted(wanted), [wanted[scope] for scope in sorted(wanted)]],
        )
        used = {scope: int(base) - wanted[scope] for scope, base in cursor.fetchall()}
    made = []
    for day in days:
        used[scopes[day]] += 1
        if used[scopes[day]] > pattern.capacity // 2:
            raise Refused("number-full", pattern=pattern.text, serial=used[scopes[day]], capacity=pattern.capacity // 2)
        made.append(pattern.render(area=area, on=day, serial=pattern.capacity + 1 - used[scopes[day]]))
    return made


def _value_above(base: int) -> int:
    with _lock:
        while _block and _block[0] <= base:
            _block.pop(0)
        while not _block:  # a value just below the base gives no number
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval('loop_number')")
                top = int(cursor.fetchone()[0])
            _block.extend(value for value in range(top - BLOCK + 1, top + 1) if value > base)
        return _block.pop(0)


def _base(scope: str) -> int:
    if scope in _bases:
        return _bases[scope]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loop_serial (scope, base) SELECT %s, last_value FROM loop_number ON CONFLICT DO NOTHING",
            [scope],
        )
        cursor.execute("SELECT base FROM loop_serial WHERE scope = %s", [scope])
        base = int(cursor.fetchone()[0])
    transaction.on_commit(lambda: _bases.__setitem__(scope, base))  # a rolled back row must not be remembered
    return base


def next_in_year(series: str, day: date) -> str:
    """The next number of a series that begins anew each year, without gaps: 2026-0007."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loop_serial (scope, base) VALUES (%s, 1) "
            "ON CONFLICT (scope) DO UPDATE SET base = loop_serial.base + 1 RETURNING base",
            [f"{series}.{day.year}"],
        )
        return f"{day.year}-{cursor.fetchone()[0]:04d}"


def forget() -> None:
    """Drop what this process remembers; the numbers in hand become gaps."""
    with _lock:
        _block.clear()
        _bases.clear()


def today(now: datetime) -> date:
    """The local date of an instant."""
    return content().calendar.local_date(now)
