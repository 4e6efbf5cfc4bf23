"""Full contexts for the screens of the desk, and the small makers that all samples use."""

from datetime import datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 21, 14, 32, 5, tzinfo=CHINA)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


def option(value: object, label: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "label": label, **more}


def field(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, **more}


NAV = [
    {"label": label, "url": f"/{n}/", "current": n == 1, "searches": n == 2}
    for n, label in enumerate(["受理", "待办", "督办", "回访", "目录", "日历"])
]
BASE: dict[str, Any] = {
    "now": NOW,
    "nav": NAV,
    "person": {"name": "林晓", "unit": "临江市城市管理局"},
    "place_name": "临江市",
    "hotline": "12345",
}


def row(number: str, title: str, place: str, matter: str, lead: str, second: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "number": number,
        "url": f"/desk/{number}/",
        "title": title,
        "place": place,
        "matter": matter,
        "lead": lead,
        "second": second,
        **more,
    }


ROWS = [
    row(
        "LJ-20261119-0412",
        "夜间混凝土搅拌站噪声扰民，多次反映未解决",
        "江东街道 丽江新城 6 栋",
        "施工噪声 › 夜间施工",
        "城管局",
        "协办 生态环境局",
        notes=["第 2 轮"],
        clock={"light": "late", "due": at(21, 12)},
        flags=[{"light": "late", "words": "督办"}],
    ),
    row(
        "LJ-20261121-0033",
        "菜市场门口垃圾两天没人清运，气味很大",
        "南湖街道 南湖菜市场东门",
        "市容环境 › 暴露垃圾",
        "城管局",
        "南湖环卫所 周强",
        notes=["3 人反映同一问题"],
        clock={"light": "due", "due": at(21, 17, 40)},
    ),
    row(
        "LJ-20261120-0587",
        "小区南门烧烤店占道经营，晚上车辆无法通行",
        "江东街道 滨河路 18 号",
        "占道经营 › 店外经营",
        "城管局",
        "江东中队 陈蓉",
        clock={"light": "due", "due": at(21, 21)},
    ),
    row(
        "LJ-20261121-0051",
        "工地扬尘监测 PM10 连续 30 分钟超过限值",
        "云溪镇 产业园二期工地",
        "传感告警 › 扬尘",
        "城管局",
        "协办 住建局",
        clock={"light": "ok", "due": at(22, 10, 20)},
    ),
    row(
        "LJ-20261121-0018",
        "行道树枝压到电线，担心大风天危险",
        "南湖街道 书院路 45 号对面",
        "园林绿化 › 树木修剪",
        "城管局",
        "等供电公司意见",
        clock={"light": "wait", "due": None},
    ),
    row(
        "LJ-20261120-0204",
        "共享单车堵住盲道，轮椅无法通过",
        "江东街道 人民广场地铁站 C 口",
        "市容环境 › 车辆乱停",
        "城管局",
        "江东中队 陈蓉",
        clock={"light": "ok", "due": at(23, 17, 30)},
    ),
    row(
        "LJ-20261112-0077",
        "楼顶违建彩钢房，雨天漏水到楼下",
        "云溪镇 云溪花园 3 栋 2 单元",
        "违法建设",
        "城管局",
        "云溪中队 马涛",
        notes=["延时已批准一次"],
        clock={"light": "ok", "due": at(27, 17, 30)},
    ),
]


def group(label: str, *options: tuple[str, int], more: tuple[tuple[str, int], ...] = ()) -> dict[str, Any]:
    made = [
        {"label": name, "count": count, "url": "?f", "current": n == 0 and label == "时限"}
        for n, (name, count) in enumerate(options)
    ]
    return {
        "label": label,
        "options": made,
        "more": [{"label": name, "count": count, "url": "?f"} for name, count in more],
    }


