"""A case as its requester sees it, by the link: own words, public steps, the answer in the words that went out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gezhi.loop.models import Case, Step
from gezhi.loop.rules.again import since
from gezhi.loop.rules.clocks import Running, beside
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.service.following import outward
from gezhi.loop.service.reading import offers
from gezhi.loop.service.telling import Change, changes
from gezhi.loop.store import reading as store
from gezhi.loop.store.content import content
from gezhi.loop.store.rows import running_of, snapshot_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

PUBLIC_TEXTS = ("reply", "ask", "words", "for_unit")  # what the requester may read of a public step


@dataclass(slots=True)
class PublicEntry:
    key: Any
    move: str
    target: str
    acted_at: datetime
    unit: Any
    texts: dict[str, str]
    facts: dict[str, Any]


@dataclass(slots=True)
class CitizenView:
    """What the requester sees: own words, public steps, the promise, and who has looked at the identity."""

    case: Case
    story: dict[str, Any]
    stage: int  # 0 received … 4 rated
    entries: list[PublicEntry]
    offers: list[str]
    reveals: list[dict[str, Any]]
    promise: datetime | None
    matter: Any
    files: list[Any]
    given: dict[Any, list[Any]]  # the keys of the steps that gave each answer, by the step with which it went out
    said: list[Any]  # keys of the steps by which the requester said more
    masked: dict[str, str]
    changes: list[Change]  # why the promise is another one than before
    began: str  # the move that began the present round, "" in the first


# fmt: off
STAGE_OF = {"received": 0, "accepted": 1, "dispatched": 2, "handling": 2, "waiting": 2, "suspended": 2, "returned": 2,
            "replied": 2, "verifying": 3, "closed": 4, "declined": 3, "merged": 2, "withdrawn": 0, "void": 0}
# fmt: on


def citizen_view(case: Case, *, actor: Actor) -> CitizenView:
    """The case for its requester. Names of staff are left out, and an unverified promise is not shown as a deadline."""
    kept = content()
    rows = store.clocks(case)
    snap = snapshot_of(case, rows)
    every = store.steps(case)
    steps = [step for step in every if _for_citizen(step)]
    seen, given = _passed(every)
    began, _ = since(every)
    answers = _outward(case, every)
    units = store.units_named(steps, snap)
    handle = [running_of(row) for row in rows if row.stage == "handle" and row.finished_at is None and row.verified]
    promise = promised(handle)
    return CitizenView(
        case=case, story=open_text(case.requester, case.story), stage=STAGE_OF[case.state],
        entries=[_public(case, step, units, answers) for step in steps], offers=offers(case, snap, actor),
        reveals=store.reveals(case), promise=promise, matter=kept.matters.get(case.matter),
        files=[file for file in store.files(case) if file.public and (file.step_id is None or file.step_id in seen)],
        given=given, said=[step.pk for step in steps if step.move in ("supplement", "supply")],
        masked={"name": case.requester.masked_name}, changes=changes(every, [c for c in handle if not beside(c)]),
        began=began.move if began is not None else "",
    )  # fmt: skip


def promised(handle: Iterable[Running]) -> datetime | None:
    """When the answer is due: the last part of our own limit, or a platform's due where that is earlier."""
    runs = [(beside(c), c.due_at) for c in handle if c.due_at and not c.paused]
    ours = [due for other, due in runs if not other]
    return min([*([max(ours)] if ours else []), *(due for other, due in runs if other)], default=None)


def _for_citizen(step: Step) -> bool:
    """Whether the requester sees a step; what takes a move back is seen where that move was."""
    if step.move == "undo":
        return BY_NAME[step.facts["undone"]].public
    return (BY_NAME[step.move].public and not _waits(step)) or bool(step.facts.get("shown"))


def _waits(step: Step) -> bool:
    """A pass of the review after which others have still to sign: nothing has gone out."""
    return step.move == "review_pass" and step.target == step.source


def _outward(case: Case, steps: list[Step]) -> dict[Any, str]:
    """What went out with each pass of the review, by its key: the public words where there are any."""
    found: dict[Any, str] = {}
    told: list[dict[str, Any]] = []
    for step in steps:
        if step.move == "reply":
            told = []
        if step.move in ("reply", "review_pass") and hasattr(step, "text"):
            told.insert(0, open_text(case.requester, step.text.sealed))
        if step.move == "review_pass" and not _waits(step):
            found[step.pk] = outward(told)
    return found


def _passed(steps: list[Step]) -> tuple[set[Any], dict[Any, list[Any]]]:
    """Keys of the steps whose files the requester may see, and of those that gave each answer.

    An answer waits for its review: the files of one that was sent back are never shown.
    """
    seen = {step.pk for step in steps if BY_NAME[step.move].public or step.facts.get("shown")}
    seen -= {step.pk for step in steps if _waits(step)}
    reply: list[Any] = []
    given: dict[Any, list[Any]] = {}
    for step in steps:
        if step.move == "reply":
            reply = [step.pk]
        elif step.move == "review_pass" and reply:
            reply = [*([] if step.facts.get("public") else reply), step.pk]  # other words, other files
            if not _waits(step):
                seen |= set(reply)
                given[step.pk] = reply
        elif step.move in ("answer", "decline"):
            given[step.pk] = [step.pk]
    return seen, given


def _public(case: Case, step: Step, units: dict[int, Any], answers: dict[Any, str]) -> PublicEntry:
    texts: dict[str, str] = {}
    if hasattr(step, "text"):
        opened = open_text(case.requester, step.text.sealed)
        shown = (*PUBLIC_TEXTS, "note") if step.facts.get("shown") else PUBLIC_TEXTS
        texts = {name: str(opened[name]) for name in shown if name in opened}
    if step.pk in answers:
        texts = {"reply": answers[step.pk]}
    facts = {name: step.facts[name] for name in ("outcome", "satisfaction", "solved", "scores") if name in step.facts}
    unit = units.get(step.facts.get("unit", 0)) if step.move == "dispatch" else units.get(step.unit or 0)
    return PublicEntry(step.pk, step.move, step.target, step.acted_at, unit, texts, facts)
