"""What the desk decides: show a case in these words, withhold it and why; what the person concerned may ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit.text import clean
from gezhi.kit.uploads import remove
from gezhi.loop.models import PublicCase
from gezhi.loop.public import store
from gezhi.loop.public.rules.showing import CAUSES, MODES, MOST_DAYS, SINCE, Rule, never
from gezhi.loop.public.service import photos
from gezhi.loop.public.service.publishing import entered, show
from gezhi.loop.public.service.wording import MOST, PARTS, Draft, draft_of, subject_of, words_of
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.service.reading import hidden
from gezhi.loop.store import cases
from gezhi.loop.store import content as contents
from gezhi.loop.store.erasing import unnamed
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, seal_text, verb

VERB = store.VERB


@dataclass(frozen=True, slots=True)
class Looked:
    """An entry with what the machine makes of its case, for who decides."""

    entry: PublicCase
    draft: Draft
    words: dict[str, str]  # as they would stand in public: decided earlier, else made now
    note: str


def opened(key: UUID | str, *, actor: Actor) -> Looked:
    """An entry for who may decide on it; 404 for everybody else, and where the person must stay unknown to him."""
    entry = store.one(actor, key)
    if entry is None or hidden(actor, entry.case) or never(subject_of(entry.case)):
        raise Refused("public-not-found", status=404)
    draft, before = draft_of(entry.case), words_of(entry)
    words = {name: str(before.get(name, "")) for name in PARTS} if before.get("text") else dict(draft.words)
    if entry.fresh or not words["answer"]:
        words["answer"] = draft.words["answer"]
    return Looked(entry, draft, words, str(before.get("note", "")))


def _locked(key: UUID | str, actor: Actor) -> PublicCase:
    seen = opened(key, actor=actor).entry
    require(actor, VERB, unit_paths=[seen.case.desk.path])
    entry = store.locked(seen.pk)
    if entry is None:
        raise Refused("public-not-found", status=404)
    return entry


@verb("public.decide")
def allow(
    key: UUID | str, words: Mapping[str, str], pictures: Sequence[photos.Wish] = (), *, seen: str = "", actor: Actor,
    now: datetime,
) -> PublicCase:  # fmt: skip
    """Show a case in these words, with the pictures that were chosen.

    Refuses public-words (a text is needed), public-moved (another answer has come since the form was opened),
    text-too-long, the refusals of pictures (422), public-not-found (404), not-allowed (403).
    """
    entry = _locked(key, actor)
    draft = draft_of(entry.case)
    if seen and seen != (draft.answered or "-"):
        raise Refused("public-moved")
    said = {name: _checked(name, words.get(name, "")) for name in PARTS}
    if not said["text"] or not said["title"]:
        raise Refused("public-words", status=422, field="text" if said["title"] else "title")
    if not draft.answered:
        said["answer"] = ""
    entry.edited = entry.edited or any(said[name] != draft.words[name] for name in PARTS)
    entry.decided_by_id, entry.decided_at, entry.due_at = int(actor.id), now, None
    show(entry, said, draft, now=now)
    photos.choose(entry, pictures, actor=actor, now=now)
    body = {"case": str(entry.case_id), "shown": True, "edited": entry.edited, "photos": len(pictures)}
    record(VERB, "public", entry.pk, actor=actor, body=body)
    return entry


def _checked(name: str, words: str) -> str:
    said = clean(checked_text(name, words))
    if len(said) > MOST[name]:
        raise Refused("text-too-long", status=422, field=name, limit=MOST[name], length=len(said))
    return said


@verb("public.decide")
def withhold(key: UUID | str, cause: str, note: str = "", *, actor: Actor, now: datetime) -> PublicCase:
    """Keep a case from the public list, or take it off it, and why. Refuses public-cause (422)."""
    entry = _locked(key, actor)
    if cause not in CAUSES:
        raise Refused("public-cause", status=422, field="cause")
    said = _checked("title", note)
    _hide(entry, cause, now)
    entry.words = seal_text(entry.case.requester, {**words_of(entry), "note": said}) if said else entry.words
    entry.decided_by_id, entry.decided_at = int(actor.id), now
    entry.save()
    record(VERB, "public", entry.pk, actor=actor, body={"case": str(entry.case_id), "shown": False, "cause": cause})
    return entry


def _hide(entry: PublicCase, cause: str, now: datetime) -> None:
    entry.state, entry.cause, entry.fresh, entry.due_at, entry.changed_at = "withheld", cause, False, None, now
    entry.search = None
    for digest in unnamed(store.drop_photos([entry.pk])):
        remove(digest)


@verb("public.object")
def object_to(case_id: UUID | str, *, actor: Actor, now: datetime) -> PublicCase:
    """The person who asked does not want the case in public: it is taken off at once, and stays off.

    It may be said before anybody has thought of showing it. Refuses case-not-found (404) for anybody else.
    """
    case = cases.locked(case_id)
    if case is None or actor.kind != "citizen" or str(case.requester_id) != actor.id:
        raise Refused("case-not-found", status=404)
    entry = store.entry_of(case.pk, lock=True) or entered(case, now)
    _hide(entry, "asked", now)
    entry.save()
    record("public.object", "public", entry.pk, actor=actor, body={"case": str(entry.case_id)})
    return entry


@verb("public.rule")
def set_rule(rule: Rule, *, actor: Actor, now: datetime) -> None:
    """How cases of a matter come before the public in this office. Refuses field-invalid, matter-unknown (422)."""
    del now
    require(actor, "public.rule")
    if rule.matter and rule.matter not in contents.content().matters:
        raise Refused("matter-unknown", status=422, field="matter", matter=rule.matter[:20])
    for name, value, known in (("mode", rule.mode, MODES), ("since", rule.since, SINCE)):
        if value not in known:
            raise Refused("field-invalid", status=422, field=name, value=value[:40])
    if not 0 <= rule.days <= MOST_DAYS:
        raise Refused("field-invalid", status=422, field="days", value=str(rule.days))
    store.set_rule(rule)
    body = {"mode": rule.mode, "since": rule.since, "days": rule.days, "verified": rule.verified}
    record("public.rule", "matter", rule.matter or "-", actor=actor, body=body)
    contents.forget()


@verb("public.rule")
def drop_rule(matter: str, *, actor: Actor, now: datetime) -> None:
    """The rule of the pack holds again for a matter. Refuses matter-unknown (422) where the office has none."""
    del now
    require(actor, "public.rule")
    if not store.drop_rule(matter):
        raise Refused("matter-unknown", status=422, field="matter", matter=matter[:20])
    record("public.rule", "matter", matter or "-", actor=actor, body={"mode": "pack"})
    contents.forget()
