"""Full contexts for every screen: what the template test renders and what the eye looks at."""

from typing import Any

from screen_samples_call import CALL, CALL_FIELDS, INTAKE_SCREENS, QUESTIONS
from screen_samples_calls import CALLS_SCREENS
from screen_samples_comfort import COMFORT_SCREENS, UNDO
from screen_samples_content import CALENDAR, CATALOGUE, EDIT, MATTERS, TRY
from screen_samples_desk import (
    BASE,
    CASE,
    EMPTY_LIST,
    NOW,
    WORKLIST,
    at,
    field,
    option,
)
from screen_samples_documents import DOCUMENT_SCREENS
from screen_samples_field import FIELD_SCREENS
from screen_samples_links import LINKS_SCREENS, OUTSIDE
from screen_samples_oversight import OVERSIGHT_SCREENS
from screen_samples_privacy import PRIVACY_SCREENS
from screen_samples_public import PUBLIC_SCREENS
from screen_samples_replies import REPLY_SCREENS
from screen_samples_scores import SCORES_SCREENS

ABOUT_MATTER = field(
    "matter", "反映的是哪类事？", "radio", column=True, required=True, options=[option("010604", "电力设施隐患")]
)
REPORT: dict[str, Any] = {
    "action": "/report/",
    "key": "k",
    "near_url": "/report/near/",
    "questions_url": "/report/questions/",
    "about": {"matters": ABOUT_MATTER, "guess": "010604", "questions": QUESTIONS, "others": [("q-x", "kept")]},
    "photos_again": True,
    "near": [
        {
            "id": "1",
            "matter": "暴露垃圾",
            "place": "南湖菜市场",
            "at": at(21, 8, 10),
            "state_words": "办理中",
            "count": 2,
        }
    ],
    "f": {
        "text": field(
            "text",
            "发生了什么",
            "textarea",
            required=True,
            help="不用选部门，系统会送到负责的单位。",
            value="南湖菜市场东门口的垃圾两天没有人清走了，味道很大，来往的人都要绕着走。",
            max=20000,
        ),
        "files": field("files", "照片", "files", accept="image/*", button="拍照或选照片"),
        "place": field("place", "在哪里", value="南湖菜市场东门", required=True),
        "area": None,
        "who": field(
            "who",
            "怎么告诉您结果",
            "cards",
            required=True,
            options=[
                option("phone", "用手机号", selected=True, shows="named"),
                option("anonymous", "不留姓名", shows="unnamed"),
            ],
        ),
        "phone": field("phone", "手机号", "tel"),
        "name": field("name", "怎么称呼您"),
        "complained": field("complained", "反映哪个单位", "select", options=[option("1", "城管局")]),
        "confidential": field("confidential", "双向保密", "checkbox", help="姓名、电话只留在受理台。"),
    },
}
REPORTED: dict[str, Any] = {
    "number": "LJ-20261121-0033",
    "secret": "7K4-M2P",
    "link": "http://127.0.0.1:8000/f/1x2y3z1x2y3z1x2y3z1x2y",
    "follow_url": "/f/1x2y/",
    "promise": "一般诉求 24 小时内先行联系您。",
    "anonymous": True,
}
FOLLOW: dict[str, Any] = {
    "number": "LJ-20261121-0033",
    "place": "南湖菜市场东门",
    "headline": "正在办理",
    "says": "南湖环卫所已到现场，正在联系清运车。",
    "promise": at(21, 18),
    "key": "k",
    "last": 4,
    "steps": [
        {"label": n, "state": "done" if i < 2 else "now" if i == 2 else "later"}
        for i, n in enumerate(("收到", "受理", "办理", "答复", "评价"))
    ],
    "log": [
        {"at": at(21, 11, 20), "text": "南湖环卫所已到现场，联系清运车"},
        {"at": at(21, 10, 34), "text": "城市管理局签收，交南湖环卫所办理"},
        {"at": at(21, 10, 2), "text": "已受理，与另外 2 人反映的问题一起办理"},
        {"at": at(21, 9, 58), "text": "收到您的反映"},
    ],
    "may": {"supplement": "#", "chase": "#", "withdraw": "#", "redo": "#", "appeal": "#", "supply": "#", "rate": "#"},
    "ask": "请拍一张门口的照片。",
    "reads_url": "#",
    "said": [{"at": at(21, 9, 58), "text": "垃圾两天没有人清走了。"}],
    "answer": {
        "text": "垃圾已清运，并增加每日清运一次。",
        "unit": "城市管理局",
        "at": at(21, 14),
        "outcome_words": "已解决",
    },
    "f": {n: field(n, n, "textarea") for n in ("supply", "supplement", "chase", "redo", "appeal", "withdraw")}
    | {"files": field("files", "照片", "files"), "supplement_files": field("files", "照片", "files", id="more-files")},
    "reach": {
        "action": "#",
        "now": "发短信到 138********，每一步都告知。",
        "stops": [{"to": "138********", "at": at(20, 9), "why": "上一条没有送到", "code": "UNDELIV"}],
        "f": {
            "way": field("reach", "办理有进展时告诉您吗？", "seg", options=[option("", "不用"), option("sms", "短信")]),
            "email": field("email", "邮箱", "email"),
            "again": field("again", "已恢复，请再发", "checkbox"),
        },
        "mine_url": "#",
    },
}
SCALE = ("很差", "较差", "一般", "较好", "很好")
RATE: dict[str, Any] = {
    "number": "LJ-20261121-0033",
    "key": "k",
    "last": 9,
    "action": "#",
    "back": "#",
    "solved": field(
        "solved",
        "问题解决了吗？",
        "cards",
        required=True,
        options=[
            option("solved", "解决了", selected=True),
            option("partly", "解决了一部分", shows="missing"),
            option("unsolved", "没有解决", shows="missing"),
        ],
    ),
    "overall": {
        "name": "satisfaction",
        "question": "总体来说，您满意吗？",
        "options": [
            option(n, n, selected=n == "满意") for n in ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
        ],
    },
    "dimensions": [
        {"name": n, "question": n, "options": [option(v, w, selected=v == 4) for v, w in enumerate(SCALE, 1)]}
        for n in ("处置速度", "处置效果", "服务体验", "反馈质量")
    ],
    "words": field("words", "还想说一句", "textarea", rows=2, max=500),
}
WHO_SAW: dict[str, Any] = {
    "number": "LJ-20261121-0033",
    "back": "#",
    "reads": [{"at": at(21, 9, 40), "unit": "城市管理局", "purpose": "先行联系", "fields": "电话"}],
}
LOOKUP: dict[str, Any] = {
    "action": "/follow/",
    "by_phone": "/follow/phone/",
    "f": {
        "number": field("number", "编号", required=True, error="没有这个编号"),
        "secret": field("secret", "查询码", required=True),
    },
    "errors": [{"name": "number", "text": "没有这个编号"}],
}

