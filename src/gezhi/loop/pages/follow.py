"""Where is my request: five steps, what happened, the answer; and the requester's moves: add, ask, rate, withdraw."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.marks.service import holding
from gezhi.loop.models import Case
from gezhi.loop.pages import asking, behalf, common, told
from gezhi.loop.pages.case import serve
from gezhi.loop.pages.citizen import base
from gezhi.loop.partners.kinds.upstream.pages import elsewhere
from gezhi.loop.reach.pages import fold
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.words import DIMENSIONS, SATISFACTIONS, SOLVED, TEXT_LIMIT, UNHAPPY
from gezhi.loop.service.carrying import carry
from gezhi.loop.service.citizens import CitizenView, PublicEntry, citizen_view
from gezhi.loop.store import behalf as behalves
from gezhi.loop.store import reading
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, token_digest

STEPS = ("received", "accepted", "handled", "answered", "rated")
FORMS = {"supply": "words", "supplement": "words", "chase": "words", "redo": "reason", "appeal": "reason",
         "withdraw": "reason"}  # fmt: skip
ANSWERED = STEPS.index("answered")
HIDDEN = ("chase",)  # shown without the words: they were the citizen's own


def opened_any(token: str) -> tuple[Case, Actor, bool]:
    """The case of a link, also of the one for the person whom a relative reported for: that one only reads."""
    case = behalves.by_token(token_digest(token)) if len(token) < 60 else None
    if case is None:
        return (*opened(token), False)
    return case, citizen_actor(str(case.requester_id), kind="citizen", language=common.language()), True


def opened(token: str) -> tuple[Case, Actor]:
    """The case of a link, and its requester as an actor; a wrong link is as if there were no case."""
    case = reading.by_token(token_digest(token)) if len(token) < 60 else None  # a token has 22 characters
    if case is None:
        raise Refused("case-not-found", status=404)
    return case, citizen_actor(str(case.requester_id), kind="citizen", language=common.language())


@never_cache
@require_GET
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The request as it stands."""
    case, actor, reads = opened_any(token)
    return show(request, token, citizen_view(case, actor=actor), reads=reads)


def show(
    request: HttpRequest, token: str, shown: CitizenView, *, move: str = "", refused: Refused | None = None,
    reads: bool = False,
) -> HttpResponse:  # fmt: skip
    """The page, with a refused form open as it was typed; whom it is for only `reads`."""
    case = shown.case
    errors = common.errors_of(refused, move)
    fields = forms(request.POST if refused is not None else {}, move)
    common.mark(fields.values(), errors)
    unit = common.named(case.lead) or gettext("the unit responsible")
    offers = () if reads else shown.offers
    may = {name: f"/f/{token}/{name}/" for name in (*FORMS, "rate") if name in offers}
    if shown.stage < ANSWERED or rated(case):  # before there is an answer nothing can be rated
        may.pop("rate", None)
    if shown.stage >= ANSWERED:
        may.pop("chase", None)
    answers = told.answers_of(shown, token)
    newest = answers.pop(0) if answers and case.state in ("verifying", "closed", "declined") else None
    if newest is not None and case.outcome:
        newest["outcome_words"] = pgettext("citizen-outcome", case.outcome)
    state = elsewhere(case) or case.state
    context = {
        **base(), "number": case.number, "place": shown.story.get("place", ""), "steps": steps_of(shown),
        "headline": pgettext("citizen-state", state), "promise": shown.promise, "may": may,
        "says": pgettext("citizen-says", state) % {"unit": unit}, "answer": newest,
        "earlier": answers, "again": told.again_words(shown), "changes": told.changes_of(shown, content()),
        "log": [log_of(entry) for entry in reversed(shown.entries)], "ask": asked(shown), "f": fields, "errors": errors,
        "key": common.next_key(request, refused), "last": case.last,
        "opened": move,
        **links(case, token, reads=reads),
        "reach": None if reads else fold.of_case(case, token, request.POST if move == "reach" else {}, errors),
        "answers": asking.in_words(dict(shown.story.get("answers", {})), content()),
        "said": [{"at": case.received_at, "text": shown.story.get("text", "")}],
        "own_files": common.files_of(
            [file for file in shown.files if file.step_id is None or file.step_id in shown.said],
            f"/f/{token}/files/", case,
        ),
    }  # fmt: skip
    return render(request, "loop/follow.html", context, status=refused.status if refused is not None else 200)


