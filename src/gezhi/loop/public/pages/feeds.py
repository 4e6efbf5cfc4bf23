"""Atom feeds to follow without an account: of the list as it was searched, and of one case."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base_url
from gezhi.loop.public import store
from gezhi.loop.public.pages.lists import HERE, address, opened, wish_of
from gezhi.loop.public.pages.shown import lines, steps

MOST = 50
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    r"""A text that XML can hold.

    >>> plain("a\x0bb\ufffe")
    'ab'
    """
    return ILLEGAL.sub("", text)


def html(*parts: str) -> str:
    """Paragraphs as readers of feeds show them: what people wrote is text in them, never a tag.

    >>> html("<b>x</b>", "")
    '<p>&lt;b&gt;x&lt;/b&gt;</p>'
    """
    made = (escape(plain(part)).replace("\n", "<br>") for part in parts if part)
    return "".join(f"<p>{part}</p>" for part in made)


def answered(request: HttpRequest, title: str, path: str, own: str, items: Iterable[dict[str, Any]]) -> HttpResponse:
    """A feed as an answer."""
    base = base_url(request)
    feed = Atom1Feed(plain(title), f"{base}{path}", "", language=common.language(), feed_url=f"{base}{own}",
                     feed_guid=f"{base}{own}", author_name=plain(common.place_name() or gettext("Gezhi")))  # fmt: skip
    for item in items:
        feed.add_item(**item)
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The newest of the list, as it was searched."""
    wish, base = wish_of(request), base_url(request)
    query = address(wish)
    tail = f"?{query}" if query else ""
    items = [
        {"title": plain(f"{one['title']} · {one['state']}"), "link": f"{base}{one['url']}",
         "unique_id": f"{base}{one['url']}", "pubdate": one["at"], "updateddate": one["changed"],
         "categories": [plain(one["matter"])] if one["matter"] else [],
         "description": html(one["place"], one["text"], one["answer"])}
        for one in lines(list(store.found(wish)[:MOST]))
    ]  # fmt: skip
    return answered(request, gettext("Public requests"), f"{HERE}{tail}", f"{HERE}feed.atom{tail}", items)


@never_cache
@require_GET
def case(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens with one case."""
    entry, base = opened(slug), base_url(request)
    one = lines([entry])[0]
    items = [
        {"title": plain(step["text"]), "link": f"{base}{one['url']}", "unique_id": f"{base}{one['url']}#{step['no']}",
         "pubdate": day(step["at"]), "updateddate": day(step["at"]), "description": html(one["place"])}
        for step in reversed(steps(entry))
    ]  # fmt: skip
    if one["answer"]:
        items.insert(0, {"title": plain(gettext("The answer")), "link": f"{base}{one['url']}",
                         "unique_id": f"{base}{one['url']}#answer-{entry.round}", "pubdate": one["changed"],
                         "updateddate": one["changed"], "description": html(one["answer"])})  # fmt: skip
    return answered(request, one["title"], one["url"], f"{one['url']}feed.atom", items)


def day(at: datetime) -> datetime:
    """The beginning of the day: at what minute somebody acted is nobody's business."""
    from django.utils import timezone

    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
