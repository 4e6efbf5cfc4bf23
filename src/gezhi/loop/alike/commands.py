"""`gezhi loop similar …`: score a file of labelled pairs, count words anew, count confirmed repeats."""

import json
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "similar score", score, score_arguments, help="how well the same is found in labelled pairs",
              database=False)  # fmt: skip
    nouns.add("loop", "similar count", count, help="count anew how common words are")
    nouns.add("loop", "similar repeats", repeats, repeats_arguments, help="confirmed repeats of a period, by matter")


def score_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help=".csv, .csv.gz; place_a, object_a, at_a, kind, half are read too")
    parser.add_argument("--a", default="text_a", metavar="COL", help="column of the first text (text_a)")
    parser.add_argument("--b", default="text_b", metavar="COL", help="column of the second text (text_b)")
    parser.add_argument("--label", default="label", metavar="COL", help="column that says 1 (same) or 0 (label)")
    parser.add_argument("--half", default="", help="only rows whose column `half` says this")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def score(arguments: Namespace) -> int:
    from gezhi.loop.alike.service import score_file

    columns = {"a": arguments.a, "b": arguments.b, "label": arguments.label}
    result = score_file(arguments.file, columns, arguments.half)
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
        return 0
    for line in table(result):
        print(line)
    return 0


def table(result: dict[str, Any]) -> list[str]:
    """The figures in lines."""
    lines = [f"{result['n']} pairs, {result['same']} the same  average precision {result['average_precision']:.4f}"]
    lines += [
        f"  recall {recall}  precision {row['precision']:.4f}  from score {row['threshold']:.3f}"
        for recall, row in result["at"].items()
    ]
    lines.append(f"at the score of recall 0.8 (the desk is shown {result['asked']['shown']}, lists mark "
                 f"{result['asked']['sure']}):")  # fmt: skip
    lines += [
        f"  {name:28} {row['over']} of {row['n']} {'found' if row['same'] else 'wrongly held for the same'}"
        for name, row in result["kinds"].items()
    ]
    return lines


def count(arguments: Namespace) -> int:
    del arguments
    from gezhi.loop.alike.store import count_words

    row = count_words(now())
    print(f"{len(row.counts)} words of {row.cases} cases counted, {row.total} cases in all")
    return 0


def repeats_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--since", required=True, help="first day, YYYY-MM-DD")
    parser.add_argument("--until", required=True, help="last day, YYYY-MM-DD")
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def repeats(arguments: Namespace) -> int:
    from gezhi.loop.alike.store import repeats as counted
    from gezhi.trust.rules import Actor

    first, last = (_day(text) for text in (arguments.since, arguments.until))
    rows = counted(Actor.system("loop"), first[0], last[1])
    if arguments.json:
        print(json.dumps([{"matter": m, "cases": n, "repeats": again} for m, n, again in rows], ensure_ascii=False))
        return 0
    for matter, number, again in rows:
        if again:
            print(f"{matter or '-':12} {again} of {number}")
    print(f"{'all':12} {sum(row[2] for row in rows)} of {sum(row[1] for row in rows)}")
    return 0


def _day(text: str) -> tuple[datetime, datetime]:
    """Begin and end of a day in the calendar of the office."""
    from gezhi.kernel.errors import Refused
    from gezhi.loop.store.content import content

    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise Refused("field-invalid", status=422, field="day", value=text[:40]) from error
    zone = ZoneInfo(content().calendar.zone)
    return datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone)
