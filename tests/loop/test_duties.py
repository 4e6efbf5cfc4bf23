"""The list of township duties: guard, exception, the office's own sheet; precedents and loads beside the form."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.alike.store import count_words
from gezhi.loop.duties import service
from gezhi.loop.models import CodeItem, Precedent, Step, TownDuty
from gezhi.loop.store import content

LINES = [("basic", "路灯管护", "0101", []), ("cooperating", "施工噪声巡查", "0102", []),
         ("taken_back", "校园安全检查", "02", ["校园"])]  # fmt: skip


@pytest.fixture
def listed(office):
    for no, (kind, name, matter, words) in enumerate(LINES, 1):
        TownDuty.objects.create(code=str(no), kind=kind, position=no, name_zh=name, matter=matter, keywords=words,
                                lead="housing", basis_zh="清单第1条", pack="test")  # fmt: skip
    content.forget()
    return office


def browser(office, name):
    client = Client()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "en"
    return client


def accepted(office, matter, text="路灯不亮，晚上走路危险。"):
    case = office.receive(text, matter=matter, kind="complaint")
    office.move(case, "accept")
    return case


def refused(office, code, *args, **data):
    with pytest.raises(Refused) as caught:
        office.move(*args, **data)
    assert caught.value.code == code
    return caught.value.facts


def test_what_is_not_the_townships_is_not_given_to_it(listed):
    street, housing, urban = (listed.units[code].pk for code in ("street", "housing", "urban"))
    assert listed.move(accepted(listed, "0101"), "dispatch", unit=street).state == "dispatched"
    noise = accepted(listed, "0102")
    facts = refused(listed, "town-cooperating", noise, "dispatch", unit=street)
    assert (facts["duty"], facts["lead"], facts["basis"]) == ("施工噪声巡查", "housing", "清单第1条")
    assert listed.move(noise, "dispatch", unit=housing, assisting=[street]).state == "dispatched"
    listed.move(noise, "sign", "hana")
    refused(listed, "town-cooperating", noise, "change_lead", unit=street, reason="x", basis="y")
    school = accepted(listed, "02", "校园门口没有护栏")
    refused(listed, "town-taken-back", school, "dispatch", unit=urban, assisting=[street])
    refused(listed, "town-taken-back", school, "dispatch", unit=street)
    other = accepted(listed, "02", "老师批改作业太晚")  # no word of the line, so the list is silent
    assert listed.move(other, "dispatch", unit=street).state == "dispatched"


def test_an_exception_is_a_named_persons_and_is_counted(listed):
    street, housing = listed.units["street"].pk, listed.units["housing"].pk
    noise = accepted(listed, "0102")
    refused(listed, "not-allowed", noise, "duty_allow", "dora", unit=street, reason="x")
    refused(listed, "town-not-barred", noise, "duty_allow", "sue", unit=housing, reason="x")
    listed.move(noise, "duty_allow", "sue", unit=street, reason="夜间先行劝阻")
    assert listed.move(noise, "dispatch", unit=street).state == "dispatched"
    refused(listed, "town-cooperating", accepted(listed, "0102"), "dispatch", unit=street)  # that case alone
    assert Step.objects.filter(move="duty_allow").count() == 1
    listed.now = timezone.now()
    case = accepted(listed, "0102")
    listed.move(case, "duty_allow", "sue", unit=street, reason="x")
    shown = browser(listed, "sue").get("/desk/duties/").context["exceptions"]
    assert (shown["count"], shown["units"]) == (2, [("street", 2)])


def test_the_offices_own_list_holds_alone_and_comes_back_out(listed):
    rows = (
        "类别,履职事项,诉求事项,关键词,牵头部门",
        "配合履职,路灯巡查,路灯,,housing",
        "没有,x,路灯,,",
        "基本履职,y,,,",
    )
    sheet = "\n".join(rows).encode()
    with pytest.raises(Refused):
        service.import_list(io.BytesIO(sheet), actor=listed.actor("hugo"), now=listed.now)
    client = browser(listed, "dora")
    file = io.BytesIO(sheet)
    file.name = "list.csv"
    done = client.post("/desk/duties/import/", {"file": file}, follow=True)
    said = [str(message) for message in done.context["messages"]]
    assert said[0] == "1 line is in force."
    assert [text.startswith(f"Row {row} left out") for row, text in zip((3, 4), said[1:], strict=True)] == [True, True]
    assert [row["name"] for row in done.context["rows"]] == ["路灯巡查"]
    refused(listed, "town-cooperating", accepted(listed, "0101"), "dispatch", unit=listed.units["street"].pk)
    out = io.BytesIO(client.get("/desk/duties/export.xlsx").content)
    out.name = "list.xlsx"
    version, count, faults = service.import_list(out, actor=listed.actor("dora"), now=listed.now)
    assert (count, faults) == (1, [])
    assert version
    client.post("/desk/duties/choose/", {"pack": "test", "version": "1"})
    assert len(content.content().town_duties) == 3
    assert browser(listed, "hugo").post("/desk/duties/choose/", {"pack": "test", "version": "1"}).status_code == 403


def ruled(office, text, **more):
    case = office.to("dispatched", office.receive(text, matter="0101", kind="complaint", name="欧阳振华"))
    office.move(case, "return", "hugo", cause="not_ours", basis="物业的灯")
    basis = "小区内的灯由物业管，电话 13900001111，已告欧阳振华"
    office.move(case, "adjudicate", ruling="uphold", unit=office.units["housing"].pk, basis=basis, precedent=True,
                **more)  # fmt: skip
    return case


def test_precedents_are_shown_at_the_return_and_cited(listed):
    before = ruled(listed, "阳光小区里的路灯不亮，物业不修。")
    kept = Precedent.objects.get()
    assert (str(kept.case_id), kept.returned_by.code, kept.unit.code) == (before, "urban", "housing")
    assert "13900001111" not in kept.basis
    assert "已告" in kept.basis
    assert "欧阳振华" not in kept.basis, "every unit reads it, and erasing the person does not reach it"
    count_words(listed.now)
    case = listed.to("handling", listed.receive("锦绣小区里路灯坏了，物业推脱。", matter="0101", kind="complaint"))
    lena = browser(listed, "lena")
    (shown,) = lena.get(f"/desk/{case}/?move=return").context["opened"]["precedents"]
    assert shown["ruling"]
    assert shown["basis"].startswith("小区内的灯由物业管")
    listed.move(case, "return", "lena", cause="not_ours", basis="x")
    stranger = listed.receive("别的事", matter="0101")
    refused(listed, "precedent-unknown", case, "adjudicate", ruling="reject", basis="b", cites=stranger)
    page = browser(listed, "dora").get(f"/desk/{case}/?move=adjudicate")
    form = page.context["opened"]
    number = Precedent.objects.get().case.number
    cites = next(field for field in form["fields"] if field["name"] == "cites")
    assert [option["value"] for option in cites["options"]] == [number]
    done = browser(listed, "dora").post(
        f"/desk/{case}/adjudicate/", {"ruling": "reject", "basis": "同前", "cites": number, "key": "k"}
    )
    assert done.status_code == 302
    assert Step.objects.get(case=case, move="adjudicate").facts["cites"] == before


def test_a_confidential_ruling_keeps_no_words(listed):
    case = listed.receive("路灯不亮", matter="0101", name="王", phone="13800001234", confidential=True)
    listed.to("dispatched", case)
    listed.move(case, "return", "hugo", cause="not_ours", basis="x")
    listed.move(case, "adjudicate", ruling="reject", basis="有人举报", precedent=True)
    assert Precedent.objects.get().basis == ""


def test_loads_stand_beside_the_picker_in_a_constant_number_of_statements(listed):
    case = accepted(listed, "0101")
    client = browser(listed, "dora")

    def count():
        client.get(f"/desk/{case}/?move=dispatch")
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/desk/{case}/?move=dispatch")
        return len(captured), page.context["opened"]["beside"]

    listed.to("handling")
    one, beside = count()
    for _ in range(3):
        listed.to("handling")
    many, beside = count()
    assert one == many
    urban = next(unit for unit in beside["units"] if unit["name"] == "urban")
    assert (urban["open"], urban["people"]) == (4, [{"name": "Hugo", "n": 4}])
    assert (beside["line"]["code"], beside["line"]["name"]) == ("basic", "路灯管护")
    rows = client.get("/desk/load/").context["units"]
    assert [(row["name"], row["open"]) for row in rows] == [("urban", 4)]
    assert browser(listed, "hugo").get("/desk/load/").status_code == 403


def test_parts_and_hangups_have_pages_of_their_own(listed):
    listed.now = timezone.now() - timedelta(days=20)
    CodeItem.objects.filter(list="hangup_reason").update(extra={"review_days": 90, "most_days": 400})
    content.forget()
    case = listed.to("handling")
    listed.move(case, "task", "hugo", unit=listed.units["housing"].pk, ask="查物业")
    listed.move(case, "task_remind", "hugo", unit=listed.units["housing"].pk)
    (ours,) = browser(listed, "hana").get("/desk/tasks/").context["rows"]
    assert (ours["unit"], ours["late"], ours["reminded"]) == ("housing", True, 1)
    assert browser(listed, "hugo").get("/desk/tasks/").context["rows"] == []
    (asked,) = browser(listed, "hugo").get("/desk/tasks/?view=asked").context["rows"]
    assert asked["remind_url"]
    listed.move(case, "task_back", "hugo", unit=listed.units["housing"].pk, reason="x")
    day = timezone.localdate(listed.now)
    pool = []
    for wait in (5, 60):
        one = listed.to("handling")
        on = (day + timedelta(days=wait)).isoformat()
        listed.move(one, "hangup_ask", "hugo", cause="funds", reason="待拨款", review_on=on)
        listed.move(one, "hangup_decide", approve=True)
        pool.append(one)
    sue = browser(listed, "sue")
    page = sue.get("/desk/hangups/")
    over, soon = page.context["rows"]
    assert [str(over["id"]), str(soon["id"])] == pool
    assert (over["over"], soon["over"], over["approver"], over["reason"]) == (15, 0, "Dora", "待拨款")
    assert page.context["figures"]["count"] == 2
    assert "待拨款" in sue.get("/desk/hangups/export.csv").content.decode()
    said = Client().get("/hangups/")
    assert said.context["figures"]["longest"] in (19, 20)
    assert over["number"] not in said.content.decode()
    assert browser(listed, "hugo").post("/desk/hangups/review/", {"case": pool}).status_code == 403
    on = (timezone.localdate() + timedelta(days=30)).isoformat()
    sue.post("/desk/hangups/review/", {"case": pool[:1], "keep": "1", "review_on": on, "reason": "仍待", "key": "a"})
    assert [row["reviews"] for row in sue.get("/desk/hangups/?view=all").context["rows"]] == [1, 0]
    assert sue.get("/desk/hangups/?view=over").context["rows"] == []
    sue.post("/desk/hangups/review/", {"case": pool, "keep": "0", "reason": "到位", "key": "b"})
    assert sue.get("/desk/hangups/").context["rows"] == []
