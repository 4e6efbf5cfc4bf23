"""How a person likes pages to look, kept in cookies: large type, night; both work without JavaScript."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

CHOICES = {"size": ("normal", "elder"), "theme": ("day", "night")}
YEAR = 365 * 24 * 3600


@require_POST
def looks(request: HttpRequest) -> HttpResponse:
    """Keep the size or theme chosen and go back to the page that asked."""
    target = request.POST.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    for name, allowed in CHOICES.items():
        chosen = request.POST.get(name, "")
        if chosen in allowed:
            response.set_cookie(
                f"gezhi_{name}", chosen, max_age=YEAR, samesite="Lax", secure=settings.CSRF_COOKIE_SECURE
            )
    return response
