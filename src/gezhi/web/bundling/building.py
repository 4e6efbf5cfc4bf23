"""Putting an archive together: wheels, our own wheel, a Python where one is given, the way in, the papers."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import gezhi
from gezhi.kernel.errors import Refused
from gezhi.web.bundling import fetch, licences, sbom
from gezhi.web.bundling.lock import CHECKOUT, Pinned, lock_file, needed, parse
from gezhi.web.bundling.packing import Content, digest, pack, size
from gezhi.web.bundling.platforms import Platform
from gezhi.web.bundling.wheel import own_wheel

FORMAT = 1
FILES = Path(__file__).parent / "files"
EVERYWHERE = ("verify.py", "README.txt")
ON_LINUX = ("install.sh", "gezhi.service")
ON_WINDOWS = ("start.cmd", "demo.cmd", "install.cmd")
PLACES = {"verify.py": Path(__file__).parent, "gezhi.service": CHECKOUT / "deploy"}  # the others lie in FILES
RUNTIME = "runtime/python.tar.gz"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an archive shall be: for whom, for which versions of Python, from where."""

    platform: Platform
    pythons: tuple[str, ...]
    source: Path | None = None  # a folder of wheels instead of the package index
    runtime: Path | None = None  # a Python that somebody downloaded
    runtime_digest: str = ""


def root_of(platform: Platform) -> str:
    return f"gezhi-{gezhi.__version__}-{platform.name}"


def build(wanted: Wanted, output: Path) -> dict[str, object]:
    """Write the archive and return its manifest."""
    if not (CHECKOUT / "pyproject.toml").is_file():
        raise Refused("bundle-no-source", file="pyproject.toml")
    if output.exists():
        raise Refused("file-exists", file=str(output))
    if not output.parent.is_dir():
        raise Refused("folder-missing", folder=str(output.parent))
    with tempfile.TemporaryDirectory(prefix="gezhi-bundle-", dir=output.parent) as name:
        files = collect(wanted, Path(name))
        manifest = describe(wanted, files)
        files["manifest.json"] = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
        pack(output, root_of(wanted.platform), files)
    return manifest


def collect(wanted: Wanted, folder: Path) -> dict[str, Content]:
    """Every file of the archive but the manifest, by its name in it."""
    lock_text = lock_file("requirements.lock").read_text(encoding="utf-8")
    lock = parse(lock_text)
    wheels = folder / "wheels"
    wheels.mkdir()
    tool = fetch.tool("pip")
    for python in wanted.pythons:
        fetch.wheels(
            [tool, *needed(lock, wanted.platform, python)], wanted.platform, python, wheels, source=wanted.source
        )
    fetched = sorted(wheels.glob("*.whl"))
    name, own = own_wheel()
    files: dict[str, Content] = {f"wheels/{path.name}": path for path in fetched}
    files[f"wheels/{name}"] = own
    files["requirements.lock"] = lock_text.encode()
    files["LICENSE"] = (CHECKOUT / "LICENSE").read_bytes()
    files["sbom.cdx.json"] = papers(wanted, lock, fetched).encode()
    files.update(licences.texts(fetched))
    for own_file in (*EVERYWHERE, *(ON_WINDOWS if wanted.platform.windows else ON_LINUX)):
        files[own_file] = way_in(own_file)
    files.update(python_files(wanted, folder))
    return files


def papers(wanted: Wanted, lock: Sequence[Pinned], wheels: Iterable[Path]) -> str:
    """The bill of materials of this archive, told by the wheels that are in it."""
    told: dict[tuple[str, str], Message] = {}
    for path in wheels:
        description = licences.of_wheel(path)
        told[str(description["Name"]).lower().replace("_", "-").replace(".", "-"), str(description["Version"])] = (
            description
        )
    used = [one for one in lock if any(one.applies(wanted.platform, python) for python in wanted.pythons)]
    return sbom.bill(used, told=lambda one: told.get((one.name, one.version)))


def way_in(name: str) -> bytes:
    """One of the files that people start or read; those of Windows with the line ends that Windows wants."""
    data = (PLACES.get(name, FILES) / name).read_bytes()
    return data.replace(b"\n", b"\r\n") if name.endswith((".cmd", ".txt")) else data


def python_files(wanted: Wanted, folder: Path) -> dict[str, Content]:
    """The Python of the archive: unpacked for Windows, which has none; as it was given for Linux, or none."""
    given = fetch.given_python(wanted.runtime, wanted.runtime_digest) if wanted.runtime else None
    if not wanted.platform.windows:
        return {RUNTIME: given} if given else {}
    files = fetch.windows_files(given or fetch.windows_python(folder, source=wanted.source))
    paths = [name for name in files if name.endswith("._pth")]
    if paths != [f"python{wanted.pythons[0].replace('.', '')}._pth"]:
        raise Refused("bundle-runtime-unread", file=str(given or fetch.PYTHON_ZIP))
    files[paths[0]] = "\r\n".join((f"{paths[0].removesuffix('._pth')}.zip", ".", r"..\lib", "")).encode()
    return {f"python/{name}": data for name, data in files.items()}


def describe(wanted: Wanted, files: dict[str, Content]) -> dict[str, object]:
    """What the archive says of itself; no moment and no machine, so that the same inputs give the same bytes."""
    return {
        "format": FORMAT,
        "product": "gezhi",
        "version": gezhi.__version__,
        "platform": wanted.platform.name,
        "pythons": list(wanted.pythons),
        "runtime": wanted.platform.windows or RUNTIME in files,
        "files": {name: {"sha256": digest(files[name]), "size": size(files[name])} for name in sorted(files)},
    }
