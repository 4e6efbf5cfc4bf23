"""A small government for the tests of the loop: a centre, two bureaus, a street, and one person for each role."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.apps import apps

from gezhi.loop import service
from gezhi.loop.models import CatalogueItem, CatalogueVersion, CodeItem, Limit, Matter
from gezhi.loop.store import content, numbers
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post, load_roles
from gezhi.trust.service.units import create_unit

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
ROOT = Actor.system("tests")
PEOPLE = {
    "olive": ("centre", "operator"), "dora": ("centre", "dispatcher"), "sue": ("city", "supervisor"),
    "cal": ("centre", "callback"), "hugo": ("urban", "handler"), "lena": ("urban", "unit_lead"),
    "hana": ("housing", "handler"), "liam": ("housing", "unit_lead"), "tom": ("street", "handler"),
    "mayor": ("city", "leader"),
}  # fmt: skip
SCOPES = {"olive": "city", "dora": "city", "cal": "city"}  # the centre works for the whole city


@dataclass
class Office:
    """People by name, units by code, and a clock that only the test moves."""

    units: dict[str, Any]
    users: dict[str, Any]
    now: datetime = MONDAY
    keys: Any = field(default_factory=lambda: count(1))

    def actor(self, name: str) -> Actor:
        if name == "system":
            return Actor.system("loop")
        return trust.actor_for(self.users[name], self.now)

    def citizen(self, case: str) -> Actor:
        row = apps.get_model("loop", "Case").objects.get(pk=case)
        return trust.citizen_actor(str(row.requester_id), kind="citizen")

    def later(self, **kwargs: float) -> datetime:
        self.now += timedelta(**kwargs)
        return self.now

    def receive(self, text: str = "路灯不亮，晚上走路危险。", by: str = "olive", **fields: Any) -> str:
        report = service.Report(text=text, **fields)
        return service.receive(report, actor=self.actor(by), now=self.now).moved.case

    def move(self, case: str, name: str, by: str = "dora", **data: Any) -> service.Moved:
        actor = self.citizen(case) if by == "citizen" else self.actor(by)
        return service.move(case, name, data, actor=actor, now=self.now)

    def to(self, state: str, case: str | None = None, *, lead: str = "urban") -> str:
        """A case brought into a state by the shortest way."""
        case = case or self.receive(matter="0101", kind="complaint", name="王小明", phone="13800001234")
        unit = self.units[lead].pk
        handler, chief = ("hugo", "lena") if lead == "urban" else ("hana", "liam")
        way: list[tuple[str, str, dict[str, Any]]] = [
            ("accept", "dora", {}),
            ("dispatch", "dora", {"unit": unit}),
            ("sign", handler, {}),
            ("reply", handler, {"outcome": "solved", "reply": "已修好。"}),
            ("review_pass", chief, {}),
            ("callback", "cal", {"contacted": True, "satisfaction": "satisfied", "solved": "solved"}),
        ]
        reached = {"accepted": 1, "dispatched": 2, "handling": 3, "replied": 4, "verifying": 5, "closed": 6}
        for name, by, data in way[: reached[state]]:
            self.later(minutes=5)
            self.move(case, name, by, **data)
        return case


def lay_content() -> None:
    """Matters, limits, codes and a catalogue, small enough to read."""
    rows = [("01", "", 1, "城乡建设", "Urban works"), ("0101", "01", 2, "路灯", "Street lights"),
            ("0102", "01", 2, "施工噪声", "Building noise"), ("02", "", 1, "教育", "Education")]  # fmt: skip
    for code, parent, level, zh, en in rows:
        Matter.objects.create(code=code, parent=parent, level=level, name_zh=zh, name_en=en, pack="test")
    limits = [("accept", 2, "hour"), ("dispatch", 2, "hour"), ("sign", 4, "workhour"), ("contact", 24, "hour"),
              ("handle", 5, "workday"), ("reply", 1, "workday"), ("verify", 3, "workday"),
              ("adjudicate", 4, "workhour"), ("task", 2, "workday"), ("return", 1, "workday")]  # fmt: skip
    for stage, amount, unit_of in limits:
        Limit.objects.create(stage=stage, amount=amount, unit_of=unit_of, pack="test", source="test rule")
    codes = {"decline_reason": ["court"], "return_reason": ["not_ours"], "postpone_reason": ["parts"],
             "hangup_reason": ["funds"], "void_reason": ["test"]}  # fmt: skip
    for name, values in codes.items():
        for code in values:
            CodeItem.objects.create(list=name, code=code, name_zh=code, name_en=code, pack="test")
    CodeItem.objects.create(
        list="number", code="pattern", name_zh="LJ-{yyyyMMdd}-{seq:4}", pack="test", extra={"area": "360102"}
    )
    edition = CatalogueVersion.objects.create(name="2026-1", created_at=MONDAY, in_force=True)
    CatalogueItem.objects.create(edition=edition, no=1, matter="01", lead="urban", fallback="street")
    CatalogueItem.objects.create(edition=edition, no=2, matter="0102", lead="housing", assisting=["urban"])
    content.forget()
    numbers.forget()


def build_office() -> Office:
    load_roles(actor=ROOT, now=MONDAY)
    for code, parent, kind in (
        ("city", "", "city"), ("centre", "city", "centre"), ("urban", "city", "bureau"), ("housing", "city", "bureau"),
        ("street", "city", "street"),
    ):  # fmt: skip
        create_unit(code, code, parent=parent, kind=kind, actor=ROOT, now=MONDAY)
    units = {unit.code: unit for unit in apps.get_model("trust", "Unit").objects.all()}
    users = {}
    model = apps.get_model("trust", "User")
    for name, (unit, role) in PEOPLE.items():
        users[name] = model.objects.create(username=name, display_name=name.title(), unit=units[unit])
        grant_post(name, role, SCOPES.get(name, unit), actor=ROOT, now=MONDAY)
    lay_content()
    return Office(units, users)
