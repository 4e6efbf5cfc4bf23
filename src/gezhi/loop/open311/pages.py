"""The doors of GeoReport v2 at /open311/v2/: services, requests, tokens and updates, as XML and as JSON."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.open311.rules import posting
from gezhi.loop.open311.rules.wire import FORMS, Many, One, errors, written
from gezhi.loop.open311.rules.wishes import one, window, wish_of
from gezhi.loop.open311.service import fetching, taking, telling
from gezhi.loop.open311.service.telling import Reader
from gezhi.loop.pages.citizen import asks_without_end
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.store import reading
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_of_token, office_setting, token_digest

Answer = Many | One
STATUS = {401: 403, 403: 403, 404: 404, 405: 405, 429: 429, 503: 503}  # everything else is 400
BROKEN = (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError)
CHANGESET = "2026-11-22T00:00:00Z"  # of this adapter
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
OFF, PUBLIC = "off", "public"
KEY_LONGEST = 200
PAUSE = 60  # seconds after which an address that reads without end is told to come again


def door(*methods: str) -> Callable[[Callable[..., Answer]], Callable[..., HttpResponse]]:
    """A view of the standard: no cookie counts, refusals come in its shape, anybody's page may read the answer."""

    def wrap(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
        @csrf_exempt  # a program sends this with a key of its own; no cookie is looked at
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, form: str = "xml", **more: Any) -> HttpResponse:
            with translation.override(language(request)):
                return _answer(request, form, methods, lambda: view(request, *args, **more))

        return answer

    return wrap


def _answer(request: HttpRequest, form: str, methods: Sequence[str], made: Callable[[], Answer]) -> HttpResponse:
    status, shown = 200, form if form in FORMS else "xml"
    try:
        _ready(request, form, methods)
        told = made()
    except Refused as refused:
        status, told = _said(refused)
    except BROKEN:
        status, told = _said(Refused("open311-form", status=422))
    except OperationalError:
        status, told = _said(Refused("database-away", status=503))
    response = HttpResponse(written(shown, told), status=status, content_type=FORMS[shown])
    response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    if status == 429:
        response["Retry-After"] = str(PAUSE)
    if status == 405:
        response["Allow"] = ", ".join(methods)
    return response


def _ready(request: HttpRequest, form: str, methods: Sequence[str]) -> None:
    """Refuse what is switched off, another place, a form that is none, a method that is not spoken here."""
    if settings.GEZHI_OPEN311 == OFF or form not in FORMS:
        raise Refused("open311-nothing", status=404, path=request.path[:80])
    if request.method not in methods:
        raise Refused("open311-method", status=405, method=str(request.method)[:20])
    wanted, own = one(params(request), "jurisdiction_id"), settings.GEZHI_OPEN311_JURISDICTION
    if wanted and own and wanted != own:
        raise Refused("open311-jurisdiction", status=404, jurisdiction=wanted[:80])


def _said(refused: Refused) -> tuple[int, Many]:
    status = STATUS.get(refused.status, 400)
    return status, errors(status, sentence(refused))


def language(request: HttpRequest) -> str:
    """The language that the program asks for, else the office's own."""
    asked = request.headers.get("Accept-Language", "")
    return translation.get_language_from_request(request) if asked else settings.LANGUAGE_CODE


def params(request: HttpRequest) -> Mapping[str, Sequence[str]]:
    """The query, and of a posted form its fields before it."""
    found = {name: list(values) for name, values in request.GET.lists()}
    if request.method == "POST":
        found |= {name: list(values) for name, values in request.POST.lists()}
    return found


def holder(request: HttpRequest) -> Actor | None:
    """Whoever holds the key of this request; None without one. Refuses open311-key (403)."""
    told = request.headers.get("Authorization", "")
    key = told.removeprefix("Bearer ").strip() if told.startswith("Bearer ") else one(params(request), "api_key")
    if not key:
        return None
    actor = actor_of_token(key, timezone.now()) if key.isascii() and len(key) <= KEY_LONGEST else None
    if actor is None:
        raise Refused("open311-key", status=403)
    return actor


def keyed(request: HttpRequest) -> Actor:
    actor = holder(request)
    if actor is None:
        raise Refused("open311-key", status=403)
    return actor


def reader(request: HttpRequest) -> Reader:
    """Who reads. Without a public list only those with a key read anything."""
    public = settings.GEZHI_OPEN311 == PUBLIC
    actor = holder(request) if public else keyed(request)
    if actor is None:
        unhurried(request)
    return Reader(actor, translation.get_language() or "", public)


