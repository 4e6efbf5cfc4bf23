"""Pages that belong to no room: the language switch, and what is shown when something went wrong."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language chosen in a cookie and go back to the page that asked."""
    target = request.POST.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response


def problem(request: HttpRequest, status: int, code: str, text: str) -> HttpResponse:
    """One error in the form that the caller reads: JSON for the API, a page for people."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": text, "facts": {}}, status=status)
    return render(request, "gezhi/error.html", {"code": code, "sentence": text, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 400, "bad-request", gettext("The browser sent something this site cannot read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 403, "not-allowed", gettext("You may not open this page."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = gettext("This form was open too long or was sent from another site. Go back, reload the page and try again.")
    return problem(request, 403, "form-expired", text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 404, "not-found", gettext("There is no such page, or it is not yours to see."))


def server_error(request: HttpRequest) -> HttpResponse:
    text = gettext("Something went wrong on our side. What you saved earlier is safe; try again in a minute.")
    return problem(request, 500, "server-error", text)
