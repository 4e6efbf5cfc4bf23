"""After a person is erased nothing is left of the calls either: number, recording, file of a call asked for, hashes."""

import pytest
from calls_helpers import CTI, tell
from test_erasure import found

from gezhi.loop.calls import store
from gezhi.loop.calls.service import dialing, linking
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.calls.service.rostering import put_extension
from gezhi.loop.models import Call, CallEvent, Case, Ringback
from gezhi.loop.service.receiving import Report
from gezhi.loop.service.registering import register
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor

PHONE, URL = "13907081234", "https://rec.example.cn/1.wav"
LEFT = {PHONE, PHONE[3:], "rec.example.cn", "139****1234"}


@pytest.fixture
def spoken(office, settings, tmp_path):
    """A call with a recording that brought a case, a missed call of the same person, a call asked for."""
    settings.GEZHI_DATA = tmp_path
    put_extension(office.users["olive"].pk, "8001", actor=office.actor("dora"), now=office.now)
    olive = office.actor("olive")
    call = tell(office, "answered", caller=PHONE)
    done = linking.bound(
        call.pk, lambda: register(Report(text="路灯不亮", phone=PHONE), "keep", actor=olive, now=office.now).moved,
        actor=olive, now=office.now,
    )  # fmt: skip
    tell(office, "ended", caller=PHONE, after=60, talk_s=60, recording_url=URL)
    tell(office, "missed", call="m1", caller=PHONE, after=400)
    asked = dialing.dial_case(done.case, "handling", actor=olive, now=office.now)
    dialing.carry_out(asked, actor=Actor.system("loop"), now=office.now)
    return done.case


def wipe(requester, office):
    trust.erase(requester, actor=Actor.system("tests"), now=office.later(days=1))
    for _ in range(3):  # the call's own key is erased by the handler, and that erasure is told too
        trust.deliver_pending(office.now)


def test_nothing_is_left_of_a_call_after_its_case_is_erased(office, spoken):
    assert list(dialing.folder().glob("*.json"))
    wipe(Case.objects.get(pk=spoken).requester_id, office)
    assert found(LEFT) == []
    call = Call.objects.select_related("requester").get(call_id="c1")
    assert call.requester.wrapped_key is None, "the call's own key is destroyed with that of its case"
    assert (call.recorded, {one.digest for one in store.events(call)}) == (False, {None})
    assert {one.sealed for one in store.events(call)} == {None}
    assert not list(dialing.folder().glob("*.json")), "the file with the number is taken back"
    other = Call.objects.select_related("requester").get(call_id="m1")
    assert other.requester.wrapped_key is not None, "another call is another requester, as another case would be"
    wipe(other.requester_id, office)
    assert trust.find_by_phone(PHONE) == []
    assert Ringback.objects.get().state == "void"
    assert CallEvent.objects.exclude(sealed=None).count() == 0


def test_events_after_an_erasure_write_nothing_of_the_person(office, spoken):
    call = Call.objects.get(call_id="c1")
    wipe(Case.objects.get(pk=spoken).requester_id, office)
    body = {
        "call_id": "c1", "event": "rated", "at": office.now, "direction": "in", "caller": PHONE, "called": "12345",
        "agent": "8001", "skill": "", "queue_s": None, "talk_s": None, "recording_url": URL, "rating": 5,
    }  # fmt: skip
    hear(body, actor=CTI, now=office.now)
    assert Call.objects.get(pk=call.pk).rating == 5
    assert found(LEFT) == []
    again = hear({**body, "event": "answered", "rating": None}, actor=CTI, now=office.now)
    assert again.repeated, "an old event told again is what was kept, though its content can no longer be compared"
