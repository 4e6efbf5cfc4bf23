"""Leavers are out within five minutes, by every door; a silent provider makes nobody a leaver."""

from datetime import timedelta

import oidc_office
import pytest
from django.test import Client
from django.utils import timezone
from identity_provider import Provider
from oidc_office import go, roles
from small_city import GIVEN

from gezhi.kit import checkup
from gezhi.trust import service
from gezhi.trust.models import LedgerRecord, OidcGrant, OidcIdentity, SignedIn, Token, User
from gezhi.trust.oidc import service as oidc
from gezhi.trust.oidc.pages import watching
from gezhi.trust.tasks import leavers

running, provider = oidc_office.running, oidc_office.provider

MINUTE = timedelta(minutes=1)


@pytest.fixture
def inside(client, provider):
    """Somebody who came in by the provider."""
    go(client, provider)
    return client


def later(provider, minutes):
    provider.ahead = minutes * 60
    return timezone.now() + minutes * MINUTE


def is_in(client):
    return client.get("/account/").status_code == 200


def token_of(username="li.jie"):
    return service.create_token(username, "program", **GIVEN)


def works(secret):
    return service.actor_of_token(secret, timezone.now()) is not None


def test_who_belongs_stays(inside, provider):
    for minutes in (4, 8, 12):
        assert oidc.check_due(later(provider, minutes)) == {"vouched": 1}
    assert is_in(inside)
    assert len(provider.refreshes) == 1  # each refresh token was used once and the new one kept


def test_nobody_is_asked_about_more_often_than_needed(inside, provider):
    assert oidc.check_due(later(provider, 3)) == {}
    assert oidc.check_due(later(provider, 4)) == {"vouched": 1}
    assert oidc.check_due(later(provider, 4)) == {}


def test_a_leaver_is_out_by_every_door(inside, provider):
    elsewhere = Client()
    go(elsewhere, provider)
    secret = token_of()
    link = service.reset_password("li.jie", **GIVEN)  # a way in that an administrator made
    go(inside, provider)
    assert works(secret)
    provider.void()
    counts = oidc.check_due(later(provider, 4))
    assert counts.get("void") == 1
    assert not is_in(inside)
    assert not is_in(elsewhere)
    assert not works(secret)
    assert not SignedIn.objects.exists()
    assert not OidcGrant.objects.exists()
    with pytest.raises(Exception, match="link-unknown"):
        service.link_user(link, timezone.now())
    assert LedgerRecord.objects.filter(act="user.turn_away").count() == 1


def test_five_minutes_are_kept_by_the_task_of_each_minute(inside, provider):
    """Whenever somebody leaves, a task that runs each minute finds it within five."""
    start = timezone.now()
    provider.void()
    for minute in range(1, 6):
        provider.ahead = minute * 60
        leavers(int((start + minute * MINUTE).timestamp()))
    assert not OidcGrant.objects.exists()
    assert not is_in(inside)


def test_without_the_worker_the_next_page_asks(inside, provider):
    provider.void()
    OidcGrant.objects.update(checked_at=timezone.now() - 4 * MINUTE)
    watching._looked.clear()
    assert is_in(inside)
    OidcGrant.objects.update(checked_at=timezone.now() - 5 * MINUTE)
    watching._looked.clear()
    assert inside.get("/account/")["Location"].startswith("/sign-in/")
    assert not OidcGrant.objects.exists()


def test_who_came_by_password_is_not_asked_about(client, provider, city):
    client.force_login(city["ann"], backend="gezhi.trust.backend.PeopleBackend")
    provider.stop_counting = len(provider.calls)
    assert is_in(client)
    assert oidc.check_due(later(provider, 10)) == {}
    assert len(provider.calls) == provider.stop_counting


def test_posts_follow_the_claims_while_somebody_is_in(inside, provider):
    oidc.add_rule("groups", "water-handlers", unit="water", role="handler", **GIVEN)
    provider.person = {**provider.person, "groups": ["water-handlers"]}
    assert oidc.check_due(later(provider, 4)) == {"vouched": 1}
    assert roles("li.jie") == ["water:handler:oidc"]
    assert is_in(inside)


