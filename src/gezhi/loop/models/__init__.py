"""Tables of the loop; rooms above reach them through the service, never from here."""

from gezhi.loop.models.case import Case, CaseClock, CaseText, Involvement, Serial, Step, StepText
from gezhi.loop.models.content import (
    CalendarDay,
    CatalogueItem,
    CatalogueVersion,
    CodeItem,
    FormQuestion,
    Limit,
    Matter,
    OfficeHours,
    Rung,
    StandardReply,
)
from gezhi.loop.models.files import Attachment
from gezhi.loop.models.importing import Batch, BatchReject, ImportMapping
from gezhi.loop.models.triage import Keyword, Suggested, TriageModel

__all__ = [
    "Attachment",
    "Batch",
    "BatchReject",
    "CalendarDay",
    "Case",
    "CaseClock",
    "CaseText",
    "CatalogueItem",
    "CatalogueVersion",
    "CodeItem",
    "FormQuestion",
    "ImportMapping",
    "Involvement",
    "Keyword",
    "Limit",
    "Matter",
    "OfficeHours",
    "Rung",
    "Serial",
    "StandardReply",
    "Step",
    "StepText",
    "Suggested",
    "TriageModel",
]
