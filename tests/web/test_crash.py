"""kill -9 of every process while reports pour in: what was promised is there, once and whole; a backup likewise."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from running_installation import Installation, wait_until

from gezhi.kit.config import read
from gezhi.kit.database.folders import socket_folder
from gezhi.kit.database.session import opened

pytestmark = pytest.mark.slow
PORT = "18461"
COUNT, THREADS = 200, 24
PATIENCE = 240.0
SEED = """
import django
django.setup()
from datetime import UTC, datetime
from django.apps import apps
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post
from gezhi.trust.service.users import create_token
root, now = Actor.system("tests"), datetime.now(UTC)
top = apps.get_model("trust", "Unit").objects.get(parent=None)
apps.get_model("trust", "User").objects.create(username="olive", display_name="Olive", unit=top)
grant_post("olive", "operator", top.code, actor=root, now=now)
print(create_token("olive", "tests", actor=root, now=now))
"""
WHOLE = {
    "cases without their first step": "SELECT count(*) FROM loop_case c WHERE NOT EXISTS "
    "(SELECT FROM loop_step s WHERE s.case_id = c.id AND s.no = 1 AND s.move = 'receive')",
    "cases whose last step is not there": "SELECT count(*) FROM loop_case c WHERE c.last <> "
    "(SELECT count(*) FROM loop_step s WHERE s.case_id = c.id)",
    "cases without words": "SELECT count(*) FROM loop_case c WHERE NOT EXISTS "
    "(SELECT FROM loop_casetext t WHERE t.case_id = c.id AND t.search <> '')",
    "cases without their event": "SELECT count(*) FROM loop_case c WHERE (SELECT count(*) FROM trust_outbox o "
    "WHERE o.subject_id = c.id::text AND o.topic = 'case.received') <> 1",
    "cases without a clock": "SELECT count(*) FROM loop_case c WHERE c.due_at IS NOT NULL AND NOT EXISTS "
    "(SELECT FROM loop_caseclock k WHERE k.case_id = c.id)",
    "steps without their ledger record": "SELECT count(*) FROM loop_step s WHERE NOT EXISTS "
    "(SELECT FROM ledger_record r WHERE r.id = s.record AND r.subject_id = s.case_id::text)",
    "ledger records of no step": "SELECT count(*) FROM ledger_record r WHERE r.act = 'case.receive' AND NOT EXISTS "
    "(SELECT FROM loop_step s WHERE s.record = r.id)",
    "events of no case": "SELECT count(*) FROM trust_outbox o WHERE o.topic LIKE 'case.%' AND NOT EXISTS "
    "(SELECT FROM loop_case c WHERE c.id::text = o.subject_id)",
    "requesters of no case": "SELECT count(*) FROM trust_requester q WHERE NOT EXISTS "
    "(SELECT FROM loop_case c WHERE c.requester_id = q.id)",
    "keys claimed for no case": "SELECT count(*) FROM trust_idempotency_key k WHERE k.act LIKE 'case.create%' "
    "AND NOT EXISTS (SELECT FROM loop_case c WHERE c.id::text = k.result ->> 'case')",
}


class Senders:
    """Reports sent by many threads at once, each sent again under its key until it is answered."""

    def __init__(self, token, name):
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.name = name
        self.answered = {}  # number → (id, number of the case), once the product has promised it
        self.seen = Counter()  # statuses, 0 for a broken connection
        self.lock = threading.Lock()

    def post(self, number):
        body = {"text": f"第{number}号：路口信号灯不亮，车辆抢行。", "name": "王小明", "phone": f"139{number:08}"}
        link = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=20)
        try:
            headers = {**self.headers, "Idempotency-Key": f"{self.name}-{number}"}
            link.request("POST", "/api/v1/loop/cases", json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if answer.status < 300 else text
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            link.close()

    def send(self, number):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status, body = self.post(number)
            with self.lock:
                self.seen[status] += 1
                if status in (200, 201):
                    self.answered[number] = (body["id"], body["number"])
                    return
            time.sleep(0.2)
        raise AssertionError((number, self.seen))

    def wait(self, count):
        wait_until(lambda: len(self.answered) >= count, PATIENCE)


@contextmanager
def database(office):
    """The database of an installation, whether something runs it or not."""
    settings = read(office.environment)
    with opened(settings), psycopg.connect(
        host=str(socket_folder(settings.data)), dbname="gezhi", user="postgres", autocommit=True
    ) as connection:  # fmt: skip
        yield connection


def one(connection, query, *parameters):
    return connection.execute(query, parameters or None).fetchone()[0]  # no parameters: % stands for itself


def faults(connection):
    """What is half-written, by name."""
    counts = {what: one(connection, query) for what, query in WHOLE.items()}
    return {what: count for what, count in counts.items() if count}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("crash")


@pytest.fixture(scope="module")
def office(folder):
    office = Installation(folder / "data")
    office.run("init")
    office.serve("--port", PORT)
    assert office.address.endswith(f":{PORT}/"), "the port is free"
    yield office
    office.end()


@pytest.fixture(scope="module")
def token(office):
    environment = {**office.environment, "DJANGO_SETTINGS_MODULE": "gezhi.web.settings"}
    done = subprocess.run([sys.executable, "-c", SEED], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def kill_all_in_turn(office, senders):
    """Web, worker, database and `serve` itself, each while reports are under way."""
    for name, at in (("web", 25), ("worker", 60)):
        senders.wait(at)
        first = office.process(name)
        office.kill(first)
        wait_until(lambda name=name, first=first: office.process(name) not in {None, first})
    senders.wait(95)
    first = office.database()
    office.kill(first)
    wait_until(lambda: office.database() not in {None, first})
    senders.wait(135)
    office.kill(office.serving.pid)
    office.serving.wait()
    office.serve("--port", PORT)


def test_what_was_answered_is_there_once_and_whole_whatever_is_killed(office, token):
    senders = Senders(token, "crash")
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(senders.send, number) for number in range(COUNT)]
        kill_all_in_turn(office, senders)
        for job in jobs:
            job.result()
    assert senders.seen[0] > 0, "some connections were broken, else nothing was tried"
    assert set(senders.seen) <= {0, 200, 201, 503}, senders.seen
    with database(office) as connection:
        stored = connection.execute("SELECT id::text, number FROM loop_case").fetchall()
        assert len(stored) == COUNT, "each report once, however often it was sent"
        assert set(stored) == set(senders.answered.values())
        assert faults(connection) == {}
        wait_until(lambda: one(connection, "SELECT count(*) FROM ledger_pending") == 0, 60)
        undelivered = "SELECT count(*) FROM trust_delivery WHERE state <> 'done'"
        wait_until(lambda: one(connection, "SELECT count(*) FROM trust_outbox_pending") == 0, 60)
        wait_until(lambda: one(connection, undelivered) == 0, 90)
    office.run("ledger", "verify")
    office.run("loop", "replay", "--check")


def test_the_search_for_halves_finds_them(office, token):
    """Each of the questions above is asked about a case that was cut in two; afterwards all is as before."""
    with database(office) as connection, connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL session_replication_role = replica")
        case = one(connection, "SELECT id FROM loop_case LIMIT 1")
        connection.execute("DELETE FROM loop_step WHERE case_id = %s", [case])
        connection.execute("DELETE FROM loop_casetext WHERE case_id = %s", [case])
        connection.execute("DELETE FROM trust_outbox WHERE subject_id = %s", [str(case)])
        connection.execute("DELETE FROM loop_caseclock WHERE case_id = %s", [case])
        found = set(faults(connection))
        other = one(connection, "SELECT id FROM loop_case WHERE id <> %s LIMIT 1", case)
        connection.execute("DELETE FROM loop_case WHERE id = %s", [other])
        connection.execute("DELETE FROM ledger_record WHERE subject_id = %s", [str(other)])
        found |= set(faults(connection))
    assert found == set(WHOLE)
    with database(office) as connection:
        assert faults(connection) == {}


def test_a_backup_under_load_restores_to_a_whole_installation(office, token, folder):
    senders = Senders(token, "backup")
    stop = threading.Event()

    def pour(first):
        number = first
        while not stop.is_set():
            senders.send(number)
            number += 4

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(pour, first) for first in range(4)]
        try:
            senders.wait(8)
            promised = set(senders.answered.values())
            archive = folder / "under-load.gezhi"
            office.run("backup", "--with-keys", str(archive), GEZHI_BACKUP_PASSPHRASE="long enough")
            during = len(senders.answered) - len(promised)
        finally:
            stop.set()
        for job in jobs:
            job.result()
    assert during > 0, "the backup was taken under load"
    copy = Installation(folder / "copy")
    try:
        copy.run("restore", str(archive), GEZHI_BACKUP_PASSPHRASE="long enough")
        with database(copy) as connection:
            stored = set(connection.execute("SELECT id::text, number FROM loop_case").fetchall())
            assert promised <= stored
            assert faults(connection) == {}
            for arguments in (["check"], ["ledger", "verify"], ["loop", "replay", "--check"]):
                copy.run(*arguments)
    finally:
        copy.end()
