"""Full contexts for the screens of ready texts and hints."""

from typing import Any

from screen_samples_desk import field, option

ROW: dict[str, Any] = {
    "code": "night-works", "title": "夜间施工查处", "kind": "答复", "matter": "夜间施工", "owner": "城市管理局",
    "light": "due", "words": "待复核", "review": "11月30日", "until": "12月31日", "used": 42, "verified": False,
    "version": "local 3", "url": "#",
}  # fmt: skip
REPLY_SCREENS: dict[str, dict[str, Any]] = {
    "loop/replies.html": {
        "rows": [ROW], "q": "施工", "kind": "reply", "due": 1, "edit_url": "#edit", "check_url": "#check",
        "kinds": [{"value": "reply", "label": "答复", "url": "?kind=reply", "current": True}],
        "checks": [{"code": "promise", "title": "承诺没有时间", "hint": "请写明什么时候办到。", "off": True,
                    "verified": False, "source": "用户意见", "version": "local 2", "url": "#c"}],
    },
    "loop/reply_edit.html": {
        "title": "修改标准文本", "intro": "说明", "action": "#", "key": "k", "submit": "保存", "back": "#",
        "crumbs": [{"label": "标准文本", "url": "#"}, {"label": "修改"}], "remove_url": "#", "remove": "停用本地版本",
        "fields": [field("code", "代码", required=True, error="代码不能用"),
                   field("kind", "类型", "seg", options=[option("reply", "答复", selected=True)])],
        "errors": [{"name": "code", "text": "代码不能用"}],
        "versions": [{"version": "local 2", "at": None, "active": True, "text": "您好。"}],
    },
}  # fmt: skip
