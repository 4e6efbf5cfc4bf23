"""What other parts are told of marks: a person's own page shows them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import get_language

from gezhi.kit.text import pick
from gezhi.loop.person.slots import Mark, offer_marks


def told(requesters: Sequence[UUID]) -> list[Mark]:
    """Marks on the number of these requesters; what was said about somebody else on that number stays with him."""
    from gezhi.loop.marks.service import REASONS, marks_of, words_of
    from gezhi.loop.service.receiving import case_token
    from gezhi.loop.store.content import content

    causes = content().codes.get(REASONS, {})
    rows = marks_of(requesters, datetime.now(UTC))
    tongue, own = get_language() or "zh-hans", set(requesters)
    return [
        Mark(
            kind="nuisance", unit=pick(row.case.desk, "name", tongue), since=row.set_at, until=row.expires_at,
            words=words_of(row).get("words", "") if row.requester_id in own
            else pick(causes[row.cause], "name", tongue) if row.cause in causes else row.cause,
            appeal_url=f"/f/{case_token(row.case_id)}/mark/" if row.requester_id in own else "",
        )
        for row in rows
    ]  # fmt: skip


def connect() -> None:
    """Called once at start-up."""
    offer_marks("marks", told)
