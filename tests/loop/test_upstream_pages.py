"""What people see of a platform: on the case page, the comparison of a day, the reply sheet; and the command."""

import io
import json

import openpyxl
import pytest
from fake_platform import TOKEN, running
from upstream_hand import SYSTEM, fetch, tell

from gezhi.loop.models import Case
from gezhi.loop.partners import service
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.service.roles import grant_post

ORDER = {"content": "路灯不亮", "categoryName": "别的", "limitTime": "2026-03-06 18:00:00", "status": "已交办"}


@pytest.fixture
def site(client, office):
    def signed(name):
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        return client

    grant_post("olive", "sysadmin", "city", actor=SYSTEM, now=office.now)
    return signed


@pytest.fixture
def city(office, mappings):
    def made(url):
        sheet = '[sheet]\n"编号" = "number"\n"答复" = "public_reply"\n\n[http]'
        mapping = mappings.write("city.toml", "platform-http.toml", ("[http]", sheet))
        wish = Wish("city", "upstream", "市平台", wishes={"mapping": mapping, "place": url}, secrets={"token": TOKEN})
        return service.put_partner(wish, actor=SYSTEM, now=office.now)

    return made


def test_the_case_page_shows_their_number_due_state_and_what_they_were_told(office, city, site):
    with running(office.now) as (platform, url):
        platform.write("S-77", **ORDER)
        fetch(office, city(url))
        key = str(Case.objects.get().pk)
        office.move(key, "correct", "dora", matter="0101", reason="补事项")
        office.to("handling", key)
        office.move(key, "postpone_ask", "hugo", cause="parts", reason="缺货", amount=2, unit_of="workday")
        office.move(key, "postpone_decide", "dora", approve=True)
        tell(office)
    page = site("dora").get(f"/desk/{key}/").content.decode()
    for words in ("S-77", "已交办", "办理中", "等对方答复", "对方时限"):
        assert words in page, words


def test_a_case_of_nobody_else_shows_no_platform(office, site):
    assert 'id="partners"' not in site("dora").get(f"/desk/{office.receive()}/").content.decode()


def test_the_page_of_a_day_says_what_is_missing_and_what_differs(office, city, site, capsys):
    from argparse import Namespace

    from gezhi.loop.partners.kinds.upstream.commands import reconcile

    with running(office.now) as (platform, url):
        partner = city(url)
        platform.write("S-1", **ORDER)
        platform.write("S-2", **ORDER)
        fetch(office, partner)
        tell(office)
        said = site("olive").get("/desk/partners/city/reconcile/?day=2026-03-02").content.decode()
        assert "两边一致" in said
        assert "别的 (2)" in said
        platform.write("S-3", **ORDER)
        platform.orders["S-1"]["state"] = "待接收"
        platform.orders.pop("S-2")
        found = site("olive").get("/desk/partners/city/reconcile/?day=2026-03-02")
        assert found.context["found"]["missing_here"] == ["S-3"]
        assert found.context["found"]["missing_there"] == ["S-2"]
        assert [one["number"] for one in found.context["found"]["differ"]] == ["S-1"]
        assert "两边不一致" in found.content.decode()
        assert reconcile(Namespace(partner="city", day="2026-03-02", json=True)) == 1
        assert json.loads(capsys.readouterr().out)["missing_here"] == ["S-3"]
    away = site("olive").get("/desk/partners/city/reconcile/?day=2026-03-02")
    assert away.status_code == 409
    assert "现在取不到" in away.content.decode()
    assert site("olive").get("/desk/partners/city/reconcile/?day=31.2.").status_code == 422


def test_the_reply_sheet_is_saved_from_the_page_and_runs_no_formula(office, city, site):
    with running(office.now) as (platform, url):
        platform.write("=1+1", **ORDER)
        fetch(office, city(url))
    key = str(Case.objects.get().pk)
    office.move(key, "answer", "olive", matter="0101", kind="consult", reply="已答复。")
    answer = site("olive").post("/desk/partners/city/reply-sheet/")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows == [("编号", "答复"), ("'=1+1", "已答复。")]


@pytest.mark.parametrize("address", ["reconcile/", "reconcile/?day=2026-03-02", "reply-sheet/"])
def test_who_may_not_edit_partners_sees_neither(office, city, site, address):
    city("http://127.0.0.1:9/")
    client = site("hugo")
    answer = client.post if address == "reply-sheet/" else client.get
    assert answer(f"/desk/partners/city/{address}").status_code == 403
