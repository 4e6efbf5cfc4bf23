"""Requests found by a code on the telephone: five tries, ten minutes, one number; nobody learns whether it is known."""

import json
import re
import threading
import time
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.partners import service as partners
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.reach.service import codes
from gezhi.trust.rules import Actor

MOBILE = "13800001234"
AT = "/follow/phone/"


@pytest.fixture
def sms(office, settings, tmp_path):
    """The way out for short messages, into files; what was sent, the newest last."""
    settings.GEZHI_DATA, settings.GEZHI_KEYS, settings.GEZHI_SMS_URL = tmp_path, tmp_path / "keys", ""
    partners.put_partner(Wish("sms", "sms", "短信", wishes={}, secrets={}), actor=Actor.system("tests"), now=office.now)

    def sent():
        files = sorted((tmp_path / "outgoing" / "sms").glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
        return [json.loads(one.read_text(encoding="utf-8")) for one in files]

    return sent


@pytest.fixture
def anybody():
    client = Client()
    client.cookies["gezhi_language"] = "zh-hans"
    return client


def code_in(message):
    return re.search(r"\d{6}", message["text"])[0]


def token_in(answer):
    return re.search(r'name="token" value="([^"]+)"', answer.content.decode())[1]


def test_a_code_shows_the_requests_of_its_number_alone(office, sms, anybody):
    own = office.receive(name="王小明", phone=MOBILE)
    secret = office.receive(name="王小明", phone=MOBILE, confidential=True)
    other = office.receive(name="李红", phone="13800009999")
    form = anybody.post(AT, {"phone": " 138 0000 1234 "})
    (message,) = sms()
    assert message["to"] == "+8613800001234"
    assert code_in(message) not in form.content.decode()
    shown = anybody.post(AT, {"token": token_in(form), "code": code_in(message)}).content.decode()
    numbers = {key: Case.objects.get(pk=key).number for key in (own, secret, other)}
    assert numbers[own] in shown
    assert numbers[secret] not in shown
    assert numbers[other] not in shown
    link = re.search(r'href="(/f/[^"]+)"', shown)[1]
    assert numbers[own] in anybody.get(link).content.decode()


def test_a_number_without_requests_is_answered_like_any_other(office, sms, anybody):
    office.receive(name="王小明", phone=MOBILE)
    known, unknown = (anybody.post(AT, {"phone": phone}) for phone in (MOBILE, "13800007777"))
    blank = re.compile(r'value="[^"]*"')
    assert blank.sub("", known.content.decode()) == blank.sub("", unknown.content.decode())
    assert len(sms()) == 2
    shown = anybody.post(AT, {"token": token_in(unknown), "code": code_in(sms()[-1])})
    assert "没有找到" in shown.content.decode()


def test_after_five_wrong_tries_even_the_code_waits(office, sms):
    now = timezone.now()
    token = codes.send(MOBILE, "a", now=now)
    right = code_in(sms()[0])
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(codes.TRIES):
        with pytest.raises(Refused, match="code-wrong"):
            codes.check(token, wrong, "a", now=now)
    with pytest.raises(Refused, match="too-many-tries"):
        codes.check(token, right, "b", now=now)


def test_a_code_opens_its_own_token_only_and_for_ten_minutes(office, sms, monkeypatch):
    now = timezone.now()
    first, second = (codes.send(phone, "a", now=now) for phone in (MOBILE, "13800009999"))
    mine = code_in(sms()[0])
    with pytest.raises(Refused, match="code-wrong"):
        codes.check(second, mine, "a", now=now)
    forged = signing.dumps({"mark": "x", "phone": "+8613800009999"}, salt="another")
    for token in (forged, first[:-2], "", "x" * 5000):
        with pytest.raises(Refused, match="code-expired"):
            codes.check(token, mine, "a", now=now)
    assert codes.check(first, f" {mine[:3]} {mine[3:]} ", "a", now=now) == "+8613800001234"
    clock = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: clock() + codes.LASTS + 1)
    with pytest.raises(Refused, match="code-expired"):
        codes.check(first, mine, "a", now=now)


def test_nobody_is_flooded_with_messages(office, sms):
    now = timezone.now()
    for number in range(codes.SENT):
        codes.send(MOBILE, f"address {number}", now=now)
    with pytest.raises(Refused, match="too-many-tries"):
        codes.send(MOBILE, "another address", now=now)
    assert len(sms()) == codes.SENT
    codes.send(MOBILE, "another address", now=now + timedelta(hours=2))


@pytest.mark.parametrize(("phone", "said"), [("12", "号码"), ("0755-82101234", "手机"), ("", "号码")])
def test_what_is_no_mobile_is_said_and_nothing_is_sent(sms, anybody, phone, said):
    answer = anybody.post(AT, {"phone": phone})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert sms() == []


def test_a_gateway_that_is_down_is_said(sms, settings, anybody):
    settings.GEZHI_SMS_URL = "http://127.0.0.1:9/{to}"
    answer = anybody.post(AT, {"phone": MOBILE})
    assert answer.status_code == 503
    assert "过几分钟再试" in answer.content.decode()


def test_a_slow_gateway_holds_up_two_and_nobody_else(sms, monkeypatch):
    go, begun = threading.Event(), []

    class Slow:
        def send(self, message):
            begun.append(message)
            go.wait(30)

    monkeypatch.setattr(codes, "gateway", Slow)
    monkeypatch.setattr(codes, "PATIENCE", 0.05)
    now = timezone.now()
    for number in range(codes.AT_ONCE):
        assert codes.send(f"1380000000{number}", "a", now=now), "it may still come"
    with pytest.raises(Refused, match="code-not-sent"):
        codes.send("13800000009", "a", now=now)
    go.set()
    wait_for(lambda: codes.places._value == codes.AT_ONCE)
    codes.send("13800000008", "a", now=now)
    assert len(begun) == codes.AT_ONCE + 1


def wait_for(come):
    until = time.monotonic() + 10
    while not come():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_without_short_messages_there_is_no_such_page(office, anybody):
    assert anybody.get(AT).status_code == 404
    assert AT not in anybody.get("/follow/").content.decode()
