"""Which limit holds for a case: the most specific row of a stage, several labels of it side by side."""

from collections.abc import Iterable
from dataclasses import dataclass

from gezhi.kernel.calendar import Unit
from gezhi.loop.rules.clocks import LimitRow


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One row of the limits table; an empty column matches everything."""

    stage: str
    amount: int
    unit_of: Unit
    label: str = ""
    matter: str = ""
    area: str = ""
    kind: str = ""
    urgency: int | None = None
    channel: str = ""
    local: bool = False
    source: str = ""
    verified: bool = True


def pick(
    rules: Iterable[LimitRule], stage: str, *, matter: str, area: str, kind: str, urgency: int, channel: str = ""
) -> list[LimitRow]:
    """The rows that hold: those of the channel first, then the deepest matter, the deepest area, kind, urgency, and
    local edits. A rule of a channel speaks of everything that comes that way, unless it names a matter too.

    >>> rules = [LimitRule("handle", 5, "workday"), LimitRule("handle", 1, "workday", urgency=3),
    ...          LimitRule("handle", 4, "workhour", label="stop", matter="01"),
    ...          LimitRule("handle", 7, "workday", label="penalty", matter="01")]
    >>> [row.amount for row in pick(rules, "handle", matter="0103", area="", kind="help", urgency=3)]
    [4, 7]
    >>> [row.amount for row in pick(rules, "handle", matter="02", area="", kind="help", urgency=3)]
    [1]
    >>> letter = LimitRule("handle", 7, "workday", channel="mailbox", urgency=1)
    >>> [pick([*rules, letter], "handle", matter="0103", area="", kind="help", urgency=n, channel="mailbox")[0].amount
    ...  for n in (1, 3)]
    [7, 4]
    """
    fitting = [
        rule
        for rule in rules
        if rule.stage == stage
        and matter.startswith(rule.matter)
        and area.startswith(rule.area)
        and rule.kind in ("", kind)
        and rule.urgency in (None, urgency)
        and rule.channel in ("", channel)
    ]
    if not fitting:
        return []
    best = max(_rank(rule) for rule in fitting)
    rows = {rule.label: rule for rule in fitting if _rank(rule) == best}
    return [
        LimitRow(stage, rule.label, rule.amount, rule.unit_of, rule.source, rule.verified) for rule in rows.values()
    ]


def _rank(rule: LimitRule) -> tuple[bool, int, int, bool, bool, bool]:
    return (bool(rule.channel), len(rule.matter), len(rule.area), bool(rule.kind), rule.urgency is not None, rule.local)
