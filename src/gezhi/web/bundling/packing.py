"""Writing and reading archives: the same files give the same bytes, whoever packs them and whenever."""

import gzip
import hashlib
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gezhi.kernel.errors import Refused

DAWN = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip can tell
DAWN_SECONDS = 315532800
PRESSED = (".whl", ".gz", ".zip", ".bz2", ".xz", ".zst")  # compressed already
Content = Path | bytes


def open_content(content: Content) -> IO[bytes]:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def digest(content: Content) -> str:
    with open_content(content) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # either kind reads into a buffer


def size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def executable(name: str) -> bool:
    """What a person starts: scripts keep their right to run where the system knows such a right."""
    return name.endswith(".sh")


def pack(target: Path, root: str, files: Mapping[str, Content]) -> None:
    """Write an archive whose kind its name tells; nothing half-written bears the name asked for."""
    passing = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        (pack_zip if target.suffix == ".zip" else pack_tar)(passing, root, files)
        passing.replace(target)
    finally:
        passing.unlink(missing_ok=True)


def pack_tar(target: Path, root: str, files: Mapping[str, Content]) -> None:
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as pressed,
        tarfile.open(fileobj=pressed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for name in sorted(files):
            info = tarfile.TarInfo(f"{root}/{name}")
            info.size, info.mtime = size(files[name]), DAWN_SECONDS
            info.mode = 0o755 if executable(name) else 0o644
            with open_content(files[name]) as content:
                tar.addfile(info, content)


def pack_zip(target: Path, root: str, files: Mapping[str, Content]) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"{root}/{name}", DAWN)
            info.create_system = 3  # the same on every machine that packs
            info.external_attr = (0o100755 if executable(name) else 0o100644) << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(PRESSED) else zipfile.ZIP_DEFLATED
            with open_content(files[name]) as content, archive.open(info, "w", force_zip64=True) as out:
                while block := content.read(1 << 20):
                    out.write(block)


Opener = Callable[[], IO[bytes]]


def members(source: Path) -> Iterator[tuple[str, Opener]]:
    """Name and content of each file of an archive, in its order; links, devices and names that lead out are refused."""
    return (zip_members if zipfile.is_zipfile(source) else tar_members)(source)


@contextmanager
def readable(source: Path) -> Iterator[None]:
    """Whatever goes wrong while an archive is read is a refusal that names it."""
    try:
        yield
    except FileNotFoundError:
        raise Refused("file-missing", file=str(source)) from None
    except (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, EOFError, OSError):
        raise Refused("not-a-bundle", file=str(source)) from None


def tar_members(source: Path) -> Iterator[tuple[str, Opener]]:
    with tarfile.open(source, "r|gz") as tar:
        for info in tar:
            content = tar.extractfile(info) if info.isfile() else None
            if content is None or leads_out(info.name):
                raise Refused("bundle-unsafe", file=str(source), name=info.name)
            yield info.name, lambda content=content: content  # type: ignore[misc]  # bound now, read at once


def zip_members(source: Path) -> Iterator[tuple[str, Opener]]:
    with zipfile.ZipFile(source) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if info.is_dir() or (mode and not stat.S_ISREG(mode)) or leads_out(info.filename):
                raise Refused("bundle-unsafe", file=str(source), name=info.filename)
            yield info.filename, lambda info=info: archive.open(info)  # type: ignore[misc]  # bound now, read at once


def leads_out(name: str) -> bool:
    r"""Whether a name in an archive points outside of the folder it is unpacked in.

    >>> [leads_out(name) for name in ("a/b", "../a", "/a", "a/../../b", "C:/a", "a\\b")]
    [False, True, True, True, True, True]
    """
    return name.startswith("/") or ".." in name.split("/") or ":" in name or "\\" in name
