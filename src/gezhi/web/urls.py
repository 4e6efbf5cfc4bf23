"""Every address of the product: the rooms' pages in one list, the API, health, language."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from gezhi.web import health, pages, readiness
from gezhi.web.api import api

Pattern = URLPattern | URLResolver


def rooms() -> list[Pattern]:
    """The pages of each room: its `urls.py` holds `urlpatterns` with the room as namespace."""
    found: list[Pattern] = []
    for room in settings.ROOMS:
        name = f"gezhi.{room}.urls"
        if room != "web" and find_spec(name) is not None:
            import_module(name)
            found.append(path("", include((name, room), namespace=room)))
    return found


urlpatterns: list[Pattern] = [
    path("healthz", readiness.healthz, name="healthz"),
    path("readyz", readiness.readyz, name="readyz"),
    path(health.PLACE.lstrip("/"), health.health, name="health"),
    path("language/", pages.language, name="language"),
    path("api/v1/", api.urls),
    *rooms(),
]
handler400 = "gezhi.web.pages.bad_request"
handler403 = "gezhi.web.pages.forbidden"
handler404 = "gezhi.web.pages.not_found"
handler500 = "gezhi.web.pages.server_error"
