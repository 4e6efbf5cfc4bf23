"""The clocks of a case: the operations that a step records, and how they are planned from the workflow table.

A step stores each operation as decided (limit, source, due moment), so that a later change of a limit or of the
calendar never changes what was promised, and replaying the steps needs neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gezhi.kernel.calendar import Calendar, Unit
from gezhi.kernel.clock import Clock, Limit, Pause, due
from gezhi.kernel.errors import Refused
from gezhi.kernel.values import replace

Op = Mapping[str, Any]
PAUSABLE = ("handle", "contact")
GIVEN = "given"  # the unit of a limit whose due moment another system has set
BESIDE = "@"  # begins the label of a due that a partner holds us to, beside our own limits


@dataclass(frozen=True)
class Running:
    """One clock of a case. `key` is unique within the case; `label` tells several limits of one stage apart."""

    key: str
    stage: str
    label: str
    round: int
    unit: int | None
    amount: int
    unit_of: Unit
    source: str
    verified: bool
    started_at: datetime
    due_at: datetime | None
    pauses: tuple[tuple[datetime, datetime | None, str], ...] = ()
    extensions: tuple[tuple[int, Unit], ...] = ()
    finished_at: datetime | None = None

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def open(self) -> bool:
        return self.finished_at is None


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit as data: how long a stage may take, and which rule says so."""

    stage: str
    label: str
    amount: int
    unit_of: Unit
    source: str
    verified: bool


def kernel_clock(clock: Running) -> Clock:
    """The same clock as the kernel's arithmetic sees it."""
    if clock.unit_of == GIVEN:
        return Clock(
            stage=clock.stage,
            limit=Limit(1, "hour"),
            started_at=clock.started_at,
            pauses=tuple(Pause(*pause) for pause in clock.pauses),
            finished_at=clock.finished_at,
            label=clock.label,
            until=clock.due_at,
        )
    return Clock(
        stage=clock.stage,
        limit=Limit(clock.amount, clock.unit_of),
        started_at=clock.started_at,
        pauses=tuple(Pause(*pause) for pause in clock.pauses),
        extensions=tuple(Limit(amount, unit) for amount, unit in clock.extensions),
        finished_at=clock.finished_at,
        label=clock.label,
    )


def run(clocks: Sequence[Running], ops: Iterable[Op], at: datetime) -> tuple[Running, ...]:
    """The clocks after the operations of one step; refuses what a sound history cannot hold."""
    table = {clock.key: clock for clock in clocks}
    for op in ops:
        name, key = op["op"], op["clock"]
        if name == "start":
            table[key] = _started(table, op, at)
            continue
        clock = table.get(key)
        if name in ("drop", "reopen", "unpause"):
            _taken_back(table, clock, name, key)
            continue
        if clock is None or not clock.open:
            raise Refused("clock-not-running", clock=key, op=name)
        table[key] = _changed(clock, op, at)
    return tuple(table.values())


def _taken_back(table: dict[str, Running], clock: Running | None, name: str, key: str) -> None:
    """A clock as it was before the step that is taken back: one that it began is gone, what it stopped runs on."""
    if clock is None or clock.open != (name != "reopen") or (name == "unpause" and not clock.paused):
        raise Refused("clock-not-running", clock=key, op=name)
    if name == "drop":
        del table[key]
    elif name == "unpause":
        table[key] = replace(clock, pauses=clock.pauses[:-1])
    else:
        table[key] = replace(clock, finished_at=None)


def _started(table: Mapping[str, Running], op: Op, at: datetime) -> Running:
    twin = (op["stage"], op.get("label", ""), op.get("unit"))
    twice = any(c.open and (c.stage, c.label, c.unit) == twin for c in table.values())
    if op["clock"] in table or twice:
        raise Refused("clock-runs-twice", clock=op["clock"])
    return Running(
        key=op["clock"],
        stage=op["stage"],
        label=op.get("label", ""),
        round=op["round"],
        unit=op.get("unit"),
        amount=op["amount"],
        unit_of=op["unit_of"],
        source=op.get("source", ""),
        verified=bool(op.get("verified", True)),
        started_at=datetime.fromisoformat(op["from"]) if op.get("from") else at,
        due_at=datetime.fromisoformat(op["due"]),
    )


def _changed(clock: Running, op: Op, at: datetime) -> Running:
    due_at = datetime.fromisoformat(op["due"]) if op.get("due") else clock.due_at
    match op["op"]:
        case "stop":
            at = datetime.fromisoformat(op["at"]) if op.get("at") else at  # an import tells when it really was
            return replace(_resumed(clock, at) if clock.paused else clock, due_at=due_at, finished_at=at)
        case "set":
            return replace(clock, due_at=due_at)
        case "hand":
            return replace(clock, unit=op["unit"])
        case "pause":
            if clock.paused:
                raise Refused("clock-paused", clock=clock.key)
            return replace(clock, pauses=(*clock.pauses, (at, None, op.get("reason", ""))))
        case "resume":
            if not clock.paused:
                raise Refused("clock-not-paused", clock=clock.key)
            return replace(_resumed(clock, at), due_at=due_at)
        case "extend":
            return replace(clock, extensions=(*clock.extensions, (op["amount"], op["unit_of"])), due_at=due_at)
        case other:
            raise Refused("clock-op-unknown", op=other)


