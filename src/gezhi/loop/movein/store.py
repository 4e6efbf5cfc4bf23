"""Every query of moving in: old addresses, which cases have pictures already, matters of our own."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from gezhi.loop.models import Attachment, Case, Matter, OldAddress


def numbered(source: str, numbers: Sequence[str]) -> dict[str, Case]:
    """The cases of a source by their numbers there."""
    rows = Case.objects.filter(source=source, external_number__in=numbers).exclude(state="void")
    return {case.external_number: case for case in rows.select_related("requester")}


def with_files(cases: Iterable[UUID]) -> set[UUID]:
    """Those of the cases that have files."""
    return set(Attachment.objects.filter(case__in=list(cases)).values_list("case", flat=True))


def keep_addresses(rows: Sequence[OldAddress]) -> None:
    """Write down where old addresses lead; the newest word on each holds."""
    OldAddress.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["system", "digest"], update_fields=["case", "secret"]
    )


def addressed(cases: Iterable[UUID]) -> dict[UUID, set[bytes]]:
    """The digests of the addresses that lead to these cases."""
    found: dict[UUID, set[bytes]] = {}
    for case, digest in OldAddress.objects.filter(case__in=list(cases)).values_list("case", "digest"):
        found.setdefault(case, set()).add(bytes(digest))
    return found


def case_at(system: str, digest: bytes) -> tuple[Case, bool] | None:
    """The case to which an old address leads, and whether the address was a secret."""
    row = OldAddress.objects.select_related("case").filter(system=system, digest=digest).first()
    return (row.case, row.secret) if row is not None else None


def local_matters() -> Mapping[str, Matter]:
    """The matters of our own, by code."""
    return {row.code: row for row in Matter.objects.filter(pack="local", active=True)}
