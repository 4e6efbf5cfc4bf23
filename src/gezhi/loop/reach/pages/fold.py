"""How the requester is told, on his page: the way, the address masked, what stopped, and the form to change it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.reach import wishes
from gezhi.loop.reach.pages.form import way_names
from gezhi.loop.reach.rules.addresses import LONGEST, masked
from gezhi.loop.reach.service.wishing import asks, ways_for
from gezhi.trust.service import identity_of

BLOCKED = "blocked"  # the code of a receipt: the number takes no messages of ours, as after an answer that says stop


def of_case(case: Case, token: str, typed: Mapping[str, str], errors: list[dict[str, str]]) -> dict[str, Any] | None:
    """The fold, with a refused form as it was typed; none where nobody can be told, or asked."""
    if not asks(case):
        return None
    offered, wish = ways_for(case), wishes.of(case.requester_id)
    now = wish.way if wish is not None and wish.way != wishes.NONE else ""
    if not offered and not now:
        return None
    stops = [one for one in (_stop(case, way) for way in dict.fromkeys([*offered, now]) if way) if one]
    fields = _fields(case, offered, typed or {"reach": now}, stopped=bool(stops))
    common.mark([one for one in fields.values() if one], errors)
    return {
        "action": f"/f/{token}/reach/", "now": words(case), "stops": stops, "f": fields,
        "mine_url": f"/f/{token}/mine/" if identity_of(case.requester).get("email") else "",
    }  # fmt: skip


def words(case: Case) -> str:
    """The present way in a sentence."""
    wish = wishes.of(case.requester_id)
    if wish is None or wish.way == wishes.NONE:
        return gettext("You are not told of the steps; you look here yourself.")
    to, names = wishes.address(case.requester, wish.way), way_names()
    said = {"way": names.get(wish.way, wish.way), "to": masked(wish.way, to) if to else ""}
    if not to:
        return gettext("%(way)s was chosen, but no address is known that takes it.") % said
    if wishes.stopped(wish.way, to) is not None:
        return gettext("%(way)s to %(to)s was chosen, but nothing goes there at present.") % said
    return gettext("%(way)s to %(to)s, at each step.") % said


def _stop(case: Case, way: str) -> dict[str, Any] | None:
    to = wishes.address(case.requester, way)
    stop = wishes.stopped(way, to) if to else None
    if stop is None:
        return None
    why = pgettext("reach-stop", BLOCKED if stop.code == BLOCKED else "back")
    return {"to": masked(way, to), "at": stop.at, "why": why, "code": stop.code}


def _fields(
    case: Case, offered: list[str], typed: Mapping[str, str], *, stopped: bool
) -> dict[str, common.Field | None]:
    names, get = way_names(), typed.get
    options = [("", gettext("No, I look myself")), *((way, names[way]) for way in offered)]
    chosen = get("reach", "") if get("reach", "") in offered else ""
    wanted = "mail" in offered and not identity_of(case.requester).get("email")
    return {
        "way": common.field("reach", gettext("Shall we tell you of each step?"), "seg", required=True,
                            options=common.choices(options, chosen)),
        "email": common.field("email", gettext("E-mail, if by e-mail"), "email", get("email", ""), max=LONGEST,
                              autocomplete="email") if wanted else None,
        "again": common.field("again", gettext("It works again: start sending there"), "checkbox",
                              get("again") == "1") if stopped else None,
    }  # fmt: skip
