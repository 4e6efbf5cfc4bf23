"""What stands around the requests: their categories as matters of ours, who answers for them, ready texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gezhi.kernel.errors import Refused
from gezhi.loop.importing.columns import plain
from gezhi.loop.importing.matching import Matcher
from gezhi.loop.movein import store
from gezhi.loop.movein.rules.frames import Category, Ready
from gezhi.loop.movein.rules.records import CUT, NOT_FOUND, REFUSED, Losses
from gezhi.loop.replies.service.editing import put_text
from gezhi.loop.service.catalogue import propose_row
from gezhi.loop.service.contents import edit_matter
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor

Names = tuple[str, ...]
REVIEW = timedelta(days=90)  # a text that came along is looked at by somebody within a quarter of a year
NAME, TITLE, TEXT = 80, 120, 2_000
LETTERS = {"signalen": "SG", "fixmystreet": "FM"}


@dataclass(slots=True)
class Frames:
    """What was made of the categories: matter by names, and what was written beside."""

    matters: dict[Names, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    duties: int = 0
    texts: int = 0

    def matter(self, names: Names) -> str:
        """The matter of a category; one that is told without what stands above it, where only one is called so."""
        if names in self.matters or not names:
            return self.matters.get(names, "")
        fits = {code for held, code in self.matters.items() if held[-1] == names[-1]}
        return fits.pop() if len(fits) == 1 else ""


def settle(
    system: str, held: Iterable[Category], given: Mapping[str, str], losses: Losses, *, trial: bool, actor: Actor,
    now: datetime,
) -> Frames:  # fmt: skip
    """A matter for each category: the one that a file names, one of the same name, else a new one in pack `local`.

    Raises Refused: matter-unknown (422) where the file names a matter that is none.
    """
    kept = content()
    for code in given.values():
        if code not in kept.matters:
            raise Refused("matter-unknown", status=422, matter=code[:40])
    table = {plain(name): code for name, code in given.items()}
    matcher, frames = Matcher(kept), Frames()
    maker = _Maker(LETTERS.get(system, "XX"), trial=trial, actor=actor, now=now)
    for one in sorted(held, key=lambda category: (len(category.names), category.names)):
        names = tuple(name[:NAME] for name in one.names[-2:])
        code = table.get(plain(" ".join(names))) or table.get(plain(names[-1]), "")
        if not code and not given:
            code = matcher.matter(names) if not maker.knows(names) else ""
            code = code if code and _same(kept.matters.get(code), names) else maker.make(names, frames)
        if code:
            frames.matters[one.names] = code
        else:
            losses.note("category", " › ".join(one.names), NOT_FOUND)
    return frames


def _same(row: object, names: Names) -> bool:
    """Whether a matter that was found has the name of the category itself, not of what stands above it."""
    return plain(names[-1]) in {plain(getattr(row, "name_zh", "")), plain(getattr(row, "name_en", ""))}


class _Maker:
    """Makes matters of our own, each once: a run after this one finds what this one made."""

    def __init__(self, letters: str, *, trial: bool, actor: Actor, now: datetime) -> None:
        self.letters, self.trial, self.actor, self.now = letters, trial, actor, now
        rows = store.local_matters()
        self.known = {(row.parent, row.name_zh): row.code for row in rows.values()}
        self.codes = set(rows)

    def knows(self, names: Names) -> bool:
        """Whether an earlier run made the matter of this category."""
        parent = "" if len(names) == 1 else self.known.get(("", names[0]))
        return parent is not None and (parent, names[-1]) in self.known

    def make(self, names: Names, frames: Frames) -> str:
        parent = ""
        for name in names:
            code = self.known.get((parent, name))
            if code is None:
                code = self._free(parent)
                if not self.trial:
                    edit_matter(code, name_zh=name, name_en=name, parent=parent, actor=self.actor, now=self.now)
                self.known[parent, name] = code
                self.codes.add(code)
                frames.made.append(code)
            parent = code
        return parent

    def _free(self, parent: str) -> str:
        start = parent or self.letters
        return next(code for at in range(1, 10_000) if (code := f"{start}{at:02}") not in self.codes)


def routes(
    system: str, held: Iterable[Category], frames: Frames, losses: Losses, *, trial: bool, actor: Actor, now: datetime
) -> None:
    """The departments that answer for categories as rows of the draft catalogue, for a person to publish."""
    matcher = Matcher(content())
    codes = {unit.pk: unit.code for unit in below.units().filter(active=True)}
    for one in held:
        matter = frames.matters.get(one.names)
        if not matter or not one.departments:
            continue
        units = [codes[key] for name in one.departments if (key := matcher.unit(name)) is not None and key in codes]
        for name in one.departments:
            if matcher.unit(name) is None:
                losses.note("department", name, NOT_FOUND)
        if units:
            frames.duties += 1
            if not trial:
                propose_row(matter, "", units[0], assisting=units[1:], source=system, actor=actor, now=now)


def ready_texts(
    held: Sequence[Ready], frames: Frames, losses: Losses, *, owner: str, trial: bool, actor: Actor, now: datetime
) -> None:
    """Their ready texts among ours, not verified, due for review; one that is here already stays as it is."""
    for one in held:
        text, title = one.text[:TEXT], one.title[:TITLE]
        if len(one.text) > TEXT or len(one.title) > TITLE:
            losses.note("text", "text", CUT)
        there = content().replies.get(one.code)
        if there is not None and there.text_zh == text:
            continue
        if len(one.categories) > 1:
            losses.note("text", "categories", CUT)
        matter = frames.matters.get(one.categories[0], "") if one.categories else ""
        given = {"title_zh": title, "text_zh": text, "kind": one.kind, "matter": matter, "owner": owner,
                 "review_on": (now + REVIEW).date().isoformat(), "source": one.code.partition("-")[0]}  # fmt: skip
        try:
            if not trial:
                put_text(one.code, given, actor=actor, now=now)
            frames.texts += 1
        except Refused as refused:
            losses.note("text", refused.code, REFUSED)
