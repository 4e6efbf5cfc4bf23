"""Coming in: passwords, growing waits, one-time links, tokens, sessions, and the first start."""

from argparse import Namespace
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from small_city import GIVEN, NOW, SYSTEM, actor_of

from gezhi.kernel.errors import Refused
from gezhi.kit.config import Config
from gezhi.trust import commands, service
from gezhi.trust.models import LedgerRecord, SignInLink, Throttle, Token, User
from gezhi.web.running import starting

GOOD = "xiangyang-lu-18"
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose


@pytest.fixture(autouse=True)
def _fast(settings):
    settings.PASSWORD_HASHERS = HASHERS


@pytest.fixture
def ann(city):
    service.set_password("ann", GOOD, **GIVEN)
    User.objects.filter(username="ann").update(must_change_password=False)
    return User.objects.get(username="ann")


def attempt(password, *, name="ann", address="10.0.0.1", now=NOW):
    try:
        return service.sign_in(name, password, address=address, now=now)
    except Refused as refused:
        return refused


def test_the_right_password_comes_in_and_is_in_the_ledger(ann):
    assert attempt(GOOD, name=" ANN ") == ann
    assert LedgerRecord.objects.filter(act="user.sign_in", subject_id=str(ann.pk)).count() == 1
    ann.refresh_from_db()
    assert ann.last_login == NOW


def test_wrong_unknown_and_disabled_sound_the_same(ann, city):
    service.disable_user("ann", **GIVEN)
    answers = {(r.code, r.status, tuple(r.facts)) for r in (attempt("x"), attempt(GOOD), attempt("x", name="nobody"))}
    assert answers == {("sign-in-wrong", 401, ())}


def test_an_account_waits_longer_and_longer(ann):
    now, waits = NOW, []
    for _ in range(8):
        refused = attempt("wrong", now=now)
        assert refused.code == "sign-in-wrong"
        stopped = attempt(GOOD, now=now, address="10.9.9.9")
        if isinstance(stopped, Refused):
            assert stopped.code == "sign-in-wait"
            waits.append(stopped.facts["seconds"])
            now += timedelta(seconds=stopped.facts["seconds"])
        else:
            Throttle.objects.count()
            break
    assert not waits  # the right password in between cleared the account
    for _ in range(5):
        attempt("wrong", now=now)
    assert attempt(GOOD, now=now).facts["seconds"] == 30
    assert attempt("wrong", now=now + timedelta(seconds=30)).code == "sign-in-wrong"
    assert attempt(GOOD, now=now + timedelta(seconds=31)).facts["seconds"] == 59
    assert attempt(GOOD, now=now + timedelta(seconds=91)) == ann
    assert attempt("wrong", now=now + timedelta(seconds=92)).code == "sign-in-wrong"
    assert attempt(GOOD, now=now + timedelta(seconds=93)) == ann


def test_an_address_that_tries_many_names_waits(ann):
    for number in range(20):
        assert attempt("x", name=f"name{number}").code == "sign-in-wrong"
    assert attempt(GOOD).code == "sign-in-wait"
    assert attempt(GOOD, address="10.0.0.2") == ann


def test_a_day_later_failures_are_forgotten(ann):
    for _ in range(4):
        attempt("wrong")
    assert attempt("wrong", now=NOW + timedelta(days=2)).code == "sign-in-wrong"
    assert attempt(GOOD, now=NOW + timedelta(days=2)) == ann


def test_throttles_hold_no_address_and_no_name(ann):
    attempt("wrong")
    for row in Throttle.objects.all():
        assert b"ann" not in bytes(row.key)
        assert len(bytes(row.key)) == 32


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "short"),
        ("x1" * 101, "long"),
        ("password123", "common"),
        ("ann-is-here-1", "name"),
        ("583920174628", "plain"),
        ("aaaaaaaaaaaab", "plain"),
    ],
)
def test_weak_passwords(ann, password, fault):
    with pytest.raises(Refused) as refused:
        service.change_password(ann, password, old=GOOD, actor=actor_of(ann), now=NOW)
    assert refused.value.code == f"password-{fault}"
    assert User.objects.get(pk=ann.pk).check_password(GOOD)


