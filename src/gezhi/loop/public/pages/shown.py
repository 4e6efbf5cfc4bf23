"""Public cases as pages and feeds show them: what was decided to be shown, and how the case stands, nothing else."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.loop.models import PublicCase
from gezhi.loop.pages import common
from gezhi.loop.public import store
from gezhi.loop.public.rules.showing import group_of
from gezhi.loop.public.service.wording import in_force, words_of
from gezhi.loop.store import below
from gezhi.loop.store.content import content

STREET = 4  # level of streets and towns; a village or community is nearer than everybody needs to know
EXCERPT = 140
STEPS = ("receive", "accept", "dispatch", "sign", "resume", "review_pass", "answer", "decline", "close", "redo",
         "reopen", "appeal", "answered")  # fmt: skip
LIGHTS = {"open": "wait", "answered": "ok", "closed": "done"}


def lines(entries: Sequence[PublicCase]) -> list[dict[str, Any]]:
    """What a list shows of each, in a fixed number of statements."""
    kept, photos = content(), store.photos_of(entries)
    areas = streets_of(entry.case.area for entry in entries)
    made = []
    for entry in entries:
        case, words = entry.case, words_of(entry)
        answer = str(words.get("answer", "")) if in_force(entry) else ""
        group = group_of(case.state)
        made.append({
            "slug": entry.slug, "url": f"/public/{entry.slug}/", "title": str(words.get("title", "")),
            "text": str(words.get("text", "")), "answer": answer, "excerpt": excerpt(answer),
            "matter": common.matter_name(kept, case.matter), "at": case.received_at, "group": group,
            "place": " ".join(part for part in (areas.get(case.area, ""), str(words.get("place", ""))) if part),
            "state": pgettext("public-state", group), "light": LIGHTS[group], "changed": entry.changed_at,
            "unit": common.named(case.lead), "photos": [photo(entry, row) for row in photos.get(entry.pk, ())],
        })  # fmt: skip
    return made


def photo(entry: PublicCase, row: Any) -> dict[str, str]:
    url = f"/public/{entry.slug}/photos/{row.pk}/"
    return {"url": url, "thumb": url, "name": gettext("Photo"), "caption": ""}


def excerpt(text: str) -> str:
    """The beginning of a text.

    >>> excerpt("已修好。")
    '已修好。'
    """
    plain = " ".join(text.split())
    return plain if len(plain) <= EXCERPT else f"{plain[:EXCERPT]}…"


def streets_of(codes: Iterable[str]) -> dict[str, str]:
    """The name of the street or town in which each area lies."""
    found = below.named(below.areas().select_related("parent"), codes)
    return {key: common.named(row if row.level <= STREET or row.parent is None else row.parent)
            for key, row in found.items()}  # fmt: skip


def steps(entry: PublicCase) -> list[dict[str, Any]]:
    """What happened, by day and in plain words: the unit, never a person, never what anybody said."""
    rows = [
        row for row in store.public_steps(entry.case_id, STEPS) if row.move != "review_pass" or row.source != row.target
    ]
    units = below.named(below.units(), {row.facts.get("unit") if row.move == "dispatch" else row.unit for row in rows})
    made = []
    for row in rows:
        unit = units.get(row.facts.get("unit") if row.move == "dispatch" else row.unit)
        words = pgettext("citizen-step", row.move) % {"unit": common.named(unit) or gettext("the unit responsible")}
        made.append({"at": row.acted_at, "text": words, "no": row.no})
    return made
