"""What people corrected before a run: approved exclusions, and cases that an upheld appeal gave to another unit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gezhi.loop.scores.rules.events import Event

Corrections = Mapping[str, Sequence[Sequence[Any]]]


def corrected(events: Iterable[Event], corrections: Corrections) -> Iterator[Event]:
    """The events with exclusions marked and units as corrected.

    `exclusions` are rows of number, case, kinds (none: all), reason; `moves` rows of appeal, case, unit, other unit,
    kinds. What is void stays void.

    >>> from datetime import datetime, UTC
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> event = Event("sign", "c", 1, 1, 2, at, frozenset())
    >>> [e.unit for e in corrected([event], {"moves": [[7, "c", 1, 2, ["sign"]]]})]
    [2]
    >>> [e.outside for e in corrected([event], {"exclusions": [[9, "c", ["handle"], "legacy"]]})]
    ['']
    """
    out: dict[str, list[Sequence[Any]]] = {}
    for row in corrections.get("exclusions", ()):
        out.setdefault(str(row[1]), []).append(row)
    moves: dict[tuple[str, int], list[Sequence[Any]]] = {}
    for row in corrections.get("moves", ()):
        moves.setdefault((str(row[1]), int(row[2])), []).append(row)
    for event in events:
        one = event
        for _, _, _, unit, kinds in moves.get((event.case, event.unit), ()):
            if event.kind in kinds or not kinds:
                one = one._replace(unit=int(unit))
                break
        if not one.outside:
            for number, _, kinds, _ in out.get(event.case, ()):
                if event.kind in kinds or not kinds:
                    one = one._replace(outside=f"x{number}")
                    break
        yield one
