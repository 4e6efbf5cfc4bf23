"""Doors for the phone's queue: what it keeps, photos piece by piece, acts one by one; refusals come as data."""

import functools
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import refusal_json
from gezhi.kit.parsing import read_json
from gezhi.kit.text import clean
from gezhi.loop.field import saying
from gezhi.loop.field.pages import shown
from gezhi.loop.field.pages.phone import AHEAD, arrived, worker
from gezhi.loop.field.rules.parts import PIECE
from gezhi.loop.field.service import parts
from gezhi.loop.field.service.steps import Done
from gezhi.loop.pages import common
from gezhi.loop.store.content import content

BODY = 200_000  # bytes of one act without its photos
View = Callable[..., HttpResponse]


def as_data(view: View) -> View:
    """Refusals as data, the sign-in that is needed too: a queue cannot follow to a page."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refusal_json(refused)

    return answered


@never_cache
@require_GET
@as_data
def state(request: HttpRequest) -> HttpResponse:
    """What the phone keeps for when there is no line."""
    actor, now = worker(request), common.now()
    told = shown.kept_by_phone(actor, content(), now, timezone.localdate(now) + AHEAD)
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@never_cache
@require_GET
@as_data
def pass_(request: HttpRequest) -> HttpResponse:
    """Whether this person is signed in, and the token of forms; never kept."""
    return JsonResponse({"user": worker(request).id, "token": get_token(request)})


@never_cache
@require_http_methods(["GET", "POST"])
@as_data
def part(request: HttpRequest, key: str) -> HttpResponse:
    """GET: how much of a photo has arrived. POST: the next piece, as the body; where it belongs is in two headers."""
    actor = worker(request)
    if request.method == "GET":
        return JsonResponse({"offset": parts.offset(key, actor=actor)})
    at, length = _number(request, "Upload-Offset"), _number(request, "Upload-Length")
    if int(request.headers.get("Content-Length") or 0) > PIECE:
        raise Refused("field-piece-large", status=413, most=PIECE)
    name = clean(unquote(request.headers.get("Upload-Name", "")))
    got = parts.put(key, at, length, request.body, name=name, actor=actor, now=common.now())
    return JsonResponse({"offset": got})


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise Refused("field-invalid", status=422, field=header, value=text[:40])
    return int(text)


@never_cache
@require_POST
@as_data
def send(request: HttpRequest) -> HttpResponse:
    """One act of the queue."""
    actor = worker(request)
    told = _body(request)
    data = told.get("fields") or {}
    if not isinstance(data, dict):
        raise Refused("malformed", status=422, fields=["body"])
    data = {**data, "parts": told.get("parts") or [], "made": told.get("made"), "sent": told.get("sent")}
    done = saying.perform(
        str(told.get("kind", "")), str(told.get("of", "")), data, (), actor=actor, now=common.now(),
        key=str(told.get("key", "")),
    )  # fmt: skip
    return JsonResponse(answer_of(done, data), json_dumps_params={"ensure_ascii": False})


def answer_of(done: Done, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the phone shows of an act that has arrived; where it came late, both sides."""
    told = {**done.as_dict(), "words": arrived(done), "clash_words": "", "theirs": []}
    if done.clash:
        seen = saying.whole(data, "seen")
        told["clash_words"] = pgettext("clash-told", done.clash)
        told["theirs"] = [
            f"{timezone.localtime(row['at']):%m-%d %H:%M} {row['move']} → {row['state']}"
            for row in shown.theirs(done.case, done.last if seen is None else seen)
        ]
    return told


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > BODY:
        raise Refused("malformed", status=413, fields=["body"])
    try:
        told = read_json(request.body)
    except ValueError as error:
        raise Refused("malformed", status=422, fields=["body"]) from error
    if not isinstance(told, dict):
        raise Refused("malformed", status=422, fields=["body"])
    return told
