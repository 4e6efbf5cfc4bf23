"""The telephone part over HTTP: the door, the bar that rings, lists, recordings, calling back, figures, shifts."""

import http.server
import json
import threading
from datetime import timedelta

import pytest
from calls_helpers import PHONE, body, browser, post, tell, whole_day, with_telephones
from django.apps import apps
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flat import flat
from gezhi.kernel.errors import Refused
from gezhi.loop.calls import secret, use
from gezhi.loop.calls.service import dialing
from gezhi.loop.calls.service.rostering import put_extension
from gezhi.loop.models import Call, Case, Dial, Ringback
from gezhi.trust.rules import Actor


@pytest.fixture
def desk(office, settings, tmp_path):
    settings.GEZHI_KEYS, settings.GEZHI_DATA = tmp_path / "keys", tmp_path
    yield with_telephones(office)
    use.look_again()


@pytest.fixture
def site(desk):
    return lambda name: browser(desk, name)


# ---- the door


def test_a_signed_event_is_taken_once(desk):
    said = body(desk, "ringing")
    first, again = (post(Client(), said, now=timezone.now()) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert first.json() | {"repeated": True} == again.json()
    assert first.json()["agent_known"] is True
    other = post(Client(), {**said, "agent": "8002"}, now=timezone.now())
    assert (other.status_code, other.json()["code"]) == (409, "cti-conflict")
    assert PHONE not in other.content.decode()


def test_what_is_not_signed_is_refused_by_name(desk):
    said, now = body(desk, "ringing"), timezone.now()
    plain = Client().post("/api/cti/events", b"{}", content_type="application/json")
    assert (plain.status_code, plain.json()["code"]) == (401, "cti-signature")
    wrong = post(Client(), said, now=now, key="another")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "cti-signature")
    old = post(Client(), said, now=now, stamp=str(int(now.timestamp()) - 301))
    assert (old.status_code, old.json()["code"]) == (401, "cti-stale")
    assert not Call.objects.exists()
    zh = post(Client(headers={"Accept-Language": "zh-hans"}), said, now=now, key="another")
    assert "签名" in zh.json()["message"]
    assert Client().get("/api/cti/events").status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        {"event": "dropped"},
        {"call_id": ""},
        {"call_id": "x" * 81},
        {"at": "2026-03-02T09:00:00"},
        {"talk_s": -1},
        {"rating": 6, "event": "rated"},
        {"event": "rated"},
        {"rating": 3},
        {"surprise": 1},
        {"caller": "a" * 9},
        {"agent": "x\x00"},
        {"queue_s": 10**9},
    ],
)
def test_what_does_not_fit_is_refused_without_being_said_again(desk, change):
    answer = post(Client(), {**body(desk, "ringing"), **change}, now=timezone.now())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert PHONE not in answer.content.decode()
    assert not Call.objects.exists()


def test_the_secret_is_changed_without_losing_an_event(desk):
    from gezhi.loop.calls.service.rotating import rotate

    old, now = secret.present(), timezone.now()
    fresh = rotate(actor=Actor.system("loop"), now=now)
    assert fresh != old
    assert secret.accepted(now + timedelta(minutes=59)) == [fresh, old]
    assert secret.accepted(now + timedelta(minutes=61)) == [fresh]
    assert post(Client(), body(desk, "ringing"), now=now, key=old).status_code == 200
    rotate(at_once=True, actor=Actor.system("loop"), now=now)
    assert post(Client(), body(desk, "ended", after=5), now=now, key=fresh).json()["code"] == "cti-signature"
    keys = secret._path("x").parent
    assert (keys / "cti.secret").stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700


# ---- the bar


def test_the_bar_rings_for_who_has_a_telephone_and_takes_one_statement(desk, site):
    """Whether or not a roster is kept: who steps in for somebody must hear the call too."""
    olive = site("olive")
    page = olive.get("/desk/")
    assert 'data-ring="/desk/calls/ring/"' in page.content.decode()
    address = olive.get("/desk/calls/ring/").json()["watch"]
    assert Client().get(address).status_code == 204
    desk.receive(phone=PHONE, matter="0101")
    tell(desk, "ringing")
    with CaptureQueriesContext(connection) as captured:
        bar = Client().get(address, headers={"Cookie": "gezhi_language=en"})
    assert len(captured) == 1, [query["sql"][:80] for query in captured]
    text = bar.content.decode()
    assert "138****6207" in text
    assert "1 earlier case" in text
    assert PHONE not in text
    assert Client().get(f"{address[:-2]}x/").status_code == 410
    whole_day(desk, "olive")
    assert site("dora").get("/desk/calls/ring/").status_code == 200, "Dora stands on no shift today"
    put_extension(desk.users["dora"].pk, "", actor=desk.actor("dora"), now=desk.now)
    assert site("dora").get("/desk/calls/ring/").status_code == 204, "no telephone"


