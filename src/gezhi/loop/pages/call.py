"""The call screen: a caller's earlier cases, one form, suggestions while typing, and four ways to end the call."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.moments import when_words
from gezhi.loop.alike.service import ANSWERED, REPEAT, sure
from gezhi.loop.alike.service import asked as sought
from gezhi.loop.alike.service import near as alike
from gezhi.loop.calls import use as telephone
from gezhi.loop.calls.service import linking
from gezhi.loop.intake.pages import drafts
from gezhi.loop.intake.service import ending as empty
from gezhi.loop.intake.service import finishing, typing
from gezhi.loop.marks import service as marks
from gezhi.loop.models import Case
from gezhi.loop.pages import asking, behalf, call_form, common, doubting, suggesting
from gezhi.loop.pages.alike import line
from gezhi.loop.replies.service import using
from gezhi.loop.rules.doubts import Call, Doubt, of_call
from gezhi.loop.rules.words import OPEN
from gezhi.loop.service.acts import Moved
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Report, case_secret
from gezhi.loop.service.registering import register
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import find_by_phone, open_text

PAST = 5
RECENT = timedelta(days=7)
VERB = "case.answer"
HERE = "/desk/call/"
ENDINGS = {"dispatch": "dispatch", "accept": "accept", "answer": "answer", "receive": "keep"}
NONE = "none:"  # begins the ending of a call that brings no case


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Record a call and end it."""
    actor = common.guard(request, VERB)
    if request.method == "GET":
        return show(request, actor)
    key, ending = common.form_key(request), request.POST.get("ending", "receive")
    doubts = doubts_of(request, ending)
    if ending.startswith(NONE):
        ended = partial(without_case, request, actor, ending.removeprefix(NONE), key)
        result, refused = common.attempt(doubting.asked(request, doubts, ended))
        said = gettext("The call is noted: no case.")
    else:
        made, refused = common.attempt(doubting.asked(request, doubts, whole(request, actor, ending, key)))
        result = made.number if made is not None else None
        said = kept_words(request, actor, made) if made is not None else ""
    if result is None:
        return show(request, actor, refused=refused)
    typing.forget(key, actor=actor, now=common.now())
    using.count(request.POST.getlist("used"), now=common.now())
    messages.success(request, said)
    return common.done(HttpResponseRedirect(drafts.back_of(request, actor) or HERE), key)


def whole(request: HttpRequest, actor: Actor, ending: str, key: str) -> Callable[[], Moved]:
    """The act that ends the call in a case, with the call on the line and the part of a paste bound to it."""
    act = (lambda: add(request, actor, key)) if ending == "add" else (lambda: end(request, actor, ending, key))
    part = request.POST.get("draft", "")
    if is_key(part):
        inner = act
        act = lambda: finishing.finish(part, inner, actor=actor, now=common.now())  # noqa: E731 - one act around another
    bound = request.POST.get("call", "")
    return (lambda: linking.bound(bound, act, actor=actor, now=common.now())) if is_key(bound) else act


def kept_words(request: HttpRequest, actor: Actor, made: Moved) -> str:
    """What became of the call; with a new case what the person needs to follow it, to be told now."""
    said = gettext("%(number)s is kept: %(state)s.") % {
        "number": made.number, "state": pgettext("state", made.state),
    }  # fmt: skip
    own = request.POST.get("ending") == "add" and request.POST.get("to") == made.case
    if own or drafts.back_of(request, actor):  # he has his number already, or nobody is on the line
        return said
    told = gettext("Tell the person: number %(number)s, secret %(secret)s.")
    return f"{said} {told % {'number': made.number, 'secret': case_secret(made.case)}}"


def without_case(request: HttpRequest, actor: Actor, cause: str, key: str) -> str:
    """End a call that holds no request."""
    get, moment = request.POST.get, common.now()
    line = get("call", "")
    began = call_form.moment_of(get("began", ""), moment)
    return empty.without_case(
        cause, phone=get("phone", ""), call=line if is_key(line) else "", began_at=began, actor=actor, now=moment,
        key=key,
    )  # fmt: skip


