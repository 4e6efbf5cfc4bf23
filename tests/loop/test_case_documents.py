"""Documents of a case: the office's own templates, every version kept, a confidential case as its reader may see it."""

import io

import pytest
from django.db import Error, transaction
from django.test import Client
from docx import Document
from openpyxl import Workbook

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.kit.documents import check
from gezhi.loop.documents import service
from gezhi.loop.documents.builtin import built_in
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.documents.service import templates
from gezhi.loop.documents.store import templates as store
from gezhi.loop.models import Case, DocumentTemplate
from gezhi.loop.service.sweeping import sweep_files

SECRET = {
    "matter": "0101", "kind": "complaint", "name": "王小明", "phone": "13800001234", "confidential": True,
    "text": "我叫王小明，电话：138 0000 1234。门口的路灯不亮",
}  # fmt: skip


def docx(*paragraphs):
    document, out = Document(), io.BytesIO()
    for words in paragraphs:
        document.add_paragraph(words)
    document.save(out)
    return io.BytesIO(out.getvalue())


def put(office, *paragraphs, kind="referral", by="dora"):
    return service.put_template(kind, "转办.docx", docx(*paragraphs), actor=office.actor(by), now=office.now)


def make(office, case, kind="referral", by="dora"):
    return service.make(kind, case, actor=office.actor(by), now=office.now)


def words(data):
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def client(office, name):
    made = Client()
    made.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_with_the_product_uses_only_what_is_listed(kind):
    assert check(built_in(kind), service.known(kind)).format == "docx"


def test_a_document_before_any_upload(office):
    case = office.to("dispatched")
    made = make(office, case)
    said = words(made.data)
    assert (made.version, made.format) == (0, "docx")
    for part in ("转 办 单", made.number, "路灯不亮", "城乡建设 › 路灯", "urban", "王**", "投诉", "派单", "一般"):
        assert part in said
    assert "王小明" not in said
    assert "保密件" not in said
    assert "{" not in said


def test_a_step_that_was_not_made_has_no_document(office):
    case = office.to("handling")
    with pytest.raises(Refused, match="document-not-yet"):
        make(office, case, "supervision")
    office.move(case, "supervise", "sue", reason="三日未办")
    assert "三日未办" in words(make(office, case, "supervision").data)
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="等配件", amount=3, unit_of="workday")
    said = words(make(office, case, "postponement", "hugo").data)
    assert "等配件" in said
    assert "3工作日" in said
    assert "批 示 办 理 单" in words(make(office, case, "instruction").data)


def test_the_office_s_own_template_wins_and_an_older_one_comes_back(office):
    case = office.to("dispatched")
    put(office, "一版 {{ case.number }}")
    put(office, "二版 {{ case.number }}")
    assert words(make(office, case).data).startswith("二版 LJ-")
    service.choose_template("referral", 1, actor=office.actor("dora"), now=office.now)
    made = make(office, case)
    assert (words(made.data)[:2], made.version, made.used) == ("一版", 1, ("case.number",))
    service.choose_template("referral", 0, actor=office.actor("dora"), now=office.now)
    assert make(office, case).version == 0
    with pytest.raises(Refused, match="document-template-unknown"):
        service.choose_template("referral", 9, actor=office.actor("dora"), now=office.now)


def test_a_version_can_be_neither_changed_nor_removed(office):
    row = put(office, "{{ case.number }}")
    for change in (lambda: DocumentTemplate.objects.filter(pk=row.pk).update(digest="0" * 64), row.delete):
        with pytest.raises(Error), transaction.atomic():
            change()
    digest = DocumentTemplate.objects.get().digest
    assert uploads.read(digest)
    assert store.held([digest, "0" * 64]) == {digest}


def test_the_file_of_a_template_is_not_swept(office, monkeypatch):
    row = put(office, "{{ case.number }}")
    monkeypatch.setattr(uploads, "older_than", lambda _: iter([row.digest]))
    assert sweep_files(office.now) == 0
    assert uploads.read(row.digest)


