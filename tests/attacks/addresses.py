"""Every address of the product as its own table has it, so that no page can be forgotten by an attack."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLResolver

CONVERTED = re.compile(r"<(?:[\w:]+:)?(\w+)>")
NAMED = re.compile(r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()])*\)")


@dataclass(frozen=True)
class Address:
    """One row of the table: its shape, the names in it, and the view."""

    shape: str
    view: Any

    @property
    def names(self):
        return tuple(CONVERTED.findall(self.shape)) or tuple(NAMED.findall(self.shape))

    @property
    def exempt(self):
        return bool(getattr(self.view, "csrf_exempt", False))

    def path(self, **given):
        """A path of this shape; `given` must hold every name."""
        found = self.shape
        for name in self.names:
            said = str(given[name])
            found = CONVERTED.sub(said, found, count=1) if found.startswith("^") is False else found
        if self.shape.startswith("^"):
            found = NAMED.sub(lambda match: str(given[match[1]]), self.shape)
            found = re.sub(r"\(\?:[^()]*\)\??", "", found).replace("\\.", ".").strip("^$")
        return "/" + found


def table():
    """All of them, in the order in which they are tried."""
    return [Address(shape, pattern.callback) for shape, pattern in _walked(get_resolver(), "")]


def _walked(resolver, before):
    for pattern in resolver.url_patterns:
        shape = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walked(pattern, shape)
        else:
            yield shape, pattern
