"""The year of the city: when people call, which stories they bring, and which cases stand open at its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.words import OPEN
from gezhi.packs.demo.plots import PLOTS, joined
from gezhi.packs.demo.tales import Act, Tale, World
from gezhi.packs.demo.texts import Story, stories

YEAR = 365
RECENT = 10  # days before the end, in which more is told, so that desks are full
RECENT_WEIGHT = 2.8
HOURS = ((7, 2), (8, 6), (9, 10), (10, 10), (11, 7), (12, 4), (13, 4), (14, 8), (15, 9), (16, 8), (17, 6), (18, 4),
         (19, 4), (20, 4), (21, 3), (22, 2), (23, 1), (2, 0.4))  # fmt: skip
CHANNELS = {"hotline": 64, "web": 11, "app": 14, "counter": 5, "mail": 2, "grid": 4}
OPEN_SHARE = 0.12
CONFIDENTIAL_KINDS = {"report": 0.25, "complaint": 0.04}
STANDS = {"accept": 3, "dispatch": 6, "return": 14, "ask": 8, "hangup_decide": 12, "reply": 7, "review_pass": 9}
# how many cases at least stand just after this move at the end, and for how many hours they may have stood there
STOOD = {"accept": 5, "dispatch": 5, "return": 9, "ask": 150, "hangup_decide": 1400, "reply": 20, "review_pass": 40}
WAITING_AT_THE_DESK = 6  # received in the last hour and a half
OVERDUE = 0.012  # share of all cases that stand overdue
RARE = ("void", "declined", "angry_redo", "reopen", "withdrawn", "hangup", "unreachable")  # told at least once a year


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when the demo tells."""

    start: datetime
    end: datetime
    zone: ZoneInfo


