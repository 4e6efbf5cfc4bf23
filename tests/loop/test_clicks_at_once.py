"""Two clicks in one moment, in threads that really commit: a mark, a wish, a template, a rule come into being once."""

import io

import pytest
from at_once import at_once, refused
from docx import Document
from loop_office import build_office

from gezhi.loop.channels.service import edit_channel
from gezhi.loop.documents.service import put_template
from gezhi.loop.marks import service as marks
from gezhi.loop.models import Case, CodeItem, DocumentTemplate, NuisanceMark, PersonRequest
from gezhi.loop.person import service as person
from gezhi.loop.store import content, numbers
from gezhi.trust.service import acts

pytestmark = pytest.mark.slow
PHONE = "13800001234"


@pytest.fixture
def really(committing_db, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    acts.look_again()
    numbers.forget()
    office = build_office()
    for name, code in (("nuisance_reason", "silent"), ("channel", "mailbox")):
        CodeItem.objects.create(list=name, code=code, name_zh=code, name_en=code, pack="test")
    content.forget()
    yield office
    content.forget()
    numbers.forget()


def template():
    document, out = Document(), io.BytesIO()
    document.add_paragraph("{{ case.number }}")
    document.save(out)
    return io.BytesIO(out.getvalue())


def test_what_is_sent_twice_comes_into_being_once(really):
    office = really
    cases = [office.receive(matter="0101", phone=PHONE, name="王小明") for _ in range(3)]
    dora, olive = office.actor("dora"), office.actor("olive")

    def mark(case, actor):
        return lambda: marks.propose(case, "silent", "不说话", actor=actor, now=office.now)

    given = at_once(mark(cases[0], dora), mark(cases[1], olive), mark(cases[2], dora))
    assert refused(given) == ["mark-exists", "mark-exists"]
    assert NuisanceMark.objects.count() == 1

    row = Case.objects.select_related("requester").get(pk=cases[0])
    seen, citizen = person.scope(row, proven=False), office.citizen(cases[0])
    wish = [lambda: person.ask(seen, "erase", {}, [row], actor=citizen, now=office.now)] * 3
    assert refused(at_once(*wish)) == ["person-asked", "person-asked"]
    assert PersonRequest.objects.count() == 1

    bring = [lambda: put_template("referral", "a.docx", template(), actor=dora, now=office.now)] * 3
    assert refused(at_once(*bring)) == []
    assert sorted(DocumentTemplate.objects.values_list("version", flat=True)) == [1, 2, 3]

    values = {"code": "mailbox", "name_zh": "市长信箱", "sign_offs": "1"}
    edit = [lambda: edit_channel(values, actor=dora, now=office.now)] * 3
    assert refused(at_once(*edit)) == []
    assert CodeItem.objects.filter(pack="local", code="mailbox").count() == 1
