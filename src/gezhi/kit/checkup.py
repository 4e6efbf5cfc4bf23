"""What is wrong with an installation and how to mend it: rooms register what they look at in their `checks.py`.

A room's `checks.py` holds functions that yield findings, each registered::

    from gezhi.kit.checkup import Finding, looks_at

    @looks_at("ledger")
    def pending(now: datetime) -> Iterator[Finding]:
        yield Finding("ledger-stale", serious=True, hours=5)

The sentence of a finding stands in the locale files under the context `finding` (what is wrong), how to mend it under
`mend`, both with the finding's facts to fill in.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import pgettext


class Finding:
    """One thing that is not as it should be; `serious` means that the installation must not go on like this."""

    def __init__(self, code: str, *, serious: bool = False, **facts: object) -> None:
        self.code = code
        self.serious = serious
        self.facts = facts

    @property
    def what(self) -> str:
        return pgettext("finding", self.code) % self.facts

    @property
    def mend(self) -> str:
        return pgettext("mend", self.code) % self.facts


Look = Callable[[datetime], Iterable[Finding]]
LOOKS: dict[str, Look] = {}


def looks_at(subject: str) -> Callable[[Look], Look]:
    """Register a function that looks at one subject; a subject has one."""

    def register(look: Look) -> Look:
        if subject in LOOKS:
            raise ValueError(f"two checks look at {subject}")
        LOOKS[subject] = look
        return look

    return register


def findings(now: datetime) -> list[Finding]:
    """Everything found, the serious first; a look that fails is itself a serious finding."""
    found: list[Finding] = []
    for subject, look in LOOKS.items():
        try:
            found.extend(look(now))
        except Exception as error:  # noqa: BLE001 - whatever breaks a look is what the person must know
            found.append(
                Finding("check-failed", serious=True, subject=subject, reason=f"{type(error).__name__}: {error}")
            )
    return sorted(found, key=lambda finding: not finding.serious)
