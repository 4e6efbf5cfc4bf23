"""A case being told: its acts in the order of time, by whom, in which words; nothing is written down here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from gezhi.kernel.calendar import Calendar
from gezhi.loop.rules.channels import ChannelRule
from gezhi.loop.rules.snapshot import unhappy
from gezhi.loop.rules.words import CRITICAL
from gezhi.packs.demo.scenes import Scene, Stage
from gezhi.packs.demo.texts import Writer, fill
from gezhi.trust.rules import Actor

URGENT = 0.5  # below this haste nights and holidays count
ON_DUTY = 3  # hours that stand for a limit in working time where somebody is on duty
HASTE = {1: 1.0, 2: 0.8, 3: 0.45, 4: 0.2}  # how long things take by urgency
WEB = ("web", "app")
SCORES = {"very": (4, 5), "satisfied": (4, 5), "basic": (2, 4), "dissatisfied": (1, 3), "very_dissatisfied": (1, 2)}
DIMENSIONS = ("speed", "result", "service", "feedback")

USUAL = {"decline_reason": "private_dispute", "return_reason": "not_our_duty", "postpone_reason": "joint",
         "hangup_reason": "budget", "void_reason": "entered_twice"}  # fmt: skip
CAUSES = {
    ("decline_reason", "court-query"): "in_court", ("decline_reason", "petition-check"): "in_petition",
    ("decline_reason", "online-shop"): "other_place", ("postpone_reason", "gas-connect"): "works",
    ("postpone_reason", "noise-factory"): "supply", ("postpone_reason", "road-digging"): "works",
    ("postpone_reason", "dog-loose"): "absent", ("postpone_reason", "false-ad-house"): "test",
    ("hangup_reason", "presale-stop"): "history", ("hangup_reason", "illegal-roof"): "court",
    ("hangup_reason", "river-black"): "renewal", ("hangup_reason", "sports-track"): "history",
    ("hangup_reason", "mine-rock"): "upper",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """A unit with the people who act for it."""

    code: str
    key: int
    name: str
    handlers: tuple[Actor, ...]
    lead: Actor


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who acts in the city."""

    parties: Mapping[str, Party]
    operators: Sequence[Actor]
    dispatchers: Sequence[Actor]
    callers: Sequence[Actor]
    supervisors: Sequence[Actor]
    leaders: Sequence[Actor] = ()
    evaluators: Sequence[Actor] = ()


@dataclass(frozen=True, slots=True)
class Duties:
    """Who leads, who may assist, and what limits hold, as the content in force says."""

    calendar: Calendar
    units: Callable[[str, str], tuple[str, Sequence[str]]]  # matter, area: the lead, then others it may concern
    limit: Callable[..., tuple[int, str] | None]  # stage, and by name what the case is: amount and unit
    matter: Callable[[str], str]  # its name
    sibling: Callable[[str], str]  # another matter beside it, or itself
    reasons: Callable[[str], Sequence[str]]  # the codes of a list
    rule: Callable[[str], ChannelRule] = lambda _: ChannelRule()  # what a channel asks of an answer


@dataclass(slots=True)
class Act:
    """One move to be made; `actor` None is the citizen himself."""

    at: datetime
    actor: Actor | None
    move: str
    data: dict[str, Any]


@dataclass(slots=True)
class World:
    """What every tale is told with."""

    rng: Random
    writer: Writer
    stage: Stage
    cast: Cast
    duties: Duties