def moments(count: int, span: Span, rng: Random) -> list[datetime]:
    """When people call, in order: more on working days, more in summer and winter, most of late."""
    days = [span.end - timedelta(days=n) for n in range(YEAR)]
    weights = [_weight(day.astimezone(span.zone), n) for n, day in enumerate(days)]
    found = []
    for day in rng.choices(days, weights, k=count):
        hour = rng.choices([h for h, _ in HOURS], [w for _, w in HOURS])[0]
        local = datetime.combine(day.astimezone(span.zone), time(hour, rng.randint(0, 59), rng.randint(0, 59)), span.zone)
        at = local.astimezone(span.end.tzinfo)
        while at >= span.end:
            at -= timedelta(days=1)
        found.append(at)
    for number in range(min(WAITING_AT_THE_DESK, count // 20)):
        found[number] = span.end - timedelta(seconds=rng.randint(60, 5400))
    return sorted(found)


def _weight(local: datetime, ago: int) -> float:
    weight = 1.0 if local.weekday() < 5 else 0.55
    weight *= {1: 1.15, 2: 0.8, 6: 1.15, 7: 1.3, 8: 1.2, 11: 1.15, 12: 1.2}.get(local.month, 1.0)
    return weight * (RECENT_WEIGHT if ago < RECENT else 1.0)


class Teller:
    """Chooses stories for the year and tells each with its places, people and acts."""

    def __init__(self, world: World, span: Span, language: str) -> None:
        self.world, self.span, self.rng = world, span, world.rng
        self.stories = stories(language)
        self.told: dict[str, int] = {}

    def tell(self, count: int) -> list[Tale]:
        """So many cases, in the order in which they come in."""
        tales: list[Tale] = []
        coming = moments(count, self.span, self.rng)
        rare = self._rare(coming)
        while coming:
            at = coming.pop(0)
            tale = self._tell(at, rare.pop(at, None))
            tales.append(tale)
            if tale.scene.story.plot == "merged":
                tales += self._join(tale, coming)
        return sorted(tales, key=lambda tale: tale.scene.received)

    def _rare(self, coming: Sequence[datetime]) -> dict[datetime, str]:
        """Moments kept for plots that might not come up by chance among few cases."""
        early = coming[: max(1, len(coming) * 2 // 3)]
        wanted = [plot for plot in PLOTS if plot in RARE or len(coming) < len(self.stories)]
        return dict(zip(self.rng.sample(early, min(len(early), len(wanted))), wanted, strict=False))

    def _tell(self, at: datetime, plot: str | None) -> Tale:
        month = at.astimezone(self.span.zone).month
        fitting = [s for s in self.stories if (not s.months or month in s.months) and plot in (None, s.plot)]
        fitting = fitting or [s for s in self.stories if s.plot == plot]
        while True:
            story = self.rng.choices(fitting, [s.weight / (1 + self.told.get(s.key, 0)) ** 0.5 for s in fitting])[0]
            self.told[story.key] = self.told.get(story.key, 0) + 1
            try:
                return self._cast(story, at)
            except LookupError:  # its words are used up; another story is told instead
                fitting.remove(story)

    def _cast(self, story: Story, at: datetime, *, part: int = 0, main: Tale | None = None) -> Tale:
        world, cast = self.world, self.world.cast
        scene = world.stage.set(story, at, part=part, like=main.scene if main else None)
        lead, others = world.duties.units(story.matter, scene.area)
        party, other = cast.parties[lead], cast.parties[self._other(others)]
        channel = self.rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        tale = Tale(
            world, scene, at, channel, self.rng.choice(cast.operators), self.rng.choice(cast.dispatchers), party, other,
            self.rng.choice(party.handlers), main=main,
            confidential=bool(scene.caller.phone) and self.rng.random() < CONFIDENTIAL_KINDS.get(story.kind, 0),
        )  # fmt: skip
        act: Callable[[Tale], None] = joined if main else PLOTS[story.plot]
        act(tale)
        return tale

    def _other(self, others: Sequence[str]) -> str:
        return others[0] if self.rng.random() < 0.7 else self.rng.choice(others)

    def _join(self, main: Tale, coming: list[datetime]) -> list[Tale]:
        """The others who call about the same within a day; they take the place of the next callers."""
        tales: list[Tale] = []
        for part in range(1, len(main.scene.story.text)):
            at = main.scene.received + timedelta(minutes=self.rng.randint(8, 1200))
            if not coming or at >= self.span.end:
                break
            coming.pop(self.rng.randrange(len(coming)))
            tales.append(self._cast(main.scene.story, at, part=part, main=main))
        return tales


# ---- what stands open at the end


def state_at(tale: Tale, end: datetime) -> str:
    """Roughly where a case stands at the end, as far as the open ones go: by its last act before it."""
    state = "received"
    for act in tale.acts:
        if act.at > end:
            break
        targets = BY_NAME[act.move].targets
        state = _target(act, state, targets)
    return state


def _target(act: Act, state: str, targets: tuple[str, ...]) -> str:
    if targets == ("=",):
        return state
    unhappy = act.data.get("satisfaction") in ("dissatisfied", "very_dissatisfied")
    match act.move:
        case "callback" | "rate":
            return "dispatched" if unhappy else "closed" if act.data.get("satisfaction") else "verifying"
        case "adjudicate":
            return "handling" if act.data["ruling"] == "reject" else "dispatched"
        case _:
            return targets[0]


def leave_open(tales: list[Tale], end: datetime, rng: Random) -> None:
    """Cut tales short so that every desk has work at the end: each state, some overdue, some due soon."""
    for move, number in STANDS.items():
        wanted = max(1, round(number * len(tales) / 2000))
        _stand(tales, move, wanted, timedelta(hours=STOOD[move]), end, rng)
    for tale in _shuffled(tales, rng)[: len(tales) // 4]:
        age = end - tale.scene.received
        if timedelta(days=18) < age < timedelta(days=45) and rng.random() < OVERDUE * 40:
            _cut(tale, ("contact", "note", "sign"), end)
    for tale in _shuffled(tales, rng):
        standing = sum(state_at(t, end) in OPEN for t in tales) if rng.random() < 0.05 else 0
        if standing > OPEN_SHARE * len(tales):
            break
        if end - tale.scene.received < timedelta(days=9) and state_at(tale, end) == "closed":
            _cut(tale, ("contact", "note", "chase", "sign"), end)


def _stand(tales: list[Tale], move: str, wanted: int, stood: timedelta, end: datetime, rng: Random) -> None:
    done = 0
    for tale in _shuffled(tales, rng):
        if done >= wanted:
            return
        last = next((n for n, act in reversed(list(enumerate(tale.acts))) if act.move == move), None)
        if last is not None and end - stood < tale.acts[last].at <= end and tale.main is None:
            del tale.acts[last + 1 :]
            done += 1


def _cut(tale: Tale, moves: tuple[str, ...], end: datetime) -> None:
    """Let a case stand where it was being handled."""
    last = next((n for n, act in reversed(list(enumerate(tale.acts))) if act.move in moves and act.at <= end), None)
    if last is not None and not any(act.move in ("withdraw", "merge") for act in tale.acts):
        del tale.acts[last + 1 :]


def _shuffled(tales: Sequence[Tale], rng: Random) -> list[Tale]:
    mixed = [tale for tale in tales if tale.main is None]
    rng.shuffle(mixed)
    return mixed
