"""Content over HTTP: matters and code lists, as other systems need them to fill a form."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from gezhi.loop.api import schemas
from gezhi.loop.store.content import content

router = Router(tags=["content"])


@router.get("/matters", response=list[schemas.MatterOut], summary="Matters in force")
def matters(request: HttpRequest) -> Any:
    rows = sorted(content().matters.values(), key=lambda row: row.code)
    return [{name: getattr(row, name) for name in schemas.MatterOut.model_fields} for row in rows]


@router.get("/codes", response=list[schemas.CodeOut], summary="Code lists in force")
def codes(request: HttpRequest) -> Any:
    """Channels, reasons and every other list that is content."""
    return [
        {"list": name, "code": item.code, "name_zh": item.name_zh, "name_en": item.name_en}
        for name, items in sorted(content().codes.items())
        for item in items.values()
    ]
