"""What other parts are told of marks: a person's own page shows them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import get_language

from gezhi.kit.text import pick
from gezhi.loop.person.slots import Mark, offer_marks


def told(requesters: Sequence[UUID]) -> list[Mark]:
    """Marks on the number of these requesters, as their own page shows them."""
    from gezhi.loop.marks.service import marks_of, words_of
    from gezhi.loop.service.receiving import case_token

    rows = marks_of(requesters, datetime.now(UTC))
    tongue, own = get_language() or "zh-hans", set(requesters)
    return [
        Mark(
            kind="nuisance", words=words_of(row).get("words", ""), unit=pick(row.case.desk, "name", tongue),
            since=row.set_at, until=row.expires_at,
            appeal_url=f"/f/{case_token(row.case_id)}/mark/" if row.requester_id in own else "",
        )
        for row in rows
    ]  # fmt: skip


def connect() -> None:
    """Called once at start-up."""
    offer_marks("marks", told)
