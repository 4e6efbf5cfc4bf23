"""Forged forms: every address of the product is posted to without its token, by somebody who may do everything."""

import re

import pytest
from addresses import table

pytestmark = [pytest.mark.slow, pytest.mark.pages]

FILLED = {
    "move": "accept",
    "kind": "case",
    "form": "json",
    "code": "x",
    "act": "sign",
    "token": "x" * 22,
    "what": "publish",
    "username": "dora",
    "slug": "x",
    "system": "x",
    "old": "x",
    "secret": "x",
    "rule": "x",
    "number": "x",
    "rest": "x",
    "key": "1",
    "case_id": "1",
    "file_id": "1",
}
EXEMPT = {  # addresses that want no token of a form, and what they want instead
    r"sign-in/oidc/logout/$": "a logout token that the provider signed",
    r"l/": "digits that were typed, then a mark made of the cookie of this very address",
    r"mcp$": "a bearer token in the header; cookies are not looked at",
    r"api/cti/events$": "a signature over body and moment",
    r"api/partners/.*/events$": "a signature over mark, moment and body",
    r"open311/": "a key in the form; cookies are not looked at",
    r"embed/(report|questions)/$": "a token of its own, for nobody's account",
    r"api/v1/": "the API asks for the token itself where a session comes (shown below)",
}


def filled(address):
    uuid, names = "66b0e471-ed54-410b-a6be-42c3fba9d85b", {}
    for name in address.names:
        kind = address.shape.partition(f":{name}>")[0].rpartition("<")[2]
        names[name] = uuid if "uuid" in kind else 1 if kind == "int" else FILLED.get(name, "1")
    return address.path(**names)


def test_every_address_is_walked():
    shapes = [address.shape for address in table()]
    assert len(shapes) > 200
    assert {"desk/<uuid:case_id>/<str:move>/", "office/users/<str:username>/switch/", "mcp"} <= set(shapes)
    assert [filled(one) for one in table() if "number" in one.names] == ["/open311/v2/requests/x.json"]


def test_only_doors_with_a_proof_of_their_own_want_no_token():
    free = [one.shape.lstrip("^") for one in table() if one.exempt]
    assert not [shape for shape in free if not any(re.match(known, shape) for known in EXEMPT)]
    assert not [known for known in EXEMPT if not any(re.match(known, shape) for shape in free)]


def test_a_form_of_another_site_changes_nothing(office, site):
    """The browser of somebody who may do everything, on the page of an attacker: cookies come along, no token does."""
    zeus, other = site("zeus", enforce_csrf_checks=True), site("zeus", enforce_csrf_checks=True)
    wrong = []
    for address in table():
        if address.exempt:
            continue
        answer = zeus.post(filled(address), {"key": "1"})
        forged = other.post(filled(address), {"csrfmiddlewaretoken": "a" * 64}, headers={"Origin": "https://evil.cn"})
        if not answer.status_code == forged.status_code == 403 or b"form-expired" not in answer.content:
            wrong.append((address.shape, answer.status_code, forged.status_code))
    assert not wrong


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_session_alone_moves_nothing_over_the_api(office, site, method):
    zeus, wrong, refused = site("zeus", enforce_csrf_checks=True), [], 0
    for address in table():
        if address.shape.startswith("api/v1/") and address.exempt:
            answer = getattr(zeus, method)(filled(address), "{}", content_type="application/json")
            refused += answer.status_code == 403
            if answer.status_code not in (403, 405):
                wrong.append((address.shape, answer.status_code, answer.content[:200]))
    assert not wrong
    assert refused > 15 or method != "post"
