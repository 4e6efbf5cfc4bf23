"""Full contexts of the call screen and of pasted texts."""

from typing import Any

from screen_samples_desk import KEYS, NOW, field, option

CALL_FIELDS = {
    "phone": field("phone", "号码", "tel", value="13812346207"),
    "name": field("name", "称呼", value="王女士"),
    "behalf": field(
        "behalf", "替谁反映", "select", options=[option("", "本人", selected=True), option("parent", "父母")]
    ),
    "behalf_name": field("behalf_name", "当事人姓名"),
    "behalf_phone": field("behalf_phone", "当事人电话"),
    "confidential": field(
        "confidential",
        "保密",
        "seg",
        options=[option("normal", "普通", selected=True), option("confidential", "双向保密")],
    ),
    "kind": field(
        "kind",
        "类型",
        "seg",
        options=[option(n, n, selected=n == "投诉") for n in ("咨询", "求助", "投诉", "举报", "建议", "表扬")],
    ),
    "place": field("place", "地点", value="丽江新城 6 栋 北门外搅拌站"),
    "area": field(
        "area", "辖区", "area", bare=True, options=[option("a", "江东街道", selected=True)], placeholder="辖区"
    ),
    "text": field(
        "text",
        "内容",
        "textarea",
        key="Alt+T",
        value="昨晚十二点搅拌站又开工了，上次说整改一周就恢复，家里老人没法睡。希望夜里有人来查。",
    ),
    "urgency": field(
        "urgency", "紧急", "seg", options=[option(n, n, selected=n == "一般") for n in ("一般", "较急", "紧急", "特急")]
    ),
    "matter": field(
        "matter", "事项", "matter", key="Alt+M", options=[option("m", "夜间施工", group="施工噪声", selected=True)]
    ),
    "complained": field("complained", "被反映单位", "unit", options=[option("1", "城管局"), option("2", "住建局")]),
    "unit": field(
        "unit", "承办", "unit", key="Alt+U", options=[option(1, "城市管理局", selected=True), option(2, "生态环境局")]
    ),
    "reply": field("reply", "答复", "textarea", key="Alt+R", rows=2),
    "object": field("object", "对象", value="宏远搅拌站"),
    "occurred": field("occurred", "发生时间", value="昨晚十二点"),
}
DANGER = {"id": "stop-danger", "when": "是", "words": "请离开至少8米，立即拨打95598。"}
QUESTIONS = [
    field("q-danger", "电线是否已落地？", "seg", required=True, stop=DANGER,
          options=[option("yes", "是", shows="stop-danger"), option("no", "否")]),
    field("q-proof", "有哪些凭证？", "units", options=[option("photo", "照片"), option("bill", "票据")]),
    field("q-since", "从哪天开始？", "datetime", min="1900-01-01T00:00", max="2100-12-31T23:59"),
    field("q-count", "几盏不亮？", required=True, inputmode="decimal", narrow=True, max=20, error="请只写数字。"),
]  # fmt: skip
CALL: dict[str, Any] = {
    "f": CALL_FIELDS,
    "action": "/desk/call/",
    "operator": "受理员 刘洁 · 早班",
    "key": "k3",
    "suggest_url": "/desk/call/suggest/",
    "past_url": "/desk/call/past/",
    "questions_url": "/desk/call/questions/",
    "questions": QUESTIONS,
    "matter_known": True,
    "caller": {"words": "江东区 · 第 3 次来电"},
    "began": "2026-11-21T14:30:41+08:00",
    "draft": {
        "at": NOW,
        "others": [
            {"key": "k2", "url": "#", "at": NOW, "phone": "13812346207", "name": "", "words": "昨晚工地又开工了"}
        ],
    },
    "draft_url": "/desk/call/draft/",
    "dispatches": True,
    "causes": [{"value": "none:silent", "key": "1", "label": "无声电话"}],
    "pulse": {"waiting": 2, "mean": 8},
    "used": ["night-works"],
    "limits": "先行联系 24 小时内, 办理 5 个工作日内",
    "empty_calls": [{"cause": "无声电话", "count": 2}],
    "keys": KEYS,
    "asked": True,
    "past": [
        {"id": "1", "url": "#", "title": "搅拌站夜间噪声", "light": "late", "words": "办理中", "note": "11-19 第 2 轮"},
        {"id": "2", "url": "#", "title": "路灯不亮", "light": "done", "words": "已办结", "note": "09-30 · 满意"},
    ],
    "near": [
        {
            "id": "3",
            "url": "#",
            "title": "丽江新城北门 夜间施工",
            "light": "due",
            "words": "办理中",
            "note": "11 人 · 昨天 23:50",
        }
    ],
    "matters": [
        {
            "code": "m",
            "name": "夜间施工",
            "path": "环境保护 › 施工噪声",
            "share": 93,
            "words": ["夜里", "搅拌站"],
            "unit": 1,
        },
        {"code": "n", "name": "工业噪声", "path": "环境保护 › 噪声", "share": 5},
    ],
    "duty": {"unit": "城市管理局", "basis": "职责清单 214 条", "unit_id": 1, "no": 214},
    "ready": [
        {
            "code": "night-works",
            "kind": "知识",
            "title": "夜间施工有规定吗？",
            "text": "22:00 至次日 06:00 禁止产生噪声的夜间作业，抢修等除外，须公示证明。",
            "basis": "噪声污染防治法 第四十三条",
            "old": True,
            "key": "Alt+4",
            "mark": "Alt 4",
        }
    ],
}
PIECE = {"text": "路灯三天不亮，晚上走路危险。", "matter": "路灯", "facts": ["王小明", "13812346207", "书院路45号"]}
SHOT = {"id": "p1", "url": "#p1", "thumb": "/x.png", "n": 1, "draft": "d1", "taken_at": NOW, "point": (115.8, 28.6)}
CARD: dict[str, Any] = {
    "id": "d1", "n": 1, "text": field("d1-text", "内容", "textarea", value=PIECE["text"], required=True),
    "fields": [field("d1-name", "称呼", value="王小明"), field("d1-phone", "号码", value="13812346207"),
               field("d1-matter", "事项", "matter", options=[option("010404", "路灯", selected=True)])],
    "pictures": [SHOT], "point": (115.8, 28.6), "point_on": True, "near_url": "#near",
}  # fmt: skip
SECOND: dict[str, Any] = {**CARD, "id": "d2", "n": 2, "text": field("d2-text", "内容", "textarea"), "fields": [],
                          "pictures": [], "point": None}  # fmt: skip
INTAKE_SCREENS: dict[str, dict[str, Any]] = {
    "loop/intake.html": {
        "f": {"pasted": field("pasted", "文字", "textarea", value="1、路灯不亮\n2、井盖松动"),
              "files": field("files", "图片", "files", accept="image/*", button="选择、拖入或粘贴图片"),
              "channel": field("channel", "来源", "seg", options=[option("wechat", "微信", selected=True)])},
        "action": "#", "key": "k", "look_url": "#look", "parts": [PIECE], "how": "按编号",
        "errors": [{"name": "pasted", "text": "请粘贴文字或图片。"}],
        "pastes": [{"url": "#p", "at": NOW, "open": 2, "kept": 1}],
    },
    "loop/paste.html": {
        "cards": [CARD, SECOND], "loose": [{**SHOT, "draft": ""}],
        "numbers": [{"id": "d1", "n": 1}, {"id": "d2", "n": 2}], "settled": [{"number": "LJ-1", "url": "#s"}],
        "pasted": "原文", "ending": field("ending", "登记后", "seg", options=[option("keep", "待受理", selected=True)]),
        "errors": [{"name": "d1-matter", "text": "请选择事项。"}], "action": "#", "back": "#", "channel": "微信",
    },
}  # fmt: skip
