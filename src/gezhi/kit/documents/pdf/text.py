"""A Word document as typst: paragraphs with their fonts, sizes and lines, tables with merged cells, heads and feet."""

import io
from collections.abc import Iterator
from typing import Any

from gezhi.kit.documents.pdf.typesetting import family, number, start, words

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MM = 36_000.0  # of the measures that python-docx gives
ALIGN = {1: "center", 2: "right", 3: "left"}
BREAK = "pagebreak(weak: true)"
PAGE = {"PAGE": "context counter(page).display()", "NUMPAGES": "context counter(page).final().first()"}


class Frame:
    """A document with the chains of its styles, each looked up once."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.part = document.part  # where python-docx looks for what a paragraph refers to
        self.chains: dict[str | None, list[Any]] = {}

    def styles(self, one: Any) -> list[Any]:
        """The style of a paragraph and those that it is based on."""
        found = one._p.find(f"{W}pPr/{W}pStyle")
        key = found.get(f"{W}val") if found is not None else None
        if key not in self.chains:
            self.chains[key] = list(bases(one.style))
        return self.chains[key]


def source(data: bytes) -> str:
    """The whole document."""
    from docx import Document

    document = Frame(Document(io.BytesIO(data)))
    page = document.document.sections[0]
    margins = tuple(
        (one or 0) / MM for one in (page.top_margin, page.right_margin, page.bottom_margin, page.left_margin)
    )
    head, foot = (part(one, document) if not one.is_linked_to_previous else "" for one in (page.header, page.footer))
    body = "\n".join(f"#{one}" for one in paged(document.document.element.body, document))
    width, height = (page.page_width or 0) / MM, (page.page_height or 0) / MM
    return start(width, height, margins, head, foot) + body  # type: ignore[arg-type] # four numbers


def paged(body: Any, frame: Frame) -> Iterator[str]:
    """The blocks of the body with the page breaks that paragraphs ask for; inside of a table there is none."""
    for child in body.iterchildren():
        before, after = breaks(child) if child.tag == f"{W}p" else (False, False)
        if before:
            yield BREAK
        yield from block(child, frame)
        if after:
            yield BREAK


def breaks(paragraph_: Any) -> tuple[bool, bool]:
    """Whether a new page begins before a paragraph, and after it."""
    before = paragraph_.find(f"{W}pPr/{W}pageBreakBefore") is not None
    after = said = False
    for node in paragraph_.iter(f"{W}t", f"{W}br"):
        if node.tag == f"{W}t":
            said = said or bool(node.text)
        elif node.get(f"{W}type") == "page":
            before, after = before or not said, after or said
    return before, after


def part(one: Any, document: Frame) -> str:
    """A head or a foot."""
    return "{" + "; ".join(blocks(one._element, document)) + "}"


def blocks(root: Any, frame: Frame) -> Iterator[str]:
    """The paragraphs and tables of a cell or a head, in order."""
    for child in root.iterchildren():
        yield from block(child, frame)


def block(child: Any, frame: Frame) -> Iterator[str]:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    if child.tag == f"{W}p":
        yield paragraph(Paragraph(child, frame), frame)
    elif child.tag == f"{W}tbl":
        yield table(Table(child, frame), frame)
    elif child.tag == f"{W}sdt":
        for inner in child.iter(f"{W}sdtContent"):
            yield from blocks(inner, frame)


def paragraph(one: Any, frame: Frame) -> str:
    """A paragraph as a block: its runs, alignment, indent, line below, room around."""
    inner = "{" + "; ".join(runs(one, frame)) + "}"
    form = one.paragraph_format
    if form.first_line_indent and form.first_line_indent > 0:
        inner = "{" + f"h({number(form.first_line_indent / MM)}mm); {inner}" + "}"
    align = ALIGN.get(alignment(one, frame), "left")
    room = [f"{name}: {number(value.pt)}pt" for name, value in
            (("above", form.space_before), ("below", form.space_after)) if value is not None]  # fmt: skip
    if form.left_indent:
        inner = f"pad(left: {number(max(form.left_indent / MM, 0))}mm, {inner})"
    edge = line_below(one)
    if edge:
        room += [f"stroke: (bottom: {edge})", "inset: (bottom: 6pt)"]
    if form.keep_with_next:
        room.append("sticky: true")
    return f"block(width: 100%, {', '.join(room)}{', ' if room else ''}align({align}, {inner}))"


def line_below(one: Any) -> str:
    """The line under a paragraph, as a red head has it."""
    for bottom in one._p.iter(f"{W}bottom"):
        colour = bottom.get(f"{W}color") or "000000"
        width = float(bottom.get(f"{W}sz") or 4) / 8
        return f"{number(width)}pt + rgb({words('000000' if colour == 'auto' else colour)})"
    return ""


def alignment(one: Any, frame: Frame) -> Any:
    """How a paragraph or its style, or what that is based on, is aligned."""
    own = one.alignment
    if own is not None:
        return own
    told = (style.paragraph_format.alignment for style in frame.styles(one) if hasattr(style, "paragraph_format"))
    return next((one for one in told if one is not None), None)


def runs(one: Any, frame: Frame) -> Iterator[str]:
    """The runs of a paragraph; of fields only the numbers of pages."""
    yield '""'
    for child in one._p.iter(f"{W}r", f"{W}fldSimple"):
        if child.tag == f"{W}fldSimple":
            code = (child.get(f"{W}instr") or "").split()
            yield PAGE.get(code[0], '""') if code else '""'
        elif child.getparent().tag != f"{W}fldSimple":
            yield from run(child, one, frame)


def run(element: Any, owner: Any, frame: Frame) -> Iterator[str]:
    from docx.text.run import Run

    one = Run(element, owner)
    code = "".join(node.text or "" for node in element.iter(f"{W}instrText")).split()
    if code:
        yield PAGE.get(code[0], '""')
    shown = ""
    for piece in pieces(element):
        if piece == "\n":
            yield "linebreak()"
            continue
        shown = shown or look(one, frame.styles(owner))
        yield f"text({shown}{words(piece)})"


def pieces(element: Any) -> Iterator[str]:
    """The words of a run, its breaks apart."""
    for node in element.iterchildren():
        if node.tag == f"{W}t":
            for place, text in enumerate((node.text or "").split("\n")):
                if place:
                    yield "\n"
                if text:
                    yield text
        elif node.tag == f"{W}tab":
            yield "\t"
        elif node.tag in (f"{W}br", f"{W}cr") and node.get(f"{W}type") != "page":
            yield "\n"


def look(one: Any, styles: list[Any]) -> str:
    """Size, weight, colour and fonts of a run, its own or those of the styles that it stands in."""
    own = [one.style] if one._r.find(f"{W}rPr/{W}rStyle") is not None else []
    fonts = [one.font, *(style.font for style in (*own, *styles))]
    size = next((font.size.pt for font in fonts if font.size is not None), 10.5)
    told = [f"size: {number(size)}pt"]
    bold = bool(next((font.bold for font in fonts if font.bold is not None), False))
    if bold:
        told.append('weight: "bold"')
    if next((font.italic for font in fonts if font.italic is not None), False):
        told.append('style: "italic"')
    colour = next((str(font.color.rgb) for font in fonts if font.color is not None and font.color.rgb is not None), "")
    if colour:
        told.append(f"fill: rgb({words(colour)})")
    told.append(f"font: {family(*names(fonts), bold=bold)}")
    return ", ".join(told) + ", "


def bases(style: Any) -> Iterator[Any]:
    while style is not None:
        yield style
        style = style.base_style


def names(fonts: list[Any]) -> list[str | None]:
    """The Latin and the Chinese font that a run asks for."""
    latin = next((font.name for font in fonts if font.name), None)
    for font in fonts:
        found = font._element.find(f".//{W}rPr/{W}rFonts")
        eastern = found.get(f"{W}eastAsia") if found is not None else None
        if eastern:
            return [latin, str(eastern)]
    return [latin]


# ---- tables


def table(one: Any, document: Frame) -> str:
    """A table with its columns as wide as they were drawn, merged cells, and a head that is repeated."""
    grid = [float(column.get(f"{W}w") or 0) for column in one._tbl.tblGrid.iterchildren(f"{W}gridCol")]
    widths = widths_of(one, len(grid)) or grid
    whole = sum(widths) or 1.0
    columns = ", ".join(f"{number(width / whole)}fr" if width else "1fr" for width in widths)
    rows = [list(cells(row, document)) for row in one._tbl.iterchildren(f"{W}tr")]
    spans(rows)
    heads = sum(1 for row in one._tbl.iterchildren(f"{W}tr") if row.find(f"{W}trPr/{W}tblHeader") is not None)
    said, head = said_cells(rows[heads:]), said_cells(rows[:heads])
    first = f"table.header({head}), " if head else ""
    stroke = "" if bordered(one) else "stroke: none, "
    return f"block(above: 4pt, below: 8pt, table({stroke}columns: ({columns},), {first}{said}))"


def said_cells(rows: list[list[dict[str, Any]]]) -> str:
    """Cells as typst writes them, without those that belong to the one above."""
    return ", ".join(
        f"table.cell({cell['how']}{cell['body']})" for row in rows for cell in row if cell["how"] is not None
    )


def bordered(one: Any) -> bool:
    """Whether a table has lines: by its own mark or by its style."""
    own = one._tbl.tblPr.find(f"{W}tblBorders") if one._tbl.tblPr is not None else None
    if own is not None:
        return any((edge.get(f"{W}val") or "none") not in ("none", "nil") for edge in own)
    return bool(
        one.style is None
        or "grid" in (one.style.name or "").lower()
        or one.style.element.find(f".//{W}tblBorders") is not None
    )


def widths_of(one: Any, count: int) -> list[float]:
    """The widths of the first row that has a cell for each column."""
    for row in one._tbl.iterchildren(f"{W}tr"):
        made = [cell.find(f"{W}tcPr/{W}tcW") for cell in row.iterchildren(f"{W}tc")]
        if len(made) == count and all(width is not None and width.get(f"{W}type") == "dxa" for width in made):
            return [float(width.get(f"{W}w") or 0) for width in made]
    return []


def cells(row: Any, document: Frame) -> Iterator[dict[str, Any]]:
    """The cells of a row, with where each begins and how far it reaches."""
    at = 0
    for cell in row.iterchildren(f"{W}tc"):
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        wide = int(span.get(f"{W}val") or 1) if span is not None else 1
        goes_on = merge is not None and (merge.get(f"{W}val") or "continue") != "restart"
        body = "{" + "; ".join(blocks(cell, document)) + "}"
        yield {"at": at, "wide": wide, "high": 1, "goes_on": goes_on, "body": body, "how": ""}
        at += wide


def spans(rows: list[list[dict[str, Any]]]) -> None:
    """What goes on from the row above belongs to the cell that began it."""
    begun: dict[int, dict[str, Any]] = {}
    for row in rows:
        for cell in row:
            if cell["goes_on"] and cell["at"] in begun:
                begun[cell["at"]]["high"] += 1
                cell["how"] = None
            else:
                begun[cell["at"]] = cell
    for row in rows:
        for cell in row:
            if cell["how"] is not None:
                cell["how"] = f"colspan: {cell['wide']}, rowspan: {cell['high']}, "
