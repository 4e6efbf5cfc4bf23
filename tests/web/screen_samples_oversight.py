"""Full contexts for the screens of oversight."""

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
OVERSIGHT_SCREENS = {"loop/oversight/callbacks.html": CALLBACKS}
