"""Works the figures of the model page out again from steps and suggestions, with nothing of the product but its tables.

    gezhi loop triage quality --json --target matter > said.json
    python tests/contract/recompute_model_page.py "host=… dbname=…" said.json [--zone Asia/Shanghai]

What was decided is taken from the steps of each case: the last matter that a step names, and the moment of the step
that closed it. Prints each figure that differs; exits with 1 when one does.
"""

import argparse
import json
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

Z = 1.959963984540054
ZONE = ZoneInfo("Asia/Shanghai")
STEPS = """SELECT s.case_id, s.move, s.target, s.acted_at, s.facts, c.lead_id FROM loop_step s
           JOIN loop_case c ON c.id = s.case_id ORDER BY s.case_id, s.no"""
SUGGESTED = "SELECT case_id, matters, units, sure, made_at FROM loop_suggested"


def query(db, text):
    with db.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def loaded(value):
    return json.loads(value) if isinstance(value, str) else value


def decisions(db):
    """For each case that stands closed: when, with which matter, with which unit."""
    cases = defaultdict(lambda: {"matter": "", "state": "", "at": None, "lead": None})
    for key, _, target, at, facts, lead in query(db, STEPS):
        one = cases[key]
        one["matter"] = loaded(facts).get("matter") or one["matter"]
        one["lead"] = lead
        if target == "closed" and one["state"] != "closed":
            one["at"] = at
        one["state"] = target
    units = dict(query(db, "SELECT id, code FROM trust_unit"))
    return {
        key: {"matter": one["matter"], "unit": units.get(one["lead"], ""), "at": one["at"]}
        for key, one in cases.items()
        if one["state"] == "closed"
    }


def interval(right, of):
    """Wilson, 95 %."""
    if not of:
        return None
    share, top = right / of, 1 + Z * Z / of
    middle = share + Z * Z / (2 * of)
    reach = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return [max(0.0, (middle - reach) / top), min(1.0, (middle + reach) / top)]


def worked_out(db, said, zone):
    """The same object as the command prints, without drift against a training that only the product knows."""
    name = {"matter": "matters", "unit": "units"}[said["target"]]
    decided, months = decisions(db), defaultdict(Counter)
    chosen, first, right, confusions = Counter(), Counter(), Counter(), Counter()
    for key, matters, units, sure, _ in query(db, SUGGESTED):
        one = decided.get(key)
        truth = one[said["target"]] if one else ""
        if not truth:
            continue
        month = one["at"].astimezone(zone).strftime("%Y-%m-01")
        if not said["first"] <= month <= said["last"]:
            continue
        offered = [row[0] for row in loaded({"matters": matters, "units": units}[name])]
        best = offered[0] if offered else ""
        count = months[month]
        count["decided"] += 1
        count["spoke"] += bool(best)
        count["right"] += best == truth
        count["among"] += truth in offered
        count["filled"] += bool(sure)
        count["filled_right"] += bool(sure) and best == truth
        chosen[truth] += 1
        first[best] += bool(best)
        right[truth] += best == truth
        if best and best != truth:
            confusions[best, truth] += 1
    return months, chosen, first, right, confusions


def alike(one, two):
    """Equal, or numbers that differ by what floating point loses."""
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(alike(a, b) for a, b in zip(one, two, strict=True))
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, abs_tol=1e-9)
    return one == two


def faults(db, said, zone=ZONE):
    """Every figure that is not what the raw rows give."""
    months, chosen, first, right, confusions = worked_out(db, said, zone)
    found = []

    def hold(where, one, two):
        if not alike(one, two):
            found.append(f"{where}: said {one}, found {two}")

    hold("months", [one["month"] for one in said["months"]], sorted(months))
    for one in said["months"]:
        count = months[one["month"]]
        for name in ("decided", "spoke", "right", "among", "filled", "filled_right"):
            hold(f"{one['month']} {name}", one[name], count[name])
        hold(f"{one['month']} interval", one["interval"], interval(count["right"], count["decided"]))
    hold("labels", sorted(one["code"] for one in said["labels"]), sorted({*chosen, *(key for key in first if key)}))
    for one in said["labels"]:
        code = one["code"]
        hold(f"{code} counts", [one["chosen"], one["said"], one["right"]], [chosen[code], first[code], right[code]])
        hold(f"{code} precision", one["precision"], right[code] / first[code] if first[code] else None)
        hold(f"{code} recall", one["recall"], right[code] / chosen[code] if chosen[code] else None)
        hold(f"{code} recall interval", one["recall_interval"], interval(right[code], chosen[code]))
    for best, truth, n in said["confusions"]:
        hold(f"{best} → {truth}", n, confusions[best, truth])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("said", type=Path)
    parser.add_argument("--zone", default="Asia/Shanghai")
    given = parser.parse_args()
    import psycopg

    with psycopg.connect(given.database) as db:
        found = faults(db, json.loads(given.said.read_text(encoding="utf-8")), ZoneInfo(given.zone))
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(found)} figures differ\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
