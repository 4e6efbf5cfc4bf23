"""Removing what a requester left in the loop outside the sealed texts."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Q

from gezhi.loop.models import Attachment, Case, DocumentTemplate, LinkFile, Picture, PublicPhoto
from gezhi.loop.store.cases import VECTOR, Words


def empty_words(requester_id: str) -> int:
    """Empty the search tokens of every case of a requester."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loop_casetext SET search = ''::tsvector WHERE case_id IN "
            "(SELECT id FROM loop_case WHERE requester_id = %s)",
            [requester_id],
        )
        return int(cursor.rowcount)


def put_words(case_id: UUID, words: Words) -> None:
    """The search tokens of a case whose words have changed."""
    vector = VECTOR.format(*["%s"] * 5)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE loop_casetext SET search = {vector} WHERE case_id = %s",  # noqa: S608 - marks of values
            [*words, case_id],
        )


def cases_of(requester_id: str) -> list[UUID]:
    """The cases of a requester."""
    return list(Case.objects.filter(requester__id=requester_id).values_list("pk", flat=True))


def forget_files(requester_id: str) -> list[str]:
    """Drop the file rows of a requester's cases; returns the digests that no other case holds any more."""
    rows = Attachment.objects.filter(case__requester__id=requester_id)
    digests = {digest for pair in rows.values_list("digest", "original") for digest in pair if digest}
    rows.delete()
    return unnamed(digests)


def unnamed(digests: Iterable[str]) -> list[str]:
    """Those of these digests that no case, link, paste, public photo and no template of a document holds."""
    asked = set(digests)
    kept = set(Attachment.objects.filter(digest__in=asked).values_list("digest", flat=True))
    kept |= set(Attachment.objects.filter(original__in=asked).values_list("original", flat=True))
    kept |= set(PublicPhoto.objects.filter(digest__in=asked).values_list("digest", flat=True))
    kept |= set(DocumentTemplate.objects.filter(digest__in=asked).values_list("digest", flat=True))
    kept |= {one for model in (Picture, LinkFile) for pair in _pairs(model, asked) for one in pair}
    return sorted(asked - kept)


def _pairs(model: type[Picture | LinkFile], asked: set[str]) -> list[tuple[str, str]]:
    """Digests of what is shown and of its sealed original."""
    rows = model._default_manager.filter(Q(digest__in=asked) | Q(original__in=asked))
    return list(rows.values_list("digest", "original"))
