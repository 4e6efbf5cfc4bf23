"""Our own wheel, written without any build tool: the package with compiled texts and front-end files, byte for byte."""

import base64
import hashlib
import io
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.messages.catalogues import CHINESE, ENGLISH, read
from gezhi.web.bundling.lock import CHECKOUT, lock_file
from gezhi.web.bundling.packing import DAWN

PACKAGE = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "package-lock.json")
LEFT_OUT = {"__pycache__", ".DS_Store", "locks"}
COPIED = re.compile(r'new URL\("([^"/]+\.js)", target\)')  # what collect.mjs puts into the static files


def own_wheel(checkout: Path = CHECKOUT) -> tuple[str, bytes]:
    """Name and bytes of the wheel; the same sources give the same bytes."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = f"{project['name']}-{project['version']}.dist-info"
    files = package_files(PACKAGE)
    for name in LOCKS:
        files[f"gezhi/web/bundling/locks/{name}"] = lock_file(name).read_bytes()
    files[f"{info}/METADATA"] = metadata(project, (checkout / "README.md").read_text(encoding="utf-8"))
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: gezhi bundle\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = scripts(project)
    files[f"{info}/licenses/LICENSE"] = (checkout / "LICENSE").read_bytes()
    files[f"{info}/RECORD"] = record(files, f"{info}/RECORD")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name in sorted(files, key=place_in_wheel):
            entry = zipfile.ZipInfo(name, DAWN)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            wheel.writestr(entry, files[name])
    return f"{project['name']}-{project['version']}-py3-none-any.whl", buffer.getvalue()


def place_in_wheel(name: str) -> tuple[bool, bool, str]:
    """Description last, as wheels have it; a compiled text after its source, so that it is the newer one on disk.

    >>> sorted(["a.dist-info/WHEEL", "a/django.mo", "a/django.po"], key=place_in_wheel)
    ['a/django.po', 'a/django.mo', 'a.dist-info/WHEEL']
    """
    return ".dist-info/" in name, name.endswith(".mo"), name


def package_files(package: Path) -> dict[str, bytes]:
    """Every file of the package under its name in the wheel, the texts compiled, the front end collected."""
    vendor = package / "kit" / "static" / "gezhi" / "vendor"
    wanted = COPIED.findall((package / "kit" / "collect.mjs").read_text(encoding="utf-8"))
    missing = [name for name in wanted if not (vendor / name).is_file()]
    if missing:
        raise Refused("bundle-vendor-missing", file=missing[0])
    files: dict[str, bytes] = {}
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        if path.is_file() and path.suffix not in {".pyc", ".mo"} and not LEFT_OUT & set(parts):
            files["/".join(("gezhi", *parts))] = path.read_bytes()
            if path.suffix == ".po" and {CHINESE, ENGLISH} & set(parts):
                name = "/".join(("gezhi", *parts[:-1], f"{path.stem}.mo"))
                files[name] = read(path).to_binary()
    return files


def metadata(project: dict[str, Any], readme: str) -> bytes:
    """What installers read: name, version, requirements, licence, and the readme as description."""
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        "License-Expression: Apache-2.0",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {requirement}" for requirement in project["dependencies"]),
        "Description-Content-Type: text/markdown",
    ]
    return ("\n".join(lines) + "\n\n" + readme).encode()


def scripts(project: dict[str, Any]) -> bytes:
    lines = (f"{name} = {place}\n" for name, place in project["scripts"].items())
    return "".join(["[console_scripts]\n", *lines]).encode()


def record(files: dict[str, bytes], own: str) -> bytes:
    """The list of what the wheel holds, with digests, as installers check it."""
    lines = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(files[name])}\n")
    return "".join([*lines, f"{own},,\n"]).encode()
