"""The one door through which a case moves: lock, permit, check, decide, write, and tell whom it concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.duties.service import objection as duty_objection
from gezhi.loop.joint import precedents
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.notices.service import mentions
from gezhi.loop.oversight import store as oversight
from gezhi.loop.oversight.drawing import objection, sample_of
from gezhi.loop.oversight.rules import Tried
from gezhi.loop.rules.catalogue import duty_for
from gezhi.loop.rules.channels import ChannelRule, strictest
from gezhi.loop.rules.clocks import GIVEN
from gezhi.loop.rules.fields import clean
from gezhi.loop.rules.guards import Hangup, Other, Situation
from gezhi.loop.rules.moves import BY_NAME, FIELD_MOVES, Move
from gezhi.loop.rules.plan import check, clock_ops, target_of
from gezhi.loop.rules.snapshot import Snapshot, Step, apply
from gezhi.loop.service.acts import Draft, Moved, advance, moved
from gezhi.loop.service.catalogue import propose_row
from gezhi.loop.service.following import answer_secondaries
from gezhi.loop.service.receiving import limits_of, version_of
from gezhi.loop.service.rights import permit
from gezhi.loop.service.undoing import undo
from gezhi.loop.service.values import checked_codes, refuse_retired
from gezhi.loop.store import below, numbers
from gezhi.loop.store import cases as store
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.rows import snapshot_of
from gezhi.loop.store.visible import readable
from gezhi.trust.rules import Actor, within
from gezhi.trust.service import once, remember, verb

NOT_THERE = {"repeat_mark": "repeat-not-found"}
OWN_NAME = "instruct.own"  # who has this verb is a leader and needs to name none
TOWN = {"town-duty", "town-barred"}
SIGNING = {"no-sign-off", "another-signs", "signing-role", "public-reply"}
OWN_TASK = ("task_done", "task_refuse")
RESERVED = ("receive", "answered", *FIELD_MOVES)  # made by verbs of their own and by the product itself


@dataclass(slots=True)
class Ground:
    """A locked case with all that a move needs to know of it."""

    case: Case
    rows: list[CaseClock]
    snap: Snapshot
    main: Case | None = None


@verb("case.move")
def move(
    case_id: UUID | str,
    name: str,
    data: Mapping[str, Any] | None = None,
    *,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
    key: str = "",
    content_of_key: object = None,
) -> Moved:
    """Make one move of the workflow table.

    `seen` is the number of the last step the actor saw; where the case has moved on since, the move is refused with
    `case-moved`. `key` makes repeats harmless, and other content under it is refused
    with `key-reused`. Raises Refused: move-unknown, move-reserved, case-not-found (404), not-allowed (403),
    move-not-from-here, field-… (422) and the codes of the guards.
    """
    row = BY_NAME.get(name)
    if row is None:
        raise Refused("move-unknown", status=404, move=name)
    if name in RESERVED:
        raise Refused("move-reserved", move=name)
    if name == "undo":
        return undo(case_id, actor=actor, now=now, seen=seen, key=key)
    bound = data or {} if content_of_key is None else content_of_key
    before = once(actor, f"{case_id}:{key}" if key else "", f"case.{name}", content=bound)
    if before is not None:
        return Moved(before["case"], before["number"], before["state"], before["last"], repeated=True)
    result = make(row, lock(case_id, row, data or {}), data or {}, actor=actor, now=now, seen=seen)
    if key:
        remember(actor, f"{case_id}:{key}", result.as_dict())
    return result


def lock(case_id: UUID | str, row: Move, data: Mapping[str, Any]) -> Ground:
    """Lock the case, and with a merge its main case too."""
    main = None
    if row.name == "merge" and data.get("main"):
        codes, _ = clean(row, data)
        pair = store.locked_pair(case_id, codes["main"])
        case, main = pair.get(str(case_id)), pair.get(codes["main"])
    elif row.name == "repeat_mark" and data.get("earlier"):
        codes, _ = clean(row, data)
        case, main = store.locked(case_id), store.one(codes["earlier"])
    else:
        case = store.locked(case_id)
    if case is None:
        raise Refused("case-not-found", status=404)
    rows = store.open_clocks(case)
    return Ground(case, rows, snapshot_of(case, rows), main)


def make(row: Move, ground: Ground, data: Mapping[str, Any], *, actor: Actor, now: datetime, seen: int | None) -> Moved:
    """The move itself on a locked case; joins the caller's act."""
    case, snap = ground.case, ground.snap
    now, behind = not_before(ground, now)
    permit(row, case, snap, actor=actor, data=data)
    if seen is not None and seen != snap.last:
        raise Refused("case-moved", seen=seen, last=snap.last, state=snap.state)
    if snap.state not in row.sources:
        raise Refused("move-not-from-here", move=row.name, state=snap.state)
    if row.name in OWN_TASK and not data.get("unit"):
        data = {**data, "unit": _own_task(snap, actor)}
    if row.name == "instruct_answer" and snap.instruction is not None:
        data = {**data, "unit": data.get("unit") or _own_instruction(snap.instruction.left, actor)}
    codes, texts = clean(row, data)
    kept = content()
    codes = checked_codes(row, codes, kept)
    refuse_retired(codes.get("matter", ""), kept, now, had=snap.matter)
    if behind:
        codes["behind"] = behind
    if ground.main is not None and actor.kind != "system" and not readable(actor, ground.main):
        raise Refused(NOT_THERE.get(row.name, "main-not-found"), status=422)  # as if it were not there
    codes |= mentions(row.name, texts.get("note", ""), case, snap)
    situation = _situation(row, ground, codes=codes, texts=texts, actor=actor, now=now, kept=kept)
    check(row, situation)
    target = target_of(row, situation)
    draft = plan(row, target, situation, kept)
    after, step = advance(case, snap, draft, actor=actor, now=now, rows=ground.rows)
    if after.matter != snap.matter:
        case.matter_version = version_of(kept, after.matter)
        case.save(update_fields=["matter_version"])
    units = concerned(after) - concerned(snap)
    if units:
        store.involve(case, sorted(units))
    if row.name == "adjudicate" and codes.get("precedent") and case.matter:
        _precedent(case, now=now)
        precedents.made(case, step, codes, texts, snap, now=now).save(force_insert=True)
    answer_secondaries(case, row, target, actor=actor, now=now)
    return moved(case)


