"""Full contexts for the screens of documents."""

from typing import Any

from screen_samples_desk import at, field, option

VERSION: dict[str, Any] = {
    "version": 2, "name": "转办单（2026版）.docx", "by": "王敏", "at": at(3, 9, 15), "form": "docx",
                           "now": True}  # fmt: skip
LANGUAGES = [option("zh-hans", "中文", selected=True), option("en", "English")]
ROW = {"name": "城乡建设", "n": 1204, "share": "45.62%", "before": 1185, "change": "+1.6%", "last_year": "无可比",
       "year_change": "无可比"}  # fmt: skip
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
FIGURES = [
    {"name": "受理", "n": 1204, "behind": "", "compared": [1185, "+1.6%", "无可比", "无可比"]},
    {
        "name": "满意率（不含基本满意）",
        "n": "87.50%",
        "behind": "7 / 8",
        "compared": ["85.71%", "+1.79百分点", "无可比", "无可比"],
    },
]
DOCUMENT_SCREENS: dict[str, dict[str, Any]] = {
    "loop/documents.html": {
        "try_url": "#",
        "reports_url": "#",
        "errors": [{"name": "file-referral", "text": "模板中“¶2”处用了不认识的占位符。"}],
        "kinds": [
            {
                "code": "referral",
                "name": "转办单",
                "put_url": "#",
                "versions": [{**VERSION, "url": "#"},
                             {"version": 0, "name": "系统自带", "form": "docx", "now": False, "url": "#0"}],
                "names": [{"name": "case.number", "about": "工单编号"}],
            }
        ],
    },
    "loop/document_case.html": {
        "number": "LJ-20260302-0001",
        "crumbs": [{"label": "LJ-20260302-0001", "url": "#"}, {"label": "生成文书"}],
        "secret": True,
        "languages": LANGUAGES,
        "kinds": [
            {"name": "转办单", "url": "#", "version": 2, "used": ["case.number", "act.at"], "needs": ""},
            {"name": "督办通知", "url": "#2", "version": 0, "used": ["case.number"], "needs": "督办"},
        ],
    },
    "loop/document_try.html": {
        "name": "月报", "version": 2, "format": "docx", "errors": [], "back": "#", "choose_url": "#",
        "subject": "2026-03",
        "language": "zh-hans", "fields": [field("subject", "报告期（空为最近一期）", value="2026-03")],
        "made": {"format": "docx"}, "pages": [PIXEL],
        "said": [{"name": "received.n", "place": "table 1, row 2, cell 2: {{ received.n }}", "words": "1204"}],
    },
    "loop/report_choose.html": {
        "kinds": [{"code": "daily", "name": "日报", "url": "#", "period": "2026-11-20", "monthly": False},
                  {"code": "monthly", "name": "月报", "url": "#", "period": "2026-10", "monthly": True}],
        "cutoff": "17:00", "may_put": True, "templates_url": "#", "file_url": "#", "languages": LANGUAGES,
        "letters": [{"run": {"pk": 3, "set": "three_rates"}, "period": "#3",
                     "words": "2026-10-01 – 2026-10-31"}],
    },
    "loop/report_period.html": {
        "kind": "monthly", "title": "月报", "office": "临江市人民政府", "name": "2026-10",
        "monthly": True, "file_url": "#",
        "period": {"name": "2026-10", "since": "2026-09-30 17:00", "until": "2026-10-31 17:00",
                   "note": "此前无可比。"},
        "blocks": [{"name": "总体情况", "rows": FIGURES}], "shares": [{"name": "一级事项", "rows": [ROW]}],
        "top": [ROW],
        "rises": [], "unit_heads": ["受理", "办结", "在办"], "units": [{"name": "城管局", "cells": [33, 31, 6]}],
        "earlier": "#", "later": "", "back": "#", "languages": LANGUAGES,
    },
}  # fmt: skip
