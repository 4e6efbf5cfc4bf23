"""The tree of units: see, add, rename, move, close, import."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.trust import service
from gezhi.trust.models import Unit
from gezhi.trust.pages.common import attempt, choices, field, form, guard, now, unit_options
from gezhi.trust.rules import within
from gezhi.trust.service.units import KINDS
from gezhi.trust.store import people as store

HOME = "/office/units/"


def units(request: HttpRequest) -> HttpResponse:
    """The whole tree, closed units marked."""
    guard(request, "unit.edit")
    nodes: dict[int, dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    for unit in store.tree():
        node: dict[str, Any] = {"unit": unit, "people": getattr(unit, "people", 0), "below": []}
        node["open"] = unit.path.count(".") < 1
        nodes[unit.pk] = node
        above = nodes.get(unit.parent_id or 0)
        (above["below"] if above else top).append(node)
    return render(request, "trust/units.html", {"tree": top, "total": len(nodes)})


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    actor = guard(request, "unit.edit")
    given = request.POST if request.method == "POST" else request.GET
    refused = None
    if request.method == "POST":
        made, refused = attempt(
            lambda: service.create_unit(
                given.get("code", "").strip(),
                given.get("name_zh", ""),
                name_en=given.get("name_en", ""),
                parent=given.get("parent", ""),
                kind=given.get("kind", ""),
                actor=actor,
                now=now(),
            )
        )
        if made is not None:
            messages.success(request, gettext("%(name)s is added.") % {"name": name_of(made)})
            return HttpResponseRedirect(HOME)
    help_text = gettext("Letters, digits and _; it stays for good and appears in links and files.")
    fields = [
        field("code", gettext("Code"), value=given.get("code", ""), required=True, max=50, help=help_text),
        *_names(given.get("name_zh", ""), given.get("name_en", "")),
        _parent(given.get("parent", "")),
        field("kind", gettext("Kind of unit"), "select", options=kinds(given.get("kind", "bureau")), required=True),
    ]
    return form(request, title=gettext("Add a unit"), fields=fields, refused=refused, back=HOME, crumbs=_crumbs())


def kinds(chosen: str) -> list[dict[str, Any]]:
    """Kinds of unit as options."""
    return choices([(kind, pgettext("unit_kind", kind)) for kind in KINDS], chosen)


def name_of(unit: Unit) -> str:
    """The unit's name in the reader's language."""
    return pick(unit, "name", get_language() or "")


def _names(chinese: str, english: str) -> list[dict[str, Any]]:
    return [
        field("name_zh", gettext("Name in Chinese"), value=chinese, required=True, max=100),
        field("name_en", gettext("Name in English"), value=english, max=200),
    ]


def _parent(chosen: str, *, without: str = "") -> dict[str, Any]:
    rows = [unit for unit in store.units(active_only=True) if not without or not within(unit.path, without)]
    options = unit_options(rows, chosen, get_language() or "")
    return field("parent", gettext("Belongs to"), "unit", options=options, required=bool(rows))


def _crumbs(unit: Unit | None = None) -> list[dict[str, str]]:
    last = [{"label": name_of(unit)}] if unit else []
    return [{"label": gettext("Units"), "url": HOME}, *last]


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Rename a unit or put it elsewhere."""
    actor = guard(request, "unit.edit")
    unit = store.unit(code=code)
    if unit is None:
        raise Refused("unit-unknown", status=404, unit=code)
    given, refused = request.POST, None
    if request.method == "POST":
        _, refused = attempt(lambda: _save(unit, request, actor))
        if refused is None:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(HOME)
    parent = unit.parent.code if unit.parent else ""
    fields = _names(given.get("name_zh", unit.name_zh), given.get("name_en", unit.name_en))
    if unit.parent_id is not None:
        fields.append(_parent(given.get("parent", parent), without=unit.path))
    context: dict[str, Any] = {"back": HOME, "crumbs": _crumbs(unit)}
    if unit.active and unit.parent_id is not None:
        context |= {"other_url": f"{HOME}{code}/close/", "other": gettext("Close this unit"), "other_grave": True}
    intro = f"{unit.code} · {pgettext('unit_kind', unit.kind)}"
    return form(request, title=name_of(unit), fields=fields, refused=refused, intro=intro, **context)


def _save(unit: Unit, request: HttpRequest, actor: service.Actor) -> None:
    given = request.POST
    service.rename_unit(unit.code, given.get("name_zh", ""), given.get("name_en", ""), actor=actor, now=now())
    parent = given.get("parent", "")
    if unit.parent_id is not None and parent:
        service.move_unit(unit.code, parent, actor=actor, now=now())


@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a unit."""
    closed = service.close_unit(code, actor=guard(request, "unit.edit"), now=now())
    messages.success(request, gettext("%(name)s is closed.") % {"name": name_of(closed)})
    return HttpResponseRedirect(HOME)
