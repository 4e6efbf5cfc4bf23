"""Lays a filled .docx or .xlsx out as PDF, with typst and a Chinese font that comes along; nothing is fetched."""

from gezhi.kernel.errors import Refused
from gezhi.kit.documents import archive
from gezhi.kit.documents.pdf import sheets, text, typesetting

_DAMAGE = (ArithmeticError, AttributeError, EOFError, LookupError, SyntaxError, TypeError, ValueError, OSError)


def to_pdf(data: bytes) -> bytes:
    """The PDF of a document: paragraphs, tables, heads and feet, or sheets as tables.

    Refuses what archive.kind_of refuses, document-pdf-formula (422) where a cell has a formula, document-font-missing.
    """
    return typesetting.pdf(_source(data))


def to_pages(data: bytes, most: int = 3) -> list[bytes]:
    """The first pages as PNG pictures, to be looked at before a template holds."""
    return typesetting.pages(_source(data), most)


def _source(data: bytes) -> str:
    kind = archive.kind_of(data)
    try:
        return text.source(data) if kind == "docx" else sheets.source(data)
    except Refused:
        raise
    except _DAMAGE as error:
        raise Refused("document-broken", status=422) from error
