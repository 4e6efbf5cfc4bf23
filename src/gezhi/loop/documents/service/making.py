"""Documents made of a template: of a case, of a period to try a version before it holds; as file or as PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit.documents import check, fill
from gezhi.kit.documents.pdf import to_pdf
from gezhi.loop.documents.rules.kinds import CASE_KIND, RUN_KIND
from gezhi.loop.documents.service.appraising import newest, values_of_run
from gezhi.loop.documents.service.reporting import report, values_of_report
from gezhi.loop.documents.service.templates import PUT, Template, in_force, kind_of, known, of_version
from gezhi.loop.documents.service.values import values_of
from gezhi.loop.service.reading import view
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Made:
    """A filled document; version 0 is the template that came with the product. `said`: what each placeholder gave."""

    data: bytes
    format: str
    number: str
    kind: str
    version: int
    used: tuple[str, ...]
    said: tuple[tuple[str, str, str], ...] = ()  # placeholder, place, words


def filled(template: Template, values: Mapping[str, Any], wanted: str, number: str, kind: str) -> Made:
    """The document in its own format, or laid out as PDF."""
    checked = check(template.data, known(kind))
    data = fill(template.data, dict(values))
    form = checked.format
    if wanted == PDF:
        data, form = to_pdf(data), PDF
    used = tuple(dict.fromkeys(one.name for one in checked.found))
    said = tuple((one.name, one.place, words_at(values, one.name)) for one in checked.found)
    return Made(data, form, number, kind, template.version, used, said)


def words_at(values: Mapping[str, Any], name: str) -> str:
    """What a placeholder gives; of a list how it begins.

    >>> words_at({"case": {"n": 3}, "steps": [{"at": "a"}, {"at": "b"}]}, "case.n")
    '3'
    >>> words_at({"steps": [{"at": "a"}, {"at": "b"}]}, "steps[].at"), words_at({}, "loop.index")
    ('a · b', '')
    """
    at: Any = values
    for place, part in enumerate(parts := name.split(".")):
        if not isinstance(at, Mapping) or part.removesuffix("[]") not in at:
            return ""
        at = at[part.removesuffix("[]")]
        if isinstance(at, list):
            rest = ".".join(parts[place + 1 :])
            return " · ".join(words_at(row, rest) for row in at[:3]) if rest else str(len(at))
    return "" if at is None else str(at)[:200]


@verb("document.make")
def make(
    kind: str, case_id: UUID | str, *, actor: Actor, now: datetime, wanted: str = "", language: str = "zh-hans"
) -> Made:
    """A document of a case by the template in force, as far as the actor may read the case; in the ledger."""
    _of_case(kind)
    shown = view(case_id, actor=actor, now=now)
    template = in_force(kind, language=language)
    values = values_of(kind, shown, actor=actor, now=now, language=language)
    made = filled(template, values, wanted, shown.case.number, kind)
    body = {"kind": kind, "version": template.version, "template": template.digest, "format": made.format}
    record("document.make", "case", shown.case.pk, actor=actor, body=body)
    return made


def _of_case(kind: str) -> None:
    if kind_of(kind).about != CASE_KIND:
        raise Refused("document-kind-unknown", status=404, kind=kind)


@verb("document.try")
def try_on_case(
    kind: str, version: int, case_id: UUID | str, *, actor: Actor, now: datetime, wanted: str = "",
    language: str = "zh-hans",
) -> Made:  # fmt: skip
    """A version filled from a case before it holds, as far as the actor may read the case; in the ledger."""
    require(actor, PUT)
    _of_case(kind)
    shown = view(case_id, actor=actor, now=now)
    template = of_version(kind, version, language=language)
    values = values_of(kind, shown, actor=actor, now=now, language=language)
    made = filled(template, values, wanted, shown.case.number, kind)
    body = {"kind": kind, "version": version, "template": template.digest, "format": made.format}
    record("document.try", "case", shown.case.pk, actor=actor, body=body)
    return made


@verb("document.try")
def try_on_period(
    kind: str, version: int, period: str, *, actor: Actor, now: datetime, wanted: str = "", form: str = "",
    language: str = "zh-hans",
) -> Made:  # fmt: skip
    """A version of a report filled from a period before it holds, of an appraisal from a run; in the ledger."""
    require(actor, PUT)
    if kind_of(kind).about == CASE_KIND:
        raise Refused("document-kind-unknown", status=404, kind=kind)
    template = of_version(kind, version, form=form, language=language)
    if kind_of(kind).about == RUN_KIND:
        run = newest(period, "", actor)
        values, number = values_of_run(run, actor=actor, now=now, language=language), f"{run.first}–{run.last}"
    else:
        found = report(kind, period, actor=actor, now=now, language=language)
        values, number = values_of_report(found, actor=actor, now=now, language=language), found.name
    made = filled(template, values, wanted, number, kind)
    body = {"kind": kind, "version": version, "template": template.digest, "format": made.format, "period": number}
    record("document.try", "document_template", f"{kind}:{version}", actor=actor, body=body)
    return made
