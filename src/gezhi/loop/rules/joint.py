"""Guards of working together: who leads and assists, township duties, hang-ups and their review, supervision."""

from collections.abc import Callable, Mapping
from datetime import date

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.guards import Guard, Hangup, Situation, not_far
from gezhi.loop.rules.snapshot import Snapshot


def task_waits(s: Situation) -> None:
    """An open part may be taken back, one that was refused too."""
    if not any(task.unit == s.data.get("unit") and not task.done for task in s.snap.tasks):
        raise Refused("task-not-open")


def task_refused_once(s: Situation) -> None:
    if any(task.unit == s.data.get("unit") and task.how == "again" and task.runs for task in s.snap.tasks):
        raise Refused("task-refused-once")


def lead_new(s: Situation) -> None:
    if s.data.get("unit") == s.snap.lead:
        raise Refused("lead-same", status=422, field="unit")


def town_duty(s: Situation) -> None:
    """A department's own work is not pushed down to a township, unless somebody named has set the list aside."""
    if s.barred is not None:
        raise s.barred


def town_barred(s: Situation) -> None:
    if s.barred is None:
        raise Refused("town-not-barred", status=422, field="unit")


def cites_precedent(s: Situation) -> None:
    if not s.cited:
        raise Refused("precedent-unknown", status=422, field="cites")


def due_ahead(s: Situation) -> None:
    not_far(s, "due")
    if s.data.get("due") and date.fromisoformat(s.data["due"]) < (s.today or date.min):
        raise Refused("due-past", status=422, field="due")


def hangup_day(s: Situation) -> None:
    """A hang-up is looked at again within the days of its reason, and lasts no longer than that reason allows."""
    if s.snap.state == "suspended" and not s.data.get("keep"):
        return
    if not s.data.get("review_on"):
        raise Refused("field-missing", status=422, field="review_on", move="hangup_review")
    not_far(s, "review_on")
    day, limit = date.fromisoformat(s.data["review_on"]), s.hangup or Hangup()
    today = s.today or date.min
    if day <= today:
        raise Refused("review-day-past", status=422, field="review_on")
    if limit.days is not None and (day - today).days > limit.days:
        raise Refused("review-day-far", status=422, field="review_on", days=limit.days)
    if limit.most is not None and limit.since is not None and (day - limit.since).days > limit.most:
        raise Refused("hangup-too-long", field="review_on", since=limit.since.isoformat(), days=limit.most)


def supervision_decided(s: Situation) -> None:
    if s.snap.watch != "answered":
        raise Refused("supervision-not-answered")


def supervision_answered(s: Situation) -> None:
    """The answer to whoever supervises comes before the answer to the citizen, or with it."""
    if s.snap.watch == "asked" and not s.snap.dormant:
        raise Refused("supervision-unanswered")


def supervision_over(s: Situation) -> None:
    if s.snap.watch in ("asked", "answered"):
        raise Refused("supervision-open")


JOINT: Mapping[str, Guard] = {
    "task-waits": task_waits,
    "task-refused-once": task_refused_once,
    "lead-new": lead_new,
    "town-duty": town_duty,
    "town-barred": town_barred,
    "cites-precedent": cites_precedent,
    "due-ahead": due_ahead,
    "hangup-day": hangup_day,
    "supervision-decided": supervision_decided,
    "supervision-answered": supervision_answered,
    "supervision-over": supervision_over,
}

FITS: Mapping[str, Callable[[Snapshot], bool]] = {  # what makes a move worth offering, by its guards
    "supervised": lambda snap: snap.supervised and snap.watch != "accepted",
    "supervision-decided": lambda snap: snap.watch == "answered",
    "task-open": lambda snap: any(task.runs for task in snap.tasks),
    "task-waits": lambda snap: any(not task.done for task in snap.tasks),
}
