"""The ledger sealed, checked, signed and exported; everything streams, so a million records fit in a small box."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.trust.rules.chain import START, canonical_json, record_digest, seal_hash, signature_holds, signed
from gezhi.trust.service.acts import look_again
from gezhi.trust.service.sealing import signing_key
from gezhi.trust.store import acts as act_store
from gezhi.trust.store import ledger as store

BATCH = 5000
NAMED = 20  # breaks named one by one; the rest are counted


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the ledger is not what it was: `what` is a code with a sentence in the locale files."""

    what: str
    sequence: int | None
    record_id: str


@dataclass(slots=True)
class Verdict:
    """What checking found."""

    sealed: int = 0
    unsealed: int = 0
    oldest_unsealed_seconds: float = 0.0
    sequence: int = 0
    hash: str = START.hex()
    broken: int = 0
    breaks: list[Break] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is broken."""
        return not self.broken

    @property
    def first(self) -> Break | None:
        """The first break in the order of the chain that names its record, or the first at all."""
        return next((item for item in self.breaks if item.record_id), self.breaks[0] if self.breaks else None)

    def found(self, what: str, sequence: int | None, record_id: str) -> None:
        """Note a break."""
        self.broken += 1
        if len(self.breaks) < NAMED:
            self.breaks.append(Break(what, sequence, record_id))


def seal_pending(now: datetime) -> int:
    """Seal every committed record that waits, in batches under the advisory lock; the number sealed."""
    del now
    total = 0
    while True:
        sealed = _seal_batch()
        total += sealed
        if sealed < BATCH:
            if total:
                look_again()
            return total


def _seal_batch() -> int:
    with transaction.atomic():
        store.lock_chain()
        waiting = store.pending(BATCH)
        if not waiting:
            return 0
        sequence, previous = store.head() or (0, START)
        rows = []
        for key, digest in waiting:
            sequence += 1
            link = seal_hash(sequence, key, digest, previous)
            rows.append((sequence, key, previous, link))
            previous = link
        store.insert_seals(rows)
        return len(rows)


def verify(now: datetime) -> Verdict:
    """Seal what waits, then check every record, every link, and that nothing was taken away."""
    seal_pending(now)
    verdict = check_chain(store.chain(BATCH))
    for queued, *record in store.unsealed(BATCH):
        if not queued:
            verdict.found("seal-missing", None, record[0])
        elif _digest(record) != bytes(record[8]):
            verdict.found("record-changed", None, record[0])
        verdict.unsealed += 1
    for key in store.queued_without_record():
        verdict.found("record-missing", None, key)
    for paper in store.checkpoints():
        what = checkpoint_fault(json.loads(paper.document))
        if what:
            verdict.found(what, paper.sequence, str(paper.pk))
    verdict.oldest_unsealed_seconds = act_store.oldest_unsealed_seconds()
    return verdict


def check_chain(rows: Iterable[Any]) -> Verdict:
    """Check seals in order, each as (sequence, record id, previous hash, hash, the nine values of the record)."""
    verdict = Verdict()
    expected, previous = 1, START
    for sequence, key, prev_raw, link_raw, *record in rows:
        prev_hash, link = bytes(prev_raw), bytes(link_raw)
        if sequence != expected:
            verdict.found("seal-missing", expected, "")
        what = _link_fault(sequence, key, prev_hash, link, record)
        if what is None and prev_hash != previous and sequence == expected:
            what = "chain-broken"
        if what:
            verdict.found(what, sequence, key)
        verdict.sealed += 1
        verdict.sequence, verdict.hash = sequence, link.hex()
        expected, previous = sequence + 1, link
    return verdict


def _digest(record: list[Any]) -> bytes | None:
    return None if record[1] is None else record_digest(record[:8])


def _link_fault(sequence: int, key: str, prev_hash: bytes, link: bytes, record: list[Any]) -> str | None:
    if record[0] is None:
        return "record-missing"
    digest = _digest(record)
    if digest != bytes(record[8]):
        return "record-changed"
    if seal_hash(sequence, key, digest, prev_hash) != link:
        return "seal-broken"
    return None


def checkpoint(now: datetime, *, out: Path | None = None) -> dict[str, Any]:
    """Seal what waits, sign how far the chain reaches, keep the paper, and write it to `out` where given."""
    seal_pending(now)
    sequence, link = store.head() or (0, START)
    document = signed(
        {
            "kind": "gezhi-ledger-checkpoint",
            "version": 1,
            "sequence": sequence,
            "hash": link.hex(),
            "time": now.isoformat(),
        },
        signing_key(),
    )
    if out is not None:
        out.write_text(checkpoint_text(document), encoding="utf-8")
    store.insert_checkpoint(uuid7(), sequence, canonical_json(document))
    return document


def checkpoint_text(document: dict[str, Any]) -> str:
    """A checkpoint as it stands in its file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def public_key() -> str:
    """The public key of this installation in hexadecimal; keep a copy elsewhere, to know its checkpoints by."""
    return signing_key().public_key().public_bytes_raw().hex()


