"""After a person is erased: every proof still holds, and nothing of the person is left in any column that is kept."""

import re
from itertools import pairwise

import pytest
from django.apps import apps
from django.db import connection

from gezhi.kernel.errors import Refused
from gezhi.kit.text import index_text
from gezhi.loop.models import Attachment, Case, CaseText, StepText
from gezhi.loop.service import replay
from gezhi.loop.service.replaying import Difference
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor
from gezhi.trust.service.ledger import seal_pending, verify

NAME, PHONE = "欧阳振华", "13907081234"
PLACE = "滨江花园十八栋二单元"
STORY = "我父亲瘫痪在床，楼上每晚打麻将到凌晨，物业李队长骂人还推了我一把，家里门牌是滨江花园十八栋二单元。"
TITLE = "楼上半夜打麻将物业骂人"
SUPPLIED = "补充一下：昨晚又闹到三点半，我妻子血压升到一百九。"
REPLY = "已约谈欧阳振华楼上住户，并由社区民警到场调解。"
NOTE = "到场见欧阳先生，电话13907081234，答应周五前整改。"
TABLES = (
    "loop_step", "loop_steptext", "loop_case", "loop_casetext", "loop_caseclock", "ledger_record", "ledger_seal",
    "trust_outbox", "trust_delivery", "trust_requester", "trust_reveal", "trust_idempotency_key", "loop_attachment",
    "loop_call", "loop_callevent", "loop_ringback", "loop_ringbacktry", "loop_dial", "loop_handover",
)  # fmt: skip
HEXES = re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{32,}\b")  # by chance they hold any four digits
WORDS = {"text", "character varying", "json", "jsonb", "tsvector", "bytea", "character", "name", "ARRAY"}


def fragments() -> set[str]:
    """The name, the phone, and every run of four characters of what was said; four digits alone say nothing."""
    runs = {NAME, NAME[:3], NAME[1:], PHONE, PHONE[3:], PHONE[-4:] + '"', "血压", "麻将", "瘫痪"}
    for words in (STORY, TITLE, SUPPLIED, REPLY, NOTE, PLACE):
        runs |= {run for at in range(len(words) - 3) if not (run := words[at : at + 4]).isascii()}
    return runs


def columns() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = ANY(%s)",
            [list(TABLES)],
        )
        return [row for row in cursor.fetchall() if row[2] in WORDS]


def found(runs: set[str]) -> list[tuple[str, str, str]]:
    """Every (table, column, run) where a run of characters still stands, in text or as UTF-8 within bytes."""
    hits = []
    with connection.cursor() as cursor:
        for table, column, kind in columns():
            cast = "" if kind == "bytea" else "::text"
            cursor.execute(f'SELECT "{column}"{cast} FROM "{table}"')
            values = [bytes(row[0]).decode(errors="replace") if kind == "bytea" else row[0] for row in cursor if row[0]]
            text = HEXES.sub("#", "\n".join(values))
            plain = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)  # as JSON may write them
            hits += [(table, column, run) for run in runs if run in text or run in plain]
    return hits


def tokens() -> set[str]:
    """The search tokens of what was said, two characters or more."""
    words = set(index_text(TITLE, STORY, PLACE).split())
    return {word.strip("'") for word in words if len(word) > 1 and not word.isascii()}


@pytest.fixture
def told(office):
    """A case with a name, a phone, sealed words of three kinds, a reveal and a merge, of a person and of another."""
    case = office.receive(
        STORY, title=TITLE, place=PLACE, name=NAME, phone=PHONE, kind="complaint", matter="0102", object=NAME
    )
    office.to("handling", case)
    office.move(case, "note", "hugo", note=NOTE)
    office.move(case, "ask", "hugo", ask="请补充时间")
    office.move(case, "supply", "citizen", words=SUPPLIED)
    service_reveal(office, case)
    office.move(case, "reply", "hugo", outcome="solved", reply=REPLY)
    office.move(case, "review_pass", "lena")
    office.move(case, "callback", "cal", contacted=True, satisfaction="satisfied", solved="solved")
    other = office.receive("另一个人的话：路灯不亮", name="赵六", phone="13700000000", matter="0101")
    owner = Case.objects.select_related("requester").get(pk=case).requester
    sealed = trust.seal_text(owner, {"name": f"{NAME}.jpg"})
    Attachment.objects.create(case_id=case, name=sealed, kind="image", size=3, digest="0" * 64, created_at=office.now)
    return case, other


def service_reveal(office, case):
    from gezhi.loop.service.reading import reveal_requester

    shown = reveal_requester(case, actor=office.actor("hugo"), now=office.now, purpose="handling")
    assert shown == {"name": NAME, "phone": PHONE}


def erase(office, case):
    requester = Case.objects.get(pk=case).requester_id
    trust.erase(requester, actor=Actor.system("tests"), now=office.later(days=1))
    delivered = trust.deliver_pending(office.now)
    assert delivered, "the loop is told of it"
    seal_pending(office.now)
    return requester


