"""A folder of .xlsx files: theirs come in `in`, end in `done` or `failed`; ours go to `out`, one a piece.

A file is taken whole or not at all: every row is read and understood before the first is taken. One that is still being
written is no whole archive yet and is left alone; one that was had before, under whatever name, changes nothing.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import read_tables, write_xlsx
from gezhi.loop.models import Piece
from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.carriers import Line, Record
from gezhi.loop.partners.rules.wording import Wording, heard, quiet

BOXES = ("in", "out", "done", "failed")
PATIENCE = timedelta(days=1)  # how long a file may be half written before it counts as broken
SPARE = re.compile(r"^(~\$|\.)")  # what office programs and copying programs lay beside a file


class Folder:
    """The folder is the wish `place`; the names of files begin with `name` of the mapping, then day and serial."""

    def checked(self, line: Line) -> None:
        if not Path(line.place).is_absolute():
            raise Refused("upstream-place", status=422, field="place", carrier="folder")

    def fetch(self, line: Line, *, now: datetime) -> Iterator[Record]:
        box = self._box(line)
        for path in sorted(box.glob("in/*.xlsx")):
            if not SPARE.match(path.name) and not self._is_roll(line, path.name):
                yield from self._one(line, path, now)

    def _one(self, line: Line, path: Path, now: datetime) -> Iterator[Record]:
        if not whole(path):
            if now.timestamp() - path.stat().st_mtime > PATIENCE.total_seconds():
                self._fail(path, "half")
            return
        name = f"file:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        if not store.mark(line.partner, name):
            try:
                rows = rows_of(path, line.how)
            except Refused as refused:
                self._fail(path, f"{refused.code}: {refused.facts}")
                return
            yield from rows
            store.set_mark(line.partner, name, path.name[:200], now)
        _away(path, "done")

    def _fail(self, path: Path, why: str) -> None:
        """Whole to `failed`, with the reason beside it."""
        gone = _away(path, "failed")
        gone.with_suffix(".txt").write_text(f"{why}\n", encoding="utf-8")

    def send(self, line: Line, piece: Piece, fields: Record, number: str) -> str:
        """One file for one piece; sent again it is the same file."""
        day = f"{piece.at.astimezone(line.how.zone):%Y%m%d}"
        name = f"{line.option('name', line.partner.code)}-{day}-{piece.pk:06d}.xlsx"
        target = self._box(line) / "out" / name
        written(target, fields, [fields])
        return name

    def roll(self, line: Line, day: date) -> Iterator[Record]:
        """Their list of a day, which they lay into `in` beside the rest; the newest of that day counts."""
        prefix = line.option("roll", f"{line.option('name', line.partner.code)}-roll")
        place, name = self._box(line), f"{prefix}-{day:%Y%m%d}*.xlsx"
        found = sorted(path for box in ("in", "done") for path in place.glob(f"{box}/{name}"))
        if not found:
            raise Later("no-list")
        return iter(table_of(found[-1]))

    def _is_roll(self, line: Line, name: str) -> bool:
        return name.startswith(line.option("roll", f"{line.option('name', line.partner.code)}-roll"))

    def _box(self, line: Line) -> Path:
        box = Path(line.place)
        try:
            for name in BOXES:
                (box / name).mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise Later(type(fault).__name__) from fault
        return box


def whole(path: Path) -> bool:
    """Whether a workbook is written to its end: the directory of an archive stands there, and every part is sound."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile, EOFError):
        return False


def table_of(path: Path) -> list[dict[str, object]]:
    """The rows of the first table of a workbook by the names of its columns."""
    for sheet in read_tables(path):
        names = sheet.header
        return [dict(zip(names, row.cells, strict=False)) for row in sheet.rows]
    return []


def rows_of(path: Path, how: Wording) -> list[dict[str, object]]:
    """Every row, each of them understood. Raises upstream-row with the number of the first that is not."""
    rows = table_of(path)
    for number, row in enumerate(rows, 2):
        try:
            heard(row, how)
        except Refused as refused:
            raise Refused("upstream-row", status=422, row=number, field=str(refused.facts.get("field", "")),
                          why=refused.code) from refused  # fmt: skip
    return rows


def written(target: Path, header: Record, rows: list[Record]) -> None:
    """A workbook that appears under its name only when it is whole."""
    passing = target.with_name(f".{target.name}.{os.getpid()}")
    write_xlsx(passing, ("1", list(header), [[quiet(row[name]) for name in header] for row in rows]))
    passing.replace(target)


def _away(path: Path, box: str) -> Path:
    target = path.parent.parent / box / path.name
    serial = 1
    while target.exists():
        serial += 1
        target = path.parent.parent / box / f"{path.stem}_{serial}{path.suffix}"
    path.rename(target)
    return target
