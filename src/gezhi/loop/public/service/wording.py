"""The words of a case as they may stand in public: made by the machine for a person to look at, or as decided."""

import hashlib
from dataclasses import dataclass
from typing import Any

from gezhi.loop.models import Case, PublicCase
from gezhi.loop.public.rules.places import streets
from gezhi.loop.public.rules.redaction import redacted
from gezhi.loop.public.rules.showing import ANSWERED, Subject
from gezhi.loop.service.behalf import concerned
from gezhi.loop.service.following import reply_texts
from gezhi.loop.service.receiving import title_from
from gezhi.loop.store import reading
from gezhi.trust.service import identity_of, open_text

PARTS = ("title", "text", "place", "answer")
MOST = {"title": 200, "text": 20_000, "place": 100, "answer": 20_000}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the machine makes of a case, beside what stands in it."""

    original: dict[str, str]
    words: dict[str, str]
    kinds: tuple[str, ...]
    answered: str  # digest of the answer


def subject_of(case: Case) -> Subject:
    """What the rules look at."""
    return Subject(
        state=case.state, kind=case.kind, confidential=case.confidential, dormant=case.dormant,
        erased=case.requester.wrapped_key is None, complained=case.complained_id is not None,
    )  # fmt: skip


def answer_of(case: Case) -> str:
    """The answer that the requester reads now; none while there is no answer in force."""
    return reply_texts(case).get("reply", "") if case.state in ANSWERED else ""


def mark(answer: str) -> str:
    """A digest by which another answer is known."""
    return hashlib.sha256(answer.encode()).hexdigest() if answer else ""


def draft_of(case: Case) -> Draft:
    """The words of a case without persons; the place no nearer than the street."""
    story, names = open_text(case.requester, case.story), names_of(case)
    original = {name: str(story.get(name, "")) for name in ("title", "text", "place")} | {"answer": answer_of(case)}
    cut = {name: redacted(original[name], names) for name in ("text", "answer")}
    title = redacted(original["title"] or title_from(original["text"]), names)
    words = {"title": title.text, "text": cut["text"].text, "place": streets(original["place"]),
             "answer": cut["answer"].text}  # fmt: skip
    kinds = {kind for one in (*cut.values(), title) for kind in one.kinds}
    return Draft(original, words, tuple(sorted(kinds)), mark(original["answer"]))


def names_of(case: Case) -> list[str]:
    """The names that must not stand in public: of who asked, for whom, and of everybody who worked on it."""
    meant = concerned(case)
    people = reading.people_named(reading.steps(case))
    own = (identity_of(case.requester).get("name", ""), meant.name if meant else "")
    return [name for name in (*own, *people.values()) if len(name) > 1]


def words_of(entry: PublicCase) -> dict[str, Any]:
    """The words as they were decided; nothing once the person was erased."""
    return open_text(entry.case.requester, entry.words) if entry.words is not None else {}


def in_force(entry: PublicCase) -> bool:
    """Whether the answer that was looked at is still the one that holds."""
    return bool(entry.answered) and entry.case.state in ANSWERED and entry.round == entry.case.round
