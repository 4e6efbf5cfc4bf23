"""Builds the invented city before its cases: areas, units, people with their posts, and the demo's sign-ins."""

import csv
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from django.apps import apps

from gezhi.loop.duties.rules import fitting
from gezhi.loop.rules.catalogue import duty_for
from gezhi.loop.store.content import Content
from gezhi.packs.demo.tales import Cast, Duties, Party
from gezhi.packs.demo.texts import FOLDER, places, places_of
from gezhi.place.service import load_areas
from gezhi.trust.rules import Actor
from gezhi.trust.service import (
    actor_for,
    change_password,
    create_unit,
    create_user,
    grant_post,
    load_roles,
    rename_unit,
)
from gezhi.trust.store.people import units as all_units

BUSY = {"urban_management": 4, "housing": 3, "human_resources": 3, "market": 3, "police": 3, "education": 2,
        "health": 2, "transport": 2, "ecology": 2}  # fmt: skip
DESK = "hotline"
DESK_ROLES = {"operator": 5, "dispatcher": 3, "callback": 4, "supervisor": 2, "evaluator": 1}
LEADERS = 2
GRID, FIELD = 2, "street_nanhu"  # grid workers, and where they go
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")
SHOWN = ("urban_management", "street_nanhu")  # units whose people get a sign-in of the demo
HERE = "@area"  # the catalogue's word for the street or town of the case
LEVELS = {"city": "2", "district": "3", "street": "4", "town": "4", "community": "5", "village": "5"}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are taken for one another


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way into the demo: with which name, in which role, and who that is in both languages."""

    username: str
    role: str
    told: str


@dataclass(frozen=True, slots=True)
class City:
    """The city with its people, ready for cases."""

    cast: Cast
    root: str
    streets: dict[str, str]  # area code of a street or town: unit code
    sign_ins: tuple[SignIn, ...]
    password: str


def new_password() -> str:
    """A password for this one installation, easy to type."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def lay_areas(*, actor: Actor, now: datetime) -> None:
    """City, districts, streets and towns, communities and villages."""
    rows = [
        {"code": p.code, "parent": p.parent, "name_zh": p.zh, "name_en": p.en, "level": LEVELS[p.kind]}
        for p in places()
        if p.code
    ]
    faults = load_areas(rows, actor=actor, now=now).faults
    assert not faults, faults


