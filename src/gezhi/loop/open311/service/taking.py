"""Verbs of those with a key: a request becomes a case, an update becomes a supplement of the case it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gezhi.kernel.errors import Refused
from gezhi.kit.text import clean, pick
from gezhi.loop.open311 import store
from gezhi.loop.open311.rules import asking, posting
from gezhi.loop.open311.rules.wire import Many
from gezhi.loop.open311.rules.wishes import one
from gezhi.loop.rules.words import TITLE_LIMIT
from gezhi.loop.service.acts import Moved
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.service.carrying import carry
from gezhi.loop.service.receiving import Report, receive
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, citizen_actor, record, require, verb

Fields = Mapping[str, Sequence[str]]
CHANNEL = "api"


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a posted request: its number, and the token that opens it without a password."""

    number: str
    token: str
    repeated: bool


def report_of(fields: Fields, *, actor: Actor, zone: tzinfo, language: str) -> Report:
    """The report that a form makes.

    Raises Refused: field-missing, open311-place, open311-encoding, field-invalid, text-too-long (422),
    open311-service (404).
    """
    posting.checked(fields)
    code = one(fields, "service_code")
    if not code:
        raise Refused("field-missing", status=422, field="service_code", move="receive")
    kept = content()
    matter = kept.matters_in_use.get(code)
    if matter is None:
        raise Refused("open311-service", status=404, service=code[:40])
    who, where, told = posting.person(fields), posting.place(fields), asking.given(fields)
    text = clean(one(fields, "description")) or pick(matter, "name", language)
    title = clean(told.get("title", [""])[-1])[:TITLE_LIMIT] if told.get("title") else ""
    beside = [*posting.media(fields), *(value.strip()[:500] for value in told.get("report_url", ())[-1:])]
    return Report(
        text=posting.told(text, beside), title=title, place=where.words, matter=code, channel=CHANNEL, name=who.name,
        phone=who.phone, answers=asking.answers(kept.questions_for(code), told, zone), asked=True, lon=where.lon,
        lat=where.lat, source=store.source_of(actor), external_number=asking.their_number(told),
    )  # fmt: skip


@verb("case.create")
def post_request(
    report: Report, who: posting.Person, files: Sequence[Incoming], *, actor: Actor, now: datetime, key: str = ""
) -> Posted:
    """Open a case for a posted form. What the sender has posted under the same number of its own is told again.

    Raises what receiving refuses: not-allowed (403), answer-… and text-… (422), matter-retired.
    """
    bound = {"external": report.external_number} if report.external_number and not key else None
    key = key or (f"{store.PREFIX}:{report.external_number}" if report.external_number else "")
    done = receive(report, actor=actor, now=now, key=key, content_of_key=bound)
    if not done.moved.repeated:
        _with_more(done.moved, who, files, actor=actor, now=now)
    return Posted(done.moved.number, done.token, done.moved.repeated)


def _with_more(moved: Moved, who: posting.Person, files: Sequence[Incoming], *, actor: Actor, now: datetime) -> None:
    """Pictures, and what of the identity a report has no field for."""
    case = store.own(actor, moved.number)
    assert case is not None
    if files:
        attach(case.pk, files, actor=citizen_actor(str(case.requester_id), kind="citizen"), now=now)
    more = {name: value for name, value in (("email", who.email), ("other", who.other)) if value}
    if more:
        amend(case.requester_id, actor=actor, now=now, **more)


@verb("open311.update")
def post_update(
    number: str, words: str, files: Sequence[Incoming], *, actor: Actor, now: datetime, key: str = ""
) -> str:
    """Add to a case that this key has posted, in the name of its requester; the number of the update.

    Raises Refused: not-allowed (403), open311-request (404), field-missing, move-not-from-here where it has ended.
    """
    require(actor, "open311.update")
    case = store.own(actor, number) if number else None
    if case is None:
        raise Refused("open311-request", status=404, number=number[:40])
    if not clean(words):
        raise Refused("field-missing", status=422, field="description", move="supplement")
    citizen = citizen_actor(str(case.requester_id), kind="citizen")
    done = carry(case.pk, "supplement", {"words": clean(words)}, files, actor=citizen, now=now, key=key)
    if not done.repeated:
        record("open311.update", "case", case.pk, actor=actor, body={"step": done.last})
    return f"{done.number}-{done.last}"


def receipt(posted: Posted, link: str, notice: str) -> Many:
    """The answer to a posted request."""
    row = {"service_request_id": posted.number, "service_notice": f"{notice} {link}".strip(), "account_id": None,
           "token": posted.token}  # fmt: skip
    return Many("service_requests", "request", [row])
