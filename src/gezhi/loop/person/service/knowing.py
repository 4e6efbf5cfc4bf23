"""All that is held on a person, until when, and what stands against erasing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from gezhi.loop.models import Call, Case, PersonRequest
from gezhi.loop.person import store
from gezhi.loop.person.service.proving import Scope
from gezhi.loop.person.slots import Mark, marks_of
from gezhi.loop.retention.rules import KEEP, OF_CASES, Rule, ends, holding
from gezhi.loop.retention.service import rules_in_force
from gezhi.loop.rules.words import OPEN
from gezhi.trust.service import identity_of

OVER = "over"  # nothing is left to erase


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a case cannot be erased now: open, a hold, or a duty to keep it until a day by a rule."""

    code: str
    until: datetime | None = None
    rule: Rule | None = None
    identity: bool = False  # whether even the identity has to stay


@dataclass(frozen=True, slots=True)
class Held:
    """What is held."""

    identity: Mapping[str, str]
    cases: Sequence[Case]
    texts: Mapping[UUID, int]
    files: Mapping[UUID, int]
    calls: Sequence[Call]
    ratings: Mapping[UUID, Mapping[str, Any]]
    reveals: Sequence[Any]
    marks: Sequence[Mark]
    until: Mapping[UUID, Sequence[tuple[Rule, datetime]]]
    obstacles: Mapping[UUID, Obstacle]
    requests: Sequence[PersonRequest]


def held_on(seen: Scope, *, now: datetime) -> Held:
    """Everything of one person, in a fixed number of statements."""
    cases, rules = seen.cases, rules_in_force()
    return Held(
        identity=identity_of(seen.case.requester), cases=cases, texts=store.texts(cases), files=store.files(cases),
        calls=store.calls(cases, seen.requesters), ratings=store.ratings(cases),
        reveals=store.reveals(cases, seen.requesters), marks=marks_of(seen.requesters),
        until={case.pk: kept_until(case, rules) for case in cases}, obstacles=obstacles(cases, now=now),
        requests=store.requests_of(cases),
    )  # fmt: skip


def ended_at(case: Case) -> datetime | None:
    """When a case came to its end, a merged one with the one it was merged into."""
    return case.closed_at or (case.main.closed_at if case.main is not None else None)


def facts_of(case: Case) -> dict[str, Any]:
    asleep = case.dormant and case.state in OPEN
    return {"state": case.state, "kind": case.kind, "matter": case.matter, "channel": case.channel, "dormant": asleep}


def kept_until(case: Case, rules: Sequence[Rule]) -> list[tuple[Rule, datetime]]:
    """Until when each class of data of an ended case is kept, the first to go first."""
    end = ended_at(case)
    if end is None or case.requester.erased_at is not None:
        return []
    found = [holding(rules, what, **facts_of(case)) for what in OF_CASES]
    dates = [(rule, ends(end, rule, settings.TIME_ZONE)) for rule in found if rule is not None and rule.do != KEEP]
    return sorted(dates, key=lambda pair: pair[1])


def obstacles(cases: Sequence[Case], *, now: datetime) -> dict[UUID, Obstacle]:
    """What stands against erasing each of these now; a case without an entry may be erased."""
    rules, held = rules_in_force(), store.held(cases, now)
    found = {}
    for case in cases:
        one = _obstacle(case, rules, held.get(case.pk, ""), now)
        if one is not None:
            found[case.pk] = one
    return found


def _obstacle(case: Case, rules: Sequence[Rule], held: str, now: datetime) -> Obstacle | None:
    if case.requester.erased_at is not None:
        return Obstacle(OVER, identity=True)
    end = ended_at(case)
    if end is None:
        return Obstacle("open", identity=True)
    if held:
        return Obstacle(held, identity=True)
    duties = []
    for what in OF_CASES:
        rule = holding(rules, what, **facts_of(case))
        if rule is not None and rule.duty:
            until = None if rule.do == KEEP else ends(end, rule, settings.TIME_ZONE)
            if until is None or until > now:
                duties.append((rule, until))
    if not duties:
        return None
    endless = [pair for pair in duties if pair[1] is None]
    rule, until = endless[0] if endless else max(duties, key=lambda pair: pair[1] or now)
    return Obstacle("duty", until, rule, identity=any(rule.what == "identity" for rule, _ in duties))
