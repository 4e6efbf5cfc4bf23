"""What a reader's own cases were lately about."""

from datetime import datetime

from django.db.models import Count

from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor


def matters_used(actor: Actor, since: datetime) -> dict[str, int]:
    """How many cases that this reader may read came in under each matter."""
    rows = visible(actor).filter(received_at__gte=since).exclude(matter="")
    return dict(rows.order_by().values_list("matter").annotate(cases=Count("pk")))