def test_the_call_screen_opens_with_number_cases_and_call(desk, site):
    case = desk.receive("楼道灯坏了", phone=PHONE, matter="0101")
    call = tell(desk, "answered")
    olive = site("olive")
    page = olive.get(f"/desk/call/?call={call.pk}")
    assert page.context["f"]["phone"]["value"] == PHONE
    assert [str(row["id"]) for row in page.context["past"]] == [case]
    assert f'name="call" value="{call.pk}"' in flat(page.content.decode())
    assert f'data-draft="call-{call.pk}"' in page.content.decode()
    form = {"key": page.context["key"], "call": str(call.pk), "phone": PHONE, "text": "路灯不亮", "ending": "receive"}
    for _ in range(2):
        assert olive.post("/desk/call/", form).status_code == 302
    assert Case.objects.count() == 2
    made = Call.objects.get(pk=call.pk).case
    assert made is not None
    assert site("dora").get(f"/desk/call/?call={call.pk}").status_code == 404
    assert "Telephone" in site("dora").get(f"/desk/{made.pk}/").content.decode()


def test_a_call_that_rings_opens_without_the_words_of_another(desk, site):
    call = tell(desk, "answered")
    olive = site("olive")
    old = {"key": "k-old", "phone": "13700000031", "name": "陈晓燕", "text": "火柴厂路的车位被锁住了"}
    olive.post("/desk/call/draft/", old)
    page = olive.get(f"/desk/call/?call={call.pk}")
    assert (page.context["f"]["phone"]["value"], page.context["f"]["text"]["value"]) == (PHONE, "")
    assert page.context["f"]["name"]["value"] == ""
    assert [one["phone"] for one in page.context["draft"]["others"]] == ["13700000031"]
    olive.post("/desk/call/draft/", {"key": "k-new", "call": str(call.pk), "phone": PHONE, "text": "路灯不亮"})
    again = olive.get(f"/desk/call/?call={call.pk}")
    assert again.context["f"]["text"]["value"] == "路灯不亮", "the same call after a crash"


# ---- a small office


def test_an_office_without_a_telephone_sees_nothing_of_it(office, settings):
    use.look_again()
    client = Client()
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    text = client.get("/desk/").content.decode()
    assert "/desk/calls/" not in text
    assert "/desk/shifts/" not in text
    use.look_again()


# ---- missed calls and calling back


def test_the_list_of_missed_calls_is_worked_off(desk, site):
    tell(desk, "missed", call="m1", caller="13900000001")
    tell(desk, "missed", call="m2", after=10)
    olive = site("olive")
    page = olive.get("/desk/calls/")
    assert [row["masked"] for row in page.context["missed"]] == ["139****0001", "138****6207"]
    assert PHONE not in page.content.decode()
    row = page.context["missed"][0]
    for _ in range(2):
        olive.post(f"/desk/calls/missed/{row['id']}/try/", {"key": row["key"], "outcome": "busy"})
    assert Ringback.objects.get(pk=row["id"]).tries == 1
    for _ in range(2):
        olive.post(f"/desk/calls/missed/{row['id']}/back/", {"key": f"{row['key']}b"})
    assert Dial.objects.count() == 1
    assert site("hugo").get("/desk/calls/").status_code == 403


def test_lists_take_a_constant_number_of_statements(desk, site):
    whole_day(desk, "olive")
    client = site("dora")

    def statements(path):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    paths = ("/desk/calls/", "/desk/calls/list/", "/desk/calls/figures/", "/desk/shifts/")
    tell(desk, "missed", call="a0", caller="13900000000")
    tell(desk, "answered", call="b0", caller="13800000000")
    before = [statements(path) for path in paths]
    for number in range(1, 6):
        tell(desk, "missed", call=f"a{number}", caller=f"1390000000{number}")
        tell(desk, "answered", call=f"b{number}", caller=f"1380000000{number}", agent=f"80{number:02}")
    assert [statements(path) for path in paths] == before
    assert max(before) <= 16


def test_a_call_asked_for_is_a_file_a_record_and_on_the_persons_list(desk):
    case = desk.to("handling")
    put_extension(desk.users["hugo"].pk, "8003", actor=desk.actor("dora"), now=desk.now)
    hugo = desk.actor("hugo")
    key = dialing.dial_case(case, "first_contact", actor=hugo, now=desk.now, key="d1")
    assert dialing.dial_case(case, "first_contact", actor=hugo, now=desk.now, key="d1") == key
    events = apps.get_model("trust", "Outbox").objects.filter(topic="call.asked")
    assert "1380000" not in json.dumps(list(events.values_list("payload", flat=True)))
    assert dialing.carry_out(key, actor=Actor.system("loop"), now=desk.now) == "sent"
    assert dialing.carry_out(key, actor=Actor.system("loop"), now=desk.now) == "sent"
    (file,) = dialing.folder().glob("*.json")
    said = json.loads(file.read_text())
    assert (said["extension"], said["number"]) == ("8003", "13800001234")
    assert file.stat().st_mode & 0o777 == 0o600
    reveals = apps.get_model("trust", "Reveal").objects.filter(case_id=case)
    assert [(row.purpose, row.fields) for row in reveals] == [("first_contact", "phone")]
    acts = apps.get_model("trust", "LedgerRecord").objects.filter(act__startswith="call.")
    assert [row.act for row in acts.order_by("pk")] == ["call.dial", "call.sent"]


