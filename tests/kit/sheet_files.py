"""Builds the files that the tests of the spreadsheet reader open."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
MESSAGES = REPOSITORY.parent / "shared" / "data" / "citizen_messages"

at = datetime.fromisoformat

HEADER = ["工单编号", "来电时间", "诉求内容", "承办单位"]
BODY: list[list[Any]] = [
    ["A1", at("2026-01-01 09:12:44"), "路灯不亮", "城管局"],
    ["A2", at("2026-01-03 07:05:00"), "井盖松动，\n夜里很响", "市政所"],
]


def known(name: str) -> bool:
    return name in {*HEADER, "处置/时间", "处置/单位", "留言编号", "内容", "number", "text"}


def xlsx(*sheets: Sequence[Sequence[Any]], merges: Sequence[str] = (), names: Sequence[str] = ()) -> io.BytesIO:
    book = Workbook()
    book.remove(book.active)
    for index, rows in enumerate(sheets):
        sheet = book.create_sheet(names[index] if names else f"表{index + 1}")
        for row in rows:
            sheet.append(list(row))
        if index == 0:
            for merge in merges:
                sheet.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def repacked(file: io.BytesIO, **parts: bytes | None) -> io.BytesIO:
    """The same archive with parts (dots written as __, slashes as ___) replaced, or dropped where None."""
    given = {name.replace("___", "/").replace("__", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = given.pop(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, added in given.items():
            if added is not None:
                new.writestr(name, added)
    out.seek(0)
    return out


def text(value: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(value.encode(encoding))
