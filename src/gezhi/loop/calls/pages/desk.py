"""Calls of the desk: what rings now, missed calls oldest first, the calls behind a number, recordings, calling back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.codes import mask_phone
from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.calls import store
from gezhi.loop.calls.checks import SINCE
from gezhi.loop.calls.service import dialing, listening, ringing
from gezhi.loop.calls.service.rostering import due_handovers
from gezhi.loop.calls.use import in_use
from gezhi.loop.models import Call, Ringback
from gezhi.loop.pages import common
from gezhi.loop.service.reading import hidden
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of

READ = "call.read"
SALT = "gezhi.calls.recording"
LISTEN_FOR = 900  # seconds for which one permitted hearing lasts
SHOWN = 100
SETTLED = 20
LIGHTS = {"ringing": "due", "talking": "ok", "ended": "done", "missed": "late", "not_reached": "wait"}
OUTCOMES = ("no_answer", "busy", "wrong", "reached", "given_up")


def masked(call: Call, actor: Actor) -> str:
    """The number of the other end with its middle hidden; nothing of it where the reader must not know who asked."""
    if call.case is not None and hidden(actor, call.case):
        return ""
    known = identity_of(call.requester).get("phone", "") if call.requester.wrapped_key is not None else ""
    return mask_phone(known) if known else ""


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What rings, what was missed, what was settled last, and handovers that wait."""
    actor = common.guard(request, READ)
    moment = common.now()
    open_rows = list(store.ringbacks("open")[:SHOWN])
    settled = list(store.ringbacks().exclude(state__in=("open", "void")).order_by("-settled_at")[:SETTLED])
    live = list(store.live(moment)[:SHOWN])
    own = {case.pk for case in visible(actor).filter(pk__in=[c.case_id for c in live if c.case_id]).only("pk")}
    tried = store.tries([row.pk for row in [*open_rows, *settled]])
    asked = store.last_dials([row.pk for row in open_rows])
    extension = store.extension_of(int(actor.id)) if actor.kind == "user" else ""
    context = {
        "now": moment,
        "live": [call_line(call, actor, own) for call in live],
        "missed": [missed_line(row, actor, tried.get(row.pk, []), asked.get(row.pk), moment) for row in open_rows],
        "settled": [missed_line(row, actor, tried.get(row.pk, []), None, moment) for row in settled],
        "more": store.open_ringbacks() - len(open_rows),
        "may_try": bool(actor.grants_for("call.ringback")),
        "may_dial": bool(actor.grants_for("call.dial")),
        "extension": extension,
        "outcomes": [(code, pgettext("ringback-try", code)) for code in OUTCOMES],
        "handovers": [row for row in due_handovers(moment) if row["state"] in ("late", "untaken", "due", "written")],
        "unknown": store.unknown_agents(moment - SINCE) if actor.grants_for("shift.edit") else [],
    }
    return render(request, "loop/calls/calls.html", context)


def call_line(call: Call, actor: Actor, cases: set[Any]) -> dict[str, Any]:
    """One call in a list."""
    mine = actor.kind == "user" and call.agent_id == int(actor.id)
    return {
        "id": call.pk,
        "at": call.began_at,
        "masked": masked(call, actor),
        "state": pgettext("call", call.state),
        "light": LIGHTS[call.state],
        "direction": call.direction,
        "agent": call.agent.display_name if call.agent else call.agent_name,
        "unknown": bool(call.agent_name and not call.agent),
        "skill": call.skill,
        "wait": call.wait_s,
        "talk": call.talk_s,
        "rating": call.rating,
        "case": {"url": f"/desk/{call.case_id}/", "number": call.case.number}
        if call.case and call.case_id in cases
        else None,
        "open": f"/desk/call/?call={call.pk}" if mine else "",
        "listen": f"/desk/calls/{call.pk}/listen/" if listening.may_listen(actor, call) else "",
    }


def missed_line(row: Ringback, actor: Actor, tries: list[Any], asked: Any, moment: Any) -> dict[str, Any]:
    """One number to ring back, with its clock and what was tried."""
    light = (
        "ok"
        if row.due_at is None or moment < (row.soon_at or row.due_at)
        else "late"
        if moment >= row.due_at
        else "due"
    )
    return {
        "id": row.pk,
        "masked": masked(row.call, actor),
        "missed": row.missed,
        "at": row.missed_at,
        "last": row.last_missed_at,
        "clock": {"light": light, "due": row.due_at, "soon": row.soon_at}
        if row.due_at and row.state == "open"
        else None,
        "verified": row.verified,
        "source": row.source,
        "state": pgettext("ringback", row.state),
        "key": common.fresh_key(),
        "light": "done" if row.state in ("reached", "came_again") else "wait",
        "settled": row.settled_at,
        "skill": row.call.skill,
        "tries": [
            {"at": one.at, "who": one.user.display_name, "words": pgettext("ringback-try", one.outcome)}
            for one in tries
        ],
        "asked": {"at": asked.asked_at, "state": pgettext("dial", asked.state)} if asked is not None else None,
    }


