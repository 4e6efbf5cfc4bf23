"""Everything that a unit has handed to people without accounts: what waits for it, what is out, late or over."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.loop.links import rules, service, store
from gezhi.loop.links.pages.panel import line, state_of
from gezhi.loop.models import Link
from gezhi.loop.pages import common
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor

HERE, PAGE = "/desk/links/", 50
TABS = ("waiting", "out", "late", "ended")


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The links of the reader's units, first the tab that wants something of him; on wish his own alone."""
    actor, now = common.guard(request, store.APPROVE), common.now()
    rows, mine = store.handed_out(actor), request.GET.get("mine") == "1"
    rows = rows.filter(sent_by=int(actor.id)) if mine else rows
    counts = {name: store.in_tab(rows, name, now).count() for name in TABS}
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else next((name for name in TABS if counts[name]), TABS[0])
    page = Paginator(store.in_tab(rows, tab, now), PAGE).get_page(request.GET.get("page", "")[:6])
    more = "&mine=1" if mine else ""
    context = {
        "rows": [_row(link, actor, now) for link in page.object_list], "now": now, "tab": tab, "mine": mine,
        "tabs": [{"label": pgettext("link-tab", name), "url": f"{HERE}?tab={name}{more}", "current": name == tab,
                  "count": counts[name]} for name in TABS],
        "mine_url": f"{HERE}?tab={tab}" + ("" if mine else "&mine=1"),
        "page": {"number": page.number, "pages": page.paginator.num_pages, "previous": page.number - 1,
                 "next": page.number + 1},
        "empty": pgettext("link-none", tab),
    }  # fmt: skip
    return render(request, "loop/links/list.html", context)


def _row(link: Link, actor: Actor, now: datetime) -> dict[str, Any]:
    """One link; its own page and acts only for who decides on it now, else the case."""
    shown, state = line(link, now), state_of(link, now)
    own = service.may(actor, store.APPROVE, link)
    case = f"/desk/{link.case_id}/"
    return {
        **shown, "id": link.pk, "number": link.case.number, "case_url": case, "url": shown["url"] if own else case,
        "matter": common.matter_name(content(), link.case.matter, 1), "unit": common.named(link.unit),
        "by": link.sent_by.display_name, "at": link.sent_at, "own": own,
        "revoke_url": f"{shown['url']}revoke/" if own and state in rules.FROM["revoke"] else "",
    }  # fmt: skip
