"""`gezhi loop import` and `gezhi loop import-undo`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gezhi.kit.commands import Nouns, now
from gezhi.kit.messages.plain import speaking

if TYPE_CHECKING:
    from gezhi.kernel.errors import Refused
    from gezhi.loop.importing.dues import Dues
    from gezhi.loop.importing.mappings import Saved
    from gezhi.loop.importing.rules import Plan, Reject
    from gezhi.loop.importing.running import Options, Outcome

SHOWN = 20


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "import", run, run_arguments, help="bring in requests from spreadsheets")
    nouns.add("loop", "import-due", dues, dues_arguments, help="how an imported batch stands to its source's due times")
    nouns.add("loop", "import-mapping", mapping, mapping_arguments, help="list, save, export and remove mappings")
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
    parser.add_argument("--mapping", metavar="NAME|FILE.json", help="a mapping: saved, of a pack, or in a file")
    parser.add_argument("--save-mapping", metavar="NAME", help="keep the columns, the zone and the choices of this run")
    parser.add_argument("--zone", default="", help="where the file's clocks hang, such as America/New_York")
    parser.add_argument("--mode", default="", help="known numbers with other content: reject (usual), skip or update")
    parser.add_argument("--source", default="", help="whose numbers they are; numbers are unique within a source")
    parser.add_argument("--whole", action="store_true", help="the file has all open cases of its source: tell the gone")
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
    saved = _mapping(given.mapping) if given.mapping else None
    options = Options.of(
        saved, wishes=wishes, mode=given.mode, source=given.source, start_clocks=given.start_clocks, zone=given.zone,
        whole=given.whole,
    )  # fmt: skip
    done, refusals = [], []
    for file in given.file:
        try:
            done.append((file, _one(Path(file), options, given)))
        except Refused as refused:
            if len(given.file) == 1:
                raise
            refusals.append((file, refused))
    if given.save_mapping and done and not given.dry_run:
        _keep(given.save_mapping, Path(done[0][0]), options)
    with speaking():
        _print(done, refusals, given)
    return 1 if refusals else 0


def _mapping(name: str) -> "Saved":
    from gezhi.loop.importing import mappings

    return mappings.from_file(Path(name)) if name.endswith(".json") else mappings.named(name)


def _keep(name: str, path: Path, options: "Options") -> None:
    from gezhi.loop.importing import mappings
    from gezhi.loop.importing.running import survey
    from gezhi.trust.rules import Actor

    sheet = next(view for view in survey(path, options, rows=False) if view.usable)
    mappings.keep(options.mapping_for(sheet, name), actor=Actor.system("loop"), now=now())


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
                **({"gone": outcome.gone, "gone_numbers": outcome.gone_numbers} if given.whole else {}),
                **({"due": outcome.dues.as_dict()} if outcome.dues else {}),
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
        _tell(file, outcome)


def _tell(file: str, outcome: "Outcome") -> None:
    """What came of a file, in words; a trial says what would come of it."""
    from django.utils.translation import gettext

    told = {"n": f"{outcome.read:,}", "already": f"{outcome.already:,}", "rejected": f"{outcome.rejected:,}",
            "created": f"{outcome.created:,}", "updated": f"{outcome.updated:,}", "batch": outcome.batch}  # fmt: skip
    said = gettext("%(n)s read, %(created)s created, %(updated)s updated, %(already)s already there, "
                   "%(rejected)s rejected")  # fmt: skip
    where = gettext("batch %(batch)s") % told if outcome.batch else gettext("a trial, nothing is written")
    print(f"{file}: {said % told} ({where})")
    if outcome.gone:
        gone = gettext("%(n)s open cases are not in the file any more: %(numbers)s")
        print(f"  {gone % {'n': f'{outcome.gone:,}', 'numbers': ', '.join(outcome.gone_numbers[:SHOWN])}}")
    if outcome.dues:
        print(f"  {_said(outcome.dues)}")
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


def _said(found: "Dues") -> str:
    share = f"{found.on_time:.2%} on time, " if found.on_time is not None else ""
    apart = "".join(f", {count:,} {why}" for why, count in found.apart.items())
    return (
        f"source's due times: {share}{found.kept:,} kept, {found.late:,} late, {found.overdue:,} open and overdue, "
        f"{found.running:,} not yet due; {found.equal:,} of {found.compared:,} as the source says{apart}"
    )


def dues_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("batch", type=int)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def dues(given: Namespace) -> int:
    from gezhi.loop.importing.dues import dues_of
    from gezhi.trust.rules import Actor

    found = dues_of(given.batch, actor=Actor.system("loop"), now=now())
    print(json.dumps(found.as_dict()) if given.json else _said(found))
    return 0


def mapping_arguments(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--save", metavar="FILE.json", help="keep the mapping in this file under the name in it")
    what.add_argument("--export", metavar="NAME", help="print a mapping as JSON")
    what.add_argument("--remove", metavar="NAME", help="forget a mapping that was saved here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def mapping(given: Namespace) -> int:
    """Without a wish, all mappings: those saved here and those of packs."""
    from gezhi.loop.importing import mappings
    from gezhi.trust.rules import Actor

    actor = Actor.system("loop")
    if given.save:
        saved = mappings.keep(mappings.from_file(Path(given.save)), actor=actor, now=now())
        print(saved.name)
    elif given.export:
        print(json.dumps(mappings.named(given.export).as_dict(), ensure_ascii=False, indent=2))
    elif given.remove:
        mappings.remove(given.remove, actor=actor, now=now())
    elif given.json:
        print(json.dumps([one.as_dict() for one in mappings.listed()], ensure_ascii=False))
    else:
        for one in mappings.listed():
            print(f"{one.name}: {', '.join(one.columns)}" + (f" [{one.zone}]" if one.zone else ""))
    return 0


def undo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("batch", type=int)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def undo(given: Namespace) -> int:
    from django.utils.translation import gettext

    from gezhi.loop.importing.undoing import undo_batch
    from gezhi.trust.rules import Actor

    done = undo_batch(given.batch, actor=Actor.system("loop"), now=now())
    if given.json:
        print(json.dumps({"batch": done.batch, "undone": done.undone, "kept": done.kept, "numbers": done.numbers}))
        return 0
    with speaking():
        said = gettext("batch %(batch)s: %(undone)s cases taken back, %(kept)s kept because somebody worked on them")
    print(said % {"batch": done.batch, "undone": f"{done.undone:,}", "kept": f"{done.kept:,}"})
    for number in done.numbers[:SHOWN]:
        print(f"  {number}")
    return 0
