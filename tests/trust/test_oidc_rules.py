"""Signed tokens and the provider's own words, bent in every way that must be refused."""

import base64
import hmac
import json
from datetime import UTC, datetime

import pytest
from identity_provider import LOGOUT, CurveKey, RsaKey, b64, token

from gezhi.trust.oidc.rules import jose, metadata, tokens

NOW = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
GOOD = {"iss": "https://id", "aud": "us", "sub": "u1", "iat": SECONDS, "exp": SECONDS + 300, "nonce": "n"}
RSA, CURVE = RsaKey("a"), CurveKey("b")
KEYS = [RSA.public(), CURVE.public()]


def fault(call):
    with pytest.raises(jose.TokenFaultError) as caught:
        call()
    return caught.value.fault


@pytest.mark.parametrize("key", [RSA, CURVE], ids=["RS256", "ES256"])
def test_a_signed_token_is_believed(key):
    assert jose.verified(token(key, GOOD), KEYS).claims == GOOD


def unsigned():
    return token(RSA, GOOD, alg="none")


def by_shared_key():
    """The public key of the provider used as if it were a secret shared with it."""
    head, body = (b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "a"}, GOOD))
    secret = json.dumps(RSA.public()).encode()
    return f"{head}.{body}.{b64(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"


def swapped():
    head, _, signature = token(RSA, GOOD).split(".")
    return f"{head}.{b64(json.dumps({**GOOD, 'sub': 'chief'}).encode())}.{signature}"