CLOSE = {
    "id": "018f",
    "url": "#",
    "number": "LJ-20261120-0007",
    "title": "丽江新城北门 夜间施工",
    "light": "due",
    "words": "办理中",
    "note": "昨天 23:50",
    "lead": "城管局",
    "share": 87,
    "why": "同一地点, 6 个关键字词中有 5 个相同, 相隔 2 天",
}
ALIKE: dict[str, Any] = {
    "case": {"number": "LJ-20261121-0412", "url": "#", "title": "夜间混凝土搅拌站噪声扰民"},
    "rows": [CLOSE],
    "common": False,
    "may_merge": True,
    "action": "#",
    "key": "k",
    "errors": [],
    "mains": [{"value": "018f", "label": "LJ-20261120-0007"}],
    "why": {
        "name": "reason",
        "label": "为什么是同一件事",
        "type": "textarea",
        "rows": 2,
        "required": True,
        "value": "",
    },
    "merged": [{"url": "#", "number": "LJ-20261121-0401", "split": "#", "words": "已并入"}],
    "repeats": [{**CLOSE, "answered_at": NOW, "person": True, "reply": "已责令停工。"}],
    "repeat": None,
    "may_mark": True,
    "mark": "#",
    "last": 1,
    "clear": "",
    "reasons": [{"value": "same_person", "label": "同一人再次反映"}],
    "crumbs": [{"label": "待办", "url": "#"}, {"label": "相似件"}],
}
SCREENS: dict[str, dict[str, Any]] = {
    **CALLS_SCREENS,
    **FIELD_SCREENS,
    **INTAKE_SCREENS,
    **SCORES_SCREENS,
    **DOCUMENT_SCREENS,
    **REPLY_SCREENS,
    **OVERSIGHT_SCREENS,
    **PUBLIC_SCREENS,
    **COMFORT_SCREENS,
    **PRIVACY_SCREENS,
    **LINKS_SCREENS,
    "loop/worklist.html": WORKLIST,
    "loop/case.html": {**CASE, "undo": UNDO, "outside": OUTSIDE},
    "loop/call.html": CALL,
    "loop/catalogue.html": CATALOGUE,
    "loop/catalogue_edit.html": EDIT,
    "loop/catalogue_try.html": TRY,
    "loop/calendar.html": CALENDAR,
    "loop/matters.html": MATTERS,
    "loop/home.html": {},
    "loop/report.html": REPORT,
    "loop/reported.html": REPORTED,
    "loop/follow.html": FOLLOW,
    "loop/rate.html": RATE,
    "loop/who_saw.html": WHO_SAW,
    "loop/lookup.html": LOOKUP,
    "loop/reach/phone.html": {
        "step": "code",
        "field": field("code", "短信验证码", required=True, error="验证码不对"),
        "token": "t",
        "errors": [{"name": "code", "text": "验证码不对"}],
        "action": "/follow/phone/",
    },
    "loop/reach/phone_cases.html": {
        "rows": [{"number": "2026111500001", "url": "#", "at": at(21, 9, 40), "words": "正在办理"}],
    },
    "loop/alike.html": ALIKE,
    "gezhi/error.html": {"status": 409, "code": "case-moved", "sentence": "这件工单刚被别人办理过。"},
    "gezhi/confirm.html": {
        "title": "启用职责清单",
        "sentence": "启用后立即生效。",
        "action": "#",
        "verb": "启用",
        "key": "k",
    },
}
EMPTY: dict[str, dict[str, Any]] = {
    "loop/worklist.html": {
        "title": "我的待办",
        "total": 0,
        "rows": [],
        "empty": EMPTY_LIST,
        "page": {"pages": 1, "total": 0},
    },
    "loop/call.html": {"f": CALL_FIELDS, "keys": []},
    "loop/case.html": {"case": {"number": "X-1", "title": "x", "state_words": "已办结", "light": "done"}},
}

__all__ = ["BASE", "EMPTY", "SCREENS"]
