"""The first rows of an installation, renewed at each start: the roles, and the root unit over everything else.

So a case can be received or imported before anybody has signed in; the office gives the root its own name.
"""

from datetime import datetime

from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import renew_roles
from gezhi.trust.service.units import create_unit
from gezhi.trust.store import people

ROOT = ("root", "本级政府", "Government")


def install(*, now: datetime) -> None:
    """Add what a version brings to the roles, and make the root unit where there is none."""
    actor = Actor.system("trust")
    renew_roles(actor=actor, now=now)
    if people.root() is None:
        code, name_zh, name_en = ROOT
        create_unit(code, name_zh, name_en=name_en, kind="city", actor=actor, now=now)
