"""What the person who asked sees of his case in public, and the way to take it off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base
from gezhi.loop.pages.follow import opened
from gezhi.loop.public import store
from gezhi.loop.public.pages.shown import lines
from gezhi.loop.public.service.deciding import object_to


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The case as everybody sees it; "take it off" works at once and for good."""
    case, actor = opened(token)
    refused: Refused | None = None
    if request.method == "POST":
        _, refused = common.attempt(lambda: object_to(case.pk, actor=actor, now=common.now()))
        if refused is None:
            messages.success(request, gettext("Your request is not on the public list and will not come there."))
            return HttpResponseRedirect(f"/f/{token}/public/")
    entry = store.entry_of(case.pk)
    shown = store.by_slug(entry.slug) if entry is not None else None
    context = {
        **base(), "number": case.number, "back": f"/f/{token}/", "action": f"/f/{token}/public/",
        "c": lines([shown])[0] if shown is not None else None, "errors": common.errors_of(refused),
        "off": entry is not None and entry.state == "withheld" and entry.cause == "asked",
    }  # fmt: skip
    return render(request, "loop/public/own.html", context, status=refused.status if refused is not None else 200)
