"""The letter of appraisal: the published run, then one row for each deduction."""

from gezhi.loop.documents.builtin.layout import WIDTH, Book, Paper, looped

TITLE = {"zh": "考 核 通 报", "en": "Letter of appraisal"}
ABOUT = {
    "zh": "（{{ run.name }}　{{ run.first }} 至 {{ run.last }}　{{ run.published }}发布）",
    "en": "{{ run.name }}, {{ run.first }} – {{ run.last }}, published {{ run.published }}",
}
TEXT = {
    "zh": "本期共有{{ run.cases }}件工单纳入考核，{{ run.units }}个单位有得分，扣分{{ run.deductions }}条，"
          "逐条列于附表。口径版本{{ run.version }}。",
    "en": "{{ run.cases }} cases counted, {{ run.units }} units have a score, {{ run.deductions }} deductions are "
          "listed below one by one. Version of the formulas: {{ run.version }}.",
}  # fmt: skip
UNITS = {
    "zh": ("单位", "分组", "得分", "满分", "扣分", "等次", "名次", "备注"),
    "en": ("Unit", "Group", "Score", "Full marks", "Deducted", "Class", "Place", "Note"),
}
UNIT = ("name", "group", "score", "full", "lost", "band", "rank", "note")
LOST = {"zh": ("单位", "指标", "工单编号", "扣分"), "en": ("Unit", "Indicator", "Case", "Points deducted")}
SHEETS = {"zh": ("得分", "扣分明细", "指标口径"), "en": ("Scores", "Deductions", "Indicators")}
HOW = {"zh": ("指标", "公式", "满分"), "en": ("Indicator", "Formula", "Full marks")}
DEFAULT = 8  # columns of indicators where it is not known how many there are


def columns_of(columns: int) -> list[str]:
    return [f"i{n}" for n in range(1, (columns or DEFAULT) + 1)]


def paper(side: str, columns: int) -> bytes:
    """The letter as a text."""
    made = Paper(TITLE[side], side)
    made.line(ABOUT[side], align="center")
    made.line(TEXT[side], space=8)
    names = SHEETS[side]
    made.section(names[0])
    made.table(UNITS[side], [looped("units", UNIT)], (40, 22, 16, 16, 16, 16, 12, 18), left=2)
    made.section(names[2])
    made.table(HOW[side], [looped("indicators", ("name", "formula", "full"))], (46, WIDTH - 66, 20), left=2)
    made.section(names[1])
    made.table(LOST[side], [looped("deductions", ("unit", "indicator", "case", "points"))], (44, 44, 44, 24), left=3)
    made.line("{{ made.by }}　{{ made.on }}", align="right", space=10)
    return made.saved()


def book(side: str, columns: int) -> bytes:
    """The letter as a workbook: scores, deductions, formulas."""
    made, names = Book(side), SHEETS[side]
    title, shown = f"{{{{ office }}}} {TITLE[side]}", columns_of(columns)
    sheet = made.sheet(names[0], title, ABOUT[side], (28, 14, 10, 10, 10, 12, 8, 16, *[14] * len(shown)))
    made.rows(
        sheet, [*UNITS[side], *(f"{{{{ heads.{one} }}}}" for one in shown)], [looped("units", (*UNIT, *shown))], left=2
    )
    sheet = made.sheet(names[1], f"{title} · {names[1]}", ABOUT[side], (28, 14, 26, 24, 14))
    head = (LOST[side][0], "代码" if side == "zh" else "Code", *LOST[side][1:])
    made.rows(sheet, head, [looped("deductions", ("unit", "code", "indicator", "case", "points"))], left=4)
    sheet = made.sheet(names[2], f"{title} · {names[2]}", ABOUT[side], (30, 60, 12))
    made.rows(sheet, HOW[side], [looped("indicators", ("name", "formula", "full"))], left=2)
    return made.saved()
