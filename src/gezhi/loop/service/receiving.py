"""The verb that opens a case: from the desk, from a citizen, from another system."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.kit.bulk import fresh
from gezhi.kit.text import clean
from gezhi.loop.alike.rules.words import indexed
from gezhi.loop.models import Case
from gezhi.loop.reach import wishes
from gezhi.loop.rules import questions
from gezhi.loop.rules.behalf import check as check_behalf
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.rules.guards import Situation
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.plan import clock_ops
from gezhi.loop.rules.snapshot import Snapshot, Step, apply
from gezhi.loop.rules.words import KINDS, TITLE_LIMIT, URGENCIES, URGENT
from gezhi.loop.service import behalf
from gezhi.loop.service.acts import Draft, Moved, advance, moved
from gezhi.loop.service.values import refuse_retired
from gezhi.loop.store import below
from gezhi.loop.store import cases as store
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.numbers import next_number
from gezhi.loop.store.rows import put
from gezhi.trust.rules import Actor
from gezhi.trust.service import keyed_hash, new_requester, once, require, seal_text, token_digest, verb

NAME_TITLE = 40  # characters of the text that make a title where none was given


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports: words, place, who asks; everything but the text may be missing."""

    text: str
    title: str = ""
    place: str = ""
    object: str = ""
    kind: str = ""
    matter: str = ""
    urgency: int = 1
    area: str = ""
    channel: str = "api"
    name: str = ""
    phone: str = ""
    confidential: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: bool = False  # the questions of the matter were put in full: what is required must be answered
    lon: float | None = None
    lat: float | None = None
    source: str = ""
    external_number: str = ""
    desk: int | None = None
    complained: int | None = None
    occurred: str = ""  # when it happened, in the person's words (one of the five elements)
    behalf: str = ""  # for whom of the family somebody reports, one of rules.behalf.RELATIONS
    behalf_name: str = ""
    behalf_phone: str = ""
    stop_reason: str = ""  # why the desk takes what an answer sends elsewhere
    email: str = ""
    reach: str = ""  # how the person wants to be told: sms, mail or nothing


@dataclass(frozen=True, slots=True)
class Received:
    """What the reporter gets: the number to quote, and the two secrets that open the case without a password."""

    moved: Moved
    token: str
    secret: str
    step: str = ""


@verb("case.create")
def receive(
    report: Report, *, actor: Actor, now: datetime, key: str = "", content_of_key: object = None,
    received_at: datetime | None = None,
) -> Received:  # fmt: skip
    """Open a case in state `received`; an answer that tells of danger makes it urgent at least.

    Refuses text-missing, field-invalid, text-too-long, answers that the matter's questions do not take (422; see
    rules.questions), not-allowed (403).
    """
    kept = content()
    said = said_in(report) if content_of_key is None else content_of_key
    report = answered(checked(report, kept), kept)
    refuse_retired(report.matter, kept, now)
    report, told = _told(report, kept, actor)
    desk = _desk(report, actor)
    require(actor, "case.create", unit_paths=[desk.path])
    case_id, number = uuid7(), next_number(now)
    known = {"case": str(case_id), "number": number, "state": "received", "last": 1}
    before = once(actor, key, "case.create", known, content=said)
    if before is not None:
        return _again(before)
    token, secret = case_token(case_id), case_secret(case_id)
    requester = new_requester(name=report.name, phone=report.phone, email=report.email)
    case = fresh(
        Case, id=case_id, number=number, token_hash=token_digest(token), secret_hash=secret_digest(number, secret),
        requester=requester, confidential=report.confidential, source=report.source, channel=report.channel,
        anonymous=not (report.name or report.phone or report.email), story=seal_text(requester, story_of(report)),
        external_number=report.external_number, received_at=received_at or now, desk_id=desk.pk,
        complained_id=report.complained, lon=report.lon, lat=report.lat,
        matter_version=version_of(kept, report.matter),
    )  # fmt: skip
    facts = facts_of(report, now, kept, received_at) | told
    case.state, case.urgency, case.more = "", report.urgency, {}
    first = apply(Snapshot(), Step(1, "receive", "", "received", actor.key, now, facts))
    put(case, first)  # the columns that the first step decides are written with the row itself
    store.insert(case, words_of(report, number, case.received_at))
    _keep_beside(case, report, now)
    _, step = advance(case, Snapshot(), Draft("receive", "received", facts, {}), actor=actor, now=now, after=first)
    return Received(moved(case), token, secret, str(step))


