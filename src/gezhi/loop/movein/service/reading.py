"""The requests of another system, one after the other, in the one shape that everything after this works with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.movein.rules import fixmystreet, signalen
from gezhi.loop.movein.rules.answers import words
from gezhi.loop.movein.rules.frames import Category, Ready, categories, texts
from gezhi.loop.movein.rules.records import Losses, Old
from gezhi.loop.movein.service import georeport
from gezhi.loop.movein.service.asking import Asker
from gezhi.loop.movein.service.sources import Folder, Sheets, Source, Web, rows_of

SYSTEMS = (signalen.SOURCE, fixmystreet.SOURCE)


@dataclass(slots=True)
class Found:
    """What a source holds: requests as they are read, categories, ready texts, and how to fetch a picture."""

    system: str
    olds: Iterable[Old | Refused]
    picture: Callable[[str], bytes]
    categories: list[Category] = field(default_factory=list)
    texts: list[Ready] = field(default_factory=list)
    public: bool = False  # its requests stood on public pages


def of_signalen(source: Source, zone: tzinfo, losses: Losses) -> Found:
    """Everything of a Signalen: from its API, from saved answers, or from its sheets."""
    held = _soft(source, "categories", losses)
    frames = categories(held, losses)
    ready = texts(_soft(source, "texts", losses) or _soft(source, "status-messages", losses), losses)
    return Found(signalen.SOURCE, _signals(source, zone, losses), source.picture, frames, ready)


def _soft(source: Source, name: str, losses: Losses) -> list[dict[str, Any]]:
    """The records of a name; where the key may not read them, that is told and the rest goes on."""
    try:
        return list(source.many(name))
    except Refused as refused:
        if refused.code != "movein-unreachable" or refused.facts.get("status_told") not in ("403", "404"):
            raise
        losses.note(name, "*", "not_found")
        return []


def _signals(source: Source, zone: tzinfo, losses: Losses) -> Iterator[Old | Refused]:
    for raw in source.many("signals"):
        number = words(raw, "id")
        history = _soft(source, f"signals/{number}/history", losses) if number else []
        pictures = _soft(source, f"signals/{number}/attachments", losses) if raw.get("has_attachments") else []
        try:
            yield signalen.old_of(raw, history, pictures, zone, losses)
        except Refused as refused:
            yield refused


def of_sheet(path: Path, updates: Path | None, zone: tzinfo, losses: Losses) -> Found:
    """Everything of a FixMyStreet's CSV export, with its updates where they are in a file of their own."""
    past: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(updates) if updates else ():
        past.setdefault(row.get("Report ID", ""), []).append(row)
    frames = dict.fromkeys(
        tuple(part for part in (row.get("Category", ""), row.get("Subcategory", "")) if part) for row in rows_of(path)
    )

    def olds() -> Iterator[Old | Refused]:
        for row in rows_of(path):
            try:
                yield fixmystreet.from_sheet(row, past.get(row.get("Report ID", ""), ()), zone, losses)
            except Refused as refused:
                yield refused

    found = [Category(names) for names in frames if names]
    return Found(fixmystreet.SOURCE, olds(), Folder(path.parent).picture, found, public=True)


def of_georeport(asker: Asker, window: georeport.Window, zone: tzinfo, losses: Losses, hosts: frozenset[str]) -> Found:
    """Everything that a FixMyStreet tells by Open311 within a window."""
    form, services = georeport.form_of(asker, window.jurisdiction)
    window = georeport.Window(window.since, window.until, window.jurisdiction, form)
    past: dict[str, list[dict[str, Any]]] = {}
    try:
        for row in georeport.updates(asker, window):
            past.setdefault(words(row, "service_request_id"), []).append(row)
    except Refused as refused:
        if refused.code not in ("movein-unreachable", "movein-answer"):
            raise
        losses.note("update", "*", "not_found")

    def olds() -> Iterator[Old | Refused]:
        for row in georeport.requests(asker, window):
            number = words(row, "service_request_id")
            try:
                yield fixmystreet.from_geo(row, past.get(number, ()), zone, losses)
            except Refused as refused:
                yield refused

    names = [(words(row, "group"), words(row, "service_name")) for row in services]
    found = [Category(tuple(part for part in pair if part)) for pair in names if pair[1]]
    return Found(fixmystreet.SOURCE, olds(), Web(asker, hosts).picture, found, public=True)


def files_of(folder: Path) -> Source:
    """The reader of a folder: sheets where there are some, else saved answers. Refuses movein-file (404)."""
    if not folder.is_dir():
        raise Refused("movein-file", status=404, file=str(folder)[:80])
    if (folder / "signals.csv").exists():
        return Sheets(folder)
    if not any(folder.glob("signals*.json")):
        raise Refused("movein-file", status=404, file=f"{folder.name}/signals.json")
    return Folder(folder)
