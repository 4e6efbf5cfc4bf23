"""Pages of templates: the kinds with their versions, a new version, a version tried before it holds."""

import base64
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.documents.pdf import to_pages
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.loop.documents import service
from gezhi.loop.documents.pages.wish import HERE, language_of, languages
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.documents.rules.kinds import CASE_KIND
from gezhi.loop.documents.store import templates as store
from gezhi.loop.pages import common
from gezhi.trust.rules import Actor

PICTURES = 3  # pages of a trial that are shown


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The kinds of document, each with its versions, its placeholders and a form for a new version."""
    common.guard(request, service.PUT)
    return show(request)


def show(request: HttpRequest, refused: Refused | None = None, kind: str = "") -> HttpResponse:
    """The page, with what was refused above."""
    chosen, every = store.chosen(), store.versions()
    kinds = [kind_of(code, chosen, [row for row in every if row.kind == code]) for code in KINDS]
    context = {"kinds": kinds, "errors": common.errors_of(refused, f"file-{kind}"), "try_url": f"{HERE}try/",
               "reports_url": f"{HERE}reports/"}  # fmt: skip
    return render(request, "loop/documents.html", context, status=refused.status if refused else 200)


def kind_of(code: str, chosen: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    """One kind for the page; version 0 is the template that came with the product, one for each format."""
    zh, kind = common.language().startswith("zh"), KINDS[code]
    now = {form: row.version if (row := chosen.get(store.slot(code, form))) else 0 for form in kind.forms}
    versions = [
        {"version": row.version, "name": row.name, "by": row.put_by.display_name, "at": row.put_at,
         "form": row.format, "now": row.version in (now.get(row.format), now.get("")),
         "url": f"{HERE}{code}/{row.version}/"}
        for row in rows
    ]  # fmt: skip
    versions += [
        {"version": 0, "name": gettext("Comes with the product"), "by": "", "at": None, "form": form or "docx",
         "now": now[form] == 0, "url": f"{HERE}{code}/0/", "format": form}
        for form in kind.forms
    ]  # fmt: skip
    names = [{"name": name, "about": about[0 if zh else 1]} for name, about in kind.known.items()]
    return {"code": code, "name": pgettext("document", code), "versions": versions, "names": names,
            "put_url": f"{HERE}{code}/put/", "of_case": kind.about == CASE_KIND}  # fmt: skip


@require_POST
def put(request: HttpRequest, kind: str) -> HttpResponse:
    """A new version of a template, in force or to be tried first, or the page with the place that is wrong."""
    actor = common.guard(request, service.PUT)
    file = request.FILES.get("file")
    if file is None or file.file is None:
        return show(request, Refused("field-missing", status=422, field=f"file-{kind}", move="put"), kind)
    body, name, hold = file.file, file.name or "", request.POST.get("how") == "hold"
    row, refused = common.attempt(
        lambda: service.put_template(kind, name, body, actor=actor, now=common.now(), hold=hold)
    )
    if row is None:
        return show(request, refused, kind)
    if hold:
        said = gettext("Version %(version)s is kept; try it, then put it in force.") % {"version": row.version}
        messages.success(request, said)
        return HttpResponseRedirect(f"{HERE}{kind}/{row.version}/try/")
    messages.success(request, gettext("Version %(version)s is in force.") % {"version": row.version})
    return HttpResponseRedirect(f"{HERE}#{kind}")


@require_POST
def choose(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Put a version in force."""
    actor = common.guard(request, service.PUT)
    service.choose_template(kind, version, actor=actor, now=common.now(), form=request.POST.get("format", ""))
    messages.success(request, gettext("Version %(version)s is in force.") % {"version": version})
    return HttpResponseRedirect(f"{HERE}#{kind}")


@require_GET
def template(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """A template as it is, to be changed and brought back."""
    actor, form = common.guard(request, service.PUT), request.GET.get("format", "")
    data, form = service.template_of(kind, version, actor=actor, form=form, language=language_of(request))
    return sent(data, f"{pgettext('document', kind)}-v{version}.{form}")


@require_http_methods(["GET", "POST"])
def trial(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """A version filled from a chosen case or period before it holds: its pages, and what each placeholder gave."""
    actor = common.guard(request, service.PUT)
    given = request.POST if request.method == "POST" else request.GET
    subject, form, language = given.get("subject", "").strip()[:40], given.get("format", "")[:4], language_of(request)
    if kind not in KINDS:
        raise Refused("document-kind-unknown", status=404, kind=kind[:40])
    of_case = KINDS[kind].about == CASE_KIND
    made, refused = None, None
    if subject or (request.method == "POST" and not of_case):
        made, refused = common.attempt(lambda: tried(kind, version, subject, form=form, language=language, actor=actor))
    if made is not None and request.method == "POST":
        return sent(made.data, f"{pgettext('document', kind)}-v{version}-{made.number}.{made.format}")
    asked = gettext("Number of a case") if of_case else gettext("Period (empty: the newest)")
    fields = [
        common.field("subject", asked, value=subject, required=of_case, max=40),
        common.field("language", gettext("Language"), "select", options=languages(language), required=True),
    ]
    errors = common.errors_of(refused, "subject")
    common.mark(fields, errors)
    pages, unseen = pictures(made.data) if made else ([], "")
    context = {
        "crumbs": [{"label": gettext("Document templates"), "url": HERE}, {"label": pgettext("document", kind)}],
        "name": pgettext("document", kind), "version": version, "fields": fields, "errors": errors, "made": made,
        "pages": pages, "unseen": unseen, "format": form, "subject": subject, "language": language,
        "choose_url": f"{HERE}{kind}/{version}/choose/",
        "said": [{"name": name, "place": place, "words": words} for name, place, words in made.said] if made else [],
    }  # fmt: skip
    return render(request, "loop/document_try.html", context, status=refused.status if refused else 200)


def tried(kind: str, version: int, subject: str, *, form: str, language: str, actor: Actor) -> service.Made:
    """The trial on a case by its number, else on a period."""
    now = common.now()
    if KINDS[kind].about != CASE_KIND:
        return service.try_on_period(kind, version, subject, actor=actor, now=now, form=form, language=language)
    case = store.case_numbered(subject, actor)
    if case is None:
        raise Refused("case-number-unknown", status=422, field="subject", number=subject)
    return service.try_on_case(kind, version, case.pk, actor=actor, now=now, language=language)


def pictures(data: bytes) -> tuple[list[str], str]:
    """The first pages as addresses that hold the picture themselves, or why there are none."""
    try:
        found = to_pages(data, PICTURES)
    except Refused as refused:  # a sheet with formulas is a good template all the same
        return [], sentence(refused)
    return [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in found], ""
