"""Brings newer content of known numbers into their cases, a chunk at a time: one step for each altered case.

A step names the fields that changed and holds their new words sealed; what was there stays. A case that somebody here
has worked on is shown with what the sheet says otherwise, and is not touched.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.loop.importing import store
from gezhi.loop.importing.bundles import Frame, history_facts, mark_of, report_of
from gezhi.loop.importing.rules import Draft, Reject
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.rules.clocks import GIVEN, given
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.service.many import Planned, write_steps
from gezhi.loop.service.receiving import Report, story_of, version_of
from gezhi.loop.store.rows import snapshot_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, identity_of, open_text

CODES = ("matter", "kind", "urgency", "area")
STORY = ("title", "text", "place", "object")
OURS = frozenset({"receive", "past", "refresh", "history", "escalate", "recalculate"})  # of imports and the clock
NOW = "now"  # the sealed text of a step that holds what its fields say now


@dataclass(slots=True)
class Change:
    """What a sheet says otherwise than the case, and the step that will say so."""

    draft: Draft
    case: Case
    snap: Snapshot
    rows: list[CaseClock]
    report: Report
    fields: list[str] = field(default_factory=list)  # as the sheet calls them
    facts: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)  # story fields with their new words
    lines: list[str] = field(default_factory=list)
    identity: dict[str, str] = field(default_factory=dict)
    ops: list[dict[str, Any]] = field(default_factory=list)

    def note(self, name: str, label: str, words: str = "") -> None:
        self.fields.append(label or name)
        if words:
            self.lines.append(f"{label or name}: {words}")

    @property
    def ends(self) -> bool:
        return self.draft.closed


@dataclass(frozen=True, slots=True)
class Done:
    """How the altered rows of a chunk went."""

    updated: int
    same: int  # only blanks or marks differ: nothing is written
    rejects: list[Reject]


def update_all(pairs: Sequence[tuple[Draft, store.Known]], frame: Frame, *, actor: Actor, now: datetime) -> Done:
    """Write what has changed into the cases, in a fixed number of statements; joins the caller's act."""
    keys = [known.case for _, known in pairs]
    ground = store.grounds(keys)
    changes, rejects, same = [], [], []
    for draft, known in pairs:
        change = _change(draft, ground, known, frame)
        why = _conflict(change, ground)
        if change.fields and why:
            rejects.append(_refuse(change, why))
        elif change.fields:
            changes.append(change)
        elif not why:
            same.append((known.case, mark_of(draft)))
    _write(changes, frame, actor=actor, now=now)
    store.set_fingerprints([*same, *((change.case.pk, mark_of(change.draft)) for change in changes)])
    return Done(len(changes), len(pairs) - len(changes) - len(rejects), rejects)


def _conflict(change: Change, ground: store.Grounds) -> str:
    """Why a case is not touched, "" where it may be."""
    if change.snap.state != "received":
        return "import-update-ended" if change.snap.state == "closed" else "import-update-worked-on"
    worked = set(ground.moves.get(change.case.pk, ())) - OURS
    return "import-update-worked-on" if worked or change.case.pk in ground.mains else ""


def _refuse(change: Change, code: str) -> Reject:
    draft = change.draft
    facts = {"number": draft.number, "case": change.case.number, "fields": "、".join(change.fields)}
    return Reject(draft.row, draft.sheet, code, facts, draft.cells)


def _change(draft: Draft, ground: store.Grounds, known: store.Known, frame: Frame) -> Change:
    """The fields in which a row differs from its case."""
    case, rows = ground.cases[known.case], ground.clocks.get(known.case, [])
    change = Change(draft, case, snapshot_of(case, rows), rows, report_of(draft, frame))
    labels = frame.labels
    for name in CODES:
        value, before = getattr(change.report, name), getattr(change.snap, name)
        usual = name == "urgency" and value == 1  # is also what a sheet without that column says
        if value and value != before and not usual:
            change.facts[name] = value
            change.note(name, labels.get(name, labels.get("matter_1", "") if name == "matter" else ""))
    _story(change, ground.said.get(case.pk, ()), labels)
    _moments(change, ground, labels)
    identity = identity_of(case.requester)
    for name, label in (("name", "requester_name"), ("phone", "phone")):
        value = getattr(change.report, name)
        if value and value != identity.get(name):
            change.identity[name] = value
            change.note(label, labels.get(label, ""))
    if draft.closed and change.snap.state == "received":
        change.note("closed_at", labels.get("closed_at") or labels.get("state", ""))
    elif draft.closed:
        _ended(change, labels)
    return change


