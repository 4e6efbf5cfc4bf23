"""`gezhi loop retention plan | list | run`."""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "retention plan", plan, plan_arguments, help="a dry run: what the rules say is due, by rule")
    nouns.add("loop", "retention list", listing, help="plans, the newest first")
    nouns.add("loop", "retention run", run, run_arguments, help="carry out a plan that a second person has released")


def plan_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--numbers", action="store_true", help="print every number, not only how many")
    parser.add_argument("--show", type=int, default=0, metavar="PLAN", help="print an earlier plan, make none")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def plan(arguments: Namespace) -> int:
    """Destroys nothing."""
    from gezhi.kernel.errors import Refused
    from gezhi.loop.retention import service, store
    from gezhi.trust.rules import Actor

    if arguments.show:
        row = store.plan(arguments.show)
        if row is None:
            raise Refused("retention-unknown", status=404, plan=arguments.show)
    else:
        row = service.make_plan(actor=Actor.system("command"), now=now())
    lines = service.described(row)
    if arguments.json:
        print(json.dumps(as_json(row, lines, numbers=arguments.numbers), ensure_ascii=False))
        return 0
    print(f"plan {row.pk}: {row.state}, as of {row.as_of:%Y-%m-%d %H:%M}")
    for line in lines:
        print(told(line))
        if arguments.numbers:
            for _, number, held in store.every_number(row, line["rule"].code):
                print(f"    {number}{f'  held: {held}' if held else ''}")
    return 0


def told(line: dict[str, Any]) -> str:
    """One rule in one line."""
    rule = line["rule"]
    if rule.do == "keep":
        return f"  {rule.code}: {rule.what}, kept"
    held = ", ".join(f"{n} {reason}" for reason, n in sorted(line["held"].items()))
    mark = "" if rule.verified else "  NOT VERIFIED: counted, never carried out"
    return (
        f"  {rule.code}: {rule.do} {rule.what} after {rule.after} {rule.unit}: {line['due']} due"
        f" (+{line['new']} -{line['gone']} since the last){f'; held: {held}' if held else ''}{mark}"
    )


def as_json(row: Any, lines: list[dict[str, Any]], *, numbers: bool) -> dict[str, Any]:
    from gezhi.loop.retention import store

    rules = [
        {"rule": line["rule"].code, "what": line["rule"].what, "do": line["rule"].do, "before": line["before"],
         "verified": line["rule"].verified, "due": line["due"], "held": line["held"], "new": line["new"],
         "gone": line["gone"], "done": line["done"],
         **({"numbers": [n for _, n, held in store.every_number(row, line["rule"].code) if not held]}
            if numbers else {})}
        for line in lines
    ]  # fmt: skip
    return {"plan": row.pk, "state": row.state, "as_of": row.as_of.isoformat(), "rules": rules}


def listing(arguments: Namespace) -> int:
    from gezhi.loop.retention import store

    del arguments
    for row in store.plans()[:50]:
        due = sum(one["due"] for one in row.counts.values())
        print(f"plan {row.pk}  {row.as_of:%Y-%m-%d %H:%M}  {row.state}  {due} due")
    return 0


def run_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=int)


def run(arguments: Namespace) -> int:
    """Only what was released in the page by a second person; a killed run is taken up again."""
    from gezhi.loop.retention import service, store
    from gezhi.trust.rules import Actor

    done = service.run_plan(arguments.plan, actor=Actor.system("command"), now=now)
    row = store.plan(arguments.plan)
    print(f"plan {arguments.plan}: {done} things looked at")
    for rule, outcome in sorted(store.outcomes(row).items()) if row is not None else ():
        print(f"  {rule}: " + ", ".join(f"{n} {result or 'left'}" for result, n in sorted(outcome.items())))
    return 0
