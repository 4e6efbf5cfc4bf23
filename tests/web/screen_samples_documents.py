"""Full contexts for the screens of documents."""

from typing import Any

from screen_samples_desk import at

VERSION: dict[str, Any] = {"version": 2, "name": "转办单（2026版）.docx", "by": "王敏", "at": at(3, 9, 15), "now": True}
DOCUMENT_SCREENS: dict[str, dict[str, Any]] = {
    "loop/documents.html": {
        "try_url": "#",
        "errors": [{"name": "file-referral", "text": "模板中“¶2”处用了不认识的占位符。"}],
        "kinds": [
            {
                "code": "referral",
                "name": "转办单",
                "put_url": "#",
                "versions": [{**VERSION, "url": "#"}, {"version": 0, "name": "系统自带", "now": False, "url": "#0"}],
                "names": [{"name": "case.number", "about": "工单编号"}],
            }
        ],
    },
    "loop/document_case.html": {
        "number": "LJ-20260302-0001",
        "back": "#",
        "secret": True,
        "kinds": [
            {"name": "转办单", "url": "#", "version": 2, "used": ["case.number", "act.at"], "needs": ""},
            {"name": "督办通知", "url": "#2", "version": 0, "used": ["case.number"], "needs": "督办"},
        ],
    },
}