def _ended(change: Change, labels: Any) -> None:
    """What a row of an ended case says otherwise about its end."""
    draft, case = change.draft, change.case
    if draft.closed_at and draft.closed_at != case.closed_at:
        change.note("closed_at", labels.get("closed_at", ""))
    for name in ("satisfaction", "solved"):
        if getattr(draft, name) and getattr(draft, name) != getattr(case, name):
            change.note(name, labels.get(name, ""))
    if not change.fields:
        change.note("reply", labels.get("reply", ""))  # the only words left that its digest covers


def _story(change: Change, later: Sequence[bytes], labels: Any) -> None:
    """The words that differ from the newest ones."""
    requester = change.case.requester
    before = open_text(requester, change.case.story)
    answers = dict(before.get("answers", {}))
    for sealed in later:
        now = json.loads(open_text(requester, sealed).get(NOW, "{}"))
        answers |= now.pop("answers", {})
        before |= now
    story = story_of(change.report)
    for name in STORY:
        new = str(story.get(name, ""))
        if new and "".join(new.split()) != "".join(str(before.get(name, "")).split()):
            change.said[name] = new
            change.note(name, labels.get(name, ""), new)
    for name, word in story.get("answers", {}).items():
        if word != answers.get(name):
            change.said.setdefault("answers", {})[name] = word
            change.note(name, name, word)
    received = change.draft.received_at
    if received and received != datetime.fromisoformat(
        str(before.get("received", change.case.received_at.isoformat()))
    ):
        change.said["received"] = received.isoformat()
        change.note("received_at", labels.get("received_at", ""), f"{received:%Y-%m-%d %H:%M:%S} UTC")


def _moments(change: Change, ground: store.Grounds, labels: Any) -> None:
    """A due that the source has moved or only now given, and its own word."""
    draft, snap = change.draft, change.snap
    running = next((clock for clock in snap.clocks if clock.unit_of == GIVEN and clock.open), None)
    if draft.due_at and snap.state == "received" and (running is None or running.due_at != draft.due_at):
        if running is None:
            key = f"handle.{snap.last + 1}.1"
            change.ops.append(given(key, draft.due_at, change.case.received_at, change.case.source))
        else:
            change.ops.append({"op": "set", "clock": running.key, "due": draft.due_at.isoformat()})
        change.note("due_at", labels.get("due_at", ""))
    if draft.on_time and draft.on_time != ground.words.get(change.case.pk, ""):
        change.facts["on_time"] = draft.on_time
        change.note("on_time", labels.get("on_time", ""))


# ---- writing


def _write(changes: Sequence[Change], frame: Frame, *, actor: Actor, now: datetime) -> None:
    planned = [_step(change, frame, now=now) for change in changes]
    for change in changes:
        if change.facts.get("matter"):
            change.case.matter_version = version_of(frame.kept, change.facts["matter"])
    write_steps(planned, "matter_version", actor=actor, mark={"imported": True})
    for change in changes:
        if change.identity:
            amend(change.case.requester_id, actor=actor, now=now, **change.identity)


def _step(change: Change, frame: Frame, *, now: datetime) -> Planned:
    """The step of one altered case: `refresh`, or `history` where the sheet says that it has ended."""
    facts = {"imported": True, "fields": change.fields, **change.facts}
    texts: dict[str, str] = {}
    acted_at = now
    if change.ends:
        ending, texts = history_facts(change.draft)
        facts |= ending
        unit = frame.matcher.unit(change.draft.unit)
        facts |= {"unit": unit} if unit is not None else {}
        acted_at = max(change.draft.ended_at or change.case.received_at, change.case.received_at)
    ops = [*change.ops, *(_stops(change, acted_at) if change.ends else ())]
    facts |= {"clocks": ops} if ops else {}
    if change.lines:
        texts |= {"words": "\n".join(change.lines)[:TEXT_LIMIT], NOW: json.dumps(change.said, ensure_ascii=False)}
    move, target = ("history", "closed") if change.ends else ("refresh", "received")
    return Planned(change.case, change.snap, change.rows, move, target, facts, acted_at, texts)


def _stops(change: Change, at: datetime) -> list[dict[str, Any]]:
    """Everything that runs stops when the source ended the case, but no clock before it began."""
    opened = [op["clock"] for op in change.ops if op["op"] == "start"]
    stops = [(clock.key, max(at, clock.started_at)) for clock in change.snap.clocks if clock.open]
    return [{"op": "stop", "clock": key, "at": moment.isoformat()} for key, moment in stops] + [
        {"op": "stop", "clock": key, "at": at.isoformat()} for key in opened
    ]
