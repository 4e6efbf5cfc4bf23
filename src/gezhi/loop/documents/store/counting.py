"""What happened in some periods, counted over the steps by one statement, whatever the number of cases or periods.

An event lies where the scores see it (`loop/scores/rules/events.py`): a clock where it was met or ran out, everything
else where it happened; the unit is the lead of that moment, the desk where there was none; what an import brought as
done counts apart, what is void not at all. Only what was known at the end of a period is looked at, so that the same
period gives the same figures for ever, but for old cases that an import adds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from gezhi.loop.calls.store import any_call, figures
from gezhi.loop.documents.rules.report import Counted
from gezhi.loop.models import Case
from gezhi.loop.rules.words import OPEN, SOLVED, UNHAPPY
from gezhi.loop.scores.rules.events import DROPPED, HAPPY

# The cases of each window, those with a step or a running limit in it and those received; their steps until its end,
# without slips that were taken back.
_TOLD = """
WITH win AS (SELECT * FROM unnest(%(keys)s::int[], %(since)s::timestamptz[], %(until)s::timestamptz[])
  AS win(w, since, until)),
near AS MATERIALIZED (
  SELECT win.w, s.case_id FROM win JOIN loop_step s ON s.acted_at >= win.since AND s.acted_at < win.until
  UNION SELECT win.w, k.case_id FROM win
    JOIN loop_caseclock k ON k.started_at < win.until AND (k.finished_at IS NULL OR k.finished_at >= win.since)
  UNION SELECT win.w, c.id FROM win JOIN loop_case c ON c.received_at >= win.since AND c.received_at < win.until
),
gone AS MATERIALIZED (
  SELECT n.w, s.case_id, (s.facts->>'of')::int AS no FROM near n JOIN win USING (w)
  JOIN loop_step s ON s.case_id = n.case_id AND s.move = 'undo' AND s.acted_at < win.until
),
told AS MATERIALIZED (
  SELECT n.w, win.since, win.until, c.id, c.received_at, c.channel, c.desk_id AS desk,
    s.no, s.move, s.source, s.target, s.acted_at AS at, s.facts->'clocks' AS clocks,
    (s.facts->>'unit')::int AS unit, s.facts->>'kind' AS kind, s.facts->>'matter' AS matter, s.facts->>'area' AS area,
    nullif((s.facts->>'urgency')::int, 0) AS urgency, coalesce((s.facts->>'dormant')::bool, false) AS dormant,
    s.facts ? 'imported' AS imported, coalesce((s.facts->>'approve')::bool, false) AS approve,
    coalesce((s.facts->>'contacted')::bool, false) AS contacted,
    coalesce((s.facts->>'answered')::bool, false) AS reached,
    s.facts->>'ruling' AS ruling, s.facts->>'solved' AS solved, s.facts->>'satisfaction' AS satisfaction,
    CASE WHEN s.move IN ('reopen', 'appeal', 'split') THEN ARRAY[s.no, 0]
      WHEN s.move = ANY(%(leads)s) AND s.facts->>'unit' IS NOT NULL
      THEN ARRAY[s.no, (s.facts->>'unit')::int] END AS leads
  FROM near n JOIN win USING (w) JOIN loop_case c ON c.id = n.case_id
  JOIN loop_step s ON s.case_id = c.id AND s.move <> 'undo' AND (s.acted_at < win.until OR s.no = 1)
  LEFT JOIN gone g ON g.w = n.w AND g.case_id = c.id AND g.no = s.no
  WHERE g.no IS NULL
),
"""
# Each case as it stood at the end of the window, and each act with the lead that it found.
_FOLDED = """
cases AS MATERIALIZED (
  SELECT w, id, min(since) AS since, min(until) AS until, min(received_at) AS received_at, min(at) AS began,
    min(channel) AS channel,
    min(desk) AS desk, (array_agg(target ORDER BY no DESC))[1] AS state,
    coalesce((array_agg(kind ORDER BY no DESC) FILTER (WHERE kind <> ''))[1], '') AS kind,
    coalesce((array_agg(matter ORDER BY no DESC) FILTER (WHERE matter <> '' AND move = ANY(%(classify)s)))[1], '')
      AS matter,
    coalesce((array_agg(area ORDER BY no DESC) FILTER (WHERE area <> '' AND move = ANY(%(classify)s)))[1], '') AS area,
    coalesce((array_agg(urgency ORDER BY no DESC) FILTER (WHERE urgency IS NOT NULL))[1], 1) AS urgency,
    nullif((max(leads))[2], 0) AS lead, bool_or(move = 'history') AS past, bool_or(imported AND no = 1) AS imported,
    coalesce((array_agg(dormant ORDER BY no DESC) FILTER (WHERE move IN ('receive', 'adopt')))[1], false) AS dormant,
    bool_or(move = 'dispatch' AND at >= since AND at < until) AS sent,
    bool_or(move = 'phone') AS logged, bool_or(move = 'phone' AND reached) AS phoned
  FROM told GROUP BY w, id
),
acts AS (
  SELECT t.*, nullif((max(leads) OVER (
    PARTITION BY w, id ORDER BY no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))[2], 0) AS lead
  FROM told t
),
"""
_CLOCKS = """
ops AS (
  SELECT t.w, t.id, t.since, t.until, t.no, t.move, t.at, o.place, o.op->>'clock' AS clock, o.op->>'op' AS op,
    o.op->>'stage' AS stage, (o.op->>'due')::timestamptz AS due
  FROM told t, jsonb_array_elements(t.clocks) WITH ORDINALITY AS o(op, place) WHERE t.clocks IS NOT NULL
),
clocks AS MATERIALIZED (
  SELECT w, id, clock, min(since) AS since, min(until) AS until, max(stage) FILTER (WHERE op = 'start') AS stage,
    (array_agg(due ORDER BY no DESC, place DESC) FILTER (WHERE due IS NOT NULL))[1] AS due,
    (array_agg(CASE WHEN op = 'pause' THEN at END ORDER BY no DESC, place DESC)
      FILTER (WHERE op IN ('pause', 'resume', 'stop')))[1] AS rests,
    (array_agg(due ORDER BY no DESC, place DESC) FILTER (WHERE due IS NOT NULL AND at < since))[1] AS due_then,
    (array_agg(CASE WHEN op = 'pause' THEN at END ORDER BY no DESC, place DESC)
      FILTER (WHERE op IN ('pause', 'resume', 'stop') AND at < since))[1] AS rests_then,
    max(at) FILTER (WHERE op = 'stop') AS finished, max(no) FILTER (WHERE op = 'stop') AS step,
    max(move) FILTER (WHERE op = 'stop') AS by
  FROM ops GROUP BY w, id, clock
),
overdue AS (
  SELECT DISTINCT w, id FROM clocks WHERE finished IS NULL AND rests IS NULL AND due < until
),
settled AS (
  SELECT *, (finished IS NOT NULL AND date_trunc('second', finished) <= due) AS met FROM clocks
  WHERE stage = 'handle' AND due IS NOT NULL
    AND NOT (due_then IS NOT NULL AND due_then < least(since, finished)
      AND (rests_then IS NULL OR rests_then > due_then))
),
handled AS (
  SELECT w, id, clock, 'in_time' AS word, finished AS at, step FROM settled WHERE met AND NOT by = ANY(%(dropped)s)
    AND finished >= since AND finished < until
  UNION ALL
  SELECT w, id, clock, 'late', due, NULL FROM settled WHERE NOT met AND NOT (rests IS NOT NULL AND rests <= due)
    AND due >= since AND due < until
),
handled_by AS (
  SELECT h.w, h.id, h.word, max(a.leads) AS leads FROM handled h
  LEFT JOIN told a ON a.w = h.w AND a.id = h.id AND a.leads IS NOT NULL
    AND ((h.step IS NOT NULL AND a.no < h.step) OR (h.step IS NULL AND a.at <= h.at))
  GROUP BY h.w, h.id, h.clock, h.word
),
"""
_EVENTS = """
events AS (
  SELECT w, id, 'received' AS event, CASE WHEN imported THEN ARRAY['imported'] ELSE '{}'::text[] END AS facts, lead
  FROM cases WHERE received_at >= since AND received_at < until
  UNION ALL
  SELECT c.w, c.id, 'open', CASE WHEN o.id IS NULL THEN '{}'::text[] ELSE ARRAY['overdue'] END, c.lead
  FROM cases c LEFT JOIN overdue o ON o.w = c.w AND o.id = c.id
  WHERE c.state = ANY(%(open)s) AND NOT c.dormant AND NOT c.past AND c.began < c.until
  UNION ALL
  SELECT w, id, 'critical', array_remove(ARRAY[CASE WHEN logged THEN 'logged' END, CASE WHEN phoned THEN 'phoned' END],
    NULL), lead FROM cases WHERE sent AND urgency >= 4 AND NOT dormant AND NOT past
  UNION ALL
  SELECT h.w, h.id, 'handle', ARRAY[h.word], nullif(h.leads[2], 0) FROM handled_by h JOIN cases c USING (w, id)
  WHERE NOT c.dormant AND NOT c.past
  UNION ALL
  SELECT a.w, a.id, 'closed', ARRAY['imported'], a.lead FROM acts a
  WHERE a.move = 'history' AND a.target = 'closed' AND a.at >= a.since AND a.at < a.until
  UNION ALL
  SELECT a.w, a.id, v.event, array_remove(v.facts, NULL), a.lead
  FROM acts a JOIN cases c USING (w, id), LATERAL (VALUES
    ('closed', a.target = 'closed' AND a.source NOT IN ('closed', 'merged')
      AND a.move NOT IN ('history', 'undo_import'), ARRAY[CASE WHEN a.lead IS NULL THEN 'direct' END]),
    ('return', a.move = 'return', '{}'::text[]),
    ('ruling', a.move = 'adjudicate' AND a.lead IS NOT NULL,
      ARRAY[CASE WHEN coalesce(a.ruling, '') = 'reject' OR a.unit IS NOT DISTINCT FROM a.lead THEN 'rejected'
        ELSE 'upheld' END]),
    ('redo', a.move = 'redo' OR (a.move IN ('callback', 'rate') AND a.target IN ('dispatched', 'accepted')
      AND a.source <> a.target), '{}'::text[]),
    ('attempt', a.move = 'callback', ARRAY[CASE WHEN a.contacted THEN 'contacted' END]),
    ('opinion', a.move = 'rate' OR (a.move = 'callback' AND a.contacted),
      ARRAY[CASE WHEN a.solved = ANY(%(solved)s) THEN a.solved END,
        CASE WHEN a.satisfaction = ANY(%(happy)s) THEN 'satisfied' WHEN a.satisfaction = 'basic' THEN 'basic'
          WHEN a.satisfaction = ANY(%(unhappy)s) THEN 'dissatisfied' END]),
    ('postpone', a.move = 'postpone_decide', ARRAY[CASE WHEN a.approve THEN 'approved' END]),
    ('hangup', a.move = 'hangup_decide', ARRAY[CASE WHEN a.approve THEN 'approved' END]),
    ('supervise', a.move = 'supervise', '{}'::text[]),
    ('chase', a.move = 'chase', '{}'::text[])
  ) AS v(event, happened, facts)
  WHERE v.happened AND a.at >= a.since AND a.at < a.until AND NOT c.dormant AND NOT c.past
)
SELECT e.w, e.event, e.facts, grouping(c.channel, c.kind, c.matter, c.area, coalesce(e.lead, c.desk)),
  coalesce(c.channel, c.kind, c.matter, c.area, coalesce(e.lead, c.desk)::text), count(*)
