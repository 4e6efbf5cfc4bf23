"""Codes people write down: ID numbers, credit codes, phones and area codes, checked, normalised and masked.

Refusals never carry the ID number or phone itself: they are shown, logged and counted.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gezhi.kernel.errors import Refused

PhoneKind = Literal["mobile", "fixed", "service", "foreign"]
AreaLevel = Literal["province", "city", "county", "township", "village"]

LONGEST = 40  # characters of a phone number with spaces, hyphens and extension

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_SHAPE = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")
_EXTENSION = re.compile(
    r"^(.*?)\s*(?:转接?|分机|ext\.?|x|#|(?<=[0-9]{7})-(?=[0-9]{1,6}$))\s*:?\s*([0-9]{1,6})$", re.IGNORECASE
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_FIXED = re.compile(r"(?:10|2[0-9])[0-9]{8}|(?![48]00)[3-9][0-9]{2}[0-9]{7,8}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
_COMPOUND_SURNAMES = (
    "欧阳司马上官诸葛司徒夏侯皇甫尉迟公孙慕容令狐长孙宇文轩辕东方南宫西门独孤端木申屠"
    "公冶澹台淳于太史闻人钟离百里呼延赫连万俟拓跋第五达奚鲜于濮阳"
)
_SURNAMES = frozenset(_COMPOUND_SURNAMES[place : place + 2] for place in range(0, len(_COMPOUND_SURNAMES), 2))
_LEVELS: dict[int, AreaLevel] = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


@dataclass(frozen=True, slots=True)
class IdNumber:
    """What an 18-digit ID number of a citizen says (GB 11643-1999)."""

    text: str
    area: str
    born: date
    sex: Literal["male", "female"]


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in E.164, with its extension and kind."""

    e164: str
    extension: str
    kind: PhoneKind


def id_check(seventeen: str) -> str:
    """The check character of an ID number: weights 2^(18-i) mod 11, ISO 7064 MOD 11-2 (GB 11643-1999, 4.1).

    >>> id_check("11010519491231002")
    'X'
    """
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(seventeen, _ID_WEIGHTS, strict=True)) % 11]


def id_number(text: str, *, today: date | None = None) -> IdNumber:
    """Read an ID number; refuses id-number-shape, id-number-date, id-number-check (422).

    A birth after `today` is refused as a date when `today` is given.
    """
    digits = _half_width(text).upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", digits):
        raise Refused("id-number-shape", status=422, length=len(digits))
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError as error:
        raise Refused("id-number-date", status=422) from error
    if born.year < 1800 or (today is not None and born > today):
        raise Refused("id-number-date", status=422)
    if id_check(digits[:17]) != digits[17]:
        raise Refused("id-number-check", status=422)
    return IdNumber(digits, digits[:6], born, "male" if int(digits[16]) % 2 else "female")


def credit_check(seventeen: str) -> str:
    """The check character of a unified social credit code: weights 3^(i-1) mod 31 (GB 32100-2015, 5.5).

    >>> credit_check("91350100M000100Y4")
    '3'
    """
    total = sum(_CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(seventeen))
    return _CREDIT_ALPHABET[-total % 31]


def credit_code(text: str) -> str:
    """A unified social credit code in upper case; refuses credit-code-shape, credit-code-check (422)."""
    code = _half_width(text).upper()
    if not _CREDIT_SHAPE.fullmatch(code):
        raise Refused("credit-code-shape", status=422, length=len(code))
    if credit_check(code[:17]) != code[17]:
        raise Refused("credit-code-check", status=422)
    return code


