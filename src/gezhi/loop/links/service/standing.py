"""Who may do what with a link, by the units that work on its case now; and what is sealed in it, opened."""

from typing import Any
from uuid import UUID

from gezhi.kernel.codes import mask_name
from gezhi.kernel.errors import Refused
from gezhi.loop.links import rules, store
from gezhi.loop.models import Attachment, Case, Link
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.service.reading import hidden
from gezhi.loop.service.rights import paths_for
from gezhi.loop.store import below
from gezhi.loop.store.cases import open_clocks
from gezhi.loop.store.content import content
from gezhi.loop.store.rows import snapshot_of
from gezhi.loop.store.visible import get_visible, visible
from gezhi.loop.store.visible import may as allowed_on
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, open_text, require

NOTE = BY_NAME["note"]  # the answer comes into the case as a note, so whoever may write one may ask for one


def working(case: Case) -> list[str]:
    """Paths of the units that may write into the case now: in charge, assisting with an open part, the desk."""
    if case.dormant or case.state not in NOTE.sources:
        return []
    paths = paths_for(NOTE, case, snapshot_of(case, open_clocks(case)), {})
    lead = case.lead.path if case.lead is not None else ""
    return sorted(paths, key=lambda path: (path == case.desk.path, path != lead))  # in charge, assisting, the desk


def senders_unit(case: Case, actor: Actor, verb: str = "link.send") -> Any:
    """The unit in whose name this person hands work of a case to somebody outside.

    Refuses link-not-now where nobody works on the case, and not-allowed (403).
    """
    paths = working(case)
    if not paths:
        raise Refused("link-not-now", state=case.state)
    path = own_path(case, actor, paths, verb)
    if not path:
        _refuse(actor, verb, case, paths)
    return below.units().get(path=path)


def own_path(case: Case, actor: Actor, paths: list[str], verb: str = "link.send") -> str:
    """The path of the unit for which this person acts, his own before others; empty where he may for none of them."""
    own = sorted(paths, key=lambda path: path != actor.unit_path)
    return next((path for path in own if allowed_on(actor, verb, case, paths=[path])), "")


def deciders(link: Link, paths: list[str] | None = None) -> list[str]:
    """Paths of the units that decide on an answer: that of the sender; where it has lost the case, those that have it.

    `paths` are those of `working`, where they are known.
    """
    now = working(link.case) if paths is None else paths
    return [link.unit.path] if link.unit.path in now or not now else now


def may(actor: Actor, verb: str, link: Link, paths: list[str] | None = None) -> bool:
    return bool(allowed_on(actor, verb, link.case, paths=deciders(link, paths)))


def visible_link(key: UUID | str, verb: str, *, actor: Actor, lock: bool = True) -> Link:
    """A link that this person may act on: 404 where its case may not be read, 403 for people of other units."""
    row = store.locked(key) if lock else store.one(key)
    if row is None or not visible(actor).filter(pk=row.case_id).exists():
        raise Refused("link-not-there", status=404)
    if not may(actor, verb, row):
        _refuse(actor, verb, row.case, deciders(row))
    return row


def _refuse(actor: Actor, verb: str, case: Case, paths: list[str]) -> None:
    kept = content()
    require(actor, verb, unit_paths=paths or ["-"], matter=kept.matter_path(case.matter),
            area_path=kept.area_path(case.area))  # fmt: skip


def case_for(actor: Actor, case_id: UUID | str) -> Case:
    return get_visible(actor, case_id)


def photos_for(actor: Actor, case: Case) -> list[Attachment]:
    """The photos of a case that this person may hand on: none where he may not see any himself."""
    return [] if hidden(actor, case) else store.photos(case)


# ---- what is sealed


def words_of(link: Link) -> dict[str, str]:
    """What is asked, and the words of the request as the person reads them; nothing once the requester was erased."""
    return {name: str(value) for name, value in open_text(link.case.requester, link.words).items()}


def person_of(link: Link) -> dict[str, str]:
    """Name and phone of the person; nothing once they were forgotten."""
    return {name: str(value) for name, value in open_text(link, link.person).items()} if link.person else {}


def name_of(link: Link) -> str:
    """The person as lists show him: most of the name hidden, and what he is."""
    known = person_of(link)
    return " · ".join(part for part in (mask_name(known.get("name", "")), known.get("office", "")) if part)


def hide_requester(case: Case, text: str, *, strict: bool) -> str:
    """A text without the requester's name and number, as `rules.outward` says."""
    known = identity_of(case.requester)
    return rules.outward(text, name=known.get("name", "").strip(), phone=known.get("phone", ""), strict=strict)


def default_story(case: Case) -> str:
    """The words of the request for somebody outside, before a person has looked them over."""
    return hide_requester(case, str(open_text(case.requester, case.story).get("text", "")), strict=True)


def place_of(case: Case) -> str:
    """Where it is, for somebody outside."""
    told = str(open_text(case.requester, case.story).get("place", ""))
    name = identity_of(case.requester).get("name", "").strip()
    return rules.place(told, name=name, confidential=case.confidential)
