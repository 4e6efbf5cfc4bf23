"""Pages about what is held on a person: his own, and the desk's list of what people ask."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext, pgettext

from gezhi.loop.models import PersonRequest
from gezhi.loop.pages import common
from gezhi.loop.person.service.knowing import Obstacle
from gezhi.loop.store.content import content

LIGHTS = {"asked": "due", "granted": "done", "partly": "done", "refused": "late", "withdrawn": "wait"}


def chip(row: PersonRequest) -> dict[str, str]:
    return {"light": LIGHTS[row.state], "words": pgettext("person-request", row.state)}


def kind_words(kind: str) -> str:
    """What is asked, in the words of the pack."""
    return common.code_name(content(), "person_request", kind)


def obstacle_words(one: Obstacle | None) -> str:
    """Why a case cannot be erased now; empty where it can."""
    if one is None:
        return ""
    if one.code != "duty" or one.rule is None:
        return pgettext("person-obstacle", one.code)
    item = content().codes.get("retention", {}).get(one.rule.code)
    name = common.named(item) or one.rule.code
    if one.until is None:
        return gettext("The rule “%(rule)s” wants it kept for ever.") % {"rule": name}
    return gettext("Must be kept until %(day)s by the rule “%(rule)s”.") % {
        "day": f"{one.until:%Y-%m-%d}",
        "rule": name,
    }


def outcome_words(row: PersonRequest, numbers: dict[str, str]) -> list[dict[str, Any]]:
    """What became of each case."""
    return [
        {"number": numbers.get(key, ""), "words": pgettext("person-outcome", code)} for key, code in row.outcome.items()
    ]


def keys(values: list[str]) -> set[UUID]:
    """Keys of cases out of a form; what is none is passed over."""
    found = set()
    for value in values:
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return found
