"""When a mark holds, and what stands against an act on it."""

from dataclasses import dataclass
from datetime import datetime

from gezhi.kernel.errors import Refused

TABS = ("proposed", "in_force", "appeals", "over")
DAYS = 30  # unless the code list `nuisance` says otherwise
MOST_DAYS = 180


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as the rules see it; persons are keys of users."""

    state: str
    expires_at: datetime | None
    set_by: int
    confirmed_by: int | None = None
    appeal: str = ""


def holds(mark: Mark, now: datetime) -> bool:
    """Whether a mark lowers a place in a queue now.

    >>> from datetime import UTC
    >>> until = datetime(2026, 4, 1, tzinfo=UTC)
    >>> [holds(Mark("confirmed", until, 1), datetime(2026, month, 2, tzinfo=UTC)) for month in (3, 4)]
    [True, False]
    """
    return mark.state == "confirmed" and mark.expires_at is not None and now < mark.expires_at


def may_confirm(mark: Mark, by: int) -> None:
    """Somebody else than who set it says whether it holds."""
    if mark.state != "proposed":
        raise Refused("mark-decided", mark=mark.state)
    if by == mark.set_by:
        raise Refused("own-request", kind="mark")


def may_appeal(mark: Mark, now: datetime) -> None:
    """Against a mark that holds, once."""
    if not holds(mark, now):
        raise Refused("mark-not-in-force")
    if mark.appeal:
        raise Refused("mark-appealed", appeal=mark.appeal)


def may_decide(mark: Mark, by: int) -> None:
    """A third person decides on an appeal."""
    if mark.appeal != "asked":
        raise Refused("mark-no-appeal")
    if by in (mark.set_by, mark.confirmed_by):
        raise Refused("own-request", kind="mark")
