"""Work in the field over HTTP, for other clients than the phone's pages: the same verbs, the same keys."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import unquote
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Router, Schema, Status

from gezhi.loop.field import saying, store
from gezhi.loop.field.service import asking, parts, visiting
from gezhi.loop.field.service.steps import person
from gezhi.trust.service import actor_from_request, require

router = Router(tags=["field"])
AHEAD = timedelta(days=7)


class TaskOut(Schema):
    id: UUID
    case: UUID
    number: str
    check: str = Field(description="before or after")
    ask: str
    place: str
    due_at: datetime
    seen: int = Field(description="Number of the case's last step; send it back with the answer")
    lon: float | None
    lat: float | None


class PlaceOut(Schema):
    id: UUID
    address: str
    kind: str
    every: int = Field(description="Days between two visits")
    due_on: str
    last_result: str
    lon: float | None
    lat: float | None


class ActIn(Schema):
    key: UUID = Field(description="Made by the client; sending it again changes nothing")
    kind: Literal["check", "patrol", "visit"]
    of: UUID | None = Field(None, description="The task or the place; nothing for a patrol")
    result: str = Field("", max_length=20)
    note: str = Field("", max_length=20_000)
    place: str = Field("", max_length=500)
    matter: str = Field("", max_length=20)
    urgency: int = Field(1, ge=1, le=4)
    seen: int | None = Field(None, ge=0, le=10**9 - 1)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    accuracy: float | None = Field(None, ge=0, le=10**9)
    no_place: str = Field("", max_length=20, description="Why there is no position")
    made: datetime | None = None
    sent: datetime | None = Field(None, description="The client's clock at sending: it puts `made` right")
    parts: list[UUID] = Field([], max_length=9)


class DoneOut(Schema):
    key: str
    kind: str
    result: str
    case: str
    number: str
    state: str
    clash: str = Field(description="cancelled, answered or moved: it came too late and was kept as a note")
    last: int
    due: str
    repeated: bool


class AskIn(Schema):
    check: Literal["before", "after"]
    ask: str = Field(max_length=20_000)
    place: str = Field(max_length=300)
    due: datetime
    user: int | None = Field(None, ge=1, le=2**31 - 1)
    unit: int | None = Field(None, ge=1, le=2**31 - 1)
    area: str = Field("", max_length=12)
    shown: bool = False
    key: str = Field("", max_length=100)


class OffsetOut(Schema):
    offset: int


@router.get("/tasks", response=list[TaskOut], summary="Looks at places that wait for you")
def tasks(request: HttpRequest) -> Any:
    actor = actor_from_request(request)
    person(actor)
    return [
        {**asking.told(row), "id": row.pk, "case": row.case_id, "number": row.case.number, "check": row.phase,
         "due_at": row.due_at, "seen": row.case.last, "lon": row.case.lon, "lat": row.case.lat}
        for row in store.open_tasks(actor)
    ]  # fmt: skip


@router.get("/places", response=list[PlaceOut], summary="Households and places that you visit in the next days")
def places(request: HttpRequest) -> Any:
    """By address; no name and no number."""
    actor = actor_from_request(request)
    person(actor)
    rows = visiting.due_by(actor, timezone.localdate() + AHEAD)
    names = ("kind", "every", "last_result", "lon", "lat")
    return [
        {**{name: getattr(row, name) for name in names}, "id": row.pk, "due_on": row.due_on.isoformat(),
         "address": visiting.told(row)["address"]}
        for row in rows
    ]  # fmt: skip


@router.post("/acts", response=DoneOut, summary="A finding, a patrol report or a visit")
def act(request: HttpRequest, body: ActIn) -> Any:
    """Photos come before, piece by piece. A finding that comes when the case has moved on is kept and says so."""
    actor, said = actor_from_request(request), body.dict(exclude={"key", "kind", "of", "made", "sent", "parts"})
    said |= {name: moment.isoformat() if (moment := getattr(body, name)) else "" for name in ("made", "sent")}
    said["parts"] = [str(part) for part in body.parts]
    done = saying.perform(body.kind, str(body.of or ""), said, (), actor=actor, now=timezone.now(), key=str(body.key))
    return done.as_dict()


@router.get("/parts/{uuid:key}", response=OffsetOut, summary="How much of a photo has arrived")
def part(request: HttpRequest, key: UUID) -> Any:
    return {"offset": parts.offset(str(key), actor=actor_from_request(request))}


@router.post("/parts/{uuid:key}", response=OffsetOut, summary="The next piece of a photo, as the body")
def put_part(
    request: HttpRequest, key: UUID, offset: Annotated[int, Header(alias="Upload-Offset", ge=0, le=2**31 - 1)],
    length: Annotated[int, Header(alias="Upload-Length", ge=1, le=2**31 - 1)],
    name: Annotated[str, Header(alias="Upload-Name", max_length=300)] = "",
) -> Any:  # fmt: skip
    """At most 1 MB at once. 409 `field-offset` says where to go on."""
    got = parts.put(
        str(key), offset, length, request.body, name=unquote(name), actor=actor_from_request(request),
        now=timezone.now(),
    )  # fmt: skip
    return {"offset": got}


@router.post("/cases/{uuid:case_id}/asks", response={201: dict[str, str]}, summary="Ask for a look at the place")
def ask(request: HttpRequest, case_id: UUID, body: AskIn) -> Any:
    """Of one person (`user`), or of whoever works in the field for a unit."""
    actor = actor_from_request(request)
    require(actor, store.ASK)
    said = body.dict(exclude={"ask", "key"})
    wish = asking.Wish(words=body.ask, **said)
    task = asking.ask(case_id, wish, actor=actor, now=timezone.now(), key=body.key)
    return Status(201, {"id": str(task.pk)})


@router.post("/tasks/{uuid:key}/cancel", response=dict[str, str], summary="Take a look back")
def cancel(request: HttpRequest, key: UUID) -> Any:
    row = asking.cancel(key, actor=actor_from_request(request), now=timezone.now())
    return {"id": str(row.pk), "state": row.state}
