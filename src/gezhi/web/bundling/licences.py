"""Under which licences the parts stand: as SPDX expressions where they say so, and the texts they bring."""

import re
import zipfile
from collections.abc import Iterable
from email.message import Message
from email.parser import BytesParser
from importlib import metadata
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from gezhi.web.bundling.lock import Pinned

CLASSIFIED = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
}
TEXT = re.compile(r"^[^/]+\.dist-info/(?:licenses/.+|(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)$", re.IGNORECASE)


def of_metadata(told: Message) -> dict[str, object] | None:
    """The licence in the form of CycloneDX: an expression when it is one, otherwise what its authors wrote."""
    named = [str(value) for value in told.get_all("Classifier") or [] if value.startswith("License ::")]
    classified = [value.rsplit(" :: ", 1)[1] for value in named if value.count(" :: ") > 1]
    known = sorted({CLASSIFIED[name] for name in classified if name in CLASSIFIED})
    written = str(told.get("License") or "").strip()
    short = written if len(written) <= 80 and "\n" not in written else ""
    for said in (str(told.get("License-Expression") or ""), short, " OR ".join(known)):
        try:
            return {"expression": str(canonicalize_license_expression(said))}
        except InvalidLicenseExpression:
            continue
    name = short or ", ".join(classified) or written.partition("\n")[0][:80]
    return {"license": {"name": name}} if name else None


def installed(pinned: Pinned) -> Message | None:
    """The description of what is installed here; nothing where another version is, or none."""
    try:
        told = metadata.metadata(pinned.name)
    except metadata.PackageNotFoundError:
        return None
    return told if told["Version"] == pinned.version else None  # type: ignore[return-value]  # it is a Message


def of_wheel(path: Path) -> Message:
    """The description inside a wheel."""
    with zipfile.ZipFile(path) as wheel:
        name = next(name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return BytesParser().parsebytes(wheel.read(name))


def texts(wheels: Iterable[Path]) -> dict[str, bytes]:
    """Every licence text that wheels bring, by the name it gets in the archive."""
    found: dict[str, bytes] = {}
    for path in wheels:
        with zipfile.ZipFile(path) as wheel:
            for name in wheel.namelist():
                if TEXT.match(name) and not name.endswith("/"):
                    folder, _, rest = name.partition(".dist-info/")
                    found[f"licences/{folder}/{rest.removeprefix('licenses/')}"] = wheel.read(name)
    return found