def _keep_beside(case: Case, report: Report, now: datetime) -> None:
    """How the person wants to be told, and for whom of the family he reports."""
    if report.reach:
        by = "form" if report.channel == "web" else "mail" if report.reach == "mail" else "desk"
        wishes.keep(case.requester_id, report.reach, by, now)
    if report.behalf:
        behalf.keep(case, report.behalf, report.behalf_name, report.behalf_phone)


def said_in(report: Report) -> dict[str, Any]:
    """What was said, to tell a form sent twice from another one under its key; the place of pictures is no word."""
    return {name: value for name, value in asdict(report).items() if name not in ("lon", "lat")}


def words_of(report: Report, number: str, at: datetime) -> tuple[str, str, str, str, str]:
    """The search tokens of a new case, by where they stand, with the marks of its month and place."""
    point = (report.lon, report.lat) if report.lon is not None and report.lat is not None else None
    return indexed(
        title=report.title, text=report.text, place=report.place, object_=report.object,
        numbers=(number, report.external_number), at=at, point=point,
    )  # fmt: skip


def _again(before: Mapping[str, Any]) -> Received:
    again = Moved(before["case"], before["number"], before["state"], before["last"], repeated=True)
    return Received(again, case_token(again.case), case_secret(again.case))


def case_token(case_id: object) -> str:
    """The 128-bit token of a case's link: made from the case and a key of this installation, kept nowhere."""
    digest = keyed_hash("case-token", str(case_id)) or b""
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def case_secret(case_id: object) -> str:
    """Six digits that are told with the number, for people without the link; tries are throttled."""
    digest = keyed_hash("case-secret", str(case_id)) or b""
    return f"{int.from_bytes(digest[:8]) % 10**6:06}"


def secret_digest(number: str, secret: str) -> bytes:
    """What is kept of the six digits: under a key, since a plain hash of a million possible ones is soon tried out."""
    return keyed_hash("case-number-secret", f"{number}:{secret}") or b""


def facts_of(
    report: Report, now: datetime, kept: Content, received_at: datetime | None = None, *, dormant: bool = False
) -> dict[str, Any]:
    """The facts of a first step: classification where known, and the clock of acceptance."""
    facts: dict[str, Any] = {"channel": report.channel, "urgency": report.urgency}
    facts |= {name: getattr(report, name) for name in ("kind", "matter", "area", "behalf") if getattr(report, name)}
    if received_at is not None:
        facts["received_at"] = received_at.isoformat()
    if dormant:
        facts["dormant"] = True
    situation = Situation("", Snapshot(), "", now, facts)
    after = Snapshot(
        state="received", round=1, matter=report.matter, kind=report.kind, urgency=report.urgency, area=report.area,
        dormant=dormant, channel=report.channel,
    )  # fmt: skip
    facts["clocks"] = clock_ops(
        BY_NAME["receive"], "received", situation, after, limits=limits_of(kept), calendar=kept.calendar
    )
    return facts


def limits_of(kept: Content) -> Any:
    """The limits of the content in force, asked by snapshot and stage."""
    return lambda snap, stage: kept.limits_for(
        stage, matter=snap.matter, area=snap.area, kind=snap.kind, urgency=snap.urgency, channel=snap.channel
    )


def story_of(report: Report) -> dict[str, Any]:
    """The sealed part of a case."""
    story = {"title": report.title, "text": report.text, "place": report.place, "object": report.object,
             "occurred": report.occurred, "answers": dict(report.answers),
             "stop_reason": report.stop_reason.strip()}  # fmt: skip
    return {name: value for name, value in story.items() if value}


