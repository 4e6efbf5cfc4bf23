"""What others call: runs and their figures, what-if, deductions, exclusions, appeals."""

from gezhi.loop.scores.service.appealing import appeal, review, revise
from gezhi.loop.scores.service.excluding import ask_exclusion, decide_exclusion, undo_exclusion
from gezhi.loop.scores.service.exporting import deduction_rows, export_csv, export_rows, export_xlsx, readable
from gezhi.loop.scores.service.reading import RunView, cases_of, may_read, overview, view
from gezhi.loop.scores.service.running import (
    Wish,
    definition_for,
    discard_run,
    publish_run,
    recompute,
    rows_for,
    run_scores,
    what_if,
)
from gezhi.loop.scores.service.working import abandoned, ask_check, ask_revision, ask_run, stop, work

__all__ = [
    "RunView",
    "Wish",
    "abandoned",
    "appeal",
    "ask_check",
    "ask_exclusion",
    "ask_revision",
    "ask_run",
    "cases_of",
    "decide_exclusion",
    "deduction_rows",
    "definition_for",
    "discard_run",
    "export_csv",
    "export_rows",
    "export_xlsx",
    "may_read",
    "overview",
    "publish_run",
    "readable",
    "recompute",
    "review",
    "revise",
    "rows_for",
    "run_scores",
    "stop",
    "undo_exclusion",
    "view",
    "what_if",
    "work",
]
