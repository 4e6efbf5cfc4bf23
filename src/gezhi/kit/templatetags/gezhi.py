"""The house's template tags: icons, moments and clocks in words, symbolic words, bilingual names, masks."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from gezhi.kernel.codes import mask_name, mask_phone
from gezhi.kit.moments import clock_words, when_words
from gezhi.kit.navigation import Item, sections
from gezhi.kit.text import pick

register = template.Library()
LIGHT_ICONS = {"due": "clock", "late": "alert-circle", "wait": "player-pause", "done": "check"}


def _now(context: Mapping[str, Any]) -> datetime:
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


@register.simple_tag
@lru_cache(maxsize=512, typed=True)  # a list shows the same few a hundred times; safe and plain text are told apart
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; decorative unless it carries a label of its own."""
    use = format_html('<use href="{}#{}"></use>', static("gezhi/icons.svg"), name)
    if label:
        return format_html('<svg class="i" role="img" aria-label="{0}"><title>{0}</title>{1}</svg>', label, use)
    return format_html('<svg class="i" aria-hidden="true">{}</svg>', use)


@register.simple_tag(takes_context=True)
def when(context: Mapping[str, Any], moment: datetime | date | None, form: str = "near") -> SafeString | str:
    """A moment as people read it, with the exact one on hover; empty for none."""
    if not moment:
        return ""
    now = _now(context)
    full = when_words(moment, now, "full")
    if isinstance(moment, datetime):
        stamp = timezone.localtime(moment).isoformat(timespec="seconds")
    else:
        stamp = moment.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, full, when_words(moment, now, form))


def _fact(clock: Any, name: str) -> Any:
    return clock.get(name) if isinstance(clock, Mapping) else getattr(clock, name, None)


@register.simple_tag(takes_context=True)
def clockwords(context: Mapping[str, Any], clock: Any) -> str:
    """What a clock says in words; `clock` has `light` and `due`."""
    return clock_words(_fact(clock, "light") or "ok", _fact(clock, "due"), _now(context))


@register.simple_tag(takes_context=True)
def clockchip(context: Mapping[str, Any], clock: Any, lead: str = "") -> SafeString | str:
    """A clock as a chip: icon, words, the exact moment on hover; `lead` is said before the words."""
    if not clock:
        return ""
    light, due, soon = _fact(clock, "light") or "ok", _fact(clock, "due"), _fact(clock, "soon")
    words = clock_words(light, due, _now(context))
    mark = icon(LIGHT_ICONS[light]) if light in LIGHT_ICONS else ""
    said = format_html("{} {}", lead, words) if lead else words
    if due is None or light in ("wait", "done"):
        return format_html('<span class="chip {}">{}{}</span>', light, mark, said)
    stamp = timezone.localtime(due).isoformat(timespec="seconds")
    title = gettext("Due %(moment)s") % {"moment": when_words(due, _now(context), "full")}
    return format_html(
        '<span class="chip {}" title="{}" data-due="{}" data-soon="{}">{}<span>{}{}</span></span>',
        light, title, stamp, soon.isoformat() if soon else "", mark, f"{lead} " if lead else "", words,
    )  # fmt: skip


@register.simple_tag
@lru_cache(maxsize=512, typed=True)
def chip(light: str, words: str) -> SafeString:
    """A state in words with the colour and icon of its light."""
    mark = icon(LIGHT_ICONS[light]) if light in LIGHT_ICONS else ""
    return format_html('<span class="chip {}">{}{}</span>', light, mark, words)


@register.simple_tag
def word(context: str, key: object) -> str:
    """The word for a code: state, move, kind, urgency, outcome, satisfaction, stage, role, refusal …"""
    return pgettext(context, str(key)) if key not in (None, "") else ""


@register.simple_tag
def pickname(thing: Any, field: str = "name") -> SafeString | str:
    """A bilingual name in the reader's language; Chinese, marked as such, where English is missing."""
    if not thing:
        return ""
    language = get_language() or "zh-hans"
    name = str(pick(thing, field, language) or "")
    missing = not language.startswith("zh") and name and not _fact(thing, f"{field}_en")
    return format_html('<span lang="zh">{}</span>', name) if missing else name


@register.filter
def mask(value: object) -> str:
    """A phone or a name with the middle or the end hidden.

    >>> mask("13812346207"), mask("王小明"), mask(None)
    ('138****6207', '王**', '')
    """
    text = str(value or "").strip()
    return mask_phone(text) if text.lstrip("+").replace("-", "").replace(" ", "").isdigit() else mask_name(text)


@register.filter
def filesize(value: object) -> str:
    """Bytes as people read them.

    >>> filesize(512), filesize(1536000)
    ('1 KB', '1.5 MB')
    """
    size = int(str(value or 0))
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: object) -> str:
    """The present address with some parameters changed; an empty value removes one."""
    request = context.get("request")
    params = request.GET.copy() if request is not None else {}
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    text = params.urlencode() if hasattr(params, "urlencode") else urlencode(params)
    return f"?{text}" if text else "?"


@register.simple_tag(takes_context=True)
def navigation(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections that this person may open; a page may give its own as `nav`."""
    request, given = context.get("request"), context.get("nav")
    if given is not None or request is None:
        return list(given or ())
    items = sections(request)
    nearest = max((item for item in items if item.current(request.path)), key=lambda item: len(item.url), default=None)
    return [_link(item, current=item is nearest) for item in items]


def _link(item: Item, *, current: bool) -> dict[str, Any]:
    return {
        "label": item.label, "url": item.url, "icon": item.icon, "place": item.place, "searches": item.searches,
        "current": current, "ring": item.ring, "polls": item.polls,
    }  # fmt: skip


@register.simple_tag
def spans() -> dict[str, str]:
    """The patterns with which the browser keeps clocks fresh, the number as {n}."""
    patterns: dict[str, str] = {}
    for unit, one, many in (
        ("minute", "%(n)d minute", "%(n)d minutes"),
        ("hour", "%(n)d hour", "%(n)d hours"),
        ("day", "%(n)d day", "%(n)d days"),
    ):
        patterns[unit] = ngettext(one, many, 1).replace("%(n)d", "{n}")
        patterns[f"{unit}s"] = ngettext(one, many, 2).replace("%(n)d", "{n}")
    patterns["left"] = gettext("%(span)s left").replace("%(span)s", "{span}")
    patterns["late"] = gettext("%(span)s overdue").replace("%(span)s", "{span}")
    return patterns


@register.simple_tag
def other_languages() -> list[dict[str, str]]:
    """The languages that one may change to, each by its own name."""
    present = get_language()
    return [
        {"code": code, "tag": "zh-Hans" if code == "zh-hans" else code, "name": "中文" if code == "zh-hans" else name}
        for code, name in settings.LANGUAGES
        if code != present
    ]


@register.simple_tag
def mark() -> SafeString:
    """The product's mark, beside its name."""
    return format_html('<img src="{}" alt="" width="24" height="24">', static("gezhi/mark.svg"))


@register.simple_tag
def script(name: str) -> SafeString | str:
    """A front-end package, where set-up has collected it; every page works without."""
    path = f"gezhi/vendor/{name}"
    return format_html('<script src="{}" defer></script>', static(path)) if finders.find(path) else ""
