"""A mailbox that is slow, away or being asked already: nobody asks twice at once, without end, or too often."""

import threading
from datetime import timedelta
from itertools import count, pairwise
from time import monotonic

import pytest
from mail_hand import imap, letter

from gezhi.loop.models import Case, Partner
from gezhi.loop.partners import service
from gezhi.loop.partners.kinds.mail.boxes import imap as by_imap


def partner():
    return Partner.objects.select_related("keeper").get(code="mail")


def lay(box, n):
    for at in range(n):
        box.lay(letter(text=f"第{at}封", mark=f"{at}@example.cn", sender=f"p{at}@example.cn"))


@pytest.fixture
def elsewhere():
    """Holds the look at a partner from another connection, until the test ends or calls what it was given."""
    begun, done = threading.Event(), threading.Event()

    def hold(key):
        from django.db import connection

        from gezhi.loop.store.locks import held

        try:
            with held(f"look.{key}") as free:
                assert free
                begun.set()
                done.wait(30)
        finally:
            connection.close()

    threads = []

    def start(key):
        threads.append(threading.Thread(target=hold, args=(key,)))
        threads[0].start()
        assert begun.wait(30)

    def end():
        done.set()
        threads[0].join()

    yield start, end
    end()


def test_who_is_being_asked_is_not_asked_beside(office, mailbox, box, elsewhere):
    start, end = elsewhere
    start(partner().pk)
    lay(box, 1)
    assert service.fetch_all(office.now) == 0
    assert partner().looked_at is None
    assert len(box.names()) == 1
    end()
    assert service.fetch_all(office.now) == 1
    assert partner().looked_at == office.now


def test_a_look_ends_in_time_and_the_next_goes_on(office, mailbox, box):
    lay(box, 5)
    ticks = count(step=30)
    assert service.fetch_from(partner(), now=office.now, clock=lambda: next(ticks)) == 2
    assert (partner().looked_at, partner().silent_since) == (None, None), "what is left is not skipped"
    assert service.fetch_all(office.now) == 3
    assert (Case.objects.count(), box.names(), partner().looked_at) == (5, [], office.now)


def test_a_server_that_sends_a_byte_now_and_then_is_left_in_time(office, mailbox, monkeypatch):
    monkeypatch.setattr(by_imap, "LONGEST", 0.5)
    with imap() as server:
        server.lay(letter())
        server.dribbles = True
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        threading.Timer(8, lambda: setattr(server, "dribbles", False)).start()
        before = monotonic()
        mailbox.look()
        assert monotonic() - before < 6
        assert partner().silent_since == office.now
        server.dribbles = False


def test_a_mailbox_that_lets_nobody_in_is_tried_more_and_more_seldom(office, mailbox):
    with imap() as server:
        server.refuse_login = True
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        tries = []
        for minute in range(6 * 60):
            server.said.clear()
            service.fetch_all(office.now + timedelta(minutes=minute))
            tries += [minute] if any(line.startswith("LOGIN") for line in server.said) else []
        assert tries[:5] == [0, 5, 10, 20, 40]
        assert max(b - a for a, b in pairwise(tries)) == 60
        assert partner().looked_at is None, "some partners are asked for what changed since then"
        server.refuse_login = False
        server.lay(letter())
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        assert service.fetch_all(office.now + timedelta(minutes=360)) == 1, "at once when somebody changed it"
        assert (partner().silent_since, "tried_at" in partner().wishes) == (None, False)


def test_what_a_person_saves_during_a_look_stays(office, mailbox, monkeypatch):
    from gezhi.loop.partners.kinds.mail.adapter import Mail

    def meanwhile(self, given, *, now):
        mailbox.put(most=7)
        raise OSError("away")

    monkeypatch.setattr(Mail, "fetch", meanwhile)
    service.fetch_from(partner(), now=office.now)
    assert (partner().wishes["most"], partner().wishes["tried_at"]) == (7, office.now.isoformat())
