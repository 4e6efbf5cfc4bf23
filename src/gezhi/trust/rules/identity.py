"""Phone and identity numbers in one spelling, names masked, passwords judged, waiting times after failures."""

import re
import unicodedata
from datetime import timedelta

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def normal_phone(text: str) -> str:
    """A phone number as digits, without the prefix of China; an empty text when it is too short to be one.

    >>> normal_phone("＋86 138-0013-8000"), normal_phone("0086 13800138000"), normal_phone("(0755) 8888 6666")
    ('13800138000', '13800138000', '075588886666')
    >>> normal_phone("8613800138000"), normal_phone("12"), normal_phone("无")
    ('13800138000', '', '')
    """
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if char in "0123456789")
    for prefix in ("0086", "86"):
        rest = digits.removeprefix(prefix)
        if rest != digits and re.fullmatch(r"1[3-9]\d{9}", rest):
            return rest
    return digits if 7 <= len(digits) <= 20 else ""


def normal_id(text: str) -> str:
    """An identity number in capitals without blanks; the old one of 15 digits in the new form of 18.

    >>> normal_id(" 11010519491231002x "), normal_id("110105491231002")
    ('11010519491231002X', '11010519491231002X')
    """
    value = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if re.fullmatch(r"[0-9]{15}", value):
        base = f"{value[:6]}19{value[6:]}"
        rest = sum(int(digit) * weight for digit, weight in zip(base, _ID_WEIGHTS, strict=True)) % 11
        return base + "10X98765432"[rest]
    return value


def mask_name(name: str) -> str:
    """The first character and two stars: enough to address somebody on the phone, too little to know him by.

    >>> mask_name("张三丰"), mask_name("Ann Lee"), mask_name("  ")
    ('张**', 'A**', '')
    """
    name = name.strip()
    return f"{name[0]}**" if name else ""


def wait_after(failures: int, free: int) -> timedelta:
    """How long an account or address waits after so many failures: none for the first, then doubling, an hour at most.

    >>> [int(wait_after(n, 5).total_seconds()) for n in (4, 5, 6, 7, 20)]
    [0, 30, 60, 120, 3600]
    """
    return timedelta(seconds=0 if failures < free else min(3600, 30 * 2 ** min(failures - free, 10)))


def password_fault(password: str, names: tuple[str, ...], common: frozenset[str]) -> str:
    """Why a password is too weak (`short`, `long`, `common`, `name`, `plain`), or an empty text.

    >>> password_fault("xiangyang-lu-18", ("liujie",), frozenset())
    ''
    >>> password_fault("liujie2024!", ("liujie",), frozenset())
    'name'
    >>> password_fault("123456789012", (), frozenset()), password_fault("aaaaaaaaaa", (), frozenset())
    ('plain', 'plain')
    """
    lowered = password.lower()
    if len(password) < 10:
        return "short"
    if len(password) > 200:
        return "long"
    if lowered in common:
        return "common"
    if any(len(name) >= 3 and name.lower() in lowered for name in names):
        return "name"
    if password.isdigit() or len(set(lowered)) < 4:
        return "plain"
    return ""
