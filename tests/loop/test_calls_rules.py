"""The pure rules of the telephone part: a call out of its events, signatures, shifts, addresses of recordings."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.loop.calls.rules import recordings, rota, signature
from gezhi.loop.calls.rules.folding import DIRECTIONS, EVENTS, LIVE, STATES, Told, fold

START = datetime(2026, 3, 2, 1, tzinfo=UTC)


def told(event, after=0, **more):
    return Told(event, START + timedelta(seconds=after), **more)


@st.composite
def calls(draw):
    """Any set of events of one call, whatever their moments say."""
    names = draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=6, unique=True))
    direction = draw(st.sampled_from(DIRECTIONS))
    seconds = st.none() | st.integers(0, 4000)
    return [
        Told(
            name,
            START + timedelta(seconds=draw(st.integers(-50, 5000))),
            direction,
            draw(st.sampled_from(["", "8001", "8002"])),
            draw(st.sampled_from(["", "public"])),
            draw(seconds),
            draw(seconds),
            draw(st.integers(1, 5)) if name == "rated" else None,
        )
        for name in names
    ]


@given(calls(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_call(events, chance):
    mixed = list(events)
    chance.shuffle(mixed)
    assert fold(mixed) == fold(events)


@given(calls())
def test_a_call_is_always_whole(events):
    call = fold(events)
    assert call.state in STATES
    assert call.began_at == min(one.at for one in events)
    assert (call.wait_s or 0) >= 0
    assert (call.talk_s or 0) >= 0
    over = {"ended", "rated"} & {one.event for one in events}
    if over:
        assert call.state not in LIVE
    if any(one.event == "answered" for one in events):
        assert call.state in ("talking", "ended")
    assert call.agent in {"", *(one.agent for one in events)}


@given(calls())
def test_an_event_more_never_unanswers_a_call(events):
    if fold(events).state in ("talking", "ended"):
        rest = [name for name in EVENTS if name not in {one.event for one in events}]
        for name in rest:
            more = [
                *events,
                Told(name, START + timedelta(seconds=6000), events[0].direction, rating=3 if name == "rated" else None),
            ]
            assert fold(more).state in ("talking", "ended")


@pytest.mark.parametrize(
    ("events", "state", "wait", "talk"),
    [
        ([told("ringing")], "ringing", None, None),
        ([told("ringing"), told("answered", 9)], "talking", 9, None),
        ([told("ringing"), told("answered", 9, queue_s=21)], "talking", 21, None),
        ([told("ringing"), told("answered", 9), told("ended", 69)], "ended", 9, 60),
        ([told("ended", 69, talk_s=60)], "ended", None, 60),
        ([told("ringing"), told("ended", 69, talk_s=60)], "ended", 9, 60),
        ([told("ringing"), told("ended", 30)], "missed", 30, None),
        ([told("missed", 30)], "missed", None, None),
        ([told("ringing"), told("missed", 20), told("answered", 25)], "talking", 25, None),
        ([told("ringing", direction="out"), told("ended", 30, direction="out")], "not_reached", 30, None),
        ([told("ended", 5, talk_s=0), told("ringing")], "missed", 5, 0),
        ([told("answered", 60), told("ended", 20)], "ended", None, 0),  # two clocks that disagree
        ([told("rated", 90, rating=5)], "ended", None, None),
    ],
)
def test_states_by_example(events, state, wait, talk):
    call = fold(events)
    assert (call.state, call.wait_s, call.talk_s) == (state, wait, talk)


def test_whoever_a_call_was_passed_to_has_it():
    events = [told("ringing", agent="8001"), told("answered", 5, agent="8001"), told("transferred", 50, agent="8002")]
    assert fold(events).agent == "8002"
    assert fold([*events, told("ended", 90, agent="8001")]).agent == "8002"


# ---- the signature


def refusal(*args, **kwargs):
    with pytest.raises(Refused) as caught:
        signature.check(*args, **kwargs)
    return caught.value.code


def test_a_signature_holds_for_its_moment_and_its_body_alone():
    stamp = str(int(START.timestamp()))
    good = signature.signature("key", stamp, b"{}")
    signature.check(["other", "key"], stamp, good, b"{}", START + timedelta(minutes=5))
    assert refusal(["key"], stamp, good, b"{ }", START) == "cti-signature"
    assert refusal(["other"], stamp, good, b"{}", START) == "cti-signature"
    later = str(int(stamp) + 1)
    assert refusal(["key"], later, good, b"{}", START) == "cti-signature"
    assert refusal(["key"], stamp, good, b"{}", START + timedelta(minutes=5, seconds=1)) == "cti-stale"
    assert refusal(["key"], stamp, good, b"{}", START - timedelta(minutes=6)) == "cti-stale"
    for broken in ("", "abc", "-5", "9" * 40, "１２３"):
        assert refusal(["key"], broken, good, b"{}", START) == "cti-signature"
    assert refusal(["key"], stamp, "sha256=ü", b"{}", START) == "cti-signature"


# ---- shifts


@given(st.times(), st.times(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_shift_ends_after_it_begins_and_within_a_day(starts, ends, day):
    one = rota.span(1, starts, ends, day, "Asia/Shanghai")
    assert timedelta(0) < one.until - one.since <= timedelta(days=1)


def test_a_night_shift_lasts_until_the_next_morning():
    over = rota.span(9, time(22), time(6), date(2026, 3, 2), "Asia/Shanghai")
    assert over.until == datetime(2026, 3, 2, 22, tzinfo=UTC)
    assert not rota.is_late(over, over.until)
    assert rota.is_late(over, over.until + rota.LATE)


# ---- recordings


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/1.wav",
        "https://rec.example.cn.evil.example/1.wav",
        "file:///etc/passwd",
        "//rec.example.cn/1",
        "https://rec.example.cn:8443/1.wav",
        "https://user@rec.example.cn/1.wav",
        "gopher://rec.example.cn/",
        "",
        "https://evil.example\\@rec.example.cn/",
        "https://rec.example.cn:x/",
        "http://[::1]/",
        "https://rec.example.cn/ 1.wav",
        "ftp://rec.example.cn/1.wav",
    ],
)
def test_recordings_come_from_named_hosts_alone(url):
    with pytest.raises(Refused, match="recording-host"):
        recordings.checked(url, ["rec.example.cn"])


def test_a_host_may_be_named_with_its_port():
    assert recordings.checked("http://rec:9000/1.wav", ["rec:9000"])
    assert recordings.checked("https://REC.example.cn/1.wav", ["rec.example.cn"])
    with pytest.raises(Refused):
        recordings.checked("http://rec/1.wav", ["rec:9000"])