def concerned(snap: Snapshot) -> set[int]:
    """The units that have something to do, and keep reading the case."""
    named = snap.instruction.units if snap.instruction else ()
    return {unit for unit in (snap.lead, *(task.unit for task in snap.tasks), *named) if unit is not None}


def not_before(ground: Ground, now: datetime) -> tuple[datetime, int]:
    """The moment of an act, and by how many seconds the server's clock stands behind what it has recorded before.

    A clock that was put back must give no step before the one it follows and no limit that ends before it began: such
    an act is recorded at the latest moment that the case knows, and says so.
    """
    known = [ground.case.received_at, *(row.started_at for row in ground.rows if row.unit_of != GIVEN)]
    known += [
        datetime.fromisoformat(moment) for row in ground.rows for pause in row.pauses for moment in pause[:2] if moment
    ]
    known += [moment for moment in (ground.snap.dispatched_at, ground.snap.closed_at) if moment is not None]
    latest = max(known)
    return (latest, max(1, round((latest - now).total_seconds()))) if latest > now else (now, 0)


def _precedent(case: Case, *, now: datetime) -> None:
    """A ruling that shall hold from now on becomes a row of the draft catalogue, to be tried and published."""
    lead = below.units().get(pk=case.lead_id)
    source = f"ruling {case.number}"
    propose_row(case.matter, case.area, lead.code, source=source, actor=Actor.system("loop"), now=now)


def plan(row: Move, target: str, s: Situation, kept: Content) -> Draft:
    """Facts of the step with its clock operations, worked out on the state after the move."""
    facts = {name: value for name, value in s.data.items() if value is not None}
    if row.name == "adjudicate" and s.data["ruling"] == "reject":
        facts.pop("unit", None)
    step = Step(s.snap.last + 1, row.name, s.snap.state, target, s.actor, s.now, facts)
    after = apply(s.snap, step)
    ops = clock_ops(row, target, s, after, limits=limits_of(kept), calendar=kept.calendar)
    if ops:
        facts["clocks"] = ops
    return Draft(row.name, target, facts, s.texts)


