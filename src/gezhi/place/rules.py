"""The tree of areas worked out from rows: parents found, levels and paths set, what does not fit named."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CODE = re.compile(r"[A-Za-z0-9_]{1,20}")
TOP, BOTTOM = 1, 5  # province … village or community


@dataclass(frozen=True, slots=True)
class Place:
    """One area with its path."""

    code: str
    parent: str
    path: str
    name_zh: str
    name_en: str
    level: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that does not fit: code, missing name, unknown or circular parent, repeated code, level."""

    row: int
    what: str
    code: str


def plan(rows: Iterable[Mapping[str, str]], known: Mapping[str, tuple[str, int]]) -> tuple[list[Place], list[Fault]]:
    """Areas in an order in which every parent comes first, and the rows that cannot be placed.

    `rows` have code, parent, name_zh, name_en, level (empty: one below the parent); `known` gives path and level of
    the areas already there. Rows count from 1.

    >>> rows = [{"code": "1101", "parent": "11", "name_zh": "市辖区"}, {"code": "11", "name_zh": "北京"}]
    >>> found, faults = plan(rows, {})
    >>> [(p.code, p.path, p.level) for p in found], faults
    ([('11', '11', 1), ('1101', '11.1101', 2)], [])
    >>> plan([{"code": "2", "parent": "9", "name_zh": "x"}, {"code": "3"}], {})[1]
    [Fault(row=2, what='name', code='3'), Fault(row=1, what='parent', code='2')]
    """
    waiting: dict[str, tuple[int, Mapping[str, str]]] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        code = (row.get("code") or "").strip()
        what = _fault(code, row, waiting)
        if what:
            faults.append(Fault(number, what, code))
        else:
            waiting[code] = (number, row)
    placed: dict[str, Place] = {}
    for code in waiting:
        _place(code, waiting, known, placed, faults)
    return list(placed.values()), faults


def _fault(code: str, row: Mapping[str, str], seen: Mapping[str, object]) -> str:
    if not CODE.fullmatch(code):
        return "code"
    if code in seen:
        return "repeated"
    if not (row.get("name_zh") or "").strip():
        return "name"
    level = (row.get("level") or "").strip()
    return "level" if level and level not in {str(number) for number in range(TOP, BOTTOM + 1)} else ""


def _place(
    code: str,
    waiting: Mapping[str, tuple[int, Mapping[str, str]]],
    known: Mapping[str, tuple[str, int]],
    placed: dict[str, Place],
    faults: list[Fault],
) -> None:
    """Place one row after its parents, from the top down, without recursion."""
    line: list[str] = []
    while code and code not in placed and code in waiting and code not in line:
        line.append(code)
        code = (waiting[code][1].get("parent") or "").strip()
    circular = code in line
    for code in reversed(line):
        number, row = waiting[code]
        parent = (row.get("parent") or "").strip()
        above = (placed[parent].path, placed[parent].level) if parent in placed else known.get(parent)
        level = int(row.get("level") or 0) or (above[1] + 1 if above else TOP)
        if circular or (parent and above is None) or level > BOTTOM or (above and level <= above[1]):
            if not any(fault.row == number for fault in faults):
                faults.append(Fault(number, "level" if above and not circular else "parent", code))
            continue
        path = f"{above[0]}.{code}" if above else code
        name_zh, name_en = (row.get("name_zh") or "").strip(), (row.get("name_en") or "").strip()
        placed[code] = Place(code, parent, path, name_zh, name_en, level)
