"""Makes clean values of what people typed into cells; what cannot be is refused with the value named."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from math import isfinite

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Cell
from gezhi.kit.text import clean
from gezhi.loop.importing.columns import DATA, plain
from gezhi.loop.rules.words import TEXT_LIMIT

NUMBER_LIMIT = 80
SHOWN = 40  # characters of a wrong value that a sentence repeats
EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
TOMORROW = timedelta(days=1)
OLDEST = 1990  # spreadsheets turn empty dates into 1900; no request kept in one is older than this
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]")
_ODD = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]")  # most cells hold none
_ESCAPED = re.compile(r"'(?=[=+\-@＝＋－＠])")
_NOBODY = {"匿名", "匿名用户", "匿名市民", "不愿透露", "保密", "无", "anonymous", "n/a", "none"}
_SCIENTIFIC = re.compile(r"1(?:\.\d+)?E\+10")  # as spreadsheet programs show a mobile number
_PHONE = re.compile(r"(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)|(0\d{2,3}[- ]?\d{7,8}(?:[-转 ]\d{1,6})?)")


def told(value: Cell) -> str:
    """A cell as the text that a person sees in it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def text_of(value: Cell) -> str:
    r"""A text with its inner line breaks, without control and invisible characters, blank ends and hanging tabs.

    >>> text_of("\n\t\t路灯\x00不亮\r\n\t\t请修  \n\t")
    '路灯不亮\n请修'
    """
    if value is None:
        return ""
    whole = told(value)
    if not _ODD.search(whole):
        return _ESCAPED.sub("", whole.strip(), count=1)
    whole = _ESCAPED.sub("", clean(_INVISIBLE.sub("", whole)), count=1)
    if "\n" not in whole and "\t" not in whole:
        return whole
    lines = [line.strip(" \t\xa0\u3000") for line in whole.replace("\t", " ").split("\n")]
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    return "\n".join(kept)


def bounded(value: Cell, field: str) -> str:
    """A text within the limit, or Refused("import-text-long")."""
    text = text_of(value)
    if len(text) > TEXT_LIMIT:
        raise Refused("import-text-long", status=422, field=field, length=len(text), limit=TEXT_LIMIT)
    return text


def line_of(value: Cell) -> str:
    """A text in one line."""
    return "" if value is None else " ".join(text_of(value).split())


def number_of(value: Cell) -> str:
    """An external number as text, or Refused when the spreadsheet has lost its last digits.

    >>> number_of(24), number_of(" RX2026-1 "), number_of(None)
    ('24', 'RX2026-1', '')
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= EXACT:
        raise Refused("import-number-rounded", status=422, value=str(value)[:SHOWN])
    text = line_of(value)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", text):
        raise Refused("import-number-rounded", status=422, value=text[:SHOWN])
    if len(text) > NUMBER_LIMIT:
        raise Refused("import-number-long", status=422, length=len(text), limit=NUMBER_LIMIT)
    return text


def phone_of(value: Cell) -> str:
    """The first phone number in a cell, "" when there is none.

    >>> phone_of(13800138000), phone_of("+86 138-0013-8000（微信同号）"), phone_of("0731-84512345转3"), phone_of("无")
    ('13800138000', '13800138000', '0731-84512345-3', '')
    >>> phone_of("1.38E+10"), phone_of("1.3800138000E+10"), phone_of(13800138000.0)
    ('', '13800138000', '13800138000')
    """
    text = unicodedata.normalize("NFKC", line_of(value))
    if _SCIENTIFIC.fullmatch(text):
        return str(int(float(text))) if len(text.partition("E")[0]) >= 12 else ""  # the last digits are lost
    match = _PHONE.search(text)
    if match is None:
        digits = re.sub(r"[^\d+]", "", text)
        return digits if 5 <= len(digits) <= 16 and len(digits) * 2 > len(text) else ""
    if match[1]:
        return re.sub(r"\D", "", match[1])
    return re.sub(r"[转 ]+", "-", match[2])


def name_of(value: Cell) -> str:
    """A person's name, "" for those who gave none."""
    text = line_of(value)
    return "" if plain(text) in {plain(word) for word in _NOBODY} else text[:80]


