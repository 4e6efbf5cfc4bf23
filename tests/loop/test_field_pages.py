"""The pages and doors of the field over HTTP: without scripts, piece by piece, refused as data, kept without people."""

import io
import json
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from field_office import HERE, asked, key, photo, staffed

from gezhi.kit.sheets import read_tables
from gezhi.loop.field.pages import shell
from gezhi.loop.field.service import asking, lists
from gezhi.loop.models import Case, FieldAct, FieldPlace, FieldTask, Step

SHEET = "姓名,地址,电话,类别,走访周期\n张三丰,南湖路8号,13800001234,独居老人,30\n"


@pytest.fixture
def town(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    staffed(office)
    office.now = timezone.now()  # pages read the clock
    return office


@pytest.fixture
def case(town):
    return town.receive("路灯不亮", matter="0101", name="王小明", phone="13800001234", place="南湖路8号")


def signed(town, who):
    browser = Client(headers={"Accept-Language": "zh-hans"})
    browser.force_login(town.users[who], backend="gezhi.trust.backend.PeopleBackend")
    return browser


def bring(town):
    file = io.BytesIO(SHEET.encode())
    lists.bring(file, town.units["street"].pk, actor=town.actor("stella"), now=town.now)
    return FieldPlace.objects.get()


def upload():
    return SimpleUploadedFile("p.jpg", photo(), "image/jpeg")


def act(browser, kind, of="", own="", parts=(), **fields):
    body = {"key": own or key(), "kind": kind, "of": str(of), "fields": {**HERE, **fields}, "parts": list(parts),
            "made": None, "sent": None}  # fmt: skip
    return browser.post("/field/send/", json.dumps(body), content_type="application/json")


def piece(browser, own, at, length, data):
    return browser.post(
        f"/field/parts/{own}/", data, content_type="application/octet-stream",
        headers={"Upload-Offset": str(at), "Upload-Length": str(length)},
    )  # fmt: skip


# ---- without scripts


def test_a_look_is_answered_by_a_plain_form(town, case):
    task, gina = asked(town, case), signed(town, "gina")
    assert f"/field/tasks/{task.pk}/" in gina.get("/field/").content.decode()
    page = gina.get(f"/field/tasks/{task.pk}/")
    assert "王小明" not in page.content.decode()
    form = {"key": page.context["key"], "seen": page.context["seen"], "result": "there", "no_place": "not_offered"}
    refused = gina.post(f"/field/tasks/{task.pk}/", form)
    assert (refused.status_code, refused.context["key"]) == (422, form["key"])
    assert refused.context["errors"][0]["name"] == "files"
    done = gina.post(f"/field/tasks/{task.pk}/", {**form, "files": upload()})
    assert (done.status_code, done["Location"], FieldAct.objects.get().no_place) == (302, "/field/", "not_offered")
    gina.post(f"/field/tasks/{task.pk}/", {**form, "files": upload()})
    assert FieldAct.objects.count() == 1, "the form sent twice"


def test_a_patrol_and_a_visit_by_plain_forms(town):
    row, gina = bring(town), signed(town, "gina")
    page = gina.get("/field/patrol/")
    form = {
        "key": page.context["key"],
        "note": "井盖缺失",
        "place": "南湖路口",
        "no_place": "not_offered",
        "urgency": "2",
    }
    assert gina.post("/field/patrol/", {**form, "files": upload()}).status_code == 302
    visits = gina.get("/field/visits/").content.decode()
    assert "张三丰" in visits, "on a page that nothing keeps the name stands"
    assert "13800001234" not in visits
    page = gina.get(f"/field/visits/{row.pk}/")
    assert page["Cache-Control"].startswith("max-age=0") or "no-store" in page["Cache-Control"]
    done = gina.post(f"/field/visits/{row.pk}/", {"key": page.context["key"], "result": "fine", "no_place": "indoors"})
    assert done["Location"] == "/field/visits/"
    shown = gina.post(f"/field/visits/{row.pk}/phone/").content.decode()
    assert "13800001234" in shown
    assert sorted(FieldAct.objects.values_list("kind", flat=True)) == ["patrol", "visit"]


def test_what_is_somebody_elses_is_not_found_and_who_has_no_post_is_refused(town, case):
    task, row = asked(town, case), bring(town)
    FieldPlace.objects.update(user=town.users["gina"])
    for url in (f"/field/tasks/{task.pk}/", f"/field/visits/{row.pk}/"):
        assert signed(town, "gus").get(url).status_code == 404
        assert signed(town, "gina").get(url).status_code == 200
    for url in ("/field/", "/field/visits/", "/field/patrol/", "/field/month/", "/field/state.json"):
        assert signed(town, "hugo").get(url).status_code == 403
        assert Client().get(url).status_code in (302, 401)


# ---- the doors of the queue


def test_an_act_with_photos_in_pieces(town, case):
    task, gina, data, own = asked(town, case), signed(town, "gina"), photo(size=(120, 90)), key()
    assert gina.get(f"/field/parts/{own}/").json() == {"offset": 0}
    assert piece(gina, own, 0, len(data), data[:300]).json() == {"offset": 300}
    wrong = piece(gina, own, 0, len(data), data[:300])
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["facts"]["offset"]) == (409, "field-offset", 300)
    half = act(gina, "check", task.pk, result="there", parts=[own], seen=2)
    assert (half.status_code, half.json()["code"]) == (409, "field-part-unfinished")
    assert piece(gina, own, 300, len(data), data[300:]).json() == {"offset": len(data)}
    name = key()
    first, again = (act(gina, "check", task.pk, name, [own], result="there", seen=2) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert Step.objects.filter(case=case, move="field_find").count() == 1


def test_a_late_finding_tells_both_sides(town, case):
    task, gina = asked(town, case), signed(town, "gina")
    town.move(case, "accept", "dora")
    told = act(gina, "check", task.pk, result="could_not", note="没找到", seen=2).json()
    assert told["clash"] == "moved"
    assert told["clash_words"]
    assert told["words"]
    assert len(told["theirs"]) == 1
    assert "王小明" not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "malformed"), (b"[]", 422, "malformed"), (b"{", 422, "malformed"), (b"\xff", 422, "malformed"),
        (b'{"kind": "check"}', 422, "field-key"), (b'{"kind": "undo"}', 422, "field-invalid"),
        (b'{"fields": 3}', 422, "malformed"), (b'{"kind":"patrol","key":"x"}', 422, "field-key"),
        (b'{"kind":"patrol","parts":["1","1","1","1","1","1","1","1","1","1"]}', 422, "files-too-many"),
        (b'{"kind":"patrol","made":"yesterday"}', 422, "field-invalid"),
        (b'{"kind":"patrol","made":"2026-03-02T01:00:00"}', 422, "field-invalid"),
        (b'{"kind":"patrol","fields":{"urgency":"\xef\xbc\x99"}}', 422, "field-invalid"),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_as_data(town, body, status, code):
    answer = signed(town, "gina").post("/field/send/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"] != code


