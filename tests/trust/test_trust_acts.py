"""Acts: one transaction, a ledger record, a ledger that is sealed; keys that make repeats harmless."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from small_city import NOW, SYSTEM

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import IdempotencyKey, LedgerRecord, Setting
from gezhi.trust.service import acts


@service.verb("test.write")
def write(key, *, record=True, fail=False, actor, now):
    Setting.objects.create(key=key, value=1, changed_at=now, changed_by=actor.key)
    if record:
        service.record("test.write", "setting", key, actor=actor)
    if fail:
        raise Refused("test-refused")


@service.verb("test.outer")
def outer(*, inner_fails=False, actor, now):
    service.record("test.outer", "setting", "outer", actor=actor)
    write("inner", fail=inner_fails, actor=actor, now=now)


def test_an_act_without_a_record_is_undone(db):
    with pytest.raises(service.NoRecordError):
        write("a", record=False, actor=SYSTEM, now=NOW)
    assert not Setting.objects.exists()


def test_a_refused_act_leaves_nothing(db):
    with pytest.raises(Refused):
        write("a", fail=True, actor=SYSTEM, now=NOW)
    assert not Setting.objects.exists()
    assert not LedgerRecord.objects.exists()


def test_acts_join_and_fail_together(db):
    with pytest.raises(Refused):
        outer(inner_fails=True, actor=SYSTEM, now=NOW)
    assert not LedgerRecord.objects.exists()
    outer(actor=SYSTEM, now=NOW)
    assert sorted(LedgerRecord.objects.values_list("act", flat=True)) == ["test.outer", "test.write"]


def test_the_record_of_an_inner_act_counts_for_the_outer(db):
    @service.verb("test.shell")
    def shell(*, actor, now):
        write("inner", actor=actor, now=now)

    shell(actor=SYSTEM, now=NOW)
    assert Setting.objects.filter(pk="inner").exists()


def test_an_act_wants_actor_and_aware_time(db):
    with pytest.raises(TypeError):
        write("a", actor="me", now=NOW)
    with pytest.raises(TypeError):
        write("a", actor=SYSTEM, now=NOW.replace(tzinfo=None))


def test_records_and_events_only_within_an_act(db):
    with pytest.raises(service.NoRecordError):
        service.record("test.write", "setting", "x", actor=SYSTEM)


def test_an_event_outside_a_transaction_is_a_fault(committing_db):
    with pytest.raises(RuntimeError):
        service.publish("test.topic", "thing", 1, {})


def test_statements_of_an_act(committing_db):
    acts.refuse_stale()
    with CaptureQueriesContext(connection) as seen:
        write("a", actor=SYSTEM, now=NOW)
    assert [query["sql"].split()[0] for query in seen.captured_queries] == ["BEGIN", "INSERT", "INSERT", "COMMIT"]


def test_acts_are_refused_while_the_ledger_waits_for_its_seal(db, settings):
    write("a", actor=SYSTEM, now=NOW)
    settings.GEZHI_SEAL_LIMIT = 0
    acts.look_again()
    with pytest.raises(Refused) as refused:
        write("b", actor=SYSTEM, now=NOW)
    assert refused.value.code == "ledger-stale"
    service.seal_pending(NOW)
    write("b", actor=SYSTEM, now=NOW)


def test_a_fresh_ledger_is_looked_up_once_in_half_a_minute(db):
    write("a", actor=SYSTEM, now=NOW)
    with CaptureQueriesContext(connection) as seen:
        write("b", actor=SYSTEM, now=NOW)
    assert not [query for query in seen.captured_queries if "ledger_pending" in query["sql"]]


def test_the_database_sets_time_and_digest(db):
    before = timezone.now()
    with transaction.atomic():
        write("a", actor=SYSTEM, now=NOW - timedelta(days=4000))
    row = LedgerRecord.objects.get()
    assert abs(row.recorded_at - before) < timedelta(minutes=1)
    assert len(bytes(row.digest)) == 32


@service.verb("test.once")
def count_once(key, result=None, *, actor, now):
    prior = service.once(actor, key, "test.once", result)
    if prior is not None:
        return prior
    service.record("test.once", "thing", key, actor=actor)
    if result is None:
        result = {"made": 7}
        service.remember(actor, key, result)
    return result


def test_a_repeated_key_gives_the_first_result(db):
    assert count_once("k", actor=SYSTEM, now=NOW) == {"made": 7}
    assert count_once("k", actor=SYSTEM, now=NOW) == {"made": 7}
    assert count_once("p", {"case": "x"}, actor=SYSTEM, now=NOW) == {"case": "x"}
    assert count_once("p", {"case": "y"}, actor=SYSTEM, now=NOW) == {"case": "x"}
    assert LedgerRecord.objects.filter(act="test.once").count() == 2
    count_once("", {}, actor=SYSTEM, now=NOW)
    count_once("", {}, actor=SYSTEM, now=NOW)
    assert LedgerRecord.objects.filter(act="test.once").count() == 4


def test_keys_are_per_actor_and_per_act(db):
    other = service.citizen_actor("c1")
    count_once("k", actor=SYSTEM, now=NOW)
    count_once("k", actor=other, now=NOW)
    assert LedgerRecord.objects.count() == 2

    @service.verb("test.other")
    def other_act(*, actor, now):
        return service.once(actor, "k", "test.other")

    with pytest.raises(Refused) as refused:
        other_act(actor=SYSTEM, now=NOW)
    assert refused.value.code == "key-reused"
    for bad in ("x" * 201, "a\nb", "a\x00"):
        with pytest.raises(Refused) as refused:
            count_once(bad, actor=SYSTEM, now=NOW)
        assert refused.value.code == "key-malformed"


def test_two_requests_with_one_key_at_once_act_once(committing_db):
    start, results = threading.Barrier(4), []

    def send():
        start.wait()
        try:
            results.append(count_once("race", actor=SYSTEM, now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"made": 7}] * 4
    assert LedgerRecord.objects.filter(act="test.once").count() == 1
    assert IdempotencyKey.objects.count() == 1


TABLES = ("ledger_record", "ledger_seal", "ledger_checkpoint", "trust_reveal", "trust_outbox")


def fill_history():
    write("a", actor=SYSTEM, now=NOW)
    with transaction.atomic():
        service.publish("test.topic", "thing", 1, {})
    service.checkpoint(NOW)
    requester = service.new_requester(name="张三")
    service.reveal(requester, actor=SYSTEM, now=NOW, purpose="handling", case_id=None, fields=["name"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("table", TABLES)
def test_history_only_grows_even_for_its_owner(db, table):
    fill_history()
    column = {"ledger_seal": "sequence", "trust_outbox": "topic"}.get(table, "id")
    for sql in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.parametrize("table", TABLES)
def test_the_role_of_the_product_may_only_add_to_history(db, app_role, table):
    with app_role():
        fill_history()
        column = {"ledger_seal": "sequence", "trust_outbox": "topic"}.get(table, "id")
        changes = (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}")
        for sql in (*changes, f"ALTER TABLE {table} DISABLE TRIGGER ALL"):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
                connection.cursor().execute(sql)
