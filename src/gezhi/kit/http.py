"""Refusals and headers at the edge: a refusal becomes a sentence with its status, every answer carries the policy."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import pgettext

from gezhi.kernel.errors import Refused

Next = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; form-action 'self'"
)
WAITS = "gezhi_waits"  # a form of the page is under way; js/once.js sets it
BUSY = {"40P01", "40001", "55P03", "57014"}  # deadlock, serialisation, lock or statement took too long
PERMISSIONS = "camera=(self), geolocation=(self), microphone=(self), browsing-topics=()"


def sentence(refused: Refused, language: str | None = None) -> str:
    """What people read: what was refused, where, why, how to mend it; the code itself where no sentence is known."""
    with translation.override(language or translation.get_language()):
        text = pgettext("refusal", refused.code)
        try:
            return text % worded(refused.facts)
        except (KeyError, TypeError, ValueError):
            return f"{text} ({refused})"


SPOKEN = {
    "field": "field", "state": "state", "move": "move", "stage": "stage", "kind": "pending", "what": "sheet limit",
}  # fmt: skip


def worded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as people read them: codes by their words where there are any, moments in the office's time zone."""
    return {name: _worded(name, value) for name, value in facts.items()}


def _worded(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if name in SPOKEN and isinstance(value, str) and value:
        return pgettext(SPOKEN[name], value)
    return value


def plain(value: object) -> Any:
    """A fact in JSON: numbers, texts and lists stay, everything else becomes its text.

    >>> plain({"last": 5, "at": [1, None, Refused]})["last"]
    5
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def refusal_json(refused: Refused) -> JsonResponse:
    """The body that every API answers: code, sentence, facts."""
    facts = {name: plain(value) for name, value in refused.facts.items()}
    body = {"code": refused.code, "message": sentence(refused), "facts": facts}
    return JsonResponse(body, status=refused.status, json_dumps_params={"ensure_ascii": False})


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The sentence as a fragment for htmx, which puts it beside the form, or as a page of its own."""
    typed = any(value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "key"))
    context = {"code": refused.code, "sentence": sentence(refused), "facts": refused.facts, "status": refused.status,
               "typed": typed}  # fmt: skip
    if request.headers.get("HX-Request"):
        response = render(request, "gezhi/refusal.html", context, status=refused.status)
        response["HX-Reswap"] = "innerHTML"
        response["HX-Retarget"] = "#refusal"
        return response
    return render(request, "gezhi/error.html", context, status=refused.status)


class HouseMiddleware:
    """Security headers on every answer, and the house's way to say no."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trust_proxy(request)
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if not getattr(response, "xframe_options_exempt", False):  # a page that names the sites that may frame it
            response.headers.setdefault("X-Frame-Options", "DENY")
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "private, no-store")  # shared computers show nothing again
        if WAITS in request.COOKIES and response.headers.get("Content-Disposition", "").startswith("attachment"):
            response.delete_cookie(WAITS, samesite="Lax")  # a file leaves the page as it is: the form may be sent again
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError):
            busy = getattr(exception.__cause__, "sqlstate", None) in BUSY
            exception = Refused("database-busy" if busy else "database-away", status=503)
        if not isinstance(exception, Refused):
            return None
        if request.path.startswith("/api/"):
            return refusal_json(exception)
        return refusal_page(request, exception)


class HostMiddleware:
    """Pages are for the names that the settings name: under any other name (a rebound one, a poisoned cache) 400.

    What asks by the bare address of the machine and proves itself, or only whether we live, is let by.
    """

    BY_ADDRESS = ("/healthz", "/readyz", "/api/cti/", "/api/partners/")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(self.BY_ADDRESS):
            request.get_host()  # raises DisallowedHost, which is answered by 400
        return self.get_response(request)


def trust_proxy(request: HttpRequest) -> None:
    """Believe X-Forwarded-* only from a proxy that the settings name; from anybody else the headers are dropped."""
    meta = request.META
    if meta.get("REMOTE_ADDR") in settings.GEZHI_TRUSTED_PROXIES:
        meta["wsgi.url_scheme"] = "https" if meta.get("HTTP_X_FORWARDED_PROTO") == "https" else "http"
        forwarded = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        if forwarded:
            meta["REMOTE_ADDR"] = forwarded
    for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"):
        meta.pop(name, None)


class LanguageMiddleware:
    """Language by the cookie that the switch sets; the API listens to Accept-Language; otherwise the office's own."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.offered = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def language(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in self.offered:
            return chosen
        if request.path.startswith("/api/") and request.headers.get("Accept-Language"):
            return translation.get_language_from_request(request)
        return settings.LANGUAGE_CODE


def house(request: HttpRequest) -> dict[str, Any]:
    """What every template may use: the languages offered, the present one, and whether the cases are invented."""
    return {
        "languages_offered": settings.LANGUAGES,
        "language": translation.get_language(),
        "demo": settings.GEZHI_DEMO,
        "htmx": bool(request.headers.get("HX-Request")),
    }