def _situation(
    row: Move, ground: Ground, *, codes: dict[str, Any], texts: Mapping[str, str], actor: Actor, now: datetime,
    kept: Content,
) -> Situation:  # fmt: skip
    case, snap = ground.case, ground.snap
    main = ground.main
    if row.name == "adjudicate" and codes.get("ruling") == "fallback" and not codes.get("unit"):
        codes["unit"] = fallback_unit(snap, kept)
    if row.name == "postpone_decide" and codes.get("approve") and snap.pending is not None:
        codes.setdefault("amount", snap.pending.amount)  # granted as asked, unless the decider says otherwise
        codes["unit_of"] = snap.pending.unit_of or "workday"
    if row.name == "supervise":  # who is supervised, and the number of the notice, are for nobody to choose
        codes["unit"] = snap.lead
        codes["notice"] = numbers.next_in_year("supervise", kept.calendar.local_date(now))
    if texts.get("public_reply"):
        codes["public"] = True  # that there is one; its words are sealed
    rule = answer_rule(case, kept) if set(row.guards) & SIGNING else kept.channel_rule(snap.channel)
    if row.name == "callback":
        codes["sample"] = sample_of(case, kept) or None  # how it was drawn is for nobody to choose
    return Situation(
        case_id=str(case.pk), snap=snap, actor=actor.key, now=now, data=codes, texts=texts,
        imported=case.batch_id is not None,
        return_until=_return_until(snap, kept) if row.name == "return" else None,
        main=_other(main, case) if main else None,
        secondaries=store.merged_into([case.pk]).count() if row.name in ("merge", "void_ask") else 0,
        colleague=_colleague(case, codes) if row.name == "transfer" else True,
        refuser=store.refuser(case) if snap.appealed and "another-judges" in row.guards else "",
        rule=rule, signs=not rule.sign_role or any(grant.role == rule.sign_role for grant in actor.grants),
        leader=bool(actor.grants_for(OWN_NAME)) if row.name == "instruct" else False,
        objection=_objection(case, codes["skipped"], kept) if row.name == "close" and codes.get("skipped") else "",
        today=kept.calendar.local_date(now), hangup=_hangup(row, case, codes, kept),
        barred=duty_objection(row.name, case, snap, codes, kept) if set(row.guards) & TOWN else None,
        cited=not codes.get("cites") or precedents.holds(codes["cites"]),
    )  # fmt: skip


def answer_rule(case: Case, kept: Content) -> ChannelRule:
    """What an answer to this case needs before it goes out, with all those who were merged into it."""
    channels = (case.channel, *store.merged_channels(case.pk))
    return strictest([kept.channel_rule(channel) for channel in channels])


def _objection(case: Case, cause: str, kept: Content) -> str:
    done = oversight.tries([case.pk]).get(case.pk, Tried())
    return objection(cause, case, done, kept)


def _hangup(row: Move, case: Case, codes: Mapping[str, Any], kept: Content) -> Hangup | None:
    """How long this case may be hung up, by the reason that was given."""
    if "hangup-day" not in row.guards or not codes.get("review_on"):
        return None
    since, cause = None, codes.get("cause", "")
    if row.name == "hangup_review":
        hung = oversight.hangups([case.pk]).get(case.pk)
        since, cause = (kept.calendar.local_date(hung.since), hung.cause) if hung and hung.since else (None, "")
    item = kept.codes.get("hangup_reason", {}).get(cause)
    extra = item.extra if item is not None else {}
    return Hangup(extra.get("review_days"), extra.get("most_days"), since)


def _other(case: Case, beside: Case) -> Other:
    return Other(
        str(case.pk), case.state, str(case.main_id or ""), dormant=case.dormant,
        erased=case.requester.wrapped_key is None, later=case.received_at > beside.received_at,
    )  # fmt: skip


def fallback_unit(snap: Snapshot, kept: Content) -> int:
    """The unit that must take what nobody else must 兜底: from the catalogue row of the matter."""
    duty = duty_for(kept.duties_by_matter, kept.matter_path(snap.matter), snap.area)
    unit = below.unit_by_code(duty.fallback) if duty and duty.fallback else None
    if unit is None:
        raise Refused("no-fallback-unit", status=422, matter=snap.matter)
    return int(unit.pk)


def _return_until(snap: Snapshot, kept: Content) -> datetime | None:
    limits = limits_of(kept)(snap, "return")
    if not limits or snap.dispatched_at is None:
        return None
    return kept.calendar.add(snap.dispatched_at, limits[0].amount, limits[0].unit_of)


def _colleague(case: Case, codes: Mapping[str, Any]) -> bool:
    key = int(codes["user"].rpartition(":")[2])
    rows = below.users().filter(pk=key, is_active=True, unit__path__descends=case.lead.path if case.lead else "-")
    return bool(rows.exists())


def _own_task(snap: Snapshot, actor: Actor) -> int | None:
    """The open task of the actor's own unit, where the form did not say which."""
    return _own([task.unit for task in snap.tasks if not task.done], actor)


def _own_instruction(left: tuple[int, ...], actor: Actor) -> int | None:
    """For which of the units that a leader named the actor feeds back; a post may cover several."""
    covered = [unit for unit, path in below.unit_paths(left).items() if any(
        within(path, grant.unit_path) for grant in actor.grants_for("case.instruct_answer"))]  # fmt: skip
    return _own(covered, actor)


def _own(units: Sequence[int], actor: Actor) -> int | None:
    if actor.unit_id in units:
        return actor.unit_id
    return units[0] if len(units) == 1 else None
