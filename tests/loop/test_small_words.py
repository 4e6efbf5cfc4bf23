"""Small words that people stumbled over: the order of choices, figures that are not there yet, where one begins."""

from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

import gezhi.loop
from gezhi.loop.models import RetentionPlan
from gezhi.loop.service import case_token
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post

ROOT = Actor.system("tests")


def client(office, name="", language="zh-hans"):
    made = Client()
    made.cookies["gezhi_language"] = language
    if name:
        made.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    return made


def test_the_best_stands_first_in_each_row_of_a_rating(office):
    office.now = timezone.now()
    page = client(office).get(f"/f/{case_token(office.to('verifying'))}/rate/")
    for question in page.context["dimensions"]:
        assert [option["value"] for option in question["options"]] == [5, 4, 3, 2, 1]
    assert page.context["overall"]["options"][0]["value"] == "very"


def test_who_asked_is_not_called_a_caller_whatever_the_channel(office):
    office.now = timezone.now()
    case = office.to("handling")
    text = client(office, "hugo").get(f"/desk/{case}/?move=reply").content.decode()
    assert "给诉求人的答复" in text
    assert "来电人" not in text


def test_the_ledger_has_one_name():
    rooms = Path(gezhi.loop.__file__).parents[1]
    for path in (*rooms.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"), *rooms.glob("packs/bundled/*/retention.csv")):
        assert "台账" not in path.read_text(encoding="utf-8"), path


def test_a_list_that_is_being_counted_shows_no_figures(office):
    office.now = timezone.now()
    grant_post("sue", "sysadmin", "city", actor=ROOT, now=office.now)
    RetentionPlan.objects.create(as_of=office.now, state="counting", made_at=office.now)
    text = client(office, "sue").get("/desk/retention/").content.decode()
    assert '<td class="num">…</td>' in text
    assert '<td class="num">0</td>' not in text


@pytest.mark.parametrize(("role", "start"), [("sysadmin", "/office/users/"), ("operator", "/desk/")])
def test_people_begin_where_their_work_is(office, role, start):
    office.users["sam"] = apps.get_model("trust", "User").objects.create(
        username="sam", display_name="Sam", unit=office.units["city"]
    )
    grant_post("sam", role, "city", actor=ROOT, now=office.now)
    assert client(office, "sam").get("/").headers["Location"] == start
