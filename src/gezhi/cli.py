"""`gezhi`: the commands of the installation, and `gezhi <noun> <verb>` of every room."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Command, Nouns
from gezhi.web.running import commands as installation

ROOMS = ("trust", "place", "loop", "packs")


def nouns() -> Nouns:
    """The commands that the rooms offer."""
    found = Nouns()
    for room in ROOMS:
        name = f"gezhi.{room}.commands"
        if find_spec(name) is not None:
            import_module(name).add_commands(found)
    return found


def parser() -> argparse.ArgumentParser:
    """All commands with their help."""
    top = argparse.ArgumentParser(prog="gezhi", description="Gezhi 格治: one loop, one base, one ledger.")
    top.add_argument("--data", metavar="FOLDER", help="the data folder (otherwise GEZHI_DATA, otherwise ./data)")
    below = top.add_subparsers(metavar="COMMAND", required=True)
    installation.add_to(below)
    nouns().add_to(below)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal becomes its sentence and code on stderr and the exit code 1."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is open is closed properly
    given = parser().parse_args(arguments)
    if given.data:
        os.environ["GEZHI_DATA"] = given.data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
    command: Command = given.command
    return answered(lambda: installation.run(command, given))


def answered(work: Callable[[], int | None]) -> int:
    """The exit code of a piece of work, with what a person can mend said in a sentence instead of a traceback."""
    try:
        return work() or 0
    except Refused as refused:
        sys.stderr.write(f"{installation.sentence(refused)}\n[{refused.code}]\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, and Python would complain on leaving
        return 141
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        problem = Refused("file-trouble", file=str(error.filename or ""), reason=error.strerror or str(error))
        sys.stderr.write(f"{installation.sentence(problem)}\n[file-trouble]\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
