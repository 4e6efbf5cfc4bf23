"""Verbs of documents: a template is put, chosen, tried; a document is made of a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.kit.documents import archive, check, fill
from gezhi.loop.documents import store
from gezhi.loop.documents.builtin import built_in
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.documents.values import values_of
from gezhi.loop.models import DocumentTemplate
from gezhi.loop.service.reading import view
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

PUT = "document.template.put"


@dataclass(frozen=True, slots=True)
class Made:
    """A filled document; version 0 is the template that came with the product."""

    data: bytes
    format: str
    number: str
    kind: str
    version: int
    used: tuple[str, ...]


def known(kind: str) -> frozenset[str]:
    """The placeholders of a kind. Raises document-kind-unknown (404)."""
    if kind not in KINDS:
        raise Refused("document-kind-unknown", status=404, kind=kind[:40])
    return frozenset(KINDS[kind].known)


@verb("document.template.put")
def put_template(kind: str, name: str, file: IO[bytes], *, actor: Actor, now: datetime) -> DocumentTemplate:
    """A new version, in force at once; refused with the place where it asks for something unknown."""
    require(actor, PUT)
    names = known(kind)
    data = file.read(archive.MOST_BYTES + 1)
    checked = check(data, names)
    digest = uploads.keep(data)
    by = int(actor.id)
    row = store.add(kind, name[:200], checked.format, digest, len(data), by=by, at=now)
    store.choose(kind, row, by=by, at=now)
    record(PUT, "document_template", row.pk, actor=actor, body={"kind": kind, "version": row.version, "digest": digest})
    return row


@verb("document.template.put")
def choose_template(kind: str, version: int, *, actor: Actor, now: datetime) -> None:
    """Put an older version in force again, or with 0 the template that came with the product."""
    require(actor, PUT)
    known(kind)
    row = next((one for one in store.versions(kind) if one.version == version), None)
    if row is None and version:
        raise Refused("document-template-unknown", status=404, version=version)
    before = store.chosen().get(kind)
    if (before.version if before else 0) == version:
        unchanged()
        return
    store.choose(kind, row, by=int(actor.id), at=now)
    record("document.template.choose", "document_kind", kind, actor=actor, body={"kind": kind, "version": version})


@verb("document.make")
def make(kind: str, case_id: UUID | str, *, actor: Actor, now: datetime) -> Made:
    """A document of a case by the template in force, as far as the actor may read the case; in the ledger."""
    names = known(kind)
    shown = view(case_id, actor=actor, now=now)
    template = store.chosen().get(kind)
    data, version = template_bytes(kind, template)
    checked = check(data, names)
    made = fill(data, values_of(kind, shown, actor=actor, now=now))
    body = {"kind": kind, "version": version, "template": template.digest if template else ""}
    record("document.make", "case", shown.case.pk, actor=actor, body=body)
    used = tuple(dict.fromkeys(one.name for one in checked.found))
    return Made(made, checked.format, shown.case.number, kind, version, used)


def template_bytes(kind: str, template: DocumentTemplate | None) -> tuple[bytes, int]:
    """The bytes of a template and its version."""
    return (uploads.read(template.digest), template.version) if template else (built_in(kind), 0)


def template_of(kind: str, version: int, *, actor: Actor) -> tuple[bytes, str]:
    """A template as it is, to be changed in an office program; with its format."""
    require(actor, PUT)
    known(kind)
    row = next((one for one in store.versions(kind) if one.version == version), None)
    if row is None and version:
        raise Refused("document-template-unknown", status=404, version=version)
    return template_bytes(kind, row)[0], row.format if row else "docx"


def used(kind: str) -> list[str]:
    """The placeholders that the template in force of a kind uses."""
    data, _ = template_bytes(kind, store.chosen().get(kind))
    return list(dict.fromkeys(one.name for one in check(data, known(kind)).found))
