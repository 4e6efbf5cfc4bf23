"""Taking the content of a pack into the loop: a new version replaces the one in force, local edits stay and win."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from gezhi.kernel.errors import Refused
from gezhi.loop.models import (
    CatalogueItem,
    CatalogueVersion,
    CodeItem,
    FormQuestion,
    Keyword,
    Limit,
    Matter,
    OfficeHours,
    PublicRule,
    ReplyCheck,
    Rung,
    ScoreBand,
    ScoreGroup,
    ScoreIndicator,
    ScoreMeasure,
    ScoreSet,
    StandardReply,
    TownDuty,
)
from gezhi.loop.models.content import Content
from gezhi.loop.service.calendar import add_days
from gezhi.loop.store import content as store
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

Row = Mapping[str, Any]
TABLES: Mapping[str, type[Content]] = {
    "matters": Matter,
    "limits": Limit,
    "escalation": Rung,
    "codes": CodeItem,
    "replies": StandardReply,
    "reply_checks": ReplyCheck,
    "questions": FormQuestion,
    "keywords": Keyword,
    "office_hours": OfficeHours,
    "measures": ScoreMeasure,
    "score_sets": ScoreSet,
    "indicators": ScoreIndicator,
    "score_groups": ScoreGroup,
    "bands": ScoreBand,
    "duties": TownDuty,
    "public_rules": PublicRule,
}
SKIP = {"id", "pack", "version", "active", "edited_at", "edited_by"}


def columns(table: str) -> "dict[str, models.Field[Any, Any]]":
    """The columns that a table of a pack may have, by name."""
    return {field.name: field for field in TABLES[table]._meta.concrete_fields if field.name not in SKIP}


@verb("pack.load")
def load_content(
    pack: str, version: str, tables: Mapping[str, Sequence[Row]], *, actor: Actor, now: datetime
) -> dict[str, int]:
    """Put a version of a pack in force, whole or not at all. Values are typed already (see packs).

    `tables` may hold any of TABLES, and "catalogue" (one edition, in force when none is), and "calendar" (days).
    Loading the version that is in force changes nothing. Raises Refused("pack-version-differs") where the same
    version was loaded with other content: versions are immutable.
    """
    require(actor, "pack.load")
    counts: dict[str, int] = {}
    for name, rows in tables.items():
        if name in TABLES:
            counts[name] = _replace(TABLES[name], pack, version, rows)
    if "calendar" in tables:
        counts["calendar"] = add_days(tables["calendar"])
    if "catalogue" in tables:
        counts["catalogue"] = add_edition(f"{pack}@{version}", tables["catalogue"], now=now)
    record("pack.load", "pack", pack, actor=actor, body={"version": version, **counts})
    store.forget()
    return counts


def _replace(model: type[Content], pack: str, version: str, rows: Iterable[Row]) -> int:
    known: models.QuerySet[Content] = model._default_manager.filter(pack=pack)
    fresh = [model(pack=pack, version=version, active=True, **row) for row in rows]
    same = list(known.filter(version=version))
    if same:
        if sorted(map(_values, same)) != sorted(map(_values, fresh)):
            raise Refused("pack-version-differs", pack=pack, version=version, table=model._meta.model_name)
        known.exclude(version=version).update(active=False)
        known.filter(version=version).update(active=True)
        return len(same)
    known.update(active=False)
    model._default_manager.bulk_create(fresh, batch_size=1000)
    return len(fresh)


def _values(row: Content) -> str:
    """The row in one spelling: the database gives the keys of `extra` back in an order of its own."""
    values = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name not in SKIP}
    return json.dumps(values, sort_keys=True, default=str)


def add_edition(name: str, rows: Sequence[Row], *, now: datetime) -> int:
    """One edition of the dispatch catalogue; it comes into force only where none is."""
    if CatalogueVersion.objects.filter(name=name).exists():
        return CatalogueItem.objects.filter(edition__name=name).count()
    first = not CatalogueVersion.objects.filter(in_force=True).exists()
    edition = CatalogueVersion.objects.create(
        name=name, created_at=now, in_force=first, published_at=now if first else None
    )
    CatalogueItem.objects.bulk_create(
        [CatalogueItem(edition=edition, no=number, **row) for number, row in enumerate(rows, 1)], batch_size=1000
    )
    return len(rows)


@verb("matter.edit")
def edit_matter(
    code: str, *, name_zh: str, name_en: str = "", parent: str = "", hidden: bool = False, successor: str = "",
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Add or rename a matter of this place; codes begin with the code of their parent.

    A hidden one is no longer in use: open cases keep it, new ones cannot have it, and are told of its successor.
    """
    require(actor, "matter.edit")
    kept = store.content()
    if successor and (successor == code or successor not in kept.matters or kept.retired(successor)):
        raise Refused("matter-successor", status=422, matter=code, successor=successor[:20])
    if not name_zh.strip() or not code.isalnum() or len(code) > 20 or not code.startswith(parent):
        raise Refused("matter-malformed", status=422, matter=code)
    above = kept.matters.get(parent)
    if parent and above is None:
        raise Refused("matter-unknown", status=422, matter=parent)
    level = above.level + 1 if above else 1
    if level > 3:
        raise Refused("matter-too-deep", status=422, matter=code)
    Matter.objects.filter(pack="local", code=code).delete()
    Matter.objects.create(
        pack="local", version="1", code=code, parent=parent, level=level, name_zh=name_zh.strip(),
        name_en=name_en.strip(), successor=successor if hidden else "",
        valid_to=kept.calendar.local_date(now) - timedelta(days=1) if hidden else None,
    )  # fmt: skip
    body = {"parent": parent, "hidden": hidden, "successor": successor}
    record("matter.edit", "matter", code, actor=actor, body=body)
    store.forget()
