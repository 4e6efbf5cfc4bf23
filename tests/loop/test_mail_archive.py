"""A mailbox that was in use before: its archive is no work of ours, and nobody in it is written to."""

from datetime import UTC, datetime, timedelta

import pytest
from mail_hand import imap, letter

from gezhi.loop.models import Case, Partner, Piece, ReachWish
from gezhi.trust.service import identity_of

NEW = datetime(2026, 3, 2, 1, 10, tzinfo=UTC)  # ten minutes after the office connects its mailbox
OLD = (NEW - timedelta(minutes=30), NEW - timedelta(days=2000))


def archive(place):
    for n, at in enumerate((*OLD, NEW)):
        place.lay(letter(text=f"第{n}封", mark=f"{n}@example.cn", sender=f"p{n}@example.cn"), at=at)


def partner():
    return Partner.objects.get(code="mail")


@pytest.mark.parametrize("way", ["maildir", "imap"])
@pytest.mark.parametrize("older", [False, True])
def test_what_lay_there_before_is_left_alone_or_taken_silently(office, mailbox, box, way, older):
    with imap() as server:
        if way == "imap":
            where = f"imap://127.0.0.1:{server.server_address[1]}/"
            mailbox.put(box=where, user="office", older=older)
        else:
            mailbox.put(older=older)
        archive(server if way == "imap" else box)
        mailbox.look()
        left = len(box.names()) if way == "maildir" else [row[0] for row in server.letters.values()].count("INBOX")
    assert (Case.objects.count(), left) == ((3, 0) if older else (1, 2))
    assert ReachWish.objects.count() == 1, "only who wrote to us since is told anything"
    assert identity_of(ReachWish.objects.get().requester)["email"] == "p2@example.cn"
    assert not Piece.objects.exclude(state="done").exists()


def test_a_long_archive_does_not_hide_what_is_new(office, mailbox, box, monkeypatch):
    from gezhi.loop.partners.kinds.mail import adapter

    monkeypatch.setattr(adapter, "AT_ONCE", 1)
    archive(box)
    mailbox.look()
    assert Case.objects.count() == 1


def test_another_mailbox_of_the_same_partner_has_an_archive_of_its_own(office, mailbox, box):
    mailbox.put(box="")
    office.now = NEW + timedelta(days=1)
    mailbox.put()
    box.lay(letter(), at=NEW)
    mailbox.look()
    assert not Case.objects.exists()
    office.now += timedelta(days=1)
    mailbox.put(most=5)
    box.lay(letter(mark="later@example.cn"), at=NEW + timedelta(days=1, hours=1))
    mailbox.look()
    assert Case.objects.count() == 1, "saving it again makes nothing older"


def test_a_mailbox_connected_before_this_was_kept_counts_from_its_partner(office, mailbox, box):
    row = partner()
    del row.wishes["box_since"]
    row.save()
    Partner.objects.update(created_at=NEW)
    archive(box)
    mailbox.look()
    assert Case.objects.count() == 1
