"""Where and when a story happens: the places, names, numbers and dates that fill its slots."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gezhi.packs.demo.texts import MOST, Place, Story, Writer, fill, places_of

LOCAL = ("estate", "village", "road", "school", "middle", "kinder", "market", "hospital", "park", "square", "river",
         "site", "factory")  # fmt: skip
ANYWHERE = ("shop", "eatery", "gym", "training", "agency", "agency2", "company", "surname")
URBAN_SHARE = 0.72  # of the stories that may happen in a street as well as in a town
ANONYMOUS_SHARE = 0.08
REPEAT_SHARE = 0.07  # of callers who have called before
MALE = 0.48
DRAWS = 80
# in all other plots who asks must be known
NAMELESS = ("plain", "answered", "declined", "return", "wrong_return", "postpone", "hangup", "void", "task", "late",
            "partly", "refused", "policy_limit", "praise", "merged")  # fmt: skip

CLAUSE = re.compile(r"[。！？，；]|[.!?;](?:\s|$)")

Both = tuple[str, str]  # the same value in Chinese and in English
Value = Callable[[Random], Both]


def ordinal(number: int) -> str:
    """An English ordinal.

    >>> [ordinal(n) for n in (2, 11, 22, 23)]
    ['2nd', '11th', '22nd', '23rd']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _number(low: int, high: int, step: int = 1) -> Value:
    def value(rng: Random) -> Both:
        drawn = str(rng.randrange(low, high + 1, step))
        return drawn, drawn

    return value


def _yuan(low: int, high: int, step: int) -> Value:
    def value(rng: Random) -> Both:
        drawn = rng.randrange(low, high + 1, step)
        short = f"{drawn / 10000:g}万元" if drawn >= 10000 and drawn % 1000 == 0 else f"{drawn}元"
        return short, f"{drawn:,} yuan"

    return value


def _one_of(*pairs: Both) -> Value:
    return lambda rng: rng.choice(pairs)


def _shaped(low: int, high: int, zh: str, en: Callable[[int], str]) -> Value:
    def value(rng: Random) -> Both:
        drawn = rng.randint(low, high)
        return zh.format(drawn), en(drawn)

    return value


WEEKDAYS = (("星期一", "Monday"), ("星期二", "Tuesday"), ("星期三", "Wednesday"), ("星期四", "Thursday"),
            ("星期五", "Friday"), ("星期六", "Saturday"), ("星期日", "Sunday"))  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
MONTHS_ZH = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")