FROM events e JOIN cases c USING (w, id) WHERE c.state <> 'void'
GROUP BY GROUPING SETS ((1, 2, 3), (1, 2, 3, c.channel), (1, 2, 3, c.kind), (1, 2, 3, c.matter), (1, 2, 3, c.area),
  (1, 2, 3, coalesce(e.lead, c.desk)))
"""  # fmt: skip
_STATEMENT = _TOLD + _FOLDED + _CLOCKS + _EVENTS
_MASKS = {0b11111: "", 0b01111: "channel", 0b10111: "kind", 0b11011: "matter", 0b11101: "area", 0b11110: "unit"}
LEADS = ["receive", "dispatch", "adjudicate", "change_lead"]  # moves that may name the unit in charge
CLASSIFY = ["receive", "accept", "correct", "answer", "dispatch", "refresh"]  # moves that say what a case is about


def counted(windows: Sequence[tuple[datetime, datetime]]) -> Iterator[Counted]:
    """The events of all windows, each (since, until), the windows numbered from 0."""
    values: dict[str, Any] = {
        "keys": list(range(len(windows))), "since": [since for since, _ in windows],
        "until": [until for _, until in windows], "classify": CLASSIFY, "leads": LEADS,
        "dropped": list(DROPPED), "open": list(OPEN),
        "solved": list(SOLVED[:3]), "happy": list(HAPPY), "unhappy": list(UNHAPPY),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        for window, event, facts, mask, key, count in cursor.fetchall():
            by = _MASKS[mask]
            yield Counted(window, event, tuple(sorted(facts)), by, key or "" if by else "", count)


def calls(since: datetime, until: datetime, within: int) -> list[Counted]:
    """The calls that came in, as the page of calls counts them."""
    rows = figures([], since, until, within)
    table = {name: sum(row[name] for row in rows) for name in ("offered", "answered", "fast", "missed")}
    slow = table["answered"] - table["fast"]
    parts = {("answered", "fast"): table["fast"], ("answered",): slow, ("missed",): table["missed"],
             (): table["offered"] - table["answered"] - table["missed"]}  # fmt: skip
    return [Counted(0, "call", facts, "", "", count) for facts, count in parts.items() if count]


def telephone() -> bool:
    """Whether any call was ever told of."""
    return any_call()


def began() -> datetime | None:
    """When the first case came."""
    return Case.objects.order_by("received_at").values_list("received_at", flat=True).first()
