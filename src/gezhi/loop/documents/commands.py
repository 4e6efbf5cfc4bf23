"""`gezhi loop report`: a report of a period or a letter of appraisal as a file."""

from argparse import ArgumentParser, Namespace

from gezhi.kit.commands import Nouns, now

KINDS = ("daily", "weekly", "monthly", "appraisal")


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "report", report, arguments, help="a report of a period, or a letter of appraisal, as a file")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument(
        "--period", default="", help="2026-03-02, 2026-W10, 2026-03; of a letter also 2026-03-01..2026-03-31 or #RUN; "
        "the newest that has ended when left out",
    )  # fmt: skip
    parser.add_argument(
        "--out", required=True, metavar="FILE", help="its ending says the format: .docx .xlsx .pdf .json"
    )
    parser.add_argument("--set", default="", help="set of indicators of a letter of appraisal, such as three_rates")
    parser.add_argument("--language", default="zh-hans", choices=("zh-hans", "en"))


def report(given: Namespace) -> int:
    """Prints which period it was."""
    from pathlib import Path

    from gezhi.loop.documents import service
    from gezhi.trust.rules import Actor

    file, actor = Path(given.out), Actor.system("loop")
    wanted = file.suffix.removeprefix(".").lower()
    if given.kind == "appraisal":
        made = service.make_appraisal(
            given.period, wanted, actor=actor, now=now(), code=given.set, language=given.language
        )
    else:
        made = service.make_report(given.kind, given.period, wanted, actor=actor, now=now(), language=given.language)
    file.write_bytes(made.data)
    print(f"{given.kind} {made.number}: {file} ({len(made.data)} bytes)")
    return 0