def test_a_wrong_template_changes_nothing(office):
    with pytest.raises(Refused) as caught:
        put(office, "一", "{{ case.phone }}")
    assert caught.value.facts["placeholder"] == "case.phone"
    assert caught.value.facts["place"].startswith("¶2")
    assert not DocumentTemplate.objects.exists()
    with pytest.raises(Refused, match="not-allowed"):
        put(office, "x", by="hugo")


def test_a_confidential_case_is_redacted_as_its_page_is(office):
    case = office.to("dispatched", office.receive(**SECRET))
    said = words(make(office, case, by="hugo").data)
    assert "保密件" in said
    assert "我叫***" in said
    assert "王" not in said
    assert "0000 1234" not in said
    said = words(make(office, case, by="dora").data)
    assert "我叫***" in said, "the desk makes it, but the unit gets it"
    assert "王" not in said
    assert "我叫王小明" in words(make(office, case, "instruction", by="dora").data), "what stays with desk and leader"


def test_what_is_sent_to_a_unit_holds_no_opinion_of_its_answer_and_no_slip(office):
    case = office.to("verifying")
    office.move(case, "callback", "cal", contacted=True, satisfaction="dissatisfied", solved="unsolved",
                words="那个姓李的骂人，我住三楼", for_unit="灯仍不亮，请重修")  # fmt: skip
    said = words(make(office, case).data)
    assert "灯仍不亮，请重修" in said
    assert "骂人" not in said
    assert "骂人" in words(make(office, case, "instruction").data)
    blamed = office.receive(matter="0101", text="我叫王小明，路灯组收钱", name="王小明",
                            complained=office.units["urban"].pk)  # fmt: skip
    said = words(make(office, office.to("dispatched", blamed)).data)
    assert "收钱" in said
    assert "王" not in said
    slip = office.to("dispatched")
    office.move(slip, "undo", "dora")
    with pytest.raises(Refused, match="document-not-yet"):
        make(office, slip)
    assert words(make(office, slip, "instruction").data).count("派单") == 0


def test_who_may_not_read_the_case_makes_nothing(office):
    case = office.to("dispatched")
    with pytest.raises(Refused, match="case-not-found"):
        make(office, case, by="hana")


def test_pages(office, django_assert_max_num_queries):
    case = office.to("dispatched")
    dora = client(office, "dora")
    page = dora.get("/desk/documents/").content.decode()
    assert "case.number" in page
    bad = dora.post("/desk/documents/referral/put/", {"file": docx("{{ nobody }}")})
    assert bad.status_code == 422
    assert "nobody" in bad.content.decode()
    for n in (1, 2):
        assert dora.post("/desk/documents/referral/put/", {"file": docx(f"第{n}版{{{{ office }}}}")}).status_code == 302
    with django_assert_max_num_queries(14):
        assert dora.get("/desk/documents/").status_code == 200
    assert dora.post("/desk/documents/referral/1/choose/").status_code == 302
    taken = dora.get("/desk/documents/referral/1/")
    assert "第1版{{ office }}" in words(taken.content)
    number = make(office, case).number
    assert dora.get("/desk/documents/try/", {"number": number}).headers["Location"] == f"/desk/documents/case/{case}/"
    assert f"/desk/documents/case/{case}/" in dora.get(f"/desk/{case}/").content.decode()
    shown = dora.get(f"/desk/documents/case/{case}/").content.decode()
    assert '<code class="code">office</code>' in shown
    assert f"case/{case}/supervision/" not in shown
    sent = dora.post(f"/desk/documents/case/{case}/referral/")
    assert (sent.status_code, words(sent.content)[:3]) == (200, "第1版")
    with django_assert_max_num_queries(40) as asked:
        listed = dora.get(f"/desk/documents/case/{case}/").content.decode().partition('id="made"')[2]
    assert sum("ledger_record" in one["sql"] for one in asked.captured_queries) == 1
    assert listed.count("<tr>") == 3, "a head, and the two that were made"
    assert ("第 1 版模板" in listed, office.users["dora"].display_name in listed, ".docx" in listed) == (True,) * 3
    assert client(office, "hugo").get("/desk/documents/").status_code == 403
    assert client(office, "hana").get(f"/desk/documents/case/{case}/").status_code == 404


