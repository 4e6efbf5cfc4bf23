"""A year of old orders as rows, with the truth of what an import must make of each; one seed, one year."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FILES = 24  # two a month
COLUMNS = (
    "工单编号", "来电人", "联系电话", "来电时间", "标题", "诉求内容", "诉求地址", "诉求类别", "承办单位", "工单状态",
    "办结时间", "答复内容", "是否满意",
)  # fmt: skip
SPECIAL = 40  # one row in so many is one that the truth treats in a way of its own
SPECIALS = ("empty", "impossible", "rounded", "backwards", "twice", "again", "known")
REFUSED = {
    "empty": "import-text-empty", "impossible": "import-time-impossible", "rounded": "import-number-rounded",
    "backwards": "import-closed-before-received", "twice": "import-number-twice",
}  # fmt: skip
MATTERS = ("路灯", "施工噪声", "供水", "占道经营", "公交线路", "油烟扰民", "井盖", "停车收费")
UNITS = ("城市管理局", "住房和城乡建设局", "市水务公司", "交通运输局", "生态环境局")
WHAT = ("不亮", "破损", "半夜还在响", "堵住了楼道", "收费不合理", "一直没人处理", "影响出行", "气味很大")


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the old system knows it; moments are local and without a zone."""

    number: str
    name: str
    phone: str
    received: datetime
    title: str
    text: str
    place: str
    matter: str
    unit: str
    closed: datetime | None = None
    reply: str = ""
    satisfied: str = ""
    special: str = ""

    @property
    def rounded_phone(self) -> bool:
        """Whether a program has shown, and so saved, the phone as 1.38E+10 where its file knows only text."""
        return self.closed is not None and int(self.number[-6:]) % 7 == 3

    @property
    def state(self) -> str:
        return "已办结" if self.closed else "办理中"


@dataclass(frozen=True, slots=True)
class Told:
    """One row of a file and what must become of it: "created", "already", or the code of its refusal."""

    order: Order
    becomes: str


def year(rows: int, seed: int) -> Iterator[tuple[int, Iterator[Told]]]:
    """The files of a year with about `rows` rows in all; each must be read before the next is asked for."""
    each = max(1, rows // FILES)
    kept: list[Order] = []  # a few of the file before, for numbers that come once more
    for file in range(FILES):
        made: list[Order] = []
        yield file, _file(file, each, random.Random(f"{seed}.{file}"), kept, made)
        kept = made


def _file(file: int, rows: int, chance: random.Random, before: list[Order], made: list[Order]) -> Iterator[Told]:
    """The rows of one file; `made` takes some of those that it creates."""
    first = datetime(2025, 1 + file // 2, 1 + 15 * (file % 2))  # noqa: DTZ001 - as the old system wrote it
    last: Order | None = None
    for at in range(rows):
        order = _order(f"RX25{file:02}{at:06}", first + timedelta(seconds=at * 1_200_000 // rows), chance)
        special = SPECIALS[at // SPECIAL % len(SPECIALS)] if at % SPECIAL == SPECIAL - 1 else ""
        told = _special(special, order, last, before)
        if told.becomes == "created":
            last = told.order
            if len(made) < 50 and not order.rounded_phone and not chance.randrange(3):
                made.append(told.order)
        yield told


def _order(number: str, received: datetime, chance: random.Random) -> Order:
    matter, what = chance.choice(MATTERS), chance.choice(WHAT)
    place = f"滨河路{chance.randrange(900)}号"
    closed = received + timedelta(hours=chance.randrange(2, 300)) if chance.random() < 0.9 else None
    text = f"{place}附近的{matter}{what}，已经{chance.randrange(2, 30)}天了，请尽快处理。{number[-6:]}"
    return Order(
        number, chance.choice(("王先生", "李女士", "匿名", "赵敏")), f"138{chance.randrange(10**8):08}", received,
        f"{matter}{what}", text, place, matter, chance.choice(UNITS), closed,
        f"已到现场，{matter}问题已处理。" if closed else "",
        chance.choice(("满意", "基本满意", "不满意", "")) if closed else "",
    )  # fmt: skip


def _special(special: str, order: Order, last: Order | None, before: list[Order]) -> Told:
    """A row that is not simply a new order; where it cannot be made (no row before) it is one."""
    match special:
        case "empty":
            order = replace(order, title="", text="", special=special)
        case "impossible" | "rounded":
            order = replace(order, special=special)
        case "backwards":
            order = replace(order, closed=order.received - timedelta(days=3), reply="已处理。", special=special)
        case "twice" if last:
            order = replace(order, number=last.number, special=special)
        case "again" if last:
            return Told(last, "already")
        case "known" if before:
            return Told(before.pop(0), "already")
        case _:
            return Told(order, "created")
    return Told(order, REFUSED[special])


# ---- the next day


@dataclass(frozen=True, slots=True)
class Day:
    """The sheet of all open orders of the next day, and what has happened to them."""

    sheet: list[Order]
    same: list[str]
    altered: dict[str, list[str]]  # number → columns
    new: list[str]
    gone: list[str]


def next_day(opened: list[Order], seed: int, *, share: float = 0.1) -> Day:
    """All open orders again: some with other words, place or unit, some ended, some new, some gone."""
    chance = random.Random(f"{seed}.day")
    day = Day([], [], {}, [], [])
    for order in opened:
        dice = chance.random()
        if dice < share / 5:
            day.gone.append(order.number)
            continue
        if dice < share:
            altered, day.altered[order.number] = _altered(order, chance)
            day.sheet.append(altered)
        else:
            day.same.append(order.number)
            day.sheet.append(order)
    latest = max(order.received for order in opened)
    for at in range(max(1, round(len(opened) * share / 2))):
        order = _order(f"RX26{seed % 100:02}{at:06}", latest + timedelta(minutes=at), chance)
        day.new.append(order.number)
        day.sheet.append(replace(order, closed=None, reply="", satisfied=""))
    return day


def _altered(order: Order, chance: random.Random) -> tuple[Order, list[str]]:
    match chance.randrange(4):
        case 0:
            return replace(order, text=f"{order.text}市民再次来电催促。"), ["诉求内容"]
        case 1:
            return replace(order, place=f"{order.place}东侧", phone=f"139{chance.randrange(10**8):08}"), [
                "诉求地址",
                "联系电话",
            ]
        case 2:
            unit = chance.choice([unit for unit in UNITS if unit != order.unit])
            return replace(order, unit=unit), ["承办单位"]
        case _:
            closed = order.received + timedelta(days=20)
            return replace(order, closed=closed, reply="已办好。", satisfied="满意"), ["办结时间"]
