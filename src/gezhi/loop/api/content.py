"""Content over HTTP: matters and code lists, as other systems need them to fill a form."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from gezhi.kernel.errors import Refused
from gezhi.loop.api import schemas
from gezhi.loop.store.content import content

router = Router(tags=["content"])


@router.get("/matters", response=list[schemas.MatterOut], summary="Matters in force")
def matters(request: HttpRequest) -> Any:
    rows = sorted(content().matters.values(), key=lambda row: row.code)
    return [{name: getattr(row, name) for name in schemas.MatterOut.model_fields} for row in rows]


@router.get("/questions", response=list[schemas.QuestionOut], summary="Questions that a matter asks")
def questions(request: HttpRequest, matter: str) -> Any:
    """Those of the matter and of the matters above it; their codes are the keys of a report's `answers`."""
    kept = content()
    if matter not in kept.matters:
        raise Refused("matter-unknown", status=422, matter=matter[:40])
    return [
        {"code": one.code, "type": one.kind, "required": one.required, "text_zh": one.text_zh, "text_en": one.text_en,
         "options": one.options, "stop": one.stop or None, "only": one.only or None, "least": one.bounds()[0],
         "most": one.bounds()[1]}
        for one in kept.questions_for(matter)
    ]  # fmt: skip


@router.get("/codes", response=list[schemas.CodeOut], summary="Code lists in force")
def codes(request: HttpRequest) -> Any:
    """Channels, reasons and every other list that is content."""
    return [
        {"list": name, "code": item.code, "name_zh": item.name_zh, "name_en": item.name_en}
        for name, items in sorted(content().codes.items())
        for item in items.values()
    ]
