"""A finding in words: what was found, when, how far off, by what the position is known."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.kit.moments import when_words


def of_step(facts: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """The facts of a step that asks for a look, takes it back, or holds what was found."""
    if facts.get("check"):
        yield pgettext("look", str(facts["check"]))
    if facts.get("found"):
        yield pgettext("found", str(facts["found"]))
    if facts.get("clash"):
        yield pgettext("clash", str(facts["clash"]))
    if facts.get("made"):
        made = datetime.fromisoformat(str(facts["made"]))
        yield gettext("made %(moment)s") % {"moment": when_words(made, at, "brief")}
    yield from of_place(facts)


def of_place(facts: Mapping[str, Any]) -> Iterator[str]:
    """By what the position is known, how exactly, and how far it is from the place that was meant."""
    if facts.get("place_by"):
        yield pgettext("place-by", str(facts["place_by"]))
    if facts.get("accuracy") is not None:
        yield gettext("known to %(n)s m") % {"n": facts["accuracy"]}
    if facts.get("metres") is not None:
        yield gettext("%(n)s m from the place of the request") % {"n": facts["metres"]}
    if facts.get("no_place"):
        yield pgettext("no-place", str(facts["no_place"]))
