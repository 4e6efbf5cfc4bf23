"""Cases that share the words of what is being typed: bounded in age, in words and in time, since anybody may ask."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from psycopg.errors import QueryCanceled

from gezhi.kit.text import query_text
from gezhi.loop.models import Case
from gezhi.loop.store.visible import desk_of, visible
from gezhi.trust.rules import Actor

RECENT = timedelta(days=30)  # no older case is looked at, whatever is asked
WORDS = 12  # of what was typed, the rarest
PATIENCE = 150  # milliseconds; whoever types on asks again
RAREST = (  # how often each word occurs, as the database last counted; what it did not count is rare
    "SELECT w.word FROM unnest(%s::text[]) WITH ORDINALITY w(word, place) LEFT JOIN ("
    " SELECT e.word, e.share FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs)"
    " e(word, share) WHERE schemaname = current_schema() AND tablename = 'loop_casetext' AND attname = 'search'"
    ") often ON often.word = w.word ORDER BY coalesce(often.share, 0), length(w.word) DESC, w.place LIMIT %s"
)
ALIKE = (
    "SELECT t.case_id, ts_rank(t.search, q) AS r FROM loop_casetext t JOIN loop_case c ON c.id = t.case_id,"
    " to_tsquery('simple', %s) q WHERE t.search @@ q AND c.received_at > %s ORDER BY r DESC LIMIT %s"
)

SHARED = (
    "SELECT t.case_id, count(*) FROM loop_casetext t, unnest(%s::text[]) word"
    " WHERE t.case_id = ANY(%s) AND t.search @@ to_tsquery('simple', quote_literal(word)) GROUP BY t.case_id"
)


def similar(actor: Actor, words: str, *, now: datetime, limit: int = 5, within: timedelta = RECENT) -> list[Case]:
    """Recent cases that share most of the words; none where they cannot be found in a moment."""
    parts = _parts(words)
    if not parts:
        return []
    try:
        ranked = _ranked(parts, now - min(within, RECENT), limit * 4)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return []
    rows = visible(actor).filter(Q(confidential=False) | desk_of(actor), pk__in=ranked, dormant=False)
    found = {case.pk: case for case in rows.select_related("lead", "requester")}
    return [found[key] for key in ranked if key in found][:limit]


def sharing(keys: Sequence[UUID], words: str) -> dict[UUID, float]:
    """Which part of the rarest words of a text each of these cases has, from 0 to 1."""
    parts = _parts(words)
    if not parts or not keys:
        return {}
    with connection.cursor() as cursor:
        if len(parts) > WORDS:
            cursor.execute(RAREST, [parts, WORDS])
            parts = [row[0] for row in cursor.fetchall()]
        cursor.execute(SHARED, [parts, list(keys)])
        return {row[0]: row[1] / len(parts) for row in cursor.fetchall()}


def _parts(words: str) -> list[str]:
    return [part.strip("'") for part in query_text(words).replace(":*", "").split(" & ") if part]


def _ranked(words: Sequence[str], since: datetime, most: int) -> list[UUID]:
    """Keys of the cases that share most of the rarest words, within the time that there is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()
        _patience(f"{PATIENCE}ms")
        if len(words) > WORDS:
            cursor.execute(RAREST, [list(words), WORDS])
            words = [row[0] for row in cursor.fetchall()]
        cursor.execute(ALIKE, [" | ".join(f"'{word}'" for word in words), since, most])
        found = [row[0] for row in cursor.fetchall()]
        _patience(before[0] if before else "0")  # an act that goes on after this may take its time
        return found


def _patience(time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [time])
