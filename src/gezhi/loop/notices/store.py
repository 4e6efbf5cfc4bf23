"""Queries of notices: who hears of a case, what a person has not read, lights that changed, whose letter is due."""

from uuid import UUID

from django.db.models import Q

from gezhi.loop.models import Notice
from gezhi.trust.rules import Actor


def known_to_others(case: UUID, step: int, actor: Actor) -> bool:
    """Whether somebody else has read of this step, or a letter about it has gone out."""
    rows = Notice.objects.filter(Q(read_at__isnull=False) | Q(mailed_at__isnull=False), case=case, step=step)
    return rows.exclude(user=int(actor.id) if actor.kind == "user" else None).exists()
