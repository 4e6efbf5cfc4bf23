"""A day compared with a platform, its reply sheet, and what the case page says of the platforms that hold it."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.sheets import xlsx_pieces
from gezhi.loop.pages import common
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.files import wording_of
from gezhi.loop.partners.kinds.upstream.reconciling import partner_of, reconcile
from gezhi.loop.partners.kinds.upstream.sheets import reply_rows
from gezhi.loop.partners.rules.comparing import Compared
from gezhi.loop.partners.service.keeping import EDIT
from gezhi.loop.rules.words import STATES
from gezhi.loop.store.content import content

HERE, MOST = "/desk/partners/", 200


@require_GET
def comparison(request: HttpRequest, code: str) -> HttpResponse:
    """Both lists of a day side by side; what is missing or differs by number."""
    common.guard(request, EDIT)
    partner = partner_of(code)
    today = content().calendar.local_date(common.now())
    day, refused = _day(request.GET.get("day", ""), today - timedelta(days=1))
    found = None
    if "day" in request.GET and refused is None:
        found, refused = common.attempt(lambda: reconcile(partner, day))
    how, _ = common.attempt(lambda: wording_of(partner))
    context = {
        "sheet_url": f"{HERE}{code}/reply-sheet/" if how is not None and how.sheet else "",
        "name": common.named(partner), "day": day, "found": _shown(found), "unmatched": store.unmatched(partner),
        "field": common.field("day", gettext("Day on which the cases came"), "date", str(day), required=True,
                              max=str(today)),
        "errors": common.errors_of(refused, "day"), "now": common.now(),
        "crumbs": [{"label": gettext("Partners"), "url": HERE},
                   {"label": common.named(partner), "url": f"{HERE}{code}/"}, {"label": gettext("Reconcile")}],
    }  # fmt: skip
    return render(request, "loop/partners/reconcile.html", context, status=refused.status if refused else 200)


def _day(said: str, usual: date) -> tuple[date, Refused | None]:
    try:
        return (date.fromisoformat(said) if said else usual), None
    except ValueError:
        return usual, Refused("date-malformed", status=422, field="day", value=said[:40])


def _shown(found: Compared | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "clean": found.clean,
        "theirs": [{"name": name or gettext("no state given"), "count": n} for name, n in found.theirs.items()],
        "ours": [{"name": pgettext("state", name), "count": n} for name, n in found.ours.items()],
        "left": [{"name": _left(name), "count": n} for name, n in found.left.items()],
        "missing_here": found.missing_here[:MOST], "missing_there": found.missing_there[:MOST],
        "differ": [{**one, "state": pgettext("state", one["state"])} for one in found.differ[:MOST]],
    }  # fmt: skip


def _left(name: str) -> str:
    way, state = name.split(".")
    return f"{pgettext('piece-direction', way)} · {pgettext('piece-state', state)}"


@require_POST
def reply_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The reply sheet in the platform's columns, to be saved."""
    actor = common.guard(request, EDIT)
    partner, now = partner_of(code), common.now()
    made, refused = common.attempt(lambda: reply_rows(partner, actor=actor, now=now))
    if refused is not None or made is None:
        raise refused or Refused("malformed", status=422, fields=[])
    day = content().calendar.local_date(now)
    return sent(xlsx_pieces(("1", made[0], made[1])), f"{code}-{day:%Y%m%d}.xlsx")


# ---- the case page


def linked(case: Any) -> list[dict[str, Any]]:
    """The platforms that hold a case: their number, due and state, what they were told, and what we asked of them."""
    return [
        {"name": common.named(link.partner), "number": link.number, "due": link.due_at, "state": link.state,
         "told": link.told, "told_at": link.told_at,
         "asks": [_asked(piece.facts) for piece in store.asks(link.partner, case)]}
        for link in partners.linked(case)
    ]  # fmt: skip


def elsewhere(case: Any) -> str:
    """Where the desk beyond the gap has a case that waits here for its answer; "" for a case that is worked here."""
    if case.state not in ("received", "accepted"):
        return ""
    states = [link.state for link in partners.linked(case) if str(link.partner.wishes.get("other") or "")]
    return next((state for state in states if state in STATES and state != "void"), "")


def _asked(facts: dict[str, Any]) -> dict[str, str]:
    verdict = str(facts.get("verdict") or "waiting")
    lights = {"accepted": "done", "refused": "late", "waiting": "wait"}
    return {"about": pgettext("partner-ask", str(facts.get("about"))), "words": pgettext("partner-verdict", verdict),
            "light": lights[verdict]}  # fmt: skip
