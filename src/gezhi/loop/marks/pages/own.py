"""What the person sees of a mark on his number: why, until when, that nothing is barred, and a way to object."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.marks import service
from gezhi.loop.marks.rules import holds
from gezhi.loop.marks.store import value_of
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base
from gezhi.loop.pages.follow import opened
from gezhi.loop.person.service.proving import speaks_for
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.store.content import content


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The newest mark on the number; its words and the appeal are for the person whom they concern."""
    case, actor = opened(token)
    moment = common.now()
    row = next(iter(service.marks_of([case.requester_id], moment)), None)
    if row is None:
        raise Refused("mark-not-found", status=404)
    refused: Refused | None = None
    if request.method == "POST":
        words = request.POST.get("words", "")
        _, refused = common.attempt(lambda: service.appeal(row.pk, words, actor=actor, now=moment))
        if refused is None:
            messages.success(request, gettext("Your objection is in. Another person decides on it."))
            return HttpResponseRedirect(f"/f/{token}/mark/")
    own = speaks_for(case, row.case)
    said = service.words_of(row) if own else {}
    field = common.field("words", gettext("Why it is wrong"), "textarea", request.POST.get("words", ""), rows=4,
                         required=True, max=TEXT_LIMIT)  # fmt: skip
    errors = common.errors_of(refused, "words")
    common.mark([field], errors)
    context = {
        **base(), "number": case.number, "back": f"/f/{token}/", "errors": errors, "field": field,
        "cause": common.code_name(content(), service.REASONS, row.cause), "words": said.get("words", ""),
        "until": row.expires_at, "holds": holds(value_of(row), moment), "appeal": said.get("appeal", ""),
        "appeal_words": pgettext("appeal", row.appeal) if row.appeal else "", "answer": said.get("answer", ""),
        "may": own and holds(value_of(row), moment) and not row.appeal, "action": f"/f/{token}/mark/",
    }  # fmt: skip
    return render(request, "loop/marks/own.html", context, status=refused.status if refused else 200)
