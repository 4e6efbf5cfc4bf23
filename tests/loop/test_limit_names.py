"""The parts of a staged limit have names in both languages, wherever a person reads of them."""

import io

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from gezhi.loop.api.cases import detail_out
from gezhi.loop.documents.builtin import built_in
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.documents.service.values import values_of
from gezhi.loop.models import Case, CaseClock, Limit
from gezhi.loop.service.reading import view
from gezhi.loop.store import content
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post

ROOT = Actor.system("tests")
STAGED = (("stop", "责令停止", "Order to stop", 4), ("demolish", "限期拆除", "Removal", 20))


@pytest.fixture
def case(office):
    office.now = timezone.now()
    for label, zh, en, amount in STAGED:
        Limit.objects.create(
            stage="handle", label=label, label_zh=zh, label_en=en, matter="0101", amount=amount, unit_of="workday",
            pack="t",
        )  # fmt: skip
    content.forget()
    yield office.to("handling")
    content.forget()


def page(office, case, language):
    client = Client()
    client.cookies["gezhi_language"] = language
    client.force_login(office.users["hugo"], backend="gezhi.trust.backend.PeopleBackend")
    return client.get(f"/desk/{case}/")


@pytest.mark.parametrize(("language", "place"), [("zh-hans", 1), ("en", 2)])
def test_the_case_page_names_each_part(office, case, language, place):
    shown = page(office, case, language)
    labels = [clock["label"] for clock in shown.context["clocks"]]
    for row in STAGED:
        assert row[place] in labels
        assert row[0] not in labels


def test_a_label_that_no_row_names_any_more_reads_as_its_step(office, case):
    Limit.objects.filter(label="demolish").update(active=False)
    content.forget()
    assert "限期拆除" in page(office, case, "zh-hans").content.decode(), "a clock that was started keeps its name"
    CaseClock.objects.filter(case=case, label="demolish").update(label="gone")
    text = page(office, case, "zh-hans").content.decode()
    assert "gone" not in text
    assert Case.objects.filter(pk=case).exists()


def test_the_interface_for_programs_keeps_the_code(office, case):
    told = detail_out(view(case, actor=office.actor("hugo"), now=office.now))
    assert {"stop", "demolish"} <= {clock["label"] for clock in told["clocks"]}


def test_a_referral_prints_until_when_the_unit_has_to_handle_the_case(office):
    office.now = timezone.now()
    case = office.to("dispatched")
    row = Case.objects.get(pk=case)
    handle = CaseClock.objects.get(case=case, stage="handle")
    assert row.due_at != handle.due_at, "the present step, signing, ends earlier"
    made = values_of("referral", view(case, actor=office.actor("dora"), now=office.now), actor=office.actor("dora"),
                     now=office.now)["case"]  # fmt: skip
    assert made["handle_due"] == f"{timezone.localtime(handle.due_at):%Y-%m-%d %H:%M}"
    assert made["due"] == f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}"


def test_a_referral_names_the_parts_of_a_staged_limit(office, case):
    made = values_of("referral", view(case, actor=office.actor("dora"), now=office.now), actor=office.actor("dora"),
                     now=office.now)["case"]["handle_due"]  # fmt: skip
    assert [part.split()[0] for part in made.split("；")] == ["责令停止", "限期拆除"]


@pytest.mark.parametrize("kind", ["referral", "supervision", "postponement", "instruction"])
def test_the_forms_that_come_with_the_product_print_the_handling_limit(kind):
    document = Document(io.BytesIO(built_in(kind)))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "{{ case.handle_due }}" in cells
    assert "{{ case.due }}" not in cells
    assert {"case.handle_due", "case.due"} <= set(KINDS[kind].known)


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "重新计算"), ("en", "works out anew")])
def test_the_calendar_says_that_running_limits_are_worked_out_anew(office, language, said):
    office.now = timezone.now()
    grant_post("dora", "sysadmin", "city", actor=ROOT, now=office.now)
    client = Client()
    client.cookies["gezhi_language"] = language
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    text = client.get("/desk/calendar/?day=2026-11-25").content.decode()
    assert said in text
    assert "不变" not in text
