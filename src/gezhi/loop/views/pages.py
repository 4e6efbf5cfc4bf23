"""Pages of saved views: keep the present filter, the list of one's views, their counts beside the list."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.loop.models import SavedView
from gezhi.loop.pages import common
from gezhi.loop.pages.worklist import address, verbs_of, wish_of
from gezhi.loop.rules.tabs import tabs_for
from gezhi.loop.views import service, store
from gezhi.trust.rules import Actor


def shown(views: list[SavedView], actor: Actor, here: str = "") -> list[dict[str, Any]]:
    """Views as links; `here` is the address of the present list."""
    return [
        {
            "id": view.pk, "label": view.name, "url": address(store.wish_of(view)),
            "own": str(view.owner_id) == actor.id,
            "unit": common.named(view.shared), "chosen": getattr(view, "chosen", False),
            "current": bool(here) and address(store.wish_of(view)) == here, "count": None,
            "by": "" if str(view.owner_id) == actor.id else view.owner.display_name,
        }
        for view in views
    ]  # fmt: skip


@require_GET
def counted(request: HttpRequest) -> HttpResponse:
    """The views with their counts, fetched after the list itself: one statement for all of them."""
    actor = common.guard(request, "case.read")
    views = store.seen(actor)
    found = store.counts(actor, views, common.now())
    rows = shown(views, actor, request.GET.get("here", ""))
    for row in rows:
        n = found.get(row["id"], 0)
        row["count"] = f"{store.MOST:,}+" if n > store.MOST else f"{n:,}"
    return render(request, "loop/views/list.html", {"views": rows})


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All views that this person sees, with what may be done to each."""
    actor = common.guard(request, "case.read")
    return render(request, "loop/views/manage.html", _context(actor))


def _context(actor: Actor, **more: Any) -> dict[str, Any]:
    return {
        "views": shown(store.seen(actor), actor), "back": "/desk/",
        "may_share": bool(actor.grants_for("view.share")) and actor.unit_id is not None, **more,
    }  # fmt: skip


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is shown."""
    actor = common.guard(request, "case.read")
    wish = wish_of(request, tabs_for(verbs_of(actor)))
    name = request.POST.get("name", "")
    view, refused = common.attempt(lambda: service.keep(name, asdict(wish), actor=actor, now=common.now()))
    if view is None:
        context = _context(actor, errors=common.errors_of(refused, "name"))
        return render(request, "loop/views/manage.html", context, status=refused.status if refused else 422)
    messages.success(request, gettext("The view “%(name)s” is kept.") % {"name": view.name})
    return HttpResponseRedirect(address(wish))


@require_POST
def change(request: HttpRequest, key: int) -> HttpResponse:
    """One change to one view, by the button that was pressed."""
    actor, now = common.guard(request, "case.read"), common.now()
    acts: dict[str, Any] = {
        "rename": lambda: service.rename(key, request.POST.get("name", ""), actor=actor, now=now),
        "drop": lambda: service.drop(key, actor=actor, now=now),
        "up": lambda: service.put(key, -1, actor=actor, now=now),
        "down": lambda: service.put(key, 1, actor=actor, now=now),
        "share": lambda: service.share(key, on=True, actor=actor, now=now),
        "unshare": lambda: service.share(key, on=False, actor=actor, now=now),
        "default": lambda: service.begin_with(key, actor=actor, now=now),
        "no-default": lambda: service.begin_with(None, actor=actor, now=now),
    }
    act = acts.get(request.POST.get("do", ""), acts["rename"])
    _, refused = common.attempt(act)
    if refused is not None:
        context = _context(actor, errors=common.errors_of(refused, "name"))
        return render(request, "loop/views/manage.html", context, status=refused.status)
    return HttpResponseRedirect("/desk/views/")
