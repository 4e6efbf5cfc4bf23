"""A chronicle: acts of many cases worked out in memory by the same rules and rights as single ones, written together.

For histories that are known from beginning to end (the demo city): the verbs `receive` and `move` need a dozen
statements for each act, a chronicle needs a few for thousands. It lives within one act of the caller.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.loop.importing.store import Bundle, insert
from gezhi.loop.joint import precedents
from gezhi.loop.models import Case, Involvement, Precedent
from gezhi.loop.models import Step as StepRow
from gezhi.loop.rules.fields import clean
from gezhi.loop.rules.guards import Situation
from gezhi.loop.rules.moves import BY_NAME, Move
from gezhi.loop.rules.plan import check, target_of
from gezhi.loop.rules.snapshot import Snapshot, apply
from gezhi.loop.service.acts import Draft, digest, event
from gezhi.loop.service.following import ANSWERS, LEAVES
from gezhi.loop.service.moving import RESERVED, Ground, _situation, concerned, plan
from gezhi.loop.service.receiving import (
    Report,
    _desk,
    case_secret,
    case_token,
    checked,
    facts_of,
    secret_digest,
    story_of,
    version_of,
    words_of,
)
from gezhi.loop.service.rights import permit
from gezhi.loop.service.values import checked_codes
from gezhi.loop.store import below
from gezhi.loop.store.cases import Words
from gezhi.loop.store.content import content
from gezhi.loop.store.numbers import next_numbers
from gezhi.loop.store.rows import clock_row, put, step_value
from gezhi.trust.rules import Actor
from gezhi.trust.service import (
    new_requesters,
    publish_many,
    record_many,
    require,
    seal_text,
    sealed_requester,
    token_digest,
)

SYSTEM = Actor.system("loop")
BESIDE = {"merge": "main", "repeat_mark": "earlier"}  # fields that name another case
UNITS = ("unit", "units", "assisting")  # fields that name units


def _listed(value: Any) -> list[int]:
    """The units that a field names: one, several or none."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


@dataclass(slots=True)
class Told:
    """One case of the chronicle as far as it has been told."""

    case: Case
    words: Words
    snap: Snapshot = field(default_factory=Snapshot)
    steps: list[tuple[StepRow, bytes | None]] = field(default_factory=list)
    events: list[tuple[str, str, object, dict[str, Any]]] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    involved: set[int] = field(default_factory=set)
    reply: str = ""

    @property
    def citizen(self) -> str:
        """The key by which the requester acts."""
        return str(self.case.requester.pk)

    @property
    def secret(self) -> str:
        """What the requester is told with the number."""
        return case_secret(self.case.pk)


