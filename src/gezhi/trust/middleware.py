"""Pages that need somebody signed in lead to the sign-in page; a password that is due is set before anything else.

Who came in by the office's provider of identities is looked at again here, where nobody has for five minutes.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from gezhi.kernel.errors import Refused
from gezhi.trust.oidc.pages.watching import look_again

TARGETS = {"sign-in-needed": "/sign-in/", "password-due": "/account/password/"}


class SignInMiddleware:
    """Turns two refusals of a page into the page where they are mended; the API keeps them as refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        look_again(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The way to the page, keeping where the person wanted to go."""
        if not isinstance(exception, Refused) or exception.code not in TARGETS or request.path.startswith("/api/"):
            return None
        wanted = request.get_full_path() if request.method == "GET" else "/"
        target = f"{TARGETS[exception.code]}?{urlencode({'next': wanted})}"
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target
            return response
        return HttpResponseRedirect(target)
