"""`gezhi loop triage …`: train a model, score it, put it on the desk, list what there is."""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "triage train", train, train_arguments, help="learn from closed cases, or from a file")
    nouns.add("loop", "triage score", score, score_arguments, help="how good first suggestions are on a file")
    nouns.add("loop", "triage use", use, use_arguments, help="put a model on the desk")
    nouns.add("loop", "triage quality", quality, quality_arguments, help="suggestions against decisions, by month")
    nouns.add("loop", "triage list", listing, list_arguments, help="models, their quality, which is on the desk")


def columns(parser: ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--text", action="append", required=required, metavar="COL", help="column of text; may repeat")
    parser.add_argument("--label", required=required, metavar="COL", help="column of the right answer")
    parser.add_argument("--target", default="matter", choices=("matter", "unit"), help="what the label is")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def train_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", help=".csv, .csv.gz, .xlsx …; without it: the closed cases here")
    parser.add_argument("--when-due", action="store_true", help="only where enough was closed since the last model")
    columns(parser, required=False)


def train(arguments: Namespace) -> int:
    from gezhi.kernel.errors import Refused
    from gezhi.loop.triage import service
    from gezhi.trust.rules import Actor

    actor = Actor.system("loop")
    if arguments.when_due:
        rows = service.learn_again(actor=actor, now=now())
    elif not arguments.file:
        rows = service.train_own(actor=actor, now=now())
    elif not arguments.text or not arguments.label:
        raise Refused("triage-no-column", status=422, column="--text, --label", found="-")
    else:
        rows = [
            service.train_file(
                arguments.file, texts=arguments.text, label=arguments.label, target=arguments.target, actor=actor,
                now=now(),
            )
        ]  # fmt: skip
    if arguments.json:
        print(json.dumps([described(row) for row in rows], ensure_ascii=False))
    for row in rows if not arguments.json else []:
        print(line(row))
        print(f"  put it on the desk: gezhi loop triage use {row.pk}")
    return 0


def described(row: Any) -> dict[str, Any]:
    return {
        "model": row.pk, "target": row.target, "created_at": row.created_at.isoformat(), "rows": row.rows,
        "classes": row.classes, "columns": row.columns, "digest": row.digest, "in_use": row.in_use,
        "quality": row.quality,
    }  # fmt: skip


def line(row: Any) -> str:
    """One model in one line; its figures come from rows held out while training."""
    q = row.quality
    mark = "*" if row.in_use else " "
    return (
        f"{mark} model {row.pk}  {row.target}  {row.created_at:%Y-%m-%d %H:%M}  {row.rows} rows  "
        f"{row.classes} classes  accuracy {q['accuracy']:.3f}  F1 {q['macro_f1']:.3f}  first three {q['top3']:.3f}"
    )


def score_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file")
    columns(parser, required=True)
    parser.add_argument("--model", default="", help="number or file of a model; without it: the one trained last")


def score(arguments: Namespace) -> int:
    from gezhi.loop.triage import service

    found = service.score_file(
        arguments.file, texts=arguments.text, label=arguments.label, model=arguments.model, target=arguments.target
    )
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    print(f"{found['n']} rows  accuracy {found['accuracy']:.4f}  macro-F1 {found['macro_f1']:.4f}"
          f"  not sure of {found['abstained']}")  # fmt: skip
    for label, row in found["per_class"].items():
        measures = "  ".join(f"{name} {row[name]:.3f}" for name in ("precision", "recall", "f1"))
        print(f"  {label}  {measures}  {row['n']}")
    return 0


def use_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", help="number of a model, or `none`: keywords and catalogue alone")
    parser.add_argument("--target", default="matter", choices=("matter", "unit"), help="with `none`: which desk")


def use(arguments: Namespace) -> int:
    from gezhi.kernel.errors import Refused
    from gezhi.loop.triage import service
    from gezhi.trust.rules import Actor

    if arguments.model != "none" and not arguments.model.isdigit():
        raise Refused("triage-model-unknown", status=404, model=arguments.model)
    number = None if arguments.model == "none" else int(arguments.model)
    row = service.use(number, target=arguments.target, actor=Actor.system("loop"), now=now())
    print(f"model {row.pk} is on the desk for {row.target}" if row else f"no model on the desk for {arguments.target}")
    return 0


def quality_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--target", default="matter", choices=("matter", "unit"))
    parser.add_argument("--json", action="store_true", help="print one JSON object with every figure")


def quality(arguments: Namespace) -> int:
    """Counts anew first, so that what is printed is of now."""
    from gezhi.loop.triage import service
    from gezhi.loop.triage.service.judging import as_json
    from gezhi.trust.rules import Actor

    service.refresh()
    found = service.judged(arguments.target, actor=Actor.system("loop"), now=now())
    if arguments.json:
        print(json.dumps(as_json(found), ensure_ascii=False))
        return 0
    for month in found.months:
        span = month.accuracy.interval or (0.0, 0.0)
        drift = "-" if month.drift is None else f"{month.drift:.3f}"
        print(
            f"{month.month:%Y-%m}  {month.decided} decided  first right {month.accuracy.right}"
            f" ({span[0]:.3f}-{span[1]:.3f})  among three {month.among.right}"
            f"  filled in {month.filled.right}, right {month.filled_right.right}  drift {drift}"
        )
    return 0


def list_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def listing(arguments: Namespace) -> int:
    from gezhi.loop.triage import store

    rows = list(store.models())
    if arguments.json:
        print(json.dumps([{**described(row), "desk": store.hits(row.digest)} for row in rows], ensure_ascii=False))
        return 0
    for row in rows:
        print(line(row))
        seen = store.hits(row.digest)
        if seen["n"]:
            print(f"    on the desk: first suggestion right for {seen['first']} of {seen['n']} closed cases,"
                  f" {seen['filled_right']} of {seen['filled']} when sure")  # fmt: skip
    if not rows:
        print("no model yet: suggestions come from keywords and the catalogue")
    return 0