def unhurried(request: HttpRequest) -> None:
    """Who reads without a key reads as fast as people do. Refuses too-many-tries (429)."""
    if asks_without_end(request, "open311"):
        raise Refused("too-many-tries", status=429, seconds=PAUSE)


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


# ---- reading


@door("GET", "HEAD")
def services(request: HttpRequest) -> Answer:
    return telling.services(translation.get_language() or "")


@door("GET", "HEAD")
def service(request: HttpRequest, code: str) -> Answer:
    return telling.definition(code, translation.get_language() or "")


@door("GET", "HEAD", "POST")
def requests(request: HttpRequest) -> Answer:
    """A list by query, or a new request."""
    if request.method == "POST":
        return post(request)
    return telling.requests(wish_of(params(request), zone=zone(), now=timezone.now()), reader(request))


@door("GET", "HEAD")
def single(request: HttpRequest, number: str) -> Answer:
    wish = wish_of({"service_request_id": [number]}, zone=zone(), now=timezone.now())
    return telling.requests(wish, reader(request))


@door("GET", "HEAD")
def token(request: HttpRequest, token: str) -> Answer:
    if holder(request) is None:
        unhurried(request)
    return telling.found(token, reading.by_token(token_digest(token)))


@door("GET", "HEAD", "POST")
def updates(request: HttpRequest) -> Answer:
    """The steps of a window, or a word more about a request of one's own."""
    if request.method == "POST":
        return post_update(request)
    now = timezone.now()
    wish = wish_of({**params(request), "service_request_id": []}, zone=zone(), now=now)
    since, until = (wish.since, wish.until) if wish.since is not None else window(None, None, now=now)
    ids = tuple(part for part in one(params(request), "service_request_id").split(",") if part)
    wish = type(wish)(ids=ids, since=since, until=until, page=wish.page, size=wish.size)
    return telling.updates(wish, reader(request))


@door("GET", "HEAD")
def discovery(request: HttpRequest) -> Answer:
    """Where the endpoints are, as the discovery document of the standard has it."""
    base = settings.GEZHI_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    place = office_setting("government_en") or office_setting("government_zh") or None
    endpoint = {
        "specification": SPECIFICATION, "url": f"{base}/open311/v2", "changeset": CHANGESET,
        "type": "test" if settings.GEZHI_DEMO else "production",
        "formats": Many("formats", "format", [kind.partition(";")[0] for kind in FORMS.values()]),
    }  # fmt: skip
    return One("discovery", {
        "changeset": CHANGESET, "contact": place,
        "key_service": gettext("The operator of the server gives out keys."),
        "endpoints": Many("endpoints", "endpoint", [endpoint]),
    })  # fmt: skip


@door("GET", "HEAD", "POST")
def nothing(request: HttpRequest, rest: str = "") -> Answer:
    raise Refused("open311-nothing", status=404, path=request.path[:80])


# ---- taking


def files(request: HttpRequest) -> list[Incoming]:
    """Every picture of the form, whatever its field is called."""
    found = [file for _, many in request.FILES.lists() for file in many]
    return [Incoming(file.name or "", file.file, file.size) for file in found if file.file is not None]


def post(request: HttpRequest) -> Answer:
    """A new request: the key, the form, the pictures; then one act."""
    actor = keyed(request)
    fields = params(request)
    report = taking.report_of(fields, actor=actor, zone=zone(), language=translation.get_language() or "")
    urls = posting.media(fields)
    named = fetching.pictures(urls, settings.GEZHI_OPEN311_MEDIA_HOSTS, largest=settings.GEZHI_UPLOAD_BYTES)
    posted = taking.post_request(
        report, posting.person(fields), [*files(request), *named], actor=actor, now=timezone.now(),
        key=request.headers.get("Idempotency-Key", ""),
    )  # fmt: skip
    base = settings.GEZHI_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    return taking.receipt(posted, f"{base}/f/{posted.token}/", gettext("Follow your request here:"))


def post_update(request: HttpRequest) -> Answer:
    """A word more; the sender's number of it makes a repeat harmless."""
    actor = keyed(request)
    fields = params(request)
    posting.checked(fields)
    words = posting.told(one(fields, "description"), posting.media(fields)) if one(fields, "description") else ""
    theirs = one(fields, "update_id")
    made = taking.post_update(
        one(fields, "service_request_id"), words, files(request), actor=actor, now=timezone.now(),
        key=f"open311:{actor.id}:{theirs}" if theirs else "",
    )  # fmt: skip
    return Many("service_request_updates", "request_update", [{"update_id": made}])
