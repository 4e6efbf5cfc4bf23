"""Our Open311 on a port: judged by a script written from the standard, and read by a client that others wrote."""

import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import open311_by_hand
import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

pytestmark = pytest.mark.slow


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served():
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, ipv6=False)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/open311/v2"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def city(committing_db, settings, tmp_path):
    """The small office of the loop's tests with a partner who has a key, on a port of its own."""
    sys.path.append(str(Path(__file__).parents[1] / "loop"))
    from django.utils import timezone
    from loop_office import ROOT, build_office

    from gezhi.loop.models import FormQuestion
    from gezhi.loop.store import content, numbers
    from gezhi.trust.service import acts
    from gezhi.trust.service.roles import grant_post
    from gezhi.trust.service.users import create_token

    settings.GEZHI_FILES = tmp_path
    settings.GEZHI_OPEN311 = "public"
    acts.look_again()
    numbers.forget()
    office = build_office()
    office.now = timezone.now()
    options = {"options": [{"code": "one", "zh": "一盏", "en": "One"}, {"code": "row", "zh": "一排", "en": "A row"}]}
    for at, (code, kind, required) in enumerate(
        [("many", "choice", True), ("which", "choices", True), ("since", "date", True), ("pole", "text", False),
         ("count", "number", True)]
    ):  # fmt: skip
        FormQuestion.objects.create(code=code, matter="0101", position=at, type=kind, required=required, pack="test",
                                    text_zh=code, extra=options if kind.startswith("choice") else {})  # fmt: skip
    content.forget()
    people = type(office.users["dora"]).objects
    people.create(username="app", display_name="City app", unit=office.units["centre"])
    grant_post("app", "partner", "city", actor=ROOT, now=office.now)
    office.key = create_token("app", "open311", actor=ROOT, now=office.now)
    with served() as url:
        office.url = url
        yield office
    content.forget()
    numbers.forget()


def test_it_is_what_the_standard_says(city):
    assert open311_by_hand.judge(city.url, city.key) == []


def test_the_script_sees_what_is_wrong(city, settings):
    """The judge is no friend of ours: another status, a hidden field, a word too many are all told."""
    settings.GEZHI_OPEN311 = "keys"
    faults = open311_by_hand.judge(city.url, city.key)
    assert any("requests.json: 403" in fault for fault in faults), faults


def test_a_client_written_by_others_reads_it(city):
    georeport = pytest.importorskip("georeport", reason="the client from PyPI is not installed")
    city.later(minutes=-5)
    case = city.to("closed")
    from gezhi.loop.models import Case

    number = Case.objects.get(pk=case).number
    for form in ("json", "xml"):
        client = georeport.GeoReport(city.url, output_format=form)
        codes = [one["service_code"] for one in client.get_service_list()]
        assert codes == ["0101", "0102", "02"]
        assert client.get_service_definition("0101")["service_code"] == "0101"
        one = client.get_service_request(number)
        assert (one["service_request_id"], one["status"], one["extended_status"]) == (number, "closed", "FIXED")
        many = client.get_service_requests(status="closed")
        many = many if isinstance(many, list) else [many]
        assert [row["service_request_id"] for row in many] == [number]
