"""Coming in by a provider of identities, in a browser's place: a real provider, every wrong way back, the mapping."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import oidc_office
import pytest
from django.utils import timezone
from identity_provider import CurveKey
from oidc_office import BACK, START, go, roles
from small_city import GIVEN, SYSTEM

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import Holding, LedgerRecord, OidcGrant, OidcIdentity, SignedIn, User
from gezhi.trust.oidc import service as oidc

running, provider = oidc_office.running, oidc_office.provider


def said(page):
    return page.content.decode()


def test_the_button_is_there_only_where_a_provider_is(client, city):
    assert START not in said(client.get("/sign-in/"))
    assert client.get(START).status_code == 404


def test_somebody_new_comes_in_with_unit_and_role(client, provider):
    assert START in said(client.get("/sign-in/"))
    back = go(client, provider)
    assert (back.status_code, back["Location"]) == (302, "/account/")
    user = User.objects.get(username="li.jie")
    assert (user.display_name, user.unit.code, user.has_usable_password()) == ("李洁", "urban", False)
    assert roles("li.jie") == ["urban:handler:oidc"]
    assert "李洁" in said(client.get("/account/"))
    records = LedgerRecord.objects.filter(subject_kind="user", subject_id=str(user.pk))
    assert {"user.create", "post.grant", "user.sign_in"} <= set(records.values_list("act", flat=True))
    assert "李洁" not in "".join(LedgerRecord.objects.values_list("body", flat=True))


def test_the_second_time_it_is_the_same_person(client, provider):
    go(client, provider)
    client.logout()
    provider.person = {**provider.person, "preferred_username": "renamed", "name": "李洁洁"}
    go(client, provider)
    assert User.objects.get(oidc_identity__subject="u1").display_name == "李洁洁"
    assert not User.objects.filter(username="renamed").exists()


def test_a_provider_that_signs_with_a_curve(client, provider):
    provider.rotate(CurveKey("curve"))
    oidc.forget()
    assert go(client, provider)["Location"] == "/account/"
    provider.rotate()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "http://testserver@evil.example/", "x"]
)
def test_nobody_is_led_elsewhere_afterwards(client, provider, wanted):
    assert go(client, provider, wanted)["Location"] == "/"


WRONG = {
    "nonce": {"nonce": "another"},
    "audience": {"aud": "another-office"},
    "issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1000},
    "subject": {"sub": ""},
    "access": {"at_hash": "AAAA"},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_token_that_says_the_wrong_thing_brings_nobody_in(client, provider, fault):
    provider.bend = lambda claims: {**claims, **WRONG[fault]}
    page = go(client, provider)
    assert page.status_code == 401
    assert fault in said(page)
    stays_out(client)


def test_an_unsigned_token_brings_nobody_in(client, provider):
    provider.header = {"alg": "none"}
    page = go(client, provider)
    assert page.status_code == 401
    assert "algorithm" in said(page)
    stays_out(client)


def stays_out(client):
    assert not User.objects.filter(username="li.jie").exists()
    assert "_auth_user_id" not in client.session
    assert not SignedIn.objects.exists()


def test_keys_that_the_provider_changed_are_found(client, provider):
    go(client, provider)
    client.logout()
    provider.rotate()
    assert go(client, provider).status_code == 401  # keys were read a moment ago: not every strange one is run after
    oidc.forget()
    assert go(client, provider)["Location"] == "/account/"


def test_new_keys_are_read_half_a_minute_later_without_a_restart(provider):
    now = timezone.now()
    oidc.look_up(provider.issuer, now)
    provider.rotate()
    from gezhi.trust.oidc.service import provider as speaking

    signed = provider.id_token({"sub": "u1"}, "n", "access")
    with pytest.raises(Refused, match="oidc-token"):
        speaking.signed(signed, provider.issuer, now)
    assert speaking.signed(signed, provider.issuer, now + timedelta(seconds=31))["sub"] == "u1"


def test_a_code_counts_once(client, provider):
    sent = client.get(START)
    answer = provider.authorize(sent["Location"]).removeprefix("http://testserver")
    assert client.get(answer).status_code == 302
    client.logout()
    assert client.get(answer).status_code == 400  # the state is used up
    again = client.get(START)
    state = parse_qs(urlsplit(again["Location"]).query)["state"][0]
    code = parse_qs(urlsplit(answer).query)["code"][0]
    page = client.get(BACK, {"code": code, "state": state})
    assert page.status_code == 403
    assert "invalid_grant" in said(page)


def test_a_state_from_another_browser_is_refused(client, provider, client_of_somebody):
    theirs = provider.authorize(client_of_somebody.get(START)["Location"]).removeprefix("http://testserver")
    calls = list(provider.calls)
    assert client.get(theirs).status_code == 400  # signing in a victim as somebody else
    client.get(START)
    assert client.get(theirs).status_code == 400
    assert client.get(BACK, {"code": "x", "state": ""}).status_code == 400
    assert "/token" not in provider.calls[len(calls) :]
    stays_out(client)


@pytest.fixture
def client_of_somebody():
    from django.test import Client

    return Client()


def test_a_sign_in_begun_too_long_ago_is_refused(client, provider):
    sent = client.get(START)
    session = client.session
    (state,) = session["oidc_pending"]
    session["oidc_pending"] = {state: {**session["oidc_pending"][state], "begun": 1.0}}
    session.save()
    assert client.get(provider.authorize(sent["Location"]).removeprefix("http://testserver")).status_code == 400


def test_an_answer_of_another_provider_is_refused(client, provider):
    answer = provider.authorize(client.get(START)["Location"]).removeprefix("http://testserver")
    assert client.get(f"{answer}&iss=https%3A%2F%2Fevil.example").status_code == 400


def test_the_provider_says_no(client, provider):
    state = parse_qs(urlsplit(client.get(START)["Location"]).query)["state"][0]
    page = client.get(BACK, {"error": "access_denied", "error_description": "<b>hi</b>", "state": state})
    assert page.status_code == 403
    assert "access_denied" in said(page)
    assert "<b>hi" not in said(page)


def test_the_session_gets_another_key(client, provider):
    client.get(START)
    before = client.session.session_key
    go(client, provider)
    assert client.session.session_key not in (None, before)


def test_who_fits_no_rule_gets_no_account(client, provider):
    provider.person = {**provider.person, "groups": ["others"]}
    page = go(client, provider)
    assert page.status_code == 403
    stays_out(client)


def test_a_rule_that_denies_outweighs_the_rest(client, provider):
    oidc.add_rule("status", "left", deny=True, **GIVEN)
    provider.person = {**provider.person, "status": "left"}
    assert go(client, provider).status_code == 403
    stays_out(client)


def test_posts_follow_the_claims_and_those_given_by_hand_stay(client, provider):
    go(client, provider)
    service.grant_post("li.jie", "unit_lead", "urban", **GIVEN)
    oidc.add_rule("groups", "water-handlers", unit="water", role="handler", **GIVEN)
    provider.person = {**provider.person, "groups": ["water-handlers"]}
    go(client, provider)
    assert roles("li.jie") == ["urban:unit_lead:", "water:handler:oidc"]
    assert User.objects.get(username="li.jie").unit.code == "water"


def test_a_post_given_by_hand_as_well_outlives_its_claim(client, provider):
    go(client, provider)
    service.grant_post("li.jie", "handler", "urban", actor=SYSTEM, now=timezone.now())
    oidc.add_rule("groups", "leads", unit="urban", role="unit_lead", **GIVEN)
    provider.person = {**provider.person, "groups": ["leads"]}
    go(client, provider)
    assert roles("li.jie") == ["urban:handler:", "urban:unit_lead:oidc"]


def test_what_excludes_each_other_is_not_given_together(client, provider):
    oidc.add_rule("groups", "urban-handlers", unit="city", role="callback", **GIVEN)
    go(client, provider)
    assert roles("li.jie") == ["urban:handler:oidc"]


def test_a_name_that_is_taken_is_not_taken_over(client, provider):
    provider.person = {**provider.person, "preferred_username": "ANN"}
    page = go(client, provider)
    assert page.status_code == 409
    assert not OidcIdentity.objects.exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["", "a", "a b", "x" * 65, 7, None, "<b>"])
def test_a_name_that_is_none_makes_no_account(client, provider, name):
    provider.person = {**provider.person, "preferred_username": name}
    assert go(client, provider).status_code == 422
    assert not OidcIdentity.objects.exists()


def test_a_disabled_account_stays_closed(client, provider):
    go(client, provider)
    service.disable_user("li.jie", **GIVEN)
    assert go(client, provider).status_code == 403
    assert "_auth_user_id" not in client.session


def test_no_administrator_comes_this_way(client, provider):
    with pytest.raises(Refused, match="oidc-administrators"):
        oidc.add_rule("groups", "admins", unit="city", role="secadmin", **GIVEN)
    go(client, provider)
    holding = Holding.objects.get(user__username="li.jie")
    service.revoke_post(holding.pk, **GIVEN)
    service.grant_post("li.jie", "auditor", "city", **GIVEN)
    client.logout()
    page = go(client, provider)
    assert page.status_code == 403
    assert "_auth_user_id" not in client.session


def test_a_provider_that_is_silent_is_said_and_not_run_after(client, provider):
    provider.status = 503
    calls = len(provider.calls)
    page = client.get(START)
    assert page.status_code == 503
    assert "HTTP 503" in said(page)
    client.get(START)
    assert len(provider.calls) == calls + 1  # the second click does not wait for it again


def test_a_wrong_client_secret_is_said(client, provider):
    oidc.set_provider({}, secret="wrong", **GIVEN)
    page = go(client, provider)
    assert page.status_code == 502
    assert "invalid_client" in said(page)


def test_the_secret_lies_sealed_and_only_for_us(provider):
    file = oidc.secret_file()
    assert provider.secret.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert provider.secret not in "".join(LedgerRecord.objects.values_list("body", flat=True))


def test_what_vouches_lies_sealed(client, provider):
    go(client, provider)
    sealed = bytes(OidcGrant.objects.get().sealed)
    assert not any(token.encode() in sealed for token in (*provider.refreshes, *provider.accesses))
