"""Files that people send: judged by their bytes, images made anew, kept under their own digest in the data folder."""

import contextlib
import hashlib
import io
import os
import secrets
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings

from gezhi.kernel.errors import Refused

MOST_FILES = 9
LONGEST_SIDE = 2400
MOST_PIXELS = 60_000_000
MAGIC: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\xff\xd8\xff", 0, "image", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image", "image/png"),
    (b"GIF8", 0, "image", "image/gif"),
    (b"WEBP", 8, "image", "image/webp"),
    (b"%PDF-", 0, "pdf", "application/pdf"),
    (b"ID3", 0, "audio", "audio/mpeg"),
    (b"\xff\xfb", 0, "audio", "audio/mpeg"),
    (b"#!AMR", 0, "audio", "audio/amr"),
    (b"WAVE", 8, "audio", "audio/wav"),
    (b"ftypM4A", 4, "audio", "audio/mp4"),
    *((b"ftyp" + brand, 4, "", "") for brand in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif")),
    (b"ftyp", 4, "video", "video/mp4"),
)
SERVED = {"image": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that may be kept: the bytes to serve, and for an image what its camera wrote into it."""

    kind: str
    media_type: str
    data: bytes
    original: bytes
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


def kind_of(head: bytes) -> tuple[str, str]:
    """Kind and media type by the first bytes, never by the name.

    Pictures in a film's wrapping (HEIC, AVIF) are refused: they cannot be made anew, and would keep where they were
    taken.

    >>> kind_of(b"%PDF-1.7")[0]
    'pdf'
    """
    for magic, at, kind, media_type in MAGIC:
        if head[at : at + len(magic)] == magic and kind:
            return kind, media_type
        if head[at : at + len(magic)] == magic:
            break
    raise Refused("file-kind", status=422)


def judge(file: IO[bytes], size: int | None = None) -> Judged:
    """Read and judge one file. Raises file-too-large, file-empty, file-kind or file-broken (422)."""
    most = int(settings.GEZHI_UPLOAD_BYTES)
    if size is not None and size > most:
        raise Refused("file-too-large", status=422, megabytes=most // 2**20)
    data = file.read(most + 1)
    if len(data) > most:
        raise Refused("file-too-large", status=422, megabytes=most // 2**20)
    if not data:
        raise Refused("file-empty", status=422)
    kind, media_type = kind_of(data[:16])
    if kind != "image":
        return Judged(kind, media_type, data, b"")
    return _image(data)


def _image(data: bytes) -> Judged:
    """The image made anew, upright and without anything its camera wrote; time and place kept apart."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Refused("file-too-large", status=422, megabytes=int(settings.GEZHI_UPLOAD_BYTES) // 2**20)
                taken_at, lon, lat = _exif(opened)
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as error:  # fmt: skip
        raise Refused("file-broken", status=422) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return Judged("image", "image/jpeg", out.getvalue(), data, taken_at, lon, lat)


def written_in(file: IO[bytes]) -> tuple[datetime | None, float | None, float | None]:
    """When and where a photo was taken by what its camera wrote, longitude first; nothing where it is no photo.

    The file is left at its beginning; whether it may be kept is for `judge` to say.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # only its head is read
            with Image.open(file) as opened:
                return _exif(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None, None, None
    finally:
        file.seek(0)


def _exif(image: Any) -> tuple[datetime | None, float | None, float | None]:
    exif = image.getexif()
    taken = exif.get_ifd(0x8769).get(0x9003) or exif.get(0x0132)
    moment = None
    with contextlib.suppress(TypeError, ValueError):
        local = datetime.strptime(str(taken).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone follows
        moment = local.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
    gps = exif.get_ifd(0x8825)
    lat = _degrees(gps.get(2), gps.get(1), "S")
    lon = _degrees(gps.get(4), gps.get(3), "W")
    inside = lon is not None and lat is not None and -180 <= lon <= 180 and -90 <= lat <= 90
    return moment, lon if inside else None, lat if inside else None


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if str(side).upper().startswith(negative) else value, 6)


def keep(data: bytes) -> str:
    """Write bytes under their SHA-256, flushed to the disk before any row may name them; returns the digest."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if path.exists():
        os.utime(path)  # the sweep of orphans counts from here
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{digest}.{secrets.token_hex(4)}")  # two threads may bring the same file at once
    try:
        with fresh.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Refused("disk-full", status=507) from error
    return digest


def path_of(digest: str) -> Path:
    """Where the bytes of a digest lie."""
    if len(digest) != 64 or not digest.isalnum():
        raise Refused("file-not-found", status=404)
    return Path(settings.GEZHI_FILES) / digest[:2] / digest


def read(digest: str) -> bytes:
    """The bytes of a digest; 404 where they are gone."""
    try:
        return path_of(digest).read_bytes()
    except FileNotFoundError as error:
        raise Refused("file-not-found", status=404) from error


def remove(digest: str) -> None:
    path_of(digest).unlink(missing_ok=True)


def older_than(moment: datetime) -> Iterator[str]:
    """Digests of the files on disk that nobody has brought since a moment; half-written ones are dropped on the way."""
    for path in Path(settings.GEZHI_FILES).glob("[0-9a-f][0-9a-f]/*"):
        try:
            if path.stat().st_mtime >= moment.timestamp():
                continue
        except FileNotFoundError:
            continue
        if path.name.startswith("."):
            path.unlink(missing_ok=True)
        elif len(path.name) == 64:
            yield path.name
