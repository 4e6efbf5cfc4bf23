"""Public cases for everybody: searched, a page at a time, one by one; a picture of one."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import PublicCase
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import asks_without_end, base
from gezhi.loop.public import store
from gezhi.loop.public.pages.shown import STREET, lines, steps
from gezhi.loop.public.rules.showing import GROUPS
from gezhi.loop.public.store import PAGE, Wish
from gezhi.loop.store import below
from gezhi.loop.store.content import content

HERE = "/public/"
MOST = 1000  # pages
LEVELS = 2  # of matters that can be chosen


def wish_of(request: HttpRequest) -> Wish:
    """What the address asks for; what it cannot mean is left out."""
    get = request.GET.get
    kept = content()
    matter, state = get("matter", "")[:20], get("state", "")
    area = get("area", "")[:12]
    return Wish(
        words=get("q", "").replace("\x00", "")[:60].strip(), matter=matter if matter in kept.matters else "",
        area=area if area and kept.area_path(area.replace("\x00", "")) else "", state=state if state in GROUPS else "",
        page=common.number(get("page", "1"), most=MOST),
    )  # fmt: skip


def address(wish: Wish) -> str:
    """The query of an address that asks for the same."""
    given = {"q": wish.words, "matter": wish.matter, "area": wish.area, "state": wish.state}
    return urlencode({name: value for name, value in given.items() if value})


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list."""
    wish = wish_of(request)
    if wish.words and asks_without_end(request, "public"):
        raise Refused("too-many-tries", status=429, seconds=60)
    rows = list(store.found(wish)[(wish.page - 1) * PAGE : wish.page * PAGE + 1])
    query = address(wish)
    context = {
        **base(), "rows": lines(rows[:PAGE]), "f": fields(wish), "asked": bool(query), "clear_url": HERE,
        "feed_url": f"{HERE}feed.atom{'?' if query else ''}{query}",
        "older_url": paged(query, wish.page + 1) if len(rows) > PAGE else "",
        "newer_url": paged(query, wish.page - 1) if wish.page > 1 else "",
    }  # fmt: skip
    return render(request, "loop/public/list.html", context)


def paged(query: str, page: int) -> str:
    return f"{HERE}?{'&'.join(part for part in (query, f'page={page}') if part)}"


def fields(wish: Wish) -> dict[str, common.Field]:
    """The form that searches."""
    kept = content()
    rows = sorted((row for row in kept.matters.values() if row.level <= LEVELS), key=lambda row: row.code)
    matters = [
        {"value": row.code, "label": common.named(row), "selected": row.code == wish.matter,
         "group": "" if row.level == 1 else common.named(kept.matters.get(row.parent))}
        for row in rows
    ]  # fmt: skip
    areas = below.areas().filter(valid_to=None, level__lte=STREET, level__gte=3).order_by("path")
    states = [(code, pgettext("public-state", code)) for code in GROUPS]
    every = gettext("All")
    return {
        "q": common.field("q", gettext("Words"), value=wish.words, max=60),
        "matter": common.field("matter", gettext("Matter"), "select", wish.matter, options=matters, blank=every),
        "area": common.field("area", gettext("Area"), "select", wish.area, blank=every, options=[
            {"value": row.pk, "label": common.named(row), "selected": row.pk == wish.area} for row in areas]),
        "state": common.field("state", gettext("State"), "select", wish.state, blank=every,
                              options=common.choices(states, wish.state)),
    }  # fmt: skip


def opened(slug: str) -> PublicCase:
    """The entry of an address; what is not shown is as if it had never been."""
    entry = store.by_slug(slug)
    if entry is None:
        raise Refused("public-not-found", status=404)
    return entry


@never_cache
@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One case."""
    entry = opened(slug)
    context: dict[str, Any] = {
        **base(), "c": lines([entry])[0], "log": steps(entry), "back": HERE,
        "feed_url": f"{HERE}{entry.slug}/feed.atom",
    }  # fmt: skip
    return render(request, "loop/public/case.html", context)


@require_GET
def picture(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """One allowed picture of a case that is shown."""
    entry = opened(slug)
    row = next((one for one in store.photos_of([entry]).get(entry.pk, ()) if one.pk == key), None)
    if row is None:
        raise Refused("file-not-found", status=404)
    response = HttpResponse(uploads.read(row.digest), content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"  # taken off the list it is gone at once
    return response
