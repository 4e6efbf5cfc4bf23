"""Rows of the working calendar for a year, from the library `holidays`; an office edits them where its own differ."""

import re
from datetime import date

import holidays

from gezhi.kernel.calendar import DayRow

CHINA = "CN"
FIRST_YEAR = 2001  # the first year with make-up days in the library
ANNOUNCED_UNTIL = 2026  # the State Council's General Office announces the next year each autumn
WORKDAY_ZH = "调休上班"
WORKDAY_EN = "Make-up working day"


def rows_of(country: str, year: int) -> list[DayRow]:
    """Holidays of a country by its ISO code; with make-up days and Chinese names for China."""
    if country == CHINA:
        return rows(year)
    try:
        found = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return []
    return sorted(DayRow(day, "holiday", name, name, verified=True) for day, name in found.items() if day.year == year)


def rows(year: int) -> list[DayRow]:
    """Holidays and make-up days of one year by date; `verified` only for years whose arrangement is announced.

    A later year has its statutory days, which the law fixes, but no exchanged days yet: edit it when they are known.
    """
    chinese = holidays.country_holidays("CN", years=year, language="zh_CN")
    english = holidays.country_holidays("CN", years=year, language="en_US")
    verified = FIRST_YEAR <= year <= ANNOUNCED_UNTIL
    found = [
        DayRow(day, "holiday", name, _iso(english.get(day, "")), verified)
        for day, name in chinese.items()
        if day.year == year
    ]
    made_up: set[date] = {day for day in chinese.weekend_workdays if day.year == year}
    found += [DayRow(day, "workday", WORKDAY_ZH, WORKDAY_EN, verified) for day in made_up]
    return sorted(found)


def _iso(name: str) -> str:
    """The library writes dates in English names as 01/26/2025; an unambiguous order reads the same everywhere."""
    return re.sub(r"(\d{2})/(\d{2})/(\d{4})", r"\3-\1-\2", name)
