"""Who disagrees with the end of a case objects once, and nobody judges an objection against his own word."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Step
from gezhi.loop.service import case_token
from gezhi.loop.service.replaying import replay

DECLINE = {"cause": "court", "basis": "由法院处理", "reply": "请向法院起诉。"}


def declined(office, by="dora"):
    case = office.receive(matter="0101", kind="complaint", name="王小明", phone="13800001234")
    office.move(case, "decline", by, **DECLINE)
    return case


def test_a_refusal_is_judged_anew_by_somebody_else(office):
    case = declined(office)
    office.move(case, "appeal", "citizen", reason="这是合同外收费，归城管。")
    row = Case.objects.get(pk=case)
    assert (row.state, row.round, row.outcome, row.lead_id) == ("accepted", 2, "", None)
    with pytest.raises(Refused, match="case-appeal-own"):
        office.move(case, "decline", "dora", **DECLINE)
    with pytest.raises(Refused, match="case-appeal-own"):
        office.move(case, "answer", "dora", matter="0101", reply="请向法院起诉。")
    office.move(case, "decline", "olive", **DECLINE)
    assert [fault for fault in replay() if not isinstance(fault, int)] == []
    with pytest.raises(Refused, match="case-appeal-used"):
        office.move(case, "appeal", "citizen", reason="还是不服")


def test_what_was_refused_before_there_were_objections_needs_nothing_new(office):
    """The stored state of a case says no more than its moves did before."""
    case = declined(office)
    assert set(Case.objects.get(pk=case).more) <= {"signed", "dispatched_by"}


def test_who_refused_it_may_send_it_to_a_unit(office):
    case = declined(office)
    office.move(case, "appeal", "citizen", reason="归城管。")
    office.move(case, "dispatch", "dora", unit=office.units["urban"].pk)
    assert Case.objects.get(pk=case).state == "dispatched"


def test_an_answer_is_sent_back_before_it_is_objected_to(office):
    case = office.to("closed")
    with pytest.raises(Refused, match="case-appeal-early"):
        office.move(case, "appeal", "citizen", reason="没修好")
    assert Case.objects.get(pk=case).state == "closed"


def test_after_a_second_round_an_answer_may_be_objected_to(office):
    case = office.to("closed")
    office.move(case, "redo", "citizen", reason="没修好")
    for name, by, data in (
        ("sign", "hugo", {}), ("reply", "hugo", {"outcome": "solved", "reply": "已修好。"}),
        ("review_pass", "lena", {}),
        ("callback", "cal", {"contacted": True, "satisfaction": "satisfied", "solved": "solved"}),
    ):  # fmt: skip
        office.move(case, name, by, **data)
    office.move(case, "appeal", "citizen", reason="灯还是不亮")
    row = Case.objects.get(pk=case)
    assert (row.state, row.round, row.redos) == ("accepted", 3, 1)


def test_it_is_too_late_after_the_days_of_rating(office):
    case = declined(office)
    office.now += timedelta(days=31)
    with pytest.raises(Refused, match="case-appeal-late"):
        office.move(case, "appeal", "citizen", reason="迟了")


def test_a_unit_objects_to_nothing(office):
    case = declined(office)
    with pytest.raises(Refused):
        office.move(case, "appeal", "hugo", reason="x")


def test_the_page_offers_it_and_says_that_it_is_looked_at_anew(office):
    office.now = timezone.now() - timedelta(minutes=30)
    case, client = declined(office), Client()
    client.cookies["gezhi_language"] = "zh-hans"
    at = f"/f/{case_token(case)}/"
    first = client.get(at).content.decode()
    assert f'action="{at}appeal/"' in first
    assert client.post(f"{at}appeal/", {"reason": ""}).status_code == 422
    key = first.split('name="key" value="')[1].split('"')[0]
    for _ in range(2):
        assert client.post(f"{at}appeal/", {"reason": "归城管。", "key": key}).status_code == 302
    assert Step.objects.filter(case=case, move="appeal").count() == 1, "a double click objects once"
    told = client.get(at).content.decode()
    assert "原决定人回避" in told
    assert f'action="{at}appeal/"' not in told