def test_changing_the_password(ann, city):
    for old, new, code in (("wrong", "another-good-1", "password-old"), (GOOD, GOOD, "password-same")):
        with pytest.raises(Refused) as refused:
            service.change_password(ann, new, old=old, actor=actor_of(ann), now=NOW)
        assert refused.value.code == code
    with pytest.raises(Refused):
        service.change_password(ann, "another-good-1", old=GOOD, actor=actor_of(city["bob"]), now=NOW)
    service.change_password(ann, "another-good-1", old=GOOD, actor=actor_of(ann), now=NOW)
    assert attempt("another-good-1") == ann


def test_a_link_signs_in_once(ann):
    secret = service.reset_password("ann", **GIVEN)
    assert attempt(GOOD).code == "sign-in-wrong"
    assert secret not in str(SignInLink.objects.values())
    assert service.use_link(secret, address="10.0.0.1", now=NOW) == ann
    with pytest.raises(Refused) as refused:
        service.use_link(secret, address="10.0.0.1", now=NOW)
    assert refused.value.code == "link-unknown"


def test_a_link_ends_by_time_by_a_newer_one_and_with_the_user(ann):
    old = service.reset_password("ann", **GIVEN)
    new = service.reset_password("ann", **GIVEN)
    for secret, now, code in (
        (old, NOW, "link-unknown"),
        (new, NOW + timedelta(hours=24), "link-expired"),
        ("guess", NOW, "link-unknown"),
    ):
        with pytest.raises(Refused) as refused:
            service.use_link(secret, address="10.0.0.1", now=now)
        assert refused.value.code == code
    service.disable_user("ann", **GIVEN)
    with pytest.raises(Refused):
        service.use_link(new, address="10.0.0.1", now=NOW)


def test_guessing_links_is_throttled(ann):
    for _ in range(20):
        with pytest.raises(Refused):
            service.use_link("guess", address="10.0.0.1", now=NOW)
    with pytest.raises(Refused) as refused:
        service.use_link("guess", address="10.0.0.1", now=NOW)
    assert refused.value.code == "sign-in-wait"


def test_tokens(ann, django_assert_num_queries):
    service.grant_post("ann", "handler", "urban", **GIVEN)
    secret = service.create_token("ann", "script", expires_at=NOW + timedelta(days=1), actor=actor_of(ann), now=NOW)
    with django_assert_num_queries(1):
        actor = service.actor_of_token(secret, NOW)
    assert (actor.id, actor.grants[0].unit_path) == (str(ann.pk), "city.urban")
    assert "case.sign" in actor.grants[0].verbs
    assert service.actor_of_token(secret, NOW + timedelta(days=1)) is None
    assert service.actor_of_token(secret + "x", NOW) is None
    token = Token.objects.get()
    assert secret.encode() not in bytes(token.digest)
    service.revoke_token(token.pk, actor=actor_of(ann), now=NOW)
    assert service.actor_of_token(secret, NOW) is None


def test_nobody_makes_a_token_for_another(ann, city):
    with pytest.raises(Refused):
        service.create_token("ann", "x", actor=actor_of(city["bob"]), now=NOW)


def test_the_first_start_prints_three_links_until_somebody_came_in(db):
    links = dict(service.first_links(now=NOW, government="滨海县人民政府"))
    assert sorted(links) == ["auditor", "secadmin", "sysadmin"]
    secret = links["secadmin"].removeprefix("/sign-in/link/").removesuffix("/")
    user = service.use_link(secret, address="", now=NOW)
    assert {grant.role for grant in actor_of(user).grants} == {"secadmin"}
    again = dict(service.first_links(now=NOW))
    assert sorted(again) == ["auditor", "secadmin", "sysadmin"]  # a link used without saving a password is no way in
    assert again["auditor"] != links["auditor"]
    secret = again["secadmin"].removeprefix("/sign-in/link/").removesuffix("/")
    user = service.use_link(secret, address="", now=NOW)
    service.change_password(user, "a-good-one-77", old=None, actor=actor_of(user), now=NOW)
    assert sorted(dict(service.first_links(now=NOW))) == ["auditor", "sysadmin"]
    service.reset_password("secadmin", actor=SYSTEM, now=NOW)  # a way back that somebody else was given stays theirs
    assert sorted(dict(service.first_links(now=NOW))) == ["auditor", "sysadmin"]