KEYS = [{"title": "", "rows": [{"keys": ["J", "K"], "text": "下一件、上一件"}, {"keys": ["/"], "text": "搜索"}]}]
WORKLIST: dict[str, Any] = {
    "title": "我的待办",
    "total": 143,
    "late": 3,
    "exports": [{"label": "Excel 工作簿（.xlsx）", "url": "/desk/export.xlsx"}],
    "query": "tab=open",
    "views_url": "/desk/views/counts/",
    "new_url": "/desk/call/",
    "tabs": [
        {"label": label, "count": count, "url": "?v", "current": n == 1}
        for n, (label, count) in enumerate(
            [("待签收", 9), ("办理中", 86), ("待补正", 8), ("协办", 17), ("待回复审核", 23), ("我保存的：夜间噪声", 6)]
        )
    ],
    "filters": [
        group("时限", ("全部", 143), ("今天到期", 12), ("已超时", 3), ("已暂停", 8)),
        group("事项", ("市容环境", 58), ("占道经营", 31), ("施工噪声", 22), more=(("园林绿化", 14),)),
        group("地点", ("江东街道", 61), ("南湖街道", 44), ("云溪镇", 38)),
        group("来源", ("12345 热线", 72), ("居民小程序", 40), ("网格巡查", 21)),
    ],
    "filters_on": 1,
    "clear_url": "?",
    "rows": ROWS,
    "keys": KEYS,
    "page": {"number": 1, "pages": 2, "first": 1, "last": 50, "total": 86, "next": 2, "previous": 0},
    "sorts": [{"label": "按到期时间", "url": "?s", "current": True}, {"label": "按收到时间", "url": "?s"}],
    "bulk": [{"label": "签收", "url": "/desk/bulk/sign/"}, {"label": "转给同事", "url": "/desk/bulk/transfer/"}],
}
EMPTY_LIST = {
    "icon": "list-check",
    "title": "没有待办",
    "text": "派给您单位的工单会出现在这里。",
    "other": {"label": "查看全部", "url": "?"},
}

