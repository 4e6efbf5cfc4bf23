"""The worklist page: tabs, filters, saved views, rows of two lines, search, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from gezhi.loop.marks import store as marks
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import rendered, row_of
from gezhi.loop.rules.tabs import BY_NAME, LIGHTS, TABS, Tab, tabs_for
from gezhi.loop.rules.words import KINDS
from gezhi.loop.store import below, worklist
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lines import Line
from gezhi.loop.store.worklist import Wish
from gezhi.loop.views import store as views
from gezhi.trust.rules import Actor

TEXTS = ("tab", "light", "matter", "area", "channel", "kind", "order")
SHOWN = 6  # options of a filter before "more"
BULK = {"to_sign": ("sign", "chase"), "handling": ("transfer", "chase", "supervise"), "mine": ("transfer",),
        "to_accept": ("accept",), "to_dispatch": ("dispatch",), "to_review": ("review_pass",),
        "waiting": ("resume", "chase"), "open": ("chase", "supervise")}  # fmt: skip


def wish_of(request: HttpRequest, tabs: list[Tab]) -> Wish:
    """What the address asks for; anything unknown is left out."""
    return wish_from(request.GET, tabs)


def wish_from(asked: QueryDict, tabs: list[Tab]) -> Wish:
    """The same, out of an address that came along."""
    given: dict[str, Any] = {name: asked.get(name, "")[:40].replace("\x00", "") for name in TEXTS}
    if given["tab"] not in BY_NAME:
        given["tab"] = tabs[0].name if tabs else "open"
    if given["order"] not in worklist.ORDERS:
        given["order"] = "due"
    unit = asked.get("unit", "")
    return Wish(
        **given, words=asked.get("q", "")[:200].replace("\x00", "").strip(),
        unit=common.number(unit, most=2**31 - 1) if unit.isdecimal() else None,
        batch=common.number(asked.get("batch", ""), most=2**31 - 1) if asked.get("batch", "").isdecimal() else None,
        dormant=asked.get("dormant") == "1", page=common.number(asked.get("page", "1"), most=10_000),
    )  # fmt: skip


def address(wish: Wish, **changes: Any) -> str:
    """The list with some wishes changed, from its first page."""
    changed = replace(wish, page=1, **changes)
    given: dict[str, Any] = {name: getattr(changed, name) for name in TEXTS if getattr(changed, name)}
    if changed.order == "due":
        given.pop("order", None)
    if changed.words:
        given["q"] = changed.words
    if changed.unit:
        given["unit"] = changed.unit
    if changed.batch is not None:
        given["batch"] = changed.batch
    if changed.dormant:
        given["dormant"] = 1
    return f"/desk/?{urlencode(given)}"


def verbs_of(actor: Actor) -> set[str]:
    """The moves that some post of this person allows, `case.` left off."""
    return {verb.removeprefix("case.") for grant in actor.grants for verb in grant.verbs}


def desk(request: HttpRequest) -> HttpResponse:
    """The worklist of whoever is signed in."""
    actor = common.guard(request, "case.read")
    if not request.GET and (first := views.default_of(actor)) is not None:
        return HttpResponseRedirect(address(views.wish_of(first)))
    moment, kept = common.now(), content()
    tabs = tabs_for(verbs_of(actor))
    wish = wish_of(request, tabs)
    found = worklist.page(actor, wish, moment)
    counts = worklist.tab_counts(actor, tabs)
    facets = worklist.facets(actor, wish, moment)
    names = names_of(found.exact + found.rows, facets["area"])
    total = max(sum(facets["channel"].values()), len(found.exact))
    if wish.tab == worklist.INTAKE and actor.grants_for("mark.set"):
        names["marked"] = dict.fromkeys(marks.marked([case.pk for case in found.rows], moment), "")
    shown = [row_of(case, kept, names, moment) for case in (*found.exact, *found.rows)]
    context = {
        "title": title_of(wish), "rows": shown, "lines": rendered(shown, moment), "now": moment,
        "q": wish.words, "search_text": wish.words,
        "total": common.count_words(total if total < common.MOST else common.MOST + 1),
        "late": 0 if wish.light or wish.words else facets["light"].get("late", 0),
        "tabs": [_tab(tab, wish, counts) for tab in tabs], "filters": _filters(wish, facets, names, kept),
        "filters_on": sum(1 for name in ("light", "matter", "area", "channel", "kind") if getattr(wish, name)),
        "clear_url": address(wish, light="", matter="", area="", channel="", kind="", unit=None),
        "page": _page(wish, total, len(shown), more=found.more), "sorts": _sorts(wish),
        "keys": keys(calls=bool(actor.grants_for("case.answer"))),
        "bulk": _bulk(wish, actor), "query": address(wish).partition("?")[2],
        "views_url": f"/desk/views/counts/?{urlencode({'here': address(wish)})}",
        "empty": _empty(wish),
        "exports": exports(wish) if actor.grants_for("case.export") else [],
        "new_url": "/desk/call/" if actor.grants_for("case.answer") else "",
    }  # fmt: skip
    return render(request, "loop/worklist.html", context)


def names_of(rows: list[Line], areas: Mapping[str, int]) -> dict[str, dict[Any, str]]:
    """Names of areas and assisting units that the page mentions: two statements at most."""
    units = {task[1] for case in rows for task in case.more.get("tasks", ()) if not task[2]}
    found = below.named(below.units(), units)
    return {
        "area": common.area_names({*areas, *(case.area for case in rows)}),
        "unit": {key: common.named(unit) for key, unit in found.items()},
    }


def title_of(wish: Wish) -> str:
    return gettext("Imported cases") if wish.dormant or wish.batch is not None else pgettext("tab", wish.tab)


def _tab(tab: Tab, wish: Wish, counts: Mapping[str, int]) -> dict[str, Any]:
    count = counts.get(tab.name)
    return {
        "label": pgettext("tab", tab.name), "url": f"/desk/?tab={tab.name}",
        "count": None if count is None else common.count_words(count), "current": tab.name == wish.tab,
    }  # fmt: skip


def _filters(
    wish: Wish, facets: Mapping[str, Mapping[str, int]], names: Mapping[str, Mapping[Any, str]], kept: Content
) -> list[dict[str, Any]]:
    """The groups at the left; each begins with "all"."""
    lights = [(light, pgettext("light", light), facets["light"].get(light)) for light in LIGHTS]
    matters = [(code, common.named(kept.matters.get(code)) or code, n) for code, n in _ranked(facets["matter"])]
    areas = [(code, names["area"].get(code, code), n) for code, n in _ranked(facets["area"])]
    channels = [(code, common.code_name(kept, "channel", code), n) for code, n in _ranked(facets["channel"])]
    kinds = [(code, pgettext("kind", code), None) for code in KINDS]
    groups = [
        _group(wish, "light", gettext("Limits"), lights), _group(wish, "matter", gettext("Matter"), matters),
        _group(wish, "area", gettext("Place"), areas), _group(wish, "channel", gettext("Source"), channels),
        _group(wish, "kind", gettext("Kind"), kinds),
    ]  # fmt: skip
    return [group for group in groups if len(group["options"]) > 1]


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _group(wish: Wish, name: str, label: str, options: Sequence[tuple[str, str, int | None]]) -> dict[str, Any]:
    chosen = getattr(wish, name)
    first = {"label": gettext("All"), "url": address(wish, **{name: ""}), "count": None, "current": not chosen}
    made = [
        {"label": said, "url": address(wish, **{name: code}), "count": count, "current": chosen.startswith(code)}
        for code, said, count in options
    ]
    return {"label": label, "options": [first, *made[:SHOWN]], "more": made[SHOWN:]}


def _page(wish: Wish, total: int, rows: int, *, more: bool) -> dict[str, Any]:
    first = (wish.page - 1) * worklist.PAGE
    pages = max(-(-total // worklist.PAGE), wish.page + (1 if more else 0), 1)
    return {
        "number": wish.page, "pages": pages, "first": first + 1, "last": first + rows,
        "total": common.count_words(total),
        "previous": wish.page - 1, "next": wish.page + 1,
    }  # fmt: skip


def _sorts(wish: Wish) -> list[dict[str, Any]]:
    return [
        {"label": pgettext("order", name), "url": address(wish, order=name), "current": name == wish.order}
        for name in worklist.ORDERS
    ]


def _bulk(wish: Wish, actor: Actor) -> list[dict[str, Any]]:
    held = verbs_of(actor)
    moves = [name for name in BULK.get(wish.tab, ()) if name in held]
    return [{"label": pgettext("move", name), "url": f"/desk/bulk/{name}/"} for name in moves]


def _empty(wish: Wish) -> dict[str, Any]:
    """What stands where no row is."""
    if wish.words or wish.light or wish.matter or wish.area or wish.channel or wish.kind:
        other = {"label": gettext("Clear the filters"), "url": f"/desk/?tab={wish.tab}"}
        return {
            "icon": "search", "title": gettext("Nothing fits"), "other": other,
            "text": gettext("Try fewer words, another tab, or clear the filters. A full number is found in every tab."),
        }  # fmt: skip
    return {
        "icon": "circle-check", "title": gettext("Nothing waits here"),
        "text": gettext("Cases appear here when they reach this step."),
    }  # fmt: skip


def keys(*, calls: bool) -> list[dict[str, Any]]:
    """What the keyboard can do on a list."""
    rows = [
        *([(["C"], gettext("Record a call"))] if calls else []),
        (["J", "K"], gettext("next case, case before")), (["X"], gettext("select the case")),
        (["A"], gettext("select all on the page, or none")), (["B"], gettext("what to do with the selected")),
        (["Enter", "O"], gettext("open the case")),
        (["[", "]"], gettext("tab before, next tab")), (["/"], gettext("search")), (["?"], gettext("this help")),
    ]  # fmt: skip
    return [{"title": "", "rows": [{"keys": pressed, "text": text} for pressed, text in rows]}]


def exports(wish: Wish) -> list[dict[str, str]]:
    """The list as files."""
    return [
        {"label": label, "url": address(wish).replace("/desk/?", f"/desk/export.{kind}?", 1)}
        for kind, label in (("xlsx", gettext("Excel workbook (.xlsx)")), ("csv", gettext("Text table (.csv)")))
    ]


__all__ = ["TABS", "desk", "wish_of"]
