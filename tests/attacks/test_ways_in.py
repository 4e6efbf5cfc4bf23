"""Ways in: guessed tokens, sessions prepared by somebody else, cookies, doors to other sites, other hosts."""

import secrets
from urllib.parse import urljoin, urlsplit

import pytest
from addresses import table
from django.conf import settings as conf
from django.contrib.sessions.models import Session
from django.utils import timezone
from test_walk_forms import filled
from victims import SECRETS, key_of, told

from gezhi.loop.service import case_token
from gezhi.trust import service as trust
from gezhi.trust.models import Throttle
from gezhi.trust.rules import Actor

pytestmark = pytest.mark.pages

PASSWORD = "xiangyang-lu-18"


@pytest.fixture
def ann(office, settings):
    """Somebody with a password."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    trust.set_password("dora", PASSWORD, actor=Actor.system("tests"), now=timezone.now())
    type(office.users["dora"]).objects.filter(username="dora").update(must_change_password=False)
    return office.users["dora"]


def come_in(client, password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": "dora", "password": password, **more})


# ---- sessions


def test_a_session_that_an_attacker_prepared_is_not_the_one_that_is_signed_in(ann, site):
    """Session fixation: the victim comes with a cookie that the attacker knows; after signing in it opens nothing."""
    victim, attacker = site(), site()
    attacker.get("/sign-in/oidc/")
    planted = attacker.session
    planted["planted"] = "x"
    planted.save()
    victim.cookies[conf.SESSION_COOKIE_NAME] = planted.session_key
    assert come_in(victim).status_code == 302
    assert victim.cookies[conf.SESSION_COOKIE_NAME].value != planted.session_key
    attacker.cookies[conf.SESSION_COOKIE_NAME] = planted.session_key
    assert attacker.get("/account/").status_code == 302, "to the sign-in page"
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_a_session_that_was_ended_opens_nothing_again(ann, site):
    victim, thief = site(), site()
    come_in(victim)
    thief.cookies[conf.SESSION_COOKIE_NAME] = victim.cookies[conf.SESSION_COOKIE_NAME].value
    assert thief.get("/account/").status_code == 200
    victim.post("/sign-out/")
    assert thief.get("/account/").status_code == 302


def test_an_invented_session_key_is_not_taken_over(ann, site):
    victim = site()
    victim.cookies[conf.SESSION_COOKIE_NAME] = "a" * 32
    come_in(victim)
    assert victim.cookies[conf.SESSION_COOKIE_NAME].value != "a" * 32


@pytest.mark.parametrize("tls", [False, True])
def test_cookies_are_closed_to_scripts_and_to_other_sites(ann, site, settings, tls):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = tls
    client = site()
    client.get("/sign-in/")
    come_in(client)
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["secure"]) is tls, name
        assert not cookie["domain"], name


def test_the_settings_of_an_installation_behind_tls_close_its_cookies():
    from gezhi.web import settings as own

    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE"):
        assert getattr(own, name) is own.CONFIG.tls, name
    assert (own.SESSION_COOKIE_HTTPONLY, own.CSRF_COOKIE_HTTPONLY, own.DEBUG) == (True, True, False)


# ---- guessing


def test_one_password_tried_on_many_names_is_slowed_down(ann, site):
    """Password spraying: one wrong password each, never twice for a name, from one address."""
    client = site()
    codes = [client.post("/sign-in/", {"username": f"name{n}", "password": PASSWORD}).status_code for n in range(25)]
    assert codes[0] == 401
    assert codes[-1] == 429
    assert come_in(client).status_code == 429, "not even the right one, from there"
    assert come_in(site(REMOTE_ADDR="198.51.100.7")).status_code == 302, "elsewhere nobody waits"


def test_a_forged_address_of_the_sender_escapes_no_wait(ann, site):
    client = site()
    for n in range(25):
        answer = client.post(
            "/sign-in/",
            {"username": f"name{n}", "password": "x"},
            headers={"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"},
        )
    assert answer.status_code == 429
    assert Throttle.objects.exists()


def test_names_that_exist_and_names_that_do_not_are_answered_alike(ann, site):
    client = site()
    known = client.post("/sign-in/", {"username": "dora", "password": "wrong"})
    unknown = client.post("/sign-in/", {"username": "odra", "password": "wrong"})
    assert known.status_code == unknown.status_code == 401
    assert len(known.content) == len(unknown.content)


@pytest.mark.parametrize(
    "shape",
    [
        "/f/{}/",
        "/f/{}/who/",
        "/f/{}/mine/",
        "/f/{}/mark/",
        "/f/{}/public/",
        "/f/{}/reach/",
        "/report/{}/",
        "/l/{}/",
        "/sign-in/link/{}/",
        "/open311/v2/tokens/{}.json",
        "/public/{}/",
    ],
)
def test_tokens_that_are_nearly_right_open_nothing(office, site, shape):
    token = case_token(told(office))
    nearly = (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        token + "A",
        token.swapcase(),
        token[::-1],
        "a" * 22,
        "%00",
        "..%2f..%2fdesk",
        "'%20OR%201=1--",
        secrets.token_urlsafe(16),
    )
    for one in nearly:
        answer = site().get(shape.format(one))
        assert answer.status_code in (404, 429), (one, answer.status_code)
        assert not [word for word in SECRETS if word in answer.content.decode()]


def test_keys_of_the_api_that_are_nearly_right_open_nothing(office, site):
    key = key_of(office, "dora")
    for wrong in (key[:-1], key + "A", key.swapcase(), "", "null", "Bearer", "' OR 1=1--", "\u00e9" * 20):
        for path in ("/api/v1/trust/me", "/api/v1/loop/cases"):
            answer = site().get(path, headers={"Authorization": f"Bearer {wrong}"})
            assert answer.status_code in (401, 403), wrong
    assert site().get("/api/v1/trust/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200


# ---- who is not signed in, who is a citizen


OPEN = (
    "",
    "report/",
    "follow/",
    "privacy/",
    "public/",
    "hangups/",
    "algorithms",
    "open311/",
    "embed/",
    "moved/",
    "f/",
    "l/",
    "sign-in/",
    "sign-out/",
    "language/",
    "looks/",
    "healthz",
    "readyz",
    "field/sw.js",
    "field/manifest",
    "field/shell/",
    "desk/calls/ring/<",  # a sealed token, which tells whether a call came
    "api/v1/docs",
    "api/v1/openapi",
    "api/v1/",
    "mcp",
    "api/cti",
    "api/partners",
)


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_is_not_signed_in_is_let_in_nowhere_else(office, site, method):
    client, wrong = site(), []
    told(office)
    for address in table():
        shape = address.shape.lstrip("^").replace("\\", "")
        if any(shape.startswith(known) if known else not shape for known in OPEN):
            continue
        answer = getattr(client, method)(filled(address))
        where = answer.get("Location", "")
        if not (answer.status_code in (401, 403, 405) or (answer.status_code == 302 and where.startswith("/sign-in/"))):
            wrong.append((address.shape, answer.status_code, where))
    assert not wrong


@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_the_api_wants_a_key_everywhere(office, site, method):
    client, wrong, refused = site(), [], 0
    for address in table():
        if address.shape.startswith("api/v1/") and address.exempt:
            answer = getattr(client, method)(
                filled(address),
                "{}" if method != "get" else None,
                **({} if method == "get" else {"content_type": "application/json"}),
            )
            refused += answer.status_code == 401
            if answer.status_code not in (401, 405):
                wrong.append((address.shape, answer.status_code))
    assert not wrong
    assert refused > 5 or method == "put"


# ---- to other sites


ELSEWHERE = (
    "https://evil.cn/",
    "//evil.cn",
    "/\\evil.cn",
    "\\\\evil.cn",
    "http:///evil.cn",
    "https:evil.cn",
    "javascript:alert(1)",
    " //evil.cn",
    "\t//evil.cn",
    "/\t/evil.cn",
    "/%09/evil.cn/..//evil.cn",
    "http://testserver@evil.cn/",
    "http://testserver.evil.cn/",
    "/\n/evil.cn",
    "///evil.cn",
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_page_leads_to_another_site(ann, site, wanted):
    """`next` of signing in, language and looks, `back` and `list` of the desk, the referrer."""
    client = site()
    answers = [
        client.post("/language/", {"language": "en", "next": wanted}, headers={"Referer": wanted.strip()}),
        client.post("/looks/", {"size": "elder", "next": wanted}, headers={"Referer": wanted.strip()}),
        come_in(client, next=wanted),
        client.post("/account/language/", {"language": "en", "next": wanted}),
        client.get("/desk/bulk/accept/", {"list": wanted, "next": wanted, "back": wanted}),
        client.post("/desk/notices/read/", {"next": wanted, "back": wanted, "to": wanted}),
        client.get("/account/password/", {"next": wanted}),
    ]
    for answer in answers:
        where = answer.get("Location", "")
        assert answer.status_code < 500
        there = urljoin("http://testserver/", where.replace("\\", "/").translate(dict.fromkeys(map(ord, "\t\r\n"))))
        assert urlsplit(there).netloc == "testserver", where  # as browsers read it
        assert where.isprintable()


@pytest.mark.parametrize("host", ["evil.cn", "localhost.evil.cn", "evil.cn:80", "127.0.0.1@evil.cn", "[::1]evil"])
def test_another_host_is_not_answered_to(office, site, settings, host):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    for path in ("/", "/sign-in/", "/report/", "/api/v1/trust/me", "/open311/v2/discovery.json", "/public/feed.atom"):
        answer = site().get(path, headers={"Host": host, "X-Forwarded-Host": "evil.cn"})
        assert answer.status_code == 400, path
        assert b"evil" not in answer.content


@pytest.mark.parametrize("key", ["a\r\nSet-Cookie: x=1", "a; Domain=evil.cn", 'a"; Path=/', "\x00", "é", "a" * 5000])
def test_a_key_of_a_form_sets_no_cookie_but_its_own(office, site, key):
    case = told(office)
    answer = site("hugo").post(f"/desk/{case}/note/", {"note": "看过", "key": key, "last": "3"})
    assert answer.status_code < 500
    assert "x" not in answer.cookies
    for cookie in answer.cookies.values():
        assert "\r" not in cookie.OutputString()
        assert not cookie["domain"]


@pytest.mark.parametrize("name", ["\r\nX-Evil: 1", "a\nb", '"; filename="x.html'])
def test_no_name_of_ours_adds_a_header_to_a_download(office, site, name):
    for path in ("/desk/export.csv", "/desk/catalogue/export.xlsx", "/desk/channels/export.csv", "/public/figures.csv"):
        answer = site("zeus").get(path, {"tab": "open", "q": name, "edition": name, "name": name, "from": name})
        assert answer.status_code < 500, path
        assert "X-Evil" not in answer.headers
        assert "\n" not in answer.get("Content-Disposition", "")
