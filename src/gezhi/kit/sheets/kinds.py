"""Tells what a file really is from its first bytes and its parts, whatever its name says."""

import zipfile
from typing import IO

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.shape import Limits

HEAD = 4096

# First bytes → what people call such a file; these hold no table that can be read.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM\x36", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"ID3", "audio"),
    (b"RIFF", "audio"),
    (b"MIME-Version:", "MHT"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_XLS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_MARKS = (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body", b"<style", b"<tr", b"<div", b"<center")


def kind_of(head: bytes) -> str:
    r"""One of zip, xls, gzip, html, xml2003, text, or Refused when the bytes belong to no table.

    >>> kind_of(b"PK\x03\x04"), kind_of(b"\xef\xbb\xbf <TABLE border=1>"), kind_of("编号,内容".encode())
    ('zip', 'html', 'text')
    """
    if not head.strip(b" \t\r\n\0"):
        raise Refused("sheet-empty", status=422)
    for magic, found in _OTHERS:
        if head.startswith(magic):
            raise Refused("sheet-not-a-table", status=422, found=found)
    for magic, kind in ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (_OLE, "xls"), (b"\x1f\x8b", "gzip")):
        if head.startswith(magic):
            return kind
    if head.startswith(_BARE_XLS):
        return "xls"
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    plain = head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        plain = head[2:].replace(b"\0", b"")
    plain = plain.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not plain.startswith(b"<"):
        return "text"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain and b"<html" not in plain:
        return "xml2003"
    if plain.startswith((*_MARKS, b"<!--", b"<?xml")) and any(mark in plain for mark in _MARKS):
        return "html"
    raise Refused("sheet-not-a-table", status=422, found="XML")


def check_archive(file: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    """The opened archive of an .xlsx, after its declared sizes were checked; nothing is unpacked before that."""
    try:
        archive = zipfile.ZipFile(file)
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, LookupError, NotImplementedError) as error:
        raise Refused("sheet-broken", status=422, kind="xlsx") from error
    if len(parts) > limits.parts:
        raise limits.refuse("parts")
    if sum(part.file_size for part in parts) > limits.unpacked:
        raise limits.refuse("unpacked")
    for part in parts:
        if part.file_size > limits.ratio_free and part.file_size > limits.ratio * max(part.compress_size, 1):
            raise limits.refuse("ratio")
        if part.flag_bits & 1:
            raise Refused("sheet-locked", status=422)
    _refuse_other_archives({part.filename for part in parts})
    return archive


def packed_table(file: IO[bytes], limits: Limits) -> IO[bytes] | None:
    """The one file inside an archive that is no workbook itself, opened; None where it is one or holds several."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, LookupError, NotImplementedError):
        return None
    parts = [part for part in archive.infolist() if not part.is_dir() and not part.filename.startswith("__MACOSX/")]
    if len(parts) != 1 or parts[0].filename.lower().endswith((".xml", ".bin")):
        return None
    if parts[0].flag_bits & 1:
        raise Refused("sheet-locked", status=422)
    if parts[0].file_size > limits.unpacked:
        raise limits.refuse("unpacked")
    try:
        return archive.open(parts[0])
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise Refused("sheet-broken", status=422, kind="zip") from error


def _refuse_other_archives(names: set[str]) -> None:
    if any(name.lower().endswith("workbook.xml") for name in names):
        return
    for inside, found in (("workbook.bin", "XLSB"), ("document.xml", "Word"), ("presentation.xml", "PowerPoint")):
        if any(name.lower().endswith(inside) for name in names):
            raise Refused("sheet-not-a-table", status=422, found=found)
    found = "ODS" if {"mimetype", "content.xml"} <= names else "ZIP"
    raise Refused("sheet-not-a-table", status=422, found=found)
