"""Makes all rows of a case out of a draft: the case, its steps, its words sealed, in memory only."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gezhi.kernel.ids import uuid7
from gezhi.kit.bulk import fresh
from gezhi.loop.importing.columns import plain
from gezhi.loop.importing.matching import Matcher
from gezhi.loop.importing.rules import Draft
from gezhi.loop.importing.store import Bundle
from gezhi.loop.models import Case
from gezhi.loop.models import Step as StepRow
from gezhi.loop.rules.clocks import given
from gezhi.loop.rules.snapshot import Snapshot, apply
from gezhi.loop.service.acts import event
from gezhi.loop.service.receiving import (
    Report,
    case_secret,
    case_token,
    facts_of,
    secret_digest,
    story_of,
    version_of,
    words_of,
)
from gezhi.loop.store.content import Content
from gezhi.loop.store.rows import clock_row, put, step_value
from gezhi.trust.rules import Actor
from gezhi.trust.service import keyed_hash, seal_text, sealed_requester, token_digest

PLACE = 500
OUTCOMES = {"solved": "solved", "partly": "partly", "unsolved": "unsolved"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What all rows of a run share."""

    batch: int
    file: str
    source: str
    desk: int
    start_clocks: bool
    labels: Mapping[str, str]  # field → the name of its column, for words that found no code
    matcher: Matcher
    kept: Content
    actor: Actor
    now: datetime
    channels: Mapping[str, str] = field(default_factory=dict)  # names of channels in their normal form → codes


def mark_of(draft: Draft) -> bytes:
    """The fingerprint as it is stored: keyed, so that nobody can try contents against it."""
    return keyed_hash("import", draft.fingerprint.hex()) or b""


def report_of(draft: Draft, frame: Frame) -> Report:
    """The report that a draft stands for; columns without a field and words without a code are its answers."""
    matcher = frame.matcher
    matter, area = matcher.matter(draft.matter), matcher.area(draft.area, draft.street, draft.community)
    left = dict(draft.extras)
    words = {"assisting": draft.assisting, "unit": draft.unit if not draft.closed else ""}
    if not matter or len(draft.matter) > 1:
        words["matter"] = " › ".join(draft.matter)
    if draft.unit and draft.closed and matcher.unit(draft.unit) is None:
        words["unit"] = draft.unit
    if not area:
        words |= {name: getattr(draft, name) for name in ("area", "street", "community")}
    if not draft.closed:  # a first word of the unit, no end of the case
        words["reply"] = draft.reply
    labels = {"matter": frame.labels.get("matter_1", "matter"), **frame.labels}
    left |= {labels.get(name, name): word for name, word in words.items() if word}
    place = draft.place or "".join(dict.fromkeys((draft.area, draft.street, draft.community)))
    return Report(
        text=draft.text, title=draft.title, place=place[:PLACE], object=draft.object, kind=draft.kind, matter=matter,
        urgency=int(draft.urgency or 1), area=area, channel=channel_of(draft, frame) or "import",
        name=draft.requester_name, phone=draft.phone, confidential=draft.confidential == "yes",
        source=frame.source, lon=draft.lon, lat=draft.lat, external_number=draft.number, answers=left,
    )  # fmt: skip


def channel_word(draft: Draft, frame: Frame) -> str:
    """What the file calls the channel, where its word found no code."""
    return "" if draft.channel else draft.extras.get(frame.labels.get("channel", ""), "")


def channel_of(draft: Draft, frame: Frame) -> str:
    """The channel by the words of imports, else by the names that the pack and the office map.

    The mark of a row knows nothing of such a name: a sheet that is brought again after it was mapped is still known.
    """
    return draft.channel or frame.channels.get(plain(channel_word(draft, frame)), "")


