"""How a room offers commands: `gezhi <noun> <verb>`; the convention every `commands.py` follows.

A room's `commands.py` holds one function `add_commands(nouns)` and one function per command::

    from argparse import ArgumentParser, Namespace
    from gezhi.kit.commands import Nouns, now

    def verify(arguments: Namespace) -> int | None:
        from gezhi.trust import service          # Django stands when the command runs, not when this file is read
        print(service.verify_ledger(now=now()))
        return 0                                 # the exit code; None is 0; a Refused becomes its sentence and 1

    def verify_arguments(parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def add_commands(nouns: Nouns) -> None:
        nouns.noun("ledger", "The record of who did what")
        nouns.add("ledger", "verify", verify, verify_arguments, help="check the chain, naming the first broken record")
        nouns.add("loop", "triage train", train, train_arguments, help="…")     # a verb may have two words

The file must not import models or services at its top: it is read before Django is set up. A command runs with Django
set up and the database running, unless it is added with `database=False`.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # argparse names this class only in private, and it takes parameters only for the type checker
    Below = argparse._SubParsersAction[argparse.ArgumentParser]
Run = Callable[[argparse.Namespace], int | None]
Arguments = Callable[[argparse.ArgumentParser], None]


def now() -> datetime:
    """The present moment, read once at the edge and handed down."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what runs, its arguments, its help line, and whether it needs the database."""

    noun: str
    verb: str
    run: Run
    arguments: Arguments | None
    help: str
    database: bool


@dataclass(slots=True)
class Nouns:
    """The commands of all rooms; a noun may be shared, a command (noun and verb) is one room's own."""

    commands: dict[tuple[str, str], Command] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)

    def noun(self, noun: str, about: str) -> None:
        """Say what a noun is, for `gezhi --help`."""
        self.about[noun] = about

    def add(
        self,
        noun: str,
        verb: str,
        run: Run,
        arguments: Arguments | None = None,
        *,
        help: str,  # noqa: A002 - the word that argparse uses
        database: bool = True,
    ) -> None:
        """Offer `gezhi noun verb`; offering it twice is a mistake.

        >>> nouns = Nouns()
        >>> nouns.add("ledger", "verify", lambda arguments: 0, help="check")
        >>> nouns.add("ledger", "verify", lambda arguments: 0, help="check")
        Traceback (most recent call last):
        ValueError: gezhi ledger verify is offered twice
        """
        if (noun, verb) in self.commands:
            raise ValueError(f"gezhi {noun} {verb} is offered twice")
        self.commands[noun, verb] = Command(noun, verb, run, arguments, help, database)

    def add_to(self, parser: "Below") -> None:
        """Build the parsers: one for each noun, under it one for each verb, or for each word of it."""
        for noun in sorted({command.noun for command in self.commands.values()}):
            about = self.about.get(noun, noun)
            words: dict[tuple[str, ...], argparse.ArgumentParser] = {}
            words[()] = parser.add_parser(noun, help=about, description=about)
            below: dict[tuple[str, ...], Below] = {}
            for command in sorted(self.commands.values(), key=lambda command: command.verb):
                if command.noun == noun:
                    self.grow(words, below, command)

    def grow(
        self,
        words: dict[tuple[str, ...], argparse.ArgumentParser],
        below: dict[tuple[str, ...], "Below"],
        command: Command,
    ) -> None:
        """Add one command below the words before its last."""
        path: tuple[str, ...] = ()
        parts = command.verb.split()
        for number, word in enumerate(parts):
            if path not in below:
                below[path] = words[path].add_subparsers(metavar="VERB", required=True)
            before, path = path, (*path, word)
            last = number == len(parts) - 1
            if path not in words:
                text = command.help if last else " ".join(path)
                words[path] = below[before].add_parser(word, help=text, description=text)
        leaf = words[path]
        if command.arguments is not None:
            command.arguments(leaf)
        leaf.set_defaults(command=command)
