"""What a browser needs to open the phone's pages without a line: manifest, service worker, a page without people."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from gezhi.loop.field.pages.phone import base, patrol_fields, visit_fields
from gezhi.loop.field.pages.shown import note_field, photo_field, result_field, why_field

SCOPE = "/field/"
SHELL = "/field/shell/"
KEPT_HOURS = 12  # for which the phone keeps tasks and addresses
CSS = ("tokens", "base", "top", "chips", "notice", "forms", "dialog", "elder", "night", "print", "citizen", "field")
JS = (  # modules import each other by their plain names
    "page", "drafts", "drafts_server", "once", "clock", "page_parts", "careful", "connection", "words", "upload",
    "field/start", "field/queue", "field/send", "field/forms", "field/position", "field/offline", "field/panel",
    "field/say",
)  # fmt: skip


def files() -> list[str]:
    """The static files of the shell, by their names."""
    return [
        *(f"gezhi/css/{name}.css" for name in CSS), *(f"gezhi/js/{name}.js" for name in JS), "gezhi/icons.svg",
        "gezhi/mark.svg", *(["gezhi/vendor/htmx.min.js"] if finders.find("gezhi/vendor/htmx.min.js") else []),
    ]  # fmt: skip


def addresses() -> list[str]:
    """Where the browser fetches them: with the digest for what pages name, plain for what modules import."""
    named = [static(name) for name in files()]
    plain = [f"{settings.STATIC_URL}{name}" for name in files() if name.endswith(".js")]
    return list(dict.fromkeys([*named, *plain]))


@lru_cache(maxsize=1)
def version() -> str:
    """A digest of everything that the shell is made of: another version, another cache."""
    digest = hashlib.sha256()
    for name in (*files(), "gezhi/js/field/worker.js"):
        found = finders.find(name)
        digest.update(name.encode() + (Path(str(found)).read_bytes() if found else b""))
    return digest.hexdigest()[:16]


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with what it keeps written at its top; never from a cache, so that a new version is seen."""
    found = finders.find("gezhi/js/field/worker.js")
    source = Path(str(found)).read_text(encoding="utf-8")
    facts = {"version": version(), "shell": SHELL, "files": addresses(), "hours": KEPT_HOURS, "scope": SCOPE,
             "static": settings.STATIC_URL}  # fmt: skip
    response = HttpResponse(f"const KEEP = {json.dumps(facts)};\n{source}", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = SCOPE
    return response


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """How the browser calls it when it is put on the first screen of the phone."""
    facts = {
        "name": gettext("Gezhi field work"), "short_name": gettext("Field work"), "start_url": SCOPE, "scope": SCOPE,
        "id": SCOPE, "display": "standalone", "lang": translation.get_language(), "background_color": "#f5f7f8",
        "theme_color": "#0a4f50",
        "icons": [{"src": static("gezhi/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
    return JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """The page that stands in for all others without a line: forms to copy, no tasks and no people in it."""
    limit = settings.GEZHI_UPLOAD_BYTES // 2**20
    look = {
        check: {"result": result_field(check), "files": photo_field(limit), "no_place": why_field(),
                "note": note_field(help_=gettext("Needed where you could not look."))}
        for check in ("before", "after")
    }  # fmt: skip
    patrol, visit = patrol_fields({}), visit_fields({})
    for prefix, fields in (*look.items(), ("patrol", patrol), ("visit", visit)):
        for name, one in fields.items():
            one["id"] = f"{prefix}-{name}"  # they stand in one page
    context = base(request, "", looks=look, patrol=patrol, visit=visit, action="", key="")
    response = render(request, "loop/field/shell.html", context)
    response["Cache-Control"] = "no-cache"
    return response
