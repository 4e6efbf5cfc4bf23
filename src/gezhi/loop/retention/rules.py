"""Which rule of retention holds for what, and from which moment on it is due. Pure: no clock, no database."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

KEEP = "keep"
UNITS = ("day", "month", "year")
DAYS = {"day": 1, "month": 28, "year": 365}
# what may be done with each class of data, in the order in which a run does it: texts before the identity, since the
# own name can be taken out of them only while it is known
DEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "case": ("erase", KEEP),  # the key of the requester of this case: identity, texts, files, calls, all of it
    "texts": ("redact", KEEP),  # phone, identity and door numbers and names within texts
    "identity": ("erase", KEEP),  # name, phone, numbers, address; the texts stay readable
    "files": ("delete", KEEP),
    "originals": ("delete", KEEP),  # the sealed picture before it was made anew: camera, time and place in it
    "recordings": ("delete", KEEP),  # numbers and recording of the calls of a case; that there was a call stays
    "point": ("delete", KEEP),  # the point on the map; the area stays
    "calls": ("erase", KEEP),  # calls that never became a case
    "no_cases": ("erase", KEEP),  # the number of a wrong or silent call that a clerk ended without a case
    "rejects": ("delete", KEEP),  # rows that an import refused, which hold what people wrote
    "handovers": ("delete", KEEP),  # what a shift told the next in words
    "links": ("erase", KEEP),  # name and phone of who worked by a link without an account
    "reveals": (KEEP,),  # who looked: the proof for the person himself
    "ledger": (KEEP,),
})  # fmt: skip
OF_CASES = ("case", "identity", "texts", "files", "originals", "recordings", "point")
# days: a slip of the finger must not empty an office
LEAST = {"case": 365, "identity": 180, "texts": 180, "files": 90, "originals": 30, "recordings": 30, "point": 30,
         "calls": 30, "no_cases": 30, "rejects": 7, "handovers": 30,
         "links": 7}  # fmt: skip
MOST = 200 * 365  # days: what reaches before the calendar begins would stop every list


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. Empty tuples mean every state, kind, matter or channel."""

    code: str
    what: str
    do: str
    after: int
    unit: str
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    duty: bool = False  # must be kept until then, not only at most so long
    verified: bool = False

    @property
    def length(self) -> int:
        """About how many days; nothing is longer than for ever."""
        return 10**9 if self.do == KEEP else self.after * DAYS[self.unit]

    @property
    def acts(self) -> bool:
        """Whether a run does anything by it: a value that nobody has checked must not destroy anything."""
        return self.do != KEEP and self.verified

    def plain(self) -> dict[str, Any]:
        """As a plan keeps it."""
        return {name: list(value) if isinstance(value, tuple) else value
                for name in self.__slots__ for value in [getattr(self, name)]}  # fmt: skip

    def fits(self, *, state: str, kind: str, matter: str, channel: str, dormant: bool = False) -> bool:
        """Whether a case is meant.

        >>> rule = Rule("a", "files", "delete", 1, "year", matters=("01",), kinds=("complaint",))
        >>> rule.fits(state="closed", kind="complaint", matter="0102", channel="web")
        True
        >>> rule.fits(state="closed", kind="complaint", matter="02", channel="web")
        False
        """
        asleep = "dormant" in self.states
        return (
            asleep == dormant
            and (not self.states or asleep or state in self.states)
            and (not self.kinds or kind in self.kinds)
            and (not self.matters or any(matter.startswith(code) for code in self.matters))
            and (not self.channels or channel in self.channels)
        )


def fault_of(rule: Rule) -> str:
    """What is wrong with a rule, as a code; empty when nothing is.

    >>> fault_of(Rule("a", "files", "redact", 1, "year")), fault_of(Rule("a", "case", "erase", 3, "month"))
    ('deed', 'short')
    >>> fault_of(Rule("a", "calls", "erase", 1, "year", channels=("web",)))
    'scope'
    >>> fault_of(Rule("a", "case", "erase", 3000, "year"))
    'after'
    """
    if rule.what not in DEEDS:
        return "what"
    if rule.do not in DEEDS[rule.what]:
        return "deed"
    if rule.what not in OF_CASES and any((rule.states, rule.kinds, rule.matters, rule.channels)):
        return "scope"  # a call without a case has no kind and no matter: the rule would reach all of them
    if rule.do == KEEP:
        return ""
    if rule.unit not in UNITS or not 1 <= rule.length <= MOST:
        return "after"
    return "short" if rule.length < LEAST[rule.what] else ""


def in_order(rules: Iterable[Rule], what: str) -> list[Rule]:
    """The rules of one class, the one that holds first: the most specific, and of equals the longest.

    >>> general, special = Rule("g", "files", "delete", 1, "year"), Rule("s", "files", "delete", 9, "year", ("closed",))
    >>> [rule.code for rule in in_order([general, special], "files")]
    ['s', 'g']
    """
    return sorted((rule for rule in rules if rule.what == what), key=_rank)


def _rank(rule: Rule) -> tuple[Any, ...]:
    depth = max((len(code) for code in rule.matters), default=0)
    return (-depth, not rule.kinds, not rule.channels, not rule.states, -rule.length, rule.code)


def holding(rules: Sequence[Rule], what: str, **case: Any) -> Rule | None:
    """The rule that holds for a case and a class of data."""
    return next((rule for rule in in_order(rules, what) if rule.fits(**case)), None)


def reach(now: datetime, rule: Rule, zone: str) -> datetime:
    """What ended before this moment is due.

    >>> from datetime import UTC
    >>> rule = Rule("a", "files", "delete", 1, "month")
    >>> reach(datetime(2026, 3, 31, 4, tzinfo=UTC), rule, "Asia/Shanghai").isoformat()
    '2026-02-28T12:00:00+08:00'
    """
    return moved(now.astimezone(ZoneInfo(zone)), -rule.after, rule.unit)


def ends(since: datetime, rule: Rule, zone: str) -> datetime:
    """When something that ended at a moment is due; the way back of `reach`."""
    return moved(since.astimezone(ZoneInfo(zone)), rule.after, rule.unit)


def moved(local: datetime, count: int, unit: str) -> datetime:
    """A moment so many days, months or years on; the 31st becomes the last of a shorter month."""
    if unit == "day":
        return local + timedelta(days=count)
    months = local.year * 12 + local.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)
