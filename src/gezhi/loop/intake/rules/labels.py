"""Labels before what people write (姓名：…, 电话：…) and names of columns, by the same table as imported sheets."""

import re
from functools import cache

from gezhi.loop.importing.columns import fields, guess
from gezhi.loop.rules.redact import SURNAMES

ALSO = {"内容": "text", "诉求": "text", "问题": "text", "反映": "text", "情况": "text", "姓名": "requester_name",
        "称呼": "requester_name", "电话": "phone", "时间": "occurred", "发生时间": "occurred", "事发时间": "occurred",
        "对象": "object", "发件人": "requester_name", "主题": "title", "标题": "title", "正文": "text"}  # fmt: skip
OURS = {"requester_name", "phone", "title", "text", "place", "area", "object", "matter", "kind", "urgency", "occurred",
        "number", "received_at"}  # fmt: skip
LABEL = re.compile(
    r"(?:【(?P<boxed>[^】\n]{2,8})】[:：]?"
    r"|(?:^|(?<=[\n。；;，,\t ]))[ \t]*(?P<plain>[一-鿿A-Za-z ]{2,12}?)[ \t]*[:：])[ \t]*"
)
PERSON = re.compile(r"[一-鿿·]{1,12}|[A-Za-z][A-Za-z .'-]{1,40}")  # a name ends where anything else begins
NUMBER = re.compile(r"[+\d][\d \-]{5,18}\d")
SPARSE = 2  # cells that a row of a table must have


@cache
def field_of(label: str) -> str:
    """The field that a label names; an empty text where it names none of those that a draft has.

    >>> field_of("联系电话"), field_of("诉求内容"), field_of("地址"), field_of("时间"), field_of("天气")
    ('phone', 'text', 'place', 'occurred', '')
    """
    label = label.strip()
    if label in ALSO:
        return ALSO[label]
    found = guess(label)
    if found is None or found.sure < 2 or found.field not in OURS:
        return ""
    return found.field


def label_at(line: str) -> str:
    """The field whose label begins a line.

    >>> label_at("姓名：王小明"), label_at("【地址】书院路"), label_at("他说：不修"), label_at("12:30 又停水")
    ('requester_name', 'place', '', '')
    """
    found = LABEL.match(line)
    return field_of(found["boxed"] or found["plain"]) if found else ""


def labelled(text: str) -> tuple[dict[str, str], str]:
    r"""What labels say, by field, and the text without the labelled parts that have a field of their own.

    >>> labelled("姓名：王小明 电话：13800000000\n地址：书院路45号\n内容：路灯不亮，请修。")[0]["place"]
    '书院路45号'
    >>> labelled("张女士，电话：13800000000，反映：小区停水。")[1]
    '张女士\n小区停水。'
    """
    marks = [(found, field_of(found["boxed"] or found["plain"])) for found in LABEL.finditer(text)]
    marks = [(found, name) for found, name in marks if name]
    said: dict[str, str] = {}
    rest = [text[: marks[0][0].start()] if marks else text]
    for at, (found, name) in enumerate(marks):
        end = marks[at + 1][0].start() if at + 1 < len(marks) else len(text)
        value, behind = _value(name, text[found.end() : end])
        if name == "text":
            rest.append(value)
        elif value and name not in said:
            said[name] = value
        if behind:
            rest.append(behind)
    body = "\n".join(part for one in rest if (part := one.strip(" \t\n,，;；")))
    return said, body


def _value(name: str, told: str) -> tuple[str, str]:
    """The value after a label, and what of the passage is no longer the value: a line, for short fields."""
    told = told.strip()
    if name == "text":
        return told, ""
    line, _, behind = told.partition("\n")
    shape = {"requester_name": PERSON, "phone": NUMBER}.get(name)
    found = shape.match(line) if shape is not None else None
    if found is not None:
        more = line[found.end() :].strip(" \t,，;；。")
        return found[0].strip(), "\n".join(part for part in (more, behind.strip()) if part)
    return line.strip(" \t,，;；。"), behind.strip()


def table_of(text: str) -> list[list[tuple[str, str]]] | None:
    """The rows of a text with tabs, each cell with its field; none where it is no table of requests."""
    rows = [line.split("\t") for line in text.split("\n") if line.strip()]
    wide = [row for row in rows if len(row) > 1]
    if not wide or len(wide) < len(rows) * 0.7:
        return None
    header = [field_of(cell.strip().strip("*")) for cell in rows[0]]
    if sum(bool(name) for name in header) >= SPARSE and {"text", "title"} & set(header):
        body = [row for row in rows[1:] if len([cell for cell in row if cell.strip()]) >= SPARSE]
        return [_named(header, row) for row in body] or None
    phones = sum(any(re.fullmatch(r"\D{0,6}1[3-9]\d{9}\D{0,6}", cell.strip()) for cell in row) for row in wide)
    if len(wide) > 1 and phones >= len(wide) * 0.5:
        return [[_shaped(cell.strip()) for cell in row if cell.strip()] for row in wide]
    return None


def _shaped(cell: str) -> tuple[str, str]:
    """A cell without a header, by its shape: two to four characters of a name, a number, else words."""
    if re.fullmatch(rf"[{SURNAMES}][一-鿿]{{1,3}}", cell):
        return "requester_name", cell
    return ("phone", cell) if NUMBER.fullmatch(cell) else ("", cell)


def _named(header: list[str], row: list[str]) -> list[tuple[str, str]]:
    """Cells with the field of their column; a field named twice keeps its first."""
    seen: set[str] = set()
    named = []
    for name, cell in zip(header, row, strict=False):
        known = name if name not in seen else ""
        seen.add(known)
        if cell.strip():
            named.append((known, cell.strip()))
    return named


assert OURS - {"occurred"} <= set(fields())  # the table of imports knows every field that labels lead to
