"""Moments in words: dates as people read them, what is left of a limit and by how much it is overdue."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = timedelta(days=1)
NEAR = timedelta(hours=6)  # within it the rest is counted instead of naming the moment


def day_words(day: date, today: date) -> str:
    """A day: today, tomorrow, yesterday, else with weekday, and the year when it differs."""
    match (day - today).days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
        case _:
            return long_day(day, today)


def long_day(day: date, today: date) -> str:
    """A day by its date, never as today or tomorrow."""
    return _long_day(day, today.year, get_language() or "")


@lru_cache(maxsize=2048)  # a list says the same few days over and over
def _long_day(day: date, year: int, language: str) -> str:
    del language  # the words are in the language that is active, which the cache has to tell apart
    facts = {
        "day": day.day,
        "month": pgettext("month", MONTHS[day.month - 1]),
        "month_no": day.month,
        "year": day.year,
        "weekday": pgettext("weekday", WEEKDAYS[day.weekday()]),
    }
    if day.year == year:
        return gettext("%(day)d %(month)s, %(weekday)s") % facts
    return gettext("%(day)d %(month)s %(year)d, %(weekday)s") % facts


def brief_day(day: date, today: date) -> str:
    """A day as short as it stays clear: without weekday, the year when it differs."""
    facts = {"day": day.day, "month": pgettext("month", MONTHS[day.month - 1]), "year": day.year}
    if abs((day - today).days) <= 1:
        return day_words(day, today)
    return (gettext("%(day)d %(month)s") if day.year == today.year else gettext("%(day)d %(month)s %(year)d")) % facts


@lru_cache(maxsize=16)  # every line of a list asks for the same moment
def today_at(now: datetime) -> date:
    """The day it is in the office's time zone."""
    return timezone.localtime(now).date()


def when_words(moment: datetime | date, now: datetime, form: str = "near") -> str:
    """A moment in the office's time zone.

    `near` says today where it can, `full` always dates, `brief` drops the weekday, `day` the time.
    """
    today = today_at(now)
    if not isinstance(moment, datetime):
        return long_day(moment, today) if form == "full" else day_words(moment, today)
    local = timezone.localtime(moment)
    words = {"full": long_day, "brief": brief_day}.get(form, day_words)(local.date(), today)
    return words if form == "day" else f"{words} {local.hour:02}:{local.minute:02}"


def span_words(span: timedelta) -> str:
    """A length of time in its largest sensible unit, never "0 minutes"."""
    minutes = max(1, int(span.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}


def clock_words(light: str, due: datetime | None, now: datetime) -> str:
    """What a clock says in a list; `light` is ok, due, late, wait or done."""
    if light == "done":
        return gettext("Done")
    if light == "wait" or due is None:
        return gettext("Clock paused") if light == "wait" else gettext("No limit")
    if now >= due:
        return gettext("%(span)s overdue") % {"span": span_words(now - due)}
    if due - now < NEAR:
        return gettext("%(span)s left") % {"span": span_words(due - now)}
    return when_words(due, now, "near" if timezone.localtime(due).date() <= today_at(now) + DAY else "day")
