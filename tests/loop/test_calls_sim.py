"""The invented telephone system: believable, repeatable, and taken by the door as it is."""

from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime

import pytest
from calls_helpers import CTI

from gezhi.kernel.errors import Refused
from gezhi.kit.config import config
from gezhi.loop.calls import commands, sim
from gezhi.loop.calls.pages.door import parsed
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.models import Call

START = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_a_stream_is_in_order_and_the_same_for_the_same_seed():
    wish = sim.Wish(agents=["8001", "8002", "8003"], rate=0.5, seconds=600, seed=4)
    events = list(sim.stream(wish))
    assert events == list(sim.stream(wish))
    assert [second for second, _ in events] == sorted(second for second, _ in events)
    assert events != list(sim.stream(sim.Wish(agents=wish.agents, rate=0.5, seconds=600, seed=5)))


def test_a_stream_has_the_rate_the_share_and_the_talk_that_were_wished():
    wish = sim.Wish(agents=[str(number) for number in range(300)], rate=1.0, missed=0.2, talk=60, seconds=3000, seed=2)
    kinds = Counter(body["event"] for _, body in sim.stream(wish))
    assert 2700 < kinds["ringing"] < 3300
    assert 0.15 < kinds["missed"] / kinds["ringing"] < 0.25
    talks = sorted(body["talk_s"] for _, body in sim.stream(wish) if body["event"] == "ended")
    assert 50 < talks[len(talks) // 2] < 72


def test_nobody_has_two_calls_at_once():
    busy = {}
    for second, body in sim.stream(sim.Wish(agents=["8001", "8002"], rate=0.3, talk=20, seconds=2000, seed=9)):
        if body["event"] == "ringing":
            assert busy.get(body["agent"]) is None, second
            busy[body["agent"]] = body["call_id"]
        elif body["event"] in ("ended", "missed"):
            assert busy.pop(body["agent"]) == body["call_id"]


@pytest.mark.django_db
def test_the_door_takes_what_it_sends(office):
    import json

    wish = sim.Wish(agents=["8001"], rate=0.05, seconds=400, seed=3)
    for said in sim.moments(wish, START):
        event = parsed(json.dumps(said).encode()).model_dump()
        hear(event, actor=CTI, now=event["at"])
    states = Counter(Call.objects.values_list("state", flat=True))
    assert set(states) <= {"ended", "missed"}
    assert states["ended"] > 3


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GEZHI_DATA", str(tmp_path))
    config.cache_clear()
    (tmp_path / "run").mkdir()
    yield tmp_path / "run" / "serve.pid"
    config.cache_clear()


def sent_to(monkeypatch, *wishes):
    parser, went = ArgumentParser(), []
    commands.simulate_arguments(parser)
    monkeypatch.setattr(sim, "run", lambda wish, url, key, **more: went.append(url) or sim.Done())
    commands.simulate(parser.parse_args(["--secret", "s", *wishes]))
    return went


def test_the_stream_finds_the_port_that_the_site_really_has(folder, monkeypatch, capsys):
    folder.write_text("4711 http://127.0.0.1:8137/")
    assert sent_to(monkeypatch) == ["http://127.0.0.1:8137/"]
    assert sent_to(monkeypatch, "--url", "http://elsewhere:81") == ["http://elsewhere:81"]


@pytest.mark.parametrize("noted", ["", "4711 -"])
def test_where_nothing_runs_the_stream_says_how_to_name_the_place(folder, monkeypatch, noted):
    if noted:
        folder.write_text(noted)
    with pytest.raises(Refused, match="not-serving"):
        sent_to(monkeypatch)
