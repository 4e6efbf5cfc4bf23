"""Full contexts for the screens of work in the field."""

from datetime import date
from typing import Any

from screen_samples_desk import at, field, option

TABS = [
    {"label": label, "url": "#", "count": None, "current": n == 0} for n, label in enumerate(["待办", "走访", "上报"])
]
TASK: dict[str, Any] = {
    "id": "0190",
    "url": "#",
    "number": "LJ-20260302-0001",
    "check": "before",
    "check_words": "现场核实",
    "matter": "路灯",
    "ask": "请看灯亮不亮，拍远近各一张",
    "place": "南湖路8号",
    "due_words": "明天 09:00",
    "late": False,
    "state": "open",
}
PLACE: dict[str, Any] = {
    "id": "0191",
    "url": "/field/visits/0191/",
    "name": "张三丰",
    "address": "南湖路8号",
    "kind": "独居老人",
    "every": 30,
    "due": date(2026, 3, 2),
    "due_words": "今天",
    "late": True,
    "lon": 116.391,
    "lat": 39.907,
    "last": "未遇",
    "last_at": at(2, 9, 0),
    "phone": True,
}


def fields(prefix: str = "") -> dict[str, Any]:
    """The fields of all forms of the phone."""
    made = {
        "result": field("result", "看到了什么？", "cards", required=True, options=[option("there", "情况属实")]),
        "files": field("files", "照片", "files", accept="image/*", button="拍照或选照片"),
        "note": field("note", "说明", "textarea", help="没能查看的，写明原因。"),
        "place": field("place", "在哪里", value="南湖路"),
        "matter": field("matter", "是哪类问题？", "select", options=[option("0101", "路灯")]),
        "urgency": field("urgency", "有多急？", "seg", required=True, options=[option(1, "一般")]),
        "no_place": field("no_place", "为什么没有位置？", "select", options=[option("indoors", "在室内")]),
    }
    for name, one in made.items():
        if prefix:
            one["id"] = f"{prefix}-{name}"
    return made


FORM: dict[str, Any] = {
    "tabs": TABS, "f": fields(), "errors": [{"name": "files", "text": "缺少照片。"}], "key": "k", "action": "#",
    "photos_again": True,
}  # fmt: skip
FIELD_SCREENS: dict[str, dict[str, Any]] = {
    "loop/field/home.html": {
        "tabs": TABS, "tasks": [TASK, {**TASK, "late": True}], "places": [PLACE, {**PLACE, "lon": None, "late": False}],
        "more": 3, "found": [{"number": "LJ-20260302-0002", "state": "待受理", "at": at(2, 9, 0), "light": "ok"}],
    },
    "loop/field/visits.html": {"tabs": TABS, "places": [PLACE], "late": 1},
    "loop/field/task.html": {**FORM, "task": {**TASK, "state": "cancelled"}, "seen": 3},
    "loop/field/patrol.html": FORM,
    "loop/field/place.html": {**FORM, "place": PLACE},
    "loop/field/phone.html": {"tabs": TABS, "number": "13800001234", "back": "#"},
    "loop/field/month.html": {
        "tabs": TABS, "who": "吴小梅", "month": "2026-03", "here": "/field/month/", "file": "#", "own": True,
        "counts": [("走访：无异常", 12), ("走访：未遇", 3)],
        "rows": [{"at": at(2, 9, 0), "kind": "走访", "result": "无异常", "place": "南湖路8号", "number": "LJ-1",
                  "position": "手机定位", "accuracy": 12, "metres": 4, "arrived": at(2, 10, 0)}],
    },
    "loop/field/shell.html": {
        "tabs": TABS, "looks": {"before": fields("before"), "after": fields("after")}, "patrol": fields("patrol"),
        "visit": fields("visit"), "action": "", "key": "",
    },
    "loop/field/asked.html": {
        "tabs": TABS, "tab": "open", "may_plan": True, "cut": True, "most": 200,
        "rows": [{"id": "1", "number": "LJ-20260302-0001", "url": "#", "light": "due", "state": "待查看",
                  "check": "现场核实", "matter": "路灯", "ask": "请看灯亮不亮", "due": at(3, 9, 0), "who": "吴小梅",
                  "by": "刘敏", "found": "情况属实 · 精度 12 米", "open": True}],
    },
    "loop/field/plans.html": {
        "rows": [{"id": "1", "name": "张**", "address": "南湖路8号", "kind": "独居老人", "unit": "南湖街道", "who": "",
                  "every": 30, "due": date(2026, 3, 2), "late": True, "last": "无异常", "last_at": at(2, 9, 0),
                  "light": "done"}],
        "fields": [field("unit", "单位", "unit", options=[option(1, "南湖街道")]), field("file", "表格文件", "file")],
        "errors": [{"name": "file", "text": "缺少列"}], "key": "k", "action": "#",
        "faults": [{"row": 3, "why": "缺少姓名或地址"}], "left_out": 1,
        "workers": [{"name": "吴小梅", "unit": "南湖街道", "url": "#"}],
    },
}  # fmt: skip
