"""`gezhi loop score run | list | recompute | export`."""

import json
from argparse import ArgumentParser, Namespace
from datetime import date

from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "score run", run, run_arguments, help="work a set of indicators out for a period, as a draft")
    nouns.add("loop", "score list", show, show_arguments, help="runs of scores, the newest first")
    nouns.add("loop", "score recompute", prove, prove_arguments, help="work a run out again from the steps")
    nouns.add("loop", "score export", export, export_arguments, help="a run as a workbook with its deductions")


def run_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("set", help="code of the set, such as three_rates")
    parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="first day (YYYY-MM-DD)")
    parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="last day")
    parser.add_argument("--cutoff", default="24:00", help="hour at which each day ends")
    parser.add_argument("--moved", default="keep", help="a cut-off on a day off: keep, before or after")
    parser.add_argument("--group", default="", help="one group of units only")
    parser.add_argument("--publish", action="store_true", help="publish it at once")


def run(given: Namespace) -> int:
    """Prints the number of the run and the score of each unit."""
    from gezhi.kernel.errors import Refused
    from gezhi.loop.scores import service
    from gezhi.trust.rules import Actor

    actor = Actor.system("loop")
    try:
        first, last = date.fromisoformat(given.first), date.fromisoformat(given.last)
    except ValueError as error:
        raise Refused("date-malformed", status=422, value=f"{given.first} {given.last}"[:40]) from error
    wish = service.Wish(given.set, first, last, given.cutoff, given.moved, given.group)
    row = service.run_scores(wish, actor=actor, now=now())
    if given.publish:
        row = service.publish_run(row.pk, actor=actor, now=now())
    print(f"run {row.pk}: {row.cases} cases, {row.events} events, {row.state}")
    for line in service.export_rows(row, language="zh-hans"):
        if not line[7] and line[1]:
            print(f"{line[1]:<24} {line[6] if line[6] != '' else '-'}")
    return 0


def show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def show(given: Namespace) -> int:
    from gezhi.loop.scores import service
    from gezhi.trust.rules import Actor

    for row in service.overview(Actor.system("loop")):
        told = {"run": row.pk, "set": row.set, "from": str(row.first), "to": str(row.last), "state": row.state,
                "version": row.version, "cases": row.cases}  # fmt: skip
        print(json.dumps(told) if given.json else "  ".join(str(value) for value in told.values()))
    return 0


def prove_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", type=int)


def prove(given: Namespace) -> int:
    """Exit code 1 where a figure differs since the run was made."""
    from gezhi.loop.scores import service
    from gezhi.loop.scores.service.reading import get
    from gezhi.trust.rules import Actor

    row = get(given.run, Actor.system("loop"))
    found = list(service.recompute(row))
    for one in found:
        print(f"unit {one.unit or '-'} {one.indicator or 'score'} {one.column}: {one.stored} -> {one.found}")
    print(f"run {row.pk}: {row.events} events, {len(found)} figures differ")
    return 1 if found else 0


def export_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", type=int)
    parser.add_argument("file", help=".xlsx to write")
    parser.add_argument("--language", default="zh-hans")


def export(given: Namespace) -> int:
    from pathlib import Path

    from gezhi.loop.scores import service
    from gezhi.trust.rules import Actor

    lost = service.export_xlsx(
        given.run, Path(given.file), language=given.language, actor=Actor.system("loop"), now=now()
    )
    print(f"{lost} deductions")
    return 0
