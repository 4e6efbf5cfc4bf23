"""`gezhi`: the commands of the installation, and `gezhi <noun> <verb>` of every room."""

import os
import signal
import sys
from collections.abc import Callable, Sequence

from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Command
from gezhi.web.running.commands import nouns, parser, run, sentence

__all__ = ["answered", "main", "nouns", "parser"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal becomes its sentence and code on stderr and the exit code 1."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is open is closed properly
    given = parser().parse_args(arguments)
    if given.data:
        os.environ["GEZHI_DATA"] = given.data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
    command: Command = given.command
    return answered(lambda: run(command, given))


def answered(work: Callable[[], int | None]) -> int:
    """The exit code of a piece of work, with what a person can mend said in a sentence instead of a traceback."""
    try:
        return work() or 0
    except Refused as refused:
        sys.stderr.write(f"{sentence(refused)}\n[{refused.code}]\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, and Python would complain on leaving
        return 141
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        problem = Refused("file-trouble", file=str(error.filename or ""), reason=error.strerror or str(error))
        sys.stderr.write(f"{sentence(problem)}\n[file-trouble]\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
