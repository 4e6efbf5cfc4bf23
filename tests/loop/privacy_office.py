"""What tests of retention share: rules short enough for a test, people who propose and release, cases that ended."""

from datetime import timedelta

from gezhi.loop.models import CodeItem
from gezhi.loop.store import content
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post

SYSTEM = Actor.system("tests")
PEOPLE = {"sec": "secadmin", "sys": "sysadmin", "aud": "auditor"}


def rule(code, what, do, after=0, unit="year", *, verified=True, **more):
    """One rule of the pack, verified unless said otherwise."""
    extra = {"what": what, "do": do, "after": after, "unit": unit, **more}
    CodeItem.objects.create(
        list="retention",
        code=code,
        name_zh=code,
        name_en=code,
        pack="test",
        extra=extra,
        verified=verified,
        source="law",
    )
    content.forget()


def lay_privacy(office):
    """Reasons of holds, kinds of requests, and three administrators."""
    kinds = {"correct": 15, "identity": 15, "erase": 30}
    codes = {
        "hold_reason": [{"code": "lawsuit"}],
        "person_request": [{"code": code, "days": days} for code, days in kinds.items()],
    }
    for name, rows in codes.items():
        for row in rows:
            CodeItem.objects.create(
                list=name, code=row["code"], name_zh=row["code"], name_en=row["code"], pack="test",
                extra={key: value for key, value in row.items() if key != "code"},
            )  # fmt: skip
    model = type(office.users["dora"])
    for name, role in PEOPLE.items():
        office.users[name] = model.objects.create(username=name, display_name=name.title(), unit=office.units["city"])
        grant_post(name, role, "city", actor=SYSTEM, now=office.now)
    content.forget()
    return office


def years(office, count):
    """The clock put on by so many years."""
    return office.later(days=366 * count) + timedelta(days=1)
