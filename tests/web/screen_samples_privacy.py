"""Full contexts for the screens of retention and of what is held on a person."""

from datetime import date
from typing import Any

from screen_samples_desk import BASE, NOW, at, field, option

TABS = [
    {"label": label, "url": "#", "count": None, "current": n == 0}
    for n, label in enumerate(["到期清单", "规则", "因故保留"])
]
CRUMBS = [{"label": "保存与销毁", "url": "#"}, {"label": "2026-10-22", "url": ""}]
WAITS = {"light": "due", "words": "待放行"}
LINE: dict[str, Any] = {
    "name": "办结满三年：抹去身份",
    "what": "身份信息",
    "deed": "销毁 · 3年",
    "before": at(1, 0, 0),
    "verified": True,
    "acts": True,
    "due": 1204,
    "held": [{"words": "诉讼、审计或调查", "n": 3}, {"words": "督办未回复", "n": 1}],
    "new": 31,
    "gone": 4,
    "done": [{"words": "已处理", "n": 600}],
    "url": "#",
    "kept": False,
}
PLAN: dict[str, Any] = {
    "plan": {"state": "released"},
    "title": "2026-10-22 的到期清单",
    "state": WAITS,
    "crumbs": CRUMBS,
    "by": "安全管理员",
    "decided": "系统管理员",
    "own": True,
    "decide_url": "#",
    "total": 1204,
    "calls_url": "#",
    "busy": True,
    "lines": [
        LINE,
        {**LINE, "verified": False, "url": ""},
        {**LINE, "kept": True, "before": None, "held": [], "done": []},
    ],
}
RULE: dict[str, Any] = {
    "name": "办结满三年：抹去身份",
    "what": "身份信息",
    "deed": "销毁 · 3年",
    "scope": "投诉",
    "hint": "诉求正文仍可查阅",
    "basis": "个人信息保护法第十九条",
    "source": "待本级核定",
    "verified": False,
    "duty": True,
    "local": True,
    "fault": "",
    "url": "#",
}
ROW: dict[str, Any] = {
    "url": "#",
    "number": "LJ-20260302-0001",
    "kind": "删除我的信息",
    "at": at(2, 9, 0),
    "due": at(20, 9, 0),
    "late": True,
    "state": {"light": "due", "words": "待决定"},
    "count": 3,
    "by": "",
    "decided": None,
    "proof": "凭链接和电话后四位",
}
OWN: dict[str, Any] = {
    **BASE,
    "number": "LJ-20260302-0001",
    "back": "#",
    "here": "/f/x/mine/",
    "wants": False,
    "errors": [],
    "opened": "erase",
    "others": 2,
    "confidential": False,
    "proof": "phone",
    "erased": False,
    "days": {"correct": 15, "identity": 15, "erase": 30},
    "free": 1,
    "f": {
        "prove": [field("digits", "您留的电话的后四位", "tel", required=True)],
        "own": [field("name", "姓名", value="林晓燕", id="own-name")],
        "identity": [field("phone", "新电话", "tel", id="new-phone")],
        "correct": [field("words", "哪里写错了", "textarea", id="correct-words")],
        "erase": [field("words", "您想说的", "textarea", id="erase-words")],
    },
    "identity": [{"label": "姓名", "words": "林晓燕"}, {"label": "电话", "words": "13900004321"}],
    "cases": [
        {
            "key": "1",
            "number": "LJ-20260302-0001",
            "url": "#",
            "own": True,
            "matter": "路灯",
            "state": "已办结",
            "at": at(2, 9, 0),
            "texts": 4,
            "files": 2,
            "rating": "满意",
            "until": [{"what": "录音和通话号码", "day": NOW, "verified": False}],
            "obstacle": "按规则“办结满十年”须保留到 2036-03-02。",
        }
    ],
    "calls": [{"at": at(2, 9, 0), "direction": "来电", "recorded": True, "minutes": 4, "rating": 5}],
    "marks": [{"words": "骚扰电话", "unit": "受理中心", "since": at(2, 9, 0), "until": NOW, "appeal_url": "#"}],
    "reads": [{"at": at(3, 9, 0), "unit": "城管局", "purpose": "先行联系", "fields": "姓名、电话"}],
    "requests": [
        {
            "kind": "更正内容",
            "at": at(4, 9, 0),
            "due": at(19, 9, 0),
            "state": {"light": "done", "words": "部分同意"},
            "answer": "已更正。",
            "decided": at(5, 9, 0),
            "outcome": [{"number": "LJ-20260302-0001", "words": "已更正。"}],
            "withdraw_url": "/f/x/mine/withdraw/1/",
        }
    ],
}
PRIVACY_SCREENS: dict[str, dict[str, Any]] = {
    "loop/retention/plans.html": {
        "tabs": TABS,
        "new_url": "#",
        "unverified": 13,
        "rules_url": "#",
        "rows": [
            {"url": "#", "at": at(3, 9, 15), "by": "安全管理员", "state": WAITS, "due": 1204, "held": 4,
             "decided": "系统管理员", "decided_at": at(3, 10, 0)}
        ],
    },
    "loop/retention/plan.html": PLAN,
    "loop/retention/numbers.html": {
        "title": "办结满三年：抹去身份",
        "crumbs": CRUMBS,
        "page": {"number": 2, "pages": 3, "previous": 1, "next": 3, "total": 204},
        "rows": [
            {"number": "LJ-20230302-0001", "held": "诉讼、审计或调查", "result": "", "at": None},
            {"number": "LJ-20230302-0002", "held": "", "result": "已处理", "at": at(3, 9, 0)},
        ],
    },
    "loop/retention/rules.html": {
        "tabs": TABS,
        "new_url": "#",
        "rows": [RULE, {**RULE, "fault": "short", "verified": True, "scope": "", "local": False, "url": ""}],
    },
    "loop/retention/form.html": {
        "title": "办结满三年：抹去身份",
        "intro": "内容包中的规则不变，本机构改用自己的这一条。",
        "crumbs": CRUMBS,
        "fields": [
            field("after", "多久以后", "number", value=3, error="期限太短"),
            field("kinds", "哪些类型", "units", options=[option("report", "举报")]),
        ],
        "errors": [{"name": "after", "text": "期限太短"}],
        "action": "#",
        "submit": "保存",
        "back": "#",
    },
    "loop/retention/holds.html": {
        "tabs": TABS,
        "fields": [field("number", "诉求编号", required=True)],
        "errors": [],
        "action": "#",
        "rows": [
            {"id": "1", "number": "LJ-20260302-0001", "url": "#", "words": "（2026）赣01行初3号",
             "reason": "诉讼或行政复议", "by": "郑卫国", "at": at(3, 9, 0), "until": date(2027, 3, 1),
             "lift_url": "/lift/"},
            {"id": "2", "number": "LJ-20260302-0002", "url": "", "words": "", "reason": "审计", "by": "郑卫国",
             "at": at(3, 9, 0), "until": None, "lift_url": ""},
        ],
    },
    "loop/person/own.html": OWN,
    "loop/person/requests.html": {
        "tabs": TABS[:2], "rows": [ROW, {**ROW, "late": False, "by": "刘敏", "decided": NOW}]
    },
    "loop/person/request.html": {
        "title": "删除我的信息",
        "crumbs": CRUMBS,
        "row": ROW,
        "said": [{"label": "本人的话", "words": "请删除"}],
        "cases": [
            {"number": "LJ-1", "url": "#", "state": "已办结", "obstacle": "须保留到 2036-03-02。", "identity": True},
            {"number": "LJ-20260302-0002", "url": "", "state": "办理中", "obstacle": "还在办理。", "identity": False},
            {"number": "LJ-20260302-0003", "url": "", "state": "已办结", "obstacle": "", "identity": False},
        ],
        "erasing": True,
        "may_grant": False,
        "fields": [field("answer", "给本人的答复", "textarea")],
        "errors": [{"name": "answer", "text": "请写明理由"}],
        "answer": "",
        "outcome": [],
    },
}  # fmt: skip
RATE: dict[str, Any] = {"words": "78.1 %", "interval": "71.0–84.2 %", "right": 121, "of": 155, "few": False}
MONTH: dict[str, Any] = {
    "month": "2026-10",
    "decided": 155,
    "accuracy": RATE,
    "among": RATE,
    "abstained": RATE,
    "filled_right": RATE,
    "drift": "0.127",
    "certainty": "—",
    "band": {"light": "due", "words": "留意"},
}
PRIVACY_SCREENS |= {
    "loop/triage/model.html": {
        "tabs": TABS[:2],
        "target": "unit",
        "first": "2025-11",
        "last": "2026-10",
        "few": 30,
        "whole": {**MONTH, "changed": 34},
        "months": [MONTH, {**MONTH, "band": None}],
        "labels": [
            {"code": "010604", "name": "电力设施隐患", "chosen": 155, "said": 150, "precision": RATE, "recall": RATE},
            {"code": "010605", "name": "路灯", "chosen": 3, "said": 0, "precision": {**RATE, "few": True},
             "recall": RATE},
        ],
        "more": 12,
        "confusions": [
            {"said": "路灯", "chosen": "电力", "n": 4, "url": "#"}, {"said": "a", "chosen": "b", "n": 1, "url": ""}
        ],
        "models": [
            {"id": 2, "at": at(3, 9, 0), "rows": 9210, "classes": 7, "in_use": True, "f1": "93.0 %", "digest": "0a1b",
             "spoken": 400, "use_url": ""},
            {"id": 1, "at": at(2, 9, 0), "rows": 8000, "classes": 7, "in_use": False, "f1": "92.0 %", "digest": "0a1c",
             "spoken": 40, "use_url": "#"},
        ],
        "history": [{"at": at(3, 9, 0), "by": "方琪", "model": 2}, {"at": at(2, 9, 0), "by": "刘敏", "model": None}],
        "baseline": "使用中模型的训练数据",
        "bands": [{"name": "留意", "least": 0.1, "source": "行业惯例", "verified": False}],
        "none_url": "#",
        "refresh_url": "#",
    },
    "loop/register/register.html": {
        **BASE,
        "least": 30,
        "rows": [
            {"code": "triage", "name": "事项建议", "kind": "从办结件中学习", "version": "citizen-requests 1.1.0",
             "facts": [{"label": "用途", "words": "根据诉求文字建议三个事项"}], "learned": True, "since": "2026-11-22",
             "figures": "", "model_since": NOW},
            {"code": "scores", "name": "考核计分", "kind": "公开公式", "version": "citizen-requests 1.1.0", "facts": [],
             "learned": False, "since": "", "figures": "在办结的155件中，首位建议正确的占78.1 %", "model_since": None},
        ],
    },
    "loop/triage/cases.html": {
        "title": "路灯 → 电力",
        "crumbs": CRUMBS,
        "rows": [{"number": "LJ-20260302-0001", "url": "#", "at": at(3, 9, 0), "title": "路灯不亮"}],
        "most": 100,
    },
}  # fmt: skip
