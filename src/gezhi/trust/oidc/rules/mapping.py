"""Which unit and which roles a person's claims give: rules as data, a refusal before any grant, no rule no entry."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CLAIM = re.compile(r"[A-Za-z0-9_:/.@-]{1,200}")
MOST_VALUES = 2000


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: who has this value in this claim is denied, or gets the role over the unit and belongs to it."""

    key: int
    claim: str
    value: str
    deny: bool
    unit: str  # code
    role: str  # code


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say of one person: `unit` is where he belongs, `posts` are pairs of unit and role."""

    denied: bool
    unit: str
    posts: tuple[tuple[str, str], ...]
    rules: tuple[int, ...]

    @property
    def refusal(self) -> str:
        """Why the person may not come in, as a refusal's code, or an empty text."""
        if self.denied:
            return "oidc-denied-by-rule"
        return "" if self.posts else "oidc-no-rule"


def values(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The values of a claim as texts; a dotted name leads into objects where no claim is called so itself.

    >>> sorted(values({"groups": ["a", "b", {"c": 1}]}, "groups")), values({"dept": "urban"}, "dept")
    (['a', 'b'], frozenset({'urban'}))
    >>> values({"realm_access": {"roles": ["r"]}}, "realm_access.roles"), values({"left": True}, "left")
    (frozenset({'r'}), frozenset({'true'}))
    >>> values({"a.b": "1", "a": {"b": "2"}}, "a.b"), values({}, "x"), values({"n": 7}, "n")
    (frozenset({'1'}), frozenset(), frozenset({'7'}))
    """
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    items = found[:MOST_VALUES] if isinstance(found, list) else [found]
    return frozenset(text for item in items if (text := _text(item)) is not None)


def _text(item: object) -> str | None:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, str | int) else None


def outcome(rules: Iterable[Rule], claims: Mapping[str, Any]) -> Outcome:
    """What these claims give: one rule that denies outweighs every other; the first fitting rule names the unit.

    >>> give = Rule(1, "groups", "handlers", False, "urban", "handler")
    >>> outcome([give], {"groups": ["handlers"]}).posts, outcome([give], {"groups": ["others"]}).refusal
    ((('urban', 'handler'),), 'oidc-no-rule')
    >>> outcome([give, Rule(2, "left", "true", True, "", "")], {"groups": ["handlers"], "left": True}).refusal
    'oidc-denied-by-rule'
    """
    fits = [rule for rule in rules if rule.value in values(claims, rule.claim)]
    against = tuple(rule.key for rule in fits if rule.deny)
    if against:
        return Outcome(True, "", (), against)
    posts = tuple(dict.fromkeys((rule.unit, rule.role) for rule in fits))
    return Outcome(False, posts[0][0] if posts else "", posts, tuple(rule.key for rule in fits))
