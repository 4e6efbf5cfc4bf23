"""Numbers and dates as spreadsheets store them."""

import re
from datetime import datetime, timedelta

from gezhi.kit.sheets.shape import Cell

EXACT = 10**15  # a spreadsheet keeps fifteen digits; beyond that a number is no longer what was typed
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's time has no zone; the reader's caller gives it one
_LAST_SERIAL = 2_958_466
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_CODE = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)


def is_date_format(number: int, code: str) -> bool:
    """Whether a number format shows dates or times.

    >>> is_date_format(14, ""), is_date_format(170, "yyyy/m/d h:mm"), is_date_format(171, '0.00"days"'), \
        is_date_format(0, "General"), is_date_format(180, "[Red]#,##0")
    (True, True, False, False, False)
    """
    if number in _DATE_FORMATS:
        return True
    return bool(code) and code.lower() != "general" and bool(_DATE_CODE.search(_NOT_CODE.sub("", code)))


def from_serial(serial: float, *, since_1904: bool = False) -> Cell:
    """The moment that a date cell's number stands for, to the second; the number itself when it is no date.

    >>> from_serial(43836.5066898148)
    datetime.datetime(2020, 1, 6, 12, 9, 38)
    >>> from_serial(0.5), from_serial(-3.0)
    ('12:00:00', -3.0)
    """
    if since_1904:
        serial += 1462
    if not 0 <= serial < _LAST_SERIAL:
        return serial
    seconds = round(serial * 86400)
    if serial < 1:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if serial < 60:  # the 29 February 1900 that never was
        seconds += 86400
    return _DAY_ZERO + timedelta(seconds=seconds)


def number_of(text: str) -> Cell:
    """A stored number as int where it is whole, else float; the text itself when it is none.

    >>> number_of("24"), number_of("24.0"), number_of("0.5"), number_of("1E3"), number_of("x"), number_of("nan")
    (24, 24, 0.5, 1000, 'x', 'nan')
    """
    try:
        if text.lstrip("-").isdecimal() and len(text) < 32:
            return int(text)
        return whole(float(text))
    except (ValueError, OverflowError):
        return text


def whole(value: float) -> int | float:
    """A float without fraction as int; raises ValueError or OverflowError when it is not finite."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is the value unlike itself
        raise ValueError(value)
    return int(value) if value.is_integer() else value