OUTCOMES = [
    option("solved", "已解决", selected=True),
    option("partly", "部分解决"),
    option("unsolved", "未解决"),
    option("not_ours", "不属本单位职责"),
    option("duplicate", "重复"),
    option("unreachable", "联系不上"),
]
REPLY_MOVE: dict[str, Any] = {
    "name": "reply",
    "title": "填写办理结果",
    "next": True,
    "says": "提交后进入审核，居民将看到下面的预览",
    "action": "/desk/x/reply/",
    "key": "k1",
    "last": 7,
    "submit": "提交审核",
    "draft": "move-reply-x",
    "reply_field": "reply",
    "fields": [
        field("outcome", "结果", "radio", options=OUTCOMES, required=True),
        field(
            "reply",
            "答复内容",
            "textarea",
            required=True,
            preview="preview-reply",
            placeholder="做了什么、结果如何、以后怎么防止",
        ),
        field("files", "处置后照片", "files", button="上传处置后照片"),
    ],
    "preview": {"id": "preview-reply", "who": "城市管理局 · 11月21日", "blank": "（填写后在这里预览）"},
    "earlier": [{"title": "上次答复", "text": "您好，我们已到现场核实……"}],
    "try": {
        "case": "018f",
        "field": "reply",
        "into": "#f-reply",
        "stored": "",
        "tried": True,
        "hints": [
            {
                "code": "promise",
                "title": "承诺没有时间",
                "hint": "请写明什么时候办到。",
                "sentence": "我们将尽快处理。",
                "word": "尽快",
                "verified": False,
            }
        ],
        "answer": {"text": "已责令停工。", "unit": "城市管理局", "at": NOW, "outcome_words": "已解决", "files": []},
    },
}
CASE: dict[str, Any] = {
    "case": {
        "number": "LJ-20261119-0412",
        "title": "夜间混凝土搅拌站噪声扰民，多次反映未解决",
        "state": "handling",
        "state_words": "办理中",
        "story": [
            (
                "丽江新城北门外的搅拌站每天夜里 11 点到凌晨 4 点生产，噪声和灰尘让 6 栋、7 栋的老人孩子无法睡觉。"
                "上次回复说已要求整改，但一周后又恢复夜间生产，希望能彻底解决。"
            )
        ],
        "files": [
            {"url": "/f/1", "name": "现场 1.jpg", "caption": "11-18 23:41"},
            {"url": "/f/2", "name": "录音.m4a", "caption": "0:48"},
        ],
        "said": [{"at": at(20, 8, 2), "text": "昨晚又到两点。"}],
        "answers": [{"q": "什么时段", "a": "夜里"}],
        "called": [{"role": "督办", "why": "办理", "at": at(10, 9, 41)}],
        "clock": {"light": "late", "due": at(21, 12), "lead": "办理"},
        "due": at(21, 12),
        "round_words": "第 2 轮（居民不满意退回）",
        "holder": {"unit": "城管局", "person": "林晓"},
        "channel": "12345 热线",
        "confidential": True,
        "requester": {"name": "王**", "phone": "138****6207"},
        "others": 11,
        "others_url": "?x",
        "flags": [{"light": "late", "words": "督办"}],
    },
    "primary": REPLY_MOVE,
    "moves": [
        {"label": "申请延时", "url": "?m", "says": "由派单员审批；批准后办理时限顺延。"},
        {"label": "退单", "url": "?m", "says": "交派单员裁定，办理时限不停。每轮只能退一次。"},
        {"label": "申请作废", "url": "?m", "says": "由另一人审批；作废后不再办理。", "grave": True},
    ],
    "events": [
        {
            "at": at(21, 9, 5),
            "title": "联合夜查：搅拌站 00:20 仍在生产，已录像取证",
            "tone": "b",
            "who": "陈蓉 · 江东中队",
            "detail": "附 3 份证据",
            "no": 9,
        },
        {
            "at": at(19, 20, 14),
            "title": "居民评价“不满意”，退回重办（第 1 次）",
            "tone": "r",
            "detail": "处置效果 1 · 处置速度 3",
            "no": 8,
        },
        {
            "at": at(12, 16, 30),
            "title": "答复：已约谈企业，要求停止夜间生产",
            "tone": "",
            "who": "林晓",
            "body": "已约谈企业，要求停止夜间生产。",
            "no": 5,
        },
        {
            "at": at(10, 10, 2),
            "title": "生态环境局退回 → 裁定由城管局主办",
            "why": {"url": "#", "label": "为什么"},
            "no": 3,
        },
        {"at": at(10, 9, 41), "title": "受理并派单", "who": "刘洁", "no": 1},
    ],
    "quiet": [{"at": at(21, 12, 0), "title": "办理时限到期，提醒单位负责人"}],
    "clocks": [
        {"label": "签收", "share": 30, "light": "ok", "words": "0.6 / 2 小时"},
        {"label": "首次联系", "share": 42, "light": "ok", "words": "10 / 24 小时"},
        {"label": "办理", "share": 100, "light": "late", "words": "超时 2 小时", "title": "到期 11月21日 12:00"},
    ],
    "hours": "工作时 08:30–17:30，暂停 1 次 26 小时（等检测报告）",
    "place": {"text": "丽江新城北门", "area": "江东街道", "point": "114.1, 22.5"},
    "duty": [
        {"label": "事项", "value": "施工噪声 › 夜间施工"},
        {"label": "主办", "value": "城市管理局", "why": "#"},
        {"label": "协办", "value": "生态环境局"},
    ],
    "tasks": [{"unit": "生态环境局", "light": "due", "words": "今天 18:00", "ask": "请提供监测数据"}],
    "links": [{"url": "#", "number": "LJ-20260922-0107", "words": "同一搅拌站，已办结"}],
    "reveal": {"url": "/desk/x/reveal/", "preset": option("contact", "先行联系"), "key": "k2"},
    "back": "/desk/",
}
