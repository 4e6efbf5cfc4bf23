"""The sender's pages: hand work to somebody without an account, look at the answer, take it over or send it back."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.links import rules, service, slots, store
from gezhi.loop.links.pages import forms
from gezhi.loop.links.pages.panel import line, state_of
from gezhi.loop.models import Link
from gezhi.loop.pages import common
from gezhi.loop.pages.case import serve
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

LIST = "/desk/links/"


def base_url(request: HttpRequest) -> str:
    """How this site is reached from outside."""
    return str(settings.GEZHI_PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/")


def day_of(text: str) -> date:
    """A day out of a form; refuses field-invalid (422)."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused("field-invalid", status=422, field="due", value=text[:40]) from error


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The form of a new link; sent, its message is shown once, on the answer to the form and nowhere else."""
    actor = common.guard(request, "link.send")
    case = get_visible(actor, case_id)
    refused: Refused | None = None
    if request.method == "POST":
        made, refused = common.attempt(lambda: _send(request, case_id, actor))
        if made is not None:
            return told(request, made)
    else:
        service.senders_unit(case, actor)
    fields = forms.new_fields(case, request.POST, common.now())
    errors = common.errors_of(refused)
    common.mark(fields.values(), errors)
    context = {
        "case": {"number": case.number, "url": f"/desk/{case.pk}/", "confidential": case.confidential},
        "f": fields, "errors": errors, "key": common.next_key(request, refused),
        "action": f"/desk/{case.pk}/links/new/",
        "photos": forms.photo_boxes(service.photos_for(actor, case), f"/desk/{case.pk}/files/",
                                    request.POST.getlist("files") if refused else [], "files"),
        "gateway": slots.sender() is not None,
    }  # fmt: skip
    return render(request, "loop/links/new.html", context, status=refused.status if refused else 200)


def _send(request: HttpRequest, case_id: UUID, actor: Actor) -> service.Sent:
    get = request.POST.get
    wish = service.Wish(
        name=get("name", ""), office=get("office", ""), phone=get("phone", ""), ask=get("ask", ""),
        due=day_of(get("due", "")),
        story=get("story", ""), files=tuple(request.POST.getlist("files")),
    )  # fmt: skip
    return service.send(case_id, wish, actor=actor, now=common.now(), key=common.form_key(request))


def told(request: HttpRequest, sent: service.Sent) -> HttpResponse:
    """The message, once: the address is kept nowhere, so the page is neither cached nor found again."""
    text = service.message_of(sent, base_url(request)) if sent.token else ""
    carried = service.hand_over(sent, text) if request.POST.get("gateway") == "1" else ""
    link = sent.link
    context = {
        "message": text, "address": service.address_of(sent, base_url(request)), "carried": carried,
        "number": link.case.number, "back": f"/desk/{link.case_id}/", "url": f"/desk/{link.case_id}/links/{link.pk}/",
        "due": link.due_at, "until": link.valid_until, "open": base_url(request).startswith("http://"),
        "now": common.now(),
    }  # fmt: skip
    response = render(request, "loop/links/sent.html", context)
    return common.done(response, common.form_key(request))


def _own(request: HttpRequest, case_id: UUID, key: UUID) -> tuple[Link, Actor]:
    """The link, for who may decide on it."""
    actor = common.guard(request, "link.approve")
    link = service.visible_link(key, "link.approve", actor=actor, lock=False)
    if link.case_id != case_id:
        raise Refused("link-not-there", status=404)
    return link, actor


@never_cache
@require_GET
def page(request: HttpRequest, case_id: UUID, key: UUID) -> HttpResponse:
    """One link: what was asked, what came back, what may be done now."""
    link, _ = _own(request, case_id, key)
    return show(request, link)


def show(
    request: HttpRequest, link: Link, refused: Refused | None = None, act: str = "", known: dict[str, Any] | None = None
) -> HttpResponse:
    """The page, with a refused form as it was typed."""
    moment = common.now()
    state = state_of(link, moment)
    base = f"/desk/{link.case_id}/links/{link.pk}/"
    said = service.words_of(link)
    notes = notes_of(link, base)
    fields = forms.decision_fields(notes, request.POST if refused is not None else {}, act)
    ticked = request.POST.getlist("files") if refused is not None and act == "approve" else None
    errors = common.errors_of(refused, {"approve": "note", "back": "back", "renew": "renew"}.get(act, ""))
    context = {
        "case": {"number": link.case.number, "url": f"/desk/{link.case_id}/"}, "link": line(link, moment),
        "now": moment,
        "ask": said.get("ask", ""), "story": said.get("story", ""), "notes": notes, "f": fields, "errors": errors,
        "facts": forms.facts_of(link), "known": known, "forgotten": link.wrapped_key is None,
        "may": {name: f"{base}{name}/" for name in ("approve", "back", "revoke", "renew") if state in rules.FROM[name]},
        "contact_url": "" if link.wrapped_key is None or known else f"{base}contact/",
        "photos": forms.photo_boxes(store.files_of(link), f"{base}files/", ticked, "files"),
        "key": common.next_key(request, refused), "step": link.step,
    }  # fmt: skip
    return render(request, "loop/links/link.html", context, status=refused.status if refused is not None else 200)


def notes_of(link: Link, base: str) -> list[dict[str, Any]]:
    """What was written, oldest first."""
    return [
        {"at": row.at, "kind": row.kind, "title": pgettext("link-note", row.kind),
         "words": str(open_text(link.case.requester, row.words).get("words", "")),
         "files": common.files_of(row.files.all(), f"{base}files/", link.case)}
        for row in store.notes_of(link)
    ]  # fmt: skip


@require_POST
def act(request: HttpRequest, case_id: UUID, key: UUID, act: str) -> HttpResponse:
    """Take over, send back, take the link back, make a new address, show the contact."""
    link, actor = _own(request, case_id, key)
    acts: dict[str, Callable[[], Any]] = {
        "approve": lambda: _approve(request, key, actor),
        "back": lambda: service.back(key, request.POST.get("back", ""), _day(request), actor=actor, now=common.now()),
        "revoke": lambda: service.revoke(key, actor=actor, now=common.now()),
        "renew": lambda: service.renew(key, _day(request), actor=actor, now=common.now()),
        "contact": lambda: service.contact(key, actor=actor, now=common.now()),
    }
    if act not in acts:
        raise Refused("link-not-there", status=404)
    done, refused = common.attempt(acts[act])
    if refused is not None:
        return show(request, link, refused, act)
    if act == "contact":
        return show(request, link, known=done)
    if isinstance(done, service.Sent):
        return told(request, done)
    messages.success(request, pgettext("link-done", act))
    after = f"/desk/{case_id}/" if act in ("approve", "revoke") else f"/desk/{case_id}/links/{key}/"
    if request.POST.get("from") == "list":
        after = LIST
    return common.done(HttpResponseRedirect(after), common.form_key(request))


def _approve(request: HttpRequest, key: UUID, actor: Actor) -> Link:
    return service.approve(
        key, request.POST.get("note", ""), request.POST.getlist("files"), actor=actor, now=common.now(),
        public=request.POST.get("public") == "1", form=common.form_key(request),
    )  # fmt: skip


def _day(request: HttpRequest) -> date | None:
    typed = request.POST.get("due", "")
    return day_of(typed) if typed.strip() else None


@require_GET
def file(request: HttpRequest, case_id: UUID, key: UUID, file_id: UUID) -> HttpResponse:
    """One photo that came by the link, for who may decide on it."""
    link, _ = _own(request, case_id, key)
    row = store.files_of(link).filter(pk=file_id).first()
    if row is None:
        raise Refused("file-not-found", status=404)
    return serve(row)
