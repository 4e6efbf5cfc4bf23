"""What the security administrator sets about the provider, and accounts tied to it by their owners."""

import oidc_office
import pytest
from django.utils import timezone
from oidc_office import go, restore
from small_city import GIVEN

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import LedgerRecord, OidcGrant, OidcIdentity, SignedIn, Unit, User
from gezhi.trust.oidc import service as oidc

running, provider = oidc_office.running, oidc_office.provider


def said(page):
    return page.content.decode()


def tie(client, provider):
    page = client.post("/account/connect/")
    address = page.context["address"]
    assert address.startswith(provider.issuer)
    return client.get(provider.authorize(address).removeprefix("http://testserver"))


def test_an_account_that_was_there_is_tied_by_its_owner(client, provider, city):
    ann = city["ann"]
    ann.set_password("xiangyang-lu-18")
    ann.save()
    client.force_login(ann, backend="gezhi.trust.backend.PeopleBackend")
    SignedIn.objects.create(user=ann, session_key=client.session.session_key, started_at=timezone.now())
    assert tie(client, provider)["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    ann.refresh_from_db()
    assert not ann.has_usable_password()
    client.logout()
    provider.person = {**provider.person, "preferred_username": "other"}
    assert go(client, provider).status_code == 302
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_an_identity_has_one_account(client, provider, city):
    go(client, provider)
    client.logout()
    client.force_login(city["bob"], backend="gezhi.trust.backend.PeopleBackend")
    assert tie(client, provider).status_code == 409
    assert not OidcIdentity.objects.filter(user=city["bob"]).exists()


def test_somebody_elses_tie_is_not_finished(client, provider, city):
    """Ann began it; the answer comes back to a browser in which Bob is signed in meanwhile."""
    client.force_login(city["ann"], backend="gezhi.trust.backend.PeopleBackend")
    address = client.post("/account/connect/").context["address"]
    session = client.session
    session["_auth_user_id"] = str(city["bob"].pk)
    session["_auth_user_hash"] = city["bob"].get_session_auth_hash()
    session.save()
    page = client.get(provider.authorize(address).removeprefix("http://testserver"))
    assert page.status_code == 400
    assert not OidcIdentity.objects.exists()


def test_signing_out_offers_to_sign_out_there(client, provider):
    go(client, provider)
    assert client.post("/sign-out/")["Location"] == "/sign-in/?left=1"
    assert "/sign-in/oidc/leave/" in said(client.get("/sign-in/?left=1"))
    assert client.get("/sign-in/oidc/leave/")["Location"].startswith(f"{provider.issuer}/leave?")


def test_userinfo_of_somebody_else_is_refused(client, provider, monkeypatch):
    monkeypatch.setattr(provider, "userinfo", lambda _: (200, {"sub": "u2", "groups": ["urban-handlers"]}))
    assert go(client, provider).status_code == 401
    assert "_auth_user_id" not in client.session
    assert not OidcIdentity.objects.exists()


@pytest.fixture
def secadmin(client, city):
    service.grant_post("sec", "secadmin", "city", **GIVEN)
    client.force_login(User.objects.get(username="sec"), backend="gezhi.trust.backend.PeopleBackend")
    return client


def test_who_may_open_the_page(client, city):
    for name, role in (("sys", "sysadmin"), ("aud", "auditor"), ("bob", "handler")):
        service.grant_post(name, role, "city", **GIVEN)
        client.force_login(city[name], backend="gezhi.trust.backend.PeopleBackend")
        assert client.get("/office/sign-in/").status_code == 403
        assert client.post("/office/sign-in/rules/", {"claim": "a"}).status_code == 403
    client.logout()
    assert client.get("/office/sign-in/")["Location"].startswith("/sign-in/")


def test_a_security_administrator_of_one_bureau_sets_nothing(client, city):
    service.grant_post("sec", "secadmin", "urban", **GIVEN)
    client.force_login(city["sec"], backend="gezhi.trust.backend.PeopleBackend")
    given = {"claim": "groups", "value": "x", "unit": "city", "role": "dispatcher"}
    assert client.post("/office/sign-in/rules/", given).status_code == 403


def test_set_up_on_the_page(secadmin, running, settings, tmp_path):
    settings.GEZHI_KEYS = tmp_path / "keys"
    restore(running)
    plain = {"issuer": running.issuer, "client_id": "gezhi-office", "scopes": "openid profile", "secret": "s",
             "username_claim": "preferred_username", "name_claim": "name", "grace_minutes": "30"}  # fmt: skip
    assert secadmin.post("/office/sign-in/provider/", plain).status_code == 302
    assert oidc.office().grace_minutes == 30
    assert secadmin.post("/office/sign-in/probe/").context["probed"].issuer == running.issuer
    rule = {"claim": "groups", "value": "g", "unit": "urban", "role": "handler"}
    assert secadmin.post("/office/sign-in/rules/", rule).status_code == 302
    assert secadmin.post("/office/sign-in/rules/", rule).status_code == 409
    page = secadmin.post("/office/sign-in/try/", {"claims": '{"groups": ["g"]}'})
    assert page.context["tried"]["outcome"].posts == (("urban", "handler"),)
    assert not User.objects.filter(oidc_identity__isnull=False).exists()
    page = secadmin.post("/office/sign-in/try/", {"claims": '{"groups": ["h"]}'})
    assert page.context["tried"]["outcome"].refusal == "oidc-no-rule"
    for bad in ("", "[1]", "{", "[" * 30_000):
        assert secadmin.post("/office/sign-in/try/", {"claims": bad}).status_code == 422
    key = secadmin.get("/office/sign-in/").context["rules"][0]["row"].pk
    assert secadmin.post(f"/office/sign-in/rules/{key}/drop/").status_code == 302
    assert secadmin.post(f"/office/sign-in/rules/{key}/drop/").status_code == 404


BAD = [
    {"issuer": "http://id.example"},
    {"issuer": "https://id.example?x"},
    {"issuer": "ftp://id.example"},
    {"client_id": ""},
    {"scopes": "profile"},
    {"scopes": 'openid "x"'},
    {"grace_minutes": "-1"},
    {"grace_minutes": "1441"},
    {"grace_minutes": "x"},
    {"username_claim": ""},
    {"button_zh": "长" * 41},
]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_bad_settings_change_nothing(city, change):
    good = {"issuer": "https://id.example", "client_id": "us"}
    with pytest.raises(Refused) as caught:
        oidc.set_provider({**good, **change}, **GIVEN)
    assert (caught.value.code, caught.value.facts["name"]) == ("oidc-setting", next(iter(change)))
    assert not oidc.office().on


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"claim": "a b", "value": "x"}, "oidc-setting"),
        ({"claim": "a", "value": " "}, "oidc-setting"),
        ({"claim": "a", "value": "x\n"}, "unit-unknown"),
        ({"claim": "a", "value": "x\ny"}, "oidc-setting"),
        ({"claim": "a", "value": "x", "unit": "nowhere", "role": "handler"}, "unit-unknown"),
        ({"claim": "a", "value": "x", "unit": "urban", "role": "king"}, "role-unknown"),
        ({"claim": "a", "value": "x", "unit": "urban", "role": "citizen"}, "role-unknown"),
        ({"claim": "a", "value": "x", "unit": "urban", "role": "sysadmin"}, "oidc-administrators"),
    ],
)
def test_bad_rules_are_refused(city, rule, code):
    with pytest.raises(Refused) as caught:
        oidc.add_rule(**rule, **GIVEN)
    assert caught.value.code == code


def test_another_provider_ends_the_sessions_of_the_old_one(client, provider):
    go(client, provider)
    oidc.set_provider({"client_id": "another"}, **GIVEN)
    assert client.get("/account/").status_code == 302
    assert not OidcGrant.objects.exists()


def test_a_unit_that_was_closed_gives_no_post(client, provider):
    Unit.objects.filter(code="urban").update(active=False)
    page = go(client, provider)
    assert page.status_code == 404
    assert "_auth_user_id" not in client.session


def test_the_product_itself_acts(client, provider):
    go(client, provider)
    made = LedgerRecord.objects.filter(act="user.create").last()
    assert (made.actor_kind, made.actor_id) == ("system", "oidc")
