"""The commands of moving in, as an operator types them: counts, trial, account of losses, refusals."""

import csv
import json
from argparse import ArgumentParser

import pytest
from movein_samples import FMS_SHEET, FMS_UPDATES, folder
from other_city import city

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.movein import commands


def run(what, *words):
    arguments, work = {"move-in": (commands.move_arguments, commands.move_in),
                       "import-open311": (commands.bring_arguments, commands.bring)}[what]  # fmt: skip
    parser = ArgumentParser()
    arguments(parser)
    return work(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def there(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path / "files"
    office.folder = folder(tmp_path / "old")
    return office


def test_a_signalen_by_command(there, tmp_path, capsys):
    losses = tmp_path / "losses.csv"
    assert run("move-in", "signalen", there.folder, "--zone", "Europe/Amsterdam", "--losses", losses, "--dry-run") == 0
    assert "2" in capsys.readouterr().out
    assert not Case.objects.exists()
    with losses.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["record", "field", "what", "count"]
    assert ["signal", "source", "as_words", "2"] in rows
    assert run("move-in", "signalen", there.folder, "--json", "--source", "old-town") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["created"], told["rejected"], told["matters"], told["pictures"]) == (2, 1, 3, 1)
    assert any(row["field"] == "source" for row in told["losses"])
    assert set(Case.objects.values_list("source", flat=True)) == {"old-town"}


def test_a_fixmystreet_by_command_with_matters_of_a_file(there, tmp_path, capsys):
    sheet, updates, matters = tmp_path / "r.csv", tmp_path / "u.csv", tmp_path / "m.csv"
    sheet.write_text(FMS_SHEET, encoding="utf-8")
    updates.write_text(FMS_UPDATES, encoding="utf-8")
    matters.write_text("category,matter\nStreet lighting,0101\nPotholes,01\n", encoding="utf-8")
    run("move-in", "fixmystreet", sheet, "--updates", updates, "--matters", matters, "--no-pictures")
    said = capsys.readouterr().out
    assert "movein-row" in said
    assert dict(Case.objects.values_list("external_number", "matter")) == {"1201": "0101", "1202": "01"}


def test_another_city_by_command(there, tmp_path, capsys):
    row = {"service_request_id": "1", "status": "open", "service_name": "Lamps", "service_code": "L",
           "description": "out", "requested_datetime": "2026-01-05T09:00:00Z"}  # fmt: skip
    matters = tmp_path / "m.csv"
    matters.write_text("L,0101\n", encoding="utf-8")
    with city() as other:
        other.say("/services.json", "[]")
        other.say(
            "/requests.json", lambda q: json.dumps([row] if q["start_date"] <= "2026-01-05" <= q["end_date"] else [])
        )
        words = (other.url, "--since", "2026-01-01", "--until", "2026-01-31", "--pause", "0", "--matters", matters)
        run("import-open311", *words, "--dry-run")
        assert "1 created" in capsys.readouterr().out
        run("import-open311", *words, "--json")
        assert json.loads(capsys.readouterr().out)["created"] == 1
        run("import-open311", *words, "--json")
        assert json.loads(capsys.readouterr().out)["already"] == 1
        assert Case.objects.get().matter == "0101"
        assert Case.objects.get().source == "127.0.0.1"
        with pytest.raises(Refused, match="date-malformed"):
            run("import-open311", other.url, "--since", "yesterday")


@pytest.mark.parametrize(("words", "code"), [
    (("signalen", "/no/such/folder"), "movein-file"), (("fixmystreet", "/no/such.csv"), "movein-file"),
    (("signalen", "https://x.example", "--token-file", "/no/such"), "movein-file"),
    (("signalen", ".", "--zone", "Mars/Olympus"), "import-zone-unknown"),
    (("signalen", ".", "--matters", "/no/such.csv"), "movein-file"),
])  # fmt: skip
def test_what_cannot_be_read_is_told_by_name(office, words, code):
    with pytest.raises(Refused, match=code):
        run("move-in", *words)
