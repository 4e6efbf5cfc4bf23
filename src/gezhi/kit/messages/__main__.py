"""The command line of the texts: compile, check, pseudo."""

import sys

from gezhi.kit.messages.check import faults
from gezhi.kit.messages.compile import compile_all, make_pseudo


def main(arguments: list[str]) -> int:
    """Do one of the three; `check` answers 1 when something is wrong."""
    out = sys.stdout.write
    match arguments:
        case ["compile"]:
            out(f"{len(compile_all(force=True))} catalogues compiled\n")
        case ["pseudo"]:
            out(f"{len(make_pseudo())} pseudo catalogues made\n")
        case ["check"]:
            wrong = faults()
            for finding in wrong:
                out(f"{finding}\n")
            out(f"{len(wrong)} faults\n" if wrong else "texts: complete\n")
            return 1 if wrong else 0
        case _:
            sys.stderr.write("python -m gezhi.kit.messages compile | check | pseudo\n")
            return 2
    return 0


sys.exit(main(sys.argv[1:]))
