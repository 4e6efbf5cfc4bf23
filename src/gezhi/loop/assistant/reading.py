"""What an assistant reads: the same views as people's, without who asked, phone and identity numbers cut from words."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.api.cases import detail_out, row_out
from gezhi.loop.assistant.rules import GROUP_OF, OFFERED, PREFIX
from gezhi.loop.replies.service import checking
from gezhi.loop.replies.service.ready import listed
from gezhi.loop.rules.catalogue import duty_for
from gezhi.loop.rules.redact import redact, unnumbered
from gezhi.loop.rules.tabs import tabs_for
from gezhi.loop.service.reading import hidden, view
from gezhi.loop.store import below, worklist
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor

MOST = 50
KEPT_BACK = ("requester", "files")  # of a case as the API shows it


def dumps(value: object) -> str:
    """JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def as_json(value: object) -> Any:
    """Plain JSON of a structure with moments and ids in it."""
    return json.loads(dumps(value))


def cut(value: Any) -> Any:
    """The same structure with phone, identity and e-mail numbers cut from every text.

    >>> cut({"text": "电话13800001234", "n": 1, "all": ["x"]})
    {'text': '电话***', 'n': 1, 'all': ['x']}
    """
    if isinstance(value, str):
        return unnumbered(value)
    if isinstance(value, Mapping):
        return {name: cut(item) for name, item in value.items()}
    return [cut(item) for item in value] if isinstance(value, list | tuple) else value


def _line(row: Any) -> dict[str, Any]:
    told = row_out(row)
    return {**told, "title": cut(told["title"]), "state_words": pgettext("state", told["state"])}


def find(actor: Actor, wish: worklist.Wish, now: datetime) -> dict[str, Any]:
    """A page of cases, as the worklist has it."""
    found = worklist.page(actor, wish, now)
    return {"items": [_line(row) for row in (*found.exact, *found.rows)], "page": wish.page, "more": found.more}


def case(case_id: UUID, actor: Actor, now: datetime, groups: frozenset[str]) -> dict[str, Any]:
    """One case with its history, limits and what may be done with it."""
    shown = view(case_id, actor=actor, now=now)
    whole = {name: value for name, value in detail_out(shown).items() if name not in KEPT_BACK}
    story = {name: cut(value) for name, value in whole.pop("story").items()}
    steps = [{**step, "texts": cut(step["texts"]), "facts": cut(step["facts"])} for step in whole.pop("steps")]
    return {
        **whole, "title": cut(whole["title"]), "state_words": pgettext("state", whole["state"]), "story": story,
        "steps": steps, "offers": _offers(shown.offers, groups),
    }  # fmt: skip


def offers(case_id: UUID, actor: Actor, now: datetime, groups: frozenset[str]) -> dict[str, Any]:
    """What this person may do with a case now, and with which tool."""
    shown = view(case_id, actor=actor, now=now)
    told = shown.case
    return {"id": str(told.pk), "number": told.number, "state": told.state, "last": told.last,
            "offers": _offers(shown.offers, groups)}  # fmt: skip


def _offers(names: list[str], groups: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"move": name, "words": pgettext("move", name), "tool": f"{PREFIX}{name}", "group": GROUP_OF[name],
         "unlocked": GROUP_OF[name] in groups}
        for name in names if name in OFFERED
    ]  # fmt: skip


def person(actor: Actor) -> dict[str, Any]:
    """In whose name the assistant works."""
    posts = [{"role": grant.role, "unit": grant.unit_path, "matter": grant.matter, "area": grant.area_path}
             for grant in actor.grants]  # fmt: skip
    return {"name": actor.name, "unit": actor.unit_path, "posts": posts}


def hints(case_id: UUID, reply: str, outcome: str, actor: Actor, language: str) -> dict[str, Any]:
    """What the rules say of an answer before it is sent."""
    row = get_visible(actor, case_id)
    request = checking.request_of(row)
    request = redact(request) if hidden(actor, row) else request
    found = checking.hints(content(), reply, language=language, request=request, outcome=outcome)
    return {"hints": [{"code": one.code, "title": one.title, "hint": one.hint, "sentence": one.sentence}
                      for one in found]}  # fmt: skip


def texts(now: datetime, language: str, words: str = "", matter: str = "", kind: str = "") -> dict[str, Any]:
    """Ready texts with these words."""
    today = timezone.localtime(now).date()
    found = listed(content(), words, matter, kind=kind, language=language, today=today, most=MOST)
    return {"texts": [{"code": one.code, "kind": one.kind, "title": one.title, "text": one.text, "basis": one.basis,
                       "standing": one.standing} for one in found]}  # fmt: skip


def why(matter: str, area: str) -> dict[str, Any]:
    """Which unit the dispatch catalogue names for a matter in an area, and by which row."""
    kept = content()
    if matter not in kept.matters:
        raise Refused("matter-unknown", status=422, matter=matter)
    duty = duty_for(kept.duties_by_matter, kept.matter_path(matter), area)
    if duty is None:
        return {"found": False}
    named = {unit.code: unit for unit in below.units().filter(code__in=[duty.lead, *duty.assisting])}
    lead = named.get(duty.lead)
    return {
        "found": True, "edition": kept.edition_name, "row": duty.no, "matter": duty.matter, "area": duty.area,
        "lead": {"code": duty.lead, "id": lead.pk if lead else None, "name": pick(lead, "name", "") if lead else ""},
        "assisting": [{"code": code, "id": named[code].pk if code in named else None} for code in duty.assisting],
        "basis_zh": duty.basis_zh, "basis_en": duty.basis_en, "verified": duty.verified,
    }  # fmt: skip


def matters(words: str) -> dict[str, Any]:
    """Matters in force whose code or name holds all of these words."""
    wanted = words.lower().split()
    found = [
        {"code": row.code, "parent": row.parent, "name_zh": row.name_zh, "name_en": row.name_en}
        for row in sorted(content().matters.values(), key=lambda row: row.code)
        if all(word in f"{row.code} {row.name_zh} {row.name_en}".lower() for word in wanted)
    ]
    return {"matters": found[:MOST], "more": len(found) > MOST}


def units(words: str) -> dict[str, Any]:
    """Active units whose code or name holds all of these words."""
    wanted = words.lower().split()
    found = [
        {"id": row.pk, "code": row.code, "path": row.path, "name_zh": row.name_zh, "name_en": row.name_en}
        for row in below.units_in_order()
        if all(word in f"{row.code} {row.name_zh} {row.name_en}".lower() for word in wanted)
    ]
    return {"units": found[:200], "more": len(found) > 200}


def figures(actor: Actor, now: datetime) -> dict[str, Any]:
    """How many cases each of the person's tabs holds, and the open ones by matter, area, channel and light."""
    verbs = {verb.removeprefix("case.") for grant in actor.grants for verb in grant.verbs}
    counts = worklist.tab_counts(actor, tabs_for(verbs))
    return {"tabs": counts, "open": worklist.facets(actor, worklist.Wish(), now), "counted_to": worklist.MOST}
