"""Matters in three levels: what each is called, which unit answers for it, how long it may take; and renaming them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.pages import common
from gezhi.loop.rules.catalogue import duty_for
from gezhi.loop.service.contents import edit_matter
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lately import matters_used
from gezhi.loop.triage.store import keywords
from gezhi.trust.service import actor_from_request

ADDRESS = "/desk/matters/"
KEPT = 600  # seconds for which a browser keeps the words of matters
LATELY = timedelta(days=90)  # what was common in this time is offered first


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The tree, or what of it fits the words searched for."""
    actor = actor_from_request(request)
    kept = content()
    words = request.GET.get("q", "")[:60].strip().lower()
    tree, total = tree_of(kept, words)
    packs = sorted({f"{row.pack} {row.version}" for row in kept.matters.values()})
    context = {
        "tree": tree, "total": total, "q": words, "pack": gettext(", ").join(packs),
        "edit_url": f"{ADDRESS}edit/" if actor.grants_for("matter.edit") else "",
    }  # fmt: skip
    return render(request, "loop/matters.html", context)


@require_GET
def words(request: HttpRequest) -> HttpResponse:
    """What people call each matter, the strongest word first, and how many cases it lately had, the commoner first."""
    actor = actor_from_request(request)
    kept = content()
    called_so = {code: said for code, said in words_of().items() if code in kept.matters_in_use}
    found = {"words": called_so, "uses": matters_used(actor, common.now() - LATELY)}
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = f"private, max-age={KEPT}"
    return answer


def words_of() -> dict[str, list[str]]:
    """The keywords of each matter, the strongest first."""
    said: dict[str, list[str]] = {}
    for code, word, _ in sorted(keywords(), key=lambda row: (row[0], -row[2], row[1])):
        said.setdefault(code, []).append(word.lower())
    return said


def tree_of(kept: Content, words: str) -> tuple[list[dict[str, Any]], int]:
    """First level, second level, and the rows below; open where something was searched for."""
    children: dict[str, list[Any]] = {}
    for row in sorted(kept.matters.values(), key=lambda one: one.code):
        children.setdefault(row.parent, []).append(row)
    units = {unit.code: common.named(unit) for unit in below.units().filter(active=True)}
    called_too = words_of() if words else {}
    tree: list[dict[str, Any]] = []
    total = 0
    for top in children.get("", ()):
        groups = []
        for middle in children.get(top.code) or [top]:
            rows = children.get(middle.code) or [middle]
            fits = [line(row, kept, units) for row in rows if _fits(row, middle, top, called_too, words)]
            if fits:
                groups.append({"code": middle.code, "name": common.named(middle), "count": len(fits), "items": fits})
        count = sum(group["count"] for group in groups)
        if count:
            tree.append(
                {"code": top.code, "name": common.named(top), "count": count, "groups": groups, "open": bool(words)}
            )
            total += count
    return tree, total


def _fits(row: Any, middle: Any, top: Any, called_too: Mapping[str, Sequence[str]], words: str) -> bool:
    told = " ".join(f"{one.name_zh} {one.name_en} {one.code}" for one in (row, middle, top)).lower()
    told = " ".join((told, *called_too.get(row.code, ())))
    return all(word in told for word in words.split())


def called(row: Any, kept: Content) -> str:
    """The name of a matter, with what became of it where it is no longer in use."""
    name = common.named(row)
    if not kept.retired(row.code):
        return name
    after = kept.matters.get(row.successor)
    said = (
        gettext("no longer in use, now %(name)s") % {"name": common.named(after)}
        if after
        else gettext("no longer in use")
    )
    return gettext("%(name)s (%(note)s)") % {"name": name, "note": said}


def line(row: Any, kept: Content, units: dict[str, str]) -> dict[str, Any]:
    """One matter with its unit and its limit of handling."""
    duty = duty_for(kept.duties_by_matter, kept.matter_path(row.code), "")
    limits = kept.limits_for("handle", matter=row.code, area="", kind="", urgency=1)
    said = [pgettext("amount", limit.unit_of) % {"n": limit.amount} for limit in limits]
    return {
        "code": row.code, "name": called(row, kept), "hint": pick(row, "hint", common.language()),
        "unit": units.get(duty.lead, duty.lead) if duty else "", "limits": " · ".join(said),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Add or rename a matter of this place."""
    actor = common.guard(request, "matter.edit")
    refused: Refused | None = None
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        get = request.POST.get
        made, refused = common.attempt(
            lambda: edit_matter(
                get("code", "").strip(), name_zh=get("name_zh", ""), name_en=get("name_en", ""),
                parent=get("parent", ""), hidden=get("hidden") == "1",
                successor=get("successor", ""), actor=actor, now=common.now(),
            )
        )  # fmt: skip
        del made
        if refused is None:
            messages.success(request, gettext("The matter is saved."))
            return HttpResponseRedirect(f"{ADDRESS}?q={get('code', '')}")
    return show_edit(request, given, refused)


def show_edit(request: HttpRequest, given: Any, refused: Refused | None) -> HttpResponse:
    kept = content()
    row = kept.matters.get(given.get("code", ""))
    above = [one for one in sorted(kept.matters.values(), key=lambda one: one.code) if one.level < 3]  # three levels
    parent = given.get("parent", row.parent if row else "")
    options = [
        {"value": one.code, "label": f"{one.code} {common.named(one)}", "selected": one.code == parent} for one in above
    ]
    fields = [
        common.field("parent", gettext("Under"), "picker", options=options),
        common.field("code", gettext("Code"), value=given.get("code", ""), required=True, max=20,
                     help=gettext("Begins with the code of the matter above it.")),
        common.field("name_zh", gettext("Chinese name"), value=given.get("name_zh", row.name_zh if row else ""),
            required=True, max=80),
        common.field("name_en", gettext("English name"), value=given.get("name_en", row.name_en if row else ""),
            max=120),
        common.field("hidden", gettext("No longer in use"), "checkbox",
                     given.get("hidden") == "1" or bool(row and row.valid_to and kept.retired(row.code))),
        common.field("successor", gettext("New cases take instead"), "picker", options=[
            {"value": one.code, "label": f"{one.code} {common.named(one)}",
             "selected": one.code == given.get("successor", row.successor if row else "")}
            for one in kept.matters_in_use.values() if one.level > 1]),
    ]  # fmt: skip
    errors = common.errors_of(refused, "code")
    common.mark(fields, errors)
    context = {
        "title": gettext("Edit a matter"), "fields": fields, "errors": errors, "action": f"{ADDRESS}edit/",
        "back": ADDRESS,
        "key": common.fresh_key(), "submit": gettext("Save"),
        "crumbs": [{"label": gettext("Matters"), "url": ADDRESS}, {"label": gettext("Edit a matter")}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused is not None else 200)
