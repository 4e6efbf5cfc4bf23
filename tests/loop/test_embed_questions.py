"""The form in a frame asks what the matter asks, with scripts and without; stops end it there as on the page."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case, FormQuestion, Keyword
from gezhi.loop.store import content
from gezhi.trust.service import open_text

REPORT = {"text": "书院路的路灯三天不亮了", "place": "书院路", "who": "phone", "phone": "13812346207", "website": "",
          "matter": "0101"}  # fmt: skip
YES_NO = [{"code": "yes", "zh": "是", "en": "Yes"}, {"code": "no", "zh": "否", "en": "No"}]
WARN = {"on": "yes", "zh": "请离开至少8米", "en": "Keep eight metres away"}
COURT = {"on": "yes", "kind": "elsewhere", "zh": "请找法院", "en": "Go to the court", "to": "https://court.example.cn/"}
HERE, ASKED = "/embed/report/?lang=en", "/embed/questions/?lang=en"


@pytest.fixture
def frame(office, settings):
    office.now = timezone.now()
    settings.GEZHI_EMBED_ORIGINS = ("https://www.example.gov.cn",)
    rows = [("count", "number", True, {}), ("wire", "choice", False, {"options": YES_NO, "stop": WARN}),
            ("law", "choice", False, {"options": YES_NO, "stop": COURT})]  # fmt: skip
    for n, (code, kind, required, extra) in enumerate(rows):
        FormQuestion.objects.create(
            code=f"0101-{code}", matter="0101", position=n, type=kind, required=required, text_zh=f"{code}？",
            text_en=f"{code}?", extra=extra, pack="test",
        )  # fmt: skip
    Keyword.objects.create(matter_code="0101", keyword="路灯", weight=5, pack="test")
    content.forget()
    return Client(enforce_csrf_checks=True)


def token(client):
    return re.search(r'name="token" value="([^"]+)"', client.get(HERE).content.decode())[1]


def test_a_part_of_the_form_asks_by_the_words_and_by_the_matter_chosen(frame):
    page = frame.get(HERE).content.decode()
    assert f'hx-post="{ASKED}"' in page
    assert "csrfmiddlewaretoken]" not in page.partition('id="about"')[2].partition(">")[0]
    told = frame.post(ASKED, {"token": token(frame), "text": REPORT["text"], "place": "书院路"}).content.decode()
    assert 'name="matter"' in told
    assert f'hx-post="{ASKED}"' in told, "what is asked next is asked here too"
    given = {"token": token(frame), "matter": "0101"}
    only = frame.post(ASKED, given, headers={"HX-Target": "questions"}).content.decode()
    assert "q-0101-count" in only
    assert 'name="matter"' not in only


@pytest.mark.parametrize("bad", ["", "forged"])
def test_nothing_is_asked_without_a_token_of_ours_or_where_it_is_off(frame, settings, bad):
    assert frame.post(ASKED, {"token": bad, "matter": "0101"}).status_code == 204
    good = token(frame)
    settings.GEZHI_EMBED_ORIGINS = ()
    assert frame.post(ASKED, {"token": good, "matter": "0101"}).status_code == 204
    assert frame.get(ASKED).status_code == 405


def test_without_scripts_a_button_shows_what_is_asked_and_nothing_typed_is_lost(frame):
    given = token(frame)
    answer = frame.post(HERE, {**REPORT, "token": given, "step": "questions"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert Case.objects.count() == 0
    assert 'name="q-0101-count"' in page
    assert REPORT["text"] in page
    assert f'value="{given}"' in page
    assert '<div id="errors"' not in page


def test_what_is_required_is_asked_for_and_what_was_answered_is_kept_sealed(frame):
    given = token(frame)
    refused = frame.post(HERE, {**REPORT, "token": given})
    assert refused.status_code == 422
    assert 'href="#f-q-0101-count"' in refused.content.decode()
    done = frame.post(HERE, {**REPORT, "token": given, "q-0101-count": "3", "q-0101-wire": "yes"})
    assert done.status_code == 200
    assert "Keep eight metres away" in done.content.decode(), "what to do at once is told with the number"
    case = Case.objects.get()
    assert open_text(case.requester, case.story)["answers"] == {"0101-count": 3, "0101-wire": "yes"}
    assert case.urgency == 3


def test_an_answer_that_is_for_another_office_ends_it_in_the_frame(frame):
    stopped = frame.post(HERE, {**REPORT, "token": token(frame), "q-0101-count": "3", "q-0101-law": "yes"})
    page = stopped.content.decode()
    assert stopped.status_code == 422
    assert 'href="https://court.example.cn/" target="_blank"' in page, "the site around the frame is left alone"
    assert Case.objects.count() == 0
