"""A form asked about once before it goes out: findings listed beside it, the same form sent again is meant so."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.doubts import Doubt, digest

T = TypeVar("T")
CODE = "sure-needed"


def asked(request: HttpRequest, doubts: Sequence[Doubt], act: Callable[[], T]) -> Callable[[], T]:
    """An act that is refused where something is in doubt, unless the form says that exactly this is meant."""

    def made() -> T:
        if doubts and request.POST.get("sure") != digest(doubts):
            raise Refused(CODE, status=422, field=doubts[0].field, doubts=list(doubts))
        return act()

    return made


def shown(refused: Refused | None, again: str, *, files: bool = False) -> dict[str, Any] | None:
    """Context of `loop/parts/doubts.html`: `again` names the key or button that sends it all the same, `files` says
    that some were chosen, which no page can bring back.
    """
    if refused is None or refused.code != CODE:
        return None
    doubts = cast("list[Doubt]", refused.facts["doubts"])
    first = doubts[0]
    return {
        "sure": digest(doubts), "field": first.field, "words": first.words if first.code == "blank" else "",
        "again": again, "files": files, "lines": [{"name": one.field, "text": words(one)} for one in doubts],
    }  # fmt: skip


def words(doubt: Doubt) -> str:
    """A finding as people read it."""
    return pgettext("doubt", doubt.code) % {"words": doubt.words}


def errors_of(refused: Refused | None, errors: list[dict[str, str]]) -> list[dict[str, str]]:
    """The errors of a form; a doubt is a question, no error, and is shown by itself."""
    return [] if refused is not None and refused.code == CODE else errors


def key_of(ending: str) -> str:
    """The key that ends a call in a way."""
    if ending.startswith("none:"):
        return gettext("F8 and the number")
    return {"answer": "F2", "dispatch": "F4", "accept": "F4"}.get(ending, "")
