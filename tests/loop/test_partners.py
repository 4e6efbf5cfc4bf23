"""Systems beside ours: pieces are taken in once, handed out in order, tried again, and at last left to a person."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from partner_hand import SECRET, listening, signed

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, PartnerCase, Piece
from gezhi.loop.partners import service, store
from gezhi.loop.partners.rules.trying import TRIES, WAITS
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.rules import Actor
from gezhi.trust.service import deliver_pending, open_text
from gezhi.trust.service.roles import grant_post

SYSTEM = Actor.system("tests")


@pytest.fixture
def put(office):
    def made(url="", code="county", **more):
        wishes = {"url": url, **more.pop("wishes", {})}
        wish = Wish(code, "webhook", "县平台", wishes=wishes, secrets={"secret": SECRET}, **more)
        return service.put_partner(wish, actor=SYSTEM, now=office.now)

    return made


def door(client, office, mark, kind, data, *, code="county", secret=SECRET, moment=None):
    body = json.dumps({"type": kind, "data": data}).encode()
    head = signed(mark, moment or office.now, body, secret)
    return client.post(f"/api/partners/{code}/events", body, content_type="application/json",
                       headers=head)  # fmt: skip


@pytest.fixture
def at(monkeypatch):
    """The clock of the door."""
    from gezhi.loop.partners import door as there

    return lambda moment: monkeypatch.setattr(there.timezone, "now", lambda: moment)


# ---- who they are


def test_a_partner_is_put_changed_and_keeps_a_secret_that_is_not_said_again(office, put):
    first = put(source="county")
    assert SECRET.encode() not in bytes(first.secrets)
    again = service.put_partner(Wish("county", "webhook", "县平台二", source="county"), actor=SYSTEM, now=office.now)
    assert (again.pk, again.name_zh) == (first.pk, "县平台二")
    assert service.secrets_of(again) == {"secret": SECRET}


@pytest.mark.parametrize(
    ("code", "more", "refusal"),
    [
        ("No Capitals", {}, "partner-code"),
        ("county", {"wishes": {"url": "file:///etc/passwd"}}, "partner-wish"),
        ("county", {"wishes": {"url": "http://user:pass@host/"}}, "partner-wish"),
        ("county", {"wishes": {"events": ["deleted"]}}, "partner-wish"),
        ("county", {"secrets": {"secret": "short"}}, "partner-wish"),
        ("county", {"kind": "telex"}, "partner-kind"),
        ("county", {"desk": 999_999}, "unit-unknown"),
    ],
)
def test_a_partner_that_cannot_work_is_refused(office, code, more, refusal):
    said = {"kind": "webhook", "name_zh": "县平台", "secrets": {"secret": SECRET}, **more}
    with pytest.raises(Refused) as caught:
        service.put_partner(Wish(code, **said), actor=SYSTEM, now=office.now)
    assert caught.value.code == refusal


def test_only_who_may_edit_partners_does(office):
    with pytest.raises(Refused) as caught:
        service.put_partner(Wish("county", "webhook", "县", secrets={"secret": SECRET}), actor=office.actor("dora"),
                            now=office.now)  # fmt: skip
    assert (caught.value.code, caught.value.status) == ("not-allowed", 403)


# ---- what comes in


def test_a_case_comes_in_once_however_often_it_is_sent(office, put, client, at):
    put(source="county")
    at(office.now)
    said = {
        "number": "X-1",
        "text": "路灯不亮",
        "matter": "0101",
        "phone": "13800001234",
        "due_at": "2026-03-09T10:00:00+08:00",
    }
    first = door(client, office, "m1", "case.create", said)
    assert first.status_code == 200, first.content
    again = door(client, office, "m1", "case.create", said)
    assert (again.json()["repeated"], again.json()["number"]) == (True, first.json()["number"])
    other = door(client, office, "m1", "case.create", {**said, "text": "别的"})
    assert (other.status_code, other.json()["code"]) == (409, "piece-conflict")
    case = Case.objects.get()
    assert (case.source, case.external_number) == ("county", "X-1")
    link = PartnerCase.objects.get()
    assert (link.number, link.due_at.isoformat()) == ("X-1", "2026-03-09T02:00:00+00:00")
    assert Piece.objects.get(key="m1").sealed is None, "the words stand with the case, under its own key"
    assert open_text(case.requester, case.story)["text"] == "路灯不亮"


def test_a_second_piece_under_the_number_of_a_case_makes_no_second_case(office, put, client, at):
    put()
    at(office.now)
    assert door(client, office, "m1", "case.create", {"number": "X-1", "text": "路灯不亮"}).status_code == 200
    second = door(client, office, "m2", "case.create", {"number": "X-1", "text": "路灯不亮"})
    assert (second.status_code, second.json()["refusal"]) == (422, "partner-number-known")
    assert Case.objects.count() == 1


def test_what_cannot_be_made_is_kept_and_made_once_it_is_mended(office, put, client, at):
    put()
    at(office.now)
    answer = door(client, office, "m1", "case.supplement", {"number": "X-1", "words": "还是不亮"})
    assert (answer.status_code, answer.json()["refusal"]) == (422, "partner-number-unknown")
    assert door(client, office, "m2", "case.create", {"number": "X-1", "text": "路灯不亮"}).status_code == 200
    left = Piece.objects.get(key="m1")
    done = service.work_again(left.pk, actor=SYSTEM, now=office.now)
    assert done.state == "done"
    assert Case.objects.get().steps.filter(move="supplement").count() == 1
    with pytest.raises(Refused):
        service.work_again(left.pk, actor=SYSTEM, now=office.now)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        ({"text": "没有编号"}, "field-missing"), ({"number": "X", "text": ""}, "text-missing"),
        ({"number": "X", "text": "x", "matter": "9999"}, "matter-unknown"),
        ({"number": "X", "text": "x", "urgency": "high"}, "field-invalid"),
        ({"number": "X", "text": "x", "due_at": "2026-03-09 10:00"}, "field-invalid"),
        ({"number": "X", "text": "x", "answers": ["a"]}, "field-invalid"),
        ({"number": "X\u0000", "text": "x"}, None),
    ],
)  # fmt: skip
def test_bad_pieces_are_refused_with_their_reason_and_make_no_case(office, put, client, at, data, refusal):
    put()
    at(office.now)
    answer = door(client, office, "m1", "case.create", data)
    assert answer.status_code == 422
    assert answer.json().get("refusal") == refusal
    assert not Case.objects.exists()


def test_a_signature_that_does_not_fit_opens_nothing(office, put, client, at):
    put()
    at(office.now)
    said = {"number": "X-1", "text": "路灯不亮"}
    forged = SECRET[:-4] + "AAA="
    assert door(client, office, "m1", "case.create", said, secret=forged).json()["code"] == "partner-signature"
    assert door(client, office, "m1", "case.create", said, code="nobody").json()["code"] == "partner-signature"
    late = door(client, office, "m1", "case.create", said, moment=office.now - timedelta(minutes=6))
    assert late.json()["code"] == "partner-stale"
    head = signed("m1", office.now, b'{"type": "case.create", "data": {}}')
    swapped = client.post("/api/partners/county/events", b'{"type":"case.create","data":{"number":"Y","text":"x"}}',
                          content_type="application/json", headers=head)  # fmt: skip
    assert swapped.status_code == 401
    service.set_active("county", active=False, actor=SYSTEM, now=office.now)
    assert door(client, office, "m1", "case.create", said).status_code == 401
    assert not Piece.objects.exists()
    assert not Case.objects.exists()


def test_wrong_signatures_again_and_again_have_to_wait(office, put, client, at):
    put()
    at(office.now)
    said = {"number": "X-1", "text": "x"}
    codes = [
        door(client, office, f"m{n}", "case.create", said, secret=SECRET[:-4] + "AAA=").status_code for n in range(23)
    ]
    assert codes[0] == 401
    assert codes[-1] == 429


# ---- what goes out


def told(office, heard):
    office.now = max(office.now, datetime.now(UTC))  # events carry the moment of the database
    deliver_pending(office.now)
    service.deliver(office.now)
    return [(kind, data["state"]) for _, kind, data in heard]


def test_each_move_is_heard_once_in_order_and_signed(office, put):
    with listening() as (url, heard):
        put(url)
        office.to("handling")
        told(office, heard)
    made = [(data["move"], data["state"]) for _, kind, data in heard if kind == "case.moved"]
    assert made == [("accept", "accepted"), ("dispatch", "dispatched"), ("sign", "handling")]
    assert [data["state"] for _, kind, data in heard if kind == "case.received"] == ["received"]
    assert heard.unsigned == 0
    assert "13800001234" not in json.dumps(heard)
    assert "王小明" not in json.dumps(heard, ensure_ascii=False)


def test_a_partner_that_is_away_for_an_hour_hears_all_of_it_once_and_in_order(office, put):
    with listening() as (url, heard):
        partner = put(url)
        heard.answers = [503, "drop", 500, 429] + [503] * 100
        office.to("handling")
        told(office, heard)
        for _ in range(30):
            service.deliver(office.later(minutes=2))
        assert list(heard) == []
        assert store.by_key(partner.pk).silent_since is not None
        heard.answers.clear()
        for _ in range(6):
            service.deliver(office.later(minutes=2))
        states = [data["state"] for _, _, data in heard]
        assert states == sorted(states, key=["received", "accepted", "dispatched", "handling"].index)
        assert len({mark for mark, _, _ in heard}) == len(heard) == Piece.objects.count()
    assert not Piece.objects.exclude(state="done").exists()
    assert store.by_key(partner.pk).silent_since is None


def test_an_answer_that_is_lost_is_sent_again_under_the_same_mark(office, put):
    with listening() as (url, heard):
        put(url, wishes={"events": ["received"]})
        heard.answers = ["doubt"]
        office.receive()
        told(office, heard)
        service.deliver(office.later(minutes=1))
        marks = [mark for mark, _, _ in heard]
    assert len(marks) == 2
    assert len(set(marks)) == 1


def test_what_never_gets_through_is_given_up_kept_and_sent_by_a_person(office, put):
    with listening() as (url, heard):
        put(url, wishes={"events": ["received"]})
        heard.answers = [503] * TRIES
        office.receive()
        told(office, heard)
        for wait in WAITS:
            service.deliver(office.later(seconds=wait.total_seconds() + 1))
        piece = Piece.objects.get()
        assert (piece.state, piece.tries, piece.fault, heard.tries) == ("dead", TRIES, "http-503", TRIES)
        service.deliver(office.later(days=2))
        assert heard.tries == TRIES, "what was given up rests until somebody asks for it"
        service.retry(piece.pk, actor=SYSTEM, now=office.now)
        service.deliver(office.now)
        piece.refresh_from_db()
        assert (piece.state, len(heard)) == ("done", 1)


def test_what_the_partner_refuses_is_not_sent_again_and_does_not_hold_up_the_rest(office, put):
    with listening() as (url, heard):
        put(url, wishes={"events": ["received"]})
        heard.answers = [400]
        office.receive("第一件")
        office.receive("第二件")
        told(office, heard)
        assert [p.state for p in Piece.objects.order_by("id")] == ["dead", "done"]
        assert heard.tries == 2


def test_one_partner_that_is_away_holds_up_no_other(office, put):
    with listening() as (url, heard), listening() as (dead, silent):
        put(dead, code="away", wishes={"events": ["received"]})
        put(url, code="there", wishes={"events": ["received"]})
        silent.answers = [503] * 50
        for n in range(5):
            office.receive(f"第{n}件")
        told(office, heard)
        assert len(heard) == 5
        assert silent.tries == 1, "who does not answer one piece is not asked for the next in the same round"


def test_a_piece_in_the_hands_of_a_process_that_was_killed_is_taken_up_again(office, put, monkeypatch):
    from gezhi.loop.partners.kinds.webhook import Webhook

    with listening() as (url, heard):
        put(url, wishes={"events": ["received"]})
        office.receive()
        office.now = datetime.now(UTC)
        deliver_pending(office.now)

        def killed(*_, **__):
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(Webhook, "send", killed)
            with pytest.raises(SystemExit):
                service.deliver(office.now)
        assert service.deliver(office.now) == 0, "it is leased"
        assert service.deliver(office.later(minutes=2)) == 1
        assert len(heard) == 1


def test_only_the_matters_and_the_cases_that_a_partner_asked_for(office, put, client, at):
    at(office.now)
    with listening() as (url, heard):
        put(url, wishes={"matters": ["0102"], "events": ["received"]})
        put(url, code="own", wishes={"only_own": True, "events": ["moved"]})
        office.receive("路灯", matter="0101", kind="complaint")
        office.receive("噪声", matter="0102", kind="complaint")
        door(client, office, "m1", "case.create", {"number": "X-1", "text": "路灯不亮"}, code="own")
        mine = Case.objects.get(external_number="X-1")
        office.move(str(mine.pk), "accept", matter="0101", kind="complaint")
        told(office, heard)
    assert [data.get("matter") for mark, _, data in heard if mark.startswith("county")] == ["0102"]
    own = [data for mark, _, data in heard if mark.startswith("own")]
    assert {data["your_number"] for data in own} == {"X-1"}
    assert own[-1]["state"] == "accepted"


def test_an_event_delivered_twice_queues_its_pieces_once(office, put):
    put("http://127.0.0.1:9/")
    office.now = datetime.now(UTC)
    office.receive()
    deliver_pending(office.now)
    count = Piece.objects.count()
    from gezhi.trust.service import Event

    piece = Piece.objects.order_by("id").first()
    event = Event(int(piece.key[1:]), piece.kind, 1, "case", str(piece.case_id), piece.facts, office.now)
    service.hear(event)
    assert Piece.objects.count() == count > 0


def test_the_page_says_why_a_piece_was_left_in_words(office, put, client, at):
    put()
    at(office.now)
    door(client, office, "m1", "case.supplement", {"number": "X-1", "words": "还是不亮"})
    grant_post("sue", "sysadmin", "city", actor=SYSTEM, now=office.now)
    client.force_login(office.users["sue"])
    page = client.get("/desk/partners/county/").content.decode()
    assert "没有对方编号为 X-1 的件" in page
    assert "还是不亮" not in page
    key = Piece.objects.get().pk
    tried = client.post(f"/desk/partners/county/{key}/again/", follow=True).content.decode()
    assert "又试了一次，仍被拒" in tried
    assert client.get("/desk/partners/nobody/").status_code == 404
