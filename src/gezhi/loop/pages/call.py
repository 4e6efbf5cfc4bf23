"""The call screen: a caller's earlier cases, one form, suggestions while typing, and four ways to end the call."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.alike.service import ANSWERED, REPEAT
from gezhi.loop.alike.service import asked as sought
from gezhi.loop.alike.service import near as alike
from gezhi.loop.calls.service import linking
from gezhi.loop.models import Case
from gezhi.loop.pages import asking, common, suggesting
from gezhi.loop.pages.alike import line
from gezhi.loop.pages.forms import area_options, matter_options, unit_options
from gezhi.loop.rules.words import CONFIDENTIALITY, KINDS, TEXT_LIMIT, URGENCIES, URGENCY_WORDS
from gezhi.loop.service.acts import Moved
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Report
from gezhi.loop.service.registering import register
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import find_by_phone, open_text

PAST = 8
RECENT = timedelta(days=7)
VERB = "case.answer"
ENDINGS = {"dispatch": "dispatch", "answer": "answer", "invalid": "decline", "receive": "keep"}
ABOUT_OFFICES = ("complaint", "report")  # kinds that may be about an office or its people
INVALID = "no_content"  # the reason in the pack's list for calls that hold no request


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Record a call and end it."""
    actor = common.guard(request, VERB)
    if request.method == "GET":
        return show(request, actor)
    key = common.form_key(request)
    ending = request.POST.get("ending", "receive")
    act = (lambda: add(request, actor, key)) if ending == "add" else (lambda: end(request, actor, ending, key))
    bound = request.POST.get("call", "")
    whole = (lambda: linking.bound(bound, act, actor=actor, now=common.now())) if is_key(bound) else act
    result, refused = common.attempt(whole)
    if result is None:
        return show(request, actor, refused=refused)
    said = {"number": result.number, "state": pgettext("state", result.state)}
    messages.success(request, gettext("%(number)s is kept: %(state)s.") % said)
    return common.done(HttpResponseRedirect("/desk/call/"), key)


