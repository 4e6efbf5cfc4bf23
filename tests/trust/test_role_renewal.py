"""At each start the shipped roles are renewed: what a version brings comes, what the office has changed stays."""

import pytest
from small_city import GIVEN, NOW, build_city

from gezhi.trust import service
from gezhi.trust.install import install
from gezhi.trust.models import LedgerRecord, RoleVerb
from gezhi.trust.service import roles


@pytest.fixture
def city(db):
    """A city whose first start is over."""
    made = build_city()
    install(now=NOW)
    return made


def verbs(role):
    """What a role may do."""
    return set(RoleVerb.objects.filter(role_id=role).values_list("verb", flat=True))


def next_version(monkeypatch, **changes):
    """Let the product ship other verbs: words with + are added to a role, with - taken from it."""
    rows = [dict(row) for row in roles.shipped_roles()]
    for row in rows:
        for change in changes.get(row["code"], "").split():
            present = row["verbs"].split()
            row["verbs"] = " ".join([*present, change[1:]] if change[0] == "+" else set(present) - {change[1:]})
    monkeypatch.setattr(roles, "shipped_roles", lambda: rows)


def test_what_the_office_took_away_and_gave_stays(city):
    service.set_verbs("handler", ["case.read", "case.sign", "case.dispatch"], **GIVEN)
    before = LedgerRecord.objects.count()
    install(now=NOW)
    assert verbs("handler") == {"case.read", "case.sign", "case.dispatch"}
    assert LedgerRecord.objects.count() == before


def test_a_new_version_adds_its_verbs_to_what_the_office_has(city, monkeypatch):
    service.set_verbs("handler", ["case.read", "case.sign"], **GIVEN)
    next_version(monkeypatch, handler="+case.invented +case.dispatch")
    install(now=NOW)
    assert verbs("handler") == {"case.read", "case.sign", "case.invented", "case.dispatch"}
    service.set_verbs("handler", ["case.read"], **GIVEN)
    install(now=NOW)
    assert verbs("handler") == {"case.read"}


def test_a_verb_that_is_shipped_no_more_goes(city, monkeypatch):
    every = {row["code"]: "-case.supervise" for row in roles.shipped_roles()}
    assert "case.supervise" in verbs("supervisor")
    next_version(monkeypatch, **every)
    install(now=NOW)
    assert not RoleVerb.objects.filter(verb="case.supervise").exists()


def test_administrators_always_have_theirs(city):
    RoleVerb.objects.filter(role_id="secadmin", verb="role.edit").delete()
    install(now=NOW)
    assert "role.edit" in verbs("secadmin")


def test_where_nothing_was_noted_only_what_nobody_has_is_new(city, monkeypatch):
    service.set_verbs("handler", ["case.read"], **GIVEN)
    roles.store.Setting.objects.filter(pk="roles.shipped").delete()
    next_version(monkeypatch, handler="+case.invented")
    install(now=NOW)
    assert verbs("handler") == {"case.read", "case.invented"}