def faults():
    return [item for item in replay() if isinstance(item, Difference)]


def test_the_scan_finds_a_person_who_was_not_erased(told):
    """Else an empty result would say nothing: tokens and the masked name are there before, sealed words are not."""
    hits = {(table, column) for table, column, _ in found(tokens() | fragments())}
    assert ("loop_casetext", "search") in hits
    assert {table for table, _ in hits} <= {"loop_casetext", "trust_requester"}, "the rest is sealed from the first"


def test_nothing_of_an_erased_person_is_left(office, told):
    case, other = told
    requester = erase(office, case)
    assert found(fragments() | tokens()) == []
    row = apps.get_model("trust", "Requester").objects.get(pk=requester)
    assert (row.wrapped_key, row.identity_ct, row.phone_hash, row.id_hash, row.masked_name) == (None,) * 4 + ("",)
    assert trust.find_by_phone(PHONE) == []
    assert trust.find_by_phone("13700000000"), "the other person is untouched"
    assert CaseText.objects.get(pk=other).search
    left = Case.objects.select_related("requester").get(pk=other)
    assert trust.open_text(left.requester, left.story)["text"].startswith("另一个人的话")
    assert not Attachment.objects.filter(case=case).exists()


def test_sealed_words_can_never_be_opened_again(office, told):
    """The bytes stay, since the ledger holds their digest; the key to them is gone from the database."""
    case, _ = told
    kept = Case.objects.select_related("requester").get(pk=case)
    sealed = [bytes(text.sealed) for text in StepText.objects.filter(step__case=case)]
    assert len(sealed) >= 4
    assert STORY in trust.open_text(kept.requester, kept.story)["text"]
    erase(office, case)
    kept = Case.objects.select_related("requester").get(pk=case)
    assert trust.open_text(kept.requester, kept.story) == {}
    assert [trust.open_text(kept.requester, text) for text in sealed] == [{}] * len(sealed)
    assert [bytes(text.sealed) for text in StepText.objects.filter(step__case=case)] == sealed


def test_replay_and_ledger_still_prove_every_case(office, told):
    case, other = told
    seal_pending(office.now)
    assert faults() == []
    erase(office, case)
    assert faults() == []
    verdict = verify(office.now)
    assert verdict.whole
    assert verdict.sealed
    assert verdict.unsealed == 0
    numbers = list(Case.objects.get(pk=case).steps.order_by("no").values_list("no", flat=True))
    assert all(after - before == 1 for before, after in pairwise(numbers))
    office.move(other, "accept", "dora")
    assert faults() == []


def test_an_erased_case_is_still_shown_and_found_by_number(office, told):
    from gezhi.loop.service.reading import view
    from gezhi.loop.store import worklist

    case, _ = told
    erase(office, case)
    shown = view(case, actor=office.actor("dora"), now=office.now)
    assert shown.story == {}
    assert {text for entry in shown.entries for text in entry.texts} == set()
    number = shown.case.number
    found_rows = worklist.page(office.actor("dora"), worklist.Wish(words=number, tab="ended"), office.now)
    assert [str(row.pk) for row in found_rows.exact] == [case]
    by_words = worklist.page(office.actor("dora"), worklist.Wish(words="麻将", tab="ended"), office.now)
    assert by_words.rows == []


def test_a_person_erased_in_an_open_case_can_still_be_answered(office):
    case = office.receive(STORY, title=TITLE, name=NAME, phone=PHONE, kind="complaint", matter="0102")
    erase(office, case)
    office.move(case, "accept", "dora")
    assert Case.objects.get(pk=case).state == "accepted"
    assert faults() == []


def test_who_waited_for_an_erased_case_is_handled_by_itself_again(office):
    """Nothing can be written in the main case any more, so its answer would never come."""
    main = office.to("handling")
    waiting = office.receive("我这里路灯也不亮", name="赵六", phone="13700000000", matter="0101", kind="complaint")
    office.move(waiting, "merge", main=main)
    erase(office, main)
    left = Case.objects.get(pk=waiting)
    assert (left.state, left.main_id, left.due_stage) == ("accepted", None, "dispatch")
    with pytest.raises(Refused, match="main-erased"):
        office.move(waiting, "merge", main=main)
    office.move(waiting, "answer", outcome="answered", reply="明天来修。")
    assert faults() == []


def test_an_end_before_the_loop_knows_of_the_erasure_answers_nobody_with_nothing(office):
    main = office.to("replied")
    waiting = office.receive("我这里路灯也不亮", name="赵六", phone="13700000000", matter="0101", kind="complaint")
    office.move(waiting, "merge", main=main)
    trust.erase(Case.objects.get(pk=main).requester_id, actor=Actor.system("tests"), now=office.now)
    office.move(main, "review_pass", "lena")
    assert Case.objects.get(pk=main).state == "verifying"
    assert Case.objects.get(pk=waiting).state == "accepted"
    assert trust.deliver_pending(office.later(days=1))
    assert faults() == []