def links(case: Case, token: str, *, reads: bool) -> dict[str, Any]:
    """Where who reported it can go from here; whom it is for is told of that alone."""
    if reads:
        return {"concerned": behalf.shared(case)}
    return {
        "mine_url": f"/f/{token}/mine/", "public_url": f"/f/{token}/public/",
        "mark_url": f"/f/{token}/mark/" if holding([case.requester_id], common.now()) else "",
        "reads_url": "" if case.anonymous else f"/f/{token}/who/", "behalf": behalf.shared(case),
    }  # fmt: skip


def rated(case: Case) -> bool:
    """Whether this round has been rated."""
    return bool(case.satisfaction) and case.state == "closed"


def steps_of(shown: CitizenView) -> list[dict[str, str]]:
    """Five steps; the last is done once it is rated."""
    at = shown.stage
    if shown.case.state == "closed" and rated(shown.case):
        at = len(STEPS)
    states = ["done" if place < at else "now" if place == at else "later" for place in range(len(STEPS))]
    return [
        {"label": pgettext("citizen-stage", name), "state": state} for name, state in zip(STEPS, states, strict=True)
    ]


def log_of(entry: PublicEntry) -> dict[str, Any]:
    """One line of what happened, in plain words; unit names only, never a person's."""
    unit = common.named(entry.unit) or gettext("the unit responsible")
    text = pgettext("citizen-step", entry.move) % {"unit": unit}
    body = "" if entry.move in HIDDEN else "\n".join(entry.texts.values())
    if entry.move in told.ANSWERS:
        body = ""  # the answer stands above
    return {"at": entry.acted_at, "text": text, "body": body}


def asked(shown: CitizenView) -> str:
    """What the unit wants to know, when it waits for the citizen."""
    asks = [entry.texts["ask"] for entry in shown.entries if entry.move == "ask" and entry.texts.get("ask")]
    return asks[-1] if asks and shown.case.state == "waiting" else ""


def forms(typed: Mapping[str, Any], move: str) -> dict[str, common.Field]:
    """The fields of the small forms; what was typed stays in its own."""
    labels = {
        "supply": gettext("Your answer"), "supplement": gettext("What else should we know?"),
        "chase": gettext("What would you like to know?"), "redo": gettext("What is still missing?"),
        "appeal": gettext("What do you disagree with, and why?"),
        "withdraw": gettext("Why, if you like to say"),
    }  # fmt: skip
    made = {
        name: common.field(
            FORMS[name], label, "textarea", typed.get(FORMS[name], "") if name == move else "", id=f"{name}-text",
            required=name in ("supply", "supplement", "redo", "appeal"), max=TEXT_LIMIT, rows=3,
        )
        for name, label in labels.items()
    }  # fmt: skip
    for name in ("files", "supplement_files"):
        made[name] = common.field("files", gettext("Photos"), "files", id=f"{name}-input",
            accept="image/*,video/*,audio/*,.pdf",
                                  button=gettext("Take or choose photos"))  # fmt: skip
    return made


@never_cache
@require_POST
def act(request: HttpRequest, token: str, move: str) -> HttpResponse:
    """One of the requester's moves."""
    case, actor = opened(token)
    if move not in FORMS:
        raise Refused("move-unknown", status=404, move=move)
    key = common.form_key(request)
    name = FORMS[move]
    words = request.POST.get(name, "").strip()
    data = {name: words} if words else {}
    _, refused = common.attempt(lambda: sent(request, case, move, data, actor=actor, key=key))
    if refused is not None:
        return show(request, token, citizen_view(case, actor=actor), move=move, refused=refused)
    messages.success(request, pgettext("citizen-done", move))
    return common.done(HttpResponseRedirect(f"/f/{token}/"), key)


def sent(request: HttpRequest, case: Case, move: str, data: dict[str, Any], *, actor: Actor, key: str) -> object:
    """Make the move; only what answers a question of the unit minds whether the case has moved on."""
    last = request.POST.get("last", "")
    seen = common.number(last) if move == "supply" and last.isdecimal() else None
    files = common.incoming(request)
    return carry(case.pk, move, data, files, actor=actor, now=common.now(), seen=seen, key=key)


