"""`gezhi loop import` and `gezhi loop import-undo`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gezhi.kit.commands import Nouns, now

if TYPE_CHECKING:
    from gezhi.kernel.errors import Refused
    from gezhi.loop.importing.rules import Plan, Reject
    from gezhi.loop.importing.running import Options, Outcome

SHOWN = 20


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "import", run, run_arguments, help="bring in requests from spreadsheets")
    nouns.add("loop", "import-undo", undo, undo_arguments, help="take an imported batch back")


def run_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", help=".xlsx, .xls, HTML saved as .xls, .csv, .tsv, also .gz")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="column of a field, by name or number; repeatable",
    )
    parser.add_argument("--mode", default="reject", help="known numbers with other content: reject, skip or update")
    parser.add_argument("--source", default="import", help="whose numbers they are; numbers are unique within a source")
    parser.add_argument("--start-clocks", action="store_true", help="open cases start their clocks at once")
    parser.add_argument("--rejects", metavar="FILE.xlsx", help="write the refused rows there, to mend and import again")


def run(given: Namespace) -> int:
    """Exit code 0 also where rows were refused: the others are in; 1 where a file was refused as a whole."""
    from gezhi.kernel.errors import Refused
    from gezhi.loop.importing.running import Options

    wishes: dict[str, str] = {}
    for pair in given.map:
        field, equals, column = pair.partition("=")
        if not equals:
            raise Refused("import-map-malformed", status=422, value=pair[:80])
        wishes[field.strip()] = column
    options = Options(wishes, given.mode, given.start_clocks, given.source[:40])
    done, refusals = [], []
    for file in given.file:
        try:
            done.append((file, _one(Path(file), options, given)))
        except Refused as refused:
            if len(given.file) == 1:
                raise
            refusals.append((file, refused))
    _print(done, refusals, given)
    return 1 if refusals else 0


def _one(path: Path, options: "Options", given: Namespace) -> "Outcome":
    from gezhi.loop.importing import service
    from gezhi.trust.rules import Actor

    actor, show = Actor.system("loop"), _progress if sys.stderr.isatty() and not given.json else None
    if given.dry_run:
        outcome = service.try_file(path, options=options, actor=actor, now=now(), progress=show)
    else:
        outcome = service.import_file(path, name=path.name, options=options, actor=actor, now=now(), progress=show)
    if show is not None:
        sys.stderr.write("\r" + " " * 60 + "\r")
    return outcome


def _progress(plan: "Plan", total: int) -> None:
    sys.stderr.write(f"\r{plan.read:,} / {total:,}")
    sys.stderr.flush()


def _print(done: "list[tuple[str, Outcome]]", refusals: "list[tuple[str, Refused]]", given: Namespace) -> None:
    from gezhi.kit.http import sentence
    from gezhi.loop.importing.service import COUNTS

    total = {name: sum(getattr(outcome, name) for _, outcome in done) for name in COUNTS}
    if given.rejects:
        _write_rejects(Path(given.rejects), done)
    if given.json:
        files = [
            {
                "file": file, "batch": outcome.batch, **{name: getattr(outcome, name) for name in COUNTS},
            }
            for file, outcome in done
        ]  # fmt: skip
        files += [{"file": file, "refused": each.code, "reason": sentence(each)} for file, each in refusals]
        rejects = [{"file": file, **_reject(reject)} for file, outcome in done for reject in outcome.rejects]
        print(json.dumps({**total, "dry_run": given.dry_run, "files": files, "rejects": rejects}, ensure_ascii=False))
        return
    for file, each in refusals:
        print(f"{file}: {sentence(each)} [{each.code}]")
    for file, outcome in done:
        said = ", ".join(f"{getattr(outcome, name):,} {name}" for name in COUNTS)
        print(f"{file}: {said}" + (f" (batch {outcome.batch})" if outcome.batch else " (nothing written)"))
        for reject in outcome.rejects[:SHOWN]:
            row = _reject(reject)
            print(f"  {row['sheet']}{'!' if row['sheet'] else ''}{row['row']}: {row['reason']} [{row['code']}]")
        if len(outcome.rejects) > SHOWN:
            print(f"  … {outcome.rejected - SHOWN:,}")


def _reject(reject: "Reject") -> dict[str, Any]:
    from gezhi.kit.http import plain
    from gezhi.loop.importing.rejected import reason

    return {
        "sheet": reject.sheet, "row": reject.row, "code": reject.code, "reason": reason(reject),
        "facts": plain(reject.facts),
    }  # fmt: skip


def _write_rejects(target: Path, done: "list[tuple[str, Outcome]]") -> None:
    from gezhi.kit.sheets import write_xlsx
    from gezhi.loop.importing.rejected import tables

    found = [table for _, outcome in done for table in tables(outcome.headers, outcome.rejects)]
    if found:
        write_xlsx(target, *found)


def undo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("batch", type=int)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def undo(given: Namespace) -> int:
    from gezhi.loop.importing.undoing import undo_batch
    from gezhi.trust.rules import Actor

    done = undo_batch(given.batch, actor=Actor.system("loop"), now=now())
    if given.json:
        print(json.dumps({"batch": done.batch, "undone": done.undone, "kept": done.kept, "numbers": done.numbers}))
        return 0
    print(f"batch {done.batch}: {done.undone:,} undone, {done.kept:,} kept because somebody worked on them")
    for number in done.numbers[:SHOWN]:
        print(f"  {number}")
    return 0
