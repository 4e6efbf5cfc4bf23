"""`gezhi loop …`: replay, catalogue, import, triage."""

import json
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec

from gezhi.kit.commands import Nouns, now
from gezhi.kit.messages.plain import speaking

PARTS = (  # with commands of their own
    "importing",
    "movein",
    "scores",
    "triage",
    "alike",
    "calls",
    "partners",
    "notices",
    "retention",
    "documents",
)


def add_commands(nouns: Nouns) -> None:
    nouns.noun("loop", "The loop of requests: import, replay, catalogue, triage")
    nouns.add("loop", "replay", replay, replay_arguments, help="prove every stored state from its steps")
    nouns.add("loop", "catalogue try", catalogue_try, try_arguments, help="which past cases a new catalogue moves")
    nouns.add("loop", "catalogue import", catalogue_import, import_arguments, help="a new edition out of a sheet")
    nouns.add("loop", "catalogue export", catalogue_export, export_arguments, help="an edition as a sheet")
    nouns.add("loop", "catalogue publish", catalogue_publish, publish_arguments, help="put an edition in force")
    nouns.add("loop", "recalculate", recalculate, recalculate_arguments, help="limits after a day off was declared")
    nouns.add("loop", "dissolve", dissolve, dissolve_arguments, help="hand a unit's open cases over and close it")
    for part in PARTS:
        if find_spec(f"gezhi.loop.{part}.commands") is not None:
            import_module(f"gezhi.loop.{part}.commands").add_commands(nouns)


def recalculate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("day", help="YYYY-MM-DD")


def recalculate(arguments: Namespace) -> int:
    from datetime import date

    from gezhi.kernel.errors import Refused
    from gezhi.loop.service.recalculating import recalculate as work
    from gezhi.trust.rules import Actor

    try:
        day = date.fromisoformat(arguments.day)
    except ValueError as error:
        raise Refused("date-malformed", status=422, value=arguments.day[:40]) from error
    done = work(day, actor=Actor.system("loop"), now=now())
    print(f"{done.day}: {done.looked} cases looked at, limits of {done.moved} moved")
    return 0


def dissolve_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("unit", help="code of the unit that is no more")
    parser.add_argument("--successor", required=True, metavar="UNIT", help="code of the unit that takes its cases")


def dissolve(arguments: Namespace) -> int:
    from gezhi.loop.service.dissolving import dissolve as work
    from gezhi.trust.rules import Actor

    done = work(arguments.unit, arguments.successor, actor=Actor.system("loop"), now=now())
    print(f"{done.led} cases led, {done.assisted} assisted, {done.desk} of its desk now belong to {done.successor}")
    if done.catalogue:
        print(f"{done.catalogue} rows of the catalogue in force still name {done.unit}")
    return 0


def replay_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="compare with what is stored (always done)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def replay(arguments: Namespace) -> int:
    """Exit code 1 when any stored state is not what its steps say."""
    from django.utils.translation import ngettext

    from gezhi.loop.service.replaying import Difference
    from gezhi.loop.service.replaying import replay as walk

    seen, faults = 0, []
    for found in walk():
        if isinstance(found, Difference):
            faults.append(found)
            if not arguments.json:
                print(f"{found.number}: {found.what}: stored {found.stored}, replayed {found.replayed}")
        else:
            seen = found
    if arguments.json:
        print(json.dumps({"cases": seen, "faults": len(faults)}))
    else:
        with speaking():
            said = ngettext("%(n)s case replayed, %(faults)s faults", "%(n)s cases replayed, %(faults)s faults", seen)
        print(said % {"n": f"{seen:,}", "faults": len(faults)})
    return 1 if faults else 0


def try_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--since", required=True, metavar="DATE", help="cases received from this day on (YYYY-MM-DD)")
    parser.add_argument("--json", action="store_true")


def catalogue_try(arguments: Namespace) -> int:
    from gezhi.kernel.errors import Refused
    from gezhi.loop.service import catalogue

    try:
        since = datetime.fromisoformat(arguments.since).replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused("date-malformed", status=422, value=arguments.since) from error
    duties, faults = catalogue.read_sheet(arguments.file)
    found = list(catalogue.try_on_past(duties, since))
    moved = [item for item in found if isinstance(item, catalogue.Elsewhere)]
    seen = next(item for item in reversed(found) if isinstance(item, int))
    if arguments.json:
        rows = [{"number": m.number, "matter": m.matter, "now": m.now, "then": m.then} for m in moved]
        print(json.dumps({"cases": seen, "elsewhere": len(moved), "faults": len(faults), "rows": rows}))
    else:
        for item in moved:
            print(f"{item.number}  {item.matter}  {item.now or '-'} -> {item.then or '-'}")
        for fault in faults:
            print(f"row {fault.row}: {fault.code} {fault.facts}")
        print(f"{seen} cases, {len(moved)} would go elsewhere, {len(faults)} rows with faults")
    return 0


def import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--name", required=True, help="name of the edition, such as 2026-3")


def catalogue_import(arguments: Namespace) -> int:
    from gezhi.loop.service import catalogue
    from gezhi.trust.rules import Actor

    edition, faults = catalogue.import_sheet(arguments.file, arguments.name, actor=Actor.system("loop"), now=now())
    for fault in faults:
        print(f"row {fault.row}: {fault.code} {fault.facts}")
    print(f"edition {edition.name}: {edition.items.count()} rows, {len(faults)} left out; not yet in force")
    return 1 if faults else 0


def export_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--name", default="", help="edition; the one in force when left out")


def catalogue_export(arguments: Namespace) -> int:
    from pathlib import Path

    from gezhi.loop.service import catalogue

    print(f"{catalogue.export(Path(arguments.file), arguments.name)} rows")
    return 0


def publish_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name")


def catalogue_publish(arguments: Namespace) -> int:
    from gezhi.loop.service import catalogue
    from gezhi.trust.rules import Actor

    print(f"{catalogue.publish(arguments.name, actor=Actor.system('loop'), now=now()).name} is in force")
    return 0
