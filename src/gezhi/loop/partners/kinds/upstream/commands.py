"""`gezhi loop reconcile, reply-sheet, ferry`: what an operator does with a platform above, below or across the gap."""

import json
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "reconcile", reconcile, reconcile_arguments, help="compare a day with a partner's own list")
    nouns.add("loop", "reply-sheet", reply_sheet, sheet_arguments, help="a partner's answered cases in its columns")
    nouns.add("loop", "ferry out", ferry_out, out_arguments, help="write what waits for the other site into a file")
    nouns.add("loop", "ferry in", ferry_in, in_arguments, help="take a file of the other site")
    nouns.add("loop", "ferry key", ferry_key, key_arguments, help="the public keys to give to the other site")


def reconcile_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("partner", help="code of the partner")
    parser.add_argument("--day", required=True, metavar="YYYY-MM-DD", help="the day on which the cases came")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def reconcile(arguments: Namespace) -> int:
    """Exit code 0 where both sides agree, 1 where they do not."""
    from gezhi.loop.partners.kinds.upstream.reconciling import partner_of
    from gezhi.loop.partners.kinds.upstream.reconciling import reconcile as work

    try:
        day = date.fromisoformat(arguments.day)
    except ValueError as error:
        raise Refused("date-malformed", status=422, value=arguments.day[:40]) from error
    partner = partner_of(arguments.partner)
    found = work(partner, day)
    if arguments.json:
        told = {"partner": partner.code, "day": arguments.day, **found.as_dict()}
        print(json.dumps(told, ensure_ascii=False))
        return 0 if found.clean else 1
    print(f"{partner.code} {day}: {'clean' if found.clean else 'NOT CLEAN'}")
    for title, counts in (("theirs", found.theirs), ("ours", found.ours), ("pieces left", found.left)):
        print(f"  {title}: {', '.join(f'{name or chr(45)} {count}' for name, count in counts.items()) or 'none'}")
    for title, numbers in (("missing here", found.missing_here), ("missing there", found.missing_there)):
        if numbers:
            print(f"  {title}: {' '.join(numbers)}")
    for one in found.differ:
        print(f"  state differs: {one['number']} ({one['case']}): theirs {one['theirs']}, ours {one['ours']}")
    return 0 if found.clean else 1


def sheet_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("partner", help="code of the partner")
    parser.add_argument("file", type=Path, help="workbook to write (.xlsx)")


def reply_sheet(arguments: Namespace) -> int:
    from gezhi.loop.partners.kinds.upstream.reconciling import partner_of
    from gezhi.loop.partners.kinds.upstream.sheets import reply_sheet as work
    from gezhi.trust.rules import Actor

    rows = work(partner_of(arguments.partner), arguments.file, actor=Actor.system("loop"), now=now())
    print(json.dumps({"file": str(arguments.file), "rows": rows}, ensure_ascii=False))
    return 0


def out_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("partner", help="code of the partner that stands for the other site")
    parser.add_argument("file", type=Path, help="file to write")
    parser.add_argument("--since", type=int, metavar="SERIAL", help="write once more all from this serial on")


def ferry_out(arguments: Namespace) -> int:
    from gezhi.loop.partners.kinds.upstream.ferry.parcels import pack
    from gezhi.loop.partners.kinds.upstream.reconciling import partner_of

    told = pack(partner_of(arguments.partner), arguments.file, since=arguments.since, now=now())
    print(json.dumps(told))
    return 0


def in_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("partner", help="code of the partner that stands for the other site")
    parser.add_argument("file", type=Path, help="file that came across")


def ferry_in(arguments: Namespace) -> int:
    from gezhi.loop.partners.kinds.upstream.ferry.parcels import unpack
    from gezhi.loop.partners.kinds.upstream.reconciling import partner_of

    print(json.dumps(unpack(partner_of(arguments.partner), arguments.file, now=now())))
    return 0


def key_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("partner", help="code of the partner that stands for the other site")


def ferry_key(arguments: Namespace) -> int:
    """The other site wants it as the wish `other` of its partner that stands for us."""
    from gezhi.loop.partners.kinds.upstream.ferry.keys import own
    from gezhi.loop.partners.kinds.upstream.reconciling import partner_of

    partner = partner_of(arguments.partner)
    print(json.dumps({"partner": partner.code, "other": own(partner).public}))
    return 0
