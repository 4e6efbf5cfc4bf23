"""The list of work handed out by link: who sees which, in which tab, what may be taken back from it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from links_helpers import NAME, PHONE, day, finished, hand_out, told_case

from gezhi.loop.links import service
from gezhi.loop.models import Link

HERE = "/desk/links/"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.GEZHI_FILES = tmp_path


@pytest.fixture
def desk(office):
    def signed(name):
        client = Client()
        client.force_login(office.users[name])
        client.cookies["gezhi_language"] = "zh-hans"
        return client

    return signed


def shown(client, query=""):
    page = client.get(HERE + query)
    assert page.status_code == 200
    return page, {str(row["id"]) for row in page.context["rows"]}


def test_the_unit_sees_its_links_and_nobody_else_does(office, desk):
    sent = hand_out(office)
    page, rows = shown(desk("hugo"))
    assert rows == {str(sent.link.pk)}
    text = page.content.decode()
    for hidden in (NAME, PHONE, "王小明", "13800001234"):
        assert hidden not in text
    assert shown(desk("dora"))[1] == rows, "the desk decides where the unit has lost the case"
    assert shown(desk("hana"))[1] == set(), "another unit sees nothing"
    assert desk("cal").get(HERE).status_code == 403, "who hands out nothing has no such list"


def test_each_link_stands_in_the_tab_of_its_turn(office, desk):
    moment = timezone.now()
    out, done = hand_out(office), finished(office)
    late, over = hand_out(office), hand_out(office)
    Link.objects.filter(pk=late.link.pk).update(due_at=moment - timedelta(hours=1))
    service.revoke(over.link.pk, actor=office.actor("hugo"), now=moment)
    client = desk("hugo")
    assert shown(client, "?tab=waiting")[1] == {str(done.link.pk)}
    assert shown(client, "?tab=out")[1] == {str(out.link.pk), str(late.link.pk)}
    assert shown(client, "?tab=late")[1] == {str(late.link.pk)}
    assert shown(client, "?tab=ended")[1] == {str(over.link.pk)}
    page, rows = shown(client)
    assert rows == {str(done.link.pk)}, "an answer that waits comes first"
    assert [tab["count"] for tab in page.context["tabs"]] == [1, 2, 1, 1]
    assert shown(client, "?tab=nonsense")[1] == rows


def test_only_those_that_i_sent(office, desk):
    case = told_case(office)
    mine, other = hand_out(office, case), hand_out(office, case, by="dora")
    assert shown(desk("hugo"), "?tab=out&mine=1")[1] == {str(mine.link.pk)}
    assert shown(desk("dora"), "?tab=out&mine=1")[1] == {str(other.link.pk)}


def test_taken_back_from_the_list_and_back_to_it(office, desk):
    sent = hand_out(office)
    client = desk("hugo")
    page, _ = shown(client, "?tab=out")
    url = page.context["rows"][0]["revoke_url"]
    assert f'action="{url}"' in page.content.decode()
    answer = client.post(url, {"from": "list"})
    assert (answer.status_code, answer["Location"]) == (302, HERE)
    assert Link.objects.get(pk=sent.link.pk).state == "revoked"
    _, rows = shown(client, "?tab=out")
    assert rows == set()
    assert desk("hana").post(url, {"from": "list"}).status_code == 404


def test_no_act_is_offered_where_another_unit_decides_now(office, desk):
    case = told_case(office)
    hand_out(office, case)
    office.move(case, "change_lead", "dora", unit=office.units["housing"].pk, basis="三定方案", reason="由房管牵头")
    page, rows = shown(desk("hugo"), "?tab=out")
    assert len(rows) == 1
    row = page.context["rows"][0]
    assert row["revoke_url"] == ""
    assert row["url"] == f"/desk/{case}/"


def test_an_empty_list_says_how_to_begin(office, desk):
    page, rows = shown(desk("hugo"))
    assert rows == set()
    assert "没有账号" in page.content.decode()
    assert desk("hugo").get(f"{HERE}?page=99999999999").status_code == 200
    assert day() >= timezone.localdate()
