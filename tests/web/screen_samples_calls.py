"""Contexts of the screens of the telephone part."""

from datetime import date, time
from typing import Any

from screen_samples_desk import at

LINE: dict[str, Any] = {
    "at": at(21, 9, 40),
    "masked": "138****6207",
    "state": "通话中",
    "light": "ok",
    "direction": "in",
    "agent": "刘洁",
    "unknown": False,
    "skill": "",
    "wait": 9,
    "talk": 64,
    "rating": 5,
    "case": {"url": "#", "number": "X-1"},
    "open": "",
    "listen": "#",
}
LOST = {
    **LINE,
    "agent": "8099",
    "unknown": True,
    "direction": "out",
    "case": None,
    "open": "#",
    "wait": None,
    "talk": None,
}
MISSED: dict[str, Any] = {
    "id": "m1",
    "masked": "138****6207",
    "missed": 3,
    "at": at(21, 9),
    "last": at(21, 9, 30),
    "verified": False,
    "source": "x",
    "clock": {"light": "due", "due": at(21, 11), "soon": at(21, 10)},
    "state": "待回拨",
    "key": "k1",
    "light": "wait",
    "settled": None,
    "skill": "企业专席",
    "tries": [{"at": at(21, 9, 50), "who": "刘洁", "words": "无人接听"}],
    "asked": {"at": at(21, 9, 51), "state": "已请求拨号"},
}
SHIFT: dict[str, Any] = {
    "id": 1,
    "name": "早班",
    "name_zh": "早班",
    "name_en": "Early",
    "starts": time(8),
    "ends": time(0),
    "over": True,
    "active": True,
}
NOTE: dict[str, Any] = {
    "url": "#",
    "day": date(2026, 11, 21),
    "shift": "早班",
    "by": "刘洁",
    "at": at(21, 15, 50),
    "taken": "",
    "taken_at": None,
}
DAYS = [date(2026, 11, 16 + n) for n in range(7)]


class Person:
    """Somebody on a list of people."""

    pk = 4
    display_name = "刘洁"


class Telephone:
    """A telephone of somebody."""

    user_id = 4
    number = "8001"
    user = Person()


class Written:
    """What a shift has written."""

    words = "今晚三中队值班。"


DUE: dict[str, Any] = {
    "day": date(2026, 11, 21),
    "shift": SHIFT,
    "until": at(21, 16),
    "state": "late",
    "note": Written(),
    "words": "交接逾期未写",
    "light": "late",
    "mine": True,
    "write": True,
    "take": True,
    "url": "#",
}
NUMBERS = dict.fromkeys(("offered", "answered", "fast", "missed"), "#")
ROW: dict[str, Any] = {
    "day": date(2026, 11, 21),
    "shift_name": "早班",
    "who": "8099",
    "unknown": True,
    "offered": 9,
    "answered": 8,
    "fast": 7,
    "missed": 1,
    "ringing": 0,
    "rate": 88.9,
    "fast_rate": 77.8,
    "mean": 95,
    "links": NUMBERS,
}
CALLS_SCREENS: dict[str, dict[str, Any]] = {
    "loop/calls/calls.html": {
        "live": [LINE, LOST],
        "missed": [MISSED],
        "settled": [{**MISSED, "id": "m2", "settled": at(21, 10)}],
        "more": 4,
        "may_try": True,
        "may_dial": True,
        "extension": "8001",
        "outcomes": [("busy", "忙线")],
        "unknown": [("8099", 3)],
        "handovers": [{"state": "late", "shift": SHIFT, "day": date(2026, 11, 21)}],
    },
    "loop/calls/list.html": {"rows": [LINE, LOST], "what": "fast", "within": 15, "cut": True, "most": 300},
    "loop/calls/figures.html": {
        "rows": [ROW],
        "total": ROW,
        "within": 15,
        "from": DAYS[0],
        "to": DAYS[6],
        "one_day": False,
        "csv": "#",
        "all": NUMBERS,
    },
    "loop/calls/listen.html": {"call": LINE, "action": "#", "purposes": [("handling", "办理")]},
    "loop/calls/handover.html": {
        "note": {**NOTE, "taken": "王强", "taken_at": at(21, 16)},
        "words": "今晚三中队值班。",
        "waiting": 2,
        "hidden": 1,
        "take": True,
        "cases": [{"url": "#", "number": "X-1", "state": "办理中", "light": "due", "clock": MISSED["clock"]}],
        "missed": [{"masked": "138****6207", "at": at(21, 9), "state": "待回拨", "light": "due"}],
        "action": "#",
    },
    "loop/calls/shifts.html": {
        "week": DAYS[0],
        "today": DAYS[5],
        "days": DAYS,
        "weekdays": ["一", "二", "三", "四", "五", "六", "日"],
        "before": "#",
        "after": "#",
        "table": [
            {
                "shift": SHIFT,
                "cells": [{"day": day, "people": [{"name": "刘洁", "leader": True}], "url": "#"} for day in DAYS],
            }
        ],
        "due": [DUE],
        "notes": [NOTE],
        "may_edit": True,
        "may_hand": True,
        "shifts": [SHIFT],
        "people": [Person()],
        "extensions": [Telephone()],
        "unknown": [("8099", 3)],
        "errors": [],
        "key": "k",
        "typed": {},
        "opened": {"day": DAYS[0], "shift": SHIFT, "chosen": {4}, "leader": 4, "back": "#"},
    },
}
