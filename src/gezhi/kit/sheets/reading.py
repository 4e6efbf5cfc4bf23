"""Opens a spreadsheet of any usual kind as a stream of sheets with their headers found."""

import gzip
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.delimited import open_delimited
from gezhi.kit.sheets.headers import data_rows, find_header
from gezhi.kit.sheets.html import open_html
from gezhi.kit.sheets.kinds import HEAD, kind_of, packed_table
from gezhi.kit.sheets.shape import Known, Limits, Row, Sheet, Source
from gezhi.kit.sheets.xls import open_xls
from gezhi.kit.sheets.xlsx import open_xlsx
from gezhi.kit.sheets.xml2003 import open_xml2003

CHUNK = 1 << 20
IN_MEMORY = 8 * 2**20


def read_tables(
    source: Path | str | IO[bytes], *, limits: Limits | None = None, known: Known | None = None
) -> Iterator[Sheet]:
    """The visible, non-empty sheets of a file in order; each must be read before the next is asked for.

    `source` is a path or a seekable binary file, which stays open. `known` tells whether a text is the name of a
    column that the caller understands; it steers the search for the header. Rows stream: memory does not grow with
    their number (old .xls is loaded whole, a sheet at a time).

    Raises Refused: sheet-empty, sheet-not-a-table(found), sheet-broken(kind), sheet-locked, sheet-too-large(what,
    limit), sheet-bomb(limit), sheet-encoding(line), sheet-quote-open(line).
    """
    return _sheets(source, limits or Limits(), known or _nothing)


def _nothing(_: str) -> bool:
    return False


def _sheets(source: Path | str | IO[bytes], limits: Limits, known: Known) -> Iterator[Sheet]:
    with ExitStack() as stack:
        file = stack.enter_context(Path(source).open("rb")) if isinstance(source, Path | str) else source
        opened = _open(file, limits, known, stack)
        found = False
        for raw in opened.sheets:
            if raw.hidden:
                continue
            header = find_header(raw.rows, known)
            if header is None:
                continue
            found = True
            skipped: Counter[str] = Counter()
            rows: Iterator[Row] = data_rows(header, skipped)
            yield Sheet(raw.name, opened.kind, opened.encoding, header.names, header.row, rows, skipped)
        if not found:
            raise Refused("sheet-empty", status=422)


def _open(file: IO[bytes], limits: Limits, known: Known, stack: ExitStack) -> Source:
    file.seek(0, 2)
    if file.tell() > limits.size:
        raise limits.refuse("size")
    file.seek(0)
    kind = kind_of(file.read(HEAD))
    file.seek(0)
    packed = _packing(file, kind, limits)
    if packed is not None:
        file = _unpacked(file, packed, limits, stack)
        kind = kind_of(file.read(HEAD))
        file.seek(0)
        if kind == "gzip":
            raise Refused("sheet-not-a-table", status=422, found="gzip")
    if kind == "zip":
        return open_xlsx(file, limits)
    if kind == "xls":
        return open_xls(file, limits)
    if kind == "html":
        return open_html(file, limits)
    if kind == "xml2003":
        return open_xml2003(file, limits)
    return open_delimited(file, limits, known)


def _packing(file: IO[bytes], kind: str, limits: Limits) -> IO[bytes] | None:
    """The stream inside a .gz, or inside a .zip that holds one file; None where the file is a table itself."""
    if kind == "gzip":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
    found = packed_table(file, limits) if kind == "zip" else None
    file.seek(0)
    return found


def _unpacked(file: IO[bytes], packing: IO[bytes], limits: Limits, stack: ExitStack) -> IO[bytes]:
    """What a packed file holds in memory, on disk when it is large; refused when it is larger than allowed."""
    plain: IO[bytes] = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the stack closes it
    size = 0
    packed = max(file.seek(0, 2), 1)
    file.seek(0)
    try:
        with packing as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limits.unpacked:
                    raise limits.refuse("unpacked")
                if size > limits.ratio_free and size > limits.ratio * packed:
                    raise limits.refuse("ratio")
                plain.write(chunk)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise Refused("sheet-broken", status=422, kind="gzip") from error
    plain.seek(0)
    return plain
