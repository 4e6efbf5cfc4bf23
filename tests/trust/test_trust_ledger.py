"""The ledger: every planted change is found and named; late commits are sealed; papers stand without the database."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from small_city import GIVEN, NOW, SYSTEM

from gezhi.trust import service
from gezhi.trust.models import LedgerPending, LedgerRecord, LedgerSeal
from gezhi.trust.service import ledger


@service.verb("test.note")
def note(subject, body=None, *, actor, now):
    return service.record("test.note", "thing", subject, actor=actor, body=body)


@pytest.fixture
def chain(db):
    keys = [note(number, {"step": number, "字": "雨,水:3"}, **GIVEN) for number in range(1, 9)]
    assert ledger.seal_pending(NOW) == 8
    return keys


def tamper(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        changed = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert changed == 1


def test_a_whole_ledger_is_whole(chain):
    verdict = ledger.verify(NOW)
    assert verdict.whole
    assert (verdict.sealed, verdict.sequence, verdict.unsealed) == (8, 8, 0)
    assert verdict.oldest_unsealed_seconds == 0


def test_python_and_the_database_agree_on_awkward_bodies(db):
    for body in ({}, {"a": '"quoted"\\'}, {"b": "\u2028\x00\n"}, {"c": 1.5, "d": None, "e": ["😀", {"f": True}]}):
        note("x" * 64, body, **GIVEN)
    assert ledger.verify(NOW).whole


RECORD_CHANGES = [
    ("recorded_at", "recorded_at = recorded_at + interval '1 microsecond'"),
    ("recorded_at", "recorded_at = 'infinity'"),
    ("actor_kind", "actor_kind = 'user'"),
    ("actor_id", "actor_id = actor_id || 'x'"),
    ("act", "act = 'test.other'"),
    ("subject_kind", "subject_kind = 'case'"),
    ("subject_id", "subject_id = '99'"),
    ("body", "body = replace(body, '雨', '雪')"),
    ("body", "body = body || ' '"),
    ("digest", "digest = sha256('x')"),
]


@pytest.mark.parametrize(("column", "change"), RECORD_CHANGES)
def test_a_changed_record_is_named(chain, column, change):
    tamper(f"UPDATE ledger_record SET {change} WHERE id = %s", chain[4])
    verdict = ledger.verify(NOW)
    assert verdict.first.record_id == str(chain[4]), column
    assert (verdict.first.what, verdict.first.sequence, verdict.broken) == ("record-changed", 5, 1)


def test_a_record_changed_together_with_its_digest_is_named(chain):
    tamper("UPDATE ledger_record SET act = 'x' WHERE id = %s", chain[2])
    tamper("UPDATE ledger_record r SET digest = ledger_digest(r) WHERE id = %s", chain[2])
    first = ledger.verify(NOW).first
    assert (first.what, first.sequence, first.record_id) == ("seal-broken", 3, str(chain[2]))


def test_a_record_with_another_id_is_named(chain):
    tamper("UPDATE ledger_record SET id = gen_random_uuid() WHERE id = %s", chain[2])
    first = ledger.verify(NOW).first
    assert (first.what, first.record_id) == ("record-missing", str(chain[2]))


SEAL_CHANGES = ["sequence = 500", "prev_hash = sha256('x')", "hash = sha256('x')", "record_id = gen_random_uuid()"]


@pytest.mark.parametrize("change", SEAL_CHANGES)
def test_a_changed_seal_is_found_and_its_record_named(chain, change):
    tamper(f"UPDATE ledger_seal SET {change} WHERE record_id = %s", chain[4])
    verdict = ledger.verify(NOW)
    assert not verdict.whole
    assert str(chain[4]) in {item.record_id for item in verdict.breaks}


@pytest.mark.parametrize("place", [0, 4, 7])
def test_deleted_rows_are_found(chain, place):
    tamper("DELETE FROM ledger_record WHERE id = %s", chain[place])
    first = ledger.verify(NOW).first
    assert (first.what, first.record_id) == ("record-missing", str(chain[place]))


@pytest.mark.parametrize("place", [0, 4, 7])
def test_deleted_seals_are_found(chain, place):
    tamper("DELETE FROM ledger_seal WHERE record_id = %s", chain[place])
    first = ledger.verify(NOW).first
    assert (first.what, first.record_id) == ("seal-missing", str(chain[place]))


def test_rows_swapped_between_seals_are_found(chain):
    one, two = chain[1], chain[2]
    tamper("DELETE FROM ledger_seal WHERE sequence = 2 AND record_id = %s", one)
    tamper("UPDATE ledger_seal SET record_id = %s WHERE record_id = %s", one, two)
    assert not ledger.verify(NOW).whole


def test_a_record_taken_away_before_its_seal_is_found(chain):
    key = note("late", **GIVEN)
    tamper("DELETE FROM ledger_record WHERE id = %s", key)
    assert ledger.verify(NOW).first.record_id == str(key)


def test_a_record_hidden_from_the_queue_is_found(chain):
    key = note("hidden", **GIVEN)
    LedgerPending.objects.filter(pk=key).delete()
    first = ledger.verify(NOW).first
    assert (first.what, first.record_id) == ("seal-missing", str(key))


def test_a_record_put_in_behind_the_trigger_is_found(chain):
    tamper(
        """INSERT INTO ledger_record
             (id, recorded_at, actor_kind, actor_id, act, subject_kind, subject_id, body, digest)
           VALUES (gen_random_uuid(), now(), 'user', '1', 'x', 'y', 'z', '{}', %s)""",
        b"\x00" * 32,
    )
    assert ledger.verify(NOW).first.what == "seal-missing"


def test_a_rewritten_chain_is_found_by_a_checkpoint(chain, tmp_path):
    paper = tmp_path / "checkpoint.json"
    ledger.checkpoint(NOW, out=paper)
    document = ledger.read_checkpoint(paper)
    assert ledger.checkpoint_fault(document) == ""
    tamper("UPDATE ledger_record SET act = 'x' WHERE id = %s", chain[7])
    tamper("UPDATE ledger_record r SET digest = ledger_digest(r) WHERE id = %s", chain[7])
    tamper("DELETE FROM ledger_seal WHERE record_id = %s", chain[7])
    LedgerPending.objects.create(record_id=chain[7], recorded_at=NOW)
    ledger.seal_pending(NOW)  # the forger seals anew; chain and digests are consistent
    assert ledger.check_chain(ledger.store.chain(3)).whole
    assert ledger.checkpoint_fault(document) == "chain-rewritten"
    assert ledger.verify(NOW).first.what == "chain-rewritten"


def test_a_cut_chain_is_found_by_a_checkpoint(chain):
    document = ledger.checkpoint(NOW)
    tamper("DELETE FROM ledger_seal WHERE record_id = %s", chain[7])
    tamper("DELETE FROM ledger_record WHERE id = %s", chain[7])
    assert ledger.checkpoint_fault(document) == "chain-cut"


def test_forged_and_foreign_checkpoints(chain):
    document = ledger.checkpoint(NOW)
    assert ledger.checkpoint_fault({**document, "sequence": 7}) == "checkpoint-forged"
    assert ledger.checkpoint_fault(document, key="00" * 32) == "checkpoint-foreign"
    assert ledger.checkpoint_fault({}) == "checkpoint-forged"


def test_an_exported_ledger_stands_without_the_database(chain, tmp_path):
    file = tmp_path / "ledger.jsonl"
    assert ledger.export(file, NOW) == 8
    key = ledger.public_key()
    connection.close()
    assert ledger.verify_export(file, key=key).whole
    lines = file.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[3])
    row[6] = "test.other"
    changed = [*lines[:3], json.dumps(row), *lines[4:]]
    for broken, what in (
        (changed, "record-changed"),
        ([*lines[:7], lines[8]], "chain-cut"),
        ([*lines[:3], *lines[4:]], "seal-missing"),
        (lines[:8], "checkpoint-forged"),
    ):
        file.write_text("\n".join(broken), encoding="utf-8")
        assert ledger.verify_export(file).breaks[0].what == what
    file.write_text("\n".join(lines), encoding="utf-8")
    assert ledger.verify_export(file, key="00" * 32).first.what == "checkpoint-foreign"


def test_a_broken_file_is_refused(tmp_path):
    file = tmp_path / "x.jsonl"
    for text in ("[1,2]\n", "\x00\x01", "[]", "{"):
        file.write_text(text)
        with pytest.raises(service.acts.Refused) as refused:
            ledger.verify_export(file)
        assert refused.value.code == "ledger-file-unreadable"


def in_thread(run):
    fault = []

    def body():
        try:
            run()
        except Exception as caught:  # noqa: BLE001 - whatever it is, the test shows it
            fault.append(caught)
        finally:
            connection.close()

    thread = threading.Thread(target=body)
    thread.start()
    return thread, fault


def test_a_late_commit_is_sealed_later_and_not_lost(committing_db):
    wrote, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            note("slow", **GIVEN)
            wrote.set()
            assert go_on.wait(20)

    thread, fault = in_thread(slow)
    assert wrote.wait(20)
    note("fast", **GIVEN)
    assert ledger.seal_pending(NOW) == 1
    go_on.set()
    thread.join(20)
    assert not fault
    assert ledger.seal_pending(NOW) == 1
    verdict = ledger.verify(NOW)
    assert verdict.whole
    assert verdict.sealed == 2
    subjects = dict(LedgerRecord.objects.values_list("id", "subject_id"))
    order = [subjects[key] for key in LedgerSeal.objects.order_by("sequence").values_list("record_id", flat=True)]
    assert order == ["fast", "slow"]


def test_two_sealers_at_once_make_one_chain(committing_db, monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 3)
    for number in range(25):
        note(number, **GIVEN)
    pairs = [in_thread(lambda: ledger.seal_pending(NOW)) for _ in range(4)]
    for thread, _ in pairs:
        thread.join(30)
    assert not [fault for _, fault in pairs if fault]
    verdict = ledger.verify(NOW)
    assert verdict.whole
    assert verdict.sealed == 25


def test_the_age_of_the_oldest_unsealed_record_is_told(db):
    note("a", **GIVEN)
    LedgerPending.objects.update(recorded_at=LedgerPending.objects.get().recorded_at - timedelta(hours=3))
    assert 10_800 <= ledger.status()["oldest_unsealed_seconds"] < 10_900
    ledger.seal_pending(NOW)
    assert ledger.status()["oldest_unsealed_seconds"] == 0


def test_search_for_the_auditor(chain):
    from gezhi.trust.store import ledger as store

    assert [row.id for row in store.search(subject="3")] == [chain[2]]
    assert len(store.search(actor=SYSTEM.id, act="test.note", limit=5)) == 5
    second = store.search(before=str(chain[4]))
    assert [row.id for row in second] == list(reversed(chain[:4]))
    assert store.sequences([chain[0], chain[7]]) == {chain[0]: 1, chain[7]: 8}
