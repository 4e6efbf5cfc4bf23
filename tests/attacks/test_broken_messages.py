"""Messages made to break whoever reads them: deep, cut, forged or half-coded; every door says no and none falls."""

import io
import json
from types import SimpleNamespace

import pytest
from addresses import table
from assistant_client import Assistant
from calls_helpers import post as tell_by_telephone
from django.utils import timezone
from partner_hand import SECRET, signed
from test_walk_forms import filled
from victims import key_of

from gezhi.loop.calls import secret
from gezhi.loop.models import Case, Piece
from gezhi.loop.partners import service as partners
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.rules import Actor

pytestmark = pytest.mark.pages

DEEP = "[" * 100_000
LONE = '"\\ud800"'  # half a character: JSON lets it pass, no database does
BODIES = {
    "deep": DEEP,
    "deep in a field": '{"type": "case.create", "data": {"text": ' + "[" * 900 + "]" * 900 + "}}",
    "half a character": '{"type": "case.create", "data": {"number": "X", "text": ' + LONE + "}}",
    "half a character in a name": '{"type": "case.create", "data": {' + LONE + ': "x"}}',
    "NUL": '{"type": "case.create", "data": {"number": "X", "text": "a\\u0000b"}}',
    "a number without end": '{"type": "case.create", "data": {"number": "X", "text": "x", "lon": 1e999}}',
    "no number": '{"type": "case.create", "data": {"number": "X", "text": "x", "lat": NaN}}',
    "a long number": '{"type": "case.create", "data": {"number": ' + "9" * 5000 + "}}",
    "not UTF-8": b'{"type": "case.create", "data": {"text": "\xff\xfe"}}',
    "nothing": "",
    "a text": '"x"',
    "null": "null",
    "a list": "[1]",
}


@pytest.fixture
def partner(office, settings, tmp_path):
    settings.GEZHI_KEYS = tmp_path / "keys"
    wish = Wish("county", "webhook", "县平台", wishes={"url": ""}, secrets={"secret": SECRET})
    return partners.put_partner(wish, actor=Actor.system("tests"), now=office.now)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_partner_sends_what_breaks(partner, site, body):
    data = body if isinstance(body, bytes) else body.encode()
    answer = site().post(
        "/api/partners/county/events", data, content_type="application/json", headers=signed("m1", timezone.now(), data)
    )
    assert answer.status_code == 422, answer.content[:300]
    assert not Case.objects.exists()
    assert not Piece.objects.filter(state="done").exists()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_telephone_system_sends_what_breaks(office, settings, tmp_path, site, body):
    settings.GEZHI_KEYS = tmp_path / "keys"
    from gezhi.loop.calls.rules.signature import signature

    data, stamp = body if isinstance(body, bytes) else body.encode(), str(int(timezone.now().timestamp()))
    answer = site().post(
        "/api/cti/events",
        data,
        content_type="application/json",
        headers={"X-Gezhi-Timestamp": stamp, "X-Gezhi-Signature": signature(secret.present(), stamp, data)},
    )
    assert answer.status_code in (413, 422), answer.content[:300]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_assistant_sends_what_breaks(office, site, body):
    talk = Assistant(key_of(office, "dora"))
    talk.begin()
    data = body if isinstance(body, bytes) else body.encode()
    headers = {**talk.headers, "Mcp-Session-Id": talk.session}
    answer = talk.http.post("/mcp", data, content_type="application/json", headers=headers)
    assert answer.status_code == 400, answer.content[:300]


@pytest.mark.parametrize("said", ["\ud800", "a\x00b", "x" * 2_000_000], ids=["half a character", "NUL", "endless"])
def test_an_assistant_writes_what_breaks_into_a_case(office, said):
    case, talk = office.receive("路灯不亮", matter="0101"), Assistant(key_of(office, "dora"))
    talk.begin()
    message = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": "find_cases", "arguments": {"words": said}},
    }
    answer = talk.post(message)
    assert answer.status_code in (200, 400)
    assert office.move(case, "accept").state == "accepted"


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "https://evil.cn", "//", "http://a]b"])
def test_an_origin_that_is_none_gets_nothing(office, site, origin):
    answer = site().post("/mcp", "{}", content_type="application/json", headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_phone_in_the_field_sends_what_breaks(office, site, body):
    data = body if isinstance(body, bytes) else body.encode()
    answer = site("gina").post("/field/send/", data, content_type="application/json")
    assert answer.status_code == 422, answer.content[:300]


@pytest.mark.parametrize(
    "name",
    ["p%00.jpg", "p%0d%0aSet-Cookie:x=1.jpg", "%ff%fe.jpg", "..%2F..%2Fetc%2Fpasswd", "%ED%A0%80.jpg", "x" * 5000],
)
def test_a_photo_with_a_hostile_name_is_kept_under_its_key_or_refused(office, site, name):
    answer = site("gina").post(
        "/field/parts/66b0e471-ed54-410b-a6be-42c3fba9d85b/",
        b"\xff\xd8\xff",
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0", "Upload-Length": "3", "Upload-Name": name},
    )
    assert answer.status_code in (200, 422), answer.content[:300]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_api_is_sent_what_breaks(office, site, body):
    """Every address of the API that takes a body, with the key of somebody who may do everything."""
    key, wrong = key_of(office, "zeus"), []
    for address in table():
        if address.shape.startswith("api/v1/") and address.exempt:
            path = filled(address)
            for send in (site().post, site().put):
                answer = send(path, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"})
                if answer.status_code >= 500:
                    wrong.append((address.shape, answer.status_code))
    assert not wrong


def test_half_characters_in_the_story_of_a_case_are_refused_by_name(office, site):
    for field in ("text", "place", "name"):
        body = '{"text": "路灯", "%s": "a\\ud800b"}' % field  # noqa: UP031 - braces of JSON
        answer = site().post(
            "/api/v1/loop/cases",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {key_of(office, 'dora')}"},
        )
        assert answer.status_code == 422, (field, answer.content)
    assert not Case.objects.exists()


def test_an_event_of_the_telephone_with_a_body_of_another_is_refused(office, settings, tmp_path, site):
    settings.GEZHI_KEYS = tmp_path / "keys"
    said = {"call_id": "c9", "event": "ringing", "at": timezone.now().isoformat(), "agent": "8001", "case": "x"}
    answer = tell_by_telephone(site(), said, now=timezone.now())
    assert answer.status_code == 422, "a field that nobody knows"
    assert json.loads(answer.content)["code"] == "malformed"


@pytest.mark.parametrize(
    "answer", ["[" * 100_000, "<html>", '{"items": ', ""], ids=["deep", "a page", "cut", "nothing"]
)
def test_a_platform_above_that_answers_what_breaks_is_asked_again_later(monkeypatch, answer):
    from gezhi.loop.partners.adapters import Later
    from gezhi.loop.partners.kinds.upstream.carriers import http

    class Said(io.BytesIO):
        """An answer on the wire."""

    monkeypatch.setattr(http, "opened", lambda *_: Said(answer.encode()))
    line = SimpleNamespace(place="http://county.example", secrets={}, option=lambda name, default="": default)
    with pytest.raises(Later):
        http.Http()._call(line, "/", None)
