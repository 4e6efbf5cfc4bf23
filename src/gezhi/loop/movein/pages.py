"""Old links of other systems: the reporter's own secret ones lead on, all others to where a number and a secret do."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.kernel.errors import Refused
from gezhi.loop.movein import store
from gezhi.loop.movein.rules.addresses import key_of
from gezhi.loop.pages import citizen
from gezhi.loop.service.receiving import case_token
from gezhi.trust.service import token_digest


@never_cache
@require_GET
def moved(request: HttpRequest, system: str, old: str) -> HttpResponse:
    """Where a request of another system is now; an address that anybody can guess opens nobody's request."""
    found = store.case_at(system, token_digest(key_of(system, old)))
    if found is None or found[0].state == "void":
        raise Refused("moved-unknown", status=404)
    case, secret = found
    if secret:
        return HttpResponseRedirect(f"/f/{case_token(case.pk)}/")
    return render(request, "loop/moved.html", {**citizen.base(), "number": case.number, "old": case.external_number})
