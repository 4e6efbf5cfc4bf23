"""The office that the journeys walk through: the pack of citizen requests with its units, and people with passwords."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password

from gezhi.loop import service
from gezhi.loop.store import content, numbers
from gezhi.packs.demo.city import lay_areas
from gezhi.packs.service import load_pack
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_for, load_roles, set_office
from gezhi.trust.service.roles import grant_post

ROOT = Actor.system("tests")
PASSWORD = "orange-kettle-seven"
CITY = "government"
PEOPLE = {  # user name: (display name, own unit, role, unit that the post covers)
    "olive": ("陈静", "hotline", "operator", CITY), "dora": ("刘敏", "hotline", "dispatcher", CITY),
    "dana": ("何雨", "hotline", "dispatcher", CITY), "cal": ("孙莉", "hotline", "callback", CITY),
    "sue": ("郑卫国", "hotline", "supervisor", CITY), "hugo": ("周明", "urban_management", "handler", ""),
    "lena": ("赵琳", "urban_management", "unit_lead", ""), "hana": ("钱伟", "power_company", "handler", ""),
    "liam": ("高远", "power_company", "unit_lead", ""), "eva": ("方琪", CITY, "evaluator", ""),
    "gina": ("吴小梅", "street_nanhu", "grid", ""),
    "sam": ("系统管理员", CITY, "sysadmin", ""),
    "sec": ("安全管理员", CITY, "secadmin", ""), "aud": ("审计员", CITY, "auditor", ""),
}  # fmt: skip


@dataclass
class Office:
    """People and units by name; acts for what a journey finds already done."""

    users: dict[str, Any]
    units: dict[str, Any]

    def actor(self, name: str) -> Actor:
        return actor_for(self.users[name], now())

    def receive(self, text: str, by: str = "olive", **fields: Any) -> str:
        report = service.Report(text=text, channel=fields.pop("channel", "hotline"), **fields)
        return service.receive(report, actor=self.actor(by), now=now()).moved.case

    def move(self, case: str, name: str, by: str = "dora", **data: Any) -> None:
        service.move(case, name, data, actor=self.actor(by), now=now())

    def to(self, state: str, case: str) -> str:
        """A case of a street light brought into a state by the shortest way."""
        way: list[tuple[str, str, dict[str, Any]]] = [
            ("accept", "olive", {"matter": "010404", "kind": "complaint"}),
            ("dispatch", "dora", {"unit": self.units["urban_management"].pk}),
            ("sign", "hugo", {}),
            ("reply", "hugo", {"outcome": "solved", "reply": "路灯已修复，今晚起正常亮灯。"}),
            ("review_pass", "lena", {}),
        ]
        reached = {"received": 0, "accepted": 1, "dispatched": 2, "handling": 3, "replied": 4, "verifying": 5}
        for name, by, data in way[: reached[state]]:
            self.move(case, name, by, **data)
        return case


def now() -> datetime:
    return datetime.now(UTC)


def build() -> None:
    """Fill an empty, migrated database."""
    moment = now()
    load_roles(actor=ROOT, now=moment)
    lay_areas(actor=ROOT, now=moment)
    load_pack("citizen-requests", units=True, actor=ROOT, now=moment)
    set_office("government_zh", "临江市", actor=ROOT, now=moment)
    set_office("government_en", "Linjiang", actor=ROOT, now=moment)
    units = units_by_code()
    password = make_password(PASSWORD)
    for name, (called, unit, role, covers) in PEOPLE.items():
        apps.get_model("trust", "User").objects.create(
            username=name, display_name=called, unit=units[unit], password=password, password_changed_at=moment
        )
        grant_post(name, role, covers or unit, actor=ROOT, now=moment)


def standing() -> Office:
    """The office of the database that is in use, with nothing remembered from another one."""
    content.forget()
    numbers.forget()
    users = {user.username: user for user in apps.get_model("trust", "User").objects.all()}
    return Office(users, units_by_code())


def units_by_code() -> dict[str, Any]:
    return {unit.code: unit for unit in apps.get_model("trust", "Unit").objects.all()}
