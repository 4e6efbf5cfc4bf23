"""The year of the city: when people call, which stories they bring, and which cases stand open at its end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.words import OPEN
from gezhi.packs.demo.plots import PLOTS, joined
from gezhi.packs.demo.specials import SPECIALS
from gezhi.packs.demo.tales import Act, Tale, World
from gezhi.packs.demo.texts import Story, stories

YEAR = 365
RECENT = 12  # days before the end, in which more is told, so that desks are full
RECENT_WEIGHT = 3.4
HOURS = ((7, 2), (8, 6), (9, 10), (10, 10), (11, 7), (12, 4), (13, 4), (14, 8), (15, 9), (16, 8), (17, 6), (18, 4),
         (19, 4), (20, 4), (21, 3), (22, 2), (23, 1), (2, 0.4))  # fmt: skip
CHANNELS = {"hotline": 64, "web": 11, "app": 14, "counter": 5, "mail": 2, "grid": 4, "mailbox": 2, "netmsg": 2}
AT_ONCE = (
    "answered",
    "declined",
    "void",
)  # plots in which somebody answers alone: not by channels that want a second sign-off
OPEN_SHARE = 0.12
ORDINARY = ("complaint", "help")  # kinds of which the courses of `specials` are told
CONFIDENTIAL_KINDS = {"report": 0.25, "complaint": 0.04}
STANDS = {
    "receive": 5,
    "accept": 4,
    "dispatch": 9,
    "return": 7,
    "ask": 9,
    "hangup_decide": 14,
    "reply": 9,
    "review_pass": 12,
}  # how many of 2,000 cases at least stand just after this move at the end
STOOD = {
    "receive": 2,
    "accept": 6,
    "dispatch": 9,
    "return": 30,
    "ask": 170,
    "hangup_decide": 1500,
    "reply": 24,
    "review_pass": 48,
}  # for how many hours they may have stood there
PLANTED = {"return": (3, 2), "wrong_return": (5, 2), "waiting": (7, 6), "hangup": (6, 30)}
# quarrels and pauses just before the end: how many, and within how many days
TODAY = 16  # received in the last three hours
OVERDUE = 0.008  # share of all cases left standing beyond their limit
OLD = (timedelta(days=12), timedelta(days=32))  # how old those are
LONG, SHORT = timedelta(days=15), timedelta(days=4)  # how old a case may be that stands within its limit
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
        clock = time(hour, rng.randint(0, 59), rng.randint(0, 59))
        local = datetime.combine(day.astimezone(span.zone), clock, span.zone)
        at = local.astimezone(span.end.tzinfo)
        while at >= span.end:
            at -= timedelta(days=1)
        found.append(at)
    rng.shuffle(found)
    for number in range(min(TODAY, count // 20)):
        found[number] = span.end - timedelta(seconds=rng.randint(60, 10_800))
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
        self.past: list[Tale] = []  # told so far
        self.rare: dict[datetime, str] = {}  # moments still kept for certain plots

    def tell(self, count: int) -> list[Tale]:
        """So many cases, in the order in which they come in."""
        tales: list[Tale] = []
        coming = moments(count, self.span, self.rng)
        rare = self.rare = self._rare(coming)
        while coming:
            at = coming.pop(0)
            tale = self._tell(at, rare.pop(at, None))
            tales.append(tale)
            self.past.append(tale)
            if tale.scene.story.plot == "merged":
                tales += self._join(tale, coming)
        return sorted(tales, key=lambda tale: tale.scene.received)

    def _rare(self, coming: list[datetime]) -> dict[datetime, str]:
        """Moments kept for plots that might not come up by chance, and for those that shall stand open at the end."""
        early = coming[: max(1, len(coming) * 2 // 3)]
        wanted = [plot for plot in PLOTS if plot in RARE or len(coming) < len(self.stories)]
        kept = dict(zip(self.rng.sample(early, min(len(early), len(wanted))), wanted, strict=False))
        late = [at for at in coming if at not in kept]
        for plot, low, high in self._planted(len(coming)):
            if late:
                coming.remove(late.pop(self.rng.randrange(len(late))))
            at = self.span.end - timedelta(days=self.rng.uniform(low, high))
            kept[at] = plot
            coming.append(at)
        coming.sort()
        return kept

    def _planted(self, cases: int) -> Iterator[tuple[str, float, float]]:
        """What shall stand at the end: a plot, and between how many days before it comes in."""
        for plot, (number, days) in PLANTED.items():
            yield from [(plot, 0.4, days)] * max(1, round(number * cases / 2000))
        for plot, special in SPECIALS.items():
            yield from [(plot, *special.ago)] * special.times(cases)

    def _tell(self, at: datetime, plot: str | None) -> Tale:
        month = at.astimezone(self.span.zone).month
        fitting = [s for s in self.stories if (not s.months or month in s.months) and plot in (None, s.plot)]
        fitting = fitting or [s for s in self.stories if s.plot == plot]
        if plot is not None and plot in SPECIALS:
            fitting = [s for s in self.stories if (not s.months or month in s.months) and s.plot == "plain"]
            fitting = [replace(s, plot=plot) for s in fitting if s.kind in ORDINARY and s.urgency <= 2]
        while True:
            story = self.rng.choices(fitting, [s.weight / (1 + self.told.get(s.key, 0)) ** 0.5 for s in fitting])[0]
            self.told[story.key] = self.told.get(story.key, 0) + 1
            try:
                return self._cast(story, at)
            except LookupError:  # its words are used up; another story is told instead
                fitting.remove(story)

    def _cast(self, story: Story, at: datetime, *, part: int = 0, main: Tale | None = None) -> Tale:
        world, cast = self.world, self.world.cast
        earlier = self._earlier(at) if story.plot == "repeated" else None
        story = replace(earlier.scene.story, plot=story.plot) if earlier else story
        like = main or earlier
        scene = world.stage.set(
            story, at, part=part, like=like.scene if like else None, by=earlier.scene.caller if earlier else None
        )
        lead, others = world.duties.units(story.matter, scene.area)
        party, other = cast.parties[lead], cast.parties[self._other(others)]
        special = SPECIALS.get(story.plot)
        channel = self._channel(story, special.channel if special else "", alone=main is not None)
        tale = Tale(
            world, scene, at, channel, self.rng.choice(cast.operators), self.rng.choice(cast.dispatchers), party, other,
            self.rng.choice(party.handlers), main=main, earlier=earlier,
            confidential=bool(scene.caller.phone) and self.rng.random() < CONFIDENTIAL_KINDS.get(story.kind, 0),
        )  # fmt: skip
        if special:
            special.course(tale, self.span.end)
            return tale
        act: Callable[[Tale], None] = joined if main else PLOTS[story.plot]
        act(tale)
        return tale

    def _channel(self, story: Story, wanted: str, *, alone: bool) -> str:
        """How it comes in; what is answered at once, or with another case, by no channel that wants a second sign-off.

        Of those merged the main one is answered as its own channel asks: the others may ask for no more.
        """
        drawn = self.rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        signed = (alone or story.plot in AT_ONCE) and self.world.duties.rule(drawn).sign_offs
        return wanted or ("hotline" if signed else drawn)

    def _earlier(self, at: datetime) -> Tale | None:
        """A plain case answered long ago whose caller may come back with it; none in a short year."""
        since, until = at - timedelta(days=170), at - timedelta(days=70)
        known = [
            tale for tale in self.past
            if tale.scene.story.plot == "plain" and since < tale.scene.received < until and tale.scene.caller.phone
            and tale.channel == "hotline" and tale.acts[-1].move == "callback" and tale.acts[-1].at < at
            and not tale.confidential
        ]  # fmt: skip
        return self.rng.choice(known) if known else None

    def _other(self, others: Sequence[str]) -> str:
        return others[0] if self.rng.random() < 0.7 else self.rng.choice(others)

    def _join(self, main: Tale, coming: list[datetime]) -> list[Tale]:
        """The others who call about the same within a day; they take the place of the next callers."""
        tales: list[Tale] = []
        for part in range(1, len(main.scene.story.text)):
            at = main.scene.received + timedelta(minutes=self.rng.randint(8, 1200))
            free = [moment for moment in coming if moment not in self.rare]
            if not free or at >= self.span.end:
                break
            try:
                tales.append(self._cast(main.scene.story, at, part=part, main=main))
            except LookupError:  # said too often already
                continue
            coming.remove(self.rng.choice(free))
        return tales


# ---- what stands open at the end


def state_at(tale: Tale, end: datetime) -> str:
    """Where a case stands at the end, by its last act before it."""
    state = "received"
    for act in tale.acts:
        if act.at > end:
            break
        state = _target(act, state, BY_NAME[act.move].targets)
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
    fixed = {"merged", *SPECIALS}
    alone = [tale for tale in tales if tale.main is None and tale.scene.story.plot not in fixed]
    rng.shuffle(alone)
    for move, number in STANDS.items():
        _stand(alone, move, max(1, round(number * len(tales) / 2000)), end)
    late = [tale for tale in alone if OLD[0] < end - tale.scene.received < OLD[1]]
    for tale in late[: round(OVERDUE * len(tales))]:
        _cut(tale, end)
    standing = sum(state_at(tale, end) in OPEN for tale in tales)
    for tale in alone:
        if standing >= OPEN_SHARE * len(tales):
            break
        fresh = LONG if tale.scene.story.kind in ("complaint", "report") and not tale.pressing else SHORT
        if end - tale.scene.received < fresh and state_at(tale, end) == "closed" and _cut(tale, end):
            standing += 1


def _stand(tales: list[Tale], move: str, wanted: int, end: datetime) -> None:
    """So many cases are left where this move brought them, a short while ago."""
    since = end - timedelta(hours=STOOD[move])
    for tale in tales:
        moves = [("receive", tale.scene.received), *((act.move, act.at) for act in tale.acts)]
        last = next((n for n in range(len(moves) - 1, -1, -1) if moves[n][0] == move), None)
        if wanted and last is not None and since < moves[last][1] <= end:
            del tale.acts[last:]
            wanted -= 1


def _cut(tale: Tale, end: datetime) -> bool:
    """Let a case stand where it was being handled."""
    middle = ("contact", "note", "chase", "sign", "supplement")
    last = next((n for n in range(len(tale.acts) - 1, -1, -1) if tale.acts[n].move in middle), None)
    if last is None or tale.acts[last].at > end or any(act.move == "withdraw" for act in tale.acts):
        return False
    del tale.acts[last + 1 :]
    return True
