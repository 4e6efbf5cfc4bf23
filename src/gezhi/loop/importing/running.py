"""Walks a file chunk by chunk: reads, judges against what is stored, and hands over what is to be written."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Sheet, read_tables
from gezhi.kit.sheets.shape import Row
from gezhi.loop.importing import mappings, store
from gezhi.loop.importing.bundles import mark_of
from gezhi.loop.importing.columns import Mapping as Columns
from gezhi.loop.importing.columns import known, plain, reapplied, recognise, remapped
from gezhi.loop.importing.dues import Dues
from gezhi.loop.importing.rules import Draft, Judge, Plan, Reject, drafts
from gezhi.loop.importing.values import line_of

SHOWN_REJECTS = 1_000  # an answer names so many; the batch keeps all
EXAMPLES = 20
BEAT = 5_000  # rows after which whoever watches hears that the file is still being read


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read: a person's wishes for columns, and what happens to known numbers.

    `saved` is the mapping that was named for it; without one, each sheet takes the one saved for its columns. `zone`
    is a wish that comes before a mapping's.
    """

    wishes: Mapping[str, str] = field(default_factory=dict)
    mode: str = "reject"
    start_clocks: bool = False
    source: str = "import"
    saved: mappings.Saved | None = None
    zone: str = ""
    whole: bool = False  # the file holds all open cases of its source, so those it lacks are told

    @classmethod
    def of(
        cls, saved: mappings.Saved | None, *, wishes: Mapping[str, str], mode: str, source: str, start_clocks: bool,
        zone: str = "", whole: bool = False,
    ) -> "Options":  # fmt: skip
        """What somebody asks for, then what the mapping says, then the usual."""
        return cls(
            wishes, mode or (saved.mode if saved else "") or "reject",
            start_clocks or bool(saved and saved.start_clocks),
            (source or (saved.source if saved else "") or "import")[:40], saved, mappings.checked_zone(zone), whole,
        )  # fmt: skip

    def mapping_for(self, sheet: "SheetView", name: str) -> mappings.Saved:
        """The mapping that reads such sheets as this run did."""
        columns = {field: sheet.header[column] for field, column in sheet.fields.items()}
        base = self.saved or mappings.for_header(sheet.header) or mappings.Saved("", {})
        return dataclasses.replace(
            base, name=name, columns=columns, header=tuple(filter(None, sheet.header)), zone=self.zone or base.zone,
            mode=self.mode if self.mode != "reject" else "", source=self.source if self.source != "import" else "",
            start_clocks=self.start_clocks,
        )  # fmt: skip

    def zone_for(self, columns: Columns) -> tzinfo:
        return ZoneInfo(self.zone or columns.zone or settings.TIME_ZONE)


@dataclass(slots=True)
class SheetView:
    """What a person checks before importing: a sheet, its columns with examples, and which field each holds."""

    name: str
    kind: str
    encoding: str
    header: tuple[str, ...]
    fields: dict[str, int]
    usable: bool
    signature: str
    saved_as: str = ""
    rows: int = 0
    examples: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def columns(self) -> list[tuple[str, str, str]]:
        """(name, example, field or "") of every named column."""
        held = {column: name for name, column in self.fields.items()}
        return [
            (name, self.examples[column] if column < len(self.examples) else "", held.get(column, ""))
            for column, name in enumerate(self.header)
            if name
        ]


@dataclass(slots=True)
class Outcome(Plan):
    """Counts of a run, and its first rejects."""

    batch: int | None = None
    rejects: list[Reject] = field(default_factory=list)
    matched: dict[str, list[int]] = field(default_factory=dict)  # of a trial: field → [names found, names in all]
    missing: dict[str, list[str]] = field(default_factory=dict)  # of a trial: field → names that were not found
    gone: int = 0  # open cases of the source that a whole file no longer has
    gone_numbers: list[str] = field(default_factory=list)
    dues: Dues | None = None  # where the source told until when it had to answer
    headers: dict[str, list[str]] = field(default_factory=dict)  # of each sheet, for the file of rejected rows


def sheets(path: Path, options: Options) -> Iterator[tuple[Sheet, Columns, str]]:
    """The sheets of a file with their mapping; a mapping saved for the same columns comes before the guess.

    A wish for a column holds in every sheet that has the column; one that no sheet has is refused at the end.
    Raises Refused: sheet-…, import-no-known-column, import-field-unknown, import-column-unknown.
    """
    headers: list[str] = []
    missing: dict[str, Refused] = {}
    heard: set[str] = set()
    found = False
    unmet = dict.fromkeys(options.saved.columns.values() if options.saved else ())
    for sheet in read_tables(path, known=_known(options)):
        headers.extend(name for name in sheet.header if name)
        saved = options.saved or mappings.for_header(sheet.header)
        mapping = _mapped(sheet.header, saved)
        unmet = {column: None for column in unmet if not _has(sheet.header, column)}
        for name, wish in options.wishes.items():
            try:
                mapping = remapped(mapping, {name: wish})
                heard.add(name)
            except Refused as refused:
                if refused.code != "import-column-unknown":
                    raise
                missing.setdefault(name, refused)
        found = found or mapping.usable
        yield sheet, mapping, saved.name if saved else ""
    _refuse_unmet([missing[name] for name in missing if name not in heard], list(unmet), headers, found=found)