def test_a_rule_taken_out_takes_its_people_out(inside, provider):
    from gezhi.trust.models import OidcRule

    oidc.drop_rule(OidcRule.objects.get().pk, **GIVEN)
    assert oidc.check_due(later(provider, 4)) == {"void": 1}
    assert not is_in(inside)
    assert roles("li.jie") == []


def test_a_provider_that_signs_nothing_anew_is_asked_for_claims(inside, provider):
    provider.signs_again = False
    provider.person = {**provider.person, "groups": ["others"]}
    assert oidc.check_due(later(provider, 4)) == {"void": 1}


def test_fewer_sources_than_at_sign_in_take_nothing_back(client, provider):
    """The groups stood in the ID token alone; a refresh that brings none says nothing of groups."""
    found = provider.userinfo
    provider.userinfo = lambda head: (found(head)[0], {"sub": "u1"})
    try:
        go(client, provider)
        provider.signs_again = False
        assert oidc.check_due(later(provider, 4)) == {"vouched": 1}
        assert roles("li.jie") == ["urban:handler:oidc"]
    finally:
        del provider.userinfo


def test_silence_makes_no_leaver_until_patience_ends(inside, provider):
    secret = token_of()
    provider.status = 503
    assert oidc.check_due(later(provider, 4)) == {"away": 1}
    assert is_in(inside)
    assert works(secret)
    findings = {item.code: item for item in checkup.findings(timezone.now() + 10 * MINUTE)}
    assert findings["oidc-unreachable"].facts["grace"] == 60
    assert oidc.check_due(later(provider, 62)) == {"away": 1}
    assert is_in(inside)
    assert oidc.check_due(later(provider, 66)) == {"away": 1}
    assert not is_in(inside)
    assert not works(secret)
    assert Token.objects.get().revoked_at is None  # it rests
    assert "oidc-suspended" in {item.code for item in checkup.findings(timezone.now())}
    provider.status = 0
    oidc.forget()
    assert oidc.check_due(later(provider, 71)) == {"vouched": 1}
    assert works(secret)
    assert LedgerRecord.objects.filter(act__in=["user.suspend", "user.resume"]).count() == 2


def test_a_provider_that_is_gone_is_silent(inside, provider, running):
    gone = Provider()
    gone.stop()
    user = User.objects.get(username="li.jie")
    OidcIdentity.objects.filter(user=user).update(issuer=gone.issuer)
    from gezhi.trust.oidc import store

    store.set_setting({**store.setting(), "issuer": gone.issuer}, by="test", now=timezone.now())
    assert oidc.check_due(later(provider, 4)) == {"away": 1}
    assert is_in(inside)


def test_a_client_that_is_no_longer_known_is_our_fault_not_theirs(inside, provider):
    oidc.set_provider({}, secret="wrong", **GIVEN)
    assert oidc.check_due(later(provider, 4)) == {"away": 1}
    assert is_in(inside)


def test_without_a_refresh_token_the_session_ends_with_the_access_token(client, provider):
    provider.gives_refresh = False
    go(client, provider)
    secret = token_of()
    assert oidc.check_due(later(provider, 4)) == {"vouched": 1}
    assert oidc.check_due(later(provider, 9)) == {"ended": 1}
    assert not is_in(client)
    assert not works(secret)
    assert not LedgerRecord.objects.filter(act="user.turn_away").exists()


def test_without_a_refresh_token_a_leaver_is_found_by_his_claims(client, provider):
    provider.gives_refresh = False
    go(client, provider)
    provider.void()
    assert oidc.check_due(later(provider, 4)) == {"void": 1}
    assert not is_in(client)


def test_who_signs_out_is_asked_about_only_while_tokens_live(inside, provider):
    secret = token_of()
    inside.post("/sign-out/")
    assert oidc.check_due(later(provider, 4)) == {"vouched": 1}
    provider.void()
    assert oidc.check_due(later(provider, 8)) == {"void": 1}
    assert not works(secret)


