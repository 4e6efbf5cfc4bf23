"""Puts the demo city into an empty installation: people, content and a year of cases, all by the real verbs."""

import heapq
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count as counting
from random import Random
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.loop.service import Report
from gezhi.loop.service.chronicle import Chronicle, Told
from gezhi.loop.store.content import content
from gezhi.loop.triage.service import refresh, say_of_newest
from gezhi.packs.demo import neighbours, outside
from gezhi.packs.demo.city import City, SignIn, build, duties_of
from gezhi.packs.demo.desks import Desks
from gezhi.packs.demo.scenes import Stage
from gezhi.packs.demo.tales import WEB, Act, Tale, World
from gezhi.packs.demo.texts import Writer
from gezhi.packs.demo.year import Span, Teller, leave_open
from gezhi.packs.service import load_pack
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, record, seal_pending, set_office, verb
from gezhi.trust.store.people import root as root_unit

CASES = 2000
SEED = 12345
JUDGED = 600  # newest cases with a suggestion
PACK = "citizen-requests"
CLOSING = time(16, 30)  # the demo's present moment on a past day
SINCE = timedelta(days=400)  # before the first case units and people are there


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made, and how to come in."""

    cases: int
    acts: int
    as_of: datetime
    password: str
    sign_ins: tuple[SignIn, ...]
    number: str
    secret: str
    handed: tuple[outside.Handed, ...]  # work at people without accounts: where and with which digits it opens
    halted: tuple[str, ...]  # stories that stand where a rule refused their next act


def install_demo(
    as_of: date | datetime, language: str = "zh-hans", cases: int = CASES, seed: int = SEED,
    *, now: datetime | None = None,
) -> Demo:  # fmt: skip
    """Fill an installation without cases with the invented city; refused (`demo-has-cases`) where cases exist.

    `as_of` is the demo's present: all acts lie in the year before it. `language` is zh-hans or en. The same seed
    tells the same year; only keys, secrets and the password differ. All happens in one transaction.
    """
    moment = _moment(as_of, now or datetime.now(UTC))
    if not 1 <= cases <= CASES:
        raise Refused("demo-too-many", status=422, most=CASES, cases=cases)
    demo = _install(language.split("-", maxsplit=1)[0], cases, seed, actor=Actor.system("packs"), now=moment)
    seal_pending(moment)
    return demo


def _moment(as_of: date | datetime, now: datetime) -> datetime:
    """The demo's present: an afternoon of that day, never later than now."""
    if isinstance(as_of, datetime):
        return as_of
    zone = ZoneInfo(settings.TIME_ZONE)
    return min(datetime.combine(as_of, CLOSING, zone), now).astimezone(UTC)


@verb("demo.install")
def _install(language: str, cases: int, seed: int, *, actor: Actor, now: datetime) -> Demo:
    if apps.get_model("loop", "Case")._default_manager.exists():
        raise Refused("demo-has-cases")
    since = now - SINCE
    root = root_unit()
    people = Random(f"{seed}.people")  # noqa: S311 - draws invented names, no secret
    city = build(language, root.code if root else "", rng=people, since=since, now=now)
    load_pack(PACK, actor=actor, now=since)  # after the units, for the catalogue names them
    set_office("government_zh", "临江市人民政府", actor=actor, now=now)
    set_office("government_en", "Linjiang Municipal Government", actor=actor, now=now)
    tales, world = tell(city, language, cases, seed, now)
    play = Play(tales, now)
    acts, shown = play.run()
    judge_suggestions()
    desks = Desks(world, play.keys(), play.requesters(), now)
    desks.lay()
    outside.show_public(desks)
    handed = outside.hand_out(desks)
    neighbours.lay(desks)
    record("demo.install", "demo", PACK, actor=actor, body={"cases": cases, "acts": acts, "seed": seed})
    made = len(tales) + neighbours.OUTSIDE
    return Demo(made, acts, now, city.password, city.sign_ins, *shown, handed, tuple(play.halted))


def judge_suggestions() -> None:
    """What triage would have said of the newest cases, so that its quality can be looked at."""
    say_of_newest(JUDGED)
    refresh()


