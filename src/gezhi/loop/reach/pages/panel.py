"""What went out to the requester of a case, beside it: when, by which way, whether it arrived; never an address."""

from typing import Any

from django.utils.translation import pgettext

from gezhi.loop.models import Case, Piece
from gezhi.loop.pages import common
from gezhi.loop.reach import store, wishes
from gezhi.loop.reach.service.telling import tellings
from gezhi.loop.store.content import content

LIST = "telling"


def of_case(case: Case) -> dict[str, Any] | None:
    """The panel where the requester wishes to be told, or was; none for others."""
    wish, rows, stops = wishes.of(case.requester_id), list(store.told(case)), list(store.stops(case))
    if wish is None and not rows and not stops:
        return None
    kept = content()
    return {
        "way": pgettext("reach-way", wish.way) if wish is not None else "", "since": wish.agreed_at if wish else None,
        "by": pgettext("reach-by", wish.agreed_by) if wish is not None else "",
        "rows": [{"at": row.done_at or row.at, "name": common.code_name(kept, LIST, str(row.facts.get("telling", ""))),
                  **state_of(row)} for row in rows if tellings()],
        "stops": [{"at": row.at, "way": pgettext("reach-way", row.way), "code": row.code} for row in stops],
    }  # fmt: skip


def state_of(row: Piece) -> dict[str, str]:
    """What became of a message, in words and light."""
    facts = row.facts
    if facts.get("skipped"):
        return {"light": "wait", "words": pgettext("reach-skipped", str(facts["skipped"]))}
    if facts.get("bounced") or facts.get("receipt") in ("failed", "blocked"):
        return {"light": "late", "words": pgettext("reach-state", "failed")}
    if row.state == "done" and row.fault and "unsure" in facts and facts.get("receipt") != "delivered":
        return {"light": "wait", "words": pgettext("reach-state", "unsure")}
    sent = "written" if facts.get("sent") == "file" else "sent"
    state = "delivered" if facts.get("receipt") == "delivered" else sent if row.state == "done" else row.state
    return {"light": {"done": "done", "dead": "late"}.get(row.state, "wait"), "words": pgettext("reach-state", state)}
