"""Suggestions over HTTP, mounted at /api/v1/loop/triage."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.words import TEXT_LIMIT, TITLE_LIMIT
from gezhi.loop.triage import service
from gezhi.trust.service import actor_from_request, require

router = Router(tags=["triage"])
SHORT = 2_000  # characters of a text that still fits an address


class Wish(Schema):
    text: str = Field("", max_length=SHORT, description="What the person says, as far as it is typed")
    title: str = Field("", max_length=TITLE_LIMIT)
    area: str = Field("", max_length=12, description="Code of the area, which decides the unit")


class LongWish(Wish):
    text: str = Field("", max_length=TEXT_LIMIT, description="What the person says; not kept")


class CandidateOut(Schema):
    code: str
    probability: float
    words: list[str] = Field(description="The words that decided, the strongest first")


class AdviceOut(Schema):
    matter: list[CandidateOut]
    unit: list[CandidateOut]
    sure: bool = Field(description="Whether the first matter may be filled in; otherwise it is only offered")
    origin: str = Field(description="model, keywords, both or none")


@router.get("/suggest", response=AdviceOut, summary="Matter and unit for a short text, while it is typed")
def suggest(request: HttpRequest, wish: Query[Wish]) -> Any:
    return _advise(request, wish)


@router.post("/suggest", response=AdviceOut, summary="Matter and unit for a text")
def suggest_long(request: HttpRequest, body: LongWish) -> Any:
    """The same for texts of any length; a body stands in no log of addresses."""
    return _advise(request, body)


def _advise(request: HttpRequest, wish: Wish) -> Any:
    require(actor_from_request(request), "case.create")
    if "\x00" in wish.text + wish.title + wish.area:
        raise Refused("field-invalid", status=422, field="text", value="NUL")
    advice = service.advise([wish.title, wish.text] if wish.title else [wish.text], wish.area)
    return {
        "matter": [{"code": c.label, "probability": c.probability, "words": c.words} for c in advice.matter],
        "unit": [{"code": c.code, "probability": c.probability, "words": c.words} for c in advice.unit],
        "sure": advice.sure, "origin": advice.origin,
    }  # fmt: skip
