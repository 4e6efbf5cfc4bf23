"""Drafts of the call screen: kept every five seconds, back after a crash in the same call, offered beside another."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from gezhi.loop.intake import store
from gezhi.loop.intake.service import finishing, typing
from gezhi.loop.models import Draft
from gezhi.loop.pages import common
from gezhi.trust.rules import Actor

VERB = "case.answer"
SKIPPED = frozenset({"csrfmiddlewaretoken", "key", "call", "draft", "ending", "cause", "sure"})
SAME_CALL = timedelta(minutes=5)  # saved so lately, the call is still the one that it was
GIVEN = ("phone", "text", "matter", "place")  # an address that fills these in wants no draft
WORDS = 24  # characters by which a draft is known again


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is typed; answers with the moment."""
    actor = common.guard(request, VERB)
    get, moment = request.POST.get, common.now()
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in SKIPPED}
    call = get("call", "")
    typing.save(
        typed, key=common.form_key(request), draft=_key(get("draft", "")), call=UUID(call) if _key(call) else None,
        actor=actor, now=moment,
    )  # fmt: skip
    return JsonResponse({"at": timezone.localtime(moment).strftime("%H:%M:%S")})


@require_GET
def offered(request: HttpRequest) -> HttpResponse:
    """The bar of unfinished drafts, without that of the form in hand."""
    actor = common.guard(request, VERB)
    return bar(request, request.GET.get("beside", ""), actor)


def bar(request: HttpRequest, key: str, actor: Actor) -> HttpResponse:
    """Drafts beside the form with this key, as a part of the screen."""
    return render(request, "loop/parts/drafts.html", {"draft": {"others": others(key, actor)}, "key": key})


@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """Throw the draft of a form away: the one in hand, or with `beside` another one that is offered in the bar."""
    actor = common.guard(request, VERB)
    typing.forget(common.form_key(request), actor=actor, now=common.now())
    if request.headers.get("HX-Request") == "true":
        return bar(request, request.POST.get("beside", ""), actor)
    call = request.POST.get("call", "")
    return HttpResponseRedirect(f"/desk/call/?call={call}" if _key(call) else "/desk/call/")


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def restore(request: HttpRequest, call: str, actor: Actor) -> dict[str, Any] | None:
    """The draft that the screen begins with: the one asked for, that of its own address, or of the call on the line.

    A new call begins empty: what was typed in another one is offered in a bar and stands in no field.
    """
    get = request.GET.get
    if actor.kind != "user" or get("new") or (not get("draft") and any(get(name) for name in GIVEN)):
        return None
    found = typing.restored(
        draft=_key(get("draft", "")), form=get("form", "")[:100], call=UUID(call) if call else None, actor=actor,
        now=common.now(),
    )  # fmt: skip
    if found is None:
        return None
    typed = QueryDict(mutable=True)
    for name, values in found.fields.items():
        typed.setlist(name, values)
    same = not found.pasted and common.now() - found.saved_at < SAME_CALL
    return {"typed": typed, "key": found.key, "began": typed.get("began", "") if same else "", "at": found.saved_at,
            "pasted": found.pasted, "id": str(found.id)}  # fmt: skip


def shown(request: HttpRequest, draft: dict[str, Any] | None, actor: Actor) -> dict[str, Any]:
    """What the screen says of its draft: when it was kept, and of a part of a paste its pictures and the way back."""
    row = _of_form(request, actor) if draft is None else None
    if draft is not None and draft["pasted"]:
        row = store.any_draft(draft["id"], int(actor.id))
    said: dict[str, Any] = {"at": draft["at"] if draft is not None and not draft["pasted"] else None}
    said["others"] = others(draft["key"] if draft is not None else request.POST.get("key", ""), actor)
    if row is not None and row.paste_id is not None:
        pictures, back = store.pictures_of_draft(row), f"/desk/intake/{row.paste_id}/"
        said |= {"id": str(row.pk), "back": back, "pictures": [shot(one) for one in pictures],
                 "point": finishing.first_place(pictures)}  # fmt: skip
    return said


def others(key: str, actor: Actor) -> list[dict[str, Any]]:
    """Drafts of other calls that this person has not finished: number, moment and first words of each."""
    if actor.kind != "user":
        return []
    return [line(one) for one in typing.unfinished((key,), actor=actor, now=common.now())]


def line(typed: typing.Typed) -> dict[str, Any]:
    """What a draft is known again by; it is taken up at its own address."""
    words = next((told for name in ("text", "reply", "object", "place") if (told := typing.said(typed, name))), "")
    short = f"{words[:WORDS]}…" if len(words) > WORDS else words
    return {"key": typed.key, "at": typed.saved_at, "phone": typing.said(typed, "phone"),
            "name": typing.said(typed, "name"), "words": " ".join(short.split()),
            "url": f"/desk/call/?{urlencode({'form': typed.key})}"}  # fmt: skip


def shot(picture: Any) -> dict[str, Any]:
    """A picture for `gezhi/parts/photos.html`."""
    url = f"/desk/intake/picture/{picture.pk}/"
    return {"url": url, "thumb": url, "name": str(picture.position), "caption": ""}


def _of_form(request: HttpRequest, actor: Actor) -> Draft | None:
    key = _key(request.POST.get("draft", ""))
    return store.any_draft(key, int(actor.id)) if key and actor.kind == "user" else None


def back_of(request: HttpRequest, actor: Actor) -> str:
    """The paste that the finished draft came from."""
    row = _of_form(request, actor)
    return f"/desk/intake/{row.paste_id}/" if row is not None and row.paste_id else ""


def channel_of(request: HttpRequest, actor: Actor, draft: dict[str, Any] | None = None) -> str:
    """By which channel it came: the hotline, unless it was pasted."""
    pasted = draft is not None and draft["pasted"]
    row = store.any_draft(draft["id"], int(actor.id)) if draft is not None and pasted else _of_form(request, actor)
    return row.paste.channel if row is not None and row.paste is not None else "hotline"


def point_of(request: HttpRequest, actor: Actor) -> tuple[float, float] | tuple[None, None]:
    """Where the pictures of a draft were taken, when the clerk says that it is the place."""
    row = _of_form(request, actor) if request.POST.get("point") == "1" else None
    found = finishing.first_place(store.pictures_of_draft(row)) if row is not None else None
    return found or (None, None)


def pulse(now: datetime) -> dict[str, Any]:
    """Callers who wait and the mean seconds until an answer, today."""
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = store.pulse(since)
    mean = found["mean"]
    return {"waiting": found["waiting"], "mean": round(mean) if mean is not None else None}
