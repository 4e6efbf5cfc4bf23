"""The period reports: every figure with both comparisons, what was received by what, the units, the matters."""

from gezhi.loop.documents.builtin.layout import WIDTH, Book, Paper, looped
from gezhi.loop.documents.rules.figures import (
    CALLS,
    CASES,
    FIGURES,
    IN_UNITS,
    OF_UNIT,
    RATES,
    RATES_OF_UNIT,
    SHARES,
    name_of,
)

TITLES = {
    "daily": ("政务热线工作日报", "Daily report"), "weekly": ("政务热线工作周报", "Weekly report"),
    "monthly": ("政务热线工作月报", "Monthly report"),
}  # fmt: skip
PARTS = ("n", "before", "change", "last_year", "year_change")
HEAD = {
    "zh": ("指标", "本期", "上期", "环比", "去年同期", "同比"),
    "en": ("Figure", "This period", "Before", "Change", "Last year", "Change"),
}
SHARE = {
    "zh": ("件数", "占比", "上期", "环比", "去年同期", "同比"),
    "en": ("Cases", "Share", "Before", "Change", "Last year", "Change"),
}
UNIT = {"zh": "单位", "en": "Unit"}
NAMES = {
    "zh": {"summary": "总体情况", "calls": "话务", "rates": "办理质量", "units": "各单位办理情况", "top": "高频事项",
           "rises": "上升最快的事项", "matter": "事项", "more": "比上期多"},
    "en": {"summary": "Summary", "calls": "Telephone", "rates": "Quality", "units": "Units", "top": "Most frequent",
           "rises": "Risen most", "matter": "Matter", "more": "More"},
}  # fmt: skip
PERIOD = {
    "zh": "（{{ period.name }}　统计时段 {{ period.since }} 至 {{ period.until }}）",
    "en": "{{ period.name }} ({{ period.since }} – {{ period.until }})",
}
ROW = ("name", "n", "share", "before", "change", "last_year", "year_change")


def said(one: tuple[str, str], side: str) -> str:
    return one[0] if side == "zh" else one[1]


def figure_rows(codes: list[str], side: str) -> list[list[str]]:
    """One line for each figure or rate: its name and its five numbers."""
    made = []
    for code in codes:
        parts = ("rate", *PARTS[1:]) if code in RATES else PARTS
        made.append([name_of(code, chinese=side == "zh"), *(f"{{{{ {code}.{part} }}}}" for part in parts)])
    return made


def blocks(side: str) -> list[tuple[str, list[list[str]]]]:
    """The figures by part of the report."""
    names = NAMES[side]
    of_calls = [rate for rate, one in RATES.items() if FIGURES[one.of] in CALLS]
    of_cases = [rate for rate in RATES if rate not in of_calls]
    return [
        (names["summary"], figure_rows([one.code for one in CASES], side)),
        (names["rates"], figure_rows(of_cases, side)),
        (names["calls"], figure_rows([*(one.code for one in CALLS), *of_calls], side)),
    ]


def share_head(name: str, side: str) -> list[str]:
    return [said(SHARES[name], side).capitalize(), *SHARE[side]]


def matter_head(name: str, side: str) -> list[str]:
    names = NAMES[side]
    return ["#", names["matter"], SHARE[side][0], SHARE[side][2], names["more"] if name == "rises" else SHARE[side][3]]


def matter_row(name: str) -> list[str]:
    return looped(name, ("no", "name", "n", "before", "more" if name == "rises" else "change"))


def unit_head(side: str, codes: tuple[str, ...]) -> list[str]:
    return [UNIT[side], *(name_of(code, chinese=side == "zh", short=True) for code in codes)]


def paper(kind: str, side: str) -> bytes:
    """The .docx of a report."""
    made, names = Paper(said(TITLES[kind], side), side), NAMES[side]
    made.line(PERIOD[side], align="center")
    made.line("{{ period.note }}", size=10.5, align="center")
    wide = (40, 21, 21, 27, 21, 26)
    for title, rows in blocks(side):
        made.section(title)
        made.table(HEAD[side], rows, wide)
    for name in SHARES:
        made.section(said(SHARES[name], side).capitalize())
        made.table(share_head(name, side), [looped(name, ROW)], (36, 20, 20, 20, 20, 20, 20))
    for name in ("top", "rises"):
        made.section(names[name])
        made.table(matter_head(name, side), [matter_row(name)], (12, 74, 22, 24, 24), left=2)
    made.section(names["units"])
    narrow = (WIDTH - 40) / len(IN_UNITS)
    made.table(unit_head(side, IN_UNITS), [looped("units", ("name", *IN_UNITS))], (40, *[narrow] * len(IN_UNITS)))
    made.line("{{ made.by }}　{{ made.on }}", align="right", space=10)
    return made.saved()


def book(kind: str, side: str) -> bytes:
    """The .xlsx of a report: summary, shares, units, matters."""
    made, names = Book(side), NAMES[side]
    title = f"{{{{ office }}}} {said(TITLES[kind], side)}"
    sheet = made.sheet(names["summary"], title, f"{PERIOD[side]} {{{{ period.note }}}}", (34, 14, 14, 14, 14, 14))
    for name, rows in blocks(side):
        made.rows(sheet, [name, *HEAD[side][1:]], rows)
    for name in SHARES:
        told = said(SHARES[name], side).capitalize()
        sheet = made.sheet(told, f"{title} · {told}", PERIOD[side], (30, 12, 12, 12, 12, 12, 12))
        made.rows(sheet, share_head(name, side), [looped(name, ROW)])
    for name in ("top", "rises"):
        sheet = made.sheet(names[name], f"{title} · {names[name]}", PERIOD[side], (8, 40, 12, 12, 12))
        made.rows(sheet, matter_head(name, side), [matter_row(name)], left=2)
    codes = (*OF_UNIT, *RATES_OF_UNIT)
    sheet = made.sheet(names["units"], f"{title} · {names['units']}", PERIOD[side], (28, *[12] * len(codes)))
    made.rows(sheet, unit_head(side, codes), [looped("units", ("name", *codes))])
    return made.saved()