class Chronicle:
    """Takes acts in the order of time and writes them with `write`; refuses what the verbs refuse."""

    def __init__(self) -> None:
        self.kept = content()
        self.units = {unit.pk: unit for unit in below.units().order_by("path")}
        self.desk = next((unit for unit in self.units.values() if unit.active), None)  # takes what citizens send
        self.told: dict[str, Told] = {}
        self.merged: dict[str, list[Told]] = {}
        self.numbers: dict[date, list[str]] = {}
        self.precedents: list[Precedent] = []

    def expect(self, moments: Iterable[datetime]) -> None:
        """Say when cases will be received, so that the numbers of a day are drawn at once."""
        days: dict[date, list[datetime]] = {}
        for moment in sorted(moments):
            days.setdefault(self.kept.calendar.local_date(moment), []).append(moment)
        for day, found in days.items():
            self.numbers[day] = next_numbers(found[0], len(found))

    def receive(self, report: Report, *, actor: Actor, now: datetime) -> Told:
        """Open a case, as the verb `receive` does."""
        report = checked(report, self.kept)
        desk = self.desk if self.desk and report.desk is None and actor.unit_id is None else _desk(report, actor)
        require(actor, "case.create", unit_paths=[desk.path])
        case_id, number = uuid7(), self._number(now)
        requester = sealed_requester(name=report.name, phone=report.phone)
        case = Case(
            id=case_id, number=number, token_hash=token_digest(case_token(case_id)),
            secret_hash=secret_digest(number, case_secret(case_id)), requester=requester,
            confidential=report.confidential, anonymous=not (report.name or report.phone),
            story=seal_text(requester, story_of(report)), channel=report.channel, source=report.source,
            external_number=report.external_number, received_at=now, desk=self.units[desk.pk],
            complained_id=report.complained, lon=report.lon, lat=report.lat, state="", more={},
            matter_version=version_of(self.kept, report.matter),
        )  # fmt: skip
        words = words_of(report, number, now)
        told = self.told[str(case_id)] = Told(case, words)
        self._advance(told, Draft("receive", "received", facts_of(report, now, self.kept), {}), actor=actor, now=now)
        return told

    def _number(self, now: datetime) -> str:
        day = self.kept.calendar.local_date(now)
        waiting = self.numbers.get(day) or next_numbers(now, 1)
        self.numbers[day] = waiting
        return waiting.pop(0)

    def move(self, told: Told, name: str, data: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
        """Make one move, as the verb `move` does: permission, fields, guards, target, clocks."""
        row = BY_NAME[name]
        if name in (*RESERVED, "undo"):  # a history is told as it was meant
            raise Refused("move-reserved", move=name)
        case, snap = told.case, told.snap
        permit(row, case, snap, actor=actor, data=data)
        if snap.state not in row.sources:
            raise Refused("move-not-from-here", move=name, state=snap.state)
        codes, texts = clean(row, data)
        codes = self._checked(row, codes)
        main = self.told[codes[BESIDE[name]]].case if name in BESIDE else None
        situation = _situation(
            row, Ground(case, [], snap, main), codes=codes, texts=texts, actor=actor, now=now, kept=self.kept
        )
        check(row, situation)
        target = target_of(row, situation)
        self._advance(told, plan(row, target, situation, self.kept), actor=actor, now=now)
        if codes.get("precedent") and case.matter:
            self.precedents.append(precedents.made(case, told.steps[-1][0].pk, codes, texts, snap, now=now))
        if told.snap.matter != snap.matter:
            case.matter_version = version_of(self.kept, told.snap.matter)
        if name == "merge":
            self.merged.setdefault(codes["main"], []).append(told)
        self._answer(told, row, target, now=now)

    def _checked(self, row: Move, codes: dict[str, Any]) -> dict[str, Any]:
        """Codes held against the content; units against those that were read at the beginning."""
        named = [code for name in UNITS for code in _listed(codes.get(name))]
        if all(key in self.units and self.units[key].active for key in named):
            rest = {name: value for name, value in codes.items() if name not in UNITS}
            checked_codes(row, rest, self.kept)
            return codes
        return checked_codes(row, codes, self.kept)

    def _answer(self, told: Told, row: Move, target: str, *, now: datetime) -> None:
        """What the end of a main case means for those merged into it."""
        if target == row.sources[0] or "=" in row.targets or target not in (*ANSWERS, *LEAVES):
            return
        for secondary in self.merged.pop(str(told.case.pk), []):
            if target in LEAVES:
                self._follow(secondary, "split", {}, {"reason": "main-ended"}, now=now)
            else:
                facts = {"main": str(told.case.pk), "outcome": told.case.outcome or "answered"}
                self._follow(secondary, "answered", facts, {"reply": told.reply} if told.reply else {}, now=now)

    def _follow(self, told: Told, name: str, facts: dict[str, Any], texts: dict[str, str], *, now: datetime) -> None:
        row, snap = BY_NAME[name], told.snap
        situation = Situation(str(told.case.pk), snap, SYSTEM.key, now, facts, texts)
        self._advance(told, plan(row, row.targets[0], situation, self.kept), actor=SYSTEM, now=now)

    def _advance(self, told: Told, draft: Draft, *, actor: Actor, now: datetime) -> None:
        case, snap = told.case, told.snap
        sealed = seal_text(case.requester, draft.texts) if draft.texts else None
        step = StepRow(
            id=uuid7(), case=case, no=snap.last + 1, move=draft.move, source=snap.state, target=draft.target,
            actor_kind=actor.kind, actor=actor.id, unit=actor.unit_id, acted_at=now, facts=draft.facts,
            words=hashlib.sha256(sealed).digest() if sealed else None,
        )  # fmt: skip
        after = apply(snap, step_value(step))
        put(case, after)
        if case.lead_id is not None:
            case.lead = self.units[case.lead_id]
        topic = "case.received" if draft.move == "receive" else "case.moved"
        told.events.append((topic, "case", case.pk, event(case, step)))
        told.steps.append((step, sealed))
        told.actors.append(actor)
        told.involved |= concerned(after)
        told.reply = draft.texts.get("public_reply") or draft.texts.get("reply", told.reply)
        told.snap = after

    def write(self) -> int:
        """Everything into the tables; returns the number of steps. The chronicle is empty afterwards."""
        cases = list(self.told.values())
        steps = sorted(
            ((step, actor) for told in cases for (step, _), actor in zip(told.steps, told.actors, strict=True)),
            key=lambda pair: pair[0].acted_at,
        )
        new_requesters([told.case.requester for told in cases])
        self._record(steps)
        insert(
            [
                Bundle(
                    told.case, told.steps, [clock_row(told.case.pk, clock) for clock in told.snap.clocks], told.words
                )
                for told in cases
            ]
        )
        others = [(told, told.involved - {told.case.lead_id}) for told in cases]
        Involvement.objects.bulk_create(
            [Involvement(case=told.case, unit_id=unit) for told, units in others for unit in sorted(units)],
            ignore_conflicts=True,
        )
        Precedent.objects.bulk_create(self.precedents)
        publish_many([each for told in cases for each in told.events])
        self.told, self.merged, self.precedents = {}, {}, []
        return len(steps)

    def _record(self, steps: list[tuple[StepRow, Actor]]) -> None:
        """A ledger record for each step, in the order of time, a round trip for each actor."""
        by_actor: dict[str, list[tuple[StepRow, Actor]]] = {}
        for step, actor in steps:
            by_actor.setdefault(actor.key, []).append((step, actor))
        for found in by_actor.values():
            rows = [
                (f"case.{step.move}", "case", step.case_id, {"step": step.no, "digest": digest(step)})
                for step, _ in found
            ]
            keys = record_many(rows, actor=found[0][1])
            for (step, _), key in zip(found, keys, strict=True):
                step.record = key