def checked(report: Report, kept: Content) -> Report:
    """A report in good form; raises the Refused that names the field."""
    body = clean(checked_text("text", report.text))
    if not body:
        raise Refused("text-missing", status=422, field="text")
    title = clean(checked_text("title", report.title)) or title_from(body)
    if report.kind and report.kind not in KINDS:
        raise Refused("field-invalid", status=422, field="kind", value=report.kind[:40])
    if report.urgency not in URGENCIES:
        raise Refused("field-invalid", status=422, field="urgency", value=str(report.urgency)[:40])
    if report.matter and report.matter not in kept.matters:
        raise Refused("matter-unknown", status=422, matter=report.matter[:40])
    if report.area and ("\x00" in report.area or not kept.area_path(report.area)):
        raise Refused("area-unknown", status=422, area=report.area[:40])
    if not _on_earth(report.lon, report.lat):
        raise Refused("field-invalid", status=422, field="lon", value=f"{report.lon},{report.lat}"[:40])
    _writable(report)
    wishes.check(report.reach, report.phone, report.email)
    check_behalf(report.behalf, report.behalf_name, report.behalf_phone, own_name=report.name, own_phone=report.phone)
    for name, most in (("place", 500), ("object", 200), ("name", 100), ("phone", 40), ("occurred", 200),
                       ("stop_reason", 500)):  # fmt: skip
        if len(getattr(report, name)) > most:
            raise Refused("text-too-long", status=422, field=name, limit=most, length=len(getattr(report, name)))
    return replace(report, text=body, title=title[:TITLE_LIMIT], place=clean(report.place), object=clean(report.object))


def _writable(report: Report) -> None:
    """Refuses what the database would: a NUL in a text, a unit that does not exist."""
    for name in ("place", "object", "name", "phone", "occurred", "channel", "source", "external_number", "stop_reason"):
        if "\x00" in getattr(report, name):
            raise Refused("field-invalid", status=422, field=name, value="NUL")
    if report.complained is not None and not below.units().filter(pk=report.complained).exists():
        raise Refused("unit-unknown", status=422, field="complained", unit=report.complained)


def answered(report: Report, kept: Content) -> Report:
    """The report with its answers checked; where the matter asks nothing, answers are kept as they came."""
    asked = kept.questions_for(report.matter) if report.answers or report.asked else []
    if not asked:
        return report
    return replace(report, answers=questions.check(asked, report.answers, whole=report.asked))


def _told(report: Report, kept: Content, actor: Actor) -> tuple[Report, dict[str, Any]]:
    """What answers decide: the report, urgent at least where one tells of danger, and the facts that its step holds."""
    facts = _halted(report, kept, actor)
    if not questions.dangerous(kept.questions_for(report.matter), report.answers):
        return report, facts
    return replace(report, urgency=max(report.urgency, URGENT)), {"danger": True} | facts


def _halted(report: Report, kept: Content, actor: Actor) -> dict[str, Any]:
    """Refuses question-stops (422) where an answer sends the person elsewhere; the desk may take it all the same, and
    says why: the step names the question then.
    """
    question = questions.halting(kept.questions_for(report.matter), report.answers)
    if question is None:
        return {}
    if actor.kind == "user" and report.stop_reason.strip():
        return {"stop_over": question.code}
    language = get_language() or "zh-hans"
    raise Refused(
        "question-stops", status=422, field="answers", question=question.code, stop=question.stop["kind"],
        words=questions.label(question.stop, language), to=question.stop.get("to", ""),
    )  # fmt: skip


def title_from(body: str) -> str:
    """A title out of the text: its first sentence, cut where it must be.

    >>> title_from("路灯不亮。已经三天了")
    '路灯不亮'
    """
    first = next((part for part in body.replace("。", "\n").replace("!", "\n").split("\n") if part.strip()), body)
    return first.strip() if len(first.strip()) <= NAME_TITLE else first.strip()[:NAME_TITLE] + "…"


def _on_earth(lon: float | None, lat: float | None) -> bool:
    if lon is None and lat is None:
        return True
    return lon is not None and lat is not None and -180 <= lon <= 180 and -90 <= lat <= 90


def version_of(kept: Content, matter: str) -> str:
    row = kept.matters.get(matter)
    return f"{row.pack}@{row.version}" if row else ""


def _desk(report: Report, actor: Actor) -> Any:
    """The desk that takes the case: the one named, else the actor's own unit, else the centre."""
    desk = None
    if report.desk is not None:
        desk = below.units().filter(pk=report.desk, active=True).first()
        if desk is None:
            raise Refused("unit-unknown", status=422, unit=report.desk)
    elif actor.unit_id is not None:
        desk = _DeskOf(actor.unit_id, actor.unit_path)
    if desk is None:
        desk = below.intake_unit()
    if desk is None:
        raise Refused("no-units")
    return desk


@dataclass(frozen=True, slots=True)
class _DeskOf:
    pk: int
    path: str
