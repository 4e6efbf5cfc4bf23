"""What a case says after a call-back in vain: how many are left, and when to try again."""

from datetime import datetime
from typing import Any

from gezhi.loop.oversight import drawing, store
from gezhi.loop.oversight.rules import Tried
from gezhi.loop.service.reading import CaseView
from gezhi.loop.store.content import content


def in_vain(shown: CaseView, moment: datetime) -> dict[str, Any] | None:
    """The calls in vain of the case, for who calls back; None where there was none."""
    if shown.case.state != "verifying" or "callback" not in shown.offers:
        return None
    kept, key = content(), shown.case.pk
    done = store.tries([key]).get(key, Tried())
    if not done.count:
        return None
    need, again = drawing.tries_of(kept), drawing.again_at(done, kept)
    return {
        "count": done.count, "need": need, "left": max(0, need - done.count), "last": done.last,
        "again": again if again is not None and again > moment else None,
        "close_url": f"/desk/{key}/?move=close#move" if done.count >= need and "close" in shown.offers else "",
    }  # fmt: skip
