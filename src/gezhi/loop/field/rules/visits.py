"""When a household or place is visited next, and in which order a worker goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gezhi.kernel.errors import Refused
from gezhi.loop.field.rules.places import Point, metres

FINE, NOBODY, PROBLEM = RESULTS = ("fine", "nobody", "problem")  # 无异常, 未遇, 发现问题
RETRY = 3  # days after which somebody who was not met is looked for again
LEAST, MOST = 1, 730  # days between two visits


@dataclass(frozen=True, slots=True)
class Due:
    """A place as the order of a list needs it."""

    key: str
    due_on: date
    position: int = 0
    point: Point | None = None


def next_due(result: str, day: date, every: int) -> date:
    """The next day on which a place is due.

    >>> next_due("fine", date(2026, 3, 2), 30).isoformat(), next_due("nobody", date(2026, 3, 2), 30).isoformat()
    ('2026-04-01', '2026-03-05')
    """
    return day + timedelta(days=min(every, RETRY) if result == NOBODY else every)


def newer(last: datetime | None, made: datetime) -> bool:
    """Whether a visit counts for the next due day: one that arrives after a later one is kept and changes nothing."""
    return last is None or made >= last


def in_order(places: Iterable[Due], here: Point | None, today: date) -> list[Due]:
    """What is overdue first and then by day; of the same day the nearest first, where it is known who stands where.

    >>> a, b = Due("a", date(2026, 3, 2), 1, (116.2, 40.0)), Due("b", date(2026, 3, 2), 2, (116.0, 40.0))
    >>> [p.key for p in in_order([a, b], (116.01, 40.0), date(2026, 3, 2))]
    ['b', 'a']
    """

    def rank(place: Due) -> tuple[date, bool, int, int]:
        far = metres(here, place.point)
        return (max(place.due_on, today), far is None, far or 0, place.position)

    return sorted(places, key=rank)


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "户主", "名称", "走访对象", "户主姓名", "name"),
    "address": ("地址", "住址", "详细地址", "位置", "address"),
    "phone": ("电话", "联系电话", "手机", "phone"),
    "kind": ("类别", "类型", "走访类别", "kind"),
    "every": ("走访周期", "走访周期（天）", "走访周期(天)", "周期（天）", "几天一次", "every", "every n days", "days"),
    "due": ("下次走访", "首次走访", "应访日期", "due", "due on"),
    "worker": ("网格员", "网格员账号", "负责人", "worker"),
    "lon": ("经度", "lon", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
}
COLUMN = {name: field for field, names in COLUMNS.items() for name in names}
NEEDED = ("name", "address", "every")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list of visits, in good form."""

    name: str
    address: str
    phone: str
    kind: str
    every: int
    due: date | None
    worker: str
    point: Point | None


def line_of(values: Mapping[str, str]) -> Line:
    """A row of the sheet; refuses visit-nameless, visit-every, visit-due and visit-point with what stood there.

    >>> line_of({"name": "张三", "address": "南湖路8号", "every": "30天"}).every
    30
    """
    name, address = values.get("name", ""), values.get("address", "")
    if not name or not address:
        raise _fault("visit-nameless", name or address)
    every = values.get("every", "").removesuffix("天").removesuffix(".0").strip()
    if not every.isascii() or not every.isdecimal() or not LEAST <= int(every[:6]) <= MOST:
        raise _fault("visit-every", values.get("every", ""))
    return Line(
        name[:100], address[:300], values.get("phone", "").removesuffix(".0")[:40], values.get("kind", "")[:40],
        int(every), _day(values.get("due", "")), values.get("worker", "").lower(), _point(values),
    )  # fmt: skip


def _fault(code: str, value: str) -> Refused:
    return Refused(code, status=422, value=value[:40])


def _day(text: str) -> date | None:
    plain = text.split(" ", maxsplit=1)[0].split("T", maxsplit=1)[0].replace("/", "-").replace(".", "-")
    if not plain:
        return None
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise _fault("visit-due", text) from error


def _point(values: Mapping[str, str]) -> Point | None:
    lon, lat = values.get("lon", ""), values.get("lat", "")
    if not lon and not lat:
        return None
    try:
        point = (float(lon), float(lat))
    except ValueError as error:
        raise _fault("visit-point", f"{lon},{lat}") from error
    if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise _fault("visit-point", f"{lon},{lat}")
    return point


def head_of(header: Sequence[str]) -> dict[str, int]:
    """Which column stands where in a sheet."""
    return {COLUMN[h.strip().lower()]: at for at, h in enumerate(header) if h.strip().lower() in COLUMN}
