"""Rows that were refused: kept sealed beside their batch, and given back as a sheet to mend and import again.

They hold what people wrote, so they are sealed under a key of the batch; forgetting the rows is destroying that key.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.utils import translation

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain, sentence
from gezhi.kit.sheets import Cell, Table, write_xlsx
from gezhi.loop.importing import store
from gezhi.loop.importing.columns import REASON, ours
from gezhi.loop.importing.rules import Reject
from gezhi.loop.models import Batch, BatchReject
from gezhi.loop.store import below
from gezhi.trust.service import new_requesters, open_text, seal_text, sealed_requester

LONGEST = 33_000  # characters of a cell that are kept: more than a spreadsheet cell can show


def keeper_of(batch: Batch) -> Any:
    """The holder of the batch's key, made with the first run."""
    key = batch.mapping.get("keeper")
    found = below.requesters().filter(pk=key).first() if key else None
    if found is None:
        found = sealed_requester()
        new_requesters([found])
        batch.mapping = {**batch.mapping, "keeper": str(found.pk)}
        store.save_batch(batch, "mapping")
    return found


def sealed_rejects(batch: Batch, keeper: Any, rejects: Iterable[Reject]) -> list[BatchReject]:
    return [
        BatchReject(
            batch=batch,
            sheet=reject.sheet[:80],
            row=reject.row,
            code=reject.code,
            facts={},
            sealed=seal_text(keeper, {"facts": plain(reject.facts), "cells": [_kept(cell) for cell in reject.cells]}),
        )
        for reject in rejects
    ]


def _kept(cell: Cell) -> str | int | float | bool | None:
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell[:LONGEST] if isinstance(cell, str) else cell


def opened(batch: Batch, limit: int | None = None) -> Iterator[Reject]:
    """The rejects of a batch in the order of its rows; none once they are forgotten."""
    keeper = keeper_of(batch)
    for row in store.rejects(batch, limit):
        kept = open_text(keeper, row.sealed)
        yield Reject(row.row, row.sheet, row.code, kept.get("facts", {}), tuple(kept.get("cells", ())))


def reason(reject: Reject, language: str | None = None) -> str:
    """The sentence that says why."""
    return sentence(Refused(reject.code, **reject.facts), language)


def write_rejects(batch: Batch, target: IO[bytes]) -> None:
    """The refused rows with their own columns and the reason, a sheet for each sheet, as .xlsx."""
    write_xlsx(target, *tables(batch.mapping.get("headers", {}), opened(batch)))


def tables(headers: Mapping[str, Sequence[str]], rejects: Iterable[Reject]) -> list[Table]:
    """The refused rows as tables to write, in the language in force."""
    by_sheet: dict[str, list[Reject]] = {}
    for reject in rejects:
        by_sheet.setdefault(reject.sheet, []).append(reject)
    language = translation.get_language() or "zh-hans"
    return [_table(name, headers.get(name, []), rows, language) for name, rows in by_sheet.items()]


def _table(name: str, header: Sequence[str], rows: Sequence[Reject], language: str) -> Table:
    width = max(len(header), *(len(row.cells) for row in rows))
    wide = [*header, *[""] * (width - len(header))]
    kept = [column for column in range(width) if not ours(wide[column])]  # a sheet mended in vain gets a new reason
    names = [*(wide[column] for column in kept), REASON[not language.startswith("zh")]]
    cells = (
        [*(row.cells[column] if column < len(row.cells) else None for column in kept), reason(row, language)]
        for row in rows
    )
    return name or "Sheet1", names, cells
