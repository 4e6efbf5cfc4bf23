"""The assembly: health, language, error pages, the API's own answers, and docs without foreign addresses."""

import json
import re

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from psycopg.errors import LockNotAvailable

from gezhi.kit.http import HouseMiddleware
from gezhi.web import pages, readiness

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_the_language_switch_keeps_the_choice_and_goes_back(client):
    response = client.post("/language/", {"language": "en", "next": "/sign-in/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?a=1")
    assert response.cookies["gezhi_language"].value == "en"
    assert client.post("/language/", {"language": "tlh"}).cookies.get("gezhi_language") is None
    assert client.get("/language/").status_code == 405


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)"])
def test_the_language_switch_never_leaves_the_site(client, target):
    assert client.post("/language/", {"language": "en", "next": target})["Location"] == "/"


def test_the_language_switch_wants_a_token():
    assert Client(enforce_csrf_checks=True).post("/language/", {"language": "en"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "chinese"), [("en", False), ("zh-hans", True), ("en-xa", False)])
def test_an_unknown_page_is_explained_in_the_readers_language(client, pseudo_language, language, chinese):
    client.cookies["gezhi_language"] = language
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    body = re.sub(r"<[^>]+>", " ", response.content.decode()).replace("简体中文", "").replace("中文", "")
    assert bool(HAN.search(body)) is chinese
    assert response["Content-Language"] == language


@pytest.mark.django_db
def test_a_fault_shows_a_page_and_no_detail(client, monkeypatch):
    class Broken:
        def cursor(self):
            raise RuntimeError("secret detail")

    monkeypatch.setattr(readiness, "connection", Broken())
    readiness.RECENT.forget()
    client.raise_request_exception = False
    response = client.get("/readyz")
    assert response.status_code == 500
    assert "secret" not in response.content.decode()
    assert "server-error" in response.content.decode()
    answer = pages.server_error(RequestFactory().get("/api/v1/x"))
    assert json.loads(answer.content)["code"] == "server-error"


@pytest.mark.django_db
def test_a_database_that_is_away_is_503_in_words(client, monkeypatch):
    def away(*arguments, **named):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("gezhi.web.pages.render", away)
    monkeypatch.setattr("gezhi.web.pages.url_has_allowed_host_and_scheme", away)
    response = client.post("/language/", {"language": "en"})
    assert response.status_code == 503
    assert "database-away" in response.content.decode()


def test_a_lock_that_takes_too_long_is_not_called_an_outage():
    fault = OperationalError("canceling statement due to lock timeout")
    fault.__cause__ = LockNotAvailable()
    answer = HouseMiddleware(lambda request: None).process_exception(RequestFactory().get("/api/v1/x"), fault)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "database-busy")


@pytest.mark.django_db
def test_the_api_says_what_is_unknown_and_what_is_malformed(client):
    response = client.get("/api/v1/nothing", HTTP_ACCEPT_LANGUAGE="en")
    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert "text/html" not in response["Content-Type"]


@pytest.mark.django_db
def test_the_api_is_described_and_its_page_loads_nothing_from_elsewhere(client):
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert any(path.startswith("/api/v1/loop/") for path in described["paths"])
    page = client.get("/api/v1/docs").content.decode()
    assert re.findall(r'(?:src|href)="([^"]+)"', page)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<style" not in page
    assert not re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)", page)


@pytest.mark.django_db
def test_the_health_page_is_for_administrators(client):
    response = client.get("/office/health/")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
