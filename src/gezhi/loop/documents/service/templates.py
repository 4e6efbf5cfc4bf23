"""Verbs of templates: a version is put, put in force, taken down."""

from dataclasses import dataclass
from datetime import datetime
from typing import IO

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.kit.documents import archive, check
from gezhi.loop.documents.builtin import built_in
from gezhi.loop.documents.rules import KINDS, Kind
from gezhi.loop.documents.store import templates as store
from gezhi.loop.models import DocumentTemplate
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

PUT = "document.template.put"


@dataclass(frozen=True, slots=True)
class Template:
    """The bytes of a template; version 0 is the one that came with the product."""

    data: bytes
    form: str
    version: int = 0
    digest: str = ""


def kind_of(code: str) -> Kind:
    """Raises document-kind-unknown (404)."""
    if code not in KINDS:
        raise Refused("document-kind-unknown", status=404, kind=code[:40])
    return KINDS[code]


def known(kind: str) -> frozenset[str]:
    """The placeholders of a kind. Raises document-kind-unknown (404)."""
    return frozenset(kind_of(kind).known)


@verb("document.template.put")
def put_template(
    kind: str, name: str, file: IO[bytes], *, actor: Actor, now: datetime, hold: bool = False
) -> DocumentTemplate:
    """A new version, in force at once unless it is to be tried before (`hold`).

    Refused with the place where it asks for something unknown.
    """
    require(actor, PUT)
    names = known(kind)
    data = file.read(archive.MOST_BYTES + 1)
    checked = check(data, names)
    digest = uploads.keep(data)
    alone(f"document:{kind}")  # its version is the next after the newest
    by = int(actor.id)
    row = store.add(kind, name[:200], checked.format, digest, len(data), by=by, at=now)
    if not hold:
        store.choose(slot_of(kind, row.format), row, by=by, at=now)
    body = {"kind": kind, "version": row.version, "digest": digest, "in_force": not hold}
    record(PUT, "document_template", row.pk, actor=actor, body=body)
    return row


def slot_of(kind: str, form: str) -> str:
    """For what a template of this format is chosen."""
    return store.slot(kind, form if form in kind_of(kind).forms else "")


@verb("document.template.put")
def choose_template(kind: str, version: int, *, actor: Actor, now: datetime, form: str = "") -> None:
    """Put a version in force, or with 0 the template that came with the product (of a format, where both hold)."""
    require(actor, PUT)
    row = stored(kind, version)
    if row is None and form not in kind_of(kind).forms:
        raise Refused("document-template-unknown", status=404, version=version)
    slot = slot_of(kind, row.format if row else form)
    before = store.chosen().get(slot)
    if (before.version if before else 0) == version:
        unchanged()
        return
    store.choose(slot, row, by=int(actor.id), at=now)
    body = {"kind": kind, "version": version, "slot": slot}
    record("document.template.choose", "document_kind", kind, actor=actor, body=body)


def stored(kind: str, version: int) -> DocumentTemplate | None:
    """A version of the office, None for 0. Raises document-kind-unknown, document-template-unknown (404)."""
    kind_of(kind)
    row = store.version(kind, version) if version else None
    if row is None and version:
        raise Refused("document-template-unknown", status=404, version=version)
    return row


def of_version(kind: str, version: int, *, form: str = "", language: str = "zh-hans", columns: int = 0) -> Template:
    """A version as it is."""
    row = stored(kind, version)
    return _template(row, kind, form, language, columns)


def in_force(kind: str, *, form: str = "", language: str = "zh-hans", columns: int = 0) -> Template:
    """The template that holds."""
    row = store.chosen().get(slot_of(kind, form))
    return _template(row, kind, form, language, columns)


def _template(row: DocumentTemplate | None, kind: str, form: str, language: str, columns: int) -> Template:
    if row is not None:
        return Template(uploads.read(row.digest), row.format, row.version, row.digest)
    form = form or "docx"
    return Template(built_in(kind, form, language, columns), form)


def template_of(
    kind: str, version: int, *, actor: Actor, form: str = "", language: str = "zh-hans"
) -> tuple[bytes, str]:
    """A template as it is, to be changed in an office program; with its format."""
    require(actor, PUT)
    if form and form not in kind_of(kind).forms:
        raise Refused("document-template-unknown", status=404, version=version)
    found = of_version(kind, version, form=form, language=language)
    return found.data, found.form


_used: dict[tuple[str, str], list[str]] = {}  # by kind and digest: a version never changes, and reading one takes time


def used(kind: str) -> list[str]:
    """The placeholders that the template in force of a kind uses."""
    template = in_force(kind)
    key = (kind, template.digest)
    if key not in _used:
        _used[key] = list(dict.fromkeys(one.name for one in check(template.data, known(kind)).found))
    return _used[key]