def show(request: HttpRequest, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    """The screen, empty or as it was typed."""
    typed: Any = request.POST if refused is not None else request.GET
    line = call_of(typed.get("call", ""), actor)
    if line and refused is None:
        typed = typed.copy()
        typed.setdefault("phone", line["number"])
    fields = fields_of(typed)
    errors = errors_in(typed, refused)
    common.mark(fields.values(), errors)
    context = {
        "f": fields, "errors": errors, "action": "/desk/call/", "operator": actor.name, "keys": keys(),
        "line": line, "caller": {"words": line["words"]} if line else {},
        "key": common.form_key(request) if refused is not None else common.fresh_key(),
        "suggest_url": "/desk/call/suggest/", "past_url": "/desk/call/past/",
        "questions_url": "/desk/call/questions/", **asking.part(typed.get("matter", ""), typed, errors=errors),
        **past_of(actor, typed.get("phone", "")),
        **suggesting.suggestions(
            typed.get("text", ""), typed.get("place", ""), typed.get("matter", ""), typed.get("area", "")
        ),
    }  # fmt: skip
    return render(request, "loop/call.html", context, status=refused.status if refused is not None else 200)


def call_of(key: str, actor: Actor) -> dict[str, str]:
    """The call on the line that this person answers, with its number; none where it is another's or there is none."""
    if not is_key(key):
        return {}
    call = linking.own_call(key, actor)
    words = pgettext("call", call.state) + (f" · {call.skill}" if call.skill else "")
    return {"id": str(call.pk), "number": linking.number_of(call), "words": words}


def errors_in(typed: QueryDict, refused: Refused | None) -> list[dict[str, str]]:
    """Why the call was not kept; a caller who does not know an answer keeps nobody from ending the call."""
    if refused is not None and refused.facts.get("field") == "answers":
        return asking.problems(typed.get("matter", ""), typed, whole=False)
    return common.errors_of(refused)


def fields_of(typed: Any) -> dict[str, common.Field]:
    """The fields of the form, with their keys."""
    kept = content()
    get = typed.get
    secret = [(code, pgettext("confidentiality", code)) for code in CONFIDENTIALITY]
    urgent = [(n, pgettext("urgency", URGENCY_WORDS[n])) for n in URGENCIES]
    return {
        "phone": common.field("phone", gettext("Number"), "tel", get("phone", "")),
        "name": common.field("name", gettext("Caller"), value=get("name", "")),
        "confidential": common.field("confidential", gettext("Confidentiality"), "seg",
                                     options=common.choices(secret, get("confidential", "normal"))),
        "kind": common.field("kind", gettext("Kind"), "seg",
                             options=kind_options(get("kind", ""))),
        "complained": common.field("complained", gettext("Complained about"), "unit",
                                   options=unit_options([get("complained", "")])),
        "place": common.field("place", gettext("Place"), value=get("place", "")),
        "area": common.field("area", gettext("Area"), "area", options=area_options(get("area", "")), bare=True,
                             placeholder=gettext("Area")),
        "text": common.field("text", gettext("Content"), "textarea", get("text", ""), key="Alt+T", rows=4,
            max=TEXT_LIMIT),
        "urgency": common.field("urgency", gettext("Urgency"), "seg",
            options=common.choices(urgent, get("urgency", "1"))),
        "matter": common.field("matter", gettext("Matter"), "matter", key="Alt+M",
                               options=matter_options(kept, get("matter", ""))),
        "unit": common.field("unit", gettext("Unit"), "unit", key="Alt+U", options=unit_options([get("unit", "")])),
        "reply": common.field("reply", pgettext("noun", "Answer"), "textarea", get("reply", ""), key="Alt+R", rows=2,
                              max=TEXT_LIMIT),
    }  # fmt: skip


def kind_options(chosen: str) -> list[common.Field]:
    """The kinds; those that may be about an office show the field that names it."""
    options = common.choices([(kind, pgettext("kind", kind)) for kind in KINDS], chosen)
    for option in options:
        if option["value"] in ABOUT_OFFICES:
            option["shows"] = "complained"
    return options


def keys() -> list[dict[str, Any]]:
    """What the keyboard can do on a call."""
    rows = [
        ("F4", gettext("Dispatch")), ("F2", gettext("Answer at once")), ("F6", gettext("Add to a case")),
        ("F8", gettext("Invalid call")), ("F9", gettext("Keep for later")), ("Alt 0", gettext("Number")),
        ("Alt K", gettext("Kind")), ("Alt T", gettext("Content")), ("Alt M", gettext("Matter")),
        ("Alt Q", gettext("Questions of the matter")), ("Alt U", gettext("Unit")),
        ("Alt R", pgettext("noun", "Answer")), ("Alt 1–3", gettext("take over a suggestion")),
    ]  # fmt: skip
    return [{"title": "", "rows": [{"keys": [key], "text": text} for key, text in rows]}]


# ---- ending the call


def report_of(request: HttpRequest, *, invalid: bool = False) -> Report:
    """What the form says, as a report of this hotline."""
    get = request.POST.get
    urgency = get("urgency", "1")
    text = get("text", "").strip() or (gettext("Invalid call") if invalid else "")
    return Report(
        text=text, place=get("place", ""), kind=get("kind", ""), matter=get("matter", ""),
        urgency=int(urgency) if urgency in ("1", "2", "3", "4") else 1, area=get("area", ""), channel="hotline",
        name=get("name", "").strip(), phone=get("phone", "").strip(),
        confidential=get("confidential") == "confidential", answers=answers_of(request),
        complained=complained_of(get("kind", ""), get("complained", "")),
    )  # fmt: skip


def complained_of(kind: str, typed: str) -> int | None:
    """The unit complained about; of a call that is no complaint none, whatever the hidden field still holds."""
    return common.unit_key(typed, "complained") if kind in ("", *ABOUT_OFFICES) else None


def answers_of(request: HttpRequest) -> dict[str, Any]:
    """What the caller answered to the questions of the matter."""
    asked = content().questions_for(request.POST.get("matter", ""))
    return {code: value for code, value in asking.typed_answers(asked, request.POST).items() if value}


def end(request: HttpRequest, actor: Actor, ending: str, key: str) -> Moved:
    """Open the case and end it in one act."""
    get = request.POST.get
    data: dict[str, Any] = {}
    match ending:
        case "dispatch":
            if not get("matter"):
                raise Refused("matter-missing", status=422, field="matter")
            if not get("unit"):
                raise Refused("field-missing", status=422, field="unit", move="dispatch")
            data = {"unit": get("unit")}
        case "answer":
            data = {"reply": get("reply", ""), "outcome": "answered"}
        case "invalid":
            data = {
                "cause": INVALID,
                "basis": gettext("The call held no request."),
                "reply": gettext("Nothing to handle."),
            }
        case _:
            pass
    report = report_of(request, invalid=ending == "invalid")
    return register(report, ENDINGS.get(ending, "keep"), data, actor=actor, now=common.now(), key=key).moved


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
    report = report_of(request)
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
    return render(request, "loop/parts/past.html", past_of(actor, request.POST.get("phone", "")))


def past_of(actor: Actor, phone: str) -> dict[str, Any]:
    """Earlier cases of a number, found without opening any identity."""
    digits = phone.strip()
    if len(digits) < 7:  # shorter than any subscriber number
        return {"past": [], "asked": False}
    keys_ = find_by_phone(digits)
    rows = (
        visible(actor).filter(requester__in=keys_).select_related("requester", "lead").order_by("-received_at")[:PAST]
    )
    return {"past": [case_line(case) for case in rows], "asked": True, "now": common.now()}


def case_line(case: Case) -> dict[str, Any]:
    """A case in two lines."""
    moment = common.now()
    story = open_text(case.requester, case.story)
    title = "" if case.confidential else str(story.get("title", ""))
    from gezhi.kit.moments import when_words

    note = when_words(case.received_at, moment, "brief")
    if case.satisfaction:
        note += f" · {pgettext('satisfaction', case.satisfaction)}"
    return {
        "id": case.pk, "url": f"/desk/{case.pk}/", "title": title or case.number,
        "light": common.row_light(case, moment),
        "words": pgettext("state", case.state), "note": note,
    }  # fmt: skip


@require_POST
def questions(request: HttpRequest) -> HttpResponse:
    """What the chosen matter asks, as a part of the screen."""
    common.guard(request, VERB)
    context = {**asking.part(request.POST.get("matter", ""), request.POST), "desk": True}
    return render(request, "loop/parts/questions.html", context)


@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Matter, unit, ready answers and similar cases for what is typed so far."""
    actor = common.guard(request, VERB)
    get = request.POST.get
    found = suggesting.suggestions(get("text", "")[:4000], get("place", "")[:200], get("matter", ""), get("area", ""))
    moment = common.now()
    typed = sought(
        get("text", ""), place=get("place", ""), object_=get("object", ""), matter=get("matter", ""),
        area=get("area", ""), now=moment,
    )  # fmt: skip
    near = alike(typed, actor=actor, now=moment, within=RECENT)
    answered = alike(typed, actor=actor, now=moment, states=ANSWERED, within=REPEAT, most=2, dormant=True)
    more = {"common": near.common, "near": [line(each) for each in near.rows],
            "answered": [line(each) for each in answered.rows]}  # fmt: skip
    return render(request, "loop/parts/suggest.html", {**found, **more})
