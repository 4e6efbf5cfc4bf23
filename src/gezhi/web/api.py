"""The REST API assembled: each room's `api.py` offers `router`, mounted under the room's name at /api/v1/."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain, refusal_json


def optional(module: str, name: str) -> Any:
    """A thing that a room offers by convention, or None when the room has no such shelf."""
    return getattr(import_module(module), name, None) if find_spec(module) is not None else None


api = NinjaAPI(
    title="Gezhi",
    version="1",
    urls_namespace="api",
    auth=optional("gezhi.trust.api", "auth"),
    docs_url="/docs",
    openapi_url="/openapi.json",
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, exception: Refused) -> HttpResponse:
    return refusal_json(exception)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    """The fields that do not fit, as facts of one refusal."""
    places = [
        {"where": ".".join(str(part) for part in error["loc"]), "why": plain(error["msg"])}
        for error in exception.errors
    ]
    return refusal_json(Refused("malformed", status=422, fields=places))


for room in settings.ROOMS:
    router = optional(f"gezhi.{room}.api", "router") if room != "web" else None
    if router is not None:
        api.add_router(f"/{room}", router)
