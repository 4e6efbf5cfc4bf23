"""`gezhi place areas FILE`: load areas from a spreadsheet."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from gezhi.kit.commands import Nouns, now

COLUMNS = {
    "code": ("code", "编码", "代码", "区划代码"),
    "parent": ("parent", "上级", "上级代码", "上级编码"),
    "name_zh": ("name_zh", "name", "名称", "区划名称"),
    "name_en": ("name_en", "英文名", "英文名称"),
    "level": ("level", "级别", "层级"),
}


def areas(given: Namespace) -> int:
    from gezhi.place import service
    from gezhi.trust.rules import Actor

    report = service.load_areas(_rows(Path(given.file)), actor=Actor.system("command"), now=now())
    facts = {"read": report.read, "created": report.created, "changed": report.changed, "same": report.same}
    faults = [{"row": fault.row, "what": fault.what, "code": fault.code} for fault in report.faults]
    if given.json:
        print(json.dumps({**facts, "rejected": faults}, ensure_ascii=False))
    else:
        print(", ".join(f"{name} {count}" for name, count in facts.items()), f"rejected {len(faults)}", sep=", ")
        for fault in faults:
            print(f"  {fault['row']}: {_say(str(fault['what']), str(fault['code']))}")
    return 1 if faults else 0


def _say(what: str, code: str) -> str:
    from django.utils.translation import pgettext

    return f"{code} {pgettext('area_fault', what)}"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    from gezhi.trust.service.importing import rows_of

    for _, row in rows_of(path, COLUMNS):
        yield row


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="columns code, parent, name_zh, name_en, level")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_commands(nouns: Nouns) -> None:
    """Offer the room's commands."""
    nouns.noun("place", "Where things are")
    nouns.add("place", "areas", areas, arguments, help="add and change areas from a spreadsheet")
