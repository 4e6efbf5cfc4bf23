"""The bill of materials (CycloneDX 1.5, JSON): every part with version, licence and digests, from the two locks."""

import base64
import json
import re
import tomllib
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import Message
from importlib import metadata as installed
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

import gezhi
from gezhi.web.bundling import licences
from gezhi.web.bundling.lock import CHECKOUT, Pinned, lock_file, parse

OURS = "pkg:generic/gezhi"
Component = dict[str, Any]
Told = Callable[[Pinned], Message | None]


def purl(pinned: Pinned) -> str:
    """How the world names a Python package of one version.

    >>> purl(Pinned("six", "1.17.0", "", frozenset()))
    'pkg:pypi/six@1.17.0'
    """
    return f"pkg:pypi/{pinned.name}@{pinned.version}"


def component(pinned: Pinned, licence: dict[str, object] | None) -> Component:
    """One Python package; the digests are those of the files that the lock allows, one of which gets installed."""
    made: Component = {
        "type": "library",
        "bom-ref": purl(pinned),
        "name": pinned.name,
        "version": pinned.version,
        "purl": purl(pinned),
        "scope": "required",
        "externalReferences": [
            {
                "type": "distribution",
                "url": purl(pinned),
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in sorted(pinned.digests)],
            }
        ],
    }
    if licence:
        made["licenses"] = [licence]
    if pinned.condition:
        made["properties"] = [{"name": "gezhi:condition", "value": pinned.condition}]
    return made


def front_end(text: str) -> list[Component]:
    """The packages that pages load; those that only our tests use are none of an installation's parts."""
    found = []
    for place, entry in sorted(json.loads(text)["packages"].items()):
        if not place or entry.get("dev"):
            continue
        name = place.rpartition("node_modules/")[2]
        reference = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
        algorithm, _, value = entry["integrity"].partition("-")
        found.append(
            {
                "type": "library",
                "bom-ref": reference,
                "name": name,
                "version": entry["version"],
                "purl": reference,
                "scope": "required",
                "hashes": [{"alg": f"SHA-{algorithm[3:]}", "content": base64.b64decode(value).hex()}],
                "licenses": [{"expression": entry["license"]}],
            }
        )
    return found


def direct() -> set[str]:
    """The packages that we ask for ourselves: by the checkout, otherwise by our own installed description."""
    file = CHECKOUT / "pyproject.toml"
    if file.is_file():
        asked = tomllib.loads(file.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        asked = installed.requires("gezhi") or []
    return {canonicalize_name(Requirement(line).name) for line in asked}


def wants(description: Message | None) -> set[str]:
    """The packages that a package asks for, extras left out; nothing where its description is not known."""
    found: set[str] = set()
    for line in description.get_all("Requires-Dist") or [] if description else []:
        try:
            requirement = Requirement(str(line))
        except InvalidRequirement:
            continue
        if requirement.marker is None or "extra" not in str(requirement.marker):
            found.add(canonicalize_name(requirement.name))
    return found


def dependencies(lock: list[Pinned], pages: list[Component], told: Told) -> list[Component]:
    """Who needs whom, by reference."""
    by_name: dict[str, list[str]] = {}
    for pinned in lock:
        by_name.setdefault(pinned.name, []).append(purl(pinned))

    def references(names: Iterable[str]) -> list[str]:
        return sorted(reference for name in names for reference in by_name.get(name, []))

    top = {"ref": OURS, "dependsOn": sorted([*references(direct()), *(part["bom-ref"] for part in pages)])}
    return [top, *({"ref": purl(pinned), "dependsOn": references(wants(told(pinned)))} for pinned in lock)]


def bill(lock: list[Pinned] | None = None, *, made: datetime | None = None, told: Told = licences.installed) -> str:
    """The whole document as JSON; without a moment it is the same for the same parts, byte for byte.

    `told` gives the description of a package: of what is installed here, or of the wheels of an archive.
    """
    if lock is None:
        lock = parse(lock_file("requirements.lock").read_text(encoding="utf-8"))
    pages = front_end(lock_file("package-lock.json").read_text(encoding="utf-8"))
    parts = [component(one, licences.of_metadata(description) if (description := told(one)) else None) for one in lock]
    body: dict[str, Any] = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": OURS,
                "name": "gezhi",
                "version": gezhi.__version__,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": sorted([*parts, *pages], key=lambda part: str(part["bom-ref"])),
        "dependencies": dependencies(lock, pages, told),
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    if made is not None:
        body["metadata"]["timestamp"] = re.sub(r"\+00:00$", "Z", made.isoformat(timespec="seconds"))
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
    }
    return json.dumps({**head, **body}, ensure_ascii=False, indent=1) + "\n"