FORGED = {
    "alg none": (unsigned, "algorithm"),
    "alg none in capitals": (lambda: token(RSA, GOOD, alg="None"), "algorithm"),
    "public key as secret": (by_shared_key, "algorithm"),
    "alg no text": (lambda: token(RSA, GOOD, alg=["RS256"]), "algorithm"),
    "claims swapped": (swapped, "signature"),
    "signed by another": (lambda: token(RsaKey("a"), GOOD), "signature"),
    "curve key for RS256": (lambda: token(CURVE, GOOD, alg="RS256"), "key"),
    "unknown key": (lambda: token(RsaKey("z"), GOOD), "key"),
    "critical extension": (lambda: token(RSA, GOOD, crit=["b64"]), "critical"),
    "key id no text": (lambda: token(RSA, GOOD, kid=7), "malformed"),
    "signature empty": (lambda: token(RSA, GOOD).rpartition(".")[0] + ".", "signature"),
    "padding": (lambda: token(RSA, GOOD) + "=", "malformed"),
    "two parts": (lambda: "a.b", "malformed"),
    "no text": (lambda: None, "malformed"),
    "too long": (lambda: "a." * 40_000, "malformed"),
    "claims a list": (lambda: token(RSA, [GOOD]), "malformed"),
    "half a character": (lambda: token(RSA, {**GOOD, "name": "\ud800"}), "malformed"),
    "NUL": (lambda: token(RSA, {**GOOD, "name": "a\x00b"}), "malformed"),
    "deep": (lambda: f"{b64(b'{}')}.{b64(b'[' * 30_000)}.", "algorithm"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(name):
    make, why = FORGED[name]
    assert fault(lambda: jose.verified(make(), KEYS)) == why


def test_weak_and_strange_keys_sign_nothing():
    weak = {**RSA.public(), "n": b64((2**1023 + 1).to_bytes(128, "big"))}
    for key in (
        weak,
        {**RSA.public(), "use": "enc"},
        {**CURVE.public(), "crv": "P-384"},
        {**RSA.public(), "alg": "PS256"},
    ):
        with pytest.raises(jose.TokenFaultError):
            jose.verified(token(RSA if key["kty"] == "RSA" else CURVE, GOOD), [key])
    assert fault(lambda: jose.verified(token(RSA, GOOD), ["no key", None, {}])) == "key"


def id_fault(**changes):
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return fault(lambda: tokens.check_id_token(claims, issuer="https://id", client_id="us", nonce="n", now=NOW))


BENT = [
    ({"iss": "https://id/"}, "issuer"),
    ({"iss": None}, "issuer"),
    ({"aud": "them"}, "audience"),
    ({"aud": []}, "audience"),
    ({"aud": {"us": 1}}, "audience"),
    ({"aud": ["us", "them"]}, "audience"),
    ({"aud": ["us", "them"], "azp": "them"}, "audience"),
    ({"azp": "them"}, "audience"),
    ({"exp": SECONDS - 61}, "expired"),
    ({"exp": None}, "expired"),
    ({"exp": "9999999999"}, "expired"),
    ({"exp": True}, "expired"),
    ({"exp": float("nan")}, "expired"),
    ({"iat": SECONDS + 61}, "issued"),
    ({"iat": None}, "issued"),
    ({"nbf": SECONDS + 61}, "early"),
    ({"nonce": "other"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"nonce": ["n"]}, "nonce"),
    ({"sub": ""}, "subject"),
    ({"sub": 7}, "subject"),
    ({"sub": "x" * 256}, "subject"),
    ({"at_hash": "another"}, "access"),
]


@pytest.mark.parametrize(("changes", "why"), BENT, ids=lambda value: str(value)[:40])
def test_an_id_token_that_says_the_wrong_thing(changes, why):
    assert id_fault(**changes) == why


def test_clocks_may_differ_by_a_minute():
    for changes in ({"exp": SECONDS - 59}, {"iat": SECONDS + 59}, {"aud": ["us", "them"], "azp": "us"}):
        claims = {**GOOD, **changes}
        assert tokens.check_id_token(claims, issuer="https://id", client_id="us", nonce="n", now=NOW) == "u1"


LOGS_OUT = {"iss": "https://id", "aud": "us", "iat": SECONDS, "jti": "1", "sub": "u1", "events": {LOGOUT: {}}}
NO_LOGOUT = [
    ({"events": {}}, "event"),
    ({"events": {LOGOUT: "yes"}}, "event"),
    ({"events": None}, "event"),
    ({"nonce": "n"}, "nonce"),
    ({"sub": None}, "subject"),
    ({"jti": None}, "number"),
    ({"iat": SECONDS - 361}, "expired"),
    ({"exp": SECONDS - 61}, "expired"),
    ({"aud": "them"}, "audience"),
    ({"iss": "https://other"}, "issuer"),
]


@pytest.mark.parametrize(("changes", "why"), NO_LOGOUT, ids=lambda value: str(value)[:40])
def test_a_logout_token_that_is_none(changes, why):
    claims = {name: value for name, value in {**LOGS_OUT, **changes}.items() if value is not None}
    assert fault(lambda: tokens.check_logout_token(claims, issuer="https://id", client_id="us", now=NOW)) == why


def test_a_logout_token_names_a_person_a_session_or_both():
    said = [
        tokens.check_logout_token({**LOGS_OUT, **more}, issuer="https://id", client_id="us", now=NOW)
        for more in ({}, {"sid": "s"}, {"sub": "", "sid": "s"})
    ]
    assert said == [("u1", "", "1"), ("u1", "s", "1"), ("", "s", "1")]


DOCUMENT = {
    "issuer": "https://id",
    "authorization_endpoint": "https://id/a",
    "token_endpoint": "https://id/t",
    "jwks_uri": "https://id/k",
}
WRONG = [
    ({"issuer": "https://evil"}, "issuer"),
    ({"token_endpoint": "http://id/t"}, "token_endpoint"),
    ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
    ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
    ({"userinfo_endpoint": "http://169.254.169.254/"}, "userinfo_endpoint"),
    ({"token_endpoint": None}, "token_endpoint"),
    ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "id_token_signing_alg_values_supported"),
]


@pytest.mark.parametrize(("changes", "why"), WRONG, ids=lambda value: str(value)[:40])
def test_a_description_that_does_not_do(changes, why):
    with pytest.raises(metadata.MetadataError) as caught:
        metadata.provider_of({**DOCUMENT, **changes}, "https://id")
    assert caught.value.fault == why


def test_a_description_is_read():
    found = metadata.provider_of(
        {**DOCUMENT, "token_endpoint_auth_methods_supported": ["client_secret_post"]}, "https://id"
    )
    assert (found.token_endpoint, found.by_form, found.userinfo_endpoint) == ("https://id/t", True, "")


def test_base64_is_read_strictly():
    assert base64.urlsafe_b64decode("aG k=") == b"hi"  # what a lenient reader does
    assert fault(lambda: jose.decoded("aG k")) == "malformed"
