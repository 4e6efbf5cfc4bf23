"""Queries of links: by the digest of a token, of a case, what has run out, what is to be forgotten."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from gezhi.loop.links.rules import WAITING, WITH_PERSON
from gezhi.loop.models import Attachment, Case, Link, LinkFile, LinkNote
from gezhi.loop.rules.words import ENDED
from gezhi.loop.store.below import units_under
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

JOINED = ("case", "case__requester", "case__lead", "case__desk", "unit", "sent_by", "decided_by")
APPROVE = "link.approve"


def by_token(digest: bytes) -> Link | None:
    return Link.objects.select_related(*JOINED).filter(token_hash=digest).first()


def one(key: UUID | str) -> Link | None:
    return Link.objects.select_related(*JOINED).filter(pk=key).first()


def locked(key: UUID | str) -> Link | None:
    """One link, nobody else's hand on it until the act ends."""
    return Link.objects.select_for_update(of=("self",)).select_related(*JOINED).filter(pk=key).first()


def of_case(case: Case) -> list[Link]:
    """The links of a case, the newest first."""
    return list(Link.objects.filter(case=case).select_related(*JOINED).order_by("-sent_at", "-pk"))


def handed_out(actor: Actor) -> QuerySet[Link]:
    """Links of cases that the actor may read: those that a unit of his sent, and those whose case is his to work on."""
    own = Q(case__in=visible(actor, APPROVE))
    for grant in actor.grants_for(APPROVE):
        own |= Q(unit__in=units_under(grant.unit_path)) if grant.unit_path else Q()
    return Link.objects.filter(own, case__in=visible(actor)).select_related(*JOINED)


def in_tab(rows: QuerySet[Link], tab: str, now: datetime) -> QuerySet[Link]:
    """Those of one tab, in the order in which they want a hand."""
    match tab:
        case "waiting":
            return rows.filter(state__in=WAITING).order_by("finished_at", "pk")
        case "out":
            return rows.filter(state__in=WITH_PERSON, valid_until__gt=now).order_by("due_at", "pk")
        case "late":
            return rows.filter(state__in=WITH_PERSON, due_at__lte=now, valid_until__gt=now).order_by("due_at", "pk")
        case _:
            over = ~Q(state__in=(*WITH_PERSON, *WAITING)) | Q(state__in=WITH_PERSON, valid_until__lte=now)
            return rows.filter(over).order_by("-sent_at", "-pk")


def notes_of(link: Link) -> list[LinkNote]:
    """What was written by and to the person, oldest first, with its files."""
    files = Prefetch("files", LinkFile.objects.order_by("pk"))
    return list(LinkNote.objects.filter(link=link).prefetch_related(files).order_by("at", "pk"))


def count_notes(link: Link) -> int:
    return LinkNote.objects.filter(link=link).exclude(kind="back").count()


def files_of(link: Link) -> QuerySet[LinkFile]:
    return LinkFile.objects.filter(note__link=link).order_by("pk")


def photos(case: Case) -> list[Attachment]:
    """The photos of a case that its requester may see; of a confidential one none leaves the house."""
    if case.confidential:
        return []
    return list(Attachment.objects.filter(case=case, kind="image", public=True).order_by("pk"))


def drop(links: Iterable[Link], *, notes: bool = False) -> list[str]:
    """Drop the files of these links, with their notes where so wanted; the digests that were named."""
    keys = [link.pk for link in links]
    rows = LinkFile.objects.filter(note__link__in=keys)
    digests = {digest for pair in rows.values_list("digest", "original") for digest in pair if digest}
    rows.delete()
    if notes:
        LinkNote.objects.filter(link__in=keys).delete()
    return sorted(digests)


def run_out(now: datetime, most: int) -> list[Link]:
    """Links that nobody ended and that open nothing any more: their days are over, or their case has ended."""
    late = Q(valid_until__lte=now) | Q(state__in=WITH_PERSON, case__state__in=ENDED)
    rows = Link.objects.select_for_update(of=("self",), skip_locked=True).filter(late, ended_at=None)
    return list(rows.select_related("case").order_by("valid_until")[:most])


def to_forget(before: datetime, held: QuerySet[Any, Any], most: int) -> list[Link]:
    """Links that ended before a moment and still hold a name and a phone; not of cases that are held."""
    rows = Link.objects.select_for_update(of=("self",), skip_locked=True).exclude(wrapped_key=None)
    return list(rows.filter(ended_at__lt=before).exclude(case__in=held).order_by("ended_at")[:most])


def of_requester(requester_id: UUID | str) -> list[Link]:
    rows = Link.objects.select_for_update(of=("self",)).filter(case__requester__id=requester_id)
    return list(rows.order_by("pk"))


def of_keys(keys: Sequence[str]) -> list[Link]:
    return list(Link.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
