"""Units and users from the spreadsheets that offices have: tried first, rejected row by row with the reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import read_tables
from gezhi.trust.rules import Actor
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, unchanged, verb
from gezhi.trust.service.roles import grant_post
from gezhi.trust.service.units import KINDS, create_unit, rename_unit
from gezhi.trust.service.users import change_user, create_user, normal_username
from gezhi.trust.store import people as store

File = Path | str | IO[bytes]
COLUMNS = {
    "code": ("code", "unit code", "编码", "单位编码", "机构编码", "代码", "单位代码"),
    "name_zh": ("name_zh", "name", "unit name", "名称", "单位名称", "机构名称", "单位"),
    "name_en": ("name_en", "english name", "英文名", "英文名称"),
    "parent": ("parent", "parent unit", "上级", "上级单位", "上级编码", "上级单位编码", "上级机构"),
    "kind": ("kind", "type", "类型", "单位类型", "类别"),
}
USER_COLUMNS = {
    "username": ("username", "user", "login", "account", "用户名", "账号", "帐号", "登录名"),
    "display_name": ("display_name", "display name", "name", "姓名", "名字", "人员姓名"),
    "unit": ("unit", "unit code", "department", "单位", "部门", "所属单位", "单位编码", "单位名称"),
    "role": ("role", "roles", "post", "posts", "角色", "岗位", "职责"),
    "scope": ("scope", "post unit", "范围", "岗位单位", "管辖单位"),
    "matter": ("matter", "事项", "事项范围"),
    "area": ("area", "区域", "区域范围"),
}
POST_SHEET = ("username", "role", "unit", "matter", "area")  # columns of the sheet of posts that wait
KIND_WORDS = {
    "市": "city", "区": "district", "县": "district", "区县": "district", "局": "bureau", "委办局": "bureau",
    "部门": "bureau", "街道": "street", "乡镇": "street", "镇": "street", "乡": "street", "社区": "community",
    "村": "community", "中心": "centre", "企业": "company", "其他": "other",
}  # fmt: skip


@dataclass(slots=True)
class Report:
    """What an import did, or on a dry run would do; rejected rows as (row number, refusal).

    `waiting` are posts in the columns of POST_SHEET that the importer may not give: the security administrator does.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    posts: int = 0
    rejected: list[tuple[int, Refused]] = field(default_factory=list)
    waiting: list[tuple[str, ...]] = field(default_factory=list)


Row = tuple[int, dict[str, str]]


def rows_of(file: File, columns: dict[str, tuple[str, ...]]) -> Iterator[Row]:
    """Rows of the first sheet that has known columns, as (row number, texts by column)."""
    words = {word: column for column, known in columns.items() for word in known}
    for sheet in read_tables(file, known=lambda text: text.strip().lower() in words):
        places = {
            words[name.strip().lower()]: at for at, name in enumerate(sheet.header) if name.strip().lower() in words
        }
        first = next(iter(columns))
        if first not in places and "name_zh" not in places:
            continue
        for row in sheet.rows:
            texts = {column: _text(row.cells[at]) for column, at in places.items()}
            if any(texts.values()):
                yield row.number, texts
        return
    raise Refused("columns-unknown", status=422, known=", ".join(known[-1] for known in columns.values()))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def import_units(file: File, *, dry_run: bool = False, actor: Actor, now: datetime) -> Report:
    """Add units, rename those whose code is known; parents may stand after their children."""
    rows = list(rows_of(file, COLUMNS))
    return _run(lambda report: _units(rows, report, actor=actor, now=now), dry_run=dry_run)


def import_users(file: File, *, dry_run: bool = False, actor: Actor, now: datetime) -> Report:
    """Add users, change those whose name is known, give posts where the file names roles.

    Who may not give posts imports the people alone; the posts are in the report, as rows for `import_posts`.
    """
    rows = list(rows_of(file, USER_COLUMNS))
    return _run(lambda report: _users(rows, report, actor=actor, now=now), dry_run=dry_run)


