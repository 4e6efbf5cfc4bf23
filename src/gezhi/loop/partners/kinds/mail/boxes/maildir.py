"""A maildir: letters come in `new`, end read in `.done` or `.failed` beside it, as mail servers lay out folders."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.mail.boxes import Lying

READ = ":2,S" if os.name != "nt" else "!2,S"
HEAD = 64 * 1024


class Maildir:
    """Letters in `new` and `cur`; what is still being written stands in `tmp` and is not looked at."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def letters(self, largest: int, most: int, after: datetime | None) -> Iterator[Lying]:
        if not (self.place / "new").is_dir():
            raise Later("maildir-missing")
        waiting = [path for box in ("new", "cur") for path in (self.place / box).glob("*") if path.is_file()]
        for path in sorted(waiting, key=lambda one: one.name):
            try:
                known = path.stat()
                at = datetime.fromtimestamp(known.st_mtime, UTC)
                if after is not None and at < after:
                    continue
                whole = known.st_size <= largest
                with path.open("rb") as file:
                    raw = file.read(-1 if whole else HEAD)
            except FileNotFoundError:  # another program moved it meanwhile
                continue
            yield Lying(str(path.relative_to(self.place)), raw, whole, at)
            most -= 1
            if most <= 0:
                return

    def move(self, name: str, to: str) -> None:
        target = self.place / f".{to}"
        for box in ("new", "cur", "tmp"):
            (target / box).mkdir(parents=True, exist_ok=True)
        bare = Path(name).name.partition(":")[0].partition("!")[0]
        with suppress(FileNotFoundError):  # another program moved it meanwhile
            (self.place / name).replace(target / "cur" / f"{bare}{READ}")

    def close(self) -> None:
        """Nothing is held open."""
