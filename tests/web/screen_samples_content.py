"""Full contexts for the catalogue, the calendar and the matters."""

from typing import Any

from screen_samples_desk import field, option

CATALOGUE: dict[str, Any] = {
    "edition": {"id": 2, "name": "2026-3", "in_force": False},
    "can_edit": True,
    "editions": [
        {"name": "2026-2", "url": "?", "words": "现行"},
        {"name": "2026-3", "url": "?", "words": "草稿", "current": True},
    ],
    "rows": [
        {
            "no": 214,
            "matter": "施工噪声 › 夜间施工",
            "code": "060304",
            "area": "",
            "lead": "城市管理局",
            "assisting": "生态环境局",
            "fallback": "江东街道办",
            "basis": "噪声污染防治法 第四十三条",
            "verified": False,
            "edit_url": "#",
        },
        {
            "no": 215,
            "matter": "市容环境 › 暴露垃圾",
            "code": "010203",
            "area": "云溪镇",
            "lead": "云溪镇政府",
            "basis": "乡镇履职事项清单 12",
            "verified": True,
            "edit_url": "#",
        },
    ],
    "page": {"number": 1, "pages": 5, "first": 1, "last": 50, "total": 237, "next": 2},
    "urls": {"new": "#", "export": "#", "import": "#", "try": "#", "publish": "#"},
}
TRY: dict[str, Any] = {
    "crumbs": [{"label": "职责清单", "url": "#"}, {"label": "试算"}],
    "edition": {"name": "2026-3"},
    "since": "2026-01-01",
    "tried": "1,204",
    "same": "1,150",
    "moved": "47",
    "without": "7",
    "publish_url": "#",
    "flows": [{"from": "生态环境局", "to": "城市管理局", "count": 31}],
    "rows": [
        {
            "number": "LJ-20261119-0412",
            "url": "#",
            "title": "夜间噪声",
            "matter": "夜间施工",
            "was": "生态环境局",
            "would": "城市管理局",
            "basis": "第 214 条",
        }
    ],
    "page": {"number": 1, "pages": 1, "first": 1, "last": 1, "total": 1},
}
EDIT: dict[str, Any] = {
    "title": "修改第 214 条",
    "intro": "保存后写入草稿版本。",
    "crumbs": [{"label": "职责清单", "url": "#"}, {"label": "214"}],
    "action": "#",
    "key": "k",
    "submit": "保存",
    "back": "#",
    "remove_url": "#",
    "fields": [
        field(
            "matter",
            "事项",
            "matter",
            required=True,
            options=[option("m", "夜间施工", group="施工噪声")],
            error="请选择事项",
        ),
        field("basis", "依据", help="写明法规或清单条目"),
        field("verified", "已核实", "checkbox", value=True),
        field("on", "日期", "date", value="2026-11-21"),
    ],
    "errors": [{"name": "matter", "text": "请选择事项"}],
}


def _month(name: str, first: int, days: int) -> dict[str, Any]:
    cells: list[dict[str, Any] | None] = [None] * first
    for day in range(1, days + 1):
        weekend = (first + day - 1) % 7 >= 5
        cells.append(
            {
                "day": day,
                "url": f"?day={day}",
                "kind": "holiday" if day == 1 else "makeup" if day == 8 else "rest" if weekend else "",
                "today": day == 21,
                "title": "元旦" if day == 1 else "",
            }
        )
    cells += [None] * (-len(cells) % 7)
    return {"name": name, "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)]}


CALENDAR: dict[str, Any] = {
    "year": 2026,
    "previous": "?year=2025",
    "next": "?year=2027",
    "weekdays": list("一二三四五六日"),
    "months": [_month(f"{n} 月", n % 7, 30) for n in range(1, 13)],
    "totals": {"work": 248, "rest": 117},
    "hours": [{"from": "10-01", "to": "04-30", "periods": "08:30–12:00、14:00–17:30", "url": "#"}],
    "can_edit": True,
    "missing": True,
    "source": "国务院办公厅通知",
    "opened": {
        "words": "11月21日 周六",
        "action": "#",
        "key": "k",
        "fields": [
            field(
                "kind",
                "这一天",
                "radio",
                options=[option("holiday", "休息"), option("workday", "上班", selected=True)],
                required=True,
            ),
            field("name_zh", "名称"),
        ],
    },
}
MATTERS: dict[str, Any] = {
    "total": 312,
    "pack": "citizen-requests 1.0",
    "tree": [
        {
            "code": "01",
            "name": "城乡建设",
            "count": 65,
            "open": True,
            "groups": [
                {
                    "code": "0101",
                    "name": "噪声",
                    "count": 2,
                    "items": [
                        {"code": "010101", "name": "夜间施工", "unit": "城市管理局", "limits": "办理 5 个工作日"},
                        {"code": "010102", "name": "社会生活噪声", "hint": "音响、广场舞"},
                    ],
                }
            ],
        }
    ],
}