def checkpoint_fault(document: dict[str, Any], *, key: str = "") -> str:
    """What is wrong with a checkpoint held against this ledger, or an empty text."""
    if document.get("kind") != "gezhi-ledger-checkpoint" or not signature_holds(document):
        return "checkpoint-forged"
    if document["public_key"] != (key or public_key()):
        return "checkpoint-foreign"
    sequence = int(document["sequence"])
    there = store.hash_at(sequence) if sequence else START
    if there is None:
        return "chain-cut"
    return "" if there.hex() == document["hash"] else "chain-rewritten"


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint from a file, or a refusal that says what the file is not."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        int(document["sequence"])
        bytes.fromhex(document["hash"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Refused("checkpoint-unreadable", status=422, file=str(path)) from fault
    return dict(document)


def export(out: Path, now: datetime) -> int:
    """Write the whole sealed ledger and a checkpoint to one file of JSON lines that anyone can check; lines written."""
    lines = 0
    with out.open("w", encoding="utf-8") as file:
        paper = checkpoint(now)
        for sequence, key, prev_hash, link, *record in store.chain(BATCH):
            if sequence > paper["sequence"]:
                break
            digest = bytes(record[8]).hex() if record[0] is not None else None
            row = [sequence, key, bytes(prev_hash).hex(), bytes(link).hex(), *record[:8], digest]
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            lines += 1
        file.write(json.dumps(paper, ensure_ascii=False) + "\n")
    return lines


def verify_export(path: Path, *, key: str = "") -> Verdict:
    """Check an exported ledger with nothing but the file; give the office's public key to know that it signed."""
    paper: dict[str, Any] = {}

    def rows() -> Iterator[list[Any]]:
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if isinstance(row, dict):
                    paper.update(row)
                    return
                row[2], row[3] = bytes.fromhex(row[2]), bytes.fromhex(row[3])
                row[12] = bytes.fromhex(row[12]) if row[12] is not None else None
                yield row

    try:
        verdict = check_chain(rows())
    except (OSError, ValueError, TypeError, IndexError) as fault:
        raise Refused("ledger-file-unreadable", status=422, file=str(path)) from fault
    if not signature_holds(paper):
        verdict.found("checkpoint-forged", None, "")
    elif key and paper["public_key"] != key:
        verdict.found("checkpoint-foreign", None, "")
    elif paper["sequence"] != verdict.sequence or paper["hash"] != verdict.hash:
        verdict.found("chain-cut", paper["sequence"], "")
    return verdict


def status() -> dict[str, Any]:
    """How far the chain reaches and how old the oldest unsealed record is; cheap enough for the health page."""
    sequence, link = store.head() or (0, START)
    return {
        "sequence": sequence,
        "hash": link.hex(),
        "oldest_unsealed_seconds": act_store.oldest_unsealed_seconds(),
        "public_key": public_key(),
    }
