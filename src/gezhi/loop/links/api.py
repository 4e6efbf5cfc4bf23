"""Links for people without accounts over HTTP: send, list, take over, send back, take back."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Router, Schema, Status
from pydantic import BaseModel, ConfigDict

from gezhi.loop.links import service, store
from gezhi.loop.links.pages.panel import state_of
from gezhi.loop.links.service.answering import SAID
from gezhi.loop.links.service.sending import NAME_LIMIT
from gezhi.loop.models import Link
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.store.visible import get_visible
from gezhi.trust.service import actor_from_request, open_text

router = Router(tags=["links"])
NO_NUL = r"^[^\x00]*$"
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", max_length=150, description="Sending it again changes nothing"),
]


class LinkIn(BaseModel):
    """What is asked of whom by when."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=NAME_LIMIT, pattern=NO_NUL, description="Sealed on receipt")
    office: str = Field("", max_length=NAME_LIMIT, pattern=NO_NUL, description="What the person is; lists show it")
    phone: str = Field(min_length=4, max_length=40, description="Sealed; its last four digits open the link")
    ask: str = Field(min_length=1, max_length=TEXT_LIMIT, pattern=NO_NUL)
    due: date
    story: str | None = Field(
        None, max_length=TEXT_LIMIT, description="What the person reads of the request; without it, the redacted words"
    )
    files: list[UUID] = Field(default_factory=list, max_length=9, description="Photos of the case that may be seen")


class LinkOut(Schema):
    id: UUID
    case: UUID
    state: str
    name: str = Field(description="Most of it hidden; empty once it was erased by rule")
    unit: str
    due_at: datetime
    valid_until: datetime
    opened_at: datetime | None
    signed_at: datetime | None
    finished_at: datetime | None
    step: int | None = Field(description="The step by which the answer came into the case")


class SentOut(LinkOut):
    address: str = Field(description="Told this once and kept nowhere; empty for a repeat")
    message: str


class NoteOut(Schema):
    kind: str = Field(description="note, done, cannot, or back by the sender")
    at: datetime
    words: str
    files: list[UUID]


class LinkDetail(LinkOut):
    ask: str
    story: str
    notes: list[NoteOut]


class ApproveIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str = Field(min_length=1, max_length=TEXT_LIMIT, pattern=NO_NUL)
    files: list[UUID] = Field(default_factory=list, max_length=27)
    public: bool = Field(False, description="The citizen may read it")


class BackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: str = Field(min_length=1, max_length=SAID, pattern=NO_NUL)
    due: date | None = None


class RenewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    due: date | None = None


def link_out(link: Link) -> dict[str, Any]:
    same = ("id", "due_at", "valid_until", "opened_at", "signed_at", "finished_at", "step")
    return {
        **{name: getattr(link, name) for name in same}, "case": link.case_id, "unit": link.unit.code,
        "state": state_of(link, timezone.now()), "name": service.name_of(link),
    }  # fmt: skip


def sent_out(request: HttpRequest, sent: service.Sent) -> dict[str, Any]:
    base = str(settings.GEZHI_PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/")
    text = service.message_of(sent, base) if sent.token else ""
    return {**link_out(sent.link), "address": service.address_of(sent, base), "message": text}


@router.post(
    "/cases/{uuid:case_id}/links", response={201: SentOut, 200: SentOut}, summary="Hand work to somebody outside"
)
def send(request: HttpRequest, case_id: UUID, body: LinkIn, key: Key = None) -> Any:
    """A link for one person without an account; only people of a unit that works on the case may make one."""
    wish = service.Wish(
        name=body.name, phone=body.phone, ask=body.ask, due=body.due, story=body.story,
        files=tuple(str(each) for each in body.files), office=body.office,
    )  # fmt: skip
    actor = actor_from_request(request)
    sent = service.send(case_id, wish, actor=actor, now=timezone.now(), key=key or "")
    return Status(201 if sent.token else 200, sent_out(request, sent))


@router.get("/cases/{uuid:case_id}/links", response=list[LinkOut], summary="Links of a case you may decide on")
def listing(request: HttpRequest, case_id: UUID) -> Any:
    actor = actor_from_request(request)
    case = get_visible(actor, case_id)
    paths = service.working(case)
    return [link_out(row) for row in store.of_case(case) if service.may(actor, "link.approve", row, paths)]


@router.get("/links/{uuid:link_id}", response=LinkDetail, summary="One link with what came back")
def detail(request: HttpRequest, link_id: UUID) -> Any:
    actor = actor_from_request(request)
    link = service.visible_link(link_id, "link.approve", actor=actor, lock=False)
    said = service.words_of(link)
    notes = [
        {"kind": row.kind, "at": row.at, "files": [file.pk for file in row.files.all()],
         "words": str(open_text(link.case.requester, row.words).get("words", ""))}
        for row in store.notes_of(link)
    ]  # fmt: skip
    return {**link_out(link), "ask": said.get("ask", ""), "story": said.get("story", ""), "notes": notes}


@router.post("/links/{uuid:link_id}/approve", response=LinkOut, summary="Take an answer over into the case")
def approve(request: HttpRequest, link_id: UUID, body: ApproveIn, key: Key = None) -> Any:
    """It becomes a note of the case with the photos named."""
    actor, files = actor_from_request(request), [str(each) for each in body.files]
    return link_out(service.approve(
        link_id, body.note, files, actor=actor, now=timezone.now(), public=body.public, form=key or "",
    ))  # fmt: skip


@router.post("/links/{uuid:link_id}/back", response=LinkOut, summary="Send an answer back to the person")
def back(request: HttpRequest, link_id: UUID, body: BackIn) -> Any:
    actor = actor_from_request(request)
    return link_out(service.back(link_id, body.words, body.due, actor=actor, now=timezone.now()))


@router.post("/links/{uuid:link_id}/renew", response=SentOut, summary="Make a new address for a link")
def renew(request: HttpRequest, link_id: UUID, body: RenewIn) -> Any:
    """The old one opens nothing any more."""
    actor = actor_from_request(request)
    return sent_out(request, service.renew(link_id, body.due, actor=actor, now=timezone.now()))


@router.post("/links/{uuid:link_id}/revoke", response=LinkOut, summary="Take a link back")
def revoke(request: HttpRequest, link_id: UUID) -> Any:
    return link_out(service.revoke(link_id, actor=actor_from_request(request), now=timezone.now()))
