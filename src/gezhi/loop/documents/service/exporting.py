"""A report of a period as a file, in the ledger."""

from datetime import datetime

from gezhi.kernel.errors import Refused
from gezhi.loop.documents.service.appraising import newest, values_of_run
from gezhi.loop.documents.service.making import PDF, Made, filled
from gezhi.loop.documents.service.reporting import MAKE, Report, as_json, report, values_of_report
from gezhi.loop.documents.service.templates import in_force
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, verb

JSON = "json"
WANTED = ("docx", "xlsx", PDF, JSON)


@verb("report.make")
def make_report(kind: str, period: str, wanted: str, *, actor: Actor, now: datetime, language: str = "zh-hans") -> Made:
    """A report by the template in force of that format (a PDF is laid out from the .docx); in the ledger.

    Refuses report-format (422), and what `report` refuses.
    """
    if wanted not in WANTED:
        raise Refused("report-format", status=422, field="format", value=wanted[:20], formats=", ".join(WANTED))
    found = report(kind, period, actor=actor, now=now, language=language)
    made = _file(found, wanted, actor=actor, now=now, language=language)
    body = {"kind": kind, "period": found.name, "format": wanted, "version": made.version}
    record(MAKE, "report", f"{kind}:{found.name}", actor=actor, body=body)
    return made


def _file(found: Report, wanted: str, *, actor: Actor, now: datetime, language: str) -> Made:
    values = values_of_report(found, actor=actor, now=now, language=language)
    if wanted == JSON:
        return Made(as_json(values), JSON, found.name, found.kind, 0, ())
    template = in_force(found.kind, form="docx" if wanted == PDF else wanted, language=language)
    return filled(template, values, wanted, found.name, found.kind)


@verb("score.read")
def make_appraisal(
    period: str, wanted: str, *, actor: Actor, now: datetime, code: str = "", language: str = "zh-hans"
) -> Made:
    """The letter of a published run, as far as the actor reads its units; in the ledger.

    Refuses report-format (422), and what `newest` refuses.
    """
    if wanted not in WANTED:
        raise Refused("report-format", status=422, field="format", value=wanted[:20], formats=", ".join(WANTED))
    run = newest(period, code, actor)
    values = values_of_run(run, actor=actor, now=now, language=language)
    number = f"{run.first}-{run.last}"
    if wanted == JSON:
        made = Made(as_json(values), JSON, number, "appraisal", 0, ())
    else:
        form, columns = "docx" if wanted == PDF else wanted, len(values["indicators"])
        template = in_force("appraisal", form=form, language=language, columns=columns)
        made = filled(template, values, wanted, number, "appraisal")
    body = {"deductions": len(values["deductions"]), "format": wanted, "version": made.version}
    record("score.export", "score_run", run.pk, actor=actor, body=body)
    return made
