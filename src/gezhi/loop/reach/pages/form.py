"""How somebody who reports wishes to be told: only ways that this office has are offered."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from gezhi.loop.pages import common
from gezhi.loop.reach.service.wishing import ways


def fields(typed: Any) -> dict[str, common.Field | None]:
    """The wish, and the address where mail is one of the ways; nothing where there is no way."""
    offered, get = ways(), typed.get
    if not offered:
        return {"reach": None, "email": None}
    names = way_names()
    options = [("", gettext("No, I look myself")), *((way, names[way]) for way in offered)]
    note = gettext(
        "Number, state, link and the answer, nothing else. You agree to be told this way; say stop at any time."
    )
    return {
        "reach": common.field("reach", gettext("Shall we tell you of each step?"), "seg", help=note,
                              options=common.choices(options, get("reach", ""))),
        "email": common.field("email", gettext("E-mail, if by e-mail"), "email", get("email", ""), max=200,
                              autocomplete="email") if "mail" in offered else None,
    }  # fmt: skip


def way_names() -> dict[str, str]:
    return {"sms": gettext("By SMS"), "mail": gettext("By e-mail")}


def typed(post: Mapping[str, str]) -> dict[str, Any]:
    """The wish as the report takes it; a way that is not offered is none."""
    way = post.get("reach", "")
    said = way if way in ways() else ""
    return {"reach": said, "email": post.get("email", "").strip(" ") if said == "mail" else ""}
