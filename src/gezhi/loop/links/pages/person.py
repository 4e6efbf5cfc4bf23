"""What somebody without an account sees: four digits, the work, sign for it, note, photos, done or cannot.

No script is needed. The pages send no referrer, so that no other site learns the address; browsers then say nothing
of where a form comes from either, so forms prove themselves by a mark made of the cookie instead.
"""

from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.pages import YEAR
from gezhi.loop.links import rules, service
from gezhi.loop.links.pages.panel import light_of
from gezhi.loop.links.service.answering import SAID
from gezhi.loop.models import Link
from gezhi.loop.pages import common
from gezhi.loop.pages.case import serve
from gezhi.loop.pages.citizen import base, where_from

View = Callable[..., HttpResponse]
PASS = "gezhi_link"  # noqa: S105 - the name of a cookie
HOURS, HOURS_OPEN = 12 * 3600, 2 * 3600  # how long the digits hold; shorter where the way is not encrypted
ACTS = ("sign", "note", "finish")
AFTER = {"sign": ("signed",), "note": ("signed", "sent_back"), "finish": rules.WAITING}  # what an act has come to
_signer = signing.TimestampSigner(salt="gezhi.link")
_forms = signing.Signer(salt="gezhi.link.form")


def guarded(view: View) -> View:
    """Headers of every answer, and one answer for every address that opens nothing."""

    @csrf_exempt
    @wraps(view)
    def run(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, token, *args, **kwargs)
        except Refused as refused:
            response = closed(request, refused)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return run


