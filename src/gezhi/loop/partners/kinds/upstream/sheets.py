"""The reply sheet of a platform: its cases that are answered, in its columns; what happened inside stays inside."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import xlsx_pieces
from gezhi.loop.models import Partner
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.files import wording_of
from gezhi.loop.partners.kinds.upstream.said import status_of
from gezhi.loop.partners.rules.wording import quiet, said
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, verb


@verb("partner.edit")
def reply_rows(
    partner: Partner, *, actor: Actor, now: datetime, since: datetime | None = None, until: datetime | None = None
) -> tuple[list[str], list[list[Any]]]:
    """Header and rows. Raises mapping-wrong where the mapping has no [sheet]; the ledger keeps how many rows left."""
    how = wording_of(partner)
    if not how.sheet:
        raise Refused("mapping-wrong", status=422, field="mapping", file=str(partner.wishes.get("mapping")),
                      what="sheet", why="missing")  # fmt: skip
    rows = []
    for link in store.links_answered(partner, since, until):
        told: Mapping[str, Any] = status_of(link, link.case, link.case.state, at=now)
        rows.append([quiet(value) for value in said(told, how.sheet, how).values()])
    record("partner.sheet", "partner", partner.code, actor=actor, body={"rows": len(rows)})
    return list(how.sheet), rows


def reply_sheet(partner: Partner, target: Path, *, actor: Actor, now: datetime) -> int:
    """Write the reply sheet; how many cases it answers. It appears under its name only when it is whole."""
    header, rows = reply_rows(partner, actor=actor, now=now)
    passing = target.with_name(f".{target.name}.part")
    with passing.open("wb") as file:
        for piece in xlsx_pieces(("1", header, rows)):
            file.write(piece)
    passing.replace(target)
    return len(rows)