def test_who_signs_out_without_tokens_is_forgotten(inside, provider):
    inside.post("/sign-out/")
    calls = len(provider.calls)
    assert oidc.check_due(later(provider, 4)) == {"ended": 1}
    assert len(provider.calls) == calls
    assert not OidcGrant.objects.exists()


def test_a_session_that_ran_out_is_not_kept_alive_there(inside, provider):
    inside.session.delete()
    assert oidc.check_due(later(provider, 4)) == {"ended": 1}


def test_two_at_once_ask_once(inside, provider):
    from gezhi.trust.oidc import store

    now = later(provider, 4)
    grant = OidcGrant.objects.get()
    assert store.claim(grant.pk, now, now) is not None
    assert oidc.check(grant.pk, now=now) == "busy"
    assert oidc.check(grant.pk, now=later(provider, 6)) == "vouched"  # whoever was at it has died


def test_an_administrator_made_meanwhile_is_not_shut_out(inside, provider):
    user = User.objects.get(username="li.jie")
    grant = OidcGrant.objects.get()
    for row in user.holdings.all():
        service.revoke_post(row.pk, **GIVEN)
    service.grant_post("li.jie", "auditor", "city", **GIVEN)
    secret = service.create_token("li.jie", "p", **GIVEN)
    provider.void()
    OidcGrant.objects.filter(pk=grant.pk).update(checked_at=timezone.now() - 9 * MINUTE)
    oidc.check(grant.pk, now=timezone.now())
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    assert works(secret)


def test_a_password_set_here_is_no_way_in_for_who_comes_by_the_provider(inside, provider):
    """Or a leaver without any open session, about whom nobody asks, could still come in by it."""
    password = {"password": "xiangyang-lu-18", "again": "xiangyang-lu-18"}
    inside.post("/account/password/", password)
    inside.post("/sign-out/")
    page = Client().post("/sign-in/", {"username": "li.jie", "password": "xiangyang-lu-18"})
    assert page.status_code == 403
    assert not SignedIn.objects.filter(user__username="li.jie").exists()
    wrong = Client().post("/sign-in/", {"username": "li.jie", "password": "wrong"})
    assert wrong.status_code == 401


# The back channel


def post(client, token):
    return client.post("/sign-in/oidc/logout/", {"logout_token": token})


def test_a_logout_there_ends_the_session_here(inside, provider):
    assert post(Client(enforce_csrf_checks=True), provider.logout_token()).status_code == 200
    assert not is_in(inside)
    assert LedgerRecord.objects.filter(act="user.log_out").count() == 1


def test_a_logout_of_one_session_leaves_the_others(inside, provider):
    elsewhere = Client()
    provider.bend = lambda claims: {**claims, "sid": "another"}
    go(elsewhere, provider)
    assert post(Client(), provider.logout_token(sub=None, sid="another")).status_code == 200
    assert is_in(inside)
    assert not is_in(elsewhere)


def test_a_logout_token_counts_once(inside, provider):
    said = provider.logout_token()
    assert post(Client(), said).status_code == 200
    go(inside, provider)
    assert post(Client(), said).status_code == 200
    assert is_in(inside)


def test_after_a_logout_tokens_live_on_only_if_the_provider_vouches(inside, provider):
    secret = token_of()
    provider.void()
    post(Client(), provider.logout_token())
    assert works(secret)
    assert oidc.check_due(timezone.now()) == {"void": 1}
    assert not works(secret)


@pytest.mark.parametrize(
    "bad",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"events": {}},
        {"nonce": "n"},
        {"sub": None},
        {"iat": 1000},
        {"header": {"alg": "none"}},
    ],
    ids=str,
)
def test_a_forged_logout_ends_nothing(inside, provider, bad):
    answer = post(Client(), provider.logout_token(**bad))
    assert answer.status_code == 400
    assert answer["Cache-Control"] == "no-store"
    assert is_in(inside)


def test_an_id_token_logs_nobody_out(inside, provider):
    assert post(Client(), provider.id_token(provider.person, "n", "a")).status_code == 400
    assert is_in(inside)


def test_nothing_logs_nobody_out(inside, provider):
    assert post(Client(), "").status_code == 400
    assert Client().get("/sign-in/oidc/logout/").status_code == 405
