"""A small city for the tests of the room: units, roles, users without posts."""

from datetime import UTC, datetime

from gezhi.trust import service
from gezhi.trust.models import User
from gezhi.trust.rules import Actor

NOW = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("trust")
GIVEN = {"actor": SYSTEM, "now": NOW}


def build_city():
    """City with a bureau that has a team, and another bureau; six users by name."""
    service.load_roles(**GIVEN)
    service.create_unit("city", "测试市", name_en="Test City", kind="city", **GIVEN)
    service.create_unit("urban", "城管局", name_en="Urban management", parent="city", **GIVEN)
    service.create_unit("east", "东区中队", parent="urban", **GIVEN)
    service.create_unit("water", "水务局", name_en="Water", parent="city", **GIVEN)
    names = ("ann", "bob", "cai", "sys", "sec", "aud")
    return {name: User.objects.create(username=name, display_name=name.title()) for name in names}


def actor_of(user, now=NOW):
    """The user with his present grants."""
    return service.actor_for(user, now)
