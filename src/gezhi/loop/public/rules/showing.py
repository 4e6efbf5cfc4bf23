"""Which case may be shown in public, from when on, and who has to look first: rules by matter, and what never is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MODES = ("off", "reviewed", "automatic")
SINCE = ("accepted", "answered")
STATES = ("waiting", "shown", "withheld")
CAUSES = ("personal", "third_party", "secret", "unfit", "asked", "other")
NEVER_KINDS = ("report",)  # 举报: who reads it may know who wrote it
NEVER_STATES = ("", "received", "merged", "withdrawn", "void")
ANSWERED = ("verifying", "closed", "declined")
GROUPS = ("open", "answered", "closed")  # what people tell cases apart by
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Rule:
    """How cases of a matter, and of those below it, come before the public."""

    matter: str = ""
    mode: str = "reviewed"
    since: str = "answered"
    days: int = 0
    verified: bool = True
    local: bool = False
    source: str = ""

    @property
    def way(self) -> str:
        """The mode that holds: what nobody has verified shows nothing by itself.

        >>> Rule(mode="automatic", verified=False).way, Rule(mode="automatic").way
        ('reviewed', 'automatic')
        """
        return "reviewed" if self.mode == "automatic" and not self.verified else self.mode


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rules look at of a case."""

    state: str
    kind: str = ""
    confidential: bool = False
    dormant: bool = False
    erased: bool = False
    complained: bool = False


def rule_for(rules: Iterable[Rule], path: str) -> Rule:
    """The rule of the nearest matter on a dotted path; the office's own beats the pack's; else a person looks first.

    >>> rule_for([Rule("01", "off"), Rule("0101", "automatic", days=3)], "01.0101.010102").mode
    'automatic'
    >>> rule_for([], "01").mode, rule_for([Rule("02", "off")], "01.0101").mode
    ('reviewed', 'reviewed')
    """
    parts = ["", *path.split(".")] if path else [""]
    fitting = [(parts.index(rule.matter), rule.local, rule) for rule in rules if rule.matter in parts]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else Rule()


def never(subject: Subject) -> str:
    """Why a case is never shown as it stands; empty where it may be.

    >>> never(Subject("closed", "report")), never(Subject("merged")), never(Subject("closed", "complaint"))
    ('report', 'merged', '')
    """
    if subject.erased:
        return "erased"
    if subject.confidential:
        return "confidential"
    if subject.kind in NEVER_KINDS:
        return subject.kind
    if subject.dormant:
        return "dormant"
    return (subject.state or "received") if subject.state in NEVER_STATES else ""


def ready(rule: Rule, state: str) -> bool:
    """Whether a case has come far enough for its rule.

    >>> ready(Rule(since="accepted"), "handling"), ready(Rule(since="answered"), "handling")
    (True, False)
    """
    return rule.since == "accepted" or state in ANSWERED


def by_itself(rule: Rule, subject: Subject, kinds: Sequence[str], risky: Sequence[str]) -> bool:
    """Whether a case may be shown without a person looking: what complains about an office, or tells of somebody on
    the inside, waits for one.
    """
    return rule.way == "automatic" and not subject.complained and not set(kinds) & set(risky)


def group_of(state: str) -> str:
    """What the public calls a state.

    >>> [group_of(state) for state in ("handling", "verifying", "closed", "declined")]
    ['open', 'answered', 'closed', 'closed']
    """
    if state == "verifying":
        return "answered"
    return "closed" if state in ("closed", "declined") else "open"
