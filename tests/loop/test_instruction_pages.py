"""The list of instructions and the form that is filled with one."""

import io

from docx import Document

from gezhi.loop.documents.service import make
from gezhi.loop.store import below

WORDS = {"words": "请一周内拿出方案。", "due": "2026-03-06", "leader": "张副市长", "paper": "临府批〔2026〕12号"}


def text_of(data):
    cells = (cell.text for table in Document(io.BytesIO(data)).tables for row in table.rows for cell in row.cells)
    return "\n".join(cells)


def test_the_list_says_whose_what_and_by_when_in_a_fixed_number_of_statements(
    office, client, django_assert_max_num_queries
):
    case = office.to("handling")
    office.move(case, "instruct_ask", "lena", leader="李市长", words="拟请协调两个单位。")
    client.force_login(office.users["mayor"])
    page = client.get("/desk/instructions/").content.decode()
    assert "拟请协调两个单位。" in page
    office.move(case, "instruct", "dora", **WORDS, units=[office.units["housing"].pk])
    office.move(case, "instruct_answer", "hana", note="已派员核实。")
    with django_assert_max_num_queries(25) as first:
        page = client.get("/desk/instructions/?state=answered").content.decode()
    for said in (WORDS["words"], WORDS["leader"], WORDS["paper"], "2026-03-06", "已派员核实。"):
        assert said in page
    other = office.to("handling", lead="housing")
    office.move(other, "instruct", "mayor", words="抓紧。", due="2026-03-05")
    office.move(other, "instruct_answer", "hana", note="好。")
    with django_assert_max_num_queries(len(first)):
        assert "抓紧。" in client.get("/desk/instructions/?state=answered").content.decode()
    assert WORDS["words"] not in client.get("/desk/instructions/?state=waiting").content.decode()
    client.force_login(office.users["tom"])
    assert WORDS["words"] not in client.get("/desk/instructions/?state=answered").content.decode()


def test_a_confidential_case_is_redacted_on_the_list(office, client):
    case = office.receive(matter="0101", kind="complaint", name="王小明", phone="13800001234", confidential=True)
    office.to("handling", case)
    office.move(case, "instruct", "mayor", words="请联系来信人13800001234办理。", due="2026-03-06")
    client.force_login(office.users["hugo"])
    page = client.get("/desk/instructions/").content.decode()
    assert "请联系来信人***办理。" in page
    assert "13800001234" not in page
    blamed = office.receive(matter="0101", kind="complaint", name="李四", phone="13900001234",
                            complained=office.units["urban"].pk)  # fmt: skip
    office.to("handling", blamed)
    office.move(blamed, "instruct", "mayor", words="请回复李某，电话13900001234。", due="2026-03-06")
    assert "13900001234" not in client.get("/desk/instructions/").content.decode(), "the unit complained about"
    client.force_login(office.users["mayor"])
    assert "13900001234" in client.get("/desk/instructions/").content.decode()


def test_the_form_holds_the_true_values(office):
    case = office.to("handling")
    empty = text_of(make("instruction", case, actor=office.actor("dora"), now=office.now).data)
    assert "临府批" not in empty
    office.move(case, "instruct_ask", "lena", leader="张副市长", words="拟请协调。")
    office.move(case, "instruct", "dora", **WORDS, units=[office.units["housing"].pk])
    office.move(case, "instruct_answer", "hana", note="已派员核实。")
    said = text_of(make("instruction", case, actor=office.actor("dora"), now=office.now).data)
    housing = below.units().get(code="housing").name_zh
    for words in ("拟请协调。", WORDS["words"], WORDS["paper"], "张副市长", "2026年3月6日", f"{housing}：已派员核实。"):
        assert words in said