VALUES: Mapping[str, Value] = {
    "number": _number(2, 388),
    "number2": _number(3, 12),
    "plate": _number(102, 987),
    "people": _number(13, 46),
    "days": _number(3, 15),
    "weeks": _number(3, 9),
    "monthsn": _number(3, 11),
    "minutes": _number(20, 70),
    "meters": _number(20, 300, 10),
    "age": _number(68, 88),
    "age2": _number(50, 58),
    "age3": _number(6, 7),
    "sqm": _number(78, 140),
    "sqm2": _number(16, 46),
    "deg": _number(11, 15),
    "deg2": _number(35, 39),
    "building": _shaped(1, 28, "{}栋", lambda n: f"Building {n}"),
    "floor": _shaped(3, 26, "{}楼", lambda n: f"{ordinal(n)} floor"),
    "group": _one_of(*((f"{zh}组", f"Group {n}") for n, zh in enumerate(MONTHS_ZH[:9], 1))),
    "bus": _shaped(2, 68, "{}路", lambda n: f"Route {n}"),
    "money": _yuan(260, 1980, 20),
    "money2": _yuan(12, 38, 1),
    "money3": _yuan(100, 300, 10),
    "sum": _yuan(8000, 96000, 1000),
    "sum2": _yuan(6000, 9000, 500),
    "sum3": _yuan(3000, 7800, 200),
    "bigsum": _yuan(110_000, 960_000, 10_000),
    "wage": _yuan(3200, 5800, 100),
    "wage2": _yuan(1650, 2350, 10),
    "night": _one_of(("夜里十一点", "eleven at night"), ("夜里十一点半", "half past eleven at night"),
                     ("半夜十二点", "midnight"), ("凌晨一点", "one in the morning")),
    "evening": _one_of(("晚上九点", "nine in the evening"), ("晚上九点半", "half past nine in the evening"),
                       ("晚上十点", "ten in the evening")),
    "dawn": _one_of(("早上五点", "five in the morning"), ("早上五点半", "half past five in the morning"),
                    ("早上六点", "six in the morning")),
    "weekday": _one_of(*WEEKDAYS[:5]),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """An invented person who asks; without a name he wants to stay unknown."""

    name: str = ""
    phone: str = ""
    address: str = ""  # how an office addresses him


@dataclass(slots=True)
class Scene:
    """One story at one place and time, told by one person."""

    story: Story
    caller: Caller
    received: datetime
    area: str
    title: str
    text: str
    place: str
    slots: dict[str, str] = field(default_factory=dict)


def fixed_values(rng: Random, received: datetime, language: str) -> dict[str, str]:
    """The slots that stay the same throughout a case."""
    side = 1 if language == "en" else 0
    slots = {name: value(rng)[side] for name, value in VALUES.items()}
    slots["year"] = str(received.year - rng.randint(2, 6))
    month = (received.month - rng.randint(4, 8) - 1) % 12
    slots["month"] = MONTHS[month] if side else f"{MONTHS_ZH[month]}月"
    return slots


def day_text(day: datetime, language: str) -> str:
    """A day without its year.

    >>> day_text(datetime(2026, 9, 3), "en"), day_text(datetime(2026, 9, 3), "zh")
    ('3 September', '9月3日')
    """
    return f"{day.day} {MONTHS[day.month - 1]}" if language == "en" else f"{day.month}月{day.day}日"


def headline(template: str) -> str:
    """A title out of what somebody says: the first clause that names something, else the longest.

    >>> headline("Hello. It is dark on {road}. The lamp is out."), headline("喂，{road}路灯不亮了，危险。")
    ('It is dark on {road}', '{road}路灯不亮了')
    """
    clauses = [part.strip() for part in CLAUSE.split(template) if part.strip()]
    return next((clause for clause in clauses if "{" in clause), max(clauses, key=len))


class Stage:
    """Sets scenes: draws places that belong together, a caller, and words that were not used before."""

    def __init__(self, rng: Random, writer: Writer, zone: ZoneInfo) -> None:
        self.rng = rng
        self.writer = writer
        self.zone = zone
        self.language = writer.language
        self.known: list[Caller] = []
        self.serial = 0

    def set(
        self, story: Story, received: datetime, *, part: int = 0, like: Scene | None = None, by: Caller | None = None
    ) -> Scene:
        """A scene for a story; `like` keeps the places of another scene, `part` is which of its tellings is used."""
        for draw in range(DRAWS):
            slots, area = self._slots(story, received, like)
            heading = headline(story.text[part]) if part else story.title  # the others have words of their own
            title, text = (fill(words, slots, self.language) for words in (heading, story.text[part]))
            often = 1 if draw < DRAWS // 2 else MOST
            if self.writer.fresh(title) and self.writer.fresh(text, often):
                break
        else:
            raise LookupError(f"no fresh words are left for {story.key}")
        self.writer.keep(title)
        self.writer.keep(text)
        caller = by or self.caller(story)
        slots["caller"] = caller.address
        place = fill(story.place, slots, self.language)
        return Scene(story, caller, received, area, title, text, place, slots)

    def _slots(self, story: Story, received: datetime, like: Scene | None) -> tuple[dict[str, str], str]:
        slots = fixed_values(self.rng, received.astimezone(self.zone), self.language)
        if like is not None:
            kept = (*LOCAL, *ANYWHERE, "street", "town", "district", "community", "locus", "number", "building")
            slots |= {name: like.slots[name] for name in kept if name in like.slots}
            return slots, like.area
        ground = self._ground(story)
        slots |= {name: self._name(places_of(name, ground.code)) for name in LOCAL if places_of(name, ground.code)}
        slots |= {name: self._name(places_of(name)) for name in ANYWHERE}
        slots["street"] = slots["town"] = ground.name(self.language)
        district = next(place for place in places_of("district") if place.code == ground.parent)
        slots["district"] = district.name(self.language)
        kind = "village" if "village" in story.slots else "community"
        nearest = self.rng.choice(places_of(kind, ground.code))
        slots[kind] = nearest.name(self.language)
        slots.setdefault("community", self._name(places_of("community", ground.code)))
        nearby = (name for name in ("village", "estate", "road") if name in story.slots)
        slots["locus"] = slots[next(nearby, "community")]
        return slots, nearest.code

    def _ground(self, story: Story) -> Place:
        urban = "village" not in story.slots and self.rng.random() < URBAN_SHARE
        return self.rng.choice(places_of("street" if urban else "town"))

    def _name(self, among: Iterable[Place]) -> str:
        return self.rng.choice(list(among)).name(self.language)

    def caller(self, story: Story) -> Caller:
        """Somebody new, somebody who has called before, or somebody who gives no name."""
        if story.plot in NAMELESS and self.rng.random() < ANONYMOUS_SHARE:
            return Caller(address="the caller" if self.language == "en" else "反映人")
        if self.known and self.rng.random() < REPEAT_SHARE:
            return self.rng.choice(self.known)
        male = self.rng.random() < MALE
        family, given = self._name(places_of("surname")), self._name(places_of("given_m" if male else "given_f"))
        self.serial += 1
        phone = f"100{self.rng.randint(1000, 9999)}{self.serial:04d}"  # no such numbers are given to telephones
        if self.language == "en":
            caller = Caller(f"{given} {family}", phone, f"{'Mr' if male else 'Ms'} {family}")
        else:
            caller = Caller(family + given, phone, f"{family}{'先生' if male else '女士'}")
        self.known.append(caller)
        return caller

    def moment(self, scene: Scene, at: datetime) -> dict[str, str]:
        """The slots of a case as they stand at one moment: yesterday's visit, what is promised, when we come."""
        local, start = at.astimezone(self.zone), scene.received.astimezone(self.zone)
        visit = max(start, local - timedelta(days=self.rng.randint(0, 2)))
        ahead = local + timedelta(days=self.rng.randint(2, 4))
        if ahead.weekday() >= 5:
            ahead += timedelta(days=2)
        zh, en = WEEKDAYS[ahead.weekday()]
        early = self.rng.random() < 0.5
        clock = min(local, max(start, local - timedelta(minutes=self.rng.randint(2, 40))))
        return scene.slots | {
            "visit": day_text(visit, self.language),
            "done": day_text(local, self.language),
            "promise": day_text(local + timedelta(days=self.rng.randint(12, 45)), self.language),
            "hh": f"{clock:%H:%M}",
            "when": f"on {en} {'morning' if early else 'afternoon'}" if self.language == "en"
            else f"{zh}{'上午' if early else '下午'}",
        }  # fmt: skip
