"""`gezhi pack check | load | list`."""

import json
from argparse import ArgumentParser, Namespace

from gezhi.kit.commands import Nouns, now

LIST = 40  # findings shown of one code before the rest is counted


def add_commands(nouns: Nouns) -> None:
    nouns.noun("pack", "Packs: matters, catalogue, limits and words that vary by place")
    nouns.add("pack", "check", check, check_arguments, help="what is wrong with a pack and how to mend it",
              database=False)  # fmt: skip
    nouns.add("pack", "load", load, load_arguments, help="put a pack in force, whole or not at all")
    nouns.add("pack", "list", packs, json_argument, help="bundled packs, and which are in force")


def json_argument(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def check_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pack", nargs="*", metavar="NAME|FOLDER", help="without one, every bundled pack")
    json_argument(parser)


def check(arguments: Namespace) -> int:
    """Exit code 1 when any pack has errors; warnings are shown and do not fail."""
    from gezhi.packs import service, store

    told = []
    for name in arguments.pack or store.bundled():
        done = service.checked(name)
        told.append(done.told() | {"findings": [service.said(finding) for finding in done.findings]})
        if not arguments.json:
            for line in service.report(done, most=LIST):
                print(line)
    if arguments.json:
        print(json.dumps(told, ensure_ascii=False))
    return 0 if all(each["good"] for each in told) else 1


def load_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pack", metavar="NAME|FOLDER")
    parser.add_argument("--units", action="store_true", help="bring the template of units as well")
    json_argument(parser)


def load(arguments: Namespace) -> None:
    from gezhi.packs.service import load_pack
    from gezhi.trust.rules import Actor

    done = load_pack(arguments.pack, units=arguments.units, actor=Actor.system("command"), now=now())
    if arguments.json:
        print(json.dumps({"pack": done.pack, "version": done.version, "rows": done.counts, "units": done.units_made,
                          "units_unknown": done.units_unknown, "catalogue_waits": done.catalogue_waits}))  # fmt: skip
        return
    print(f"{done.pack} {done.version}: " + ", ".join(f"{name} {count}" for name, count in done.counts.items()))
    if done.units_made:
        print(f"{done.units_made} units made from the template")
    if done.catalogue_waits:
        print("The catalogue waits: none of its units stands yet. Make units with these codes, then load again.")
    if done.units_unknown:
        print(f"{len(done.units_unknown)} units are named and do not stand: {', '.join(done.units_unknown)}")


def packs(arguments: Namespace) -> None:
    from gezhi.packs.service import bundled_packs

    known = bundled_packs()
    if arguments.json:
        print(json.dumps([{"name": p.name, "version": p.version, "in_force": p.in_force} for p in known]))
        return
    for pack in known:
        state = f"in force: {pack.in_force}" if pack.in_force else "not loaded"
        print(f"{pack.name} {pack.version} ({state})  {pack.title_zh} / {pack.title_en}")
