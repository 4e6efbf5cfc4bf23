"""Full contexts for the screens of oversight."""

from datetime import date
from typing import Any

from screen_samples_desk import at

ROW: dict[str, Any] = {
    "id": "x",
    "number": "LJ-20261121-0412",
    "url": "#",
    "title": "书院路路灯三天不亮，晚上老人和孩子走路很危险",
    "facts": ["LJ-20261121-0412", "书院路街道", "市政设施 › 路灯"],
    "flags": [{"light": "late", "words": "督办"}],
    "clock": {"light": "due", "due": at(21, 17), "soon": at(21, 9)},
    "lead": "市城管局",
    "sample": "按规则",
    "drawn": "rule",
    "tried": "3 次联系不上",
    "last": at(21, 9),
    "enough": True,
    "call_url": "#",
    "close_url": "#",
}
CALLBACKS: dict[str, Any] = {
    "rows": [ROW, {**ROW, "number": "X-2", "tried": "", "enough": False, "close_url": ""}],
    "tabs": [{"label": "应回访", "url": "#", "count": 2, "current": True}],
    "page": {"number": 1, "pages": 2, "next": 2},
    "next_url": "#",
    "cut": True,
    "most": "5,000",
    "says": "投诉 100 % · 其余随机 20 %",
    "outside": False,
}
DEMAND: dict[str, Any] = {
    **ROW,
    "by": "孙立",
    "reason": "多次反映，限期办结。",
    "at": at(20, 9),
    "due": date(2026, 11, 20),
    "over": 1,
    "level": 2,
    "times": 2,
    "light": "late",
    "state": "超期未答复",
    "answered": None,
}
SUPERVISION: dict[str, Any] = {
    "rows": [
        DEMAND,
        {**DEMAND, "over": 0, "answered": at(21, 9), "number": "X-3"},
        {**DEMAND, "over": 0, "number": "4"},
    ],
    "tabs": [{"label": "全部", "url": "#", "count": 2, "current": True}],
    "page": {"number": 1, "pages": 1},
    "units": [{"value": "", "label": "全部单位", "selected": True}],
    "state": "all",
    "export_url": "#",
    "cut": True,
    "most": "5,000",
}
OVERSIGHT_SCREENS = {"loop/oversight/callbacks.html": CALLBACKS, "loop/oversight/supervision.html": SUPERVISION}
