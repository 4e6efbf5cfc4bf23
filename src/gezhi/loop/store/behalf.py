"""Queries of reports on behalf of family."""

from collections.abc import Iterable
from uuid import UUID

from gezhi.loop.models import Case, OnBehalf


def keep(case: Case, relation: str, sealed: bytes, token: bytes) -> None:
    OnBehalf.objects.create(case=case, relation=relation, sealed=sealed, token_hash=token)


def of_case(case: Case) -> OnBehalf | None:
    return OnBehalf.objects.filter(case=case).first()


def by_token(digest: bytes) -> Case | None:
    """The case that the link of the person concerned opens."""
    rows = OnBehalf.objects.select_related("case__lead", "case__desk", "case__requester")
    row = rows.filter(token_hash=digest).first()
    return row.case if row is not None else None


def forget(requesters: Iterable[UUID | str]) -> int:
    """Drop who was reported for by these requesters: their names and phones are identities as well."""
    return OnBehalf.objects.filter(case__requester__in=list(requesters)).delete()[0]