def test_a_template_is_read_once_for_the_page_of_a_case(office, monkeypatch):
    case = office.to("dispatched")
    dora, url = client(office, "dora"), f"/desk/documents/case/{case}/"
    assert "case.number" in dora.get(url).content.decode()
    monkeypatch.setattr(templates, "check", lambda *_: pytest.fail("read again"))
    assert "case.number" in dora.get(url).content.decode()
    monkeypatch.undo()
    put(office, "{{ case.lead }}")
    assert service.used("referral") == ["case.lead"], "another version is another template"


def test_a_version_is_tried_before_it_holds(office):
    case = office.to("dispatched")
    put(office, "一版 {{ case.number }}")
    held = service.put_template(
        "referral", "新.docx", docx("二版 {{ case.lead }} {{ act.words }}"), actor=office.actor("dora"), now=office.now,
        hold=True,
    )  # fmt: skip
    assert make(office, case).version == 1
    dora = client(office, "dora")
    number = make(office, case).number
    page = dora.get(f"/desk/documents/referral/{held.version}/try/?subject={number}").content.decode()
    assert "data:image/png;base64," in page
    assert "case.lead" in page
    assert ">urban<" in page
    sent = dora.post(f"/desk/documents/referral/{held.version}/try/", {"subject": number})
    assert words(sent.content).startswith("二版 urban")
    assert make(office, case).version == 1
    assert dora.get("/desk/documents/referral/2/try/?subject=LJ-none").status_code == 422
    assert dora.post("/desk/documents/referral/2/choose/").status_code == 302
    assert make(office, case).version == 2
    assert client(office, "hugo").get(f"/desk/documents/referral/2/try/?subject={number}").status_code == 403
    bad = dora.post("/desk/documents/monthly/put/", {"file": docx("{{ received.x }}"), "how": "hold"})
    assert bad.status_code == 422
    assert DocumentTemplate.objects.filter(kind="monthly").count() == 0


def test_a_sheet_with_formulas_is_tried_without_pictures(office):
    case, out, book = office.to("dispatched"), io.BytesIO(), Workbook()
    book.active.append(["{{ case.number }}", "=LEN(A1)"])
    book.save(out)
    out.seek(0)
    service.put_template("referral", "a.xlsx", out, actor=office.actor("dora"), now=office.now, hold=True)
    number = Case.objects.get(pk=case).number
    page = client(office, "dora").get(f"/desk/documents/referral/1/try/?subject={number}")
    assert page.status_code == 200
    assert "data:image/png" not in page.content.decode()
    assert f">{number}<" in page.content.decode()


def test_a_trial_shows_no_more_of_a_confidential_case_than_its_reader_may_see(office):
    case = office.to("dispatched", office.receive(**SECRET))
    put(office, "{{ case.text }} {{ case.requester }}")
    with pytest.raises(Refused, match="not-allowed"):
        service.try_on_case("referral", 1, case, actor=office.actor("hugo"), now=office.now)
    tried = service.try_on_case("referral", 1, case, actor=office.actor("sue"), now=office.now)
    shown = words(tried.data)
    assert "0000 1234" not in shown
    assert "我叫***" in shown
    assert {name: said for name, _, said in tried.said}["case.requester"] in shown


def test_a_document_as_pdf_and_in_english(office):
    case = office.to("dispatched")
    made = service.make("referral", case, actor=office.actor("dora"), now=office.now, wanted="pdf")
    assert (made.data[:4], made.format) == (b"%PDF", "pdf")
    said = words(service.make("referral", case, actor=office.actor("dora"), now=office.now, language="en").data)
    assert "Unit in charge" in said
    assert "Complaint" in said
