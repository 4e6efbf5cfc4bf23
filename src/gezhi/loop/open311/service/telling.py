"""Requests, updates and services as the standard tells them: what is public to everybody, more to whoever posted it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.models import Case, Matter, Step
from gezhi.loop.open311 import store
from gezhi.loop.open311.rules.asking import attributes
from gezhi.loop.open311.rules.states import ANSWERED, extended, status_of
from gezhi.loop.open311.rules.wire import Many, One
from gezhi.loop.open311.rules.wishes import Wish
from gezhi.loop.rules.redact import redact
from gezhi.loop.service.following import outward
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

STREET = 3  # decimals of a degree: a hundred metres, no door
ENDS = ("review_pass", "answer", "decline", "answered", "history")  # steps with which an answer goes out


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: nobody in particular or the holder of a key; in which language, and whether all may read anything."""

    actor: Actor | None
    language: str
    public: bool = True

    def posted(self, case: Case) -> bool:
        return self.actor is not None and case.source == store.source_of(self.actor)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a request shows that does not stand in its row: the answer, until when one is promised, the area's name."""

    told: str
    promised: datetime | None
    area: str


# ---- services


def services(language: str) -> Many:
    """The matters that a new case may have: the finest ones, each in the group above it."""
    kept = content()
    held = kept.matters_in_use
    parents = {row.parent for row in held.values()}
    rows = sorted((row for row in held.values() if row.code not in parents), key=lambda row: row.code)
    return Many("services", "service", [_service(row, kept, language) for row in rows])


def _service(row: Matter, kept: Content, language: str) -> dict[str, Any]:
    above = kept.matters.get(row.parent)
    return {
        "service_code": row.code, "service_name": pick(row, "name", language),
        "description": pick(row, "hint", language) or None, "metadata": bool(kept.questions_for(row.code)),
        "type": "realtime", "keywords": None, "group": pick(above, "name", language) if above else None,
    }  # fmt: skip


def definition(code: str, language: str) -> One:
    """What a service asks for. Refuses open311-service (404)."""
    kept = content()
    if code not in kept.matters_in_use:
        raise Refused("open311-service", status=404, service=code[:40])
    asked = attributes(kept.questions_for(code), language)
    return One("service_definition", {"service_code": code, "attributes": asked})


# ---- requests


def requests(wish: Wish, reader: Reader) -> Many:
    """The requests of a query. Refuses open311-request (404) where numbers are asked for and none of them is found."""
    cases = store.page_of(store.tellable(reader.actor, public=reader.public), wish)
    if wish.ids and not cases:
        raise Refused("open311-request", status=404, number=", ".join(wish.ids)[:80])
    kept, words = content(), store.said([case for case in cases if _has_words(case, reader)])
    promised = store.promises(cases)
    areas = below.named(below.areas(), (case.area for case in cases))
    beside = {case.pk: Beside(_told(case, words.get(case.pk, ()), reader), promised.get(case.pk),
                              pick(areas.get(case.area), "name", reader.language)) for case in cases}  # fmt: skip
    return Many("service_requests", "request", [_request(case, kept, reader, beside[case.pk]) for case in cases])


def _has_words(case: Case, reader: Reader) -> bool:
    """Whether an answer of this case may be told: a public one to all, any that went out to whoever posted it."""
    return case.state in ANSWERED and (reader.posted(case) or bool(case.more.get("public")))


def _told(case: Case, words: Sequence[Mapping[str, Any]], reader: Reader) -> str:
    """The answer: to whoever posted it as it went out, to all others the one written for the public, names hidden."""
    if not _has_words(case, reader):
        return ""
    if reader.posted(case):
        return outward(words)
    return redact(next((str(said["public_reply"]) for said in words if said.get("public_reply")), ""))


def _request(case: Case, kept: Content, reader: Reader, beside: Beside) -> dict[str, Any]:
    own = reader.posted(case)
    story = open_text(case.requester, case.story) if own else {}
    row = kept.matters.get(case.matter)
    changed: datetime = case.changed_at  # type: ignore[attr-defined]  # annotated by the query
    return {
        "service_request_id": case.number, "status": status_of(case.state),
        "status_notes": beside.told or pgettext("citizen-state", case.state),
        "service_name": pick(row, "name", reader.language) if row else None, "service_code": case.matter or None,
        "description": str(story.get("text", "")) or None,
        "agency_responsible": pick(case.lead, "name", reader.language) if case.lead else None,
        "service_notice": None, "requested_datetime": _moment(case.received_at), "updated_datetime": _moment(changed),
        "expected_datetime": _moment(beside.promised), "address": str(story.get("place", "")) or beside.area or None,
        "address_id": None, "zipcode": None, "lat": _degrees(case.lat, own=own), "long": _degrees(case.lon, own=own),
        "media_url": None, "extended_status": extended(case.state, case.outcome), "external_status_code": case.state,
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at is not None else None


def _degrees(value: float | None, *, own: bool) -> float | None:
    return value if own or value is None else round(value, STREET)


# ---- updates


def updates(wish: Wish, reader: Reader) -> Many:
    """What happened to requests within a window, in the words that FixMyStreet reads."""
    steps = store.steps_of(store.tellable(reader.actor, public=reader.public), wish)
    cases = {step.case_id: step.case for step in steps}
    words = store.said([case for case in cases.values() if _has_words(case, reader)])
    rows = [_update(step, words.get(step.case_id, ()), reader) for step in steps]
    return Many("service_requests_updates", "request_update", rows)


def _update(step: Step, words: Sequence[Mapping[str, Any]], reader: Reader) -> dict[str, Any]:
    case, state = step.case, step.target
    told = _told(case, words, reader) if step.move in ENDS and state == case.state else ""
    return {
        "update_id": f"{case.number}-{step.no}", "service_request_id": case.number, "status": status_of(state),
        "description": told or pgettext("citizen-state", state), "updated_datetime": _moment(step.acted_at),
        "media_url": None, "extended_status": extended(state, case.outcome if state == case.state else ""),
        "external_status_code": state,
    }  # fmt: skip


def found(token: str, case: Case | None) -> Many:
    """The number that belongs to a token. Refuses open311-token (404)."""
    if case is None:
        raise Refused("open311-token", status=404)
    row = {"service_request_id": case.number, "token": token}
    return Many("service_requests", "request", [row])