def mask_line(row: Ringback, actor: Actor) -> dict[str, Any]:
    """A missed call of a handover."""
    light = "done" if row.state in ("reached", "came_again") else "wait" if row.state != "open" else "due"
    return {
        "masked": masked(row.call, actor),
        "at": row.missed_at,
        "state": pgettext("ringback", row.state),
        "light": light,
    }


def _acted(request: HttpRequest, act: Any, said: str, back: str) -> HttpResponse:
    """Do one thing of a list and go back to it, with what came of it."""
    _, refused = common.attempt(act)
    if refused is not None:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(back)


@require_POST
def note(request: HttpRequest, ringback_id: UUID) -> HttpResponse:
    """Note one try to reach a number."""
    actor = common.guard(request, "call.ringback")
    key, outcome = common.form_key(request), request.POST.get("outcome", "")
    act = partial(ringing.note_try, ringback_id, outcome, actor=actor, now=common.now(), key=key)
    return _acted(request, act, gettext("The try is noted."), "/desk/calls/")


@require_POST
def back(request: HttpRequest, ringback_id: UUID) -> HttpResponse:
    """Have a missed number called back."""
    actor = common.guard(request, "call.dial")
    key = common.form_key(request)
    act = partial(dialing.dial_back, ringback_id, actor=actor, now=common.now(), key=key)
    return _acted(
        request, act, gettext("Your telephone rings in a moment; pick up and the number is dialled."), "/desk/calls/"
    )


@require_POST
def dial(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Have the requester of a case called, for a purpose."""
    actor = common.guard(request, "call.dial")
    key, purpose = common.form_key(request), request.POST.get("purpose", "")[:40]
    act = partial(dialing.dial_case, case_id, purpose, actor=actor, now=common.now(), key=key)
    return _acted(
        request,
        act,
        gettext("Your telephone rings in a moment; pick up and the number is dialled."),
        f"/desk/{case_id}/",
    )


# ---- recordings


@require_http_methods(["GET", "POST"])
def hearing(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """A recording: asked for with GET, permitted with POST."""
    return listen(request, call_id) if request.method == "POST" else asking(request, call_id)


def listen(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Permit one hearing, write it down, and show the player."""
    actor = common.guard(request, "call.listen")
    purpose = request.POST.get("purpose", "")[:40]
    call = listening.listen(call_id, purpose, actor=actor, now=common.now())
    token = signing.dumps([str(call.pk), actor.id], salt=SALT)
    return render(
        request, "loop/calls/listen.html", {"source": f"/desk/calls/recording/{token}/", **_about(call, actor)}
    )


def asking(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Ask for what a recording is opened."""
    actor = common.guard(request, "call.listen")
    call = store.call(call_id)
    if call is None:
        raise Refused("call-not-found", status=404)
    listening.permit(actor, call)
    purposes = [(code, pgettext("purpose", code)) for code in listening.PURPOSES]
    return render(request, "loop/calls/listen.html", {"purposes": purposes, **_about(call, actor)})


def _about(call: Call, actor: Actor) -> dict[str, Any]:
    cases = {row.pk for row in visible(actor).filter(pk=call.case_id).only("pk")} if call.case_id else set()
    return {"call": call_line(call, actor, cases), "action": f"/desk/calls/{call.pk}/listen/", "now": common.now()}


@require_GET
def recording(request: HttpRequest, token: str) -> HttpResponse | StreamingHttpResponse:
    """The sound of a hearing that was permitted to this person a moment ago."""
    actor = common.guard(request, "call.listen")
    try:
        key, who = signing.loads(token, salt=SALT, max_age=LISTEN_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused("recording-missing", status=404) from None
    call = store.call(key) if who == actor.id else None
    if call is None:
        raise Refused("recording-missing", status=404)
    status, headers, parts = listening.fetched(call, request.headers.get("Range", ""))
    response = StreamingHttpResponse(parts, status=status, headers={**headers, "Accept-Ranges": "bytes"})
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = "inline"
    return response


# ---- for the case page


def of_case(case: Any, actor: Actor, *, may_reveal: bool, secret: bool) -> dict[str, Any]:
    """The calls of a case and whether its requester may be called; nothing where there is no telephone.

    Of a case whose requester this reader must not know, neither numbers nor recordings are spoken of.
    """
    if not in_use() or secret:
        return {}
    may_dial = may_reveal and actor.kind == "user" and bool(actor.grants_for("call.dial"))
    purposes = [(code, pgettext("purpose", code)) for code in dialing.PURPOSES]
    return {
        "calls": [call_line(call, actor, set()) for call in store.of_case(case.pk)],
        "dial": may_dial and bool(store.extension_of(int(actor.id))),
        "purposes": purposes,
        "action": f"/desk/calls/case/{case.pk}/",
        "key": common.fresh_key(),
    }
