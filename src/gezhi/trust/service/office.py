"""What an office sets for itself: rows that a page may change, each change in the ledger."""

from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.trust.models import Setting
from gezhi.trust.rules import SMALL_OFFICE, STANDARD, Actor
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, unchanged, verb

_known: dict[str, tuple[Any, tuple[Any, ...]]] = {}


def declare_setting(key: str, default: Any, choices: tuple[Any, ...] = ()) -> None:
    """Say that an office may set this, what holds until it does, and between what it may choose."""
    _known[key] = (default, choices)


def known_settings() -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """Default and choices of every setting."""
    return dict(_known)


def office_setting(key: str) -> Any:
    """The value in force."""
    default, _ = _known[key]
    row = Setting.objects.filter(pk=key).first()
    return default if row is None else row.value


@verb("settings.edit")
def set_office(key: str, value: Any, *, actor: Actor, now: datetime) -> None:
    """Set one value."""
    require(actor, "settings.edit")
    if key not in _known:
        raise Refused("setting-unknown", status=404, key=key)
    _, choices = _known[key]
    if choices and value not in choices:
        raise Refused("setting-choice", status=422, key=key, choices=", ".join(str(choice) for choice in choices))
    before = office_setting(key)
    if before == value:
        unchanged()
        return
    Setting.objects.update_or_create(pk=key, defaults={"value": value, "changed_at": now, "changed_by": actor.key})
    record("settings.edit", "setting", key, actor=actor, body={"before": before, "after": value})


def profile() -> str:
    """`standard`, or `small_office`, where one person may hold intake, dispatch, handling and review."""
    return str(office_setting("profile"))


declare_setting("profile", STANDARD, (STANDARD, SMALL_OFFICE))
declare_setting("government_zh", "")
declare_setting("government_en", "")
