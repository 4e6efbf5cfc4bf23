"""Requesters: sealed, found without opening, opened for a purpose, erased for good."""

import json

import pytest
from django.db import connection
from small_city import NOW, SYSTEM, actor_of

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import LedgerRecord, Requester, Reveal
from gezhi.trust.service import ledger

NAME, PHONE, ID_NO = "欧阳建国", "13800138000", "11010519491231002X"


@pytest.fixture
def person(db):
    return service.new_requester(name=NAME, phone=PHONE, id_no=ID_NO, address="江东街道滨河路18号")


def everything_stored():
    """All rows of all tables as one text, bytes as hexadecimal."""
    texts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def readable(text):
    return [
        secret
        for secret in (NAME, PHONE, ID_NO, "滨河路", "欧阳")
        if secret in text or secret.encode().hex() in text or json.dumps(secret)[1:-1] in text
    ]


def test_nothing_personal_is_readable_in_the_database(person):
    assert readable(everything_stored()) == []
    assert person.masked_name == "欧**"


def test_inserting_takes_one_statement(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        service.new_requester(name=NAME, phone=PHONE)


def test_found_by_phone_and_id_in_any_spelling(person):
    other = service.new_requester(phone="+86 138 0013 8000")
    assert service.find_by_phone("138-0013-8000") == [person.pk, other.pk]
    assert service.find_by_id_no("110105491231002") == [person.pk]
    assert service.find_by_phone("13800138001") == []
    assert service.find_by_phone("无") == []


def test_texts_open_only_with_their_own_requester(person):
    other = service.new_requester(name="李四")
    sealed = service.seal_text(person, {"words": "楼下烧烤冒烟"})
    assert service.open_text(person, sealed) == {"words": "楼下烧烤冒烟"}
    assert service.open_text(person, memoryview(sealed)) == {"words": "楼下烧烤冒烟"}
    with pytest.raises(Refused) as refused:
        service.open_text(other, sealed)
    assert refused.value.code == "sealed-broken"
    changed = bytearray(sealed)
    changed[-1] ^= 1
    with pytest.raises(Refused):
        service.open_text(person, bytes(changed))
    assert sealed != service.seal_text(person, {"words": "楼下烧烤冒烟"})


def test_a_wrapped_key_moved_to_another_row_opens_nothing(person):
    sealed = service.seal_text(person, {"words": "x"})
    thief = Requester(id=service.new_requester().pk, wrapped_key=person.wrapped_key)
    with pytest.raises(Refused):
        service.open_text(thief, sealed)


def test_a_reveal_is_kept_and_in_the_ledger(city, person):
    service.grant_post("ann", "handler", "urban", actor=SYSTEM, now=NOW)
    ann = actor_of(city["ann"])
    got = service.reveal(person, actor=ann, now=NOW, purpose="first_contact", case_id=None, fields=["phone"])
    assert got == {"phone": PHONE}
    row = Reveal.objects.get()
    assert (row.actor_id, row.purpose, row.fields) == (str(city["ann"].pk), "first_contact", "phone")
    record = LedgerRecord.objects.get(act="case.reveal")
    assert record.subject_id == str(person.pk)
    assert json.loads(record.body)["fields"] == ["phone"]


def test_no_reveal_without_right_purpose_and_known_field(city, person):
    given = {"now": NOW, "case_id": None}
    bob = actor_of(city["bob"])
    with pytest.raises(Refused) as refused:
        service.reveal(person, actor=bob, purpose="first_contact", fields=["phone"], **given)
    assert (refused.value.status, refused.value.facts["verb"]) == (403, "case.reveal")
    with pytest.raises(Refused) as refused:
        service.reveal(person, actor=SYSTEM, purpose="curiosity", fields=["phone"], **given)
    assert refused.value.code == "reveal-purpose"
    for fields in ([], ["phone", "soul"]):
        with pytest.raises(Refused) as refused:
            service.reveal(person, actor=SYSTEM, purpose="handling", fields=fields, **given)
        assert refused.value.code == "reveal-fields"
    assert not Reveal.objects.exists()


def test_erasure_leaves_nothing_and_the_ledger_whole(city, person):
    sealed = service.seal_text(person, {"words": f"{NAME} {PHONE}"})
    service.reveal(person, actor=SYSTEM, now=NOW, purpose="handling", case_id=None, fields=["name", "phone"])
    kept = (bytes(person.wrapped_key), bytes(person.identity_ct), bytes(person.phone_hash), bytes(person.id_hash))
    service.erase(person.pk, actor=SYSTEM, now=NOW)
    fresh = Requester.objects.get(pk=person.pk)
    assert service.open_text(fresh, sealed) == {}
    assert service.identity_of(fresh) == {}
    assert (fresh.masked_name, fresh.erased_at) == ("", NOW)
    assert service.find_by_phone(PHONE) == []
    text = everything_stored()
    assert readable(text) == []
    assert not [value for value in kept if value.hex() in text]
    assert ledger.verify(NOW).whole
    for act in (
        lambda: service.seal_text(fresh, {}),
        lambda: service.erase(person.pk, actor=SYSTEM, now=NOW),
        lambda: service.reveal(fresh, actor=SYSTEM, now=NOW, purpose="handling", case_id=None, fields=["name"]),
        lambda: service.amend(person.pk, actor=SYSTEM, now=NOW, phone="1"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "requester-erased"


def test_who_may_erase(city, person):
    service.grant_post("sec", "secadmin", "city", actor=SYSTEM, now=NOW)
    with pytest.raises(Refused):
        service.erase(person.pk, actor=actor_of(city["ann"]), now=NOW)
    service.erase(person.pk, actor=actor_of(city["sec"]), now=NOW)


def test_an_identity_can_be_mended(person):
    service.amend(person.pk, actor=SYSTEM, now=NOW, phone="139 1234 5678", address="")
    fresh = Requester.objects.get(pk=person.pk)
    assert service.identity_of(fresh) == {"name": NAME, "phone": "139 1234 5678", "id_no": ID_NO}
    assert service.find_by_phone("13912345678") == [person.pk]
    assert service.find_by_phone(PHONE) == []


def test_an_unknown_field_is_a_fault(db):
    with pytest.raises(TypeError):
        service.sealed_requester(shoe_size="42")


def test_many_at_once(db, django_assert_num_queries):
    rows = [service.sealed_requester(phone=f"1380013{number:04}") for number in range(50)]
    with django_assert_num_queries(1):
        service.new_requesters(rows)
    assert service.find_by_phone("13800130007") == [rows[7].pk]
