"""The dispatch catalogue: editions, search, a row, a sheet in and out, a trial on past cases, putting in force."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.text import pick
from gezhi.loop.models import CatalogueItem, CatalogueVersion
from gezhi.loop.pages import common
from gezhi.loop.pages.calendar import day_of
from gezhi.loop.pages.forms import area_options, matter_options
from gezhi.loop.rules.redact import redact
from gezhi.loop.service import catalogue as service
from gezhi.loop.service.catalogue import Elsewhere
from gezhi.loop.service.receiving import title_from
from gezhi.loop.store import below
from gezhi.loop.store import catalogue as store
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request, open_text

ADDRESS = "/desk/catalogue/"
VERB = "catalogue.edit"
PAGE = 100
TRIED_SHOWN = 200


def chosen(request: HttpRequest) -> CatalogueVersion | None:
    """The edition asked for, else the one in force, else the newest."""
    name = request.GET.get("edition", "") or request.POST.get("edition", "")
    if name:
        found = store.edition(name)
        if found is None:
            raise Refused("catalogue-unknown", status=404, name=name[:60])
        return found
    return next(iter(store.editions()), None)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """An edition, searched and in pages."""
    actor = actor_from_request(request)
    kept = content()
    edition = chosen(request)
    words = request.GET.get("q", "")[:80].strip()
    units = unit_names()
    items = list(edition.items.order_by("no")) if edition is not None else []
    areas = common.area_names(item.area for item in items)
    rows = [line(item, kept, units, areas) for item in items]
    rows = [row for row in rows if fits(row, words)]
    number = common.number(request.GET.get("page", "1"))
    pages = max(1, -(-len(rows) // PAGE))
    number = min(number, pages)
    part = rows[(number - 1) * PAGE : number * PAGE]
    name = edition.name if edition is not None else ""
    context = {
        "edition": {"id": name, "name": name, "in_force": edition.in_force} if edition is not None else None,
        "editions": [tab(one, edition) for one in store.editions()], "q": words, "rows": part,
        "page": {"number": number, "pages": pages, "previous": number - 1, "next": number + 1, "total": len(rows),
                 "first": (number - 1) * PAGE + 1 if rows else 0, "last": (number - 1) * PAGE + len(part)},
        "can_edit": bool(actor.grants_for(VERB)), "urls": urls(name),
    }  # fmt: skip
    return render(request, "loop/catalogue.html", context)


def of(name: str) -> str:
    """The part of an address that names an edition."""
    return f"?{urlencode({'edition': name})}"


def urls(name: str) -> dict[str, str]:
    return {
        "new": f"{ADDRESS}row/", "import": f"{ADDRESS}import/", "try": f"{ADDRESS}try/{of(name)}",
        "publish": f"{ADDRESS}publish/{of(name)}", "export": f"{ADDRESS}export.xlsx{of(name)}" if name else "",
    }  # fmt: skip


def tab(one: CatalogueVersion, current: CatalogueVersion | None) -> dict[str, Any]:
    said = gettext("in force") if one.in_force else gettext("earlier") if one.published_at else gettext("draft")
    label = gettext("Draft") if one.name == service.DRAFT else one.name
    return {
        "name": label,
        "url": of(one.name),
        "words": said,
        "current": current is not None and one.pk == current.pk,
    }


def unit_names() -> dict[str, str]:
    closed = gettext("closed")
    return {
        unit.code: common.named(unit) if unit.active
        else gettext("%(name)s (%(note)s)") % {"name": common.named(unit), "note": closed}
        for unit in below.units()
    }  # fmt: skip


def _matter(code: str, kept: Content) -> str:
    """The path of a matter, marked where it is no longer in use, so that its rows can be taken out."""
    name = common.matter_name(kept, code) or code
    if not kept.retired(code):
        return name
    return gettext("%(name)s (%(note)s)") % {"name": name, "note": gettext("no longer in use")}


def line(item: CatalogueItem, kept: Content, units: Mapping[str, str], areas: Mapping[str, str]) -> dict[str, Any]:
    """One row in words."""
    return {
        "no": item.no, "matter": _matter(item.matter, kept), "code": item.matter,
        "area": areas.get(item.area, item.area), "lead": units.get(item.lead, item.lead),
        "assisting": gettext(", ").join(units.get(code, code) for code in item.assisting),
        "fallback": units.get(item.fallback, item.fallback), "basis": pick(item, "basis", common.language()),
        "verified": item.verified, "edit_url": f"{ADDRESS}row/?matter={item.matter}&area={item.area}",
    }  # fmt: skip


def fits(row: Mapping[str, Any], words: str) -> bool:
    told = " ".join(
        str(row[name]) for name in ("no", "matter", "code", "area", "lead", "assisting", "fallback", "basis")
    )
    return all(word in told.lower() for word in words.lower().split())


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """An edition as a spreadsheet that can be edited and brought back."""
    actor_from_request(request)
    edition = chosen(request)
    out = io.BytesIO()
    service.export(out, edition.name if edition is not None else "")
    return sent(out.getvalue(), "catalogue.xlsx")


@require_http_methods(["GET", "POST"])
def row(request: HttpRequest) -> HttpResponse:
    """Write one row into the draft."""
    actor = common.guard(request, VERB)
    if request.method == "GET":
        return show_row(request, row_values(request), None)
    get = request.POST.get
    _, refused = common.attempt(
        lambda: service.propose_row(
            get("matter", ""), get("area", ""), get("lead", ""),
            assisting=[code for code in request.POST.getlist("assisting") if code], fallback=get("fallback", ""),
            basis_zh=get("basis_zh", "")[:300], basis_en=get("basis_en", "")[:400], actor=actor, now=common.now(),
        )
    )  # fmt: skip
    if refused is not None:
        return show_row(request, {**request.POST.dict(), "assisting": request.POST.getlist("assisting")}, refused)
    messages.success(
        request, gettext("The row is in the draft. Try the draft on past cases before you put it in force.")
    )
    return HttpResponseRedirect(f"{ADDRESS}?edition={service.DRAFT}")


def row_values(request: HttpRequest) -> dict[str, Any]:
    """The row as it stands in the draft or in force."""
    matter, area = request.GET.get("matter", ""), request.GET.get("area", "")
    edition = store.edition(service.DRAFT) or store.in_force()
    item = edition.items.filter(matter=matter, area=area).first() if edition is not None and matter else None
    if item is None:
        return {"matter": matter, "area": area}
    names = ("matter", "area", "lead", "assisting", "fallback", "basis_zh", "basis_en")
    return {name: getattr(item, name) for name in names}


def show_row(request: HttpRequest, value: Mapping[str, Any], refused: Refused | None) -> HttpResponse:
    fields = [
        common.field("matter", gettext("Matter"), "matter", required=True,
                     options=matter_options(content(), str(value.get("matter", "")))),
        common.field("area", gettext("Area"), "area", options=area_options(str(value.get("area", ""))),
                     help=gettext("Empty means everywhere.")),
        common.field("lead", gettext("Lead unit"), "unit", required=True,
            options=units_by_code([value.get("lead", "")])),
        common.field("assisting", gettext("Assisting units"), "units",
            options=units_by_code(value.get("assisting", ()))),
        common.field("fallback", gettext("Fallback unit"), "unit", options=units_by_code([value.get("fallback", "")]),
                     help=gettext("Must take the case when nobody else must.")),
        common.field("basis_zh", gettext("Basis, in Chinese"), value=value.get("basis_zh", ""), max=300,
                     help=gettext("The law, the list of powers or the ruling that says so.")),
        common.field("basis_en", gettext("Basis, in English"), value=value.get("basis_en", ""), max=400),
    ]  # fmt: skip
    intro = gettext("Changes go into a draft; nothing is dispatched by it until it is put in force.")
    submit = gettext("Write into the draft")
    return form(request, gettext("A row of the catalogue"), fields, refused, submit=submit, intro=intro)


def units_by_code(picked: Sequence[Any]) -> list[common.Field]:
    return [
        {"value": unit.code, "label": common.named(unit), "selected": unit.code in picked, "words": unit.code}
        for unit in below.units_in_order()
    ]


def form(
    request: HttpRequest, title: str, fields: list[common.Field], refused: Refused | None, *, submit: str, intro: str
) -> HttpResponse:
    """One form about the catalogue."""
    errors = common.errors_of(refused, fields[0]["name"])
    common.mark(fields, errors)
    context = {
        "title": title, "intro": intro, "fields": fields, "errors": errors, "action": request.path, "back": ADDRESS,
        "key": common.fresh_key(), "submit": submit,
        "crumbs": [{"label": gettext("Dispatch catalogue"), "url": ADDRESS}, {"label": title}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused is not None else 200)


@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """A new edition from a spreadsheet; rows with faults are named and left out."""
    actor = common.guard(request, VERB)
    refused: Refused | None = None
    if request.method == "POST":
        file = request.FILES.get("file")
        result = None
        if file is None or file.file is None:
            refused = Refused("field-missing", status=422, field="file", move="import")
        else:
            source, name = file.file, request.POST.get("name", "")
            result, refused = common.attempt(
                lambda: service.import_sheet(
                    source, name, note=request.POST.get("note", ""), actor=actor, now=common.now()
                )
            )
        if result is not None:
            edition, faults = result
            messages.success(request, gettext("The edition is read. Try it on past cases before you put it in force."))
            for fault in faults[:20]:
                said = sentence(Refused(fault.code, **fault.facts))
                messages.warning(request, gettext("Row %(row)s: %(why)s") % {"row": fault.row, "why": said})
            return HttpResponseRedirect(f"{ADDRESS}{of(edition.name)}")
    fields = [
        common.field("name", gettext("Name of the edition"), value=request.POST.get("name", ""), required=True, max=60),
        common.field("file", gettext("Spreadsheet"), "files", required=True, accept=".xlsx,.xls,.csv",
            icon="file-spreadsheet",
                     button=gettext("Choose a file"), limit_files=1,
                     help=gettext("Columns: matter, area, lead, assisting, fallback, basis; names or codes.")),
        common.field("note", gettext("Note"), value=request.POST.get("note", ""), max=300),
    ]  # fmt: skip
    intro = gettext("The sheet becomes a new edition. The one in force stays until you put the new one in force.")
    return form(request, gettext("Import a sheet"), fields, refused, submit=gettext("Read the sheet"), intro=intro)


@require_GET
def try_(request: HttpRequest) -> HttpResponse:
    """Which past cases an edition would send elsewhere."""
    actor = common.guard(request, VERB)
    edition = chosen(request)
    if edition is None:
        raise Refused("catalogue-unknown", status=404, name="")
    today = timezone.localtime(common.now()).date()
    since = day_of(request.GET.get("since", "")) or today - timedelta(days=365)
    start = timezone.make_aware(datetime.combine(since, time()))
    found: list[Elsewhere] = []
    tried = 0
    for one in service.try_on_past(store.duties_of(edition), start):
        if isinstance(one, Elsewhere):
            found.append(one)
        else:
            tried = one
    units, kept, told = unit_names(), content(), titles(found[:TRIED_SHOWN], actor)
    without = sum(1 for one in found if not one.then)
    flows = Counter((one.now, one.then) for one in found if one.then).most_common(30)
    context = {
        "crumbs": [{"label": gettext("Dispatch catalogue"), "url": ADDRESS}, {"label": gettext("Try the catalogue")}],
        "edition": {"name": edition.name}, "since": since.isoformat(), "tried": f"{tried:,}",
        "same": f"{tried - len(found):,}", "moved": f"{len(found) - without:,}", "without": without,
        "flows": [{"from": units.get(a, a) or "—", "to": units.get(b, b), "count": n} for (a, b), n in flows],
        "rows": [
            {"number": one.number, "url": f"/desk/{one.case}/", "title": told.get(one.case, ""),
             "matter": common.matter_name(kept, one.matter), "was": units.get(one.now, one.now) or "—",
             "would": units.get(one.then, one.then) or "—"}
            for one in found[:TRIED_SHOWN]
        ],
        "publish_url": "" if edition.in_force else f"{ADDRESS}publish/{of(edition.name)}",
    }  # fmt: skip
    return render(request, "loop/catalogue_try.html", context)


def titles(found: Sequence[Elsewhere], actor: Actor) -> dict[str, str]:
    """Titles of the cases that the actor may read, else the start of the text; of a confidential one redacted."""
    made = {}
    for case in visible(actor).filter(pk__in=[one.case for one in found]).select_related("requester"):
        story = open_text(case.requester, case.story)
        title = str(story.get("title", "")) or title_from(str(story.get("text", "")))
        made[str(case.pk)] = redact(title) if case.confidential else title or gettext("(erased)")
    return made


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """Put an edition in force, after asking once more."""
    actor = common.guard(request, VERB)
    edition = chosen(request)
    if edition is None:
        raise Refused("catalogue-unknown", status=404, name="")
    if request.method == "POST":
        name = edition.name
        fresh = request.POST.get("name", "").strip()
        if name == service.DRAFT and fresh and fresh != name:
            service.rename(name, fresh, actor=actor, now=common.now())
            name = fresh
        service.publish(name, actor=actor, now=common.now())
        messages.success(
            request, gettext("The edition is in force. New dispatches follow it; cases already with a unit stay.")
        )
        return HttpResponseRedirect(ADDRESS)
    count = edition.items.count()
    said = ngettext("“%(name)s” has %(n)s row.", "“%(name)s” has %(n)s rows.", count) % {
        "name": edition.name,
        "n": count,
    }
    fields = []
    if edition.name == service.DRAFT:
        stamp = timezone.localtime(common.now()).strftime("%Y-%m-%d")
        fields = [common.field("name", gettext("Name of the edition"), value=stamp, required=True, max=60)]
    then = gettext("From now on the desk suggests units by it. The edition before stays readable.")
    context = {
        "title": gettext("Put in force"), "action": f"{ADDRESS}publish/", "verb": gettext("Put in force"),
        "back": ADDRESS,
        "sentence": f"{said} {then}",
        "hidden": {"edition": edition.name}, "fields": fields,
    }  # fmt: skip
    return render(request, "gezhi/confirm.html", context)
