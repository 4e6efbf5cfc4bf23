"""Public case numbers from a pattern in data, such as `{area6}{yyyyMMdd}{seq:5}` or `LJ-{yyyyMMdd}-{seq:4}`.

Every part has a fixed width, so a number is read back in one way only. Literals are A-Z, 0-9 and hyphens: a number is
read aloud on the phone, typed on a keypad and stands in an address. The date parts decide how far a serial reaches:
one that names the day counts from one each day, one that names no date never starts again, so none is used twice.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from gezhi.kernel.errors import Refused

Reach = Literal["day", "month", "year", "ever"]
LONGEST = 40

_TOKEN = re.compile(r"\{([^{}]*)\}|([A-Z0-9-]+)")
_SEQUENCE = re.compile(r"seq:([1-9]|1[0-2])")
_AREAS = {"area2": 2, "area4": 4, "area6": 6, "area9": 9, "area12": 12}
_DATES = {"yyyy": "Y", "MM": "M", "dd": "D", "yyyyMM": "YM", "MMdd": "MD", "yyyyMMdd": "YMD"}
_REACH: dict[str, Reach] = {"": "ever", "Y": "year", "MY": "month", "DMY": "day"}
_WIDTH = {"Y": 4, "M": 2, "D": 2}


@dataclass(frozen=True)
class Number:
    """A number taken apart; what the pattern does not name is None or empty."""

    area: str
    year: int | None
    month: int | None
    day: int | None
    serial: int

    @property
    def on(self) -> date | None:
        """The date, when the pattern names the day."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)


@dataclass(frozen=True)
class Pattern:
    """A case-number pattern; refuses number-pattern (422) with a reason code and the place.

    >>> Pattern("{area6}{yyyyMMdd}{seq:5}").render(area="440306", on=date(2026, 7, 1), serial=12)
    '4403062026070100012'
    >>> Pattern("LJ-{yyyyMMdd}-{seq:4}").parse("lj-20260701-0012").serial
    12
    """

    text: str

    def __post_init__(self) -> None:
        kinds = [kind for kind, _ in self._parts]
        if kinds.count("seq") != 1:
            raise _bad(self.text, "sequence", "{seq}")
        if kinds.count("area") > 1:
            raise _bad(self.text, "area", "{area}")
        if self._dates not in _REACH:
            raise _bad(self.text, "date", "{yyyy}")
        if self.length > LONGEST:
            raise _bad(self.text, "length", str(self.length))

    @cached_property
    def _parts(self) -> tuple[tuple[str, str], ...]:
        """(kind, value) of each part: literal text, area width, date letters, sequence width."""
        parts, here = [], 0
        while here < len(self.text):
            found = _TOKEN.match(self.text, here)
            if found is None:
                raise _bad(self.text, "character", self.text[here])
            parts.append(("text", found[2]) if found[1] is None else _part(self.text, found[1]))
            here = found.end()
        return tuple(parts)

    @property
    def _dates(self) -> str:
        return "".join(sorted("".join(value for kind, value in self._parts if kind == "date")))

    @property
    def reach(self) -> Reach:
        """How far one run of serials reaches before it starts again."""
        return _REACH[self._dates]

    @property
    def length(self) -> int:
        """Characters of every number of this pattern."""
        return sum(_width(kind, value) for kind, value in self._parts)

    @cached_property
    def capacity(self) -> int:
        """The largest serial."""
        return int(10 ** next(int(value) for kind, value in self._parts if kind == "seq")) - 1

    @cached_property
    def _shape(self) -> re.Pattern[str]:
        pieces = []
        for kind, value in self._parts:
            if kind == "text":
                pieces.append(re.escape(value))
            elif kind == "date":
                pieces.extend(f"(?P<{letter}>[0-9]{{{_WIDTH[letter]}}})" for letter in value)
            else:
                pieces.append(f"(?P<{kind}>[0-9]{{{value}}})")
        return re.compile("".join(pieces))

    def render(self, *, area: str, on: date, serial: int) -> str:
        """The number of a serial; refuses number-full when the serial needs more digits, number-area without one."""
        if not 1 <= serial <= self.capacity:
            raise Refused("number-full", pattern=self.text, serial=serial, capacity=self.capacity)
        return self._fill(area, on, serial)

    def scope(self, *, area: str, on: date) -> str:
        """The key within which serials count: the number with serial zero, which is never given out."""
        return self._fill(area, on, 0)

    def parse(self, text: str) -> Number:
        """Take a number apart, also one typed in full width or lower case; refuses number-malformed (422)."""
        found = self._shape.fullmatch(clean(text))
        if found is None:
            raise Refused("number-malformed", status=422, pattern=self.text)
        parts = found.groupdict()
        year, month, day = (int(parts[letter]) if letter in parts else None for letter in "YMD")
        number = Number(parts.get("area", ""), year, month, day, int(parts["seq"]))
        try:
            date(year if year is not None else 2000, month if month is not None else 1, day if day is not None else 1)
        except ValueError as error:
            raise Refused("number-malformed", status=422, pattern=self.text) from error
        if number.serial == 0:
            raise Refused("number-malformed", status=422, pattern=self.text)
        return number

    def matches(self, text: str) -> bool:
        """Whether a text is a number of this pattern."""
        try:
            self.parse(text)
        except Refused:
            return False
        return True

    def _fill(self, area: str, on: date, serial: int) -> str:
        stamp = {"Y": f"{on.year:04}", "M": f"{on.month:02}", "D": f"{on.day:02}"}
        pieces = []
        for kind, value in self._parts:
            if kind == "text":
                pieces.append(value)
            elif kind == "date":
                pieces.extend(stamp[letter] for letter in value)
            elif kind == "area":
                pieces.append(_area(area, int(value), self.text))
            else:
                pieces.append(f"{serial:0{value}}")
        return "".join(pieces)


def clean(text: str) -> str:
    """A number as it is stored: half width, upper case, no spaces.

    >>> clean(" ｌｊ－２０２６ 0701")
    'LJ-20260701'
    """
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def _part(pattern: str, token: str) -> tuple[str, str]:
    if token in _AREAS:
        return "area", str(_AREAS[token])
    if token in _DATES:
        return "date", _DATES[token]
    if found := _SEQUENCE.fullmatch(token):
        return "seq", found[1]
    raise _bad(pattern, "part", "{" + token + "}")


def _width(kind: str, value: str) -> int:
    if kind == "text":
        return len(value)
    if kind == "date":
        return sum(_WIDTH[letter] for letter in value)
    return int(value)


def _area(code: str, width: int, pattern: str) -> str:
    """An area code cut or filled with zeros to a width, as GB/T 2260 fills the levels below."""
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", code):
        raise Refused("number-area", status=422, pattern=pattern, area=code)
    return code[:width].ljust(width, "0")


def _bad(pattern: str, reason: str, part: str) -> Refused:
    """Reasons: sequence (not just one), area (more than one), date (month without year…), length, character, part."""
    return Refused("number-pattern", status=422, pattern=pattern, reason=reason, part=part)
