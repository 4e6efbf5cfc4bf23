"""Templates that come with the product, built by code when one is wanted, so that no binary file is kept.

They are filled like an office's own, and can be taken down, changed in an office program and brought back as version 1.
"""

from functools import cache

from gezhi.loop.documents.builtin import appraisal, cases, reports
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.documents.rules.kinds import CASE_KIND, PERIOD_KIND


@cache
def built_in(kind: str, form: str = "docx", language: str = "zh-hans", columns: int = 0) -> bytes:
    """The template of a kind; `columns` is for how many indicators a letter of appraisal has room."""
    side = "zh" if language.startswith("zh") else "en"
    about = KINDS[kind].about
    if about == CASE_KIND:
        return cases.paper(kind, side)
    if about == PERIOD_KIND:
        return reports.paper(kind, side) if form == "docx" else reports.book(kind, side)
    return appraisal.paper(side, columns) if form == "docx" else appraisal.book(side, columns)