@never_cache
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Four dimensions of five steps, whether it is solved, one sentence."""
    case, actor = opened(token)
    if request.method == "GET":
        return show_rate(request, token, case)
    key = common.form_key(request)
    data = rating_of(request.POST)
    _, refused = common.attempt(lambda: carry(case.pk, "rate", data, [], actor=actor, now=common.now(), key=key))
    if refused is not None:
        return show_rate(request, token, case, refused)
    messages.success(request, pgettext("citizen-done", "rate"))
    return common.done(HttpResponseRedirect(f"/f/{token}/"), key)


def rating_of(posted: Mapping[str, Any]) -> dict[str, Any]:
    """The rating that a form says."""
    scores = {name: posted.get(name, "") for name in DIMENSIONS if posted.get(name)}
    data = {"satisfaction": posted.get("satisfaction", ""), "solved": posted.get("solved", ""), "scores": scores,
            "words": posted.get("words", "").strip(), "for_unit": posted.get("for_unit", "").strip()}  # fmt: skip
    return {name: value for name, value in data.items() if value}


def show_rate(request: HttpRequest, token: str, case: Case, refused: Refused | None = None) -> HttpResponse:
    typed = request.POST
    steps = [(n, pgettext("score", str(n))) for n in range(5, 0, -1)]  # the best first, as in every other row
    solved = common.choices([(code, pgettext("solved", code)) for code in SOLVED[:-1]], typed.get("solved", ""))
    for option in solved[1:]:
        option["shows"] = "missing"
    options = common.choices([(c, pgettext("satisfaction", c)) for c in SATISFACTIONS[:-1]],
                             typed.get("satisfaction", ""))  # fmt: skip
    for option in options:
        option["shows"] = "left" if option["value"] in UNHAPPY else ""
    overall = {
        "name": "satisfaction", "question": gettext("All in all, are you satisfied?"), "options": options,
    }  # fmt: skip
    left = common.field(
        "for_unit", gettext("What is still not solved? Please write it for the unit"), "textarea",
        typed.get("for_unit", ""), rows=3, max=TEXT_LIMIT, required=True,
        help=gettext("Needed when you are not satisfied. The unit reads these words; it does not see your rating."),
    )  # fmt: skip
    errors = common.errors_of(refused, "satisfaction")
    if errors and errors[0]["name"] == "for_unit" and refused is not None and refused.code == "field-missing":
        errors[0]["text"] = gettext("Please write what is still not solved: the unit starts from these words.")
    common.mark([overall, left], errors)
    context = {
        **base(), "number": case.number, "key": common.next_key(request, refused), "last": case.last, "errors": errors,
        "action": f"/f/{token}/rate/", "back": f"/f/{token}/", "overall": overall, "left": left,
        "solved": common.field("solved", gettext("Is it solved?"), "cards", required=True, options=solved),
        "dimensions": [
            {"name": name, "question": pgettext("dimension-question", name),
             "options": common.choices(steps, typed.get(name, ""))}
            for name in DIMENSIONS
        ],
        "words": common.field("words", gettext("One more sentence"), "textarea", typed.get("words", ""), rows=2,
            max=2000, help=gettext("Who handled the case does not see this sentence.")),
    }  # fmt: skip
    return render(request, "loop/rate.html", context, status=refused.status if refused is not None else 200)


@never_cache
@require_GET
def who(request: HttpRequest, token: str) -> HttpResponse:
    """Who looked at the requester's name or phone, for this case."""
    case, actor = opened(token)
    shown = citizen_view(case, actor=actor)
    reads = [
        {"at": look["acted_at"], "unit": common.named(look["unit"]) or gettext("the desk"),
         "purpose": pgettext("purpose", look["purpose"]), "fields": _field_words(look["fields"])}
        for look in shown.reveals
    ]  # fmt: skip
    return render(
        request, "loop/who_saw.html", {**base(), "number": case.number, "reads": reads, "back": f"/f/{token}/"}
    )


def _field_words(fields: Any) -> str:
    names = fields.split(",") if isinstance(fields, str) else list(fields)
    return gettext(", ").join(pgettext("identity", name) for name in names if name)


@require_GET
def file(request: HttpRequest, token: str, file_id: UUID) -> HttpResponse:
    """One public attachment of the case."""
    case, actor, _ = opened_any(token)
    row = next((one for one in citizen_view(case, actor=actor).files if one.pk == file_id), None)
    if row is None:
        raise Refused("file-not-found", status=404)
    return serve(row)


assert set(FORMS) <= set(BY_NAME)  # the citizen's forms are moves of the table
