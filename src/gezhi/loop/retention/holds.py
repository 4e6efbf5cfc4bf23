"""Why something stays although its time is over: each reason a condition on cases, and a place for other parts' own."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from gezhi.loop.models import PersonRequest, RetentionHold, ScoreAppeal, ScoreExclusion, Step

Condition = Callable[[datetime], Q]
_REASONS: dict[str, Condition] = {}


def offer(reason: str, condition: Condition) -> None:
    """A reason of another part (an instruction not yet answered, say); asked in the order of the offers."""
    _REASONS[reason] = condition


def reasons() -> dict[str, Condition]:
    """Every reason, the one that is told first where several hold first."""
    return dict(_REASONS)


def today(now: datetime) -> date:
    """The day on the wall, by which a hold ends."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _named(now: datetime) -> Q:
    """A lawsuit, an audit: until it is lifted or its day has passed."""
    rows = RetentionHold.objects.filter(case=OuterRef("pk"), lifted_at=None)
    return Q(Exists(rows.filter(Q(until=None) | Q(until__gte=today(now)))))


def _appeal(now: datetime) -> Q:
    """A score of it is disputed, or its exclusion is not decided."""
    del now
    appeals = ScoreAppeal.objects.filter(case=OuterRef("pk"), state="asked")
    return Q(Exists(appeals)) | Q(Exists(ScoreExclusion.objects.filter(case=OuterRef("pk"), state="asked")))


def _asked(now: datetime) -> Q:
    """The requester has asked something about what is held, and nobody has decided yet."""
    del now
    keys = {key for row in PersonRequest.objects.filter(state="asked").values_list("cases", flat=True) for key in row}
    return Q(pk__in=keys)


def _supervised(now: datetime) -> Q:
    """Somebody demanded an account of it and has none."""
    del now
    demands = Step.objects.filter(case=OuterRef("pk"), move="supervise")
    answers = Step.objects.filter(case=OuterRef("case"), move="supervise_answer", no__gt=OuterRef("no"))
    return Q(supervised=True) & Q(Exists(demands.filter(~Exists(answers))))


for _reason, _condition in (
    ("hold", _named), ("appeal", _appeal), ("request", _asked), ("supervision", _supervised),
):  # fmt: skip
    offer(_reason, _condition)
