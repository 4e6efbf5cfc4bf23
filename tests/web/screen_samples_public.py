"""Full contexts for the screens of what is public."""

from typing import Any

from screen_samples_desk import at, field, option

SHOWN: dict[str, Any] = {
    "slug": "0a1b2c3d4e5f",
    "url": "/public/0a1b2c3d4e5f/",
    "title": "书院路路灯三天不亮",
    "text": "住***的老人晚上不敢出门。",
    "matter": "市政设施 › 路灯",
    "place": "书院路街道 书院路",
    "at": at(18, 9),
    "state": "已办结",
    "light": "done",
    "answer": "路灯已修复。",
    "excerpt": "路灯已修复。",
    "unit": "市城管局",
    "photos": [{"url": "#", "thumb": "#", "name": "照片", "caption": ""}],
}
SEEK = {
    "q": field("q", "关键词", value="路灯"),
    "matter": field("matter", "事项", "select", value="01", options=[option("01", "城乡建设", selected=True)]),
    "area": field("area", "片区", "select", options=[option("360102001", "书院路街道")]),
    "state": field("state", "状态", "select", options=[option("open", "办理中")]),
}
LIST: dict[str, Any] = {
    "rows": [SHOWN, {**SHOWN, "excerpt": "", "photos": [], "url": "#2"}],
    "f": SEEK,
    "asked": True,
    "clear_url": "/public/",
    "feed_url": "/public/feed.atom?q=x",
    "older_url": "?page=3",
    "newer_url": "?page=1",
}
CASE: dict[str, Any] = {
    "c": SHOWN,
    "log": [{"at": at(18, 9), "text": "已受理"}, {"at": at(20, 9), "text": "已答复"}],
    "back": "/public/",
    "feed_url": "/public/0a1b2c3d4e5f/feed.atom",
}
OWN: dict[str, Any] = {"number": "LJ-1", "back": "/f/x/", "action": "/f/x/public/", "c": SHOWN, "off": False}
QUEUE: dict[str, Any] = {
    "rows": [
        {
            "url": "/desk/public/x/",
            "title": "书院路路灯三天不亮",
            "number": "LJ-1",
            "matter": "路灯",
            "at": at(18, 9),
            "due": at(22, 9),
            "state": "已办结",
            "light": "due",
            "words": "待审看",
            "cause": "",
            "by": "",
        },
        {
            "url": "",
            "title": "LJ-2",
            "number": "LJ-2",
            "matter": "路灯",
            "at": at(18, 9),
            "due": None,
            "state": "已办结",
            "light": "wait",
            "words": "不公开",
            "cause": "涉及个人隐私",
            "by": "孙立",
        },
    ],
    "tabs": [{"label": "待审看", "url": "#", "count": 2, "current": True}],
    "page": {"number": 1, "pages": 2, "next": 2},
    "rules_url": "#",
    "public_url": "/public/",
}
REVIEW: dict[str, Any] = {
    "crumbs": [{"label": "公开办件", "url": "#"}, {"label": "LJ-1"}],
    "title": "书院路路灯三天不亮",
    "number": "LJ-1",
    "case_url": "#",
    "matter": "路灯",
    "seen": "x",
    "action": "#",
    "fresh": True,
    "due": at(22, 9),
    "original": {"title": "书院路路灯三天不亮", "text": "我叫王小明。", "place": "书院路8号", "answer": "已修好。"},
    "kinds": "姓名、门牌房号",
    "state_words": "待审看",
    "light": "due",
    "cause_words": "涉及他人",
    "note": "x",
    "photos": [{"id": "p1", "url": "#", "chosen": True, "areas": "10,20,30,15"}],
    "public_url": "#",
    "f": {
        "title": field("title", "标题", value="书院路路灯三天不亮", required=True),
        "text": field("text", "正文", "textarea", value="我叫***。", required=True),
        "place": field("place", "道路", value="书院路"),
        "answer": field("answer", "公开的答复", "textarea", value="已修好。"),
        "cause": field("cause", "不公开的原因", "select", options=[option("personal", "涉及个人隐私")]),
        "note": field("note", "备注"),
    },
}
RULES: dict[str, Any] = {
    "rows": [
        {
            "matter": "其他所有事项",
            "code": "",
            "mode": "审看后公开",
            "since": "答复之后",
            "days": None,
            "local": False,
            "verified": True,
            "source": "样例",
            "url": "#",
        },
        {
            "matter": "市政设施",
            "code": "0104",
            "mode": "到期自动公开",
            "since": "受理之后",
            "days": 3,
            "local": True,
            "verified": False,
            "source": "",
            "url": "",
        },
    ],
    "new_url": "#",
    "back": "#",
}
MEASURES = [
    {"code": code, "name": name, "says": "按办理记录统计。"}
    for code, name in (("received", "受理"), ("answered", "答复"), ("in_time", "按时率"), ("satisfied", "满意率"))
]
FIGURES: dict[str, Any] = {
    "measures": MEASURES,
    "month": "2026-10",
    "least": 5,
    "csv_url": "#",
    "json_url": "#",
    "rows": [
        {"name": "城乡建设", "cells": ["1,204", "1,100", "97 %", "92 %"]},
        {"name": "民政", "cells": ["<5", "<5", "—", "—"]},
    ],
    "total": ["1,207", "1,103", "97 %", "92 %"],
    "months": [
        {"name": "2026-11", "url": "#", "current": False, "running": True, "cells": ["300", "200", "98 %", "—"]},
        {"name": "2026-10", "url": "#", "current": True, "running": False, "cells": ["1,207", "1,103", "97 %", "92 %"]},
    ],
}
EMBED: dict[str, Any] = {
    "f": {
        "text": field("text", "发生了什么", "textarea", required=True),
        "files": field("files", "照片", "files"),
        "place": field("place", "在哪里", required=True),
        "area": None,
        "who": field(
            "who", "怎么告诉您结果", "cards", required=True, options=[option("phone", "用手机号", selected=True)]
        ),
        "phone": field("phone", "手机号", "tel"),
        "name": field("name", "怎么称呼您"),
        "confidential": field("confidential", "双向保密", "checkbox"),
    },
    "action": "/embed/report/?lang=zh-hans",
    "token": "x",
    "photos_again": True,
    "full_url": "#",
    "others": [{"url": "?lang=en", "name": "English", "tag": "en"}],
}
EMBEDDED: dict[str, Any] = {
    "number": "LJ-1",
    "secret": "123456",
    "link": "http://127.0.0.1/f/x/",
    "promise": "会尽快办理。",
    "anonymous": True,
    "again_url": "#",
}
PUBLIC_SCREENS = {
    "loop/public/list.html": LIST,
    "loop/public/case.html": CASE,
    "loop/public/own.html": OWN,
    "loop/public/queue.html": QUEUE,
    "loop/public/review.html": REVIEW,
    "loop/public/rules.html": RULES,
    "loop/public/figures.html": FIGURES,
    "loop/public/embed.html": EMBED,
    "loop/public/embedded.html": EMBEDDED,
}