def parts_of(value: Cell) -> tuple[str, ...]:
    """The levels of a classification that stands in one cell.

    >>> parts_of("市容-占道经营"), parts_of("城市管理 > 市容 > 占道"), parts_of("环境保护")
    (('市容', '占道经营'), ('城市管理', '市容', '占道'), ('环境保护',))
    """
    parts = re.split(r"\s*(?:->|=>|[-—–/\\>|→›»_]+)\s*", line_of(value))
    return tuple(part for part in parts if part)


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with (DATA / "import_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for word in (row["code"], *row["words"].split("|")):
                found.setdefault(row["field"], {}).setdefault(plain(word), row["code"])
    return found


def words_of(field: str) -> frozenset[str]:
    """The codes that a field of words can hold; none for other fields."""
    return frozenset(_words().get(field, {}).values())


def code_of(field: str, value: Cell, own: Mapping[str, str] | None = None) -> str:
    """The code of a word in a list such as kind or satisfaction, "" when the word is not known.

    `own` are words of one source (as `plain` has them), which come before ours.

    >>> code_of("satisfaction", "基本满意"), code_of("urgency", "特急"), code_of("kind", "投诉*"), code_of("kind", "?")
    ('basic', '4', 'complaint', '')
    """
    word = line_of(value)
    return (own.get(plain(word), "") if own else "") or _code(field, word)


@lru_cache(maxsize=2048)
def _code(field: str, word: str) -> str:
    return _words()[field].get(plain(word), "")


# ---- moments

_DATE = re.compile(r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?")
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_TIME = re.compile(
    r"(?P<half>上午|下午|中午|晚上|凌晨|早上|傍晚|am|pm)?\s*(?P<H>\d{1,2})\s*(?:[:时点]\s*(?:(?P<M>\d{1,2})\s*(?:[:分]\s*"
    r"(?:(?P<S>\d{1,2})(?:[.,]\d+)?\s*秒?)?)?)?)?\s*(?P<after>am|pm)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?"
)
_COMPACT_TIME = re.compile(r"(?P<H>\d{2})(?P<M>\d{2})?(?P<S>\d{2})?")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: no for no, name in enumerate(_MONTH_NAMES, start=1)}
_NAMED = re.compile(
    r"(?:(?P<d1>\d{1,2})\s+)?(?P<name>[a-z]{3})[a-z]*\.?\s+(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<y>\d{4}),?"
)
_WEEKDAY = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\b")
_SLASHED = re.compile(r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>\d{4})")


def moment_of(
    value: Cell, *, zone: tzinfo, now: datetime, latest: timedelta = TOMORROW, not_before: datetime | None = None
) -> datetime | None:
    """The moment in a cell in UTC, None when the cell is empty; naive times are taken in `zone`.

    A time that the clocks skip in spring is the moment of the skip. One that they show twice in autumn is the first,
    or the second where the first would lie before `not_before`. `latest` is how far ahead a moment may lie.

    Raises Refused: import-time-unclear, -no-year, -impossible, -future, each naming the value.
    """
    if isinstance(value, datetime):
        found = value if value.tzinfo else value.replace(tzinfo=zone)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _from_number(value, zone)
    else:
        text = line_of(value)
        if not text or text in {"-", "--", "/", "无", "null", "NULL", "None"}:
            return None
        found = _from_text(text, zone)
    try:
        found = _unfolded(found, not_before)
    except (OverflowError, ValueError) as error:
        raise _refuse("impossible", told(value)) from error
    if found.year < OLDEST:
        raise _refuse("impossible", told(value))
    if found > now + latest:
        raise _refuse("future", told(value))
    return found


def _unfolded(found: datetime, not_before: datetime | None) -> datetime:
    """A wall time in UTC; see `moment_of` for the two hours of a year that are none or two."""
    first, second = (found.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:  # skipped: the zone's rules read it an hour late and an hour early, the skip lies between
        return _skip(second, first, found.tzinfo)
    return second if not_before is not None and first < not_before <= second else first


def _skip(early: datetime, late: datetime, zone: tzinfo | None) -> datetime:
    """The instant between two at which a zone's clocks jump forwards, to the second."""
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def point_of(value: Cell, most: int) -> float | None:
    """A coordinate in degrees, None when the cell holds none.

    >>> point_of("42.2715", 90), point_of(200, 180), point_of("n/a", 90), point_of(0, 90)
    (42.2715, None, None, None)
    """
    try:
        found = float(line_of(value))
    except ValueError:
        return None
    return found if isfinite(found) and 0 < abs(found) <= most else None


def _refuse(reason: str, value: str) -> Refused:
    return Refused(f"import-time-{reason}", status=422, value=value[:SHOWN])


def _from_number(value: float, zone: tzinfo) -> datetime:
    if not isfinite(value):
        raise _refuse("unclear", str(value))
    digits = str(int(value))
    if isinstance(value, int) and len(digits) in (8, 10, 12, 14) and _COMPACT.match(digits):
        return _from_text(digits, zone)
    if len(digits) in (10, 13) and value == int(value) and digits[0] == "1":  # seconds or milliseconds since 1970
        return datetime.fromtimestamp(int(digits[:10]), UTC)
    if 20_000 <= value < 80_000:  # days as a spreadsheet counts them
        return datetime(1899, 12, 30, tzinfo=zone) + timedelta(seconds=round(value * 86400))
    raise _refuse("unclear", str(value))


def _from_text(original: str, zone: tzinfo) -> datetime:
    text = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", original).lower()).replace("\u2236", ":").strip(" ,")
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _from_number(float(text), zone)
    if (match := _COMPACT.match(text)) and text.isdecimal() and len(text) in (8, 10, 12, 14):
        clock = _COMPACT_TIME.fullmatch(text[8:]) if len(text) > 8 else None
        return _built(original, match.groupdict(), clock.groupdict() if clock else {}, zone)
    if re.fullmatch(r"1\d{9}(\d{3})?", text):
        return _from_number(int(text), zone)
    date, rest = _date(text, original)
    clock = _TIME.fullmatch(rest.strip(" t,，")) if rest.strip(" t,，") else None
    if rest.strip(" t,，") and clock is None:
        raise _refuse("unclear", original)
    return _built(original, date, clock.groupdict() if clock else {}, zone)


def _date(text: str, original: str) -> tuple[dict[str, str | None], str]:
    if match := _DATE.match(text):
        return match.groupdict(), text[match.end() :]
    if match := _COMPACT.match(text):
        return match.groupdict(), text[match.end() :]
    if match := _NAMED.match(text):
        month = _MONTHS.get(match["name"])
        if month and (match["d1"] or match["d2"]):
            return {"y": match["y"], "m": str(month), "d": match["d1"] or match["d2"]}, text[match.end() :]
    if match := _SLASHED.match(text):
        first, second = int(match["a"]), int(match["b"])
        if first == second or (first <= 12 < second):
            return {"y": match["y"], "m": match["a"], "d": match["b"]}, text[match.end() :]
        if second <= 12 < first:
            return {"y": match["y"], "m": match["b"], "d": match["a"]}, text[match.end() :]
    if re.match(r"\d{1,2}(月|[-/.]\d{1,2}(\s|$))", text):
        raise _refuse("no-year", original)
    raise _refuse("unclear", original)


def _built(original: str, date: dict[str, str | None], clock: dict[str, str | None], zone: tzinfo) -> datetime:
    hour, minute, second = (int(clock.get(part) or 0) for part in "HMS")
    half = clock.get("half") or clock.get("after") or ""
    if half in ("下午", "晚上", "傍晚", "pm") and hour < 12:
        hour += 12
    elif (half in ("am", "上午", "凌晨") and hour == 12) or (half == "中午" and hour < 3):
        hour += -12 if hour == 12 else 12
    where = _zone(clock.get("zone") or "") or zone
    late = hour == 24 and not minute and not second
    try:
        year, month, day = (int(date[part] or 0) for part in "ymd")
        found = datetime(year, month, day, 0 if late else hour, minute, second, tzinfo=where)
    except ValueError as error:
        raise _refuse("impossible", original) from error
    return found + timedelta(days=1) if late else found


def _zone(text: str) -> tzinfo | None:
    if not text:
        return None
    parsed = datetime.fromisoformat(f"2000-01-01T00:00:00{'+00:00' if text in ('z', 'utc', 'gmt') else text}")
    return parsed.tzinfo
