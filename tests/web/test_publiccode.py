"""publiccode.yml has the keys that the standard (0.4) requires, in both languages, and says what the project says."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TOLD = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
STATUS = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {"standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend",
         "standalone/other", "addon", "library", "configurationFiles"}  # fmt: skip


def test_every_required_key_is_there():
    for key in ("publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
                "description", "legal", "maintenance", "localisation"):  # fmt: skip
        assert TOLD[key], key
    assert TOLD["publiccodeYmlVersion"] == "0.4"
    assert TOLD["developmentStatus"] in STATUS
    assert TOLD["softwareType"] in TYPES
    assert re.match(r"https://[^\s/]+/\S+", TOLD["url"])
    assert TOLD["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert all(contact["name"] for contact in TOLD["maintenance"]["contacts"])
    assert TOLD["localisation"]["localisationReady"] is True


def test_it_is_described_in_both_languages_within_the_lengths_of_the_standard():
    assert set(TOLD["description"]) == set(TOLD["localisation"]["availableLanguages"]) == {"zh", "en"}
    for language, said in TOLD["description"].items():
        assert 0 < len(said["shortDescription"]) <= 150, language
        assert 150 <= len(said["longDescription"]) <= 10_000, language
        assert all(0 < len(feature) <= 100 for feature in said["features"]), language
    assert len({len(said["features"]) for said in TOLD["description"].values()}) == 1
    assert re.search(r"[\u4e00-\u9fff]", TOLD["description"]["zh"]["longDescription"])


def test_it_says_what_the_project_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert TOLD["softwareVersion"] == project["version"]
    assert TOLD["legal"]["license"] == project["license"]["text"]
    python = next(item for item in TOLD["dependsOn"]["open"] if item["name"] == "Python")
    assert project["requires-python"] == f">={python['versionMin']}"
