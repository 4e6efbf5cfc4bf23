"""What must stand on the desks at the end of the year: instructions, sign-offs, supervision, tries in vain, a repeat.

Each is a story told with a course of its own: from so many days before the end, so many times in a full year.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from gezhi.packs.demo.passages import answer, contact, glad, intake, sign, start, verdict, work
from gezhi.packs.demo.tales import Tale

Course = Callable[[Tale, datetime], None]
FULL = 2000  # cases of a full year
LONGEST_REST = 12  # days without an office hour between two of them, the long holidays with their weekends


@dataclass(frozen=True, slots=True)
class Special:
    """How a story goes, between how many days before the end it comes in, how often, and by which channel."""

    course: Course
    ago: tuple[float, float]
    count: int
    channel: str = ""

    def times(self, cases: int) -> int:
        """How often in a year of so many cases; each at least once."""
        return max(1, round(self.count * cases / FULL))


def _until(t: Tale, end: datetime, days: float) -> None:
    """Nothing happens until so many days before the end, or on the last working day before that."""
    calendar, wait = t.world.duties.calendar, Fraction(t.rng.randint(300, 5000), 3600)
    moment = end - timedelta(days=days)
    for _ in range(LONGEST_REST):
        at = calendar.add(moment, wait, "workhour")
        if at < min(end, moment + timedelta(days=1)):
            break
        moment -= timedelta(days=1)
    t.at = max(at, t.at + timedelta(minutes=t.rng.randint(5, 50)))


def _day(end: datetime, days: int) -> str:
    return (end + timedelta(days=days)).date().isoformat()


# ---- a leader's instruction


def _written(t: Tale, end: datetime, ago: float, due: int) -> None:
    """A leader writes on the case, so many days before the end, with a day counted from the end."""
    start(t)
    _until(t, end, ago)
    leader = t.rng.choice(t.world.cast.leaders)
    t.act(leader, "instruct", words=t.phrase("instruct"), due=_day(end, due), leader=leader.name)


def submitted(t: Tale, end: datetime) -> None:
    """The unit puts the case before a leader; somebody has still to look at it."""
    start(t)
    _until(t, end, 1)
    t.act(t.party.lead, "instruct_ask", leader=t.rng.choice(t.world.cast.leaders).name, words=t.phrase("instruct_ask"))


def instructed(t: Tale, end: datetime) -> None:
    """Submitted, approved, written, and the unit is at work on it."""
    submitted(t, end - timedelta(days=2))
    t.office(0.5, 2)
    t.act(t.rng.choice(t.world.cast.supervisors), "instruct_review", approve=True)
    leader = t.rng.choice(t.world.cast.leaders)
    t.office(0.5, 2)
    t.act(leader, "instruct", words=t.phrase("instruct"), due=_day(end, t.rng.randint(5, 9)), leader=leader.name)
    t.office(1, 3)
    t.act(t.handler, "note", note=t.phrase("note"))


def near_its_day(t: Tale, end: datetime) -> None:
    _written(t, end, 8, 1)


def past_its_day(t: Tale, end: datetime) -> None:
    _written(t, end, 7, -1)


def fed_back(t: Tale, end: datetime) -> None:
    """The unit has fed back; whoever watches over instructions has still to close it."""
    _written(t, end, 5, 2)
    _until(t, end, 1)
    t.act(t.party.lead, "instruct_answer", note=t.phrase("instruct_answer"))


def carried_out(t: Tale, end: datetime) -> None:
    """An instruction from its beginning to its end."""
    start(t)
    t.office(1, 5)
    leader, due = t.rng.choice(t.world.cast.leaders), (t.at + timedelta(days=7)).date()
    t.act(leader, "instruct", words=t.phrase("instruct"), due=due.isoformat(), leader=leader.name)
    t.days(1, 3)
    t.act(t.party.lead, "instruct_answer", note=t.phrase("instruct_answer"))
    t.office(1, 4)
    t.act(t.rng.choice(t.world.cast.supervisors), "instruct_close", note=t.phrase("instruct_close"))
    t.office(0.5, 3)
    answer(t)
    verdict(t, glad(t), "solved")
    del end


# ---- channels, supervision, hang-ups, call-backs, repeats


def half_signed(t: Tale, end: datetime) -> None:
    """Answered and passed by the unit's head; the second sign-off and the public reply are missing."""
    start(t)
    _until(t, end, 1.5)
    t.act(t.handler, "reply", outcome="solved", reply=t.reply())
    t.office(0.5, 2)
    t.act(t.party.lead, "review_pass", note=t.phrase("review_pass"))


def _demanded(t: Tale, end: datetime, ago: float, due: int) -> None:
    start(t)
    _until(t, end, ago)
    t.act(t.rng.choice(t.world.cast.supervisors), "supervise", reason=t.phrase("supervise"), due=_day(end, due))


def watched(t: Tale, end: datetime) -> None:
    _demanded(t, end, 1.5, 2)


def watched_late(t: Tale, end: datetime) -> None:
    _demanded(t, end, 5, -2)


def watch_answered(t: Tale, end: datetime) -> None:
    _demanded(t, end, 4, 1)
    _until(t, end, 1)
    t.act(t.party.lead, "supervise_answer", note=t.phrase("supervise_answer"))


def review_due(t: Tale, end: datetime) -> None:
    """Hung up a month ago; the day on which to look at it again has come."""
    start(t)
    t.office(1, 6)
    on = _day(end, t.rng.choice((-2, 0)))
    t.act(t.handler, "hangup_ask", cause="budget", review_on=on, reason=t.phrase("hangup"))
    t.office(1, 5)
    t.act(t.rng.choice(t.world.cast.supervisors), "hangup_decide", approve=True, note=t.phrase("decide_yes"))


def tried(t: Tale, end: datetime) -> None:
    """Answered, and rung up in vain so far."""
    start(t)
    _until(t, end, 3)
    answer(t)
    caller = t.rng.choice(t.world.cast.callers)
    for ago in (1.2, 0.2)[: t.rng.randint(1, 2)]:
        _until(t, end, ago)
        t.act(caller, "callback", contacted=False)


def repeated(t: Tale, end: datetime) -> None:
    """The same person comes back with the same: confirmed by name, the earlier answer at hand."""
    intake(t)
    sign(t)
    if t.earlier is not None:
        t.minutes(10, 60)
        t.act(t.dispatcher, "repeat_mark", earlier=t.earlier, why="same_person", note=t.phrase("repeat"))
    contact(t)
    work(t, 0.2, 0.5)
    del end


SPECIALS: Mapping[str, Special] = {
    "submitted": Special(submitted, (3, 5), 1),
    "instructed": Special(instructed, (6, 9), 2),
    "near_its_day": Special(near_its_day, (10, 13), 1),
    "past_its_day": Special(past_its_day, (10, 13), 1),
    "fed_back": Special(fed_back, (8, 10), 1),
    "carried_out": Special(carried_out, (30, 80), 3),
    "half_signed": Special(half_signed, (4, 7), 2, "netmsg"),
    "mailbox": Special(half_signed, (4, 7), 1, "mailbox"),
    "watched": Special(watched, (4, 6), 2),
    "watched_late": Special(watched_late, (8, 10), 2),
    "watch_answered": Special(watch_answered, (7, 9), 2),
    "review_due": Special(review_due, (35, 50), 2),
    "tried": Special(tried, (6, 9), 2),
    "repeated": Special(repeated, (3, 5), 2),
}