@dataclass(slots=True)
class Tale:
    """One case: how it is reported and everything that happens to it."""

    world: World
    scene: Scene
    at: datetime
    channel: str
    operator: Actor
    dispatcher: Actor
    party: Party
    other: Party
    handler: Actor
    acts: list[Act] = field(default_factory=list)
    main: "Tale | None" = None
    earlier: "Tale | None" = None  # the answered one that this repeats
    case: str = ""
    dispatched: datetime | None = None  # when the handling clock began
    sent: datetime | None = None  # when the unit in charge got it
    confidential: bool = False

    @property
    def rng(self) -> Random:
        return self.world.rng

    @property
    def haste(self) -> float:
        return HASTE[self.scene.story.urgency]

    @property
    def pressing(self) -> bool:
        """Whether nights and holidays count: urgent, or of a matter whose limit runs in natural hours."""
        found = self.limit("handle")
        return self.haste < URGENT or (found is not None and found[1] == "hour")

    @property
    def watched(self) -> bool:
        """Whether the newest supervision was answered and nobody has accepted the answer yet."""
        last = next((act.move for act in reversed(self.acts) if act.move.startswith("supervise")), "")
        return last == "supervise_answer"

    def limit(self, stage: str) -> tuple[int, str] | None:
        story = self.scene.story
        return self.world.duties.limit(
            stage, matter=story.matter, area=self.scene.area, kind=story.kind, urgency=story.urgency,
            channel=self.channel,
        )  # fmt: skip

    # ---- time
    def minutes(self, low: float, high: float) -> None:
        """Natural time passes: people who work round the clock."""
        self.at += timedelta(seconds=round(self.rng.uniform(low, high) * 60 * self.haste) + 1)

    def office(self, low: float, high: float) -> None:
        """Office hours pass; for what is urgent people work on through the night."""
        hours = Fraction(round(self.rng.uniform(low, high) * self.haste * 3600) + 7, 3600)
        self.at = self.world.duties.calendar.add(self.at, hours, "hour" if self.pressing else "workhour")

    def days(self, low: float, high: float) -> None:
        """Days pass, whatever the haste, and it is office time again."""
        self.at += timedelta(days=self.rng.uniform(low, high))
        self.at = self.world.duties.calendar.add(self.at, Fraction(self.rng.randint(60, 9000), 3600), "workhour")

    def within(self, stage: str, start: datetime, low: float, high: float) -> None:
        """Some share of a stage's limit is used up since `start`; more than one is late."""
        found = self.limit(stage)
        before = self.at + timedelta(seconds=self.rng.randint(40, 400))
        if found is None:
            self.office(0.2, 2)
            return
        amount, unit = found
        if self.pressing and unit in ("workhour", "workday"):  # somebody is on duty
            amount, unit = ON_DUTY, "hour"
        share = Fraction(round(amount * self.rng.uniform(low, high) * 1000), 1000)
        self.at = max(before, self.world.duties.calendar.add(start, share, unit))

    def share(self, low: float, high: float) -> None:
        """The handling limit is used up to some share, or beyond it, and at least an hour of work is done."""
        self.office(0.3, 1.6)
        self.within("handle", self.dispatched or self.at, low, high)
        if not self.pressing:
            self.at = self.world.duties.calendar.add(self.at, Fraction(self.rng.randint(5, 4000), 3600), "workhour")

    def begin(self) -> None:
        """The clocks of a round start now."""
        self.dispatched = self.sent = self.at

    # ---- words
    def slots(self) -> dict[str, str]:
        names = {
            "matter": self.world.duties.matter(self.scene.story.matter), "other": self.other.name,
            "unit": self.party.name,
        }  # fmt: skip
        return self.world.stage.moment(self.scene, self.at) | names

    def phrase(self, bank: str) -> str:
        return self.world.writer.phrase(bank, self.slots())

    def reply(self, number: int = 0) -> str:
        """The office's answer of one round; beyond what the story has, an answer after a second look."""
        parts = self.scene.story.reply
        if number >= len(parts):
            return self.phrase("second_reply")
        return self.world.writer.answer(parts[number], self.slots())

    def voice(self, number: int = -1) -> str:
        """What the person says when called back."""
        return self.world.writer.told(self.scene.story.voice[number], self.slots())

    def said(self, number: int, bank: str) -> str:
        """What the person says of his own accord; where the story's words are used up, something like it."""
        slots = self.slots()
        text = fill(self.scene.story.voice[number], slots, self.world.writer.language)
        fresh = self.world.writer.fresh(text)
        return self.world.writer.keep(text) if fresh else self.world.writer.phrase(bank, slots)

    # ---- acts
    def act(self, actor: Actor | None, move: str, **data: Any) -> None:
        if move == "sign" and self.scene.story.urgency >= CRITICAL:  # the desk has called, and somebody answered
            self.act(self.dispatcher, "phone", answered=True, person=self.handler.name)
        if move == "close" and self.watched:  # nothing is closed by hand over an open supervision
            self.act(self.rng.choice(self.world.cast.supervisors), "supervise_accept")
            self.minutes(5, 20)
        if unhappy(data):  # who is not satisfied says what is still to be done
            data["for_unit"] = self.phrase("for_unit")
        given = {name: value for name, value in data.items() if value not in (None, "")}
        self.acts.append(Act(self.at, actor, move, given))

    def sometimes(self, chance: float) -> bool:
        return self.rng.random() < chance

    def note(self, bank: str, chance: float) -> str | None:
        """An optional note."""
        return self.phrase(bank) if self.sometimes(chance) else None

    def cause(self, code_list: str) -> str:
        """The code of a reason: the story's own, else one of the list that is in force."""
        known = list(self.world.duties.reasons(code_list))
        wanted = CAUSES.get((code_list, self.scene.story.key)) or USUAL[code_list]
        return wanted if wanted in known else self.rng.choice(known)

    def scores(self, satisfaction: str) -> dict[str, int]:
        low, high = SCORES[satisfaction]
        return {name: self.rng.randint(low, high) for name in DIMENSIONS}

    def give_to(self, party: Party) -> None:
        """Another unit is in charge from here on."""
        if party is self.other:
            self.other = self.party
        self.party = party
        self.handler = self.rng.choice(party.handlers)

    def citizen(self) -> Actor | None:
        """Who enters the person's word: himself in the app, the operator when he rings."""
        return None if self.channel in WEB else self.operator