def phone(text: str, *, prefix: str = "") -> Phone:
    """Read a Chinese mobile, fixed or 400/800 number, or a foreign one with + or 00; refuses phone-wrong (422).

    `prefix` is the area prefix of the office, for fixed numbers written without one. Short numbers such as 12345 or
    95588 are no one's phone and are refused.

    >>> phone("０１３８ 1234-6207").e164, phone("0755-82101234转802").extension
    ('+8613812346207', '802')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > LONGEST:
        raise Refused("phone-wrong", status=422)
    known = _phone(plain, "", prefix)
    if known is None and (found := _EXTENSION.match(plain)):
        known = _phone(found[1], found[2], prefix)
    if known is None:
        raise Refused("phone-wrong", status=422)
    return known


def _phone(plain: str, extension: str, prefix: str) -> Phone | None:
    digits = re.sub(r"[\s()./‐‑–—-]+", "", plain)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+") and not digits.startswith("+86"):
        return Phone(digits, extension, "foreign") if _FOREIGN.fullmatch(digits) else None
    national = digits.removeprefix("+86")
    if digits == national and _LOCAL.fullmatch(national) and prefix:
        national = "0" + prefix.removeprefix("0") + national
    chinese = _chinese(national, abroad=digits.startswith("+86"))
    return None if chinese is None else Phone(f"+86{chinese[1]}", extension, chinese[0])


def _chinese(national: str, *, abroad: bool) -> tuple[PhoneKind, str] | None:
    """Kind and digits without the trunk zero; `abroad` numbers came with +86 and may leave that zero out."""
    if _MOBILE.fullmatch(national.removeprefix("86")):
        return "mobile", national.removeprefix("86")
    trunk = national.startswith("0")
    subscriber = national[1:] if trunk else national
    if _MOBILE.fullmatch(subscriber):
        return "mobile", subscriber
    if _SERVICE.fullmatch(subscriber) and not trunk:
        return "service", subscriber
    if (trunk or abroad) and _FIXED.fullmatch(subscriber) and _LOCAL.fullmatch(_local(subscriber)):
        return "fixed", subscriber
    return None


def _prefix(subscriber: str) -> str:
    """The area prefix of a fixed number without its trunk zero: 10 and 2x have two digits, all others three."""
    return subscriber[: 2 if subscriber[0] in "12" else 3]


def _local(subscriber: str) -> str:
    return subscriber[len(_prefix(subscriber)) :]


def mask_phone(text: str) -> str:
    """A phone that its owner recognises and nobody else can call; what is no phone is hidden wholly.

    >>> mask_phone("+8613812346207"), mask_phone("0755-82101234"), mask_phone("+85291234567")
    ('138****6207', '0755-****1234', '+85****4567')
    """
    try:
        known = phone(text)
    except Refused:
        return "*" * min(len(text), 8)
    subscriber = known.e164.removeprefix("+86")
    if known.kind == "fixed":
        return f"0{_prefix(subscriber)}-****{subscriber[-4:]}"
    if known.kind == "foreign":
        return f"{known.e164[:3]}****{known.e164[-4:]}" if len(known.e164) > 10 else f"{known.e164[:3]}****"
    return f"{subscriber[:3]}****{subscriber[-4:]}"


def mask_name(name: str) -> str:
    """The surname, then one star for each further character; of a name in letters only the first one.

    >>> mask_name("王小明"), mask_name("欧阳娜"), mask_name("John Smith")
    ('王**', '欧阳*', 'J***')
    """
    text = name.strip()
    if not text:
        return ""
    if re.match(r"[A-Za-zÀ-ɏ]", text):
        return text[0] + "***"
    shown = 2 if len(text) > 2 and text[:2] in _SURNAMES else 1
    return text[:shown] + "*" * max(len(text) - shown, 1)


def mask_id(text: str) -> str:
    """An ID number with the province and city shown and the last two signs; anything shorter is hidden wholly.

    >>> mask_id("11010519491231002X")
    '1101************2X'
    """
    digits = _half_width(text).upper()
    return f"{digits[:4]}{'*' * 12}{digits[-2:]}" if len(digits) == 18 else "*" * min(len(digits), 18)


def area_short(code: str) -> str:
    """An area code without the zeros that fill lower levels; refuses area-code (422).

    >>> area_short("440300"), area_short("440306000000"), area_short("441900003000")
    ('4403', '440306', '441900003')
    """
    if not re.fullmatch(r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}", code):
        raise Refused("area-code", status=422, area=code)
    for width, shorter in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(code) == width and not code[shorter:].strip("0"):
            code = code[:shorter]
    return code


def area_level(code: str) -> AreaLevel:
    """The level a code of 6, 9 or 12 digits stands for (GB/T 2260, GB/T 10114)."""
    return _LEVELS[len(area_short(code))]


def area_fill(code: str, width: int = 6) -> str:
    """A code filled with zeros to 6, 9 or 12 digits, or as long as its level needs."""
    return area_short(code).ljust(width, "0")


def area_parent(code: str) -> str:
    """The code of the next level above, of at least six digits; of a province, empty.

    A township right under a city without counties (441900003) belongs to that city (441900).

    >>> area_parent("440306010"), area_parent("440306"), area_parent("440000")
    ('440306', '440300', '')
    """
    widths = (2, 4, 6, 9, 12)
    place = widths.index(len(area_short(code)))
    if not place:
        return ""
    return area_fill(area_short(code)[: widths[place - 1]].ljust(6, "0"))


def area_within(code: str, above: str) -> bool:
    """Whether an area is another one or lies inside it, by its digits.

    >>> area_within("440306010", "440300"), area_within("440306", "440305")
    (True, False)
    """
    return area_short(code).startswith(area_short(above))


def _half_width(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
