"""Similar cases over HTTP, mounted at /api/v1/loop/alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from gezhi.kernel.errors import Refused
from gezhi.loop.alike import service, store
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.store.visible import get_visible
from gezhi.trust.service import actor_from_request, require

router = Router(tags=["alike"])
VERB = "case.merge"  # who may merge is shown what is the same


class Sought(Schema):
    text: str = Field(max_length=TEXT_LIMIT, description="What the person says; not kept")
    place: str = Field("", max_length=500)
    object: str = Field("", max_length=200, description="What it is about: a lamp, a shop, a number")
    matter: str = Field("", max_length=20)
    area: str = Field("", max_length=12)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)


class ReasonOut(Schema):
    code: str
    amount: int
    of: int


class AlikeOut(Schema):
    case: UUID
    number: str
    state: str
    received_at: datetime
    score: float = Field(description="From 0 to 1")
    reasons: list[ReasonOut]


class NearOut(Schema):
    common: bool = Field(description="The words stand in too many cases to look for")
    cases: list[AlikeOut]


class DifferIn(Schema):
    other: UUID
    undo: bool = False


@router.post("", response=NearOut, summary="Open cases like what is typed")
def typed(request: HttpRequest, body: Sought) -> Any:
    actor, now = actor_from_request(request), timezone.now()
    require(actor, VERB)
    point = (body.lon, body.lat) if body.lon is not None and body.lat is not None else None
    sought = service.asked(body.text, place=body.place, object_=body.object, matter=body.matter, area=body.area,
                           now=now, point=point)  # fmt: skip
    return _out(service.near(sought, actor=actor, now=now))


@router.get("/{case_id}", response=NearOut, summary="Open cases like a case; those found to differ are left out")
def like(request: HttpRequest, case_id: UUID) -> Any:
    actor = actor_from_request(request)
    require(actor, VERB)
    case = store.case_with_words(get_visible(actor, case_id).pk)
    if case is None:
        raise Refused("case-not-found", status=404)
    return _out(service.near_case(case, actor=actor, now=timezone.now()))


@router.post("/{case_id}/differ", response={204: None}, summary="Say that two cases are not the same, or take it back")
def differ(request: HttpRequest, case_id: UUID, body: DifferIn) -> Any:
    actor = actor_from_request(request)
    service.differ(case_id, body.other, undo=body.undo, actor=actor, now=timezone.now())
    return Status(204, None)


def _out(near: service.Near) -> dict[str, Any]:
    return {"common": near.common, "cases": [
        {"case": one.case.pk, "number": one.case.number, "state": one.case.state,
         "received_at": one.case.received_at, "score": round(one.score, 4),
         "reasons": [{"code": code, "amount": amount, "of": of} for code, amount, of in one.reasons]}
        for one in near.rows
    ]}  # fmt: skip
