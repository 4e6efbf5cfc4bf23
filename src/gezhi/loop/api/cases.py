"""Cases over HTTP: open one, list them, read one, move it, reveal who asked."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Field, Header, Query, Router, Schema

from gezhi.kernel.errors import Refused
from gezhi.loop import service
from gezhi.loop.api import schemas
from gezhi.loop.channels.names import channel_of
from gezhi.loop.models import Case
from gezhi.loop.rules.moves import MOVES
from gezhi.loop.rules.redact import redact
from gezhi.loop.rules.tabs import BY_NAME
from gezhi.loop.service.reading import CaseView, reveal_requester, view
from gezhi.loop.store import worklist
from gezhi.loop.store.lines import Line
from gezhi.trust.service import actor_from_request, open_text

router = Router(tags=["cases"])
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", max_length=150, description="Sending it again changes nothing"),
]


class Filters(Schema):
    tab: str = "open"
    words: str = Field("", max_length=200, description="Words of the story, or a number of ours or theirs")
    light: str = Field("", description="late, soon, today or paused")
    matter: str = Field("", max_length=20)
    area: str = Field("", max_length=12)
    channel: str = Field("", max_length=20)
    kind: str = Field("", max_length=12)
    unit: int | None = Field(None, ge=1, le=2**31 - 1)
    urgency: int | None = Field(None, ge=1, le=4)
    page: int = Field(1, ge=1, le=10_000)
    order: str = "due"


@router.post("/cases", response={201: schemas.ReceivedOut, 200: schemas.ReceivedOut}, summary="Open a case")
def create(request: HttpRequest, body: schemas.ReportIn, key: Key = None) -> Any:
    """Open a case in state `received`. The same Idempotency-Key answers 200 with the first case.

    Without `answers` the desk asks later; with them, they are checked against the questions of the matter.
    """
    actor = actor_from_request(request)
    said, moment = dict(body), timezone.now()
    channel = channel_of(body.channel, "api", source=actor.key, now=moment)
    done = service.receive(
        service.Report(**{**said, "channel": channel}, asked=bool(body.answers)), actor=actor, now=moment,
        key=key or "", content_of_key=said if key else None,
    )  # fmt: skip
    answer = {
        "id": done.moved.case, "number": done.moved.number, "state": done.moved.state, "last": done.moved.last,
        "token": done.token, "secret": done.secret,
    }  # fmt: skip
    # flat and of our own making: not checked again
    return JsonResponse(answer, status=200 if done.moved.repeated else 201)


@router.get("/cases", response=schemas.PageOut, summary="Cases you may see")
def listing(request: HttpRequest, filters: Query[Filters]) -> Any:
    """A page of fifty. A number typed in `words` is found whatever the other filters say, and comes first."""
    if filters.tab not in BY_NAME or filters.order not in worklist.ORDERS:
        raise Refused("filter-unknown", status=422, tab=filters.tab, order=filters.order)
    if "\x00" in "".join(str(value) for value in filters.dict().values()):
        raise Refused("field-invalid", status=422, field="words", value="NUL")
    wish = worklist.Wish(**filters.dict())
    found = worklist.page(actor_from_request(request), wish, timezone.now())
    return {"items": [row_out(case) for case in (*found.exact, *found.rows)], "page": wish.page, "more": found.more}


@router.get("/cases/{uuid:case_id}", response=schemas.CaseDetail, summary="One case with its history")
def detail(request: HttpRequest, case_id: UUID) -> Any:
    return detail_out(view(case_id, actor=actor_from_request(request), now=timezone.now()))


@router.post("/cases/{uuid:case_id}/moves/{move}", response=schemas.CaseOut, summary="Move a case")
def move(request: HttpRequest, case_id: UUID, move: str, body: schemas.MoveIn, key: Key = None) -> Any:
    """Any move of the workflow table; GET /moves lists them with their fields. 409 `case-moved` when `seen` is old."""
    actor = actor_from_request(request)
    done = service.move(
        case_id, move, body.data, actor=actor, now=timezone.now(), seen=body.seen, key=key or "",
        content_of_key=body.data,
    )  # fmt: skip
    return {"id": done.case, "number": done.number, "state": done.state, "last": done.last}


@router.post("/cases/{uuid:case_id}/reveal", response=dict[str, str], summary="Show who asked, for a purpose")
def reveal(request: HttpRequest, case_id: UUID, body: schemas.RevealIn) -> Any:
    """Written to the ledger and shown to the person concerned."""
    actor = actor_from_request(request)
    return reveal_requester(case_id, actor=actor, now=timezone.now(), purpose=body.purpose, fields=tuple(body.fields))


@router.get("/moves", response=list[schemas.MoveOut], summary="The workflow table")
def moves(request: HttpRequest) -> Any:
    return [
        {
            "name": move.name, "sources": list(move.sources), "targets": list(move.targets), "who": list(move.who),
            "fields": [
                {"name": f.name, "kind": f.kind, "required": f.required, "choices": f.choices, "public": f.public}
                for f in move.fields
            ],
        }
        for move in MOVES
    ]  # fmt: skip


SAME = ("id", "number", "state", "round", "matter", "kind", "urgency", "area", "channel", "received_at", "due_at",
        "due_stage", "paused", "supervised", "external_number")  # fmt: skip


def row_out(case: Case | Line, story: dict[str, Any] | None = None) -> dict[str, Any]:
    """One line of a list; the title is opened from the sealed story, and what it tells of a confidential person cut."""
    told = open_text(case.requester, case.story) if story is None else story
    title = str(told.get("title", ""))
    row = {name: getattr(case, name) for name in SAME}
    title = redact(title) if case.confidential else title
    return {**row, "title": title, "lead": case.lead.code if case.lead else None}


def detail_out(shown: CaseView) -> dict[str, Any]:
    case = shown.case
    same = ("outcome", "last", "confidential", "anonymous")
    steps = [
        {
            "no": e.no, "move": e.move, "source": e.source, "target": e.target, "actor": e.actor,
            "actor_kind": e.actor_kind, "unit": e.unit.code if e.unit else None, "acted_at": e.acted_at,
            "facts": e.facts, "texts": e.texts,
        }
        for e in shown.entries
    ]  # fmt: skip
    names = schemas.ClockOut.model_fields
    return {
        **row_out(case, shown.story), **{name: getattr(case, name) for name in same}, "story": shown.story,
        "satisfaction": shown.satisfaction, "solved": shown.solved,
        "requester": shown.requester, "main": case.main_id, "steps": steps,
        "clocks": [{name: getattr(clock, name) for name in names} for clock in shown.clocks],
        "offers": shown.offers,
    }  # fmt: skip
