"""Where the mapping files lie: in the folder `partners` of the installation, else those that come with the product."""

import re
from functools import lru_cache
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.kit.config import config
from gezhi.loop.models import Partner
from gezhi.loop.partners.rules.wording import Wording, wording

BUILT_IN = Path(__file__).parent / "mappings"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.toml")


def wording_of(partner: Partner) -> Wording:
    """How a partner says things. Raises mapping-missing, mapping-wrong (422)."""
    name = str(partner.wishes.get("mapping") or "")
    if not _NAME.fullmatch(name):
        raise Refused("mapping-missing", status=422, field="mapping", file=name[:60], folder=str(folder()))
    for place in (folder(), BUILT_IN):
        try:
            return _read(place / name, (place / name).stat().st_mtime_ns)
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise Refused("mapping-wrong", status=422, field="mapping", file=name, what="UTF-8",
                          why=type(error).__name__) from error  # fmt: skip
    raise Refused("mapping-missing", status=422, field="mapping", file=name, folder=str(folder()))


@lru_cache(maxsize=32)
def _read(path: Path, changed: int) -> Wording:
    """A file is read again once it has changed."""
    del changed
    return wording(path.read_text(encoding="utf-8"), path.name)


def folder() -> Path:
    return config().data / "partners"
