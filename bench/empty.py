"""An empty Django view behind the same server: what any request costs before a product does anything."""

import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench", MIDDLEWARE=[])


def view(request: HttpRequest) -> HttpResponse:
    """Reads what was sent, and says nothing."""
    del request
    return HttpResponse()


urlpatterns = [path("", view), path("healthz", view)]
application = get_wsgi_application()


def main(port: int, threads: int) -> None:
    """Serve until SIGTERM, as the product's web process does."""
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from gezhi.web.running.web_process import OneProcess

    OneProcess(
        "bench.empty:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI,
        blocking_threads=threads, backlog=2048, backpressure=threads * 64, log_level=LogLevels.warning,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
