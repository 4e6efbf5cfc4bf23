"""The report form for other sites: in a frame, without cookies; only the sites that a setting names may hold it.

A browser sends no cookie of ours from a frame of another site, so the form carries a signed token in place of the
usual one. Nothing here acts for anybody who is signed in: whoever sends the form is a visitor from the street.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import POLICY
from gezhi.loop.pages import asking, common
from gezhi.loop.pages.citizen import asks_without_end, base, base_url, errors_in, promise, report_fields, take
from gezhi.loop.pages.follow import opened
from gezhi.loop.public.rules.origins import ancestors
from gezhi.loop.service.receiving import Received, case_secret

SALT = "embed-report"
OPEN_FOR = 4 * 3600  # seconds for which a form may stay open
HERE = "/embed/report/"
QUESTIONS = "/embed/questions/"
PROOF: dict[str, Any] = {"proof": "token", "frame": True}  # what parts of the form must know of where they stand


@csrf_exempt
@xframe_options_exempt  # the header knows no list of sites; the policy below does
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form, and after it the number, the secret and the link."""
    allowed = ancestors(settings.GEZHI_EMBED_ORIGINS)
    if not allowed:
        raise Refused("embed-off", status=404)
    language = language_of(request)
    with translation.override(language):
        return framed(answer(request, language), allowed)


@csrf_exempt  # the signed token of the form stands for the usual one here too
@never_cache
@require_POST
def questions(request: HttpRequest) -> HttpResponse:
    """What the words speak of and what that makes us ask, as a part of the form; nothing without a token of ours."""
    known, _ = common.attempt(lambda: key_of(request))
    if not settings.GEZHI_EMBED_ORIGINS or known is None or asks_without_end(request, "questions"):
        return HttpResponse(status=204)
    with translation.override(language_of(request)):
        if request.headers.get("HX-Target") == "questions":
            context = {**PROOF, **asking.part(request.POST.get("matter", ""), request.POST)}
            return render(request, "loop/parts/questions.html", context)
        context = {**PROOF, "about": asking.about(request.POST), "questions_url": questions_url(language_of(request))}
        return render(request, "loop/parts/about.html", context)


def language_of(request: HttpRequest) -> str:
    """The language of the frame stands in its address: there is no cookie to keep a choice in."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def questions_url(language: str) -> str:
    return f"{QUESTIONS}?lang={language}"


def framed(response: HttpResponse, allowed: str) -> HttpResponse:
    """The answer as a frame of the allowed sites, and of no others."""
    response["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {allowed}")
    return response


def answer(request: HttpRequest, language: str) -> HttpResponse:
    """What the frame shows."""
    if request.method == "GET":
        return show(request, language)
    if request.POST.get("step") == "questions":  # the way without scripts: what was typed, and what it makes us ask
        return show(request, language)
    done, refused = common.attempt(lambda: sent(request))
    return show(request, language, refused) if done is None else received(request, done, language)


def sent(request: HttpRequest) -> Received:
    """Take a report whose token is ours and not too old; its key makes that sending it twice is sending it once."""
    return take(request, f"embed-{key_of(request)}")


def key_of(request: HttpRequest) -> str:
    """The key in the token of a form. Refuses embed-expired (403)."""
    try:
        return str(signing.loads(request.POST.get("token", "")[:500], salt=SALT, max_age=OPEN_FOR))
    except (signing.BadSignature, ValueError) as error:
        raise Refused("embed-expired", status=403) from error


def show(request: HttpRequest, language: str, refused: Refused | None = None) -> HttpResponse:
    """The form, empty or as it was typed."""
    typed = request.POST if request.method == "POST" else request.GET
    fields = {name: one for name, one in report_fields(typed).items() if one and name != "complained"}
    errors = errors_in(typed, refused)
    common.mark(fields.values(), errors)
    context: dict[str, Any] = {
        **base(), "f": fields, "errors": errors, "action": f"{HERE}?lang={language}",
        "token": token_of(request, refused), "photos_again": bool(request.FILES), "lang": language,
        "others": others(language), "full_url": f"{base_url(request)}/report/",
        "about": asking.about(typed, errors=errors), "questions_url": questions_url(language),
        **PROOF, "stopped": asking.stopped(refused),
    }  # fmt: skip
    return render(request, "loop/public/embed.html", context, status=refused.status if refused is not None else 200)


def token_of(request: HttpRequest, refused: Refused | None) -> str:
    """A token with a key of its own; a form that comes back keeps the one it had while that holds."""
    kept = request.POST.get("token", "")[:500]
    if kept and (refused is None or refused.code not in ("embed-expired", "key-reused")):
        return kept
    return signing.dumps(common.fresh_key(), salt=SALT)


def others(language: str) -> list[dict[str, str]]:
    """The form in other languages; a frame has no cookie to keep a choice in."""
    offered = [(code, name) for code, name in settings.LANGUAGES if code in ("zh-hans", "en") and code != language]
    return [{"url": f"{HERE}?lang={code}", "name": name, "tag": "zh-Hans" if code == "zh-hans" else code}
            for code, name in offered]  # fmt: skip


def received(request: HttpRequest, done: Received, language: str) -> HttpResponse:
    """Number, secret and link."""
    case, _ = opened(done.token)
    context = {
        **base(), "number": case.number, "secret": case_secret(case.pk), "link": f"{base_url(request)}/f/{done.token}/",
        "anonymous": case.anonymous, "again_url": f"{HERE}?lang={language}",
        "promise": promise(), "stops": asking.stops(case),
    }  # fmt: skip
    return render(request, "loop/public/embedded.html", context)
