"""The hand-written stories, phrases and places of the demo city, and the writer that fills their slots."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parents[1] / "bundled" / "demo-city"
SLOT = re.compile(r"\{(\w+)\}")
MOST = 3  # how often one text may stand among all cases
TRIES = 200
SENTENCE = re.compile(r"(^|[.!?]\s+)([a-z])")


@dataclass(frozen=True, slots=True)
class Story:
    """What somebody asks for and what comes of it, in one language; several rounds where the plot has them."""

    key: str
    matter: str
    kind: str
    urgency: int
    months: frozenset[int]
    weight: int
    plot: str
    title: str
    text: tuple[str, ...]
    place: str
    reply: tuple[str, ...]
    voice: tuple[str, ...]

    @property
    def slots(self) -> frozenset[str]:
        """Every slot that some part of the story has."""
        return frozenset(SLOT.findall(" ".join((self.title, *self.text, self.place, *self.reply, *self.voice))))


@dataclass(frozen=True, slots=True)
class Place:
    """One name of the invented city; `parent` is the street or town it lies in, empty for names that lie anywhere."""

    kind: str
    code: str
    parent: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one table of the pack."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def months(text: str) -> frozenset[int]:
    """The months in which a story may happen; empty means all.

    >>> sorted(months("11-2")), sorted(months("6,9")), sorted(months("1-2,6"))
    ([1, 2, 11, 12], [6, 9], [1, 2, 6])
    """
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        month = int(first)
        found.add(month)
        while last and month != int(last):
            month = month % 12 + 1
            found.add(month)
    return frozenset(found)


@cache
def stories(language: str) -> tuple[Story, ...]:
    """All stories in one language, `zh` or `en`."""
    found = []
    for path in sorted(FOLDER.glob("stories_*.csv")):
        for row in rows(path.name):
            parts = {name: tuple(row[f"{name}_{language}"].split("||")) for name in ("text", "reply", "voice")}
            found.append(Story(
                row["story"], row["matter_code"], row["kind"], int(row["urgency"]), months(row["months"]),
                int(row["weight"]), row["plot"], row[f"title_{language}"], parts["text"], row[f"place_{language}"],
                parts["reply"], parts["voice"],
            ))  # fmt: skip
    return tuple(found)


@cache
def phrases(language: str) -> Mapping[str, tuple[str, ...]]:
    """The phrase banks: notes, rulings, reasons, what people say on the phone."""
    banks: dict[str, list[str]] = {}
    for row in rows("phrases.csv"):
        banks.setdefault(row["bank"], []).append(row[f"text_{language}"])
    return {bank: tuple(texts) for bank, texts in banks.items()}


@cache
def places() -> tuple[Place, ...]:
    """Every name of the city."""
    return tuple(Place(r["kind"], r["code"], r["parent"], r["name_zh"], r["name_en"]) for r in rows("places.csv"))


@cache
def places_of(kind: str, parent: str = "") -> tuple[Place, ...]:
    """The names of one kind, those of one street or town where that is given."""
    return tuple(p for p in places() if p.kind == kind and (not parent or p.parent == parent))


def fill(template: str, slots: Mapping[str, str], language: str) -> str:
    """A template with its slots filled; English sentences begin with a capital. A slot without value is a KeyError.

    >>> fill("{river} smells. {river} is black.", {"river": "the Fang River"}, "en")
    'The Fang River smells. The Fang River is black.'
    """
    text = SLOT.sub(lambda match: slots[match[1]], template)
    return SENTENCE.sub(lambda match: match[1] + match[2].upper(), text) if language == "en" else text


class Writer:
    """Writes texts so that none stands more than `MOST` times; the same seed writes the same texts."""

    def __init__(self, rng: Random, language: str) -> None:
        self.rng = rng
        self.language = language
        self.uses: Counter[str] = Counter()
        self.join = " " if language == "en" else ""

    def fresh(self, text: str, most: int = MOST) -> bool:
        """Whether a text may stand once more."""
        return self.uses[text] < most

    def keep(self, text: str) -> str:
        """Count a text that is used."""
        self.uses[text] += 1
        return text

    def phrase(self, bank: str, slots: Mapping[str, str]) -> str:
        """A phrase of a bank that was not used too often."""
        return self._first(self._phrases(bank, slots))

    def _phrases(self, bank: str, slots: Mapping[str, str]) -> Iterable[str]:
        for _ in range(TRIES):
            yield fill(self.rng.choice(phrases(self.language)[bank]), slots, self.language)

    def told(self, template: str, slots: Mapping[str, str]) -> str:
        """A text of a story; where it was used before, as people say it: with a word before or after."""
        return self._first(self._tellings(template, slots))

    def _tellings(self, template: str, slots: Mapping[str, str]) -> Iterable[str]:
        body = fill(template, slots, self.language)
        for _ in range(TRIES):
            parts = [body]
            if self.rng.random() < 0.5:
                parts.insert(0, fill(self.rng.choice(phrases(self.language)["greet"]), slots, self.language))
            if self.rng.random() < 0.5:
                parts.append(fill(self.rng.choice(phrases(self.language)["tail"]), slots, self.language))
            yield self.join.join(parts)

    def answer(self, template: str, slots: Mapping[str, str]) -> str:
        """An office's answer; where it was used before, with a word of courtesy before or after it."""
        return self._first(self._answers(template, slots))

    def _answers(self, template: str, slots: Mapping[str, str]) -> Iterable[str]:
        body = fill(template, slots, self.language)
        yield body
        for _ in range(TRIES):
            opening = fill(self.rng.choice(phrases(self.language)["opening"]), slots, self.language)
            yield self.join.join((opening, body))

    def _first(self, texts: Iterable[str]) -> str:
        """The first text that is quite new, else the least used one that may still stand."""
        known: list[str] = []
        for text in texts:
            if not self.uses[text]:
                return self.keep(text)
            known.append(text)
        best = min(known, key=lambda text: self.uses[text])
        if not self.fresh(best):
            raise LookupError(f"every wording was used {MOST} times: {best}")
        return self.keep(best)
