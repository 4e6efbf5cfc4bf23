"""A person's own page: what is held on me, until when, who looked; correct it, take it along, have it erased."""

import tempfile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base, where_from
from gezhi.loop.pages.follow import opened
from gezhi.loop.person import service
from gezhi.loop.person.pages import chip, keys, kind_words, obstacle_words, outcome_words
from gezhi.loop.person.service import Held
from gezhi.loop.person.service.asking import days_for
from gezhi.loop.person.service.proving import Scope
from gezhi.loop.service.receiving import case_token
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

COOKIE, SALT, LASTS = "gezhi_person", "person", 1800  # seconds for which a proof holds
IN_MEMORY = 8 * 2**20


def proven(request: HttpRequest, case: Case) -> bool:
    """Whether this browser has just proved that it is the person of this case."""
    said = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LASTS)
    return said == str(case.pk)


def seen_by(request: HttpRequest, token: str) -> tuple[Scope, Actor, bool]:
    """What this link and this browser open; whether a proof is still wanted."""
    case, actor = opened(token)
    sure = proven(request, case)
    return service.scope(case, proven=sure), actor, service.provable(case) and not sure


@never_cache
@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Everything."""
    seen, _, wants = seen_by(request, token)
    return show(request, token, seen, wants=wants)


def show(
    request: HttpRequest, token: str, seen: Scope, *, wants: bool, form: str = "", refused: Refused | None = None
) -> HttpResponse:
    held = service.held_on(seen, now=common.now())
    errors = common.errors_of(refused, form)
    here = f"/f/{token}/mine/"
    fields = forms(request, held, form if refused is not None else "")
    common.mark((one for group in fields.values() for one in group), errors)
    context = {
        **base(), "number": seen.case.number, "back": f"/f/{token}/", "here": here, "wants": wants, "errors": errors,
        "opened": form, "f": fields, "others": seen.others, "confidential": seen.case.confidential,
        "proof": seen.proof, "erased": seen.case.requester.erased_at is not None,
        "identity": [] if wants else [{"label": pgettext("identity", name), "words": value}
                                      for name, value in held.identity.items()],
        "cases": [case_row(case, held, seen) for case in held.cases],
        "calls": [call_row(call) for call in held.calls], "marks": held.marks,
        "reads": [read_row(row) for row in held.reveals],
        "requests": [request_row(row, held, here) for row in held.requests],
        "days": {kind: days_for(kind) for kind in ("correct", "identity", "erase")},
        "free": sum(case.pk not in held.obstacles for case in held.cases),
    }  # fmt: skip
    return render(request, "loop/person/own.html", context, status=refused.status if refused is not None else 200)


def case_row(case: Case, held: Held, seen: Scope) -> dict[str, Any]:
    """One case, what of it is held, until when, and what stands against erasing it."""
    rating = held.ratings.get(case.pk, {})
    return {
        "key": case.pk, "number": case.number, "url": f"/f/{case_token(case.pk)}/", "own": case.pk == seen.case.pk,
        "matter": common.matter_name(content(), case.matter, 1), "state": pgettext("citizen-state", case.state),
        "at": case.received_at, "texts": 1 + held.texts.get(case.pk, 0), "files": held.files.get(case.pk, 0),
        "rating": common.word("satisfaction", str(rating.get("satisfaction", ""))),
        "until": [{"what": pgettext("retention-what", rule.what), "day": day, "verified": rule.verified}
                  for rule, day in held.until.get(case.pk, ())],
        "obstacle": obstacle_words(held.obstacles.get(case.pk)),
    }  # fmt: skip


def call_row(call: Any) -> dict[str, Any]:
    return {
        "at": call.began_at, "direction": pgettext("call-direction", call.direction), "recorded": call.recorded,
        "minutes": -(-(call.talk_s or 0) // 60), "rating": call.rating,
    }  # fmt: skip


def read_row(row: Any) -> dict[str, Any]:
    fields = gettext(", ").join(pgettext("identity", name) for name in row.fields.split(",") if name)
    unit = common.named(row.unit) or gettext("the desk")
    return {"at": row.acted_at, "unit": unit, "purpose": pgettext("purpose", row.purpose), "fields": fields}


def request_row(row: Any, held: Held, here: str) -> dict[str, Any]:
    person = row.case.requester
    answer = str(open_text(person, row.answer).get("answer", "")) if row.answer else ""
    return {
        "kind": kind_words(row.kind), "at": row.asked_at, "due": row.due_at, "state": chip(row), "answer": answer,
        "decided": row.decided_at, "outcome": outcome_words(row, {str(case.pk): case.number for case in held.cases}),
        "withdraw_url": f"{here}withdraw/{row.pk}/" if row.state == "asked" else "",
    }  # fmt: skip


def forms(request: HttpRequest, held: Held, form: str) -> dict[str, list[common.Field]]:
    """The fields of each form, as typed where one was refused."""

    def value(name: str, of: str, before: str = "") -> str:
        return request.POST.get(name, "") if form == of else before

    digits = common.field("digits", gettext("Last four digits of the phone you gave"), "tel", "", required=True, max=4,
                          autocomplete="off")  # fmt: skip
    own = [
        common.field(name, pgettext("identity", name), value=value(name, "correct", held.identity.get(name, "")),
                     max=300, id=f"own-{name}")
        for name in ("name", "address", "email")
    ]  # fmt: skip
    desk = [
        common.field("phone", gettext("New phone"), "tel", value("phone", "identity"), max=40, id="new-phone"),
        common.field(
            "id_no", gettext("Right identity number"), value=value("id_no", "identity"), max=18, id="new-id-no"
        ),
    ]
    asked, said = gettext("What is written wrongly, and how is it right?"), value("words", "correct-text")
    words = common.field("words", asked, "textarea", said, required=True, max=5000, rows=3, id="correct-words")
    why = common.field("words", gettext("Anything you want to say"), "textarea", value("words", "erase"), max=5000,
                       rows=2, id="erase-words")  # fmt: skip
    return {"prove": [digits], "own": own, "identity": desk, "correct": [words], "erase": [why]}


@never_cache
@require_POST
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """Four digits; the proof holds half an hour in this browser, for this link."""
    case, _ = opened(token)
    digits = request.POST.get("digits", "")[:20]
    _, refused = common.attempt(lambda: service.prove(case, digits, where_from(request), now=common.now()))
    if refused is not None:
        return show(request, token, service.scope(case, proven=False), wants=True, form="prove", refused=refused)
    response = HttpResponseRedirect(f"/f/{token}/mine/")
    response.set_signed_cookie(
        COOKIE, str(case.pk), salt=SALT, max_age=LASTS, path=f"/f/{token}/", httponly=True, samesite="Strict",
        secure=bool(settings.CSRF_COOKIE_SECURE),
    )  # fmt: skip
    return response


def must_prove(*, wants: bool) -> None:
    """What changes or hands out data is for who has proved himself, where there is something to prove it by."""
    if wants:
        raise Refused("proof-needed", status=403)


@never_cache
@require_POST
def correct(request: HttpRequest, token: str) -> HttpResponse:
    """Name, address, e-mail at once."""
    seen, actor, wants = seen_by(request, token)
    must_prove(wants=wants)
    values = {name: request.POST.get(name, "") for name in ("name", "address", "email") if name in request.POST}
    _, refused = common.attempt(lambda: service.correct_identity(seen, values, actor=actor, now=common.now()))
    if refused is not None:
        return show(request, token, seen, wants=False, form="correct", refused=refused)
    messages.success(request, gettext("Corrected in all your requests."))
    return HttpResponseRedirect(f"/f/{token}/mine/")


@never_cache
@require_POST
def ask(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """A request that a named person decides."""
    seen, actor, wants = seen_by(request, token)
    must_prove(wants=wants)
    chosen = keys(request.POST.getlist("case"))
    cases = [case for case in seen.cases if case.pk in chosen]
    words = {name: request.POST.get(name, "") for name in ("words", "phone", "id_no") if name in request.POST}
    _, refused = common.attempt(lambda: service.ask(seen, kind, words, cases, actor=actor, now=common.now()))
    if refused is not None:
        form = "correct-text" if kind == "correct" else kind
        return show(request, token, seen, wants=False, form=form, refused=refused)
    messages.success(request, gettext("Received. You see here who decided what, and when."))
    return HttpResponseRedirect(f"/f/{token}/mine/")


@never_cache
@require_POST
def withdraw(request: HttpRequest, token: str, key: Any) -> HttpResponse:
    """Take a request back."""
    seen, actor, wants = seen_by(request, token)
    must_prove(wants=wants)
    service.withdraw(seen, key, actor=actor, now=common.now())
    messages.success(request, gettext("Taken back."))
    return HttpResponseRedirect(f"/f/{token}/mine/")


@never_cache
@require_POST
def copy(request: HttpRequest, token: str) -> HttpResponseBase:
    """The archive to take along."""
    seen, actor, wants = seen_by(request, token)
    must_prove(wants=wants)
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it when it is sent
    service.copy_of(seen, out, actor=actor, now=common.now())
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename="gezhi-my-data.zip", content_type="application/zip")
