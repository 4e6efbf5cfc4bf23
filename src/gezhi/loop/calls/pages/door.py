"""The door for the telephone system: one signed event at a time, answered with what was kept."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain
from gezhi.loop.calls import secret
from gezhi.loop.calls.rules.signature import check
from gezhi.loop.calls.service.hearing import hear
from gezhi.trust.rules import Actor

LARGEST, EARLIEST = 16 * 1024, 2000
ACTOR = Actor.system("cti")


class CtiEvent(BaseModel):
    """One event, as the telephone system sends it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    call_id: str = Field(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")
    event: Literal["ringing", "answered", "transferred", "ended", "missed", "rated"]
    at: datetime
    direction: Literal["in", "out"] = "in"
    caller: str = Field("", max_length=40, pattern=r"^[0-9+() \-]*$")
    called: str = Field("", max_length=40, pattern=r"^[0-9+() \-]*$")
    agent: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f]*$")
    skill: str = Field("", max_length=40, pattern=r"^[^\x00-\x1f]*$")
    queue_s: int | None = Field(None, ge=0, le=86_400)
    talk_s: int | None = Field(None, ge=0, le=86_400)
    recording_url: str = Field("", max_length=1000, pattern=r"^[\x21-\x7e]*$")
    rating: int | None = Field(None, ge=1, le=5)

    @field_validator("at")
    @classmethod
    def aware(cls, value: datetime) -> datetime:
        """A moment without a zone could be any of 24; one of long ago is a clock that was never set."""
        if value.tzinfo is None:
            raise ValueError("the moment needs its zone, such as +08:00")
        if value.year < EARLIEST:
            raise ValueError("the moment is of no telephone call")
        return value.astimezone(UTC)


@csrf_exempt  # no browser sends this and no cookie counts here: the signature does
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """Take one event: 200 with what is kept, now or before; 401 for the signature, 409 for a contradiction."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Refused("malformed", status=413, fields=[])
    now, body = timezone.now(), request.body
    stamp, given = request.headers.get("X-Gezhi-Timestamp", ""), request.headers.get("X-Gezhi-Signature", "")
    check(secret.accepted(now), stamp, given, body, now)
    heard = hear(parsed(body).model_dump(), actor=ACTOR, now=now)
    call = heard.call
    known: dict[str, Any] = {
        "call_id": call.call_id, "call": str(call.pk), "state": call.state, "repeated": heard.repeated,
        "agent_known": call.agent_id is not None or not call.agent_name,
    }  # fmt: skip
    return JsonResponse(known)


def parsed(body: bytes) -> CtiEvent:
    """The event, or the fields that do not fit; what was sent is never said again, since it holds a number."""
    try:
        event = CtiEvent.model_validate_json(body)
    except ValidationError as broken:
        places = [
            {"where": ".".join(str(part) for part in error["loc"]), "why": plain(error["msg"])}
            for error in broken.errors(include_input=False, include_context=False)
        ]
        raise Refused("malformed", status=422, fields=places) from None
    if event.rating is not None and event.event != "rated":
        raise Refused("malformed", status=422, fields=[{"where": "rating", "why": "only with the event rated"}])
    if event.event == "rated" and event.rating is None:
        raise Refused("malformed", status=422, fields=[{"where": "rating", "why": "missing"}])
    return event
