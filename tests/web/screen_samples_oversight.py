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
    "notice": "2026-0012",
    "unit": "市城管局",
    "backs": 1,
    "decide_url": "#",
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
    "decides": True,
    "export_url": "#",
    "cut": True,
    "most": "5,000",
}
HANGUP: dict[str, Any] = {
    **ROW, "cause": "需列入年度资金计划", "reason": "管线改造已申报明年预算。", "since": at(1, 9), "days": 20,
    "approver": "孙立", "review_on": date(2026, 11, 20), "over": 1, "reviews": 2, "review_url": "#",
}  # fmt: skip
FIGURES: dict[str, Any] = {
    "count": 12, "median": 84, "longest": 402, "over": 2, "year": 1,
    "causes": [{"name": "需列入年度资金计划", "count": 7, "median": 90, "longest": 402}],
}  # fmt: skip
HANGUPS: dict[str, Any] = {
    "rows": [HANGUP, {**HANGUP, "over": 0, "reviews": 0, "number": "X-9"}],
    "tabs": [{"label": "全部", "url": "#", "count": 2, "current": True}], "figures": FIGURES,
    "page": {"number": 1, "pages": 1}, "can_review": True, "key": "k", "export_url": "#", "least": "2026-11-22",
}  # fmt: skip
LOADED: dict[str, Any] = {
    "id": 1, "name": "市城管局", "open": 41, "week": 12, "late": 3, "share": 100, "more": 2, "url": "#",
    "people": [{"name": "周敏", "n": 14}, {"name": "李波", "n": 9}],
}  # fmt: skip
LINE: dict[str, Any] = {
    "code": "P01", "kind": "cooperating", "kind_words": "配合履职", "light": "due", "name": "违法建设治理",
    "matter": "城乡建设 › 违法建设", "keywords": "搭建, 棚", "lead": "市城管局", "unit": "双塘镇人民政府",
    "basis": "城乡规划法第六十四条", "source": "样例", "verified": False,
}  # fmt: skip
DUTIES: dict[str, Any] = {
    "rows": [LINE], "tabs": [{"label": "全部", "url": "#", "count": 43, "current": True}], "q": "", "kind": "",
    "versions": [
        {"pack": "local", "version": "2026-11-20", "name": "本地清单 2026-11-20", "lines": 120, "holds": True},
        {"pack": "citizen-requests", "version": "1", "name": "citizen-requests 1", "lines": 43, "holds": False},
    ],
    "exceptions": {
        "count": 1, "units": [("双塘镇人民政府", 1)],
        "rows": [{"number": "LJ-1", "url": "#", "at": at(20, 9), "unit": "双塘镇人民政府", "who": "孙立"}],
    },
    "can_edit": True, "unverified": 43, "columns": "类别, 履职事项", "kinds": "基本履职, 配合履职, 收回", "key": "k",
}  # fmt: skip
PART: dict[str, Any] = {
    **ROW, "unit": "市住建局", "due": at(21, 9), "part": {"light": "late", "due": at(21, 9), "soon": None},
    "reminded": 2, "remind_url": "#",
}  # fmt: skip
TASKS: dict[str, Any] = {
    "rows": [PART], "tabs": [{"label": "本单位要协办的", "url": "#", "count": 1, "current": True}], "view": "asked",
    "cut": True,
}  # fmt: skip
LOAD: dict[str, Any] = {
    "units": [LOADED], "order": "open", "tabs": [{"label": "在办", "url": "#", "current": True}],
    "total": {"open": 41, "week": 12, "late": 3},
}  # fmt: skip
OVERSIGHT_SCREENS = {
    "loop/oversight/callbacks.html": CALLBACKS,
    "loop/oversight/supervision.html": SUPERVISION,
    "loop/oversight/hangups.html": HANGUPS,
    "loop/oversight/hangups_public.html": {"figures": FIGURES, "place": "临江市"},
    "loop/duties/list.html": DUTIES,
    "loop/joint/tasks.html": TASKS,
    "loop/joint/load.html": LOAD,
}