def test_nobody_is_called_late_or_without_right(desk):
    case = desk.to("handling")
    with pytest.raises(Refused, match="no-extension"):
        dialing.dial_case(case, "handling", actor=desk.actor("hugo"), now=desk.now)
    put_extension(desk.users["hana"].pk, "8004", actor=desk.actor("dora"), now=desk.now)
    with pytest.raises(Refused, match="case-not-found"):
        dialing.dial_case(case, "handling", actor=desk.actor("hana"), now=desk.now)
    put_extension(desk.users["hugo"].pk, "8003", actor=desk.actor("dora"), now=desk.now)
    key = dialing.dial_case(case, "handling", actor=desk.actor("hugo"), now=desk.now)
    assert dialing.carry_out(key, actor=Actor.system("loop"), now=desk.now + timedelta(minutes=3)) == "late"
    assert not dialing.folder().exists()


def test_the_case_page_offers_to_call_without_showing_the_number(desk, site):
    tell(desk, "answered", call="x")
    case = desk.to("handling")
    put_extension(desk.users["hugo"].pk, "8003", actor=desk.actor("dora"), now=desk.now)
    use.look_again()
    hugo = site("hugo")
    page = hugo.get(f"/desk/{case}/")
    assert page.context["telephone"]["dial"] is True
    assert "13800001234" not in page.content.decode()
    answer = hugo.post(f"/desk/calls/case/{case}/", {"key": "k1", "purpose": "first_contact"})
    assert answer.status_code == 302
    assert Dial.objects.get().user_id == desk.users["hugo"].pk


# ---- recordings


@pytest.fixture
def recorder(settings):
    """A recording server on this machine: one sound, one redirect, one page that is no sound."""

    class Sound(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/away.wav":
                self.send_response(302)
                self.send_header("Location", "/1.wav")
                self.end_headers()
                return
            data = b"RIFF" + b"\x00" * 96
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path == "/page.wav" else "audio/wav")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sound)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    settings.GEZHI_RECORDING_HOSTS = frozenset([host])
    yield f"http://{host}"
    server.shutdown()
    server.server_close()
    thread.join()


def recorded(desk, url, call="r1"):
    tell(desk, "answered", call=call)
    made = tell(desk, "ended", call=call, after=30, talk_s=30, recording_url=url)
    case = desk.receive(phone=PHONE, matter="0101")
    Call.objects.filter(pk=made.pk).update(case=case)
    return made, case


def test_a_recording_is_heard_for_a_purpose_and_the_person_sees_it(desk, site, recorder):
    call, case = recorded(desk, f"{recorder}/1.wav")
    dora = site("dora")
    assert "1.wav" not in dora.get(f"/desk/calls/{call.pk}/listen/").content.decode()
    page = dora.post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"})
    text = page.content.decode()
    assert recorder not in text
    sound = dora.get(page.context["source"])
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/wav")
    assert b"".join(sound.streaming_content)[:4] == b"RIFF"
    assert site("sue").get(page.context["source"]).status_code == 404, "a hearing is one person's"
    reveals = apps.get_model("trust", "Reveal").objects.filter(case_id=case)
    assert [(row.purpose, row.fields) for row in reveals] == [("verification", "recording")]
    acts = apps.get_model("trust", "LedgerRecord").objects.filter(act="call.listen")
    assert acts.count() == 1
    who = Client().get(f"/f/{_token(case)}/who/", headers={"Cookie": "gezhi_language=en"})
    assert "recording" in who.content.decode()


def _token(case):
    from gezhi.loop.service import case_token

    return case_token(case)


def test_only_named_hosts_only_sound_and_no_way_round(desk, site, recorder, settings):
    dora = site("dora")
    for number, path in enumerate(("/away.wav", "/page.wav")):
        call, _ = recorded(desk, f"{recorder}{path}", call=f"r{number}")
        page = dora.post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"})
        assert dora.get(page.context["source"]).status_code == 502
    call, _ = recorded(desk, "http://127.0.0.1:1/secret.wav", call="r9")
    assert dora.post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"}).status_code == 409
    assert dora.get("/desk/calls/recording/forged/").status_code == 404
    stale = signing.dumps([str(call.pk), str(desk.users["olive"].pk)], salt="gezhi.calls.recording")
    assert dora.get(f"/desk/calls/recording/{stale}/").status_code == 404


def test_who_may_not_listen_hears_nothing(desk, site, recorder):
    call, case = recorded(desk, f"{recorder}/1.wav")
    assert site("olive").post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"}).status_code == 403
    assert "listen" not in site("olive").get(f"/desk/{case}/").content.decode()
    Case.objects.filter(pk=case).update(confidential=True)
    assert site("sue").post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"}).status_code == 403
    assert "Recording" not in site("sue").get(f"/desk/{case}/").content.decode()
    assert site("dora").post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"}).status_code == 200
