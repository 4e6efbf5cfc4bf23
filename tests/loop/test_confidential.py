"""A confidential requester stays with the desk: on pages, in the API, in lists, and when somebody searches."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case
from gezhi.loop.service.reading import view

SECRET = {
    "matter": "0101", "kind": "complaint", "name": "王小明", "phone": "13800001234", "confidential": True,
    "text": "我叫王小明，电话：138 0000 1234。门口的路灯不亮", "place": "丽江新城6栋",
}  # fmt: skip


@pytest.fixture
def browser(office):
    office.now = timezone.now() - timedelta(hours=1)

    def make(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        return client

    return make


@pytest.fixture
def secret(office, browser):
    return office.to("handling", office.receive(**SECRET))


def test_the_unit_in_charge_reads_no_name_anywhere(browser, secret):
    hugo = browser("hugo")
    listed = hugo.get("/api/v1/loop/cases").json()["items"][0]
    shown = hugo.get(f"/api/v1/loop/cases/{secret}").json()
    pages = [hugo.get(f"/desk/{secret}/").content.decode(), hugo.get("/desk/?tab=handling").content.decode()]
    for text in (str(listed), str(shown), *pages):
        assert "我叫***" in text
        assert "王" not in text
        assert "0000 1234" not in text


def test_the_desk_reads_it_all(browser, secret):
    shown = browser("dora").get(f"/api/v1/loop/cases/{secret}").json()
    assert shown["requester"] == "王**"
    assert "王小明" in shown["story"]["text"]


@pytest.mark.parametrize("words", ["13800001234", "王小明", "丽江新城", "路灯"])
def test_hidden_words_cannot_be_found_out_by_searching(browser, secret, words):
    assert browser("hugo").get(f"/api/v1/loop/cases?words={words}").json()["items"] == []


def test_the_desk_searches_them(browser, secret):
    assert len(browser("dora").get("/api/v1/loop/cases?words=丽江新城").json()["items"]) == 1


def test_a_number_is_found_by_whoever_may_read_the_case(browser, secret):
    number = Case.objects.get(pk=secret).number
    assert len(browser("hugo").get(f"/api/v1/loop/cases?words={number}").json()["items"]) == 1


def test_a_case_merged_into_another_names_no_confidential_person(office, browser, secret):
    main = office.to("handling")
    office.later(minutes=5)
    office.move(secret, "merge", "dora", main=main)
    page = browser("hugo").get(f"/desk/{main}/").content.decode()
    assert Case.objects.get(pk=secret).number in page
    assert page.count("王**") == 1  # the requester of the main case, who asked for no secrecy


def test_the_unit_complained_about_learns_nothing_even_when_it_handles_the_case(office):
    fields = {**SECRET, "confidential": False, "complained": office.units["urban"].pk}
    case = office.to("handling", office.receive(**fields))
    shown = view(case, actor=office.actor("hugo"), now=office.now)
    assert (shown.requester, shown.may_reveal, "王" in str(shown.story)) == ("", False, False)
    assert view(case, actor=office.actor("dora"), now=office.now).requester == "王**"