def closed(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Nothing is opened: the same page for what was never there, is over, or was taken back."""
    context = {**base(), "sentence": sentence(refused), "tools": [], "plain": not request.is_secure()}
    response = render(request, "loop/links/closed.html", context, status=refused.status)
    response["Cache-Control"] = "private, no-store"
    if refused.code == "too-many-tries":
        response["Retry-After"] = str(refused.facts.get("seconds", 60))
    return response


# ---- who is in


def value_of(link: Link) -> str:
    return f"{link.pk}.{bytes(link.token_hash).hex()[:16]}"


def passed(request: HttpRequest, link: Link) -> bool:
    """Whether the digits were typed in this browser, for this address, not long ago."""
    try:
        kept = _signer.unsign(request.COOKIES.get(PASS, ""), max_age=HOURS if request.is_secure() else HOURS_OPEN)
    except signing.BadSignature:
        return False
    return same(kept, value_of(link))


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that tells nothing of where they differ."""
    return compare_digest(one.encode(), other.encode())


def proof_of(value: str) -> str:
    """What a form of this browser carries: another site that knew the address could not make it."""
    return _forms.signature(value)


def remembered(response: HttpResponse, request: HttpRequest, token: str, value: str) -> HttpResponse:
    response.set_cookie(
        PASS, value, max_age=HOURS if request.is_secure() else HOURS_OPEN, path=f"/l/{token}/", httponly=True,
        samesite="Lax", secure=request.is_secure(),
    )  # fmt: skip
    return response


# ---- pages


@guarded
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The door, or the work behind it."""
    if request.method == "GET" and ("lang" in request.GET or "size" in request.GET):
        return looks(request, token)
    link = service.find(token, where_from(request), now=common.now())
    if request.method == "POST":
        return let_in(request, token, link)
    if passed(request, link):
        return show(request, token, link, request.COOKIES[PASS])
    return door(request, token, link)


def looks(request: HttpRequest, token: str) -> HttpResponse:
    """Language and size of the letters, by a plain address: a form could not say where it comes from."""
    response = HttpResponseRedirect(f"/l/{token}/" if rules.TOKEN.fullmatch(token) else "/")
    language, size = request.GET.get("lang", ""), request.GET.get("size", "")
    more: dict[str, Any] = {"max_age": YEAR, "samesite": "Lax", "secure": request.is_secure()}
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **more)
    if size in ("normal", "elder"):
        response.set_cookie("gezhi_size", size, **more)
    return response


def let_in(request: HttpRequest, token: str, link: Link) -> HttpResponse:
    """The four digits; what was typed before the digits were asked for again is not lost."""
    kept = request.POST.get("kept", "")[:SAID]
    _, refused = common.attempt(lambda: service.enter(link, request.POST.get("digits", ""), now=common.now()))
    if refused is not None:
        return door(request, token, link, refused, kept)
    value = _signer.sign(value_of(link))
    if not kept:
        return remembered(HttpResponseRedirect(f"/l/{token}/?in=1"), request, token, value)
    fresh = service.find(token, where_from(request), now=common.now())
    return remembered(show(request, token, fresh, value, typed={"words": kept}), request, token, value)


def door(request: HttpRequest, token: str, link: Link, refused: Refused | None = None, kept: str = "") -> HttpResponse:
    """Four digits to open it."""
    field = common.field("digits", gettext("Last four digits of your mobile number"), value="", required=True, max=8,
                         inputmode="numeric", autocomplete="off", narrow=True)  # fmt: skip
    locked = link.tries >= rules.TRIES or (refused is not None and refused.code == "link-locked")
    errors = [] if locked else common.errors_of(refused, "digits")
    common.mark([field], errors)
    context = {
        **shell(request, token), "unit": common.named(link.unit), "field": field, "errors": errors, "locked": locked,
        "kept": kept, "no_cookies": "in" in request.GET, "action": f"/l/{token}/",
    }  # fmt: skip
    status = 403 if locked else refused.status if refused is not None else 200
    return render(request, "loop/links/door.html", context, status=status)


def shell(request: HttpRequest, token: str) -> dict[str, Any]:
    """What every page of a link carries: other languages and sizes as plain addresses, whether the way is open."""
    elder = request.COOKIES.get("gezhi_size") == "elder"
    here = common.language()
    tools = [{"label": gettext("Standard type") if elder else gettext("Large type"),
              "url": f"/l/{token}/?size={'normal' if elder else 'elder'}", "lang": ""}]  # fmt: skip
    tools += [
        {"label": name, "url": f"/l/{token}/?lang={code}", "lang": "zh-Hans" if code.startswith("zh") else code}
        for code, name in settings.LANGUAGES
        if code != here
    ]
    rule = service.rule_in_force()
    days = rule.after if rule.acts and rule.unit == "day" else 0
    return {**base(), "tools": tools, "plain": not request.is_secure(), "days": days}


def show(
    request: HttpRequest,
    token: str,
    link: Link,
    value: str,
    *,
    act: str = "",
    refused: Refused | None = None,
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    """The work, what was written about it, and what may be done now."""
    moment = common.now()
    held = service.shown_to(link)
    here = f"/l/{token}/"
    fields = fields_of(typed if typed is not None else request.POST if refused is not None else {}, act)
    errors = marked(fields, act, common.errors_of(refused, "words"))
    said = request.GET.get("said", "")
    context = {
        **shell(request, token), "number": held.number, "unit": common.named(held.unit), "ask": held.ask,
        "story": held.story, "place": held.place, "area": common.area_names([held.area]).get(held.area, ""),
        "due": {"light": light_of(link, link.state, moment), "due": link.due_at, "soon": None}, "day": link.due_at,
        "photos": common.files_of(held.photos, f"{here}files/", link.case),
        "notes": [
            {"at": row.at, "kind": row.kind, "title": pgettext("link-note", row.kind), "words": words,
             "files": common.files_of(row.files.all(), f"{here}files/", link.case)}
            for row, words in reversed(held.notes)
        ],
        "state": link.state, "headline": pgettext("link-headline", link.state), "until": link.valid_until,
        "says": pgettext("link-says", link.state) % {"unit": common.named(held.unit)}, "f": fields, "errors": errors,
        "may": {name: f"{here}{name}/" for name in held.may}, "proof": proof_of(value), "link_id": str(link.pk),
        "key": common.next_key(request, refused), "opened": act,
        "said": pgettext("link-said", said) if link.state in AFTER.get(said, ()) else "",
    }  # fmt: skip
    return render(request, "loop/links/work.html", context, status=refused.status if refused is not None else 200)


def marked(fields: dict[str, common.Field], act: str, errors: list[dict[str, str]]) -> list[dict[str, str]]:
    """Each error beside its field: two forms of one page have fields of the same name."""
    for error in errors:
        error["name"] = f"{act}-{error['name']}" if act in ("note", "finish") else ""
        for field in fields.values():
            if field["id"] == error["name"]:
                field["error"] = error["text"]
    return errors


def fields_of(typed: Any, act: str) -> dict[str, common.Field]:
    """The fields of the two forms; what was typed stays in its own."""
    photos = {"button": gettext("Take or choose photos"), "accept": "image/*,video/*,audio/*,.pdf"}
    words = typed.get("words", "")
    outcomes = [(code, pgettext("link-outcome", code)) for code in rules.OUTCOMES]
    return {
        "note": common.field("words", gettext("How is it going?"), "textarea", words if act == "note" else "",
                             id="note-words", rows=3, max=SAID),
        "note_files": common.field("files", gettext("Photos"), "files", id="note-files", **photos),
        "outcome": common.field("outcome", gettext("How did it end?"), "cards", id="finish-outcome", required=True,
                                options=common.choices(outcomes, typed.get("outcome", ""))),
        "finish": common.field("words", gettext("What was done, or why it cannot be done"), "textarea",
                               "" if act == "note" else words, id="finish-words", rows=4, max=SAID),
        "finish_files": common.field("files", gettext("Photos of the place, before and after"), "files",
                                     id="finish-files", **photos),
    }  # fmt: skip


@guarded
@never_cache
@require_POST
def act(request: HttpRequest, token: str, act: str) -> HttpResponse:
    """Sign, note, finish."""
    link = service.find(token, where_from(request), now=common.now())
    if act not in ACTS:
        raise Refused("link-not-found", status=404)
    value = request.COOKIES.get(PASS, "")
    if not passed(request, link) or not same(request.POST.get("proof", ""), proof_of(value)):
        stale = Refused("link-again", status=403)
        return door(request, token, link, stale, request.POST.get("words", "")[:SAID])
    key = common.form_key(request)
    _, refused = common.attempt(lambda: _done(request, link, act, key))
    if refused is not None:
        if refused.code == "link-not-found":
            raise refused
        return show(request, token, link, value, act=act, refused=refused)
    return common.done(HttpResponseRedirect(f"/l/{token}/?said={act}"), key)


def _done(request: HttpRequest, link: Link, act: str, key: str) -> Link:
    actor, moment = service.holder(link, common.language()), common.now()
    words, files = request.POST.get("words", ""), common.incoming(request)
    if act == "sign":
        return service.sign(link.pk, actor=actor, now=moment)
    if act == "note":
        return service.note(link.pk, words, files, actor=actor, now=moment, form=key)
    outcome = request.POST.get("outcome", "")
    return service.finish(link.pk, outcome, words, files, actor=actor, now=moment, form=key)


@guarded
@require_GET
def file(request: HttpRequest, token: str, file_id: UUID) -> HttpResponse:
    """One photo of the work, for who typed the digits; kept by the browser for a few minutes only."""
    link = service.find(token, where_from(request), now=common.now())
    if not passed(request, link):
        raise Refused("link-not-found", status=404)
    response = serve(service.file_for(link, file_id))
    response["Cache-Control"] = "private, max-age=600"
    return response
