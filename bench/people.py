"""Makes units, people and tokens through the product's own verbs; prints them as one JSON object.

With arguments `name:unit:role` it makes only those people, in an installation that has its units.
"""

import json
import os
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
PEOPLE = {
    "operator": ("centre", "operator", "city"), "dispatcher": ("centre", "dispatcher", "city"),
    "callback": ("centre", "callback", "city"), "handler": ("urban", "handler", "urban"),
    "lead": ("urban", "unit_lead", "urban"),
}  # fmt: skip


def more(people: list[str]) -> None:
    """Further people of units that stand."""
    django.setup()
    from django.apps import apps

    from gezhi.trust.rules import Actor
    from gezhi.trust.service.roles import grant_post

    unit, user = apps.get_model("trust", "Unit"), apps.get_model("trust", "User")
    root, now = Actor.system("bench"), datetime.now(UTC)
    for name, home, role in (one.split(":") for one in people):
        user.objects.create(username=name, display_name=name, unit=unit.objects.get(code=home))
        grant_post(name, role, home, actor=root, now=now)


def main() -> None:
    django.setup()
    from django.apps import apps

    from gezhi.loop.store.content import content
    from gezhi.trust.rules import Actor
    from gezhi.trust.service.roles import grant_post
    from gezhi.trust.service.units import create_unit
    from gezhi.trust.service.users import create_token

    unit, user = apps.get_model("trust", "Unit"), apps.get_model("trust", "User")
    root, now = Actor.system("bench"), datetime.now(UTC)
    top = unit.objects.filter(parent=None).first()
    if top is None:
        top = create_unit("city", "城市", kind="city", actor=root, now=now)
    for code, kind in (("centre", "centre"), ("urban", "bureau"), *((f"bureau{n}", "bureau") for n in range(30))):
        create_unit(code, code, parent=top.code, kind=kind, actor=root, now=now)
    tokens = {}
    for name, (home, role, scope) in PEOPLE.items():
        user.objects.create(username=name, display_name=name, unit=unit.objects.get(code=home))
        grant_post(name, role, top.code if scope == "city" else scope, actor=root, now=now)
        tokens[name] = create_token(name, "bench", actor=root, now=now)
    units = dict(unit.objects.values_list("code", "pk"))
    matter = min(code for code, row in content().matters.items() if row.level == 3)
    print(json.dumps({"tokens": tokens, "units": units, "matter": matter}))


if __name__ == "__main__":
    more(sys.argv[1:]) if sys.argv[1:] else main()