def _refuse_unmet(unheard: list[Refused], unmet: list[str], headers: list[str], *, found: bool) -> None:
    """Refuse wishes and columns of a named mapping that no sheet has, and a file without a usable sheet."""
    columns = "、".join(headers[:20])[:300]
    if unheard:
        raise unheard[0]
    if unmet:
        raise Refused("import-column-unknown", status=422, column=unmet[0], columns=columns)
    if not found:
        raise Refused("import-no-known-column", status=422, columns=columns)


def _known(options: Options) -> Callable[[str], bool]:
    """Whether a text is the name of a column, ours or one of the mapping's."""
    names = {plain(column) for column in options.saved.columns.values()} if options.saved else set()
    return (lambda name: known(name) or plain(name) in names) if names else known


def _has(header: tuple[str, ...], column: str) -> bool:
    return column in header or plain(column) in map(plain, header)


def _mapped(header: tuple[str, ...], saved: mappings.Saved | None) -> Columns:
    if saved is None:
        return recognise(header)
    return mappings.applied(saved, reapplied(header, saved.columns))


def survey(
    path: Path, options: Options, *, rows: bool = True, alive: Callable[[], None] = lambda: None
) -> list[SheetView]:  # fmt: skip
    """Every sheet as a person checks it. With `rows` the file is walked to its end, so what cannot be read is refused
    before anything is written; without, only the first rows are looked at. `alive` is called now and then meanwhile.
    """
    found = []
    for sheet, mapping, saved_as in sheets(path, options):
        ahead = list(islice(sheet.rows, EXAMPLES))
        count = len(ahead) + (_counted(sheet.rows, alive) if rows else 0)
        found.append(
            SheetView(
                sheet.name, sheet.kind, sheet.encoding, sheet.header, dict(mapping.columns), mapping.usable,
                mapping.signature, saved_as, count, _examples(len(sheet.header), ahead), dict(sheet.skipped),
            )
        )  # fmt: skip
    return found


def _counted(rows: Iterable[Row], alive: Callable[[], None]) -> int:
    count = 0
    for count, _ in enumerate(rows, start=1):
        if count % BEAT == 0:
            alive()
    return count


def _examples(width: int, rows: Iterable[Row]) -> list[str]:
    """The first text of each column."""
    found = [""] * width
    for row in rows:
        for column, cell in enumerate(row.cells[:width]):
            found[column] = found[column] or line_of(cell)[:80]
    return found


def read(path: Path, options: Options, *, now: datetime) -> Iterator[tuple[Columns, list[Draft | Reject]]]:
    """All rows of the usable sheets in chunks, each with the mapping of its sheet."""
    for sheet, mapping, _ in sheets(path, options):
        if not mapping.usable:
            continue
        rows = drafts(sheet, mapping, zone=options.zone_for(mapping), now=now)
        while chunk := list(islice(rows, store.CHUNK)):
            yield mapping, chunk


@dataclass(slots=True)
class Verdicts:
    """A chunk judged: what to create and update (with the case that is there), what to refuse, how many are there."""

    create: list[tuple[Draft, bytes]] = field(default_factory=list)
    update: list[tuple[Draft, store.Known]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    updated: int | None = None  # how many of `update` were altered in truth, once written
    already: int = 0
    made_before: int = 0  # by the same batch, before its run was broken off


def judge(judging: Judge, rows: list[Draft | Reject], source: str, batch: int | None) -> Verdicts:
    """What is to be done with the rows of one chunk, looked up in two statements at most."""
    found = Verdicts()
    marked = [(row, b"" if isinstance(row, Reject) else mark_of(row)) for row in rows]
    numbers = store.known_numbers(source, [row.number for row in rows if isinstance(row, Draft) and row.number])
    unnumbered = [mark for row, mark in marked if isinstance(row, Draft) and not row.number]
    contents = store.known_contents(source, unnumbered)
    for row, mark in marked:
        if isinstance(row, Reject):
            found.rejects.append(row)
            continue
        there = numbers.get(row.number) if row.number else contents.get(mark)
        verdict = judging.verdict(row, mark, (there.fingerprint or b"") if there else None)
        if isinstance(verdict, Reject):
            found.rejects.append(verdict)
        elif verdict == "create":
            found.create.append((row, mark))
        elif verdict == "update" and there is not None:
            found.update.append((row, there))
        elif verdict == "already" and batch is not None and there is not None and there.batch == batch:
            found.made_before += 1
        else:
            found.already += 1
    return found
