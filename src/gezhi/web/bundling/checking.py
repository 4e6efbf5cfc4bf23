"""Looking into a finished archive: is everything in it that the lock asks for, and is every byte what was packed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from packaging.utils import InvalidWheelFilename

from gezhi.kernel.errors import Refused
from gezhi.web.bundling.building import EVERYWHERE, FORMAT, ON_LINUX, ON_WINDOWS
from gezhi.web.bundling.fetch import tool
from gezhi.web.bundling.lock import Pinned, needed, parse, serves
from gezhi.web.bundling.packing import members, readable
from gezhi.web.bundling.platforms import PLATFORMS, Platform

KEPT = ("manifest.json", "requirements.lock")


@dataclass(slots=True)
class Seen:
    """What lies in an archive: digest and size of each file, and the two that are read."""

    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)


def look(source: Path) -> Seen:
    """Read an archive once, from the first byte to the last; every name stands below one folder."""
    seen, roots = Seen(), set()
    with readable(source):
        for name, opener in members(source):
            root, _, inner = name.partition("/")
            roots.add(root)
            if inner in seen.files:
                raise Refused("bundle-unsafe", file=str(source), name=name)
            note(seen, inner, opener())
    if len(roots) != 1:
        raise Refused("not-a-bundle", file=str(source))
    return seen


def note(seen: Seen, name: str, content: IO[bytes]) -> None:
    """Digest and size of one file, and its text where it is one of those that are read."""
    told, length, kept = hashlib.sha256(), 0, bytearray()
    while block := content.read(1 << 20):
        told.update(block)
        length += len(block)
        if name in KEPT:
            kept += block
    seen.files[name] = (told.hexdigest(), length)
    if name in KEPT:
        seen.texts[name] = bytes(kept)


def manifest_of(seen: Seen, source: Path) -> dict[str, Any]:
    """The manifest, or the refusal that this is no archive of ours."""
    try:
        manifest: dict[str, Any] = json.loads(seen.texts["manifest.json"])
        known = manifest["format"] == FORMAT and manifest["platform"] in PLATFORMS and manifest["pythons"]
        whole = all({"sha256", "size"} <= entry.keys() for entry in manifest["files"].values())
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Refused("not-a-bundle", file=str(source)) from None
    if not (known and whole):
        raise Refused("not-a-bundle", file=str(source))
    return manifest


def faults(source: Path) -> tuple[dict[str, Any], list[Refused]]:
    """The manifest and everything that is wrong with the archive; each fault is a refusal with its sentence."""
    seen = look(source)
    manifest = manifest_of(seen, source)
    return manifest, [*changed(seen, manifest), *lacking(seen, manifest)]


def changed(seen: Seen, manifest: dict[str, Any]) -> Iterator[Refused]:
    """Files that are not what the manifest tells, that it tells and are not there, that are there untold."""
    told = manifest["files"]
    for name in sorted(told.keys() - seen.files.keys()):
        yield Refused("bundle-file-missing", name=name)
    for name in sorted(seen.files.keys() - told.keys() - {"manifest.json"}):
        yield Refused("bundle-file-foreign", name=name)
    for name in sorted(told.keys() & seen.files.keys()):
        if seen.files[name] != (told[name]["sha256"], told[name]["size"]):
            yield Refused("bundle-file-changed", name=name)


def lacking(seen: Seen, manifest: dict[str, Any]) -> Iterator[Refused]:
    """What an installation would miss: wheels of the lock with a digest that the lock allows, and the way in."""
    platform = PLATFORMS[manifest["platform"]]
    lock = parse(seen.texts.get("requirements.lock", b"").decode())
    if not lock:
        yield Refused("bundle-file-missing", name="requirements.lock")
    wheels = {name.removeprefix("wheels/"): seen.files[name][0] for name in seen.files if name.startswith("wheels/")}
    for python in manifest["pythons"]:
        for pinned in (tool("pip"), *needed(lock, platform, python)):
            if not brought(pinned, wheels, platform, python):
                yield Refused("bundle-wheel-missing", name=pinned.name, version=pinned.version, python=python)
    if not any(name.startswith(f"gezhi-{manifest['version']}-") for name in wheels):
        yield Refused("bundle-wheel-missing", name="gezhi", version=manifest["version"], python="3")
    ways = (*EVERYWHERE, *(("python/python.exe", *ON_WINDOWS) if platform.windows else ON_LINUX))
    for name in ways:
        if name not in seen.files:
            yield Refused("bundle-file-missing", name=name)


def brought(pinned: Pinned, wheels: dict[str, str], platform: Platform, python: str) -> bool:
    """Whether one of the wheels serves a line of the lock, name, platform and digest."""
    for name, digest in wheels.items():
        try:
            if digest in pinned.digests and serves(pinned, name, platform, python):
                return True
        except InvalidWheelFilename:
            continue
    return False
