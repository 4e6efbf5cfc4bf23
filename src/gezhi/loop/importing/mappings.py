"""Saved mappings: which columns of a source mean what, its words and its time zone; kept, listed, exported, shipped."""

import json
from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gezhi.kernel.errors import Refused
from gezhi.loop.importing import store
from gezhi.loop.importing.access import desk_for
from gezhi.loop.importing.columns import Mapping as Columns
from gezhi.loop.importing.columns import fields, plain, signature
from gezhi.loop.importing.rules import MODES
from gezhi.loop.importing.values import words_of
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, verb

SHIPPED = "import_mapping"  # the code list in which packs bring mappings
LARGEST = 200_000  # bytes of a mapping's file
NAME = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """One mapping: field → column name, and how the rest of such a file is to be read.

    `header` are all columns of the file it was made for: another file with the same ones is read this way unasked.
    """

    name: str
    columns: Dictionary[str, str]
    zone: str = ""
    zones: Dictionary[str, str] = field(default_factory=dict)
    words: Dictionary[str, Dictionary[str, str]] = field(default_factory=dict)
    source: str = ""
    mode: str = ""
    start_clocks: bool = False
    header: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What an export holds: everything that is not the usual."""
        return {name: value for name, value in asdict(self).items() if value or name in ("name", "columns")}


def saved_of(given: object, name: str = "") -> Saved:
    """A mapping out of a file's content.

    Raises Refused: import-mapping-malformed (what is wrong in it), import-field-unknown, import-zone-unknown.
    """
    if not isinstance(given, dict):
        raise _malformed("{}")
    for key, value in given.items():
        if key not in _SHAPES or not _SHAPES[key](value):
            raise _malformed(str(key))
    columns = given.get("columns", {})
    if not columns:
        raise _malformed("columns")
    unknown = (set(columns) | set(given.get("zones", {})) | set(given.get("words", {}))) - set(fields())
    if unknown:
        raise Refused("import-field-unknown", status=422, field=min(unknown)[:40], known=", ".join(fields()))
    for zone in (given.get("zone", ""), *given.get("zones", {}).values()):
        checked_zone(zone)
    found = Saved(**{**given, "name": name or given.get("name", ""), "header": tuple(given.get("header", ()))})
    _check_words(found.words)
    if found.mode not in ("", *MODES):
        raise Refused("import-mode-unknown", status=422, mode=found.mode[:40], known=", ".join(MODES))
    return found


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair)


def _text(value: object) -> bool:
    return isinstance(value, str)


_SHAPES: Dictionary[str, Callable[[Any], bool]] = {
    "name": _text, "zone": _text, "source": _text, "mode": _text, "columns": _texts, "zones": _texts,
    "words": lambda value: isinstance(value, dict) and all(_texts(one) for one in value.values()),
    "start_clocks": lambda value: isinstance(value, bool),
    "header": lambda value: isinstance(value, list | tuple) and all(map(_text, value)),
}  # fmt: skip


def _malformed(where: str) -> Refused:
    return Refused("import-mapping-malformed", status=422, where=where[:40])


def _check_words(words: Dictionary[str, Dictionary[str, str]]) -> None:
    for name, table in words.items():
        for code in table.values():
            if code not in words_of(name):
                raise _malformed(f"words.{name}: {code}")


def checked_zone(name: str) -> str:
    """The name of a time zone; Refused("import-zone-unknown") where there is none of it."""
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused("import-zone-unknown", status=422, zone=name[:40]) from error
    return name


def named(name: str) -> Saved:
    """The mapping of a name: one saved here, else one that a pack brought, else the file of that path.

    Raises Refused: import-mapping-unknown (404), and what a file may be refused for.
    """
    row = store.mapping_named(name)
    if row is not None:
        return _of_row(row)
    if name in content().codes.get(SHIPPED, {}):
        return _of_code(name, content().codes[SHIPPED][name].extra)
    raise Refused("import-mapping-unknown", status=404, name=name[:NAME])


def from_file(path: Path) -> Saved:
    """The mapping in a JSON file."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused("import-mapping-unknown", status=404, name=str(path)[:NAME]) from error
    if len(raw) > LARGEST:
        raise _malformed("size")
    try:
        return saved_of(json.loads(raw))
    except ValueError as error:
        raise _malformed("JSON") from error


def _of_row(row: Any) -> Saved:
    return saved_of({**row.settings, "columns": row.columns}, row.name)


def _of_code(name: str, extra: Dictionary[str, Any]) -> Saved:
    """A mapping of a pack: its columns and words stand in cells as `field=column; …` and `field.word=code; …`."""
    words: dict[str, dict[str, str]] = {}
    for key, code in _pairs(extra.get("words", "")).items():
        field_name, _, word = key.partition(".")
        words.setdefault(field_name, {})[word] = code
    more = {key: extra[key] for key in ("zone",) if extra.get(key)}
    more["source"] = extra.get("numbers_of", "")
    return saved_of({**more, "columns": _pairs(extra.get("columns", "")), "words": words}, name)


def _pairs(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in parts}


def listed() -> list[Saved]:
    """Every mapping there is by name: those saved here, then those of packs that no saved one hides."""
    found = {row.name: _of_row(row) for row in store.mappings()}
    for name, item in sorted(content().codes.get(SHIPPED, {}).items()):
        found.setdefault(name, _of_code(name, item.extra))
    return list(found.values())


def for_header(header: tuple[str, ...]) -> Saved | None:
    """The mapping that was saved for a file with these columns."""
    row = store.saved_mapping(signature(header))
    return _of_row(row) if row is not None else None


def applied(saved: Saved, mapping: Columns) -> Columns:
    """Columns read with a mapping's words and zones."""
    words = {name: {plain(word): code for word, code in table.items()} for name, table in saved.words.items()}
    return Columns(mapping.header, mapping.columns, words, saved.zone, saved.zones)


@verb("import.run")
def keep(saved: Saved, *, actor: Actor, now: datetime) -> Saved:
    """Keep a mapping under its name, for later files with the same columns and for those that name it.

    Raises Refused: mapping-nameless (422).
    """
    desk_for(actor)
    name = saved.name.strip()[:NAME]
    if not name:
        raise Refused("mapping-nameless", status=422)
    mark = signature(saved.header or tuple(saved.columns.values()))
    settings = {key: value for key, value in saved.as_dict().items() if key not in ("name", "columns")}
    store.save_mapping(mark, name, dict(saved.columns), settings, now)
    record("import.mapping", "mapping", mark, actor=actor, body={"fields": sorted(saved.columns)})
    return saved


@verb("import.run")
def remove(name: str, *, actor: Actor, now: datetime) -> None:
    """Forget a mapping that was saved here; those of packs stay."""
    del now
    desk_for(actor)
    mark = store.remove_mapping(name)
    if not mark:
        raise Refused("import-mapping-unknown", status=404, name=name[:NAME])
    record("import.mapping_removed", "mapping", mark, actor=actor)
