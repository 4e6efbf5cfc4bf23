"""The requester says how he is told: his page with that form open, and what it saves."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.pages.follow import opened, show
from gezhi.loop.reach.pages import fold
from gezhi.loop.reach.service.wishing import change
from gezhi.loop.service.citizens import citizen_view
from gezhi.trust.rules import Actor
from gezhi.trust.service.throttling import count_try, hold

MOVE = "reach"
FREE, WINDOW = 10, timedelta(days=1)  # changes of mind, not somebody who tries out other people's addresses


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The form open, where letters lead; sent, what it says is kept."""
    case, actor = opened(token)
    if request.method == "GET":
        return show(request, token, citizen_view(case, actor=actor), move=MOVE)
    key = common.form_key(request)
    _, refused = common.attempt(lambda: _save(request, case, actor, key))
    if refused is not None:
        return show(request, token, citizen_view(case, actor=actor), move=MOVE, refused=refused)
    case, _ = opened(token)
    messages.success(request, gettext("Saved. %(now)s") % {"now": fold.words(case)})
    return common.done(HttpResponseRedirect(f"/f/{token}/"), key)


def _save(request: HttpRequest, case: Case, actor: Actor, key: str) -> None:
    """Change the wish; who changes it too often waits, except to stop it."""
    get, moment = request.POST.get, common.now()
    way, who = get("reach", ""), str(case.pk)
    if way:
        hold("reach", who, now=moment)
    changed = change(
        case, way, email=get("email", "").strip(" ") if way == "mail" else "", again=get("again") == "1", actor=actor,
        now=moment, key=key,
    )  # fmt: skip
    if changed and way:
        count_try("reach", who, free=FREE, forget=WINDOW, now=moment)
