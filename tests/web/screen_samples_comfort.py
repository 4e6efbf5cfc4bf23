"""Contexts for the screens of working comfort: saved views, several cases at once, notices."""

from typing import Any

from screen_samples_desk import at

VIEW = {
    "id": 1,
    "label": "夜间噪声",
    "url": "#",
    "own": True,
    "unit": "",
    "by": "",
    "chosen": True,
    "count": "6",
    "current": True,
}
NOTICE = {"id": 1, "at": at(21, 12), "kind": "已超时", "light": "late", "unread": True, "stage": "办理"}
UNDO = {"url": "#", "words": "已派给 城管局", "until": at(21, 14, 40), "last": 3, "key": "k"}
CASE = {"id": "018f", "number": "LJ-20261121-0412", "title": "夜间混凝土搅拌站噪声扰民", "url": "#"}
COMFORT_SCREENS: dict[str, dict[str, Any]] = {
    "loop/views/manage.html": {
        "views": [VIEW, {**VIEW, "id": 2, "own": False, "unit": "城管局", "by": "李琴", "chosen": False}],
        "may_share": True,
        "back": "/desk/",
    },
    "loop/notices/list.html": {
        "rows": [
            {**NOTICE, "case": {**CASE, "facts": ["LJ-20261121-0412", "丽江新城"], "state_words": "办理中"}},
            {**NOTICE, "id": 2, "unread": False, "kind": "邮箱退信", "bounced": True, "stage": ""},
            {**NOTICE, "id": 3},
        ],
        "unread": 2,
        "tabs": [{"label": "全部", "url": "#", "count": None, "current": True}],
        "page": {"number": 1, "pages": 1},
        "wishes_url": "#",
        "days": 30,
        "now": at(21, 14, 32),
    },
    "loop/notices/wishes.html": {
        "kinds": [{"code": "late", "label": "已超时", "on": True}],
        "fields": [{"name": "address", "label": "邮箱地址", "type": "email", "value": "a@b.cn"}],
        "errors": [],
        "bounced": at(21, 9),
        "code": "550",
        "address": "a@b.cn",
        "hour": 8,
        "now": at(21, 14, 32),
    },
    "loop/bulk.html": {
        "title": "签收",
        "m": {"title": "签收", "action": "#", "key": "k", "fields": [], "verb": "签收"},
        "crumbs": [{"label": "待办", "url": "#"}, {"label": "签收"}],
        "cases": [
            {**CASE, "now": "待签收", "then": "办理中", "why": ""},
            {**CASE, "now": "办理中", "then": "", "why": "这件工单已在办理中。"},
        ],
        "able": 1,
        "unable": 1,
        "most": 200,
        "back": "/desk/",
    },
    "loop/bulk_result.html": {
        "title": "派单",
        "said": "派单：已办 1 件。",
        "refused": 1,
        "sheet": [
            {**CASE, "done": True, "state": "待签收", "last": 3},
            {**CASE, "done": False, "why": "这件工单又有了变动。"},
        ],
        "undo": True,
        "key": "k",
        "list": "tab=open",
        "back": "/desk/",
    },
}