def show(request: HttpRequest, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    """The screen, empty, with the draft that was not finished, or as it was typed."""
    typed: Any = request.POST if refused is not None else request.GET
    line = call_of(typed.get("call", ""), actor)
    draft = drafts.restore(request, line.get("id", ""), actor) if refused is None else None
    if draft is not None:
        typed = draft["typed"]
    elif line and refused is None:
        typed = typed.copy()
        typed.setdefault("phone", line["number"])
    fields = call_form.fields_of(typed, drafts.channel_of(request, actor, draft))
    errors = doubting.errors_of(refused, call_form.errors_in(typed, refused))
    common.mark(fields.values(), errors)
    dispatches = bool(actor.grants_for("case.dispatch"))
    context = {
        "f": fields, "errors": errors, "action": HERE,
        "doubt": doubting.shown(refused, doubting.key_of(typed.get("ending", ""))), "operator": actor.name,
        "dispatches": dispatches,
        "keys": call_form.keys(dispatches=dispatches), "causes": call_form.causes(), "line": line,
        "caller": {"words": line["words"]} if line else {}, "pulse": pulse(),
        "key": draft["key"] if draft else common.next_key(request, refused),
        "began": began_of(typed, draft, line), "to": typed.get("to", ""), "used": typed.getlist("used"),
        "draft": drafts.shown(request, draft, actor), "draft_url": f"{HERE}draft/",
        "suggest_url": f"{HERE}suggest/", "past_url": f"{HERE}past/",
        "stopped": call_form.stopped(refused, typed),
        "questions_url": f"{HERE}questions/", **asking.part(typed.get("matter", ""), typed, errors=errors),
        **past_of(actor, typed.get("phone", "")),
        **suggesting.suggestions(typed),
    }  # fmt: skip
    return render(request, "loop/call.html", context, status=refused.status if refused is not None else 200)


def began_of(typed: QueryDict, draft: dict[str, Any] | None, line: dict[str, Any]) -> str:
    """Since when the timer runs: the call on the line, else the form's own, also of a draft saved in this call."""
    if line.get("began"):
        return str(line["began"])
    given = typed.get("began", "") if draft is None else draft["began"]
    began = call_form.moment_of(given, common.now())
    return began.isoformat() if began is not None else ""


def pulse() -> dict[str, Any]:
    """Who waits on the line, and how fast calls were answered today; nothing where there is no telephone system."""
    return drafts.pulse(common.now()) if telephone.in_use() else {}


def call_of(key: str, actor: Actor) -> dict[str, Any]:
    """The call on the line that this person answers, with its number; none where it is another's or there is none."""
    if not is_key(key):
        return {}
    call = linking.own_call(key, actor)
    words = pgettext("call", call.state) + (f" · {call.skill}" if call.skill else "")
    began = call.answered_at or call.began_at
    return {"id": str(call.pk), "number": linking.number_of(call), "words": words, "began": began.isoformat()}


# ---- ending the call


def doubts_of(request: HttpRequest, ending: str) -> list[Doubt]:
    """What should be looked at once more before the call is ended so."""
    get = request.POST.get
    urgency, matter = get("urgency", "1"), get("matter", "")
    return of_call(Call(
        ending, kind=get("kind", ""), text=get("text", ""), reply=get("reply", ""), matter=matter, unit=get("unit", ""),
        urgency=int(urgency) if urgency in ("1", "2", "3", "4") else 1, unasked=asking.unasked(matter, request.POST),
    ))  # fmt: skip


def report_of(request: HttpRequest, actor: Actor) -> Report:
    """What the form says, as a report of this hotline."""
    get = request.POST.get
    urgency, point = get("urgency", "1"), drafts.point_of(request, actor)
    return Report(
        text=get("text", "").strip(), place=get("place", ""), object=get("object", ""),
        occurred=get("occurred", "").strip(), kind=get("kind", ""), matter=get("matter", ""),
        urgency=int(urgency) if urgency in ("1", "2", "3", "4") else 1, area=get("area", ""),
        channel=call_form.channel_of(get("channel", "")) or drafts.channel_of(request, actor),
        name=get("name", "").strip(), phone=get("phone", "").strip(),
        confidential=get("confidential") == "confidential", answers=answers_of(request),
        complained=complained_of(get("kind", ""), get("complained", "")), lon=point[0], lat=point[1],
        stop_reason=get("stop_reason", ""), **behalf.typed(request.POST),
    )  # fmt: skip


def complained_of(kind: str, typed: str) -> int | None:
    """The unit complained about; of a call that is no complaint none, whatever the hidden field still holds."""
    return common.unit_key(typed, "complained") if kind in ("", *call_form.ABOUT_OFFICES) else None


def answers_of(request: HttpRequest) -> dict[str, Any]:
    """What the caller answered to the questions of the matter."""
    asked = content().questions_for(request.POST.get("matter", ""))
    return {code: value for code, value in asking.typed_answers(asked, request.POST).items() if value}


def end(request: HttpRequest, actor: Actor, ending: str, key: str) -> Moved:
    """Open the case and end it in one act."""
    get = request.POST.get
    data: dict[str, Any] = {}
    match ending:
        case "dispatch" | "accept":
            if not get("matter"):
                raise Refused("matter-missing", status=422, field="matter")
            if ending == "dispatch":
                if not get("unit"):
                    raise Refused("field-missing", status=422, field="unit", move="dispatch")
                data = {"unit": get("unit")}
        case "answer":
            data = {"reply": get("reply", ""), "outcome": "answered"}
        case _:
            pass
    return register(
        report_of(request, actor), ENDINGS.get(ending, "keep"), data, actor=actor, now=common.now(), key=key
    ).moved


def add(request: HttpRequest, actor: Actor, key: str) -> Moved:
    """Add the call to a case: the caller's own gets it as a word more, another person's as a case merged into it."""
    chosen = request.POST.get("to", "")
    found = visible(actor).filter(pk=chosen).first() if is_key(chosen) else None
    if found is None:
        raise Refused("field-missing", status=422, field="to", move="add")
    answers = asking.in_words(asking.checked(request.POST.get("matter", ""), answers_of(request)), content())
    told = [request.POST.get("text", "").strip(), *(f"{one['q']} {one['a']}" for one in answers)]
    words = "\n".join(line for line in told if line)
    if found.requester_id in find_by_phone(request.POST.get("phone", "")):
        name = "supplement" if words else "chase"
        return move(found.pk, name, {"words": words} if words else {}, actor=actor, now=common.now(), key=key)
    report = report_of(request, actor)
    return register(report, "join", {"main": str(found.pk)}, actor=actor, now=common.now(), key=key).moved


def is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


# ---- what helps while the caller speaks


@require_POST
def past(request: HttpRequest) -> HttpResponse:
    """The caller's earlier cases, as a part of the screen."""
    actor = common.guard(request, VERB)
    found = past_of(actor, request.POST.get("phone", ""))
    return render(request, "loop/parts/past.html", {**found, "to": request.POST.get("to", "")})


def past_of(actor: Actor, phone: str) -> dict[str, Any]:
    """Earlier cases of a number, open ones first, found without opening any identity; and its calls without a case."""
    digits = phone.strip()
    if len(digits) < 7:  # shorter than any subscriber number
        return {"past": [], "asked": False}
    keys_, moment = find_by_phone(digits), common.now()
    still = ExpressionWrapper(Q(state__in=OPEN), output_field=BooleanField())
    rows = visible(actor).filter(requester__in=keys_).select_related("requester", "lead")
    rows = rows.annotate(still=still).order_by("-still", "-received_at")[: PAST + 1]
    shown = [case_line(case) for case in rows]
    listed = content().codes.get(empty.LIST, {})
    before = [
        {"cause": common.named(listed[cause]) if cause in listed else pgettext("no-case", cause), "count": count}
        for cause, count in empty.earlier(keys_, now=moment).items()
    ]
    held = marks.holding(keys_, moment)
    told = {"until": held.expires_at, "cause": common.code_name(content(), marks.REASONS, held.cause)} if held else None
    return {"past": shown[:PAST], "more": len(shown) > PAST, "asked": True, "now": moment, "empty_calls": before,
            "mark": told}  # fmt: skip


def case_line(case: Case) -> dict[str, Any]:
    """A case in two lines."""
    moment = common.now()
    story = open_text(case.requester, case.story)
    title = "" if case.confidential else str(story.get("title", ""))
    note = when_words(case.received_at, moment, "brief")
    if case.round > 1:
        note += " · " + gettext("round %(n)s") % {"n": case.round}
    if case.satisfaction:
        note += f" · {pgettext('satisfaction', case.satisfaction)}"
    light = common.row_light(case, moment)
    words = pgettext("state", case.state)
    return {
        "id": str(case.pk), "url": f"/desk/{case.pk}/", "title": title or case.number, "light": light,
        "open": case.state in OPEN, "note": note,
        "words": gettext("%(state)s, overdue") % {"state": words} if light == "late" else words,
    }  # fmt: skip


@require_POST
def questions(request: HttpRequest) -> HttpResponse:
    """What the chosen matter asks, as a part of the screen."""
    common.guard(request, VERB)
    context = {**asking.part(request.POST.get("matter", ""), request.POST), "desk": True}
    return render(request, "loop/parts/questions.html", context)


def tells_the_same(reasons: Iterable[tuple[str, int, int]]) -> bool:
    """Whether at least half of the telling words are shared: less is another question with a few of the same words.

    >>> tells_the_same([("words", 2, 5), ("days", 3, 0)]), tells_the_same([("words", 3, 6)])
    (False, True)
    """
    return any(code == "words" and shared * 2 >= of for code, shared, of in reasons)


@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Matter, unit, ready answers and similar cases for what is typed so far."""
    actor = common.guard(request, VERB)
    get = request.POST.get
    found = suggesting.suggestions(request.POST)
    moment = common.now()
    typed = sought(
        get("text", ""), place=get("place", ""), object_=get("object", ""), matter=get("matter", ""),
        area=get("area", ""), now=moment,
    )  # fmt: skip
    near = alike(typed, actor=actor, now=moment, within=RECENT)
    before = alike(typed, actor=actor, now=moment, states=ANSWERED, within=REPEAT, least=sure(), most=8, dormant=True)
    answered = [each for each in before.rows if tells_the_same(each.reasons)][:2]
    more = {"common": near.common, "near": [line(each) for each in near.rows], "to": get("to", ""),
            "answered": [line(each) for each in answered]}  # fmt: skip
    return render(request, "loop/parts/suggest.html", {**found, **more})
