"""Works every number of a period report out again from the raw steps, with nothing of the product but its tables.

    gezhi loop report monthly --period 2026-03 --out march.json
    python tests/contract/recompute_reports.py "host=… dbname=…" march.json [more.json …] [--zone Asia/Shanghai]

Reads loop_step, loop_case, loop_call and the settings of the office; walks the whole history of every case in Python,
where the product counts in one statement; prints each number that differs and exits with 1 when one does.
"""

import argparse
import calendar
import json
import sys
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.append(str(Path(__file__).parent))
from scores_replay import Calendar, Case, query

DAY = timedelta(days=1)
CLOSED_STATES = {"closed", "declined", "merged", "withdrawn", "void"}
SAYS_MATTER = {"receive", "accept", "correct", "answer", "dispatch", "refresh"}
COUNTS = {  # figure → kind of event, facts it must have
    "closed_own": ("closed", ()), "direct": ("closed", ("direct",)), "handle_due": ("handle", ()),
    "handle_in_time": ("handle", ("in_time",)), "returns": ("return", ()), "returns_upheld": ("ruling", ("upheld",)),
    "returns_rejected": ("ruling", ("rejected",)), "redos": ("redo", ()), "attempts": ("attempt", ()),
    "contacted": ("attempt", ("contacted",)), "solved": ("opinion", ("solved",)), "partly": ("opinion", ("partly",)),
    "unsolved": ("opinion", ("unsolved",)), "satisfied": ("opinion", ("satisfied",)), "basic": ("opinion", ("basic",)),
    "dissatisfied": ("opinion", ("dissatisfied",)), "supervised": ("supervise", ()), "chased": ("chase", ()),
    "postponed": ("postpone", ("approved",)), "hung_up": ("hangup", ("approved",)),
}  # fmt: skip
RATES = {
    "on_time": ("handle_in_time", "handle_due"), "solved_rate": ("solved", "asked_solved"),
    "satisfied_rate": ("satisfied", "asked_satisfied"), "contacted_rate": ("contacted", "attempts"),
    "redo_rate": ("redos", "closed"), "phone_rate": ("phone_kept", "critical"),
    "answered_rate": ("calls_answered", "calls_offered"), "fast_rate": ("calls_fast", "calls_offered"),
    "abandoned_rate": ("calls_abandoned", "calls_offered"),
}  # fmt: skip
LISTS = {
    "channels": "channel",
    "kinds": "kind",
    "matters": "first",
    "areas": "town",
    "top": "matter",
    "rises": "matter",
}


# ---- periods


def setting(db, key, default):
    found = query(db, "SELECT value FROM trust_setting WHERE key = %s", key)
    value = found[0][0] if found else default
    return json.loads(value) if isinstance(value, str) and value.startswith('"') else value


def cut(day, cutoff, zone):
    hour, minute = map(int, cutoff.split(":"))
    return datetime.combine(day, time(0), zone) + timedelta(hours=hour, minutes=minute)


def days_of(kind, first):
    if kind == "monthly":
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return (first, first + 6 * DAY) if kind == "weekly" else (first, first)


def earlier(kind, first):
    """First days of the period before and of the same one last year, None where there is none."""
    if kind == "monthly":
        return (first - DAY).replace(day=1), first.replace(year=first.year - 1)
    if kind == "weekly":
        return first - 7 * DAY, first - 364 * DAY
    leap = (first.month, first.day) == (2, 29)
    return first - DAY, None if leap else first.replace(year=first.year - 1)


def window(kind, first, cutoff, zone):
    first, last = days_of(kind, first)
    return cut(first - DAY, cutoff, zone), cut(last, cutoff, zone)


def comparable(first, began, cutoff, zone):
    """Only what lies wholly in the time of which there are records."""
    if first is None or began is None:
        return False
    day = began.astimezone(zone).date()
    return first >= (day if began < cut(day, cutoff, zone) else day + DAY)


# ---- one window

CALLS = "SELECT state, wait_s FROM loop_call WHERE direction = 'in' AND began_at >= %s AND began_at < %s"
LIMIT = """SELECT extra FROM loop_codeitem WHERE list = 'call_center' AND code = 'answer_within' AND active
           ORDER BY (pack = 'local') DESC"""
STEPS = """SELECT c.id, c.desk_id, c.channel, c.received_at, s.no, s.move, s.source, s.target, s.acted_at, s.facts
           FROM loop_case c JOIN loop_step s ON s.case_id = c.id ORDER BY c.id, s.no"""


def standing(steps):
    """What holds: a slip and its taking back are both left out."""
    gone = {step["facts"]["of"] for step in steps if step["move"] == "undo"}
    return [step for step in steps if step["move"] != "undo" and step["no"] not in gone]


def within(one, at):
    return one.start <= at < one.end


