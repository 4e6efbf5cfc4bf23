"""What may be answered to a look at the place, when it was made, and whether the case has moved on meanwhile."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.words import TEXT_LIMIT

CHECKS = ("before", "after")  # 核实: is it there? 核查: is it mended?
COULD_NOT = "could_not"
RESULTS: Mapping[str, tuple[str, ...]] = {
    "before": ("there", "not_there", COULD_NOT),
    "after": ("mended", "partly", "not_mended", COULD_NOT),
}
CLASHES = ("cancelled", "answered", "moved")
OLDEST = timedelta(days=31)  # what a phone has kept for longer is dated so


def check_answer(check: str, result: str, note: str, photos: int) -> None:
    """Refuse an answer that says too little: a result of this kind, a photo, and in words why it could not be done.

    >>> check_answer("after", "mended", "", 1)
    """
    if result not in RESULTS[check]:
        raise Refused("field-invalid", status=422, field="result", value=result[:40])
    if len(note) > TEXT_LIMIT:
        raise Refused("text-too-long", status=422, field="note", limit=TEXT_LIMIT, length=len(note))
    if "\x00" in note:
        raise Refused("field-invalid", status=422, field="note", value="NUL")
    if result == COULD_NOT:
        if not note:
            raise Refused("field-why-not", status=422, field="note")
    elif not photos:
        raise Refused("field-no-photo", status=422, field="files")


def made_at(made: datetime | None, sent: datetime | None, now: datetime) -> datetime:
    """When something was done, by a phone whose clock may be wrong: how long before sending it was done is what counts.

    Never later than now, and not older than what a phone keeps.

    >>> from datetime import UTC
    >>> at = lambda hour: datetime(2026, 3, 2, hour, tzinfo=UTC)
    >>> made_at(at(3), at(5), at(9)).hour, made_at(None, None, at(9)).hour, made_at(at(8), at(5), at(9)).hour
    (7, 9, 9)
    """
    if made is None:
        return now
    ago = (sent if sent is not None else now) - made
    return now - min(max(ago, timedelta(0)), OLDEST)


def clash(state: str, moved: Iterable[tuple[str, str]]) -> str:
    """What stands against a finding on its arrival: the task was taken back or answered, or the case is elsewhere.

    `moved` are the source and target of each step since the phone last heard of the case.

    >>> clash("open", [("handling", "handling")]), clash("open", [("received", "accepted")]), clash("done", [])
    ('', 'moved', 'answered')
    """
    if state == "cancelled":
        return "cancelled"
    if state == "done":
        return "answered"
    return "moved" if any(source != target for source, target in moved) else ""
