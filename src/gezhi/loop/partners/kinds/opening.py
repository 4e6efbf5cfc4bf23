"""What every kind does alike with what came in: a case opened under their number, words added, their state kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.channels.names import channel_of
from gezhi.loop.models import Case, Partner, PartnerCase, Piece
from gezhi.loop.partners import store
from gezhi.loop.partners.adapters import Done
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Report, receive
from gezhi.trust.rules import Actor

SAID = ("text", "title", "place", "object", "kind", "matter", "area", "name", "phone", "occurred")
LONGEST_NUMBER = 80
WORDS = {"supplement": "words", "chase": "words", "supply": "words", "withdraw": "reason", "note": "note"}


def number_in(body: Mapping[str, Any]) -> str:
    """Their number of a case; raises field-missing, field-invalid (422)."""
    number = str(body.get("number") or "").strip()
    if not number:
        raise Refused("field-missing", status=422, field="number", move="case.create")
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        raise Refused("field-invalid", status=422, field="number", value=number[:40])
    return number


def open_case(partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
    """A case under the partner's number; one whose case is here already is refused (partner-number-known)."""
    number = number_in(body)
    if store.case_of(partner, number) is not None or (partner.source and store.known(partner.source, number)):
        raise Refused("partner-number-known", number=number)
    said: dict[str, Any] = {name: str(body[name]) for name in SAID if body.get(name) not in (None, "")}
    channel = channel_of(str(body.get("channel") or "")[:60], partner.channel, source=partner.code, now=now)
    report = Report(
        **{"text": "", **said}, urgency=_whole(body.get("urgency")), confidential=body.get("confidential") is True,
        lon=_degrees(body.get("lon"), "lon"), lat=_degrees(body.get("lat"), "lat"), channel=channel,
        source=partner.source or partner.code, external_number=number, desk=partner.desk_id,
        answers=_answers(body.get("answers")),
    )  # fmt: skip
    done = receive(report, actor=actor, now=now, key=f"piece:{piece.pk}")
    case = Case.objects.get(pk=done.moved.case)
    store.link(partner, case, number, due_at=_moment(body.get("due_at")), heard_at=now,
               state=str(body.get("state") or "")[:40])  # fmt: skip
    return Done(str(case.pk), {"number": case.number})


def add_words(partner: Partner, name: str, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
    """What the person, or the system beside ours, says further of a case."""
    link = linked(partner, body)
    words = str(body.get("words") or "").strip()
    move(link.case_id, name, {WORDS[name]: words} if words else {}, actor=actor, now=now)
    return _heard(link, body, now)


def keep_state(partner: Partner, body: Mapping[str, Any], *, now: datetime) -> Done:
    """Their state and their due time of a case, kept beside ours."""
    return _heard(linked(partner, body), body, now)


def linked(partner: Partner, body: Mapping[str, Any]) -> PartnerCase:
    """The case under their number; raises partner-number-unknown (404)."""
    number = number_in(body)
    link = store.case_of(partner, number)
    if link is None:
        raise Refused("partner-number-unknown", status=404, number=number)
    return link


def _heard(link: PartnerCase, body: Mapping[str, Any], now: datetime) -> Done:
    if body.get("state"):
        link.state = str(body["state"])[:40]
    if body.get("due_at"):
        link.due_at = _moment(body["due_at"])
    link.heard_at = now
    store.save_link(link, "state", "due_at", "heard_at")
    return Done(str(link.case_id), {"number": link.case.number})


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused("field-invalid", status=422, field="due_at", value=str(value)[:40]) from error
    if found.tzinfo is None:
        raise Refused("field-invalid", status=422, field="due_at", value=str(value)[:40])
    return found


def _whole(value: Any) -> int:
    if value in (None, ""):
        return 1
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("field-invalid", status=422, field="urgency", value=str(value)[:40])
    return value


def _degrees(value: Any, name: str) -> float | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("field-invalid", status=422, field=name, value=str(value)[:40])
    return float(value)


def _answers(value: Any) -> dict[str, Any]:
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise Refused("field-invalid", status=422, field="answers", value=str(value)[:40])
    return {str(name)[:40]: each for name, each in value.items()}
