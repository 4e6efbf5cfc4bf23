"""The links of a case beside it: to whom, how far, when due, and whether an answer waits for the reader."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import pgettext

from gezhi.loop.links import rules, service, store
from gezhi.loop.links.service.standing import NOTE
from gezhi.loop.models import Link
from gezhi.loop.service.reading import CaseView
from gezhi.loop.service.rights import paths_for
from gezhi.trust.rules import Actor

SOON = timedelta(days=1)


def of_case(shown: CaseView, actor: Actor, moment: datetime) -> dict[str, Any] | None:
    """The panel for who may hand out work of this case or decide on an answer; none for others."""
    case = shown.case
    if not actor.grants_for("link.send") or actor.kind != "user":
        return None
    open_now = not case.dormant and case.state in NOTE.sources
    paths = paths_for(NOTE, case, shown.snap, {}) if open_now else []
    rows = [row for row in store.of_case(case) if service.may(actor, "link.approve", row, paths)]
    new = bool(paths) and bool(service.own_path(case, actor, paths))
    if not rows and not new:
        return None
    base = f"/desk/{case.pk}/links/"
    return {"new_url": f"{base}new/" if new else "", "rows": [line(row, moment) for row in rows]}


def line(link: Link, moment: datetime) -> dict[str, Any]:
    """One link in a list."""
    state = state_of(link, moment)
    return {
        "url": f"/desk/{link.case_id}/links/{link.pk}/", "name": service.name_of(link), "unit": link.unit,
        "state": pgettext("link-state", state), "light": light_of(link, state, moment),
        "due": link.due_at if state in rules.WITH_PERSON else None, "waits": state in rules.WAITING,
        "locked": link.tries >= rules.TRIES and state in rules.WITH_PERSON,
    }  # fmt: skip


def state_of(link: Link, moment: datetime) -> str:
    """The state as it is now, also before the night has written down that a link ran out."""
    late = link.state in rules.WITH_PERSON and moment >= link.valid_until
    return "expired" if late else link.state


def light_of(link: Link, state: str, moment: datetime) -> str:
    """The light of a link: late past its day, near before it and where an answer waits.

    The words say the same; the colour only helps.
    """
    if state in rules.WITH_PERSON:
        return "late" if moment >= link.due_at else "due" if moment >= link.due_at - SOON else "ok"
    return {"done": "due", "cannot": "due", "approved": "done"}.get(state, "wait")
