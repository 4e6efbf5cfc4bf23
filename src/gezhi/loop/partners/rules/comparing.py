"""Two lists of the same cases compared: who has how many in which state, what is missing where, what differs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ours:
    """One case of theirs as it stands with us; `words` are theirs for our state, none where they have none for it."""

    number: str
    case: str
    state: str
    word: str


@dataclass(slots=True)
class Compared:
    """What a comparison of a day found."""

    theirs: dict[str, int] = field(default_factory=dict)
    ours: dict[str, int] = field(default_factory=dict)
    missing_here: list[str] = field(default_factory=list)
    missing_there: list[str] = field(default_factory=list)
    differ: list[dict[str, str]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not (self.missing_here or self.missing_there or self.differ or self.left)

    def as_dict(self) -> dict[str, Any]:
        return {
            "clean": self.clean, "theirs": self.theirs, "ours": self.ours, "missing_here": self.missing_here,
            "missing_there": self.missing_there, "differ": self.differ, "left": self.left,
        }  # fmt: skip


def compared(
    theirs: Mapping[str, str], day: Iterable[Ours], known: Mapping[str, Ours], *, beside: Iterable[str] = (),
    left: Mapping[str, int] | None = None,
) -> Compared:  # fmt: skip
    """Compare their list of a day (number: state in their words) with ours.

    `day` are our cases of that day, `known` all of ours that their list names, `beside` the numbers on their lists of
    the days before and after: what lies at midnight is on another day for them and not missing.

    >>> a, b = Ours("1", "A", "handling", "办理中"), Ours("2", "B", "closed", "已办结")
    >>> found = compared({"1": "办理中", "3": "新建"}, [a, b], {"1": a})
    >>> found.missing_here, found.missing_there, found.differ, found.clean
    (['3'], ['2'], [], False)
    >>> compared({"1": "新建"}, [a], {"1": a}).differ
    [{'number': '1', 'case': 'A', 'theirs': '新建', 'ours': '办理中', 'state': 'handling'}]
    """
    mine = list(day)
    found = Compared(
        theirs=dict(sorted(Counter(theirs.values()).items())),
        ours=dict(sorted(Counter(one.state for one in {**{o.number: o for o in mine}, **known}.values()).items())),
        left={name: count for name, count in (left or {}).items() if count},
    )
    found.missing_here = sorted(set(theirs) - set(known))
    found.missing_there = sorted({one.number for one in mine} - set(theirs) - set(beside))
    for number in sorted(set(theirs) & set(known)):
        one = known[number]
        if one.word and theirs[number] != one.word:
            found.differ.append({"number": number, "case": one.case, "theirs": theirs[number], "ours": one.word,
                                 "state": one.state})  # fmt: skip
    return found
