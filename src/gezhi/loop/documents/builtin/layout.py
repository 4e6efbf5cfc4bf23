"""How papers and sheets of the product look: a red head with the office's name, a title, bordered tables, page numbers.

After GB/T 9704 (party and government papers): A4, the margins of its type area, the head in red above a red line.
"""

import io
from collections.abc import Sequence
from typing import Any

RED = "C00000"
GREY = "F2F2F2"
FONTS = {"zh": ("Times New Roman", "仿宋"), "en": ("Times New Roman", "仿宋")}
HEADS = {"zh": ("Times New Roman", "方正小标宋简体"), "en": ("Times New Roman", "方正小标宋简体")}
WIDTH = 156  # millimetres between the margins


class Paper:
    """A Word document with the head of the office."""

    def __init__(self, title: str, side: str, *, secret: bool = False) -> None:
        from docx import Document
        from docx.shared import Mm, Pt

        self.made: Any = Document()
        self.side = side
        page = self.made.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
        style = self.made.styles["Normal"]
        style.font.size = Pt(12)
        fonts(style.font, style.element.get_or_add_rPr(), FONTS[side])
        core = self.made.core_properties
        core.author = core.comments = ""
        core.title = title.replace(" ", "") if side == "zh" else title
        if secret:
            self.line("{{ secret }}", align="left", bold=True)
        self.head(title)
        number_pages(page.footer.paragraphs[0])

    def head(self, title: str) -> None:
        """The office in red above a red line, then the title."""
        office = self.line("{{ office }}", size=26, colour=RED, align="center", fonts_of=HEADS[self.side])
        underline(office._p, RED)
        self.line(title, size=20, align="center", fonts_of=HEADS[self.side], space=14)

    def line(
        self, words: str, *, size: float = 12, bold: bool = False, align: str = "left", colour: str = "",
        fonts_of: tuple[str, str] | None = None, space: float = 0,
    ) -> Any:  # fmt: skip
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt, RGBColor

        paragraph = self.made.add_paragraph()
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(space or 4)
        run = paragraph.add_run(words)
        run.bold, run.font.size = bold, Pt(size)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)
        if fonts_of:
            fonts(run.font, run._r.get_or_add_rPr(), fonts_of)
        return paragraph

    def section(self, words: str) -> None:
        paragraph = self.line(words, size=14, space=8, fonts_of=("Arial", "黑体"))
        paragraph.paragraph_format.keep_with_next = True

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] = (), *, left: int = 1
    ) -> Any:
        """A bordered table, its head repeated on every page; what follows the first `left` columns is numbers."""
        from docx.shared import Mm, Pt

        table = self.made.add_table(0, len(head or rows[0]), style="Table Grid")
        for y, row in enumerate([*([head] if head else []), *rows]):
            cells = table.add_row().cells
            for x, said in enumerate(row):
                cells[x].text = said
                for run in cells[x].paragraphs[0].runs:
                    run.font.size = Pt(10.5)
                    run.bold = bool(head) and y == 0
                if head and (not y or x >= left):
                    cells[x].paragraphs[0].alignment = 2 if y else 1
                if widths:
                    cells[x].width = Mm(widths[x])
            if head and not y:
                repeat(table.rows[0]._tr)
        return table

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.made.save(out)
        return out.getvalue()


def fonts(font: Any, properties: Any, names: tuple[str, str]) -> None:
    """The font of Latin letters and that of Chinese characters."""
    from docx.oxml.ns import qn

    font.name = names[0]
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), names[1])


def underline(paragraph: Any, colour: str) -> None:
    """A line under a paragraph from margin to margin."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    border, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    paragraph.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def repeat(row: Any) -> None:
    """A row that stands at the top of the table on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(mark)


def number_pages(paragraph: Any) -> None:
    """The number of the page in the middle of the foot, between dashes."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = 1
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), " PAGE ")
    paragraph._p.append(field)
    paragraph.add_run(" —")


class Book:
    """A workbook whose sheets have a title, a head row and numbers that are numbers."""

    def __init__(self, side: str) -> None:
        from openpyxl import Workbook

        self.made: Any = Workbook()
        self.made.remove(self.made.active)
        self.side = side

    def sheet(self, name: str, title: str, note: str, widths: Sequence[float]) -> Any:
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter

        sheet = self.made.create_sheet(name)
        for place, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for row, (words, size) in enumerate(((title, 18), (note, 11)), start=1):
            sheet.append([words])
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(widths))
            cell = sheet.cell(row, 1)
            cell.font = Font(name="宋体", size=size, bold=row == 1, color=RED if row == 1 else None)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            sheet.row_dimensions[row].height = 34 if row == 1 else 22
        sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "landscape" if len(widths) > 7 else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "— &P —"
        return sheet

    def rows(self, sheet: Any, head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
        """A head row and the rows under it, with borders; one more table may follow."""
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        thin = Side(style="thin", color="808080")
        first = sheet.max_row + 1
        for y, row in enumerate([head, *rows]):
            sheet.append(list(row))
            for x, cell in enumerate(sheet[first + y]):
                cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
                cell.font = Font(name="宋体", size=11, bold=not y)
                cell.alignment = Alignment(
                    horizontal="center" if not y else "right" if x >= left else "left",
                    vertical="center",
                    wrap_text=True,
                )
                if not y:
                    cell.fill = PatternFill("solid", fgColor=GREY)
        if first == 3:
            sheet.freeze_panes = "A4"
            sheet.print_title_rows = "3:3"

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.made.save(out)
        return out.getvalue()


def looped(name: str, cells: Sequence[str], row: str = "r") -> list[str]:
    """A row that is repeated for each entry of a list.

    >>> looped("units", ["name", "n"])
    ['{% for r in units %}{{ r.name }}', '{{ r.n }}{% endfor %}']
    """
    made = [f"{{{{ {row}.{cell} }}}}" for cell in cells]
    made[0] = f"{{% for {row} in {name} %}}{made[0]}"
    made[-1] += "{% endfor %}"
    return made
