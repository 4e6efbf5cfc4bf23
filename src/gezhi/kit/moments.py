"""Moments in words: dates as people read them, what is left of a limit and by how much it is overdue."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NEAR = timedelta(hours=6)  # within it the rest is counted instead of naming the moment


def day_words(day: date, today: date) -> str:
    """A day: today, tomorrow, yesterday, else with weekday, and the year when it differs."""
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}.get((day - today).days)
    return near or long_day(day, today)


def long_day(day: date, today: date) -> str:
    """A day by its date, never as today or tomorrow."""
    facts = {
        "day": day.day,
        "month": pgettext("month", MONTHS[day.month - 1]),
        "month_no": day.month,
        "year": day.year,
        "weekday": pgettext("weekday", WEEKDAYS[day.weekday()]),
    }
    if day.year == today.year:
        return gettext("%(day)d %(month)s, %(weekday)s") % facts
    return gettext("%(day)d %(month)s %(year)d, %(weekday)s") % facts


def brief_day(day: date, today: date) -> str:
    """A day as short as it stays clear: without weekday, the year when it differs."""
    facts = {"day": day.day, "month": pgettext("month", MONTHS[day.month - 1]), "year": day.year}
    if abs((day - today).days) <= 1:
        return day_words(day, today)
    return (gettext("%(day)d %(month)s") if day.year == today.year else gettext("%(day)d %(month)s %(year)d")) % facts


def when_words(moment: datetime | date, now: datetime, form: str = "near") -> str:
    """A moment in the office's time zone.

    `near` says today where it can, `full` always dates, `brief` drops the weekday, `day` the time.
    """
    today = timezone.localtime(now).date()
    if not isinstance(moment, datetime):
        return long_day(moment, today) if form == "full" else day_words(moment, today)
    local = timezone.localtime(moment)
    words = {"full": long_day, "brief": brief_day}.get(form, day_words)(local.date(), today)
    return words if form == "day" else f"{words} {local:%H:%M}"


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
    near = (timezone.localtime(due).date() - timezone.localtime(now).date()).days <= 1
    return when_words(due, now, "near" if near else "day")
