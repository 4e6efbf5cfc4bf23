"""What is wrong with the texts: asked for and not translated, said in one language only, other places to fill in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gezhi.kit.messages.catalogues import (
    CHINESE,
    ENGLISH,
    SOURCE,
    entries,
    key,
    po_file,
    read,
    rooms,
    texts,
)
from gezhi.kit.messages.used import place, uses

HOLES = re.compile(r"%\((\w+)\)")
HAN = re.compile(r"[\u3400-\u9fff]")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to mend."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def faults() -> list[Fault]:
    """Everything that is wrong, in the order of the files."""
    return sorted({*untranslated(), *one_sided(), *holes(), *repeated(), *chinese_outside()})


def name(context: str, msgid: str) -> str:
    """How a finding calls a text.

    >>> name("state", "received"), name("", "Save")
    ('state/received', '"Save"')
    """
    return f"{context}/{msgid}" if context else f'"{msgid}"'


def untranslated() -> Iterator[Fault]:
    """Texts that templates or code ask for and that nobody translated."""
    chinese, english = entries(CHINESE), entries(ENGLISH)
    for use in uses():
        where = f"{use.file}:{use.line}"
        if (use.context, use.msgid) not in chinese:
            yield Fault(where, f"{name(use.context, use.msgid)} has no Chinese")
        if use.context and (use.context, use.msgid) not in english:
            yield Fault(where, f"{name(use.context, use.msgid)} has no English")


def one_sided() -> Iterator[Fault]:
    """Symbolic words that stand in one language only, and Chinese characters among the English."""
    both = {language: entries(language) for language in (CHINESE, ENGLISH)}
    for here, there in ((CHINESE, ENGLISH), (ENGLISH, CHINESE)):
        for context, msgid in both[here]:
            if context and (context, msgid) not in both[there]:
                yield Fault(f"locale/{there}", f"{name(context, msgid)} stands only in {here}")
    for (context, msgid), entry in both[ENGLISH].items():
        if any(HAN.search(text) for text in texts(entry)):
            yield Fault("locale/en", f"{name(context, msgid)} holds Chinese")


def holes() -> Iterator[Fault]:
    """Places to fill in that one language has and the other has not: a fact would be lost or raise an error."""
    chinese, english = entries(CHINESE), entries(ENGLISH)
    for (context, msgid), entry in chinese.items():
        other = english.get((context, msgid))
        sources = [msgid, entry.msgid_plural or ""] if not context else (texts(other) if other else [])
        if not sources:
            continue
        wanted = {hole for text in sources for hole in HOLES.findall(text)}
        for text in texts(entry):
            found = set(HOLES.findall(text))
            if found != wanted and not (entry.msgid_plural and found <= wanted):
                odd = ", ".join(sorted(found ^ wanted))
                yield Fault("locale", f"{name(context, msgid)}: %({odd})s is filled in one language only")


def repeated() -> Iterator[Fault]:
    """The same key twice with different texts: which one people see would be chance."""
    for language in (CHINESE, ENGLISH):
        seen: dict[tuple[str, str], list[str]] = {}
        for room in rooms():
            for entry in read(po_file(room, language)):
                before = seen.setdefault(key(entry), texts(entry))
                if before != texts(entry):
                    yield Fault(f"{room.name}/locale/{language}", f"{name(*key(entry))} is said in two ways")


def chinese_outside() -> Iterator[Fault]:
    """Chinese written into a template, where no other language can replace it."""
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        text = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            if HAN.search(line):
                yield Fault(f"{place(path)}:{number}", "Chinese stands in the template instead of the locale file")
