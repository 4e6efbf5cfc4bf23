"""Moving a Signalen and a FixMyStreet in: what becomes of their records here, and what is told to be lost."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from loop_office import ROOT
from movein_samples import (
    CATEGORIES,
    FMS_REQUEST,
    FMS_SHEET,
    FMS_UPDATE,
    FMS_UPDATES,
    HISTORY,
    OPEN_SIGNAL,
    SIGNAL,
    UUID,
    folder,
    photo,
    sheets,
)
from other_city import city

from gezhi.kernel.errors import Refused
from gezhi.loop.importing.undoing import undo_batch
from gezhi.loop.models import Attachment, Batch, Case, CatalogueItem, Matter, OldAddress, StandardReply, Step
from gezhi.loop.movein.rules import fixmystreet, signalen
from gezhi.loop.movein.rules.records import Losses
from gezhi.loop.movein.service import georeport, reading
from gezhi.loop.movein.service.asking import Asker
from gezhi.loop.movein.service.running import Wish, move_in
from gezhi.loop.movein.service.sources import Folder, Web, rows_of
from gezhi.loop.service.receiving import case_token
from gezhi.loop.service.replaying import Difference, replay
from gezhi.trust.service import identity_of, open_text

ZONE = ZoneInfo("Europe/Amsterdam")
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def there(office, settings, tmp_path):
    """The office after the years in the other system, and a folder for its files."""
    settings.GEZHI_FILES = tmp_path / "files"
    office.folder = tmp_path / "old"
    return office


def signalen_in(office, **wish):
    losses = Losses()
    if not office.folder.exists():
        folder(office.folder)
    found = reading.of_signalen(reading.files_of(office.folder), ZONE, losses)
    return move_in(found, Wish(**wish), losses, actor=ROOT, now=office.now)


def fixmystreet_in(office, **wish):
    losses = Losses()
    office.folder.mkdir(exist_ok=True)
    path, updates = office.folder / "reports.csv", office.folder / "updates.csv"
    path.write_text(FMS_SHEET, encoding="utf-8")
    updates.write_text(FMS_UPDATES, encoding="utf-8")
    found = reading.of_sheet(path, updates, LONDON, losses)
    return move_in(found, Wish(**wish), losses, actor=ROOT, now=office.now)


def case_of(number):
    return Case.objects.select_related("requester").get(external_number=number)


def words(step):
    return open_text(step.case.requester, step.text.sealed)


def test_a_signal_becomes_a_case_with_its_whole_story(there):
    done = signalen_in(there)
    assert (done.outcome.read, done.outcome.created, done.outcome.rejected) == (3, 2, 1)
    case = case_of("101")
    assert (case.state, case.source, case.urgency, case.kind) == ("closed", "signalen", 3, "help")
    assert (case.lon, case.lat, case.dormant) == (4.8952, 52.3702, True)
    assert (case.received_at, case.closed_at) == (
        datetime(2026, 1, 5, 8, tzinfo=UTC), datetime(2026, 1, 8, 14, 30, tzinfo=UTC),
    )  # fmt: skip
    assert case.lead == there.units["urban"]
    told = open_text(case.requester, case.story)
    assert told["place"] == "Dorpsstraat 12 1000AA Voorbeeldstad"
    assert told["answers"]["Nummer van de lamp"] == "LP-7"
    assert told["answers"]["Gevaarlijk?"] == "Nee"
    assert told["answers"]["parent"] == "99"
    assert identity_of(case.requester) == {"phone": "0612345678", "email": "melder@example.org"}
    steps = list(Step.objects.filter(case=case).select_related("case__requester", "text").order_by("no"))
    assert [(step.move, step.target) for step in steps] == [
        ("receive", "received"), ("past", "received"), ("past", "received"), ("history", "closed"),
    ]  # fmt: skip
    assert all(step.facts["imported"] for step in steps)
    assert steps[2].acted_at == datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert words(steps[2]) == {"note": "Notitie toegevoegd:\nLamp besteld."}
    assert words(steps[3]) == {"reply": "De lamp is vervangen."}
    assert not [found for found in replay() if isinstance(found, Difference)]


def test_an_open_one_waits_to_be_taken_over(there):
    signalen_in(there)
    case = case_of("102")
    assert (case.state, case.dormant, case.kind) == ("received", True, "complaint")
    told = open_text(case.requester, case.story)
    assert (told["place"], told["answers"]["old"]) == ("Kade 3", "shape")
    assert case.anonymous
    (line,) = Step.objects.filter(case=case, move="past").select_related("case__requester", "text")
    assert words(line) == {"note": "Gebeld met de melder"}
    there.move(str(case.pk), "adopt", "dora")


def test_categories_departments_and_texts_come_along(there):
    done = signalen_in(there)
    names = {row.name_zh: row for row in Matter.objects.filter(pack="local")}
    assert set(names) == {"Wegen", "Straatverlichting", "Onderhoud"}
    assert names["Straatverlichting"].parent == names["Wegen"].code
    assert case_of("101").matter == names["Straatverlichting"].code
    item = CatalogueItem.objects.get(matter=names["Straatverlichting"].code)
    assert (item.lead, item.edition.in_force) == ("urban", False)
    texts = {row.code: row for row in StandardReply.objects.all()}
    assert texts["signalen-4"].text_zh == "Melding 【编号】 is opgelost."
    assert (texts["signalen-4"].matter, texts["signalen-4"].verified) == (names["Straatverlichting"].code, False)
    assert texts["signalen-5"].kind == "notice"
    assert (done.frames.duties, done.frames.texts, len(done.frames.made)) == (1, 2, 3)


def test_pictures_come_along_and_one_that_is_gone_is_told(there):
    done = signalen_in(there)
    (file,) = Attachment.objects.filter(case=case_of("101"))
    assert file.kind == "image"
    assert done.pictures == 1
    assert ("attachment", "movein-file", "not_found", 1) in done.losses.rows()


def test_the_account_of_losses_names_every_field_that_had_no_place(there):
    rows = {(record, field, what): count for record, field, what, count in signalen_in(there).losses.rows()}
    assert rows["signal", "source", "as_words"] == 2
    assert rows["signal", "extra_properties", "as_words"] == 3
    assert rows["signal", "status.user", "dropped"] == 1
    assert rows["signal", "directing_departments.code", "dropped"] == 1
    assert rows["signal", "reporter.sharing_allowed", "dropped"] == 1
    assert rows["history", "user", "dropped"] == 2
    assert rows["history", "UPDATE_STATUS", "dropped"] == 1
    assert rows["category", "is_active", "dropped"] == 1
    assert rows["category", "handling", "dropped"] == 1
    assert rows["department", "Voorbeeld", "not_found"] == 1
    assert rows["text", "{{ onbekend }}", "dropped"] == 1


def test_a_trial_writes_nothing_and_a_second_run_makes_nothing_twice(there):
    trial = signalen_in(there, trial=True)
    assert (trial.outcome.created, trial.outcome.rejected, trial.steps, trial.pictures) == (2, 1, 3, 2)
    for model in (Case, Batch, OldAddress, StandardReply, Attachment):
        assert not model.objects.exists()
    assert not Matter.objects.filter(pack="local").exists()
    signalen_in(there)
    before = Step.objects.count()
    again = signalen_in(there)
    assert (again.outcome.created, again.outcome.already, again.frames.made, again.pictures) == (0, 2, [], 0)
    assert (Step.objects.count(), Case.objects.count(), OldAddress.objects.count()) == (before, 2, 4)
    assert Matter.objects.filter(pack="local").count() == 3
    assert StandardReply.objects.count() == 2


def test_a_batch_with_histories_can_be_taken_back(there):
    done = signalen_in(there)
    there.move(str(case_of("102").pk), "adopt", "dora")
    undone = undo_batch(done.outcome.batch, actor=ROOT, now=there.now)
    assert (undone.undone, undone.kept) == (1, 1)
    assert Case.objects.get(external_number="101").state == "void"
    assert Client().get(f"/moved/signalen/mijn-meldingen/{UUID}").status_code == 404
    assert not [found for found in replay() if isinstance(found, Difference)]


def test_matters_may_be_named_in_a_file(there):
    done = signalen_in(there, matters={"Straatverlichting": "0101"})
    assert case_of("101").matter == "0101"
    assert not Matter.objects.filter(pack="local").exists()
    assert ("category", "Wegen › Onderhoud", "not_found", 1) in done.losses.rows()
    with pytest.raises(Refused, match="matter-unknown"):
        signalen_in(there, matters={"Straatverlichting": "9999"})


def test_a_category_of_the_same_name_is_the_same_matter(there):
    Matter.objects.filter(code="0101").update(name_en="Straatverlichting")
    from gezhi.loop.store import content

    content.forget()
    signalen_in(there)
    assert case_of("101").matter == "0101"


def test_only_a_secret_address_leads_into_a_case(there):
    signalen_in(there)
    case, client = case_of("101"), Client()
    answer = client.get(f"/moved/signalen/mijn-meldingen/{UUID}?x=1")
    assert (answer.status_code, answer["Location"]) == (302, f"/f/{case_token(case.pk)}/")
    guessed = client.get("/moved/signalen/manage/incident/101/")
    assert guessed.status_code == 200
    page = guessed.content.decode()
    assert case.number in page
    assert case_token(case.pk) not in page
    for path in (
        "signalen/manage/incident/7",
        "fixmystreet/manage/incident/101",
        f"signalen/mijn-meldingen/{UUID[:-1]}0",
    ):
        assert client.get(f"/moved/{path}").status_code == 404


def test_sheets_say_the_same_as_the_api(there):
    sheets(there.folder)
    done = signalen_in(there)
    case = case_of("101")
    assert (case.state, case.urgency, case.lat, case.lead) == ("closed", 3, 52.3702, there.units["urban"])
    assert case.closed_at == datetime(2026, 1, 8, 14, 30, tzinfo=UTC)
    assert [step.move for step in Step.objects.filter(case=case).order_by("no")] == [
        "receive",
        "past",
        "past",
        "history",
    ]
    assert open_text(case.requester, case.story)["answers"]["Nummer"] == "LP-7"
    assert identity_of(case.requester)["email"] == "melder@example.org"
    assert ("signal", "sheet.mystery", "dropped", 1) in done.losses.rows()


def test_a_running_signalen_is_read_page_by_page(there):
    with city() as other:
        base = "/signals/v1/"
        link = {"next": {"href": f"{other.url}{base}private/signals?page=2"}}
        pages = {page: {"results": [row], "_links": link} for page, row in (("1", SIGNAL), ("2", OPEN_SIGNAL))}
        places = [f"{other.url}/media/lamp.jpg", "http://127.0.0.1:1/elsewhere.jpg"]
        other.say(f"{base}private/signals", lambda q: json.dumps(pages[q.get("page", "1")]))
        other.say(f"{base}private/signals/101/history", json.dumps(HISTORY))
        pictures = json.dumps({"results": [{"location": place} for place in places]})
        other.say(f"{base}private/signals/101/attachments", pictures)
        other.say("/media/lamp.jpg", photo())
        other.say(f"{base}public/terms/categories", json.dumps({"results": CATEGORIES}))
        other.say(f"{base}private/status-messages", (403, "no"))
        losses = Losses()
        asker = Asker(other.url + base, lambda _: None, token="key")
        done = move_in(reading.of_signalen(Web(asker), ZONE, losses), Wish(), losses, actor=ROOT, now=there.now)
    assert (done.outcome.created, done.pictures) == (2, 1)
    assert all(key == "Bearer key" for _, _, key in other.asked)
    assert ("texts", "*", "not_found", 1) in losses.rows()
    assert ("attachment", "movein-address", "not_found", 1) in losses.rows()


def test_a_report_of_a_sheet_becomes_a_case_with_its_updates(there):
    done = fixmystreet_in(there)
    assert (done.outcome.created, done.outcome.rejected) == (2, 1)
    case = case_of("1201")
    assert (case.state, case.solved, case.lat, case.lon) == ("closed", "solved", 51.5007, -0.1246)
    told = open_text(case.requester, case.story)
    assert (told["title"], told["text"]) == ("Lamp out", 'The lamp at the corner, by the "Old Oak", is out')
    assert told["answers"]["Ward"] == "East"
    assert identity_of(case.requester) == {"name": "Ann Example"}
    lines = Step.objects.filter(case=case, move="past").select_related("case__requester", "text").order_by("no")
    assert [(words(line)["note"], line.facts.get("shown")) for line in lines] == [
        ("We look at it", True), ("Lamp replaced", True),
    ]  # fmt: skip
    open_ = case_of("1202")
    assert (open_.state, open_.lat, open_.lon) == ("received", None, None)
    rows = {row[:3] for row in done.losses.rows()}
    assert ("update", "User Name", "dropped") in rows
    page = Client().get("/moved/fixmystreet/report/1201")
    assert page.status_code == 200
    assert case.number in page.content.decode()


def test_the_requester_reads_what_was_public_there(there):
    fixmystreet_in(there)
    page = Client().get(f"/f/{case_token(case_of('1201').pk)}/").content.decode()
    assert "We look at it" in page
    signalen_in_case = Step.objects.filter(move="past", facts__shown=True).count()
    assert signalen_in_case == 2


def test_a_fixmystreet_is_read_by_open311_too(there):
    with city() as other:
        other.say("/services.json", json.dumps([{"service_code": "R", "service_name": "Rubbish", "group": "Streets"}]))
        other.say("/requests.json", lambda q: json.dumps([FMS_REQUEST] if q["start_date"] < "2026-01-10" else []))
        other.say("/servicerequestupdates.json", json.dumps([FMS_UPDATE]))
        losses = Losses()
        window = georeport.Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC))
        asker = Asker(other.url, lambda _: None)
        found = reading.of_georeport(asker, window, LONDON, losses, frozenset())
        done = move_in(found, Wish(), losses, actor=ROOT, now=there.now)
    assert done.outcome.created == 1
    case = case_of("1301")
    assert (case.state, Matter.objects.get(code=case.matter).name_zh) == ("closed", "Rubbish")
    assert identity_of(case.requester) == {"name": "Bo Example"}
    assert words(Step.objects.select_related("case__requester", "text").get(case=case, move="history")) == {
        "reply": "Collected"
    }


@pytest.mark.parametrize(("raw", "field"), [({}, "id"), ({"id": 1}, "created_at"),
                                            ({"id": 1, "created_at": "2026-13-01"}, "created_at")])  # fmt: skip
def test_records_without_number_or_time_are_told(raw, field):
    with pytest.raises(Refused) as caught:
        signalen.old_of(raw, [], [], ZONE, Losses())
    assert (caught.value.code, caught.value.facts["field"]) == ("movein-row", field)


@pytest.mark.parametrize("odd", [
    {"location": None}, {"location": []}, {"location": {"geometrie": {"coordinates": ["a"]}}}, {"status": "o"},
    {"category": {"main": ["x"]}}, {"extra_properties": ["x", None, {"answer": [[1]]}]}, {"notes": {"a": 1}},
    {"attachments": ["x"]}, {"signal_id": "../../etc"}, {"reporter": {"email": {"x": 1}}}, {"notes": [None, "x"]},
    {"routing_departments": [None]},
])  # fmt: skip
def test_records_of_odd_shapes_break_nothing(odd):
    raw = {"id": 5, "text": "x", "created_at": "2026-01-05T09:00:00Z", **odd}
    assert signalen.old_of(raw, [{"when": 5}, {}], [{}, {"location": None}], ZONE, Losses()).number == "5"


@pytest.mark.parametrize(("state", "over"), [("Fixed - Council", True), ("NO_FURTHER_ACTION", True), ("", False),
                                             ("action scheduled", False), ("what is this", False)])  # fmt: skip
def test_states_of_fixmystreet(state, over):
    assert fixmystreet.over(state) is over


def test_files_outside_the_folder_are_never_read(tmp_path):
    inner = tmp_path / "in"
    inner.mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (inner / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    for place in ("../secret.jpg", "/etc/passwd", "x/..", "", "link.jpg", "http://x/%2e%2e/secret.jpg"):
        with pytest.raises(Refused, match="movein-file"):
            Folder(inner).picture(place)


def test_a_web_page_is_no_sheet_and_semicolons_are_read(tmp_path):
    page, sheet, other = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"
    page.write_text("<!doctype html><html></html>", encoding="utf-8")
    sheet.write_text("Report ID;Title\n1;a\n", encoding="utf-8-sig")
    other.write_bytes("路灯".encode("gbk"))
    for bad in (page, other):
        with pytest.raises(Refused, match="movein-answer"):
            list(rows_of(bad))
    assert list(rows_of(sheet)) == [{"Report ID": "1", "Title": "a"}]
