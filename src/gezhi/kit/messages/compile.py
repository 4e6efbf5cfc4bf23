"""From .po to .mo, and the pseudo-language: English with accents, 40 % longer, so that forgotten texts show."""

import errno
import math
import os
import re
from pathlib import Path

import polib

from gezhi.kit.messages.catalogues import (
    CHINESE,
    ENGLISH,
    PSEUDO,
    key,
    po_file,
    read,
    rooms,
    texts,
)

ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "áçéîñöšûýžÁÇÉÎÑÖŠÛÝŽ")
KEEP = re.compile(r"(%\(\w+\)[-+ #0-9.]*[a-z]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;|\n)")
FILLER = "·lorém·ipsûm·dolör·sît·amét·çonsectétûr·adipîscing·élit"


def compile_all(*, force: bool = False) -> list[Path]:
    """Compile every catalogue that is newer than its .mo; returns those written."""
    written = []
    for room in rooms():
        for language in (CHINESE, ENGLISH):
            source = po_file(room, language)
            target = source.with_suffix(".mo")
            if source.exists() and (force or not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
                try:
                    write(read(source), target)
                    written.append(target)
                except OSError as error:  # installed for all users or read-only: what the package brought must do
                    if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
                        raise
    return written


def write(catalogue: polib.POFile, target: Path) -> None:
    """Put a .mo in its place in one step, since another process may be reading the old one."""
    passing = target.with_suffix(f".{os.getpid()}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save_as_mofile(str(passing))
    passing.replace(target)


def pseudo(text: str) -> str:
    """English made strange: accents on letters, 40 % longer, in brackets; places to fill in, marks and tags stay.

    >>> pseudo("Save %(count)s cases")
    '[Šávé %(count)s çášéš·loré]'
    >>> pseudo("")
    ''
    """
    if not text.strip():
        return text
    parts = KEEP.split(text)
    strange = "".join(part if index % 2 else part.translate(ACCENTS) for index, part in enumerate(parts))
    letters = sum(len(part) for part in parts[::2])
    longer = (FILLER * 40)[: math.ceil(letters * 0.4)]
    end = "\n" if text.endswith("\n") else ""
    start = "\n" if text.startswith("\n") else ""
    return f"{start}[{strange.strip(chr(10))}{longer}]{end}"


def make_pseudo() -> list[Path]:
    """A pseudo catalogue per room, from the English texts and from every sentence the room's files ask for."""
    from gezhi.kit.messages.used import uses  # needs Django, which compiling does not

    asked: dict[str, set[tuple[str, str]]] = {}
    for use in uses():
        asked.setdefault(Path(use.file).parts[1], set()).add((use.context, use.msgid))
    written = []
    for room in rooms():
        catalogue = polib.POFile()
        catalogue.metadata = {
            "Content-Type": "text/plain; charset=utf-8",
            "Plural-Forms": "nplurals=2; plural=(n != 1);",
        }
        done = set()
        english, chinese = read(po_file(room, ENGLISH)), read(po_file(room, CHINESE))
        for entry in (*english, *(entry for entry in chinese if not entry.msgctxt)):
            if key(entry) not in done and not entry.obsolete:
                done.add(key(entry))
                catalogue.append(strange_entry(entry, english=bool(entry.msgctxt) and all(texts(entry))))
        for context, msgid in asked.get(room.name, set()) - done:
            if not context:
                catalogue.append(polib.POEntry(msgid=msgid, msgstr=pseudo(msgid)))
        if catalogue:
            target = po_file(room, PSEUDO).with_suffix(".mo")
            write(catalogue, target)
            written.append(target)
    return written


def strange_entry(entry: polib.POEntry, *, english: bool) -> polib.POEntry:
    """The pseudo entry of one English or English-keyed entry."""
    new = polib.POEntry(msgctxt=entry.msgctxt, msgid=entry.msgid, msgid_plural=entry.msgid_plural)
    if entry.msgid_plural:
        forms = texts(entry) if english else [entry.msgid, entry.msgid_plural]
        new.msgstr_plural = {number: pseudo(form) for number, form in enumerate(forms)}
    else:
        new.msgstr = pseudo(entry.msgstr if english else entry.msgid)
    return new