def test_links_say_when_nothing_is_to_be_printed(db, capsys):
    starting.links(Namespace())
    printed = capsys.readouterr().out
    assert [line.split(":")[0] for line in printed.splitlines()] == ["sysadmin", "secadmin", "auditor"]
    User.objects.update(last_login=NOW, password_changed_at=NOW)
    starting.links(Namespace())
    assert capsys.readouterr().out == "不需要链接：三员都已登录并设好密码。\n"


@pytest.mark.parametrize(
    ("set_", "start"),
    [({}, "http://127.0.0.1:8000/"), ({"public_url": "https://12345.example/"}, "https://12345.example/")],
)
def test_a_printed_link_is_a_whole_address(ann, capsys, monkeypatch, tmp_path, set_, start):
    monkeypatch.setattr(commands, "config", lambda: Config(data=tmp_path, **set_))
    commands.password(Namespace(username="ann", link=True))
    assert capsys.readouterr().out.startswith(f"{start}sign-in/link/")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "serve.pid").write_text("17 http://127.0.0.1:8003/")  # the running site took another port
    commands.password(Namespace(username="ann", link=True))
    assert capsys.readouterr().out.startswith(start if set_ else "http://127.0.0.1:8003/sign-in/link/")


# ---- through the browser's doors


def test_sign_in_page(client, ann):
    page = client.get("/sign-in/")
    assert page.status_code == 200
    wrong = client.post("/sign-in/", {"username": "ann", "password": "wrong"})
    assert wrong.status_code == 401
    assert "ann" in wrong.content.decode()
    right = client.post("/sign-in/", {"username": "ann", "password": GOOD, "next": "/account/"})
    assert (right.status_code, right["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/account/")["Location"].startswith("/sign-in/?next=")


def test_sign_in_goes_nowhere_else(client, ann):
    answer = client.post("/sign-in/", {"username": "ann", "password": GOOD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_a_link_asks_before_it_is_used_and_then_wants_a_password(client, ann):
    secret = service.reset_password("ann", actor=SYSTEM, now=timezone.now())
    path = f"/sign-in/link/{secret}/"
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200  # looking does not use it up
    assert client.post(path)["Location"] == "/account/password/"
    assert client.get("/account/")["Location"].startswith("/account/password/")
    assert client.get("/api/v1/trust/me").json()["code"] == "password-due"
    weak = client.post("/account/password/", {"password": "short", "again": "short"})
    assert weak.status_code == 422
    unlike = client.post("/account/password/", {"password": "a-good-one-77", "again": "a-good-one-78"})
    assert unlike.status_code == 422
    done = client.post("/account/password/", {"password": "a-good-one-77", "again": "a-good-one-77"})
    assert done.status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.post(path).status_code == 404


def test_resetting_ends_open_sessions_at_once(client, ann):
    client.post("/sign-in/", {"username": "ann", "password": GOOD})
    assert client.get("/api/v1/trust/me").status_code == 200
    service.reset_password("ann", actor=SYSTEM, now=timezone.now())
    assert client.get("/api/v1/trust/me").status_code == 401
    assert not Session.objects.exists()


def test_another_session_can_be_ended(client, ann):
    from django.test import Client

    other = Client(headers={"user-agent": "Phone"})
    for browser in (client, other):
        browser.post("/sign-in/", {"username": "ann", "password": GOOD})
    page = client.get("/account/").content.decode()
    assert "Phone" in page
    client.post("/account/sessions/others/")
    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


def test_the_api_by_session_wants_the_csrf_header(ann):
    from django.test import Client

    service.grant_post("ann", "sysadmin", "city", **GIVEN)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/sign-in/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    browser.post("/sign-in/", {"username": "ann", "password": GOOD, "csrfmiddlewaretoken": token})
    body = {"username": "neu", "display_name": "Neu"}
    bare = browser.post("/api/v1/trust/users", body, content_type="application/json")
    assert (bare.status_code, bare.json()["code"]) == (403, "form-expired")
    page = browser.get("/account/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    made = browser.post("/api/v1/trust/users", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert made.status_code == 201, made.content
