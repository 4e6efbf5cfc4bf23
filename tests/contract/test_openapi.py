"""Schemathesis attacks every operation of our OpenAPI as a person with every right; the server must never fail."""

import sys
from pathlib import Path

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings

pytestmark = pytest.mark.slow


@pytest.fixture
def api(db):
    sys.path.append(str(Path(__file__).parents[1] / "loop"))  # the small office of the loop's tests
    from django.core.wsgi import get_wsgi_application
    from loop_office import ROOT, build_office

    from gezhi.trust.service.roles import grant_post
    from gezhi.trust.service.users import create_token

    office = build_office()
    office.to("handling")
    office.users["root"] = type(office.users["dora"]).objects.create(
        username="root", display_name="Root", unit=office.units["city"]
    )
    grant_post("root", "dispatcher", "city", actor=ROOT, now=office.now)
    token = create_token("root", "attack", actor=ROOT, now=office.now)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)  # the test's transaction lives on this connection
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    schema.headers = {"Authorization": f"Bearer {token}"}
    yield schema
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def test_no_operation_fails(api):
    """One property per operation: whatever the schema allows or almost allows, the answer is below 500."""
    seen = []
    for result in api.get_all_operations():
        operation = result.ok()
        seen.append(operation.label)

        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def attack(case):
            response = case.call(headers=api.headers)
            assert response.status_code < 500, f"{case.method} {case.path}: {response.text}"

        attack()
    assert "POST /api/v1/loop/cases" in seen, seen
