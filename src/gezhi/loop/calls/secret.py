"""The secret that the telephone system signs with: a file of 0600 among the keys, changed without losing an event."""

import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

NAME, BEFORE = "cti.secret", "cti-before.secret"
OVERLAP = timedelta(hours=1)  # the former secret still counts, while the telephone system is told the new one


def _path(name: str) -> Path:
    return Path(settings.GEZHI_KEYS) / name


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)


def present() -> str:
    """The secret in force; made at first use."""
    path = _path(NAME)
    if not path.exists():
        _write(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def accepted(now: datetime) -> list[str]:
    """The secret in force, and the one before it for an hour after the change."""
    found = [present()]
    with suppress(OSError, ValueError):
        until, _, old = _path(BEFORE).read_text(encoding="utf-8").partition(" ")
        if now < datetime.fromisoformat(until):
            found.append(old.strip())
    return found


def change(now: datetime, *, at_once: bool = False) -> str:
    """A new secret; the former counts for another hour, unless it must not."""
    old = present()
    if at_once:
        _path(BEFORE).unlink(missing_ok=True)
    else:
        _write(_path(BEFORE), f"{(now + OVERLAP).isoformat()} {old}")
    fresh = secrets.token_urlsafe(32)
    _write(_path(NAME), fresh)
    return fresh
