"""What leaves the house as files: readable by this account alone, whole or not at all, and not for ever."""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=30)  # what the office's own program has not fetched by then, it never will
WAYS = ("mail", "sms")


def laid(folder: Path, name: str, content: bytes) -> None:
    """Lay a file into a folder; both are opened to nobody else, whatever stood there before."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # an office may keep the folder itself, under a program's own account
        folder.chmod(0o700)
    passing = folder / f".{name}.part"
    passing.unlink(missing_ok=True)
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    passing.replace(folder / name)


def sweep(data: Path, now: datetime) -> int:
    """Take away letters and messages that lie longer than they are kept; how many."""
    count, before = 0, (now - KEPT).timestamp()
    for way in WAYS:
        for file in (data / "outgoing" / way).glob("*"):
            with suppress(FileNotFoundError):  # fetched just now
                if file.is_file() and file.lstat().st_mtime < before:
                    file.unlink()
                    count += 1
    return count
