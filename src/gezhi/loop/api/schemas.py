"""Bodies of the loop's API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel, ConfigDict

from gezhi.loop.rules.words import TEXT_LIMIT

NO_NUL = r"^[^\x00]*$"


class ReportIn(BaseModel):
    """What is reported. Only `text` is needed."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=TEXT_LIMIT)
    title: str = Field("", max_length=1000)
    place: str = Field("", max_length=500)
    object: str = Field("", max_length=200, description="What it is about: a component, a firm, a thing")
    occurred: str = Field("", max_length=200, description="When it happened, in the person's words")
    kind: str = Field("", description="consult, help, complaint, report, suggest or praise")
    matter: str = Field("", max_length=20, description="Code of the matter; empty leaves it to the desk")
    urgency: int = Field(1, ge=1, le=4)
    area: str = Field("", max_length=12)
    channel: str = Field("api", max_length=60, description="Code of a channel, or a name that is mapped to one")
    name: str = Field("", max_length=100, description="Sealed on receipt")
    phone: str = Field("", max_length=40, description="Sealed on receipt")
    confidential: bool = False
    answers: dict[str, Any] = Field(default_factory=dict, description="Answers by code of question; see GET /questions")
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    source: str = Field("", max_length=40, description="The system that `external_number` belongs to")
    external_number: str = Field("", max_length=80)
    complained: int | None = Field(None, ge=1, le=2**31 - 1, description="Unit complained about")
    behalf: str = Field("", max_length=16, description="For whom of the family: parent, child, spouse, sibling …")
    behalf_name: str = Field("", max_length=100, description="Sealed on receipt")
    behalf_phone: str = Field("", max_length=40, description="Sealed on receipt")
    stop_reason: str = Field("", max_length=500, description="Why it is taken though an answer sends it elsewhere")


class CaseOut(Schema):
    id: UUID
    number: str
    state: str
    last: int = Field(description="Number of the last step; send it back as `seen`")


class ReceivedOut(CaseOut):
    token: str = Field(description="128-bit token of the citizen's link")
    secret: str = Field(description="Six digits that open the case together with its number")


class MoveIn(Schema):
    """`data` holds the fields of the move as GET /moves lists them."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] = Field(default_factory=dict)
    seen: int | None = Field(None, ge=0, le=2**31 - 1, description="The last step the sender saw")


class RowOut(Schema):
    id: UUID
    number: str
    title: str
    state: str
    round: int
    matter: str
    kind: str
    urgency: int
    area: str
    channel: str
    lead: str | None = Field(description="Code of the unit in charge")
    received_at: datetime
    due_at: datetime | None
    due_stage: str
    paused: bool
    supervised: bool
    external_number: str


class PageOut(Schema):
    items: list[RowOut]
    page: int
    more: bool


class EntryOut(Schema):
    no: int
    move: str
    source: str
    target: str
    actor: str
    actor_kind: str
    unit: str | None
    acted_at: datetime
    facts: dict[str, Any]
    texts: dict[str, str]


class ClockOut(Schema):
    stage: str
    label: str
    light: str
    share: float
    started_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    paused: bool
    amount: int
    unit_of: str
    source: str
    verified: bool


class CaseDetail(RowOut):
    story: dict[str, Any]
    outcome: str
    satisfaction: str
    solved: str
    last: int
    confidential: bool
    anonymous: bool
    requester: str = Field(description="Masked name")
    main: UUID | None
    steps: list[EntryOut]
    clocks: list[ClockOut]
    offers: list[str] = Field(description="Moves that you may make now")


class FieldOut(Schema):
    name: str
    kind: str
    required: bool
    choices: str
    public: bool


class MoveOut(Schema):
    name: str
    sources: list[str]
    targets: list[str]
    who: list[str]
    fields: list[FieldOut]


class RevealIn(Schema):
    model_config = ConfigDict(extra="forbid")

    purpose: str = Field("first_contact", max_length=32)
    fields: list[str] = Field(default_factory=lambda: ["name", "phone"], max_length=6)


class MatterOut(Schema):
    code: str
    parent: str
    level: int
    name_zh: str
    name_en: str


class QuestionOut(Schema):
    code: str
    type: str = Field(description="text, number, date, datetime, choice or choices")
    required: bool = Field(description="Must be answered where any answer is given")
    text_zh: str
    text_en: str
    options: list[dict[str, str]] = Field(description="code, zh, en")
    stop: dict[str, str] | None = Field(
        description="What to do at once where the answer is `on`: zh, en; `kind` warn takes the report all the same, "
        "call and elsewhere refuse it with `question-stops`; `to` is where to go"
    )
    only: dict[str, str] | None = Field(description="Put only where the question `code` was answered `on`")
    least: str
    most: str


class CodeOut(Schema):
    list: str
    code: str
    name_zh: str
    name_en: str
