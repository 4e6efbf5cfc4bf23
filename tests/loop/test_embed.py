"""The report form in a frame of another site: named sites alone, a signed token for a cookie, the same throttle."""

import re

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case
from gezhi.loop.public.pages import embed

REPORT = {"text": "南湖菜市场东门口的垃圾两天没有人清走了", "place": "南湖菜市场东门", "who": "phone",
          "phone": "138 1234 6207", "website": ""}  # fmt: skip


@pytest.fixture
def frame(office, settings):
    office.now = timezone.now()
    settings.GEZHI_EMBED_ORIGINS = ("https://www.example.gov.cn", "'self'; script-src *")
    return Client(enforce_csrf_checks=True)


def token(client):
    return re.search(r'name="token" value="([^"]+)"', client.get("/embed/report/").content.decode())[1]


def test_it_is_off_until_a_site_is_named(frame, settings):
    settings.GEZHI_EMBED_ORIGINS = ()
    answer = frame.get("/embed/report/")
    assert answer.status_code == 404
    assert answer["X-Frame-Options"] == "DENY"


def test_only_named_sites_may_frame_it_and_it_needs_no_cookie(frame):
    answer = frame.get("/embed/report/?lang=en")
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors https://www.example.gov.cn;" in policy + ";"
    assert "script-src *" not in policy
    assert "script-src 'self'" in policy
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert "What happened?" in answer.content.decode()
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    for other in ("/report/", "/", "/public/"):
        assert "frame-ancestors 'none'" in frame.get(other)["Content-Security-Policy"]
        assert frame.get(other)["X-Frame-Options"] == "DENY"


def test_a_report_comes_in_without_a_cookie_and_shows_its_link(frame):
    given = token(frame)
    frame.cookies.clear()
    done = frame.post("/embed/report/", {**REPORT, "token": given})
    page = done.content.decode()
    assert done.status_code == 200, page
    case = Case.objects.get()
    assert case.number in page
    assert case.channel == "web"
    assert 'target="_blank"' in page
    assert frame.post("/embed/report/", {**REPORT, "token": given}).status_code == 200
    assert Case.objects.count() == 1, "sent twice is sent once"


@pytest.mark.parametrize("bad", ["", "x", "WyJ4Il0:1abc:forged", None], ids=["none", "x", "forged", "other"])
def test_a_forged_token_is_refused_and_nothing_typed_is_lost(frame, bad):
    bad = signing.dumps("k", salt="another") if bad is None else bad  # signed here, but for something else
    answer = frame.post("/embed/report/", {**REPORT, "token": bad})
    assert answer.status_code == 403
    assert REPORT["text"] in answer.content.decode()
    assert Case.objects.count() == 0


def test_an_old_token_is_refused(frame, monkeypatch):
    given = token(frame)
    monkeypatch.setattr(embed, "OPEN_FOR", -1)
    assert frame.post("/embed/report/", {**REPORT, "token": given}).status_code == 403
    assert Case.objects.count() == 0


def test_who_is_signed_in_lends_nothing_to_the_frame(frame, office):
    frame.force_login(office.users["dora"])
    frame.post(
        "/embed/report/", {**REPORT, "token": token(frame), "urgency": "4", "desk": "1", "matter": "", "kind": "praise"}
    )
    case = Case.objects.get()
    assert (case.urgency, case.kind) == (1, "")
    assert case.steps.get().actor_kind != "user"


def test_machines_and_floods_are_refused_as_on_the_page(frame):
    assert frame.post("/embed/report/", {**REPORT, "token": token(frame), "website": "x"}).status_code == 422
    for _ in range(10):
        assert frame.post("/embed/report/", {**REPORT, "token": token(frame)}).status_code == 200
    assert frame.post("/embed/report/", {**REPORT, "token": token(frame)}).status_code == 429
    assert Case.objects.count() == 10