def bundle_of(draft: Draft, mark: bytes, number: str, frame: Frame) -> Bundle:
    """The rows of one case: received as the file says, and closed by a second step where the file says so.

    An open one sleeps (no worklist, no score) until somebody takes it over, unless clocks are started. Where the file
    tells until when the source had to answer, the handling clock follows that moment instead of a limit of ours.
    """
    report = report_of(draft, frame)
    case = _case(draft, number, report, frame)
    case.fingerprint = mark
    asleep = draft.closed or not frame.start_clocks
    facts = facts_of(report, frame.now, frame.kept, case.received_at, dormant=asleep) | {"imported": True}
    facts |= {"on_time": draft.on_time} if draft.on_time else {}
    if draft.due_at is not None:
        own = facts["clocks"]
        key = f"handle.1.{len(own) + 1}"
        facts["clocks"] = [*own, given(key, draft.due_at, case.received_at, frame.source)]
    unit = frame.matcher.unit(draft.unit) if draft.closed else None
    if unit is not None:
        facts["unit"] = unit
    first = _step(case, 1, "receive", facts, acted_at=case.received_at if asleep else frame.now, actor=frame.actor)
    steps: list[tuple[StepRow, bytes | None]] = [(first, None)]
    snap = apply(Snapshot(), step_value(first))
    for made in _told(draft, case, frame, [clock.key for clock in snap.clocks]):
        steps.append(made)
        snap = apply(snap, step_value(made[0]))
    put(case, snap)
    words = words_of(replace(report, external_number=draft.number), case.number, case.received_at)
    clocks = [clock_row(case.pk, clock) for clock in snap.clocks]
    return Bundle(case, steps, clocks, words, [_event(case, step) for step, _ in steps])


def _case(draft: Draft, number: str, report: Report, frame: Frame) -> Case:
    case_id = uuid7()
    requester = sealed_requester(name=report.name, phone=report.phone)
    return fresh(
        Case, id=case_id, number=number, token_hash=token_digest(case_token(case_id)),
        secret_hash=secret_digest(number, case_secret(case_id)),
        requester=requester, confidential=report.confidential, anonymous=not (report.name or report.phone),
        story=seal_text(requester, story_of(report)), channel=report.channel, source=frame.source,
        external_number=draft.number, batch_id=frame.batch,
        received_at=draft.received_at or frame.now, desk_id=frame.desk, lon=report.lon, lat=report.lat,
        matter_version=version_of(frame.kept, report.matter),
    )  # fmt: skip


def _told(draft: Draft, case: Case, frame: Frame, clocks: Sequence[str]) -> Iterator[tuple[StepRow, bytes | None]]:
    """The steps after the first: what happened in the other system, and the end where it has ended there."""
    ended = max(draft.ended_at or case.received_at, case.received_at)
    latest = ended if draft.closed else frame.now
    at = case.received_at
    for no, line in enumerate(draft.past, 2):
        at = min(max(line.at, at), latest)
        facts: dict[str, Any] = {"imported": True} | ({"shown": True} if line.shown else {})
        sealed = seal_text(case.requester, {"note": line.text})
        yield _step(case, no, "past", facts, acted_at=at, actor=frame.actor, sealed=sealed), sealed
    if draft.closed:
        facts, texts = history_facts(draft)
        if clocks:
            facts["clocks"] = [{"op": "stop", "clock": key} for key in clocks]
        last = seal_text(case.requester, texts) if texts else None
        no = len(draft.past) + 2
        yield _step(case, no, "history", facts, acted_at=ended, actor=frame.actor, sealed=last), last


def history_facts(draft: Draft) -> tuple[dict[str, Any], dict[str, str]]:
    """Facts and words of the step that closes an old case."""
    facts: dict[str, Any] = {"imported": True}
    outcome = OUTCOMES.get(draft.solved) or ("answered" if draft.reply else "")
    found = {"outcome": outcome, "satisfaction": draft.satisfaction, "solved": draft.solved}
    facts |= {name: value for name, value in found.items() if value}
    return facts, {"reply": draft.reply} if draft.reply else {}


EDGES = {"receive": ("", "received"), "past": ("received", "received"), "history": ("received", "closed")}


def _step(
    case: Case,
    no: int,
    move: str,
    facts: dict[str, Any],
    *,
    acted_at: datetime,
    actor: Actor,
    sealed: bytes | None = None,
) -> StepRow:
    source, target = EDGES[move]
    return fresh(
        StepRow, id=uuid7(), case=case, no=no, move=move, source=source, target=target, actor_kind=actor.kind,
        actor=actor.id, unit=actor.unit_id, acted_at=acted_at, facts=facts,
        words=hashlib.sha256(sealed).digest() if sealed else None,
    )  # fmt: skip


def _event(case: Case, step: StepRow) -> tuple[str, str, object, dict[str, Any]]:
    topic = "case.received" if step.move == "receive" else "case.moved"
    return topic, "case", case.pk, {**event(case, step), "imported": True}