def unit_rows() -> list[dict[str, str]]:
    """The units of the city, as the pack of matters names them."""
    with (FOLDER.parent / "citizen-requests" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def lay_units(root: str, *, actor: Actor, now: datetime) -> str:
    """Units from top to bottom; a root that stands already takes the city's name. Returns the code of the root."""
    rows = unit_rows()
    top = next(row for row in rows if not row["parent"])
    if root:
        rename_unit(root, top["name_zh"], top["name_en"], actor=actor, now=now)
    else:
        root = top["code"]
        create_unit(root, top["name_zh"], name_en=top["name_en"], kind=top["kind"], actor=actor, now=now)
    for row in rows:
        if row["parent"]:
            above = root if row["parent"] == top["code"] else row["parent"]
            create_unit(row["code"], row["name_zh"], parent=above, name_en=row["name_en"], kind=row["kind"],
                        actor=actor, now=now)  # fmt: skip
    return root


class Hiring:
    """Makes users with invented names and gives them posts."""

    def __init__(self, rng: Random, language: str, root: str, *, actor: Actor, now: datetime) -> None:
        self.rng, self.language, self.root, self.actor, self.now = rng, language, root, actor, now
        names = [(s, g) for s in places_of("surname") for g in (*places_of("given_m"), *places_of("given_f"))]
        rng.shuffle(names)
        self.names = names

    def hire(self, username: str, role: str, unit: str, scope: str = "") -> Any:
        """One user with one post."""
        family, given = self.names.pop()
        name = f"{given.en} {family.en}" if self.language == "en" else family.zh + given.zh
        tongue = "en" if self.language == "en" else "zh-hans"
        user = create_user(username, name, unit=unit, language=tongue, actor=self.actor, now=self.now)
        grant_post(username, role, scope or unit, actor=self.actor, now=self.now)
        return user

    def team(self, role: str, count: int) -> list[Any]:
        return [self.hire(f"{role}{number}", role, DESK, self.root) for number in range(1, count + 1)]


def build(language: str, root: str, *, rng: Random, since: datetime, now: datetime) -> City:
    """The whole city but its cases: since `since`, with sign-ins good at `now`."""
    actor = Actor.system("packs")
    load_roles(actor=actor, now=since)
    lay_areas(actor=actor, now=since)
    root = lay_units(root, actor=actor, now=since)
    hiring = Hiring(rng, language, root, actor=actor, now=since)
    users = {role: hiring.team(role, count) for role, count in DESK_ROLES.items()}
    users |= {role: [hiring.hire(f"{role}1", role, root)] for role in ADMINISTRATORS}
    users["leader"] = [hiring.hire(f"leader{number}", "leader", root) for number in range(1, LEADERS + 1)]
    rows = [row for row in unit_rows() if row["parent"] and row["code"] != DESK]
    staff = {row["code"]: _staff(hiring, row["code"]) for row in rows}
    users["grid"] = [hiring.hire(f"grid{number}", "grid", FIELD) for number in range(1, GRID + 1)]
    password = new_password()
    sign_ins = _sign_ins(users, staff, password, now=now)
    keys = {unit.code: unit for unit in all_units(active_only=True)}
    parties = {
        code: Party(
            code, keys[code].pk, keys[code].name_en if language == "en" else keys[code].name_zh,
            tuple(actor_for(user, now) for user in people[1:]), actor_for(people[0], now),
        )
        for code, people in staff.items()
    }  # fmt: skip
    desk = {role: [actor_for(user, now) for user in team] for role, team in users.items()}
    cast = Cast(
        parties, desk["operator"], desk["dispatcher"], desk["callback"], desk["supervisor"], desk["leader"],
        desk["evaluator"],
    )  # fmt: skip
    streets = {row["area"]: row["code"] for row in rows if row["area"]}
    return City(cast, root, streets, sign_ins, password)


def _staff(hiring: Hiring, code: str) -> list[Any]:
    """The head of a unit first, then its handlers."""
    head = hiring.hire(f"{code}.lead", "unit_lead", code)
    return [head, *(hiring.hire(f"{code}.{n}", "handler", code) for n in range(1, BUSY.get(code, 1) + 1))]


def _sign_ins(
    users: dict[str, list[Any]], staff: dict[str, list[Any]], password: str, *, now: datetime
) -> tuple[SignIn, ...]:
    """One person of each role gets the demo's password."""
    shown = [(role, team[0]) for role, team in users.items()]
    for code in SHOWN:
        head, handler, *_ = staff[code]
        shown += [("unit_lead", head), ("handler", handler)]
    for _, user in shown:
        change_password(user, password, old=None, actor=actor_for(user, now), now=now)
    roles = apps.get_model("trust", "Role")._default_manager.in_bulk()
    return tuple(SignIn(user.username, role, f"{_both(roles[role])} · {_both(user.unit)}") for role, user in shown)


def _both(named: Any) -> str:
    """A name in both languages."""
    return f"{named.name_zh} {named.name_en}" if named else ""


def duties_of(kept: Content, city: City, language: str, rng: Random) -> Duties:
    """What the content in force says, in the form in which tales ask for it."""

    def units(matter: str, area: str) -> tuple[str, Sequence[str]]:
        street = city.streets[area[:9]]
        duty = duty_for(kept.duties_by_matter, kept.matter_path(matter), area)
        named = [duty.lead, *duty.assisting, duty.fallback] if duty else []
        found = [street if code == HERE else code for code in (*named, street, "urban_management", "housing")]
        listed = fitting(kept.town_duties, kept.matter_path(matter))
        if found[0] != street and listed is not None and listed.kind != "basic":
            found = [code for code in found if code != street]  # not the township's to do
        known = [code for code in dict.fromkeys(found) if code in city.cast.parties]
        return known[0], known[1:]

    def limit(stage: str, **case: Any) -> tuple[int, str] | None:
        found = kept.limits_for(stage, **case)
        return (found[0].amount, found[0].unit_of) if found else None

    def name(matter: str) -> str:
        row = kept.matters[matter]
        return row.name_en if language == "en" and row.name_en else row.name_zh

    def sibling(matter: str) -> str:
        parent = kept.matters[matter].parent
        return rng.choice(sorted(code for code, row in kept.matters.items() if row.parent == parent))

    def reasons(code_list: str) -> Sequence[str]:
        return list(kept.codes.get(code_list, {}))

    return Duties(kept.calendar, units, limit, name, sibling, reasons, kept.channel_rule)
