"""The catalogues on disk: every room has one per language, at locale/<language>/LC_MESSAGES/django.po."""

from collections.abc import Iterator
from pathlib import Path

import polib

SOURCE = Path(__file__).parents[2]  # the package gezhi
CHINESE = "zh_Hans"
ENGLISH = "en"
PSEUDO = "en_XA"
Key = tuple[str, str]  # context, msgid


def rooms() -> Iterator[Path]:
    """The rooms' folders, in the order of their names."""
    return (folder for folder in sorted(SOURCE.iterdir()) if (folder / "__init__.py").exists())


def po_file(room: Path, language: str) -> Path:
    return room / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> polib.POFile:
    """One catalogue; a file that is not there is an empty one."""
    return polib.pofile(str(path), encoding="utf-8", wrapwidth=0) if path.exists() else polib.POFile()


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def texts(entry: polib.POEntry) -> list[str]:
    """What an entry says: one text, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def entries(language: str) -> dict[Key, polib.POEntry]:
    """All rooms' entries of one language that have a text; the same key may stand in several rooms."""
    found: dict[Key, polib.POEntry] = {}
    for room in rooms():
        for entry in read(po_file(room, language)):
            if not entry.obsolete and all(texts(entry)):
                found[key(entry)] = entry
    return found
