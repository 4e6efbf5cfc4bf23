"""Opens a template: what it really is, how much it would unpack to, and nothing in it that runs or loads by itself."""

import io
import re
import zipfile
from typing import Any

from gezhi.kernel.errors import Refused

MOST_BYTES = 10 * 2**20
MOST_UNPACKED = 100 * 2**20
MOST_RATIO = 150
RATIO_FREE = 2**20  # a small part may pack as well as it likes
MOST_PARTS = 2_000
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGE = (
    zipfile.BadZipFile, OSError, ValueError, EOFError, LookupError, NotImplementedError, RuntimeError, SyntaxError,
)  # fmt: skip
_ACTIVE = re.compile(
    r"vbaproject|/activex/|/embeddings/|/externallinks/|/afchunk|/macrosheets/|/querytables/", re.IGNORECASE
)
_LOST = re.compile(
    r"^xl/(charts|chartsheets|pivottables|slicers)/", re.IGNORECASE
)  # the workbook reader would drop these
_DOCTYPE = re.compile(rb"<!(?:doctype|entity)", re.IGNORECASE)
_HYPERLINK = "/hyperlink"  # the one link to the outside that waits for a click
_BROUGHT = (
    "/afchunk",
    "/oleobject",
    "/package",
    "/control",
    "/vbaproject",
    "/attachedtemplate",
    "/subdocument",
    "/frame",
)


def kind_of(data: bytes) -> str:
    """Docx or xlsx, by what is inside; refuses document-too-large, document-kind, document-broken, document-bomb,
    document-unsafe, document-unsupported (422).
    """
    if len(data) > MOST_BYTES:
        raise Refused("document-too-large", status=422, megabytes=MOST_BYTES // 2**20)
    if data.startswith(_OLE):
        raise Refused("document-kind", status=422, found="doc / xls / wps")
    if not data.startswith(b"PK"):
        raise Refused("document-kind", status=422, found="?")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _judge(archive)
    except _DAMAGE as error:
        raise Refused("document-broken", status=422) from error


def _judge(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    _sizes(parts)
    names = {part.filename for part in parts}
    kind = next((kind for kind, main in MAIN.items() if main in names), "")
    if not kind:
        raise Refused("document-kind", status=422, found="ZIP")
    for name in sorted(names):
        if _ACTIVE.search(f"/{name}"):
            raise Refused("document-unsafe", status=422, what=name)
        if _LOST.search(name):
            raise Refused("document-unsupported", status=422, what=name)
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            _contents(part.filename, archive.read(part))
    return kind


def _sizes(parts: list[zipfile.ZipInfo]) -> None:
    """Declared sizes, before anything is unpacked; the reader of archives stops at the declared size."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused("document-bomb", status=422, megabytes=MOST_UNPACKED // 2**20)
    for part in parts:
        if part.file_size > RATIO_FREE and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            raise Refused("document-bomb", status=422, megabytes=MOST_UNPACKED // 2**20)


def _contents(name: str, xml: bytes) -> None:
    """No declarations of entities, and no link that an office program follows by itself when it opens the file.

    Links are read as the office program reads them: their prefix, their order and their spelling are free.
    """
    if _DOCTYPE.search(xml.replace(b"\0", b"")):
        raise Refused("document-unsafe", status=422, what=name)
    if not name.endswith(".rels"):
        return
    for link in parsed(xml).iter("{*}Relationship", "Relationship"):
        kind, outside = (link.get("Type") or "").lower(), (link.get("TargetMode") or "").strip().lower() == "external"
        if (outside and not kind.endswith(_HYPERLINK)) or kind.endswith(_BROUGHT):
            raise Refused("document-unsafe", status=422, what=name)


def parsed(xml: bytes) -> Any:
    """A part as a tree, read without entities and without the network."""
    from docx.oxml.parser import parse_xml  # late: with the reader of Word files, which few processes need

    return parse_xml(xml)
