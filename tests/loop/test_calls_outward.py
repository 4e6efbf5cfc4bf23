"""What the telephone part reaches out to: the address of calls asked for, recordings that drip; and what it forgets."""

import http.server
import json
import threading
import time
import urllib.error
from datetime import timedelta

import pytest
from calls_helpers import PHONE, browser, tell, with_telephones
from django.utils import timezone

from gezhi.loop.calls import secret, store, use
from gezhi.loop.calls.rules.signature import check
from gezhi.loop.calls.service import dialing, listening, rostering
from gezhi.loop.calls.service.rostering import put_extension
from gezhi.loop.models import Call, Case, Dial, Handover, Shift
from gezhi.trust.rules import Actor

LOOP = Actor.system("loop")


@pytest.fixture
def desk(office, settings, tmp_path):
    settings.GEZHI_KEYS, settings.GEZHI_DATA = tmp_path / "keys", tmp_path
    yield with_telephones(office)
    use.look_again()


class Server(http.server.ThreadingHTTPServer):
    """A telephone system on this machine; `answer` says what it does next."""

    daemon_threads = True

    def __init__(self):
        self.heard, self.answer, self.stop = [], 200, threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers, said))
        if self.path == "/drip":
            self.drip("text/plain")
            return
        self.send_response(302 if self.path == "/away" else self.server.answer)
        if self.path == "/away":
            self.send_header("Location", "/calls")
        self.end_headers()

    def do_GET(self):
        self.server.heard.append((self.path, self.headers, b""))
        self.drip("audio/wav")

    def drip(self, kind):
        """A byte now and then, for ever."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        while not self.server.stop.wait(0.1):
            try:
                self.wfile.write(b"R")
            except OSError:
                return

    def log_message(self, *args):
        pass


@pytest.fixture
def system(settings):
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.GEZHI_DIAL_URL = f"{server.url}/calls"
    settings.GEZHI_RECORDING_HOSTS = frozenset([server.url.removeprefix("http://")])
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


def asked_for(desk):
    put_extension(desk.users["hugo"].pk, "8010", actor=desk.actor("dora"), now=desk.now)
    case = desk.to("handling", desk.receive(phone=PHONE, matter="0101", kind="help"))
    return dialing.dial_case(case, "handling", actor=desk.actor("hugo"), now=desk.now)


def test_a_call_asked_for_is_posted_signed_and_once(desk, system, settings, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # whoever reads the environment would not get through
    key, now = asked_for(desk), desk.now + timedelta(seconds=3)
    system.answer = 503
    with pytest.raises(urllib.error.HTTPError):
        dialing.carry_out(key, actor=LOOP, now=now)
    assert Dial.objects.get().state == "asked", "what was not taken is tried again"
    system.answer = 200
    assert dialing.carry_out(key, actor=LOOP, now=now) == "sent"
    assert dialing.carry_out(key, actor=LOOP, now=now) == "sent"
    assert [path for path, _, _ in system.heard] == ["/calls", "/calls"]
    _, headers, said = system.heard[-1]
    told = json.loads(said)
    assert (told["id"], told["extension"], told["number"]) == (str(key), "8010", PHONE)
    stamp, given = headers["X-Gezhi-Timestamp"], headers["X-Gezhi-Signature"]
    check([secret.present()], stamp, given, said, now)  # refused where anything but the secret had signed it
    settings.GEZHI_DIAL_URL = f"{system.url}/away"
    other = asked_for(desk)
    with pytest.raises(urllib.error.HTTPError):
        dialing.carry_out(other, actor=LOOP, now=now)
    assert system.heard[-1][0] == "/away", "a number is not carried on to where an answer leads"


def test_an_answer_that_never_ends_holds_nobody(desk, system, settings):
    settings.GEZHI_DIAL_URL = f"{system.url}/drip"
    begun = time.monotonic()
    assert dialing.carry_out(asked_for(desk), actor=LOOP, now=desk.now) == "sent"
    assert time.monotonic() - begun < 5


def test_no_other_scheme_is_called(desk, settings, tmp_path):
    settings.GEZHI_DIAL_URL = f"file://{tmp_path}/calls"
    with pytest.raises(ValueError, match="no http address"):
        dialing.carry_out(asked_for(desk), actor=LOOP, now=desk.now)


def test_a_recording_that_drips_ends(desk, system, monkeypatch):
    monkeypatch.setattr(listening, "LONGEST", 0.5)
    tell(desk, "answered")
    call = tell(desk, "ended", after=30, talk_s=30, recording_url=f"{system.url}/slow.wav")
    begun = time.monotonic()
    _, _, sound = listening.fetched(call)
    assert set(b"".join(sound)) == set(b"R")
    assert time.monotonic() - begun < 3


def test_the_page_that_asks_for_what_is_as_closed_as_the_hearing(desk, system):
    tell(desk, "answered")
    call = tell(desk, "ended", after=30, talk_s=30, recording_url=f"{system.url}/1.wav")
    case = desk.receive(phone=PHONE, matter="0101")
    Call.objects.filter(pk=call.pk).update(case=case)
    sue, dora = browser(desk, "sue"), browser(desk, "dora")
    assert "138****6207" in sue.get(f"/desk/calls/{call.pk}/listen/").content.decode()
    Case.objects.filter(pk=case).update(confidential=True)
    assert sue.get(f"/desk/calls/{call.pk}/listen/").status_code == 403
    assert "138****6207" not in sue.get("/desk/calls/list/?what=offered").content.decode()
    assert "138****6207" in dora.get("/desk/calls/list/?what=offered").content.decode()


def test_a_call_whose_end_was_lost_rings_no_more_for_the_office(desk):
    tell(desk, "ringing", call="lost")
    tell(desk, "ringing", call="new", after=3700, caller="13900000001")
    now = desk.now + timedelta(seconds=3700)
    assert [call.call_id for call in store.live(now)] == ["new"]
    assert [call.call_id for call in store.live(desk.now)] == ["lost", "new"]


def test_other_times_of_a_shift_change_no_day_that_was_worked(desk):
    """Yesterday's figures and handover rest on yesterday's times."""
    dora, now = desk.actor("dora"), timezone.now()
    names = {"name_zh": "早班", "name_en": "Early", "active": True, "actor": dora}
    day = timezone.localtime(now).date() - timedelta(days=1)
    from datetime import time as hour

    row = rostering.put_shift(None, starts=hour(8), ends=hour(16), now=now, **names)
    for each in (day, day + timedelta(days=2)):
        rostering.put_on_duty(each, row.pk, [desk.users["olive"].pk], None, actor=dora, now=now)
    rostering.hand_over(day, row.pk, "一切正常", actor=desk.actor("olive"), now=now)
    fresh = rostering.put_shift(row.pk, starts=hour(9), ends=hour(17), now=now, **names)
    assert fresh.pk != row.pk
    row.refresh_from_db()
    assert (row.active, row.starts, fresh.active) == (False, hour(8), True)
    kept = dict(row.on_duty.values_list("day", "shift"))
    assert kept == {day: row.pk}
    assert list(fresh.on_duty.values_list("day", flat=True)) == [day + timedelta(days=2)]
    assert Handover.objects.get().shift_id == row.pk
    from gezhi.loop.calls.pages.figures import shifts_of

    spans = shifts_of(day, day + timedelta(days=1))
    assert [(one.shift, one.since.hour) for one in spans if one.day == day] == [(row.pk, 8)]
    assert [(one.shift, one.since.hour) for one in spans if one.day > day] == [(fresh.pk, 9)]
    same = rostering.put_shift(fresh.pk, starts=hour(9), ends=hour(17), now=now, **{**names, "name_zh": "上午班"})
    assert (same.pk, Shift.objects.count()) == (fresh.pk, 2)
