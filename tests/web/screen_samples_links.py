"""Full contexts for the screens of links: those of the person without an account, and those of the sender."""

from typing import Any

from screen_samples_desk import NOW, at, field, option

TOOLS = [{"label": "大字", "url": "?size=elder", "lang": ""}, {"label": "English", "url": "?lang=en", "lang": "en"}]
SHELL: dict[str, Any] = {"place_name": "临江市", "tools": TOOLS, "plain": True, "days": 30, "now": NOW}
PHOTO = {"url": "#", "thumb": "#", "name": "现场.jpg", "caption": ""}
NOTE = {"at": at(2, 9, 0), "kind": "note", "title": "进展", "words": "到现场看过。", "files": [PHOTO]}
BOX = {"name": "files", "value": "1", "url": "#", "image": True, "on": True, "label": "文件 1"}
PAPER = {**BOX, "value": "2", "image": False, "on": False, "label": "文件 2"}
ERROR = [{"name": "finish-words", "text": "请写清为什么办不了。"}]
FIELDS = {
    "outcome": field(
        "outcome",
        "结果怎样",
        "cards",
        id="finish-outcome",
        required=True,
        options=[option("done", "办完了"), option("cannot", "办不了")],
    ),
    "finish": field("words", "做了什么", "textarea", id="finish-words", error="请写清为什么办不了。"),
    "finish_files": field("files", "现场照片", "files", id="finish-files"),
    "note": field("words", "进展如何", "textarea", id="note-words"),
    "note_files": field("files", "照片", "files", id="note-files"),
}
LINK = {
    "url": "#",
    "name": "李**",
    "state": "已办完，等您确认",
    "light": "due",
    "due": at(5, 23, 59),
    "waits": True,
    "locked": True,
}
FACTS = [{"label": "发出", "at": at(1, 9, 0)}, {"label": "应于", "at": at(5, 23, 59)}]
CASE = {"number": "LJ-20261120-0007", "url": "#", "confidential": True}

LINKS_SCREENS: dict[str, dict[str, Any]] = {
    "loop/links/closed.html": {**SHELL, "sentence": "这个链接打不开。"},
    "loop/links/door.html": {
        **SHELL,
        "unit": "城市管理局",
        "field": field("digits", "您的手机号后四位", required=True, error="后四位不对。"),
        "errors": [{"name": "digits", "text": "后四位不对。"}],
        "kept": "写了一半的话",
        "no_cookies": True,
        "action": "#",
    },
    "loop/links/work.html": {
        **SHELL,
        "number": CASE["number"],
        "unit": "城市管理局",
        "ask": "请到现场看一下。",
        "story": "路灯不亮。",
        "place": "书院路45号",
        "area": "南湖街道",
        "due": {"light": "late", "due": at(1, 9, 0), "soon": None},
        "day": at(1, 9, 0),
        "until": at(4, 9, 0),
        "photos": [PHOTO],
        "notes": [NOTE],
        "state": "signed",
        "headline": "您已签收，正在办理",
        "says": "办完后写明结果。",
        "said": "已签收，谢谢。",
        "proof": "p",
        "key": "k",
        "may": {"sign": "#", "note": "#", "finish": "#"},
        "f": FIELDS,
        "errors": ERROR,
        "link_id": "1",
        "opened": "note",
    },
    "loop/links/new.html": {
        "case": CASE,
        "errors": [{"name": "phone", "text": "这不是电话号码。"}],
        "key": "k",
        "action": "#",
        "gateway": True,
        "photos": [BOX, PAPER],
        "now": NOW,
        "f": {
            "name": field("name", "交给谁", required=True),
            "office": field("office", "身份或单位"),
            "phone": field("phone", "手机号", "tel", required=True),
            "ask": field("ask", "请对方做什么", "textarea", required=True),
            "due": field("due", "哪天前办完", "date"),
            "story": field("story", "对方看到的诉求内容", "textarea"),
            "gateway": field("gateway", "同时发短信", "checkbox"),
        },
    },
    "loop/links/sent.html": {
        "message": "李建国：请打开 http://…/l/…/",
        "address": "http://…/l/…/",
        "carried": "failed",
        "open": True,
        "url": "#",
        "number": CASE["number"],
        "back": "#",
        "due": at(5, 23, 59),
        "until": at(8, 23, 59),
        "now": NOW,
    },
    "loop/links/link.html": {
        "case": CASE,
        "link": LINK,
        "ask": "请到现场看一下。",
        "story": "路灯不亮。",
        "notes": [NOTE],
        "facts": FACTS,
        "may": {"approve": "#", "back": "#", "revoke": "#", "renew": "#"},
        "contact_url": "#",
        "photos": [BOX, PAPER],
        "errors": [{"name": "back", "text": "请写清还差什么。"}],
        "key": "k",
        "step": 7,
        "now": NOW,
        "f": {
            "note": field("note", "写进工单的内容", "textarea"),
            "public": field("public", "居民可见", "checkbox"),
            "back": field("back", "还差什么", "textarea", error="请写清还差什么。"),
            "back_due": field("due", "改期到", "date", id="back-due"),
            "renew_due": field("due", "改期到", "date", id="renew-due"),
        },
    },
}
OUTSIDE = {"new_url": "#", "rows": [LINK, {**LINK, "name": "", "due": None, "waits": False, "locked": False}]}
