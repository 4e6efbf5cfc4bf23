"""Mailboxes by IMAP, and letters that a person decides on."""

import pytest
from mail_hand import answer_to, imap, letter

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Partner, Piece
from gezhi.trust.rules import Actor, Grant

# ---- by IMAP


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS MOVE", "IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_a_mailbox_by_imap(office, mailbox, capabilities):
    with imap(capabilities=capabilities) as server:
        server.lay(letter())
        server.lay(letter(Auto_Submitted="auto-replied", mark="auto@example.cn"))
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/INBOX", user="office")
        mailbox.look()
        mailbox.look()
        held = {(box, raw) for box, flags, raw in server.letters.values() if "\\Deleted" not in flags}
        assert sorted(box for box, _ in held) == ["done", "failed"]
        assert not [line for line in server.said if "FETCH" in line and "BODY[" in line], "never marked as read unasked"
        assert (capabilities == "IMAP4rev1") == any("\\Deleted" in flags for _, flags, _ in server.letters.values()), (
            "others' deleted letters stay"
        )
    assert Case.objects.count() == 1


def test_a_mailbox_that_does_not_let_us_in_is_said_and_asked_again(office, mailbox):
    with imap() as server:
        server.lay(letter())
        server.refuse_login = True
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        mailbox.look()
        assert Partner.objects.get().silent_since == office.now
        server.refuse_login = False
        office.later(minutes=5)
        mailbox.look()
        assert Partner.objects.get().silent_since is None
        assert server.where(1)[0] == "done"
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"box": "imap://mail.example.cn/INBOX", "user": "o"}, "mail-open-line"),
        ({"box": "imaps://o:secret@mail.example.cn/"}, "mail-wish"),
        ({"box": "imaps://mail.example.cn/"}, "mail-wish"),
        ({"box": 'imaps://mail.example.cn/IN"BOX', "user": "o"}, "mail-wish"),
        ({"box": "maildir:mail"}, "mail-wish"),
        ({"box": "file:///etc"}, "mail-wish"),
        ({"address": "a@b.cn\r\nBcc: x@y.cn"}, "mail-wish"),
    ],
)
def test_a_mailbox_that_cannot_be_asked_safely_is_refused(office, mailbox, wishes, code):
    with pytest.raises(Refused) as caught:
        mailbox.put(**wishes)
    assert caught.value.code == code


# ---- decided by a person


def left_letter(office, mailbox):
    mailbox.look(letter())
    case = Case.objects.get()
    mailbox.look(answer_to(case, "我爱人的号码，补充一句", sender="wife@example.cn"))
    return case, Piece.objects.get(state="refused")


def test_a_letter_left_to_a_person_is_read_and_added_to_its_case(office, mailbox, client):
    case, row = left_letter(office, mailbox)
    client.force_login(office.users["olive"], backend="gezhi.trust.backend.PeopleBackend")
    assert case.number in client.get("/desk/letters/").content.decode()
    page = client.get(f"/desk/letters/{row.pk}/").content.decode()
    assert "补充一句" in page
    assert "wife@example.cn" in page
    assert ledger("mail.read") == 1
    wrong = client.post(f"/desk/letters/{row.pk}/", {"how": "add", "number": "LJ-1"})
    assert wrong.status_code == 422
    assert "我爱人" in wrong.content.decode()
    done = client.post(f"/desk/letters/{row.pk}/", {"how": "add", "number": case.number})
    assert (done.status_code, done["Location"]) == (302, f"/desk/{case.pk}/")
    row.refresh_from_db()
    assert (row.state, row.case_id, row.sealed) == ("done", case.pk, None)
    assert case.steps.get(move="supplement").actor_kind == "user"
    assert client.get(f"/desk/letters/{row.pk}/").status_code == 404


@pytest.mark.parametrize(("how", "cases"), [("open", 2), ("drop", 1)])
def test_a_letter_becomes_a_case_of_its_own_or_is_laid_aside(office, mailbox, client, how, cases):
    _, row = left_letter(office, mailbox)
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    assert client.post(f"/desk/letters/{row.pk}/", {"how": how}).status_code == 302
    assert Case.objects.count() == cases
    assert Piece.objects.filter(state="refused").count() == 0
    row.refresh_from_db()
    assert row.sealed is None


@pytest.mark.parametrize("name", ["hugo", "sue", "mayor"])
def test_others_neither_see_nor_decide_on_letters(office, mailbox, client, name):
    _, row = left_letter(office, mailbox)
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    assert client.get("/desk/letters/").status_code == 403
    assert client.get(f"/desk/letters/{row.pk}/").status_code == 403
    assert client.post(f"/desk/letters/{row.pk}/", {"how": "drop"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "refused"


def test_what_a_letter_says_is_shown_and_not_run(office, mailbox, client):
    mailbox.look(letter(text="<script>alert(1)</script>", subject="<img src=x onerror=alert(1)>", Precedence="bulk"))
    row = Piece.objects.get()
    client.force_login(office.users["olive"], backend="gezhi.trust.backend.PeopleBackend")
    page = client.get(f"/desk/letters/{row.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def ledger(act):
    from django.apps import apps

    return apps.get_model("trust", "LedgerRecord").objects.filter(act=act).count()


def test_a_letter_does_not_tell_the_number_of_a_case_that_one_may_not_read(office, mailbox, client, monkeypatch):
    case, row = left_letter(office, mailbox)
    client.force_login(office.users["olive"], backend="gezhi.trust.backend.PeopleBackend")
    monkeypatch.setattr("gezhi.loop.partners.kinds.mail.deciding.visible", lambda actor: Case.objects.none())
    assert case.number not in client.get("/desk/letters/").content.decode()
    assert case.number not in client.get(f"/desk/letters/{row.pk}/").content.decode()


def test_letters_of_other_desks_do_not_push_ones_own_off_the_list(office, mailbox):
    from gezhi.loop.partners.kinds.mail import deciding

    _, row = left_letter(office, mailbox)
    unit = office.units["urban"]
    Partner.objects.filter(pk=row.partner_id).update(desk=unit)
    theirs = Partner(code="other", kind="mail", name_zh="别处", keeper=row.partner.keeper, secrets=b"", wishes={})
    theirs.save()  # without a desk: its letters are the intake unit's
    Piece.objects.bulk_create(
        Piece(partner=theirs, direction="in", key=f"k{n}", kind="mail.letter", sealed=row.sealed, state="refused",
              fault="mail-empty", at=office.now)
        for n in range(3)
    )  # fmt: skip
    grant = Grant(frozenset({deciding.VERB}), unit.path, "", "", "p", "operator")
    someone = Actor("user", "1", "x", unit.pk, unit.path, (grant,), "")
    assert deciding.waiting(someone, most=2) == [row]
    assert row not in deciding.waiting(office.actor("olive"), most=2)


def test_words_of_machines_are_forgotten_after_a_month_and_those_of_people_wait(office, mailbox):
    from datetime import timedelta

    from gezhi.loop import tasks

    left_letter(office, mailbox)
    mailbox.look(letter(mark="m@example.cn", Precedence="bulk"))
    for days, waiting in ((29, 2), (31, 1)):
        tasks.night(int((office.now + timedelta(days=days)).timestamp()))
        assert Piece.objects.filter(state="refused", sealed__isnull=False).count() == waiting
    machine = Piece.objects.get(fault="mail-automatic")
    assert (machine.state, machine.sealed) == ("done", None)
