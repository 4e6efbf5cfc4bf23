"""At the edge: refusals as sentences, headers on every answer, whom to believe, which language."""

import json
from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from gezhi.kernel.errors import Refused
from gezhi.kit import http


@pytest.fixture
def build(settings):
    """A request through the house's two middlewares to a view given."""

    def answer(view, path="/", **headers):
        request = RequestFactory().get(path, **headers)
        house = http.HouseMiddleware(http.LanguageMiddleware(view))
        return house(request)

    return answer


def test_every_answer_carries_the_policy(build):
    response = build(lambda request: HttpResponse("ok"))
    policy = response["Content-Security-Policy"]
    for rule in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/", {}, "zh-hans"),
        ("/", {"HTTP_ACCEPT_LANGUAGE": "en"}, "zh-hans"),
        ("/api/v1/x", {"HTTP_ACCEPT_LANGUAGE": "en"}, "en"),
        ("/", {"HTTP_COOKIE": "gezhi_language=en"}, "en"),
        ("/", {"HTTP_COOKIE": "gezhi_language=tlh"}, "zh-hans"),
    ],
)
def test_the_language_is_the_persons_choice(build, path, headers, language):
    seen = []
    response = build(lambda request: seen.append(translation.get_language()) or HttpResponse(), path, **headers)
    assert seen == [language]
    assert response["Content-Language"] == language


def test_forwarded_headers_are_believed_from_a_known_proxy_only(build, settings):
    seen = []

    def view(request):
        seen.append((request.is_secure(), request.META["REMOTE_ADDR"], "HTTP_X_FORWARDED_FOR" in request.META))
        return HttpResponse()

    forwarded = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 9.9.9.9"}
    settings.GEZHI_TRUSTED_PROXIES = frozenset()
    build(view, **forwarded)
    settings.GEZHI_TRUSTED_PROXIES = frozenset({"127.0.0.1"})
    build(view, **forwarded)
    assert seen == [(False, "127.0.0.1", False), (True, "9.9.9.9", False)]


def test_a_refusal_is_a_sentence_in_the_language_asked_for():
    refused = Refused("not-initialised", folder="/srv/x")
    assert http.sentence(refused, "en").startswith("There is no installation in /srv/x.")
    assert "没有安装" in http.sentence(refused, "zh-hans")
    assert http.sentence(Refused("never-heard-of", a=1), "en") == "never-heard-of"
    lacking = http.sentence(Refused("not-initialised"), "en")
    assert "not-initialised" in lacking, "a fact that is missing must not hide the refusal"


def test_codes_and_moments_in_a_sentence_are_words():
    moved = Refused("case-moved", seen=4, last=5, state="handling")
    assert "状态为“办理中”" in http.sentence(moved, "zh-hans")
    assert "“Being handled”" in http.sentence(moved, "en")
    late = Refused("return-too-late", until=datetime(2026, 3, 2, 1, 30, tzinfo=UTC))
    assert "2026-03-02 09:30" in http.sentence(late, "zh-hans")
    large = Refused("sheet-too-large", status=422, what="rows", limit=9)
    assert "行数" in http.sentence(large, "zh-hans")
    strange = Refused("field-invalid", status=422, field="no-such-field", value="x")
    assert "no-such-field" in http.sentence(strange, "en")


def test_the_api_answers_code_sentence_and_facts():
    middleware = http.HouseMiddleware(lambda request: HttpResponse())
    request = RequestFactory().get("/api/v1/cases")
    with translation.override("en"):
        answer = middleware.process_exception(request, Refused("file-exists", status=422, file={"a": (1, object)}))
    assert answer.status_code == 422
    body = json.loads(answer.content)
    assert body["code"] == "file-exists"
    assert body["facts"]["file"]["a"][0] == 1
    assert "exists already" in body["message"]
    assert middleware.process_exception(request, ValueError("a fault, not a refusal")) is None


@pytest.mark.django_db
def test_a_page_shows_the_sentence_and_htmx_gets_it_as_a_fragment(settings):
    middleware = http.HouseMiddleware(lambda request: HttpResponse())
    factory = RequestFactory()

    def ask(**headers):
        request = factory.post("/case/1", **headers)
        request.user, request.session = None, {}
        with translation.override("zh-hans"):
            return middleware.process_exception(request, Refused("file-exists", file="<b>x</b>"))

    page, fragment = ask(), ask(HTTP_HX_REQUEST="true")
    assert page.status_code == fragment.status_code == 409
    assert "&lt;b&gt;x&lt;/b&gt;" in page.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "已经存在" in fragment.content.decode()
    assert fragment["HX-Retarget"]


@pytest.mark.parametrize(
    ("path", "cookie", "kept"), [("/desk/", "gezhi_session=x", False), ("/api/v1/x", "", False), ("/", "", True)]
)
def test_what_only_some_may_see_is_kept_by_no_browser(build, path, cookie, kept):
    response = build(lambda request: HttpResponse("ok"), path, HTTP_COOKIE=cookie)
    assert ("no-store" in response.get("Cache-Control", "")) is not kept
    own = build(lambda request: HttpResponse("ok", headers={"Cache-Control": "private, max-age=9"}), path)
    assert own["Cache-Control"] == "private, max-age=9"
