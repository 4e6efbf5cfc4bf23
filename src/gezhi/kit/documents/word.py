"""Templates of Word: finds the placeholders paragraph by paragraph, then fills them."""

import io
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit.documents.archive import parsed
from gezhi.kit.documents.language import END, FOR, LOOSE, Plain, Reader

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIELD = re.compile(rb"instrText|fldSimple")
FETCHES = re.compile(r"\b(DDE(AUTO)?|INCLUDE(TEXT|PICTURE)?|IMPORT|LINK|DATABASE)\b", re.IGNORECASE)


def read(data: bytes, reader: Reader) -> None:
    """Feed every paragraph of the body, headers and footers; look at the fields of notes and comments as well."""
    document = _opened(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("word/") and name.endswith(".xml") and FIELD.search(xml := archive.read(name)):
                _fields(name.rsplit("/", 1)[1], parsed(xml))
    for part, root in _parts(document):
        for place, paragraph in _paragraphs(part, root):
            reader.feed(_text(paragraph), place)
        reader.close()


def _fields(part: str, root: Any) -> None:
    """No field fetches something from elsewhere, and no value becomes part of a field's command."""
    said = [node.text or "" for node in root.iter(f"{W}instrText")]
    said += [node.get(f"{W}instr") or "" for node in root.iter(f"{W}fldSimple")]
    if LOOSE.search("".join(said)) or any(FETCHES.search(one) for one in [*said, "".join(said)]):
        raise Refused("document-unsafe", status=422, what=f"{part} {''.join(said)[:40]}".strip())


def fill(data: bytes, values: dict[str, Any]) -> bytes:
    """The document with the values in it; every value is text, never markup."""
    document = _opened(data)
    for _, root in _parts(document):
        for row in list(root.iter(f"{W}tr")):
            _loop_row(row)
    document.render(values, Plain(autoescape=True), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _opened(data: bytes) -> Any:
    from docxtpl import DocxTemplate  # late: it brings the reader of Word files, which few processes need

    document = DocxTemplate(io.BytesIO(data))
    document.render_init()
    return document


def _parts(document: Any) -> Iterator[tuple[str, Any]]:
    """The body, then each header and footer once."""
    yield "", document.docx.element.body
    seen: set[int] = set()
    for kind in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(kind):
            if id(part) not in seen:
                seen.add(id(part))
                yield kind.rsplit("/", 1)[1], part._element


def _paragraphs(part: str, root: Any) -> Iterator[tuple[str, Any]]:
    """Each paragraph with its place: number in the text, or table, row and cell, and its first words."""
    tables = {table: n for n, table in enumerate(root.iter(f"{W}tbl"), start=1)}
    number = 0
    for paragraph in root.iter(f"{W}p"):
        cell = next(paragraph.iterancestors(f"{W}tc"), None)
        if cell is None:
            number += 1
            place = f"¶{number}"
        else:
            row = next(cell.iterancestors(f"{W}tr"))
            table = next(row.iterancestors(f"{W}tbl"))
            y = list(table.iter(f"{W}tr")).index(row) + 1
            x = list(row.iter(f"{W}tc")).index(cell) + 1
            where = {"table": tables[table], "row": y, "cell": x}
            place = gettext("table %(table)s, row %(row)s, cell %(cell)s") % where
        words = _text(paragraph).strip()
        yield f"{part} {place}: {words[:40]}".strip(), paragraph


def _text(paragraph: Any) -> str:
    """The words of a paragraph, those of a text box inside it left to their own paragraph."""
    own = (node for node in paragraph.iter(f"{W}t") if next(node.iterancestors(f"{W}p")) is paragraph)
    return "".join(node.text or "" for node in own)


def _loop_row(row: Any) -> None:
    """A row with {% for … %} in one cell and {% endfor %} in another is repeated: the marks get rows of their own."""
    starts = [(p, m) for p in row.iter(f"{W}p") if (m := FOR.search(_text(p))) and not END.search(_text(p))]
    ends = [(p, m) for p in row.iter(f"{W}p") if (m := END.search(_text(p))) and not FOR.search(_text(p))]
    if not starts or not ends:
        return
    for paragraph, match in (starts[0], ends[-1]):
        _say(paragraph, _text(paragraph).replace(match[0], ""))
    head, tail = deepcopy(row), deepcopy(row)
    for mark, words in ((head, f"{{%tr for {starts[0][1][1]} in {starts[0][1][2]} %}}"), (tail, "{%tr endfor %}")):
        first, *others = list(mark.iter(f"{W}p"))
        for other in others:
            _say(other, "")
        _say(first, words)
    row.addprevious(head)
    row.addnext(tail)


def _say(paragraph: Any, words: str) -> None:
    """Put words into the first run of a paragraph and empty the others; one is added where there is none."""
    nodes = list(paragraph.iter(f"{W}t"))
    if not nodes and words:
        run = paragraph.makeelement(f"{W}r")
        nodes = [run.makeelement(f"{W}t")]
        run.append(nodes[0])
        paragraph.append(run)
    for n, node in enumerate(nodes):
        node.text = words if n == 0 else ""
        node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
