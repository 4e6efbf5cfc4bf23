"""A case that goes back reaches the unit with what it has to do, in words that it may read."""

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Step
from gezhi.loop.service import case_token
from gezhi.loop.service.reading import view

LEFT, OPINION = "补得不平，过车还颠，请重新铺", "态度敷衍"
UNHAPPY = {"satisfaction": "dissatisfied", "solved": "unsolved"}


@pytest.fixture
def case(office):
    office.now = timezone.now()
    return office.to("verifying")


def client(language="en", user=None):
    made = Client()
    made.cookies["gezhi_language"] = language
    if user is not None:
        made.force_login(user, backend="gezhi.trust.backend.PeopleBackend")
    return made


def test_a_dissatisfied_call_back_says_what_the_unit_is_to_do(office, case):
    with pytest.raises(Refused, match="field-missing") as refused:
        office.move(case, "callback", "cal", contacted=True, words=OPINION, **UNHAPPY)
    assert (refused.value.status, refused.value.facts["field"]) == (422, "for_unit")
    assert office.move(case, "callback", "cal", contacted=True, for_unit=LEFT, **UNHAPPY).state == "dispatched"


def test_nobody_reached_and_a_happy_answer_need_no_such_words(office, case):
    assert office.move(case, "callback", "cal", contacted=False, satisfaction="dissatisfied").state == "verifying"
    assert office.move(case, "callback", "cal", contacted=True, satisfaction="basic").state == "closed"


def test_the_desk_form_marks_the_field(office, case):
    site = client(user=office.users["cal"])
    page = site.post(f"/desk/{case}/callback/", {"key": "k", "contacted": "1", **UNHAPPY})
    assert page.status_code == 422
    assert 'href="#f-for_unit"' in page.content.decode()


def test_the_rating_asks_what_is_still_to_be_done(office, case):
    site, at = client("zh-hans"), f"/f/{case_token(case)}/rate/"
    assert "还有什么没有解决？请写给承办单位" in site.get(at).content.decode()
    missing = site.post(at, {"key": "a", "words": OPINION, **UNHAPPY})
    assert missing.status_code == 422
    text = missing.content.decode()
    assert 'href="#f-for_unit"' in text
    assert "请写明还有什么没有解决" in text
    assert OPINION in text, "what was typed stays"
    site.post(at, {"key": "b", "words": OPINION, "for_unit": LEFT, **UNHAPPY})
    assert Case.objects.get(pk=case).state == "dispatched"
    for name in ("hugo", "lena"):
        said = [entry.texts for entry in view(case, actor=office.actor(name), now=office.now).entries][-1]
        assert said == {"for_unit": LEFT}
    assert OPINION in site.get(at.replace("rate/", "")).content.decode(), "the citizen reads both again"
    assert LEFT in site.get(at.replace("rate/", "")).content.decode()


def test_the_unit_reads_it_above_the_story_and_the_former_result_as_former(office, case):
    office.move(case, "callback", "cal", contacted=True, for_unit=LEFT, words=OPINION, **UNHAPPY)
    site = client("zh-hans", office.users["hugo"])
    page = site.get(f"/desk/{case}/")
    text = page.content.decode()
    assert text.index("本轮要办") < text.index(LEFT) < text.index('class="panel story"')
    assert OPINION not in text
    assert "上一轮办理结果" in text
    assert "<dt>办理结果</dt>" not in text
    office.move(case, "sign", "hugo")
    assert "本轮要办" in site.get(f"/desk/{case}/").content.decode()
    office.move(case, "reply", "hugo", outcome="partly", reply="已重新铺平。")
    text = site.get(f"/desk/{case}/").content.decode()
    assert "<dt>办理结果</dt>" in text
    assert "上一轮办理结果" not in text


def test_a_redo_by_the_desk_shows_its_reason_as_what_is_to_be_done(office, case):
    office.move(case, "redo", "dora", reason=LEFT)
    assert Step.objects.filter(case=case, move="redo").exists()
    text = client("zh-hans", office.users["hugo"]).get(f"/desk/{case}/").content.decode()
    assert text.index("本轮要办") < text.index(LEFT) < text.index('class="panel story"')


def test_a_case_of_the_first_round_has_nothing_to_do_again(office):
    office.now = timezone.now()
    case = office.to("handling")
    assert "本轮要办" not in client("zh-hans", office.users["hugo"]).get(f"/desk/{case}/").content.decode()