def import_posts(file: File, *, dry_run: bool = False, actor: Actor, now: datetime) -> Report:
    """Give posts to people who are there; of a sheet of users only the user names and posts are looked at."""
    rows = list(rows_of(file, USER_COLUMNS))
    return _run(lambda report: _posts(rows, report, actor=actor, now=now), dry_run=dry_run)


def _run(work: Callable[[Report], None], *, dry_run: bool) -> Report:
    report = Report()
    with transaction.atomic():
        work(report)
        transaction.set_rollback(dry_run)
    report.rejected.sort(key=lambda pair: pair[0])
    return report


def _try(report: Report, number: int, work: Callable[[], None]) -> None:
    """One row, undone by itself when it is refused."""
    try:
        with transaction.atomic():
            work()
    except Refused as refused:
        report.rejected.append((number, refused))


@verb("unit.import")
def _units(rows: list[Row], report: Report, *, actor: Actor, now: datetime) -> None:
    require(actor, "unit.edit")
    report.read = len(rows)
    codes = {unit.code: unit.code for unit in store.units()} | {unit.name_zh: unit.code for unit in store.units()}
    waiting = rows
    while waiting:
        later = []
        for number, row in waiting:
            parent = row.get("parent", "")
            if (
                parent
                and parent not in codes
                and any(_names(other, parent) for _, other in waiting if other is not row)
            ):
                later.append((number, row))
                continue
            _try(report, number, partial(_one_unit, row, codes, report, actor=actor, now=now))
        if len(later) == len(waiting):
            report.rejected += [(number, Refused("unit-parent", parent=row["parent"])) for number, row in later]
            break
        waiting = later
    _summary("unit.import", report, actor)


def _names(row: dict[str, str], text: str) -> bool:
    return text in {row.get("code"), row.get("name_zh")}


def _one_unit(row: dict[str, str], codes: dict[str, str], report: Report, *, actor: Actor, now: datetime) -> None:
    name, english, parent = row.get("name_zh", ""), row.get("name_en", ""), row.get("parent", "")
    code = row.get("code", "") or codes.get(name, "")
    known = store.unit(code=code) if code else None
    if known is not None:
        if (known.name_zh, known.name_en) == (name or known.name_zh, english or known.name_en):
            report.same += 1
        else:
            rename_unit(code, name or known.name_zh, english or known.name_en, actor=actor, now=now)
            report.changed += 1
        return
    if parent and parent not in codes:
        raise Refused("unit-parent", status=422, parent=parent)
    root = store.root()
    above = codes[parent] if parent else (root.code if root else "")
    kind = KIND_WORDS.get(row.get("kind", ""), row.get("kind", "") or "bureau")
    made = create_unit(
        code or _fresh_code(codes),
        name,
        name_en=english,
        parent=above,
        kind=kind if kind in KINDS else "other",
        actor=actor,
        now=now,
    )
    codes[made.code] = codes[made.name_zh] = made.code
    report.created += 1


def _fresh_code(codes: dict[str, str]) -> str:
    number = len(codes) + 1
    while f"u{number}" in codes:
        number += 1
    return f"u{number}"


@dataclass(frozen=True, slots=True)
class Names:
    """Codes of units and roles by what sheets call them."""

    units: dict[str, str]
    roles: dict[str, str]

    def unit(self, text: str) -> str:
        return _known(self.units, text, "unit-unknown", "unit")

    def wanted(self, row: dict[str, str]) -> tuple[list[str], str]:
        """The roles that a row names, and the unit over which."""
        roles = [
            _known(self.roles, word.strip().lower(), "role-unknown", "role") for word in _split(row.get("role", ""))
        ]
        scope = self.unit(row.get("scope", "") or row.get("unit", ""))
        if roles and not scope:
            raise Refused("unit-unknown", status=422, unit="")
        return roles, scope


def _names_now() -> Names:
    units = {unit.name_zh: unit.code for unit in store.units(active_only=True)}
    units |= {unit.code: unit.code for unit in store.units(active_only=True)}
    roles = {word: role.code for role in store.roles() for word in (role.name_zh, role.name_en.lower(), role.code)}
    return Names(units, roles)


