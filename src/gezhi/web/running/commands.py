"""The commands of the installation itself: init, serve, stop, demo, check, backup, restore, upgrade, bundle, sbom."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import django
from django.db.utils import OperationalError

from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Arguments, Command, Nouns
from gezhi.kit.config import config
from gezhi.kit.database.session import opened
from gezhi.kit.messages import plain
from gezhi.web.bundling import commands as bundling
from gezhi.web.running import keeping, starting

if TYPE_CHECKING:
    from gezhi.kit.commands import Below

ROOMS = ("trust", "place", "loop", "packs")  # those that offer commands
OWNER = {"init", "prepare", "upgrade", "restore"}  # these change tables, so they run as the tables' owner
NEW = {"init", "serve", "demo", "restore"}  # only these may meet a folder that is no installation yet
POOLED = {"serve", "web", "worker"}
PLAIN = {
    "init",
    "serve",
    "stop",
    "demo",
    "restore",
    "web",
    "worker",
    "bundle",
    "sbom",
}  # these need neither Django nor a running database of their own
FREE = {"bundle", "sbom"}  # these concern the product, not an installation of it


def sentence(refused: Refused) -> str:
    """The refusal in the language of the terminal."""
    try:
        language = config().language
    except ValueError:  # it is the settings that are wrong
        language = "zh-hans"
    return plain.sentence(refused, plain.spoken(language))


def run(command: Command, given: Namespace) -> int | None:
    """Run a command with what it needs: a role, a folder that is an installation, the database, Django."""
    own = command.noun == ""
    name = command.verb
    if not (own and name in POOLED):
        os.environ["GEZHI_DB_POOL"] = "0"  # one command, one connection, and a failure is told at once
    if own and name in OWNER:
        os.environ["GEZHI_DB_ROLE"] = "owner"
    if own and name == "demo":
        os.environ.setdefault("GEZHI_DATA", "demo-data")  # invented cases never lie among real ones
    try:
        settings = config()
    except ValueError as error:
        raise Refused("settings-wrong", reason=str(error)) from None
    if command.database and not settings.initialised and not (own and name in NEW | FREE):
        raise Refused("not-initialised", folder=str(settings.data))
    if own and name in PLAIN:
        return command.run(given)
    with opened(settings) if command.database else nullcontext():
        django.setup()
        try:
            return command.run(given)
        except OperationalError as error:
            raise Refused("database-trouble", reason=str(error).strip()) from None


def add_to(below: "Below") -> None:
    """Add the commands of the installation to `gezhi`."""
    table: list[tuple[str, Callable[[Namespace], int | None], str, Arguments | None]] = [
        ("init", starting.init, "make an installation in the data folder", starting.init_arguments),
        ("serve", starting.serve, "run the site: database, web process and worker", starting.serve_arguments),
        ("stop", starting.stop, "stop what `serve` runs", None),
        ("demo", starting.demo, "make a city of invented cases in a folder of its own", starting.demo_arguments),
        ("check", keeping.check, "say what is wrong and how to mend it", keeping.check_arguments),
        ("backup", keeping.backup, "write everything into one file", keeping.backup_arguments),
        ("restore", keeping.restore, "make an installation from a backup", keeping.restore_arguments),
        ("upgrade", keeping.upgrade, "back up, bring the tables up to date, check", None),
        ("web", starting.web, "the web process alone, for a machine of its own", None),
        ("worker", starting.worker, "the worker alone, for a machine of its own", None),
        ("prepare", starting.prepare, "bring tables, rights and static files up to date", None),
        ("bundle", bundling.bundle, "make one archive that installs without a network", bundling.bundle_arguments),
        ("sbom", bundling.sbom, "print the bill of materials (CycloneDX 1.5)", bundling.sbom_arguments),
        ("mcp", assistant, "speak with an assistant (Model Context Protocol) by input and output", assistant_arguments),
        ("links", starting.links, "print one-time sign-in links for the administrators", None),
    ]
    for name, function, about, arguments in table:
        parser = below.add_parser(name, help=about, description=about)
        if arguments is not None:
            arguments(parser)
        parser.set_defaults(command=Command("", name, function, arguments, about, database=True))


def assistant(given: Namespace) -> int:
    """Django stands when this runs, not when the commands are read."""
    from gezhi.loop.assistant.talking import stdio

    return stdio(given)


def assistant_arguments(parser: ArgumentParser) -> None:
    """What `gezhi mcp` takes."""
    parser.add_argument(
        "--token-file", required=True, metavar="FILE", help="file with the API token of the person it acts for"
    )


def nouns() -> Nouns:
    """The commands that the rooms offer."""
    found = Nouns()
    for room in ROOMS:
        name = f"gezhi.{room}.commands"
        if find_spec(name) is not None:
            import_module(name).add_commands(found)
    return found


def parser() -> ArgumentParser:
    """All commands with their help."""
    top = ArgumentParser(prog="gezhi", description="Gezhi 格治: one loop, one base, one ledger.")
    top.add_argument("--data", metavar="FOLDER", help="the data folder (otherwise GEZHI_DATA, otherwise ./data)")
    below = top.add_subparsers(metavar="COMMAND", required=True)
    add_to(below)
    nouns().add_to(below)
    return top
