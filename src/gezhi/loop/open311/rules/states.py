"""Our states in the two words of GeoReport v2, and in the finer ones that FixMyStreet and its kin understand."""

from collections.abc import Mapping

OPEN, CLOSED = "open", "closed"
STATUSES = (OPEN, CLOSED)
ANSWERED = ("verifying", "closed", "declined")  # an answer has gone out
OVER = ("closed", "declined", "merged", "withdrawn", "void")

EXTENDED: Mapping[str, str] = {
    "received": "OPEN", "accepted": "INVESTIGATING", "dispatched": "INVESTIGATING", "handling": "IN_PROGRESS",
    "waiting": "IN_PROGRESS", "suspended": "ACTION_SCHEDULED", "returned": "INVESTIGATING", "replied": "IN_PROGRESS",
    "verifying": "IN_PROGRESS", "declined": "NO_FURTHER_ACTION", "merged": "DUPLICATE", "withdrawn": "CLOSED",
    "void": "CLOSED",
}  # fmt: skip
BY_OUTCOME: Mapping[str, str] = {
    "solved": "FIXED", "partly": "FIXED", "duplicate": "DUPLICATE", "not_ours": "NOT_COUNCILS_RESPONSIBILITY",
    "refused": "NO_FURTHER_ACTION", "policy_limit": "NO_FURTHER_ACTION", "unsolved": "NO_FURTHER_ACTION",
    "unreachable": "NO_FURTHER_ACTION",
}  # fmt: skip


def status_of(state: str) -> str:
    """One of the two words of the standard; an answer that waits for the caller's word is still open.

    >>> status_of("verifying"), status_of("merged")
    ('open', 'closed')
    """
    return CLOSED if state in OVER else OPEN


def extended(state: str, outcome: str = "") -> str:
    """The finer word; a closed case says how it ended.

    >>> extended("handling"), extended("closed", "solved"), extended("closed", "answered")
    ('IN_PROGRESS', 'FIXED', 'CLOSED')
    """
    if state == "closed":
        return BY_OUTCOME.get(outcome, "CLOSED")
    return EXTENDED.get(state, "OPEN")
