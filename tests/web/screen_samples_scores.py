"""Full contexts for the screens of scores."""

from typing import Any

from screen_samples_desk import at, field, option

TABS = [
    {"label": label, "url": "#", "count": None, "current": n == 0} for n, label in enumerate(["计分", "剔除", "申诉"])
]
CRUMBS = [{"label": "考核得分", "url": "#"}, {"label": "2026-10-01 – 2026-10-31", "url": ""}]
DONE = {"light": "done", "words": "已发布"}
NAMES = ("响应率", "解决率", "满意率", "满意率（随机回访）")


def cell(words: str, *, few: bool = False, raw: str = "") -> dict[str, Any]:
    return {
        "words": words,
        "interval": "61.2–84.9 %",
        "shrunk": "80.11 %" if few else "",
        "few": few,
        "cases": 7,
        "raw": raw,
        "url": "#",
    }


def line(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "score": "86.42",
        "share": 86,
        "full": "100",
        "band": "进步",
        "rank": 2,
        "excluded": 0,
        "outside": 1,
        "raw": "",
        "closed_on": None,
        "due": True,
        "cells": [cell("93.10 %"), cell("74.07 %", few=True), cell("81.48 %", raw="79.31 %"), cell("—")],
        **more,
    }


RUNS: dict[str, Any] = {
    "tabs": TABS,
    "new_url": "#",
    "rows": [
        {
            "id": 7,
            "url": "#",
            "name": "三率（响应率、解决率、满意率）",
            "version": 2,
            "period": "2026-10-01 – 2026-10-31 · 每日截止17:00",
            "state": DONE,
            "cases": 2841,
            "at": at(3, 9, 15),
            "appeals": 2,
        }
    ],
}
RUN: dict[str, Any] = {
    "run": {"pk": 7, "version": 2, "state": "published", "cases": 2841, "events": 15120},
    "title": "三率（响应率、解决率、满意率）",
    "crumbs": CRUMBS,
    "period": "2026-10-01 – 2026-10-31",
    "state": DONE,
    "version": "citizen-requests@1.4.0",
    "params": "w1 = 0.3; w2 = 0.35; w3 = 0.35",
    "unverified": True,
    "columns": [
        {
            "code": name,
            "name": name,
            "formula": "(solved + a*partly) / asked_solved",
            "full": "100*w2",
            "side": n == 3,
            "verified": False,
            "source": "各地不同",
        }
        for n, name in enumerate(NAMES)
    ],
    "groups": [
        {
            "code": "towns",
            "name": "街道乡镇",
            "whole": line(0, "全组合计", band="", rank=None),
            "units": [
                line(1, "江东街道", excluded=3, raw="83.20", rank=1),
                line(2, "南湖街道", closed_on="2026-10-20"),
            ],
            "nothing": [line(3, "白沙镇", due=False, score="—", share=0, band="", rank=None)],
            "bands": [{"name": "先进", "count": 2}, {"name": "进步", "count": 5}],
            "count": 18,
            "low": "61.03",
            "middle": "84.90",
            "high": "97.20",
            "params": "w1 = 0.4",
        }
    ],
    "whole": True,
    "void": 12,
    "imported": 40,
    "voided_since": 1,
    "excluded_since": 2,
    "appeals": 2,
    "urls": dict.fromkeys(("publish", "discard", "revise", "what_if", "xlsx", "csv", "check"), "#"),
    "may_run": True,
    "may_publish": True,
}
FORM: dict[str, Any] = {
    "title": "试算",
    "intro": "同一批工单换个公式算一遍。",
    "crumbs": CRUMBS,
    "quote": "已电话联系，未点按钮。",
    "fields": [
        field("params", "参数", value="w1=0.3", required=True),
        field("reason", "原因", "select", options=[option("legacy", "历史遗留")], required=True),
    ],
    "errors": [{"name": "params", "text": "这套指标没有参数“w9”。"}],
    "action": "#",
    "submit": "比较",
    "back": "#",
    "names": "solved, partly",
    "rows": [{"name": "江东街道", "before": "86.42", "after": "88.01", "gap": "+1.59", "light": "done"}],
}
CASES: dict[str, Any] = {
    "title": "响应率",
    "unit": "江东街道",
    "formula": "contact_in_time / contact_due",
    "crumbs": CRUMBS,
    "tabs": TABS,
    "rows": [
        {
            "number": "LJ-20261019-0412",
            "url": "#",
            "title": "夜间混凝土搅拌站噪声扰民",
            "matter": "施工噪声",
            "state": "已办结",
            "reason": "历史遗留（已挂账）",
            "appeal": "#",
            "at": at(19, 9, month=10),
        }
    ],
    "total": 31,
    "hidden": 2,
}
DECISION: dict[str, Any] = {
    "number": "LJ-20261019-0412",
    "url": "#",
    "words": "挂账审批表在案",
    "answer": "证据不足",
    "asked_by": "林晓",
    "asked_at": at(2, 10),
    "decided_by": "周敏",
    "decided_at": at(3, 11),
    "files": 2,
}
EXCLUSIONS: dict[str, Any] = {
    "title": "剔除",
    "tabs": TABS,
    "new_url": "#",
    "rows": [
        {**DECISION, "id": 1, "state": DONE, "reason": "历史遗留（已挂账）", "decide_url": "", "undo_url": "#"},
        {
            **DECISION,
            "id": 2,
            "state": {"light": "due", "words": "待审批"},
            "reason": "恶意诉求",
            "decided_at": None,
            "decide_url": "#",
            "undo_url": "",
        },
    ],
}
APPEALS: dict[str, Any] = {
    "title": "申诉",
    "tabs": TABS,
    "rows": [
        {
            **DECISION,
            "id": 1,
            "unit": "江东街道",
            "run": "2026-10-01 – 2026-10-31",
            "run_url": "#",
            "indicator": "响应率",
            "state": DONE,
            "remedy": "改记到",
            "to": "城管局",
            "review_url": "#",
            "taken": True,
        }
    ],
}
WORKING = {
    **{name: RUN[name] for name in ("run", "title", "crumbs", "period", "state")},
    "progress": {"percent": 38, "done": "9,840", "total": "25,700", "words": "正在计算"},
    "progress_url": "#",
    "stop_url": "#",
    "error": "",
}
SCORES_SCREENS: dict[str, dict[str, Any]] = {
    "loop/score_working.html": WORKING,
    "loop/scores.html": RUNS,
    "loop/score_run.html": RUN,
    "loop/score_form.html": FORM,
    "loop/score_cases.html": CASES,
    "loop/score_exclusions.html": EXCLUSIONS,
    "loop/score_appeals.html": APPEALS,
}