def tell(city: City, language: str, cases: int, seed: int, now: datetime) -> tuple[list[Tale], World]:
    """The whole year as tales, and the world in which they are told; nothing is written yet."""
    rng = Random(seed)  # noqa: S311 - draws stories, no secret
    zone = ZoneInfo(settings.TIME_ZONE)
    writer = Writer(rng, language)
    world = World(rng, writer, Stage(rng, writer, zone), city.cast, duties_of(content(), city, language, rng))
    tales = Teller(world, Span(now - timedelta(days=365), now, zone), language).tell(cases)
    leave_open(tales, now, rng)
    return tales, world


class Play:
    """Makes the acts of all tales in the order of time, until the demo's present."""

    def __init__(self, tales: list[Tale], end: datetime) -> None:
        self.tales, self.end = tales, end
        self.book = Chronicle()
        self.told: dict[int, Told] = {}
        self.citizen = citizen_actor("", kind="citizen")
        self.halted: list[str] = []

    def run(self) -> tuple[int, tuple[str, str]]:
        """How many acts were made, and number and secret of a case whose citizen page can be looked at."""
        self.book.expect(tale.scene.received for tale in self.tales)
        for tale, act in self._in_order():
            if act is None:
                self._receive(tale)
            else:
                self._go_on(tale, act)
        shown = self._shown()
        return self.book.write(), shown

    def keys(self) -> list[tuple[Tale, str]]:
        """Each tale with the key of its case."""
        return [(tale, str(self.told[id(tale)].case.pk)) for tale in self.tales]

    def requesters(self) -> dict[str, str]:
        """Who asked, by the key of the case."""
        return {str(told.case.pk): told.citizen for told in self.told.values()}

    def _in_order(self) -> Iterator[tuple[Tale, Act | None]]:
        """All acts of all tales by time; None is the first word of a tale."""
        tie = counting()
        heap: list[tuple[datetime, int, Tale, int]] = [
            (tale.scene.received, next(tie), tale, -1) for tale in self.tales
        ]
        heapq.heapify(heap)
        while heap:
            _, _, tale, number = heapq.heappop(heap)
            yield tale, tale.acts[number] if number >= 0 else None
            following = number + 1
            if following < len(tale.acts) and tale.acts[following].at <= self.end:
                heapq.heappush(heap, (tale.acts[following].at, next(tie), tale, following))

    def _receive(self, tale: Tale) -> None:
        scene, story = tale.scene, tale.scene.story
        report = Report(
            text=scene.text, title=scene.title, place=scene.place, channel=tale.channel, name=scene.caller.name,
            phone=scene.caller.phone, confidential=tale.confidential,
        )  # fmt: skip
        online = tale.channel in WEB
        if not online:  # who takes a call classifies it at once
            report = replace(report, kind=story.kind, matter=story.matter, urgency=story.urgency, area=scene.area)
        actor = self.citizen if online else tale.operator
        self.told[id(tale)] = self.book.receive(report, actor=actor, now=scene.received)

    def _go_on(self, tale: Tale, act: Act) -> None:
        """Make an act; a case whose story breaks a rule stands where it is, and the city is made all the same."""
        try:
            self._move(tale, act)
        except Refused as refused:
            logger.warning("the story %s ends before %s: %s", tale.scene.story.key, act.move, refused.code)
            self.halted.append(f"{tale.scene.story.key} {act.move} {refused.code}")
            del tale.acts[tale.acts.index(act) :]

    def _move(self, tale: Tale, act: Act) -> None:
        told = self.told[id(tale)]
        data = {
            name: str(self.told[id(value)].case.pk) if isinstance(value, Tale) else value
            for name, value in act.data.items()
        }
        actor = act.actor or replace(self.citizen, id=told.citizen)
        self.book.move(told, act.move, data, actor=actor, now=act.at)

    def _shown(self) -> tuple[str, str]:
        """The newest case that a citizen sent in himself and that is being handled, else the newest at all."""
        online = [tale for tale in self.tales if tale.channel in WEB]
        handled = [tale for tale in online if self.told[id(tale)].snap.state == "handling"]
        told = self.told[id((handled or online or self.tales)[-1])]
        return told.case.number, told.secret
