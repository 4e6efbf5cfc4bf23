"""`python -m bench [NAME…]`: run all benchmarks, or those named; SMALL=1 keeps every size small."""

import json
import os
import sys
from collections.abc import Iterator
from itertools import chain

from bench import (
    alike,
    calls,
    cases,
    desk_keys,
    desks,
    idle,
    imports,
    lifecycles,
    reports,
    scores,
    triage,
    years,
)
from bench.measure import Figure, machine

ALL = {
    "create": cases.create,
    "worklist": cases.worklist,
    "case": cases.case_page,
    "import": imports.importing,
    "year": years.years,
    "boston": years.boston,
    "lifecycles": lifecycles.lifecycles,
    "burst": lifecycles.burst,
    "idle": idle.idle,
    "triage": triage.triage,
    "alike": alike.alike,
    "calls": calls.calls,
    "scores": scores.scores,
    "desk_keys": desk_keys.desk_keys,
    "desks": desks.desks,
    "reports": reports.reports,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    small = os.environ.get("SMALL") == "1"
    for name in names or list(ALL):
        figures: Iterator[Figure] = ALL[name](small=small)
        for figure in chain(machine(), figures):
            print(json.dumps(figure.as_dict(), ensure_ascii=False), flush=True)
    return 0


sys.exit(main([part for argument in sys.argv[1:] for part in argument.split(",")]))