def test_the_doors_refuse_in_data_who_may_not_and_what_is_too_large(town):
    gina = signed(town, "gina")
    assert Client().get("/field/pass.json").json()["code"] == "sign-in-needed"
    assert signed(town, "dora").get("/field/state.json").json()["code"] == "not-allowed"
    assert piece(gina, key(), 0, 10**7, b"x" * (2**20 + 1)).status_code == 413
    assert piece(gina, key(), 0, 10**12, b"x").status_code == 422
    assert gina.post("/field/send/", b" " * 300_000, content_type="application/json").status_code == 413
    for at, length in (("-1", "9"), ("x", "9"), ("", "9"), ("0", "9" * 13)):
        assert piece(gina, key(), at, length, b"x").status_code == 422
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(town.users["gina"], backend="gezhi.trust.backend.PeopleBackend")
    assert act(strict, "patrol").status_code == 403
    token = strict.get("/field/pass.json").json()["token"]
    body = json.dumps({"kind": "patrol", "key": "x"})
    passed = strict.post("/field/send/", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert passed.json()["code"] == "field-key"


def test_what_the_phone_keeps_names_nobody(town, case):
    asked(town, case, words="去王小明家，电话13800001234")
    bring(town)
    answer = signed(town, "gina").get("/field/state.json")
    text = answer.content.decode()
    assert (len(answer.json()["tasks"]), len(answer.json()["places"])) == (1, 1)
    assert not [word for word in ("王小明", "张三", "13800001234") if word in text]
    assert "token" not in answer.json(), "the pass of forms is not kept"
    assert "no-store" in answer["Cache-Control"]


# ---- what the browser keeps


def test_the_service_worker_keeps_files_that_exist_under_its_own_scope(town):
    answer = Client().get("/field/sw.js")
    source = answer.content.decode()
    facts = json.loads(source.split("const KEEP = ", 1)[1].split(";\n", 1)[0])
    assert (answer["Content-Type"], answer["Service-Worker-Allowed"]) == ("text/javascript", "/field/")
    assert answer["Cache-Control"] == "no-cache"
    assert not [name for name in shell.files() if not finders.find(name)]
    assert facts["hours"] == 12
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_modules_that_pages_import_are_kept_too():
    import re
    from pathlib import Path

    known = set(shell.files())
    for name in [one for one in known if one.endswith(".js") and "vendor" not in one]:
        text = Path(str(finders.find(name))).read_text(encoding="utf-8")
        for target in re.findall(r'^import [^"]*"(\.[^"]+)"', text, re.MULTILINE):
            full = str((Path("/") / name).parent.joinpath(target).resolve()).lstrip("/")
            assert full in known, f"{name} imports {full}, which is not kept"


def test_the_page_without_a_line_holds_no_people(town, case):
    asked(town, case)
    bring(town)
    text = signed(town, "gina").get("/field/shell/").content.decode()
    assert not [word for word in ("王小明", "张三", "南湖路", "Gina") if word in text]
    manifest = Client().get("/field/manifest.webmanifest").json()
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/field/", "/field/", "standalone")


# ---- the desk


def test_the_desk_asks_from_the_page_of_a_case(town, case):
    dora = signed(town, "dora")
    assert f"/desk/field/ask/{case}/" in dora.get(f"/desk/{case}/").content.decode()
    assert f"/desk/field/ask/{case}/" not in signed(town, "tom").get(f"/desk/{case}/").content.decode()
    page = dora.get(f"/desk/field/ask/{case}/")
    fields = {field["name"]: field for field in page.context["fields"]}
    assert (fields["place"]["value"], page.context["intro"] != "") == ("南湖路8号", True)
    form = {"key": page.context["key"], "check": "before", "ask": "看灯亮不亮", "place": "南湖路8号",
            "who": f"u{town.users['gina'].pk}", "due": fields["due"]["value"], "shown": "1"}  # fmt: skip
    wrong = dora.post(f"/desk/field/ask/{case}/", {**form, "who": "u1; drop"})
    assert (wrong.status_code, wrong.context["errors"][0]["name"]) == (422, "user")
    assert dora.post(f"/desk/field/ask/{case}/", form).status_code == 302
    dora.post(f"/desk/field/ask/{case}/", form)
    task = FieldTask.objects.get()
    assert (task.shown, task.user, task.unit) == (True, town.users["gina"], town.units["street"])
    assert timedelta(hours=47) < task.due_at - timezone.now() <= timedelta(hours=48)
    shown = dora.get("/desk/field/").content.decode()
    assert "看灯亮不亮" in shown
    assert dora.post(f"/desk/field/cancel/{task.pk}/").status_code == 302
    assert signed(town, "olive").get("/desk/field/?tab=cancelled").context["rows"][0]["open"] is False
    assert signed(town, "gina").get(f"/desk/field/ask/{case}/").status_code == 403


def test_the_list_of_visits_is_brought_and_the_month_is_a_sheet(town):
    stella, gina = signed(town, "stella"), signed(town, "gina")
    sheet = SimpleUploadedFile("v.csv", (SHEET + "李四,,,x,30\n").encode(), "text/csv")
    page = stella.post("/desk/field/visits/", {"unit": town.units["street"].pk, "file": sheet})
    assert (page.status_code, page.context["left_out"]) == (200, 1)
    text = page.content.decode()
    assert ("张三丰" in text, "南湖路8号" in text) == (False, True), "who plans sees addresses and masked names"
    row = FieldPlace.objects.get()
    gina.post(f"/field/visits/{row.pk}/", {"key": key(), "result": "fine", "no_place": "indoors"})
    answer = stella.get(f"/desk/field/month/{town.users['gina'].pk}/?as=xlsx")
    counts, acts = ((s.header, [r.cells for r in s.rows]) for s in read_tables(io.BytesIO(answer.content)))
    assert (counts[1][0][2], len(acts[1])) == (1, 1)
    assert "南湖路8号" in acts[1][0]
    assert gina.get("/field/month/").status_code == 200
    assert stella.get(f"/desk/field/month/{town.users['gus'].pk}/").status_code == 404
    assert stella.post(f"/desk/field/visits/{row.pk}/close/").status_code == 302
    assert Case.objects.count() == 0


def test_the_finding_stands_in_the_case_in_words(town, case):
    task = asked(town, case)
    act(signed(town, "gina"), "check", task.pk, result="could_not", note="大门锁着", seen=2)
    text = signed(town, "dora").get(f"/desk/{case}/").content.decode()
    for words in ("没能查看", "大门锁着", "精度 12 米", "现场核实"):
        assert words in text
    assert asking.may_ask(town.actor("dora"), Case.objects.get(pk=case))