class Window:
    """Every count of one window, by what it is broken down by: `counts[by, key][figure]`."""

    def __init__(self, db, cases, start, end, calendar_of_days):
        self.counts = {}
        run = {"start": start, "end": end, "mend": 15}
        for (key, desk, channel, received), steps in cases.items():
            known = standing([step for step in steps if step["at"] < end or step["no"] == 1])
            if known and known[-1]["target"] != "void":
                self.case(
                    Case(key, desk, channel, [dict(step) for step in known], run, calendar_of_days), received, known
                )
        self.calls(db, start, end)

    def case(self, one, received, known):
        one_by = self.branches(one, known)
        in_window = partial(within, one)
        imported = "imported" in known[0]["facts"]
        lead = one.lead_at(datetime.max.replace(tzinfo=one.end.tzinfo)) if one.steps else known[0]["facts"].get("unit")
        unit = lead or one.desk
        if in_window(received):
            self.count(one_by, unit, "received", *(["received_imported"] if imported else []))
        for step in known:
            if step["move"] == "history" and in_window(step["at"]):
                before = known[0]["facts"].get("unit") or one.desk
                self.count(one_by, before, "closed", "closed_imported")
        if one.asleep or not one.steps:
            return
        one.count_clocks()
        one.found = [event for event in one.found if event["kind"] == "handle"]  # of limits only this one is reported
        one.count_steps()
        for event in one.found:
            self.event(one_by, event)
        state = known[-1]["target"]
        if state not in CLOSED_STATES:
            self.count(one_by, unit, "open", *(["overdue"] if self.late(one) else []))
        self.critical(one, one_by, unit, known)

    @staticmethod
    def branches(one, known):
        def last(name, moves=None):
            told = [s["facts"][name] for s in known if s["facts"].get(name) and (moves is None or s["move"] in moves)]
            return told[-1] if told else ""

        matter, area = last("matter", SAYS_MATTER), last("area", SAYS_MATTER)
        return {"channel": one.channel, "kind": last("kind"), "matter": matter, "first": matter[:2], "town": area[:9]}

    def event(self, one_by, event):
        told = [
            figure for figure, (kind, facts) in COUNTS.items() if kind == event["kind"] and set(facts) <= event["facts"]
        ]
        if event["kind"] == "opinion":
            told += ["asked_solved"] if event["facts"] & {"solved", "partly", "unsolved"} else []
            told += ["asked_satisfied"] if event["facts"] & {"satisfied", "basic", "dissatisfied"} else []
        told = ["closed" if figure == "closed_own" else figure for figure in told]
        self.count(one_by, event["unit"], *told)

    @staticmethod
    def late(one):
        for ops in one.clocks().values():
            due, rests, end = one.left(ops)
            if end is None and rests is None and due is not None and due < one.end:
                return True
        return False

    def critical(self, one, one_by, unit, known):
        urgencies = [step["facts"]["urgency"] for step in known if step["facts"].get("urgency")]
        sent = any(step["move"] == "dispatch" and one.start <= step["at"] < one.end for step in known)
        if not sent or not urgencies or urgencies[-1] < 4:
            return
        phones = [step for step in known if step["move"] == "phone"]
        reached = any(step["facts"].get("answered") for step in phones)
        self.count(
            one_by, unit, "critical", *(["phone_kept"] if phones else []), *(["phone_reached"] if reached else [])
        )

    def count(self, one_by, unit, *figures):
        for by, key in (("", ""), *one_by.items(), ("unit", unit)):
            self.counts.setdefault((by, key), Counter()).update(figures)

    def calls(self, db, start, end):
        rows = query(db, CALLS, start, end)
        extra = query(db, LIMIT)
        within = 15
        if extra:
            told = json.loads(extra[0][0]) if isinstance(extra[0][0], str) else extra[0][0]
            within = int(told.get("seconds", 15))
        answered = [wait for state, wait in rows if state in ("talking", "ended")]
        whole = self.counts.setdefault(("", ""), Counter())
        whole["calls_offered"], whole["calls_answered"] = len(rows), len(answered)
        whole["calls_fast"] = sum(1 for wait in answered if wait is not None and wait <= within)
        whole["calls_abandoned"] = sum(1 for state, _ in rows if state == "missed")

    def get(self, figure, by="", key=""):
        return self.counts.get((by, key), Counter())[figure]


def raw(db):
    table = {}
    rows = query(db, STEPS)
    for key, desk, channel, received, no, move, source, target, at, facts in rows:
        told = json.loads(facts) if isinstance(facts, str) else facts
        table.setdefault((key, desk, channel, received), []).append(
            {"no": no, "move": move, "source": source, "target": target, "at": at, "facts": told}
        )
    return table


# ---- comparing


def close(one, two):
    if one is None or two is None:
        return one is None and two is None
    return abs(one - two) < 1e-9


def expected(now, before, year):
    """The five numbers of a count."""

    def grown(then):
        return (now - then) / then if now is not None and then else None

    return {"n": now, "before": before, "change": grown(before), "last_year": year, "year_change": grown(year)}


