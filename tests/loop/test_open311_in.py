"""Requests of another city by Open311: every one once, however its server pages, repeats, cuts, stumbles or lies."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from loop_office import ROOT
from other_city import city

from gezhi.kernel.errors import Refused
from gezhi.loop.importing import mappings
from gezhi.loop.importing.running import Options
from gezhi.loop.models import Batch, Case, Step
from gezhi.loop.movein.rules import answers
from gezhi.loop.movein.service import georeport
from gezhi.loop.movein.service.asking import Asker
from gezhi.trust.service import open_text

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC)
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><service_requests>&b;</service_requests>'
LEAK = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><service_requests>&a;</service_requests>'


@pytest.fixture
def other():
    with city() as one:
        one.say("/services.json", "[]")
        yield one


class Waiting:
    """Sleeps not at all, and remembers how long it should have."""

    def __init__(self):
        self.seconds = []

    def __call__(self, seconds):
        self.seconds.append(seconds)


@pytest.fixture
def asker(other):
    return Asker(other.url, Waiting())


def window(**more):
    return georeport.Window(SINCE, UNTIL, **more)


def row(number, at=SINCE, **more):
    told = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"service_request_id": number, "status": "open", "service_name": "Street lights", "service_code": "L1",
            "description": f"lamp {number} is out", "requested_datetime": told, **more}  # fmt: skip


def numbers(asker, **more):
    return [one["service_request_id"] for one in georeport.requests(asker, window(**more))]


def within(rows, query, size=10_000):
    """The rows of a window, as an honest server gives them."""
    found = [r for r in rows if query["start_date"] <= r["requested_datetime"] <= query["end_date"]]
    page = int(query["page"])
    return found[(page - 1) * size : page * size]


def test_windows_are_asked_one_after_the_other_and_pages_to_their_end(other, asker):
    rows = [row(str(n), SINCE + timedelta(hours=n)) for n in range(1100)]
    other.say("/requests.json", lambda q: json.dumps(within(rows, q, 250)))
    assert numbers(asker) == [str(n) for n in range(1100)]
    spans = {(q["start_date"], q["end_date"]) for _, q, _ in other.asked}
    assert ("2026-01-01T00:00:00Z", "2026-01-30T23:59:59Z") in spans
    assert all(wait == 0.5 for wait in asker.wait.seconds)
    assert len(asker.wait.seconds) == len(other.asked) - 1


def test_a_server_that_pages_nothing_and_cuts_is_asked_for_shorter_windows(other, asker):
    rows = [row(str(n), SINCE + timedelta(minutes=20 * n)) for n in range(1500)]
    other.say("/requests.json", lambda q: json.dumps(within(rows, {**q, "page": "1"})[:100]))
    assert sorted(numbers(asker), key=int) == [str(n) for n in range(1500)]


def test_a_server_that_heeds_neither_page_nor_window_is_left_alone(other, asker):
    told = json.dumps([row(str(n)) for n in range(100)])
    other.say("/requests.json", lambda q: told)
    assert numbers(asker) == [str(n) for n in range(100)]
    assert len(other.asked) <= 60


def test_xml_is_read_where_json_is_not_spoken(other, asker):
    other.say("/services.json", (404, "no"))
    other.say("/services.xml", "<services><service><service_code>L1</service_code></service></services>")
    assert georeport.form_of(asker) == ("xml", [{"service_code": "L1"}])
    other.say("/requests.xml", "<service_requests><request><service_request_id>7</service_request_id>"
                               "<description/><status>open</status></request></service_requests>")  # fmt: skip
    assert list(georeport.requests(asker, window(form="xml"))) == [{"service_request_id": "7", "status": "open"}]


@pytest.mark.parametrize(("body", "why"), [
    ("<!doctype html><html><body>Sign in</body></html>", "xml"), ("<html><body>Sign in</body></html>", "html"),
    (BOMB, "xml"), (LEAK, "xml"), ("{broken", "json"), ('{"a": 1}', "shape"), ("[1, 2]", "shape"), ("", "json"),
    ('[{"id": 5}]', "shape"), ("路灯坏了".encode("gbk"), "encoding"), ("[" * 100_000, "json"),
])  # fmt: skip
def test_answers_that_are_none_are_told(other, asker, body, why):
    other.say("/requests.json", lambda _: body)
    with pytest.raises(Refused) as caught:
        numbers(asker)
    assert (caught.value.code, caught.value.facts["why"]) == ("movein-answer", why)


def test_a_busy_server_is_waited_for_and_a_dead_one_is_told(other, asker):
    told = iter([(429, ""), (503, ""), json.dumps([row("1")]), "[]"])
    other.say("/requests.json", lambda _: next(told))
    assert numbers(asker) == ["1"]
    assert 7.0 in asker.wait.seconds
    other.say("/requests.json", (500, "no"))
    with pytest.raises(Refused) as caught:
        numbers(asker)
    assert caught.value.facts["status_told"] == "500"
    other.say("/requests.json", (302, "http://169.254.169.254/"))
    with pytest.raises(Refused, match="movein-unreachable"):
        numbers(asker)
    with pytest.raises(Refused, match="movein-unreachable"):
        Asker("http://127.0.0.1:1", asker.wait).get("x")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://city.example", "city.example", "http://"])
def test_addresses_that_are_none(url):
    with pytest.raises(Refused, match="movein-address"):
        Asker(url, lambda _: None)


def test_a_key_goes_to_no_other_server(other):
    asker = Asker(other.url, lambda _: None, token="secret")
    with pytest.raises(Refused, match="movein-address"):
        asker.get("http://127.0.0.1:1/elsewhere")


def bring(asker, office, *, trial=False, **matters):
    saved = georeport.mapping_of()
    options = Options.of(saved, wishes={}, mode="", source="other", start_clocks=False)
    return georeport.bring(asker, window(), options, matters=matters, trial=trial, actor=ROOT, now=office.now)


def test_requests_become_cases_and_follow_what_happens_there(other, asker, office):
    rows = [row("a", lat=30.5, long=114.3, address="Main St 1"), row("b", service_name="Potholes", service_code="P"),
            row("c", description=None, status="closed", status_notes="mended",
                updated_datetime="2026-01-05T00:00:00Z", agency_responsible="urban")]  # fmt: skip
    other.say("/requests.json", lambda q: json.dumps(within(rows, q)))
    assert bring(asker, office, trial=True).created == 3
    assert Case.objects.count() == 0
    done = bring(asker, office, P="0102")
    assert (done.created, done.rejected) == (3, 0), done.rejects
    cases = {case.external_number: case for case in Case.objects.select_related("requester")}
    assert [cases[n].matter for n in "abc"] == ["0101", "0102", "0101"]
    assert (cases["a"].lat, cases["a"].received_at, cases["a"].dormant) == (30.5, SINCE, True)
    assert open_text(cases["a"].requester, cases["a"].story)["place"] == "Main St 1"
    assert (cases["c"].state, cases["c"].closed_at) == ("closed", datetime(2026, 1, 5, tzinfo=UTC))
    assert cases["c"].lead == office.units["urban"]
    again = bring(asker, office, P="0102")
    assert (again.created, again.already, again.updated) == (0, 3, 0)
    rows[0] |= {"status": "closed", "status_notes": "done", "updated_datetime": "2026-01-09T00:00:00Z"}
    assert bring(asker, office, P="0102").updated == 1
    case = Case.objects.get(external_number="a")
    assert case.state == "closed"
    assert open_text(case.requester, Step.objects.get(case=case, move="history").text.sealed)["reply"] == "done"
    assert Batch.objects.filter(state="done").count() == 3


def test_an_office_reads_them_by_a_mapping_of_its_own(other, asker, office):
    other.say("/requests.json", lambda q: json.dumps(within([row("a", zipcode="430000")], q)))
    own = georeport.mapping_of()
    columns = {**own.columns, "place": "zipcode"}
    mine = mappings.Saved("open311-server", columns, mode="update", header=own.header)
    mappings.keep(mine, actor=ROOT, now=office.now)
    assert bring(asker, office).created == 1
    case = Case.objects.select_related("requester").get()
    assert open_text(case.requester, case.story)["place"] == "430000"


def test_nothing_there_makes_no_batch(other, asker, office):
    other.say("/requests.json", "[]")
    assert bring(asker, office).read == 0
    assert not Batch.objects.exists()


def test_lists_that_have_a_name(other):
    assert answers.rows(b'{"requests": [{"a": 1}], "count": 1}', "request") == [{"a": 1}]
