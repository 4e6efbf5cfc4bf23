"""One way in for both kinds of template: check it, then fill it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from gezhi.kernel.errors import Refused
from gezhi.kit.documents import archive, word, workbook
from gezhi.kit.documents.language import Found, Reader, sample

# what the readers of office files raise on damaged input
_DAMAGE = (ArithmeticError, AttributeError, EOFError, LookupError, SyntaxError, TypeError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Checked:
    """A template that can be filled: its format and the placeholders it uses, in order, each at its place."""

    format: str
    found: tuple[Found, ...]


def check(data: bytes, known: Collection[str]) -> Checked:
    """Read a template and try it.

    `known` names what may be used: "case.number", and "steps[].at" for what each row of a list has. Refuses
    document-placeholder-unknown and document-template-syntax with the place, and what archive.kind_of refuses.
    """
    kind, reader = archive.kind_of(data), Reader(known)
    read = word.read if kind == "docx" else workbook.read
    try:
        read(data, reader)
    except Refused:
        raise
    except _DAMAGE as error:
        raise Refused("document-broken", status=422) from error
    fill(data, sample(known))
    return Checked(kind, tuple(reader.found))


def fill(data: bytes, values: dict[str, Any]) -> bytes:
    """The document made of a template and plain data (dicts, lists, texts, numbers)."""
    kind = archive.kind_of(data)
    try:
        return word.fill(data, values) if kind == "docx" else workbook.fill(data, values)
    except TemplateError as error:
        raise Refused("document-template-syntax", status=422, tag=str(error.message)[:80], place=kind) from error
    except Refused:
        raise
    except _DAMAGE as error:
        raise Refused("document-broken", status=422) from error