@verb("user.import")
def _users(rows: list[Row], report: Report, *, actor: Actor, now: datetime) -> None:
    require(actor, "user.edit")
    report.read = len(rows)
    names = _names_now()
    for number, row in rows:
        _try(report, number, partial(_one_user, row, names, report, actor=actor, now=now))
    _summary("user.import", report, actor)


def _one_user(row: dict[str, str], names: Names, report: Report, *, actor: Actor, now: datetime) -> None:
    username, name = normal_username(row.get("username", "")), row.get("display_name", "")
    unit = names.unit(row.get("unit", ""))
    roles, scope = names.wanted(row)
    user = store.user(username=username)
    outcome = "same"
    if user is None:
        create_user(username, name, unit=unit, actor=actor, now=now)
        outcome = "created"
    elif name not in {"", user.display_name} or (unit and store.unit(code=unit) != user.unit):
        change_user(username, display_name=name or None, unit=unit or None, actor=actor, now=now)
        outcome = "changed"
    given, waiting = 0, []
    if actor.grants_for("role.edit"):
        given = _give(username, roles, scope, row, actor=actor, now=now)
    else:
        waiting = _proposed(username, roles, scope, row, now=now)
    setattr(report, outcome, getattr(report, outcome) + 1)
    report.posts += given
    report.waiting += waiting


def _give(username: str, roles: list[str], scope: str, row: dict[str, str], *, actor: Actor, now: datetime) -> int:
    """Give these posts; how many were not held before."""
    user = store.user(username=username)
    held = {holding.pk for holding in store.holdings_of(user.pk, now)} if user is not None else set()
    limits = {"matter": row.get("matter", ""), "area_path": row.get("area", "")}
    holdings = [grant_post(username, role, scope, **limits, actor=actor, now=now) for role in roles]
    return sum(holding.pk not in held for holding in holdings)


def _proposed(
    username: str, roles: list[str], scope: str, row: dict[str, str], *, now: datetime
) -> list[tuple[str, ...]]:
    """Rows of POST_SHEET for the posts that the person does not hold yet."""
    user = store.user(username=username)
    posts = [holding.post for holding in store.holdings_of(user.pk, now)] if user is not None else []
    held = {(post.role_id, post.unit.code, post.matter, post.area_path) for post in posts}
    matter, area = row.get("matter", ""), row.get("area", "")
    return [(username, role, scope, matter, area) for role in roles if (role, scope, matter, area) not in held]


@verb("post.import")
def _posts(rows: list[Row], report: Report, *, actor: Actor, now: datetime) -> None:
    require(actor, "role.edit")
    report.read = len(rows)
    names = _names_now()
    for number, row in rows:
        _try(report, number, partial(_one_posting, row, names, report, actor=actor, now=now))
    _summary("post.import", report, actor)


def _one_posting(row: dict[str, str], names: Names, report: Report, *, actor: Actor, now: datetime) -> None:
    roles, scope = names.wanted(row)
    username = normal_username(row.get("username", ""))
    if store.user(username=username) is None:
        raise Refused("user-unknown", status=404, user=username)
    if not roles:
        raise Refused("role-unknown", status=422, role="")
    given = _give(username, roles, scope, row, actor=actor, now=now)
    report.posts += given
    report.same += not given


def _split(text: str) -> list[str]:
    for mark in "，、;；/|":
        text = text.replace(mark, ",")
    return [part for part in text.split(",") if part.strip()]


def _known(names: dict[str, str], text: str, code: str, fact: str) -> str:
    if not text:
        return ""
    if text not in names:
        raise Refused(code, status=422, **{fact: text})
    return names[text]


def _summary(act: str, report: Report, actor: Actor) -> None:
    if not report.created and not report.changed and not report.posts:
        unchanged()
        return
    body = {"created": report.created, "changed": report.changed, "posts": report.posts}
    record(act, "import", act, actor=actor, body={**body, "rejected": len(report.rejected)})
