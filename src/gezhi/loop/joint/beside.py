"""What stands beside a form that names a unit or judges a return: loads, the township list, precedents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.kit.text import pick
from gezhi.loop.duties import service as duties
from gezhi.loop.duties import store as loads
from gezhi.loop.duties.rules import TOWNSHIPS, TownDuty
from gezhi.loop.joint import precedents
from gezhi.loop.models import Precedent
from gezhi.loop.pages import common
from gezhi.loop.service.reading import CaseView
from gezhi.loop.service.registering import suggested_units
from gezhi.loop.store import below
from gezhi.loop.store.content import Content
from gezhi.trust.rules import Actor

NAMING = ("dispatch", "adjudicate", "change_lead")  # moves that put a unit in charge
JUDGING = ("return", "adjudicate")
WEEK = timedelta(days=7)
PEOPLE = 3  # handlers named beside a unit


def of_form(form: dict[str, Any], shown: CaseView, actor: Actor, kept: Content, now: datetime) -> None:
    """Put what helps to decide beside the form of a move."""
    name = form["name"]
    if name in NAMING:
        form["beside"] = units_beside(form, shown, actor, kept, now)
    if name in JUDGING:
        near = precedents.near(shown.case, actor=actor)
        form["precedents"] = [told(each, kept) for each in near]
        cites = next((field for field in form["fields"] if field["name"] == "cites"), None)
        if cites is not None and near:
            numbers = [(each.precedent.case.number, _short(each.precedent, kept)) for each in near if each.readable]
            cites |= {"type": "select", "options": common.choices(numbers, cites["value"])}


def _short(row: Precedent, kept: Content) -> str:
    return f"{row.case.number} · {common.matter_name(kept, row.matter, 1)} · {pgettext('ruling', row.ruling)}"


def told(each: precedents.Near, kept: Content) -> dict[str, Any]:
    """A precedent in words."""
    row = each.precedent
    return {
        "number": row.case.number, "url": f"/desk/{row.case.pk}/" if each.readable else "",
        "matter": common.matter_name(kept, row.matter), "ruling": pgettext("ruling", row.ruling),
        "by": common.named(row.returned_by), "unit": common.named(row.unit), "basis": row.basis, "at": row.made_at,
    }  # fmt: skip


def units_beside(
    form: dict[str, Any], shown: CaseView, actor: Actor, kept: Content, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The units that come into question, each with what it has on its hands and what the township list says."""
    case = shown.case
    found = suggested_units(case.matter, case.area)
    keys = [unit.pk for unit in (found["lead"], *found["assisting"], found["fallback"]) if unit is not None]
    picked = [o["value"] for f in form["fields"] if f["type"] == "unit" for o in f["options"] if o["selected"]]
    proposed = [entry.facts["proposed"] for entry in reversed(shown.entries) if entry.facts.get("proposed")][:1]
    keys = list(dict.fromkeys([*picked, *proposed, *([case.lead_id] if case.lead_id else []), *keys]))
    rows = below.named(below.units(), keys)
    line = duties.line_for(case, case.matter, kept)
    return {
        "units": load_rows([key for key in keys if key in rows], rows, actor, now),
        "line": line_words(line), "listed": bool(kept.town_duties),
        "town": any(row.kind in TOWNSHIPS for row in rows.values()), "url": "/desk/load/",
        "exception": f"/desk/{case.pk}/?move=duty_allow#move" if "duty_allow" in shown.offers else "",
    }  # fmt: skip


def line_words(line: TownDuty | None) -> dict[str, Any] | None:
    """A line of the list as it is shown."""
    if line is None:
        return None
    language = common.language()
    return {
        "kind": pgettext("town_duty", line.kind), "code": line.kind, "name": pick(line, "name", language),
        "lead": duties.lead_name(line.lead), "basis": pick(line, "basis", language), "verified": line.verified,
    }  # fmt: skip


def load_rows(keys: Sequence[int], rows: dict[int, Any], actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Loads with the names of those who have the most, in three statements whatever the number of units."""
    found = loads.loads(actor, now, now + WEEK, keys)
    users = below.named(below.users(), (user for load in found.values() for user in load.people if user))
    return [load_row(rows[key], found.get(key, loads.Load()), users) for key in keys]


def load_row(unit: Any, load: loads.Load, users: dict[int, Any], most: int = PEOPLE) -> dict[str, Any]:
    """One unit with its load in words."""
    people = sorted(load.people.items(), key=lambda pair: (pair[0] is None, -pair[1]))
    named = [
        {"name": users[user].display_name if user in users else gettext("nobody yet"), "n": count}
        for user, count in people
    ]
    return {
        "id": unit.pk, "name": common.named(unit), "open": load.open, "week": load.week, "late": load.late,
        "people": named[:most], "more": max(0, len(named) - most), "url": f"/desk/?tab=open&unit={unit.pk}",
        "all": gettext(", ").join(f"{one['name']} {one['n']}" for one in named),
    }  # fmt: skip
