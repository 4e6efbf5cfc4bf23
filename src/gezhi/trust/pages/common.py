"""What the pages of this room share: field descriptors, page numbers, an act tried from a form."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.text import pick
from gezhi.trust import service
from gezhi.trust.models import Unit
from gezhi.trust.rules import Actor

T = TypeVar("T")
Fields = list[dict[str, Any]]


def now() -> datetime:
    """The moment of this request."""
    return timezone.now()


def guard(request: HttpRequest, verb: str) -> Actor:
    """The signed-in actor, who has some post with this verb; what it covers is checked by the act."""
    actor = service.actor_from_request(request)
    if not actor.grants_for(verb):
        service.require(actor, verb)
    return actor


def field(name: str, label: str, kind: str = "text", value: object = "", **more: Any) -> dict[str, Any]:
    """One field for `gezhi/parts/field.html`."""
    return {"name": name, "label": label, "type": kind, "value": value, **more}


def choices(options: Sequence[tuple[str, str]], chosen: str) -> list[dict[str, Any]]:
    """Options of a select or of radio buttons."""
    return [{"value": value, "label": label, "selected": value == chosen} for value, label in options]


def unit_options(units: Sequence[Unit], chosen: str, language: str) -> list[dict[str, Any]]:
    """Units as options, deeper ones set in."""
    rows = []
    for unit in units:
        depth = unit.path.count(".")
        label = "\u3000" * depth + pick(unit, "name", language)
        rows.append({"value": unit.code, "label": label, "selected": unit.code == chosen, "words": unit.code})
    return rows


def attempt(act: Callable[[], T]) -> tuple[T | None, Refused | None]:
    """The result of an act, or why it was refused; a refusal of permission goes its own way."""
    try:
        return act(), None
    except Refused as refused:
        if refused.status in {401, 403} and refused.code in {"sign-in-needed", "not-allowed", "password-due"}:
            raise
        return None, refused


def errors_of(refused: Refused | None, name: str = "") -> list[dict[str, str]]:
    """A refusal for `gezhi/parts/errors.html`, linked to the field it is about where one is named."""
    return [] if refused is None else [{"name": name, "text": sentence(refused)}]


def form(
    request: HttpRequest,
    *,
    title: str,
    fields: Fields,
    refused: Refused | None = None,
    **context: Any,
) -> HttpResponse:
    """The plain form page: title, intro, crumbs, fields, submit, back."""
    status = refused.status if refused is not None else 200
    given = {"submit": gettext("Save"), "errors": errors_of(refused), **context}
    return render(request, "trust/form.html", {"title": title, "fields": fields, **given}, status=status)


def page_number(request: HttpRequest) -> int:
    """The page asked for, one where it is none."""
    raw = request.GET.get("page", "")
    return max(1, int(raw)) if raw.isdecimal() and len(raw) < 7 else 1


def pages(number: int, total: int, size: int) -> dict[str, Any]:
    """What `gezhi/parts/pager.html` wants."""
    count = max(1, -(-total // size))
    number = min(number, count)
    return {"number": number, "pages": count, "total": total, "previous": number - 1, "next": number + 1}
