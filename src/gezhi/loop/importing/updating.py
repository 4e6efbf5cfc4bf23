"""Brings newer content of a known number into its case: every change is a step, the words that were there stay."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.loop.importing import store
from gezhi.loop.importing.bundles import Frame, history_facts, mark_of, report_of
from gezhi.loop.importing.rules import Draft, Reject
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.words import OPEN, TEXT_LIMIT
from gezhi.loop.service.acts import Draft as StepDraft
from gezhi.loop.service.acts import advance
from gezhi.loop.service.moving import Ground, lock, make
from gezhi.loop.service.receiving import Report, story_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, identity_of, open_text, unchanged

CODES = ("matter", "kind", "urgency", "area")


def update(case_id: UUID, draft: Draft, frame: Frame, *, actor: Actor, now: datetime) -> Reject | None:
    """Write what has changed into the case, or say why it cannot be; joins the caller's act."""
    ground = lock(case_id, BY_NAME["supplement"], {})
    if ground.snap.state not in OPEN:
        return _refuse(draft, "import-update-ended", ground)
    if draft.closed and not ground.snap.dormant:
        return _refuse(draft, "import-update-worked-on", ground)
    report = report_of(draft, frame)
    _correct(ground, report, frame, actor=actor, now=now)
    words = changed_words(ground, draft, story_of(report), frame)
    if words:
        again = lock(case_id, BY_NAME["supplement"], {})
        make(BY_NAME["supplement"], again, {"words": words[:TEXT_LIMIT]}, actor=actor, now=now, seen=None)
    _amend(ground, report, actor=actor, now=now)
    if draft.closed:
        _close(lock(case_id, BY_NAME["history"], {}), draft, actor=actor)
    store.set_fingerprint(case_id, mark_of(draft))
    unchanged()  # where only blanks differ there is nothing to record
    return None


def _refuse(draft: Draft, code: str, ground: Ground) -> Reject:
    facts = {"number": draft.number, "case": ground.case.number}
    return Reject(draft.row, draft.sheet, code, facts, draft.cells)


def _correct(ground: Ground, report: Report, frame: Frame, *, actor: Actor, now: datetime) -> None:
    """New codes as a correction, the file being the reason."""
    row = BY_NAME["correct"]
    codes = {
        name: getattr(report, name)
        for name in CODES
        if getattr(report, name) and getattr(report, name) != getattr(ground.snap, name)
    }
    if report.urgency == 1:
        codes.pop("urgency", None)  # the usual urgency is also what a sheet without that column says
    if codes and ground.snap.state in row.sources:
        again = lock(ground.case.pk, row, {})
        make(row, again, {**codes, "reason": frame.file}, actor=actor, now=now, seen=None)


def changed_words(ground: Ground, draft: Draft, story: dict[str, Any], frame: Frame) -> str:
    """What the sheet now says otherwise, a line for each column."""
    before = open_text(ground.case.requester, ground.case.story)
    known = before.get("answers", {})
    lines = [
        f"{frame.labels.get(name, name)}: {story[name]}"
        for name in ("title", "text", "place", "object")
        if story.get(name) and "".join(story[name].split()) != "".join(str(before.get(name, "")).split())
    ]
    lines += [f"{name}: {word}" for name, word in story.get("answers", {}).items() if word != known.get(name)]
    if draft.received_at and draft.received_at != ground.case.received_at:
        lines.append(f"{frame.labels.get('received_at', 'received_at')}: {draft.received_at:%Y-%m-%d %H:%M:%S} UTC")
    return "\n".join(lines)


def _amend(ground: Ground, report: Report, *, actor: Actor, now: datetime) -> None:
    known = identity_of(ground.case.requester)
    wanted = {name: getattr(report, name) for name in ("name", "phone")}
    changed = {name: value for name, value in wanted.items() if value and value != known.get(name)}
    if changed:
        amend(ground.case.requester_id, actor=actor, now=now, **changed)


def _close(ground: Ground, draft: Draft, *, actor: Actor) -> None:
    facts, texts = history_facts(draft)
    ended = max(draft.ended_at or ground.case.received_at, ground.case.received_at)
    step = StepDraft("history", "closed", facts, texts)
    advance(ground.case, ground.snap, step, actor=actor, now=ended, rows=ground.rows)