def _resumed(clock: Running, at: datetime) -> Running:
    start, _, reason = clock.pauses[-1]
    return replace(clock, pauses=(*clock.pauses[:-1], (start, at, reason)))


def beside(clock: Running) -> bool:
    """Whether a clock is a partner's due that runs beside our own limits: what we grant or rest does not move it."""
    return clock.unit_of == GIVEN and clock.label.startswith(BESIDE)


def given(key: str, due_at: datetime, since: datetime, source: str) -> dict[str, Any]:
    """The operation that starts a handling clock which follows a due moment set elsewhere, and which began there."""
    return {
        "op": "start", "clock": key, "stage": "handle", "label": "", "round": 1, "unit": None, "amount": 0,
        "unit_of": GIVEN, "source": source, "verified": True, "from": since.isoformat(), "due": due_at.isoformat(),
    }  # fmt: skip


@dataclass(frozen=True)
class Planner:
    """Turns the clock column of the workflow table into operations for one case at one moment."""

    clocks: tuple[Running, ...]
    calendar: Calendar
    at: datetime
    round: int
    step: int

    def start(self, limits: Iterable[LimitRow], unit: int | None = None) -> list[dict[str, Any]]:
        """Start a clock for every limit; several limits of one stage are several clocks."""
        ops: list[dict[str, Any]] = []
        for limit in limits:
            due_at = self.calendar.add(self.at, limit.amount, limit.unit_of)
            ops.append({
                "op": "start", "clock": f"{limit.stage}.{self.step}.0", "stage": limit.stage,
                "label": limit.label, "round": self.round, "unit": unit, "amount": limit.amount,
                "unit_of": limit.unit_of, "source": limit.source, "verified": limit.verified,
                "due": due_at.isoformat(),
            })  # fmt: skip
        return ops

    def stop(self, *stages: str, unit: int | None = None) -> list[dict[str, Any]]:
        """Stop what runs of the named stages; no stage named means everything."""
        ops = []
        for clock in self.clocks:
            if clock.open and (not stages or clock.stage in stages) and unit in (None, clock.unit):
                late = {"due": self._rested(clock)} if clock.paused else {}
                ops.append({"op": "stop", "clock": clock.key, **late})
        return ops

    def pause(self, reason: str) -> list[dict[str, Any]]:
        return [
            {"op": "pause", "clock": clock.key, "reason": reason}
            for clock in self.clocks
            if clock.open and clock.stage in PAUSABLE and not clock.paused and not beside(clock)
        ]

    def resume(self) -> list[dict[str, Any]]:
        return [
            {"op": "resume", "clock": clock.key, "due": self._rested(clock)}
            for clock in self.clocks
            if clock.open and clock.paused
        ]

    def extend(self, amount: int, unit_of: Unit) -> list[dict[str, Any]]:
        """Every handling clock of the case is given the same extension."""
        ops = []
        for clock in self.clocks:
            if clock.open and clock.stage == "handle" and not beside(clock):
                longer = self._longer(clock, amount, unit_of)
                ops.append({
                    "op": "extend", "clock": clock.key, "amount": amount, "unit_of": unit_of, "due": longer,
                })  # fmt: skip
        return ops

    def _rested(self, clock: Running) -> str | None:
        """The due of a clock whose rest ends now; one that was given is moved by the time of the rest."""
        if clock.unit_of == GIVEN and clock.due_at is not None:
            rest = self.calendar.span(clock.pauses[-1][0], self.at, "hour")
            return self.calendar.shift(clock.due_at, rest, "hour").isoformat()
        return self._due(_resumed(clock, self.at))

    def _longer(self, clock: Running, amount: int, unit_of: Unit) -> str | None:
        """The due of a clock that is given more time."""
        if clock.unit_of == GIVEN and clock.due_at is not None:
            return self.calendar.add(clock.due_at, amount, unit_of).isoformat()
        return self._due(replace(clock, extensions=(*clock.extensions, (amount, unit_of))))

    def _due(self, clock: Running) -> str | None:
        moment = due(kernel_clock(clock), self.calendar)
        return moment.isoformat() if moment else None


def hours_until(now: datetime, day: str, calendar: Calendar) -> int:
    """Whole hours until the end of a day that somebody set: no holiday moves it. One at least.

    >>> from datetime import UTC
    >>> from gezhi.kernel.calendar import from_rows
    >>> hours_until(datetime(2026, 3, 2, 1, tzinfo=UTC), "2026-03-03", from_rows([]))
    39
    """
    over = date.fromisoformat(day) + timedelta(days=1)
    return max(1, (datetime.combine(over, time(), ZoneInfo(calendar.zone)) - now) // timedelta(hours=1))


def next_due(clocks: Iterable[Running]) -> Running | None:
    """The running clock that ends first: what the worklist shows and sorts by."""
    running = [c for c in clocks if c.open and not c.paused and c.due_at is not None]
    return min(running, key=lambda c: (c.due_at, c.key)) if running else None
