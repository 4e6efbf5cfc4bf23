"""The reference pages under docs/reference, made from the product itself: `python -m gezhi.web.reference`."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from gezhi.kit.config import Config
from gezhi.kit.messages.catalogues import CHINESE, ENGLISH, entries

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the product itself; do not edit. -->\n"


def cell(text: object) -> str:
    r"""A text as a cell of a table.

    >>> cell("a|b")
    'a\\|b'
    """
    return re.sub(r"\s+", " ", str(text)).replace("|", "\\|").strip()


def page(title: str, about: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """One page with one table."""
    names = list(head)
    lines = [f"# {title}", MADE, about, "", f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def both(context: str) -> list[tuple[str, str, str]]:
    """Code, English and Chinese of every text in a context."""
    chinese, english = entries(CHINESE), entries(ENGLISH)
    codes = sorted(msgid for kind, msgid in english if kind == context)
    return [(code, english[context, code].msgstr, chinese[context, code].msgstr) for code in codes]


def refusals() -> str:
    about = "Every way in which Gezhi says no. The code is stable; the sentence may be improved. 代码不变，句子可改进。"
    rows = [(f"`{code}`", english, chinese) for code, english, chinese in both("refusal")]
    return page("Refusals 拒绝", about, ("code", "English", "中文"), rows)


def findings() -> str:
    about = "What `gezhi check` may find, and how to mend it. `gezhi check` 可能报告的问题和处理办法。"
    mends = {code: (english, chinese) for code, english, chinese in both("mend")}
    rows = [
        (f"`{code}`", f"{english} {mends[code][0]}", f"{chinese}{mends[code][1]}")
        for code, english, chinese in both("finding")
    ]
    return page("Findings of the check 检查结果", about, ("code", "English", "中文"), rows)


def setting_rows() -> Iterable[tuple[str, str, str]]:
    for item in fields(Config):
        value = item.default
        shown = ", ".join(value) if isinstance(value, tuple) else str(value)
        yield f"`GEZHI_{item.name.upper()}`", f"`{shown}`" if shown else "", item.metadata["about"]


def settings_page() -> str:
    about = (
        "A variable of the environment wins over `config.toml` in the data folder, where the same setting is written "
        "in small letters without `GEZHI_`."
    )
    return page("Settings 设置", about, ("setting", "default", "what it is"), setting_rows())


def commands() -> str:
    from gezhi.web.running.commands import parser  # late: commands may be read without the rest

    rows = [(f"`{line}`", about) for line, about in command_lines(parser())]
    return page("Commands 命令", "Each tells its arguments with `--help`.", ("command", "what it does"), rows)


def command_lines(parser: Any) -> Iterable[tuple[str, str]]:
    """Command line and help of every parser that runs something."""
    below = [action for action in parser._actions if hasattr(action, "choices") and isinstance(action.choices, dict)]
    if not below:
        yield parser.prog, parser.description or ""
    for action in below:
        for child in action.choices.values():
            yield from command_lines(child)


def import_all_verbs() -> None:
    """Import every file that defines a verb, since a verb is known once its file is read."""
    root = Path(__file__).parents[1]
    for file in sorted(root.rglob("*.py")):
        if "\n@verb(" in file.read_text(encoding="utf-8"):
            name = ".".join((root.name, *file.relative_to(root).with_suffix("").parts))
            import_module(name.removesuffix(".__init__"))


def permissions() -> str:
    from gezhi.trust.service import VERBS

    import_all_verbs()

    for room in settings.ROOMS:
        optional(f"gezhi.{room}.service", "")
    about = "A rule grants one of these for a subtree of units, a branch of matters and a branch of areas."
    return page("Permissions 权限", about, ("verb",), [(f"`{verb}`",) for verb in sorted(VERBS)])


def optional(module: str, name: str) -> Any:
    """A thing in a module that a room may or may not have."""
    return getattr(import_module(module), name, None) if find_spec(module) is not None else None


def events() -> str:
    rows = []
    for room in settings.ROOMS:
        topics = optional(f"gezhi.{room}.events", "TOPICS") or {}
        rows += [(f"`{topic}`", room, about) for topic, about in sorted(topics.items())]
    about = "Delivered at least once, in order per subject; payloads hold ids and codes only."
    return page("Events 事件", about, ("topic", "room", "what happened"), rows)


def api() -> str:
    from gezhi.web.api import api as assembled

    rows = []
    for path, methods in assembled.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            rows.append((f"`{method.upper()} {path}`", operation.get("summary", ""), operation.get("description", "")))
    about = "The full description with every field is at `/api/v1/docs` of a running installation."
    return page("API 接口", about, ("path", "what it does", "notes"), sorted(rows))


WORDS = ("state", "move", "kind", "urgency", "outcome", "solved", "satisfaction", "dimension", "stage", "limit_unit",
         "ruling", "reached", "confidentiality", "purpose", "unit_kind")  # fmt: skip


def words() -> str:
    about = "What the codes of the API and the ledger are called on screen. 接口和账本里的代码，页面上怎么叫。"
    rows = [(kind, f"`{code}`", english, chinese) for kind in WORDS for code, english, chinese in both(kind)]
    return page("Words 用语", about, ("list", "code", "English", "中文"), rows)


def workflow() -> str:
    chinese, english = entries(CHINESE), entries(ENGLISH)

    def say(context: str, code: str) -> str:
        return f"{chinese[context, code].msgstr} {english[context, code].msgstr}"

    return str(optional("gezhi.loop.rules.drawing", "page")(say))


def documents() -> str:
    kinds = optional("gezhi.loop.documents.rules", "KINDS") or {}
    table: dict[tuple[str, str, str], list[str]] = {}
    for code, kind in kinds.items():
        for name, (chinese, english) in kind.known.items():
            table.setdefault((name, chinese, english), []).append(code)
    rows = [(f"`{name}`", zh, en, " ".join(codes)) for (name, zh, en), codes in table.items()]
    about = (
        "What a template of a document may ask for. `steps[].at` is used in a row that begins with "
        "`{% for step in steps %}` and ends with `{% endfor %}`, as `{{ step.at }}`; `{{ loop.index }}` counts them. "
        "文书模板可用的占位符；列表的占位符写在以 `{% for step in steps %}` 开头、以 `{% endfor %}` 结尾的表格行里。"
    )
    head = ("placeholder", "中文", "English", "in 用于")
    return page("Placeholders of documents 文书占位符", about, head, rows)


PAGES: dict[str, Callable[[], str]] = {
    "refusals": refusals,
    "findings": findings,
    "settings": settings_page,
    "commands": commands,
    "permissions": permissions,
    "events": events,
    "api": api,
    "words": words,
    "workflow": workflow,
    "documents": documents,
}


def main() -> None:
    """Write all pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / f"{name}.md").write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
