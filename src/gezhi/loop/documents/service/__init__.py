"""What others call: templates put, tried and chosen, documents of a case, reports of a period, letters of appraisal."""

from gezhi.loop.documents.service.exporting import make_appraisal, make_report
from gezhi.loop.documents.service.making import Made, make, try_on_case, try_on_period
from gezhi.loop.documents.service.reporting import MAKE, Report, may_report, report, rule
from gezhi.loop.documents.service.templates import (
    PUT,
    choose_template,
    known,
    put_template,
    template_of,
    used,
)

__all__ = [
    "MAKE",
    "PUT",
    "Made",
    "Report",
    "choose_template",
    "known",
    "make",
    "make_appraisal",
    "make_report",
    "may_report",
    "put_template",
    "report",
    "rule",
    "template_of",
    "try_on_case",
    "try_on_period",
    "used",
]
