"""Pages of the documents of one case: which can be made, by which version, and the file."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.loop.documents import service
from gezhi.loop.documents.pages.wish import HERE, language_of, languages
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.documents.rules.kinds import CASE_KIND
from gezhi.loop.documents.store import templates as store
from gezhi.loop.pages import common
from gezhi.loop.service.reading import view
from gezhi.trust.service import actor_from_request


@require_GET
def try_(request: HttpRequest) -> HttpResponse:
    """To the documents of the case with this number."""
    actor = common.guard(request, "case.read")
    found = store.case_numbered(request.GET.get("number", "").strip()[:40], actor)
    if found is None:
        raise Refused("case-not-found", status=404)
    shown = view(found.pk, actor=actor, now=common.now())
    return HttpResponseRedirect(f"{HERE}case/{shown.case.pk}/")


@require_GET
def of_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Which documents can be made of a case, by which version, and what each says of it."""
    actor = actor_from_request(request)
    shown = view(case_id, actor=actor, now=common.now())
    made = {entry.move for entry in shown.entries}
    chosen = store.chosen()
    kinds = [
        {"name": pgettext("document", code), "url": f"{HERE}case/{case_id}/{code}/", "used": service.used(code),
         "version": row.version if (row := chosen.get(code)) else 0,
         "needs": pgettext("move", kind.move) if kind.move and kind.move not in made else ""}
        for code, kind in KINDS.items() if kind.about == CASE_KIND
    ]  # fmt: skip
    way = [
        {"label": gettext("Worklist"), "url": "/desk/"}, {"label": shown.case.number, "url": f"/desk/{case_id}/"},
        {"label": gettext("Make a document")},
    ]  # fmt: skip
    context = {
        "number": shown.case.number, "kinds": kinds, "crumbs": way, "here": f"{HERE}case/{case_id}/",
        "made": [line(one) for one in store.made_of(case_id)], "secret": shown.case.confidential,
        "languages": languages(language_of(request)),
    }  # fmt: skip
    return render(request, "loop/document_case.html", context)


def line(one: Any) -> dict[str, Any]:
    """A document that was made: which, by which version of its template, in which format, when, by whom."""
    body = json.loads(one.body)
    version = body.get("version", 0)
    said = gettext("template version %(n)s") % {"n": version} if version else gettext("template of the product")
    return {"name": pgettext("document", body["kind"]), "format": body.get("format", ""), "template": said,
            "at": one.recorded_at, "who": one.who or ""}  # fmt: skip


@require_POST
def make(request: HttpRequest, case_id: UUID, kind: str) -> HttpResponse:
    """The document, to be saved: as the template has it, or as PDF."""
    actor, wanted = actor_from_request(request), request.POST.get("format", "")
    made = service.make(
        kind, case_id, actor=actor, now=common.now(), wanted=wanted if wanted == "pdf" else "",
        language=language_of(request),
    )  # fmt: skip
    return sent(made.data, f"{pgettext('document', kind)}-{made.number}.{made.format}")
