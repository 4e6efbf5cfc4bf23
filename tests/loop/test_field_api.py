"""The field over the API: the same verbs with a token, the same keys, the same refusals."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from field_office import key, photo, staffed

from gezhi.loop.models import FieldAct, FieldTask
from gezhi.trust.service import create_token


@pytest.fixture
def town(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    staffed(office)
    office.now = timezone.now()
    return office


def client(town, who):
    token = create_token(who, "phone", actor=town.actor(who), now=town.now)
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_asked_answered_and_taken_back_by_machines(town):
    case = town.receive(matter="0101", name="王小明", phone="13800001234")
    dora, gina, gus = (client(town, name) for name in ("dora", "gina", "gus"))
    wish = {"check": "before", "ask": "看看", "place": "南湖路8号", "unit": town.units["street"].pk, "key": "k",
            "due": (town.now + timedelta(days=1)).isoformat()}  # fmt: skip
    made = [dora.post(f"/api/v1/loop/field/cases/{case}/asks", wish, "application/json") for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    task = FieldTask.objects.get()
    (told,) = gina.get("/api/v1/loop/field/tasks").json()
    assert (told["id"], told["ask"]) == (str(task.pk), "看看")
    assert gus.get("/api/v1/loop/field/tasks").json() == []
    own, data = key(), photo()
    url = f"/api/v1/loop/field/parts/{own}"
    head = {"Upload-Offset": "0", "Upload-Length": str(len(data))}
    assert gina.post(url, data, "application/octet-stream", headers=head).json() == {"offset": len(data)}
    body = {"key": key(), "kind": "check", "of": str(task.pk), "result": "there", "lon": 116.391, "lat": 39.907,
            "accuracy": 9.6, "seen": told["seen"], "parts": [own]}  # fmt: skip
    assert gus.post("/api/v1/loop/field/acts", body, "application/json").status_code == 404
    answers = [gina.post("/api/v1/loop/field/acts", body, "application/json").json() for _ in range(2)]
    assert [one["repeated"] for one in answers] == [False, True]
    assert (FieldAct.objects.get().accuracy, FieldAct.objects.get().source) == (10, "phone")
    over = dora.post(f"/api/v1/loop/field/tasks/{task.pk}/cancel", {}, "application/json")
    assert (over.status_code, over.json()["code"]) == (409, "field-task-over")


def test_who_has_no_post_in_the_field_gets_nothing(town):
    dora = client(town, "dora")
    for path in ("tasks", "places", f"parts/{key()}"):
        assert dora.get(f"/api/v1/loop/field/{path}").status_code == 403
    assert client(town, "gina").get("/api/v1/loop/field/places").json() == []
