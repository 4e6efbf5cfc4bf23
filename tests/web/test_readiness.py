"""Alive and ready: what proxies, containers and monitoring are told, and how little."""

import json
import threading
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection

from gezhi.web import readiness

WHOLE = {"database": "ok", "worker": "ok", "ledger": "ok", "disk": "ok"}


@pytest.fixture(autouse=True)
def fresh():
    readiness.RECENT.forget()
    yield
    readiness.RECENT.forget()


def heartbeat(age):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))", [age]
        )


def asked(client, path="/readyz"):
    readiness.RECENT.forget()
    response = client.get(path)
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    assert "gezhi_session" not in response.cookies
    return response.status_code, response.json()


def test_alive_without_a_database(client):
    assert asked(client, "/healthz") == (200, {"status": "ok"})
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_ready_when_all_is_well_in_words_alone(client):
    heartbeat(5)
    assert asked(client) == (200, {"ready": True, "checks": WHOLE})


@pytest.mark.django_db
def test_a_worker_that_is_not_there_or_silent_is_told_and_is_not_the_web_process_own_fault(client):
    assert asked(client) == (503, {"ready": False, "checks": {**WHOLE, "worker": "missing"}})
    heartbeat(600)
    assert asked(client)[1]["checks"]["worker"] == "silent"
    assert asked(client, "/readyz?for=web") == (200, {"ready": True, "checks": {"database": "ok"}})
    heartbeat(1)
    assert asked(client)[0] == 200


@pytest.mark.django_db
def test_tables_behind_the_code_are_not_ready(client, monkeypatch):
    heartbeat(1)
    monkeypatch.setattr(readiness, "last_migrations", lambda: frozenset({("loop", "9999_from_tomorrow")}))
    assert asked(client, "/readyz?for=web") == (503, {"ready": False, "checks": {"database": "behind"}})


@pytest.mark.django_db
def test_the_last_migrations_are_those_on_disk():
    assert ("sessions", "0001_initial") in readiness.last_migrations()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        assert readiness.last_migrations() <= set(cursor.fetchall())


@pytest.mark.django_db
def test_a_ledger_that_stops_acts_is_not_ready(client, monkeypatch, settings):
    heartbeat(1)
    monkeypatch.setattr(
        readiness.service, "ledger_status", lambda: {"oldest_unsealed_seconds": settings.GEZHI_SEAL_LIMIT + 1}
    )
    assert asked(client) == (503, {"ready": False, "checks": {**WHOLE, "ledger": "stale"}})


@pytest.mark.django_db
def test_a_full_disk_is_not_ready(client, monkeypatch):
    heartbeat(1)
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**8))
    assert asked(client) == (503, {"ready": False, "checks": {**WHOLE, "disk": "full"}})


def test_a_database_that_is_away_is_said_without_its_reason(client, monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError("password for gezhi_app at 10.0.0.7")

    monkeypatch.setattr(readiness, "connection", Away())

    def away():
        raise DatabaseError("password for gezhi_app at 10.0.0.7")

    monkeypatch.setattr(readiness.service, "ledger_status", away)
    status, said = asked(client)
    assert (status, said["ready"]) == (503, False)
    assert said["checks"] == {"database": "away", "worker": "away", "ledger": "away", "disk": "ok"}
    assert "10.0.0.7" not in json.dumps(said)


def test_asking_often_costs_one_look_a_second(monkeypatch):
    looks, moment = [], [100.0]
    monkeypatch.setattr(readiness, "look", lambda names: looks.append(names) or {"database": "ok"})
    recent = readiness.Recent(clock=lambda: moment[0])
    for _ in range(50):
        recent.of(readiness.FOR_WEB)
    assert len(looks) == 1
    moment[0] += 1.1
    recent.of(readiness.FOR_WEB)
    assert len(looks) == 2


def test_while_one_looks_the_others_take_the_former_answer(monkeypatch):
    moment, release = [0.0], threading.Event()
    recent = readiness.Recent(clock=lambda: moment[0])
    answers = iter([{"database": "ok"}, {"database": "away"}])

    def slow(names):
        answer = next(answers)
        if answer["database"] == "away":
            release.wait(20)
        return answer

    monkeypatch.setattr(readiness, "look", slow)
    recent.of(readiness.FOR_WEB)
    moment[0] += 2
    thread = threading.Thread(target=recent.of, args=(readiness.FOR_WEB,))
    thread.start()
    while not recent.making.locked():
        pass
    assert recent.of(readiness.FOR_WEB) == {"database": "ok"}
    release.set()
    thread.join()
    assert recent.of(readiness.FOR_WEB) == {"database": "away"}
