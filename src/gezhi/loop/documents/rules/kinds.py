"""Kinds of document and what their templates may ask for: the list that the page shows and uploads are held to."""

from dataclasses import dataclass

from gezhi.loop.documents.rules.appraisal import APPRAISAL
from gezhi.loop.documents.rules.cases import ACT, CASE, INSTRUCTION, OFFICE, SECRET, STEPS
from gezhi.loop.documents.rules.figures import placeholders

CASE_KIND, PERIOD_KIND, RUN_KIND = "case", "period", "run"
FORMS = ("docx", "xlsx")
PERIOD = {
    "period.name": ("报告期", "Period"),
    "period.since": ("起（截止时点）", "From (cut-off)"),
    "period.until": ("止（截止时点）", "Until (cut-off)"),
    "period.before": ("上期", "The period before"),
    "period.last_year": ("去年同期", "Same period of last year"),
    "period.note": ("数据从何时起、哪些不可比", "Since when there are records, and what cannot be compared"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: of a case, of a period, or of a run of scores.

    `move` is the step that it puts on paper, "" where it needs none; `for_unit` says that it is sent to the unit in
    charge, so that it may hold no more than that unit may read.
    """

    code: str
    move: str
    known: dict[str, tuple[str, str]]
    about: str = CASE_KIND
    for_unit: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """The formats that are in force side by side; of a case one template holds, whatever its format."""
        return ("",) if self.about == CASE_KIND else FORMS


KINDS = {
    kind.code: kind
    for kind in (
        Kind("referral", "dispatch", {**OFFICE, **SECRET, **CASE, **ACT, **STEPS}, for_unit=True),
        Kind("supervision", "supervise", {**OFFICE, **SECRET, **CASE, **ACT, **STEPS}, for_unit=True),
        Kind("postponement", "postpone_ask", {**OFFICE, **SECRET, **CASE, **ACT, **STEPS}),
        Kind("instruction", "", {**OFFICE, **SECRET, **CASE, **INSTRUCTION, **STEPS}),
        *(
            Kind(code, "", {**OFFICE, **PERIOD, **placeholders()}, PERIOD_KIND)
            for code in ("daily", "weekly", "monthly")
        ),
        Kind("appraisal", "", {**OFFICE, **APPRAISAL}, RUN_KIND),
    )
}
