"""Events: at least once, in order per subject, tried eight times, then kept as dead letters that can be replayed."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from small_city import GIVEN, NOW, SYSTEM

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import Delivery, LedgerRecord, Outbox, OutboxPending
from gezhi.trust.service import outbox
from gezhi.trust.store import outbox as store


@pytest.fixture(autouse=True)
def _own_subscriptions(monkeypatch):
    monkeypatch.setattr(outbox, "_subscriptions", {})


def send(*rows):
    with transaction.atomic():
        for subject, payload in rows:
            service.publish("case.moved", "case", subject, payload)


def test_every_subscriber_gets_every_event_once_and_in_order(db):
    got = {"a": [], "b": []}
    for name, events in got.items():
        service.subscribe("case.moved", name, events.append)
    service.subscribe("case.other", "a", lambda event: pytest.fail("not this topic"))
    send(("1", {"n": 1}), ("2", {"n": 2}), ("1", {"n": 3}))
    assert service.deliver_pending(NOW) == 6
    for events in got.values():
        assert [event.payload["n"] for event in events if event.subject_id == "1"] == [1, 3]
        assert len(events) == 3
        assert events[0].topic == "case.moved"
        assert events[0].version == 1
    assert service.deliver_pending(NOW) == 0
    assert Delivery.objects.filter(state="done").count() == 6
    assert not OutboxPending.objects.exists()


def test_a_failing_subject_waits_while_others_go_on(db):
    got, broken = [], {"1"}

    def handle(event):
        if event.subject_id in broken:
            raise ValueError("张三 13800138000")
        got.append((event.subject_id, event.payload["n"]))

    service.subscribe("case.moved", "a", handle)
    send(("1", {"n": 1}), ("1", {"n": 2}), ("2", {"n": 3}))
    assert service.deliver_pending(NOW) == 1
    assert got == [("2", 3)]
    row = Delivery.objects.get(subject_id="1", tries=1)
    assert row.fault.startswith("ValueError at test_trust_outbox.py:")
    assert "张三" not in row.fault
    broken.clear()
    assert service.deliver_pending(NOW) == 0  # not yet
    assert service.deliver_pending(NOW + timedelta(seconds=5)) == 2
    assert got == [("2", 3), ("1", 1), ("1", 2)]


def test_what_a_failing_handler_wrote_is_undone(db):
    def handle(event):
        LedgerRecord.objects.create(
            id="0190f6e4-7c1a-7000-8000-000000000001",
            actor_kind="x",
            actor_id="x",
            act="x",
            subject_kind="x",
            subject_id="x",
        )
        raise ValueError

    service.subscribe("case.moved", "a", handle)
    send(("1", {}))
    service.deliver_pending(NOW)
    assert not LedgerRecord.objects.exists()


def test_eight_tries_then_a_dead_letter_that_lets_others_pass_and_can_be_replayed(db):
    calls, broken = [], [True]

    def handle(event):
        calls.append(event.payload["n"])
        if broken and event.payload["n"] == 1:
            raise Refused("test-no")

    service.subscribe("case.moved", "a", handle)
    send(("1", {"n": 1}), ("1", {"n": 2}))
    now = NOW
    for _ in range(12):
        service.deliver_pending(now)
        now += timedelta(hours=5)
    assert calls == [1] * 8 + [2]
    letter = Delivery.objects.get(state="dead")
    assert letter.tries == 8
    assert letter.fault.startswith("test-no at")
    broken.clear()
    service.replay(letter.pk, actor=SYSTEM, now=now)
    assert LedgerRecord.objects.filter(act="outbox.replay").count() == 1
    assert service.deliver_pending(now) == 1
    assert calls[-1] == 1
    with pytest.raises(Refused) as refused:
        service.replay(letter.pk, actor=SYSTEM, now=now)
    assert refused.value.code == "letter-not-dead"


def test_an_event_of_an_undone_change_is_never_sent(db):
    service.subscribe("case.moved", "a", lambda event: pytest.fail("sent"))
    with transaction.atomic():
        service.publish("case.moved", "case", 1, {})
        transaction.set_rollback(True)
    assert service.deliver_pending(NOW) == 0


def test_an_event_without_subscribers_is_kept_as_history(db):
    send(("1", {}))
    service.deliver_pending(NOW)
    assert Outbox.objects.count() == 1
    assert not OutboxPending.objects.exists()


def test_a_subscriber_has_one_handler(db):
    service.subscribe("case.moved", "a", print)
    service.subscribe("case.moved", "a", print)
    with pytest.raises(ValueError, match="already"):
        service.subscribe("case.moved", "a", repr)


def test_a_late_commit_is_delivered(committing_db):
    got, wrote, go_on = [], threading.Event(), threading.Event()
    service.subscribe("case.moved", "a", lambda event: got.append(event.subject_id))

    def slow():
        with transaction.atomic():
            service.publish("case.moved", "case", "slow", {})
            wrote.set()
            assert go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    send(("fast", {}))
    service.deliver_pending(NOW)
    go_on.set()
    thread.join(20)
    service.deliver_pending(NOW)
    assert got == ["fast", "slow"]


def test_while_one_worker_hands_out_another_takes_nothing_before_it(committing_db):
    """Else the later events of a subject could be there, and be delivered, before the earlier ones."""
    took, go_on, found = threading.Event(), threading.Event(), []
    send(*(("1", {"n": number}) for number in range(6)))

    def slow():
        with transaction.atomic():
            found.append(store.hand_out(NOW, ["case.moved"], ["a"], 3))
            took.set()
            assert go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert took.wait(20)
    assert store.hand_out(NOW, ["case.moved"], ["a"], 500) == 0
    go_on.set()
    thread.join(20)
    assert (found, store.hand_out(NOW, ["case.moved"], ["a"], 500)) == ([3], 3)


def test_two_workers_deliver_each_event_once_and_in_order(committing_db):
    got, lock = [], threading.Lock()

    def handle(event):
        with lock:
            got.append((event.subject_id, event.payload["n"]))

    service.subscribe("case.moved", "a", handle)
    send(*((str(number % 5), {"n": number}) for number in range(60)))

    def work():
        for _ in range(30):
            service.deliver_pending(NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    service.deliver_pending(NOW)
    assert sorted(number for _, number in got) == list(range(60))
    for subject in "01234":
        numbers = [number for key, number in got if key == subject]
        assert numbers == sorted(numbers)


def test_old_progress_is_dropped_and_events_stay(db):
    service.subscribe("case.moved", "a", lambda event: None)
    send(("1", {}))
    service.deliver_pending(NOW)
    assert service.prune_deliveries(NOW + timedelta(days=29)) == 0
    assert service.prune_deliveries(NOW + timedelta(days=31)) == 1
    assert Outbox.objects.count() == 1
    assert GIVEN["actor"] is SYSTEM
