"""Works every figure of a score run out again from the raw steps, with nothing of the product but its tables.

    python tests/contract/recompute_scores.py "host=… dbname=…" [RUN …] [--zone Asia/Shanghai]

Reads loop_step, loop_case, loop_caseclock, the calendar, and the stored runs; prints each figure that differs and exits
with 1 when one does. It shares no code and no method with the engine: it walks the whole history of every case, and
lets Python itself evaluate formulas and conditions.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
from scores_replay import Calendar, Case, Days, query

STEPS = """SELECT c.id, c.desk_id, c.channel, s.no, s.move, s.source, s.target, s.acted_at, s.facts
           FROM loop_case c JOIN loop_step s ON s.case_id = c.id ORDER BY c.id, s.no"""


def loaded(value):
    """A JSON column, whatever the driver made of it."""
    return json.loads(value) if isinstance(value, str) else value


# ---- a run


def calculated(text, names):
    """A formula by Python itself, exact; None where something was divided by nothing or was not due."""
    exact = re.sub(r"(?<![\w.])(\d+\.?\d*|\.\d+)", r"Fraction('\1')", text)
    used = {name for name in re.findall(r"[^\W\d]\w*", text) if name not in ("min", "max")}
    if any(names[name] is None for name in used):
        return None
    try:
        return Fraction(eval(exact, {"__builtins__": {}, "Fraction": Fraction, "min": min, "max": max}, dict(names)))
    except ZeroDivisionError:
        return None


def holds(condition, facts):
    known = defaultdict(bool, dict.fromkeys(facts, True))
    return not condition or bool(eval(condition, {"__builtins__": {}}, known))


def runs_of(db, keys):
    names = 'id, definition, corrections, units, start, "end", "group", calendar'
    where = "WHERE id = ANY(%s)" if keys else "WHERE state IN ('draft', 'published', 'replaced')"
    made = []
    for row in query(db, f"SELECT {names} FROM loop_scorerun {where} ORDER BY id", *([list(keys)] if keys else [])):
        run = dict(
            zip(("id", "definition", "corrections", "units", "start", "end", "group", "calendar"), row, strict=True)
        )
        for name in ("definition", "corrections", "units", "calendar"):
            run[name] = loaded(run[name])
        run["mend"] = run["definition"]["mend"][0]
        made.append(run)
    return made


def events_for(run, raw, calendar):
    found = []
    for (key, desk, channel), steps in raw.items():
        case = Case(key, desk, channel, [dict(step) for step in steps], run, calendar)
        if case.steps and not case.asleep:
            case.count_clocks()
            case.count_steps()
            found += case.found
    kinds_counted = {measure["event"] for measure in run["definition"]["measures"]}
    found = [event for event in found if event["kind"] in kinds_counted]
    for event in found:
        for _, case, unit, other, kinds in run["corrections"].get("moves", ()):
            if (case, unit) == (event["case"], event["unit"]) and (not kinds or event["kind"] in kinds):
                event["unit"] = other
                break
        event["excluded"] = not event["out"] and any(
            case == event["case"] and (not kinds or event["kind"] in kinds)
            for _, case, kinds, _ in run["corrections"].get("exclusions", ())
        )
    return found


def homes_of(run):
    """Unit → (scored unit, group): itself or the nearest above it that some group names by code or by kind."""
    groups = run["definition"]["groups"] or [{"code": "", "kinds": [], "units": []}]
    by_path = {path: (key, code, kind) for key, code, path, kind in run["units"]}

    def group(code, kind):
        named = [g["code"] for g in groups if code in g["units"]]
        return (named + [g["code"] for g in groups if kind in g["kinds"] or not (g["kinds"] or g["units"])] + [None])[0]

    homes = {}
    for key, _, path, _ in run["units"]:
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            above = by_path.get(".".join(parts[:length]))
            if above and group(*above[1:]) is not None:
                homes[key] = (above[0], group(*above[1:]))
                break
    return homes


def figures(run, events):
    """Every row that the run should hold: (unit, group, indicator) → columns."""
    plan, homes, rows = run["definition"], homes_of(run), {}
    groups = {g["code"]: g for g in plan["groups"]} or {"": {"code": "", "params": {}}}
    per_unit = defaultdict(list)
    for event in events:
        if event["unit"] in homes:
            per_unit[homes[event["unit"]][0]].append(event)
    scored = {home for home in homes.values() if not run["group"] or home[1] == run["group"]}
    for code, group in groups.items():
        if run["group"] and code != run["group"]:
            continue
        own = [unit for unit, of in scored if of == code]
        rows |= unit_rows(plan, group, None, [event for unit in own for event in per_unit[unit]], whole=True)
        made = [unit_rows(plan, group, unit, per_unit[unit]) for unit in own]
        scores = [part[unit, code, ""]["value"] for unit, part in zip(own, made, strict=True)]
        for unit, part in zip(own, made, strict=True):
            mine = part[unit, code, ""]["value"]
            place = None if mine is None else 1 + sum(1 for score in scores if score is not None and score > mine)
            part[unit, code, ""]["rank"] = place
            rows |= part
    return rows


def unit_rows(plan, group, unit, events, *, whole=False):
    counts, raw, cases = defaultdict(int), defaultdict(int), defaultdict(list)
    for measure in plan["measures"]:
        for event in events:
            if event["kind"] == measure["event"] and not event["out"] and holds(measure["condition"], event["facts"]):
                raw[measure["code"]] += 1
                if not event["excluded"]:
                    counts[measure["code"]] += 1
                    cases[measure["code"]].append(event["case"])
    rows, key = {}, (unit, group["code"])
    for one in plan["indicators"]:
        params = {
            name: Fraction(v) for part in (one["params"], plan["params"], group["params"]) for name, v in part.items()
        }
        now, then = (
            {m["code"]: Fraction(table[m["code"]]) for m in plan["measures"]} | params for table in (counts, raw)
        )
        value, before = calculated(one["formula"], now), calculated(one["formula"], then)
        full = calculated(one["full"], params)
        text = one["marks"] or ("full * value" if one["better"] == "higher" else "full * (1 - value)")
        marks, old = (calculated(text, params | {"value": v, "full": full}) for v in (value, before))
        reach = interval(one, now)
        used = set(re.findall(r"[^\W\d]\w*", one["formula"])) & {m["code"] for m in plan["measures"]}
        told = {code: [counts[code], raw[code]] for code in used if counts[code] or raw[code]}
        sums = {
            code: hashlib.sha256("\n".join(sorted(cases[code])).encode()).hexdigest() for code in told if cases[code]
        }
        rows[*key, one["code"]] = {"value": value, "raw": before, "full": full, "marks": marks, "counts": told,
                                   "digests": {} if whole else sums, "old": old, **reach}  # fmt: skip
    total = {"due": any(raw.values()), "full": sum((row["full"] for row in rows.values()), Fraction(0))}
    for name, column in (("value", "marks"), ("raw", "old")):
        total[name] = summed(plan, rows.values(), column) if total["due"] else None
    share = 100 * total["value"] / total["full"] if total["value"] is not None and total["full"] else None
    fitting = [band for band in plan["bands"] if share is not None and share >= Fraction(band["least"])]
    total["band"] = max(fitting, key=lambda band: Fraction(band["least"]))["code"] if fitting and not whole else ""
    total["excluded"] = None if whole else len({event["case"] for event in events if event["excluded"]})
    total["outside"] = None if whole else len({event["case"] for event in events if event["out"]})
    rows[*key, ""] = total
    return rows


def interval(one, names):
    """The Wilson interval as the roots of n (p - x)² = z² x (1 - x), where the figure is a share of whole cases."""
    parts = one["formula"].split("/")
    if one["unit"] != "percent" or len(parts) != 2 or any(mark in one["formula"] for mark in ("min", "max")):
        return {}
    top, below = (calculated(part, names) for part in parts)
    if not below or not 0 <= top <= below:
        return {"low": None, "high": None}
    n, p, z = float(below), float(top / below), 1.959963984540054
    a, b, c = n + z * z, -(2 * n * p + z * z), n * p * p
    root = max(0.0, b * b - 4 * a * c) ** 0.5
    return {"low": (-b - root) / (2 * a), "high": (-b + root) / (2 * a)}


def same(mine, told):
    """Equal, or as equal as floats are."""
    return abs(mine - told) < 1e-9 if isinstance(mine, float) and isinstance(told, float) else mine == told


def summed(plan, rows, column):
    counted = [row for row in rows if row["full"] or row[column]]
    had = [row for row in counted if row[column] is not None]
    if not had or (len(had) < len(counted) and plan["nothing_due"] == "apart"):
        return None
    reached = sum((row[column] for row in had), Fraction(0))
    if len(had) == len(counted):
        return reached
    most = sum((row["full"] for row in had), Fraction(0))
    return sum((row["full"] for row in rows), Fraction(0)) * reached / most if most else None


COLUMNS = (
    "value",
    "raw",
    "full",
    "marks",
    "counts",
    "digests",
    "low",
    "high",
    "band",
    "rank",
    "excluded",
    "outside",
    "due",
)


def stored_rows(db, run):
    names = ("unit_id", "group", "indicator", *COLUMNS)
    listed = ", ".join(f'"{name}"' for name in names)
    for row in query(db, f"SELECT {listed} FROM loop_scorerow WHERE run_id = %s", run["id"]):
        told = dict(zip(names, row, strict=True))
        for name in ("value", "raw", "full", "marks"):
            told[name] = Fraction(told[name]) if told[name] else None
        told["counts"], told["digests"] = loaded(told["counts"]), loaded(told["digests"])
        yield (told["unit_id"], told["group"], told["indicator"]), told


def raw_steps(db):
    table = defaultdict(list)
    for key, desk, channel, no, move, source, target, at, facts in query(db, STEPS):
        table[key, desk, channel].append(
            {"no": no, "move": move, "source": source, "target": target, "at": at, "facts": loaded(facts)}
        )
    return defaultdict(list, {key: holding(steps) for key, steps in table.items()})


def holding(steps):
    """The steps that hold: what was taken back within minutes counts as if it had never been."""
    gone = {step["facts"]["of"] for step in steps if step["move"] == "undo"}
    return [step for step in steps if step["move"] != "undo" and step["no"] not in gone]


def clock_faults(db, raw):
    """Clocks whose stored row is not what the steps say, for what is read from the steps must be the present."""
    rows = query(db, "SELECT case_id, key, due_at, finished_at FROM loop_caseclock")
    stored = {(case, key): (due, end) for case, key, due, end in rows}
    for (case, *_), steps in raw.items():
        ops = defaultdict(list)
        for step in steps:
            for op in step["facts"].get("clocks", ()):
                ops[op["clock"]].append((step, op))
        for key, done in ops.items():
            due, _, end = Case.left(done)
            if stored.get((case, key)) != (due, end["at"] if end else None):
                yield f"case {case} clock {key}: {stored.get((case, key))} is not {(due, end and end['at'])}"


def faults(db, keys=(), zone="Asia/Shanghai"):
    """Every figure that the steps do not give, in words; and how many figures were looked at."""
    raw, calendar = raw_steps(db), Calendar(db, zone)
    found, seen = list(clock_faults(db, raw)), 0
    for run in runs_of(db, keys):
        kept = Days(run["calendar"]) if run["calendar"] else calendar
        rows = figures(run, events_for(run, raw, kept))
        for key, told in stored_rows(db, run):
            mine = rows.pop(key, None)
            if mine is None:
                found.append(f"run {run['id']} {key}: stands there and should not")
                continue
            for column in COLUMNS:
                if (column in mine and mine[column] is not None) or (
                    column in ("value", "raw", "marks") and column in mine
                ):
                    seen += 1
                    if not same(mine[column], told[column]):
                        found.append(f"run {run['id']} {key} {column}: {told[column]} is not {mine[column]}")
        found += [f"run {run['id']} {key}: is missing" for key in rows]
    return found, seen


def main():
    import psycopg

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("run", nargs="*", type=int)
    parser.add_argument("--zone", default="Asia/Shanghai")
    given = parser.parse_args()
    with psycopg.connect(given.database, options="-c timezone=UTC") as db:
        found, seen = faults(db, given.run, given.zone)
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{seen} figures worked out again, {len(found)} differ\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
