"""Whether there is a telephone at all, and how fast it should be answered: an office without one sees nothing of it."""

import time
from collections.abc import Iterator

from django.utils.translation import gettext

from gezhi.kit.navigation import Item
from gezhi.loop.calls import roster, store
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor

WITHIN = 15  # seconds, where no pack says otherwise
LOOK = 30.0  # seconds after which it is looked up again while there is none
_known = {"until": 0.0, "there": False}


def in_use() -> bool:
    """Remembered once an event has come, or a shift or a telephone is entered; till then looked up now and then."""
    if not _known["there"] and time.monotonic() >= _known["until"]:
        _known["there"] = roster.any_shift() or store.any_extension() or store.any_call()
        _known["until"] = time.monotonic() + LOOK
    return bool(_known["there"])


def look_again() -> None:
    """Forget what was found, as after the first shift."""
    _known.update(until=0.0, there=False)


def within() -> int:
    """Seconds within which a call should be answered: a row of the packs (list `call_center`, code `answer_within`)."""
    row = content().codes.get("call_center", {}).get("answer_within")
    value = row.extra.get("seconds") if row is not None else None
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else WITHIN


def sections(actor: Actor) -> Iterator[Item]:
    """The links of the telephone part, where there is one."""
    if in_use():
        if actor.grants_for("call.read"):
            yield Item(gettext("Calls"), "/desk/calls/", 115, icon="phone-call")
        if any(actor.grants_for(verb) for verb in ("call.read", "shift.edit", "shift.handover")):
            yield Item(gettext("Shifts and handover"), "/desk/shifts/", 325, icon="clock", place="menu")