def rate(windows, top, of):
    values = [None if w is None or not w.get(of) else w.get(top) / w.get(of) for w in windows]

    def points(then):
        return 100 * (values[0] - then) if values[0] is not None and then is not None else None

    return {"rate": values[0], "before": values[1], "change": points(values[1]), "last_year": values[2],
            "year_change": points(values[2]), "top": windows[0].get(top), "of": windows[0].get(of)}  # fmt: skip


class Check:
    """What was compared and what differs."""

    def __init__(self):
        self.found, self.seen = [], 0

    def same(self, place, told, mine):
        for part, value in mine.items():
            self.seen += 1
            if not close(told.get(part), value):
                self.found.append(f"{place}.{part}: {told.get(part)} is not {value}")


def check_figures(check, told, windows, phone):
    for code, value in told.items():
        if isinstance(value, dict) and "n" in value and code != "period":
            numbers = [None if w is None else w.get(code) for w in windows]
            if code.startswith("calls_") and not phone:
                numbers = [None, None, None]
            check.same(code, value, expected(*numbers))
    for code, (top, of) in RATES.items():
        if phone or not top.startswith("calls_"):
            check.same(code, told[code], rate(windows, top, of))


def check_lists(check, told, windows):
    received = windows[0].get("received")
    for name, by in LISTS.items():
        wanted = {key for w in windows if w for kind, key in w.counts if kind == by and w.get("received", by, key)}
        for row in told[name]:
            numbers = [None if w is None else w.get("received", by, row["code"]) for w in windows]
            check.same(
                f"{name} {row['code']}",
                row,
                expected(*numbers) | {"share": numbers[0] / received if received else None},
            )
        listed = [row["code"] for row in told[name]]
        if name not in ("top", "rises"):
            check.seen += 1
            if set(listed) != wanted or len(listed) != len(wanted):
                check.found.append(f"{name}: {sorted(listed)} is not {sorted(wanted)}")
            continue
        check_order(check, name, listed, windows, {key for key in wanted if key})


def check_order(check, name, listed, windows, keys):
    """The ten most frequent, or the ten that grew most."""
    now, before = windows[:2]

    def count(key):
        return now.get("received", "matter", key)

    def more(key):
        return count(key) - before.get("received", "matter", key) if before else 0

    if name == "top":
        mine = sorted((key for key in keys if count(key)), key=lambda key: (-count(key), key))[:10]
    else:
        mine = sorted((key for key in keys if more(key) > 0), key=lambda key: (-more(key), -count(key), key))[:10]
    check.seen += 1
    if mine != listed:
        check.found.append(f"{name}: {listed} is not {mine}")


def check_units(check, told, now, db):
    codes = {code: key for key, code in query(db, "SELECT id, code FROM trust_unit")}
    for row in told["units"]:
        key = codes[row["code"]]
        mine = {name: now.get(name, "unit", key) for name in row if name not in ("name", "code", *RATES)}
        for name in set(row) & set(RATES):
            top, of = (now.get(part, "unit", key) for part in RATES[name])
            mine[name] = top / of if of else None
        check.same(f"unit {row['code']}", row, mine)
    shown = {codes[row["code"]] for row in told["units"]}
    figures = {name for row in told["units"] for name in row} - {"name", "code", *RATES}
    missing = {key for by, key in now.counts if by == "unit" and any(now.get(f, by, key) for f in figures)} - shown
    check.found += [f"unit {key} is missing" for key in missing]


def faults(db, told, zone="Asia/Shanghai"):
    """Every number of a report that the steps do not give, in words; and how many were looked at."""
    here, check, cases = ZoneInfo(zone), Check(), raw(db)
    kind, first = told["period"]["kind"], date.fromisoformat(told["period"]["first"])
    cutoff = setting(db, "report_cutoff", "24:00")
    began = min((key[3] for key in cases), default=None)
    firsts = [first, *(day if comparable(day, began, cutoff, here) else None for day in earlier(kind, first))]
    days = Calendar(db, zone)
    windows = [None if day is None else Window(db, cases, *window(kind, day, cutoff, here), days) for day in firsts]
    since, until = window(kind, first, cutoff, here)
    for name, moment in (("since", since), ("until", until)):
        check.seen += 1
        if told["period"][name] != f"{moment.astimezone(here):%Y-%m-%d %H:%M}":
            check.found.append(f"period.{name}: {told['period'][name]} is not {moment}")
    phone = bool(query(db, "SELECT 1 FROM loop_call LIMIT 1"))
    check_figures(check, told, windows, phone)
    check_lists(check, told, windows)
    check_units(check, told, windows[0], db)
    return check.found, check.seen


def main():
    import psycopg

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("report", nargs="+", type=Path)
    parser.add_argument("--zone", default="Asia/Shanghai")
    given = parser.parse_args()
    wrong = 0
    with psycopg.connect(given.database, options="-c timezone=UTC") as db:
        for file in given.report:
            found, seen = faults(db, json.loads(file.read_text(encoding="utf-8")), given.zone)
            for fault in found:
                sys.stdout.write(f"{file.name}: {fault}\n")
            sys.stdout.write(f"{file.name}: {seen} numbers worked out again, {len(found)} differ\n")
            wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
