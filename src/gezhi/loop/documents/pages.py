"""Pages of documents: the templates of the office, and the documents that can be made of one case."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.documents import service, store
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.pages import common
from gezhi.loop.service.reading import view
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request

HERE = "/desk/documents/"
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The kinds of document, each with its versions, its placeholders and a form for a new version."""
    return show(request, common.guard(request, service.PUT))


def show(request: HttpRequest, actor: Actor, refused: Refused | None = None, kind: str = "") -> HttpResponse:
    """The page, with what was refused above."""
    del actor
    chosen, every = store.chosen(), store.versions()
    kinds = [kind_of(code, chosen.get(code), [row for row in every if row.kind == code]) for code in KINDS]
    context = {"kinds": kinds, "errors": common.errors_of(refused, f"file-{kind}"), "try_url": f"{HERE}try/"}
    return render(request, "loop/documents.html", context, status=refused.status if refused else 200)


def kind_of(code: str, now: Any, rows: list[Any]) -> dict[str, Any]:
    """One kind for the page; version 0 is the template that came with the product."""
    zh = common.language().startswith("zh")
    in_force = now.version if now else 0
    versions = [
        {"version": row.version, "name": row.name, "by": row.put_by.display_name, "at": row.put_at,
         "now": row.version == in_force, "url": f"{HERE}{code}/{row.version}/"}
        for row in rows
    ]  # fmt: skip
    versions.append({"version": 0, "name": gettext("Comes with the product"), "by": "", "at": None,
                     "now": in_force == 0, "url": f"{HERE}{code}/0/"})  # fmt: skip
    names = [{"name": name, "about": about[0 if zh else 1]} for name, about in KINDS[code].known.items()]
    return {"code": code, "name": pgettext("document", code), "versions": versions, "names": names,
            "put_url": f"{HERE}{code}/put/"}  # fmt: skip


@require_POST
def put(request: HttpRequest, kind: str) -> HttpResponse:
    """A new version of a template, or the page with the place that is wrong."""
    actor = common.guard(request, service.PUT)
    file = request.FILES.get("file")
    if file is None or file.file is None:
        return show(request, actor, Refused("field-missing", status=422, field=f"file-{kind}", move="put"), kind)
    body, name = file.file, file.name or ""
    row, refused = common.attempt(lambda: service.put_template(kind, name, body, actor=actor, now=common.now()))
    if row is None:
        return show(request, actor, refused, kind)
    messages.success(request, gettext("Version %(version)s is in force.") % {"version": row.version})
    return HttpResponseRedirect(HERE)


@require_POST
def choose(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Put a version in force."""
    actor = common.guard(request, service.PUT)
    service.choose_template(kind, version, actor=actor, now=common.now())
    messages.success(request, gettext("Version %(version)s is in force.") % {"version": version})
    return HttpResponseRedirect(HERE)


@require_GET
def template(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """A template as it is, to be changed and brought back."""
    data, form = service.template_of(kind, version, actor=common.guard(request, service.PUT))
    return sent(data, form, f"{pgettext('document', kind)}-v{version}")


@require_GET
def try_(request: HttpRequest) -> HttpResponse:
    """To the documents of the case with this number."""
    actor = common.guard(request, "case.read")
    found = store.case_numbered(request.GET.get("number", "").strip()[:40])
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
        for code, kind in KINDS.items()
    ]  # fmt: skip
    context = {"number": shown.case.number, "kinds": kinds, "back": f"/desk/{case_id}/",
               "secret": shown.case.confidential}  # fmt: skip
    return render(request, "loop/document_case.html", context)


@require_POST
def make(request: HttpRequest, case_id: UUID, kind: str) -> HttpResponse:
    """The document, to be saved."""
    made = service.make(kind, case_id, actor=actor_from_request(request), now=common.now())
    return sent(made.data, made.format, f"{pgettext('document', kind)}-{made.number}")


def sent(data: bytes, form: str, name: str) -> HttpResponse:
    """Bytes to be saved under a name; never kept by the browser."""
    response = HttpResponse(data, content_type=TYPES[form])
    response["Content-Disposition"] = f"attachment; filename=\"document.{form}\"; filename*=UTF-8''{quote(name)}.{form}"
    response["Cache-Control"] = "no-store"
    return response
