"""Suggestions for a text: matters from the model on the desk and the keywords, units through the dispatch catalogue."""

import logging
import threading
import time as wall
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.models import Case
from gezhi.loop.rules.catalogue import Duty, duty_for
from gezhi.loop.store.content import Content, content
from gezhi.loop.triage import store
from gezhi.loop.triage.rules import archive
from gezhi.loop.triage.rules.blend import Blend
from gezhi.loop.triage.rules.keywords import Keywords
from gezhi.loop.triage.rules.model import TOP, Candidate, Model, Suggester, Suggestion
from gezhi.trust.service import open_text

logger = logging.getLogger(__name__)
FRESH = 10.0  # seconds after which another process's `triage use` shows here
BOTH = 0.5  # the say of the learnt unit model beside the catalogue
OFFERED = 0.1  # a matter less likely than this is not worth reading
CLOSE = 0.6  # a second matter with this share of the first is about as likely
LEAST = 0.01  # a unit with less than this is noise


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """A unit with its probability, the words that decided, and the catalogue row where one names it."""

    code: str
    probability: float
    words: tuple[str, ...] = ()
    duty: Duty | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What triage says about a text; `sure` says whether the first matter may be filled in."""

    matter: tuple[Candidate, ...]
    unit: tuple[UnitCandidate, ...]
    sure: bool
    origin: str
    digest: str = ""

    @property
    def abstained(self) -> bool:
        return not self.sure


@dataclass(frozen=True)
class Desk:
    """What is on the desk, read at `read_at`."""

    matter: Suggester
    unit: Model | None
    keywords: Keywords
    digests: Mapping[str, str] = field(default_factory=dict)
    mark: tuple[int, int] = (0, 0)
    read_at: float = field(default_factory=wall.monotonic)


_lock = threading.Lock()
_kept: Desk | None = None


def forget() -> None:
    """Look anew at the next suggestion what is on the desk."""
    global _kept  # noqa: PLW0603 - one object per process, replaced as a whole
    _kept = None


def _desk() -> Desk:
    global _kept  # noqa: PLW0603 - see forget
    kept = _kept
    if kept is None or wall.monotonic() - kept.read_at > FRESH:
        with _lock:
            kept = _kept = _look(_kept)
    return kept


def _look(before: Desk | None) -> Desk:
    """Read what has changed; a model and keywords that have not are used on."""
    digests = {target: row.digest for target, row in store.in_use().items()}
    mark = store.keyword_mark()
    if before is not None and before.mark == mark and before.digests == digests:
        return Desk(before.matter, before.unit, before.keywords, digests, mark)
    keywords = before.keywords if before is not None and before.mark == mark else Keywords(store.keywords())
    model = _model(digests, "matter")
    return Desk(together(model, keywords), _model(digests, "unit"), keywords, digests, mark)


def _model(digests: Mapping[str, str], target: str) -> Model | None:
    """The model on the desk. Without its file typing goes on with keywords; `gezhi check` and the log say so."""
    digest = digests.get(target)
    try:
        return archive.load(store.file_of(digest).read_bytes()) if digest else None
    except (OSError, Refused) as fault:
        logger.error("triage model %s of %s cannot be read: %s", digest, target, fault)  # noqa: TRY400 - no trace needed
        return None


def together(model: Model | None, keywords: Keywords) -> Suggester:
    """A model with keywords beside it; keywords alone while there is no model."""
    if model is None:
        return keywords
    return Blend(model, keywords, ancestors, codes_of(model.labels, content()))


def ancestors(code: str) -> Sequence[str]:
    """The matters above one, the highest first."""
    return content().matter_path(code).split(".")[:-1]


def codes_of(labels: Sequence[str], kept: Content) -> dict[str, str]:
    """The matter that each label means: its code, or the highest matter of that name; unknown ones are left out."""
    named: dict[str, list[str]] = {}
    for code, row in kept.matters.items():
        named.setdefault(row.name_zh, []).append(code)
    found = {}
    for label in labels:
        if label in kept.matters:
            found[label] = label
        elif named.get(label):
            highest = min(named[label], key=lambda code: (kept.matters[code].level, code))
            found[label] = highest
    return found


def advise(
    fields: Sequence[str], area: str = "", *, matter: str = "", top: int = TOP, desk: Desk | None = None
) -> Advice:
    """The best matters and units for a text in an area; `matter` is what a person has already chosen.

    `desk` is given where models are compared without putting them on the desk.
    """
    desk = desk or _desk()
    if not any(text.strip() for text in fields):
        return Advice((), (), sure=False, origin="none")
    found = desk.matter.suggest(fields, top=top)
    kept = content()
    chances = {matter: 1.0} if matter else found.chances
    return Advice(
        matter=tuple(c for c in found.candidates if c.label in kept.matters and not kept.retired(c.label)),
        unit=_units(desk, kept, chances, fields, area)[:top],
        sure=found.sure,
        origin=found.origin,
        digest=desk.digests.get("matter", ""),
    )


def suggest(text: str | Sequence[str], area: str = "") -> dict[str, list[dict[str, Any]]]:
    """Three matters and three units as plain values: code, probability, words."""
    advice = advise([text] if isinstance(text, str) else text, area)
    return {
        "matter": [{"code": c.label, "probability": c.probability, "words": list(c.words)} for c in advice.matter],
        "unit": [{"code": c.code, "probability": c.probability, "words": list(c.words)} for c in advice.unit],
    }


def _units(
    desk: Desk, kept: Content, chances: Mapping[str, float], fields: Sequence[str], area: str
) -> tuple[UnitCandidate, ...]:
    """Units by what the catalogue says of the likely matters, and by what earlier cases went to."""
    told: dict[str, float] = {}
    rows: dict[str, tuple[float, Duty]] = {}
    for code, chance in chances.items():
        duty = duty_for(kept.duties_by_matter, kept.matter_path(code), area)
        if duty is not None:
            told[duty.lead] = told.get(duty.lead, 0.0) + chance
            if chance > rows.get(duty.lead, (0.0, duty))[0] or duty.lead not in rows:
                rows[duty.lead] = (chance, duty)
    learnt, words = _learnt_units(desk, fields, area)
    share = BOTH if told and learnt else 1.0 if learnt else 0.0
    mixed = {
        code: (1 - share) * told.get(code, 0.0) + share * learnt.get(code, 0.0)
        for code in (told.keys() | learnt.keys())
    }
    best = sorted((code for code in mixed if mixed[code] >= LEAST), key=lambda code: (-mixed[code], code))
    return tuple(
        UnitCandidate(code, round(mixed[code], 4), words.get(code, ()), rows[code][1] if code in rows else None)
        for code in best
    )


def _learnt_units(desk: Desk, fields: Sequence[str], area: str) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    if desk.unit is None:
        return {}, {}
    extra = area_facts(area)
    found: Suggestion = desk.unit.suggest(fields, extra)
    return dict(found.chances), {c.label: c.words for c in found.candidates}


def area_facts(area: str) -> tuple[str, ...]:
    """An area as facts for a model: itself and its town, county and city, by the digits of its code.

    >>> area_facts("360102001")
    ('area:360102001', 'area:360102', 'area:3601')
    """
    cuts = [area[:size] for size in (12, 9, 6, 4) if len(area) >= size]
    return tuple(f"area:{code}" for code in dict.fromkeys([area, *cuts] if area else []))


def fields_of(case: Case) -> list[str]:
    """The words of a case in the order in which models read them: what it is about, then what happened."""
    story = open_text(case.requester, case.story)
    return [str(story.get(name, "")) for name in ("title", "text", "object")]


def advise_case(case: Case) -> Advice:
    """Suggestions for a case that came in, reasons included; nothing is stored."""
    return advise(fields_of(case), case.area)


def said_of(case: Case, at: datetime) -> dict[str, Any]:
    """What triage says of a case as it is kept: codes and probabilities, no word of what anybody wrote."""
    advice = advise_case(case)
    return {
        "made_at": at, "origin": advice.origin, "digest": advice.digest, "sure": advice.sure,
        "matters": [[c.label, c.probability] for c in advice.matter],
        "units": [[c.code, c.probability] for c in advice.unit],
    }  # fmt: skip


def say_of_newest(most: int) -> int:
    """Keep what triage says of the newest cases of which it has said nothing, as of when they came in; how many.

    For an invented past, whose cases no worker has seen coming; never for a real one, where it would be hindsight.
    """
    cases = store.unspoken(most)
    store.keep_many({case: said_of(case, case.received_at) for case in cases})
    return len(cases)


def panel(fields: Sequence[str], area: str = "", *, language: str, matter: str = "") -> dict[str, Any]:
    """The suggestions as the desk's panel shows them (templates/loop/parts/suggest.html)."""
    advice, kept = advise(fields, area, matter=matter), content()
    units = store.units_by_code([c.code for c in advice.unit])
    best = next(((c, units[c.code]) for c in advice.unit if c.code in units), None)
    matters = [
        {
            "code": c.label, "name": pick(kept.matters[c.label], "name", language), "share": round(c.probability * 100),
            "path": " › ".join(pick(kept.matters[code], "name", language) for code in ancestors(c.label)),
            "words": list(c.words), "unit": _unit_key(c.label, area, kept, units),
        }
        for c in advice.matter
        if c.probability >= OFFERED
    ]  # fmt: skip
    shown = {"unit_id": best[1].pk, "unit": pick(best[1], "name", language),
             "basis": pick(best[0].duty, "basis", language) if best[0].duty else ""} if best else None  # fmt: skip
    sure = {"matter": matters[0]["code"], "unit": matters[0]["unit"]} if advice.sure and matters else None
    return {
        "matters": matters, "sure": sure, "duty": shown if matters else None,
        "abstained": not matters and advice.origin != "none", "origin": advice.origin,
        "close": len(matters) > 1 and advice.matter[1].probability >= CLOSE * advice.matter[0].probability,
    }  # fmt: skip


def _unit_key(matter: str, area: str, kept: Content, units: Mapping[str, Any]) -> int | str:
    duty = duty_for(kept.duties_by_matter, kept.matter_path(matter), area)
    unit = units.get(duty.lead) if duty else None
    return unit.pk if unit is not None else ""
