"""How a platform says things: its names of fields, states, matters and moments beside ours, read from a TOML file."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.words import OUTCOMES, STATES

CARRIERS = ("http", "folder", "tables", "ferry")
ACTS = ("order", "chase", "supervise", "supplement", "withdraw", "redo", "answer", "state", "reply")
ASKS = ("return", "postpone", "hangup")
MOMENTS = frozenset({"due_at", "received_at", "at", "closed_at"})
FIELDS = frozenset({
    "act", "id", "number", "title", "text", "place", "object", "kind", "matter", "area", "urgency", "name", "phone",
    "channel", "occurred", "confidential", "due_at", "received_at", "closed_at", "state", "words", "about", "accepted",
    "outcome", "reply", "at",
})  # fmt: skip
SAID = frozenset({
    "id", "number", "our_number", "state", "at", "due_at", "unit", "outcome", "reply", "public_reply", "about", "words",
    "amount", "unit_of", "until", "title", "text", "matter", "place", "area", "closed_at", "received_at", "sent",
})  # fmt: skip
TABLES = frozenset({"fields", "acts", "states", "told", "matters", "kinds", "urgencies", "outcomes", "accepted", "say",
                    "sheet", "http", "folder", "tables", "ferry"})  # fmt: skip
PLAIN = frozenset({"carrier", "zone", "dates", "asks"})
YES = {"1", "true", "yes", "y", "是", "同意", "通过", "准予", "批准"}
NO = {"0", "false", "no", "n", "否", "不同意", "驳回", "不予", "退回", "拒绝"}


@dataclass(frozen=True, slots=True)
class Wording:
    """One platform's words; whatever it has no word for is not said to it."""

    carrier: str
    zone: ZoneInfo
    dates: tuple[str, ...]
    asks: tuple[str, ...]  # which of our requests it decides
    fields: Mapping[str, tuple[str, ...]]  # ours: theirs, the first that is filled
    acts: Mapping[str, str]  # theirs: ours
    states: Mapping[str, tuple[str, ...]]  # theirs: the states of ours that it stands for
    told: Mapping[str, str]  # our state: their word
    matters: Mapping[str, str]  # their name: our code
    kinds: Mapping[str, str]
    urgencies: Mapping[str, int]
    outcomes: Mapping[str, str]  # ours: theirs
    accepted: Mapping[str, bool]  # their word of a verdict
    say: Mapping[str, str]  # their field: what of ours goes into it
    sheet: Mapping[str, str]  # the columns of a reply sheet, in order: their name, what of ours
    more: Mapping[str, Any]  # what the carrier needs to know


def wording(text: str, where: str) -> Wording:
    r"""Read a mapping file. Raises mapping-wrong (422), naming what stands where.

    >>> found = wording('carrier = "http"\n[fields]\nnumber = "no"\ntext = ["a", "b"]', "x.toml")
    >>> found.fields["text"], str(found.zone)
    (('a', 'b'), 'Asia/Shanghai')
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(where, "TOML", str(error)) from error
    unknown = [name for name, value in said.items() if name not in (TABLES if isinstance(value, dict) else PLAIN)]
    if unknown:
        raise _wrong(where, unknown[0], "unknown")
    carrier = said.get("carrier")
    if carrier not in CARRIERS:
        raise _wrong(where, "carrier", ", ".join(CARRIERS))
    fields = _fields(said.get("fields", {}), where)
    if carrier != "ferry" and "number" not in fields:
        raise _wrong(where, "fields.number", "missing")
    told = _texts(said.get("told", {}), "told", STATES, where)
    return Wording(
        carrier=carrier, zone=_zone(said.get("zone", "Asia/Shanghai"), where), dates=_dates(said, where),
        asks=tuple(_listed(said.get("asks", []), "asks", ASKS, where)), fields=fields,
        acts={name: _one(value, f"acts.{name}", ACTS, where) for name, value in said.get("acts", {}).items()},
        states={name: tuple(_listed(value, f"states.{name}", STATES, where))
                for name, value in said.get("states", {}).items()} or _turned(told),
        told=told, matters=_texts(said.get("matters", {}), "matters", None, where),
        kinds=_texts(said.get("kinds", {}), "kinds", None, where), urgencies=_numbers(said.get("urgencies", {}), where),
        outcomes=_texts(said.get("outcomes", {}), "outcomes", OUTCOMES, where),
        accepted={str(name): value is True for name, value in said.get("accepted", {}).items()},
        say=_said(said.get("say", {}), "say", where), sheet=_said(said.get("sheet", {}), "sheet", where),
        more=said.get(carrier, {}),
    )  # fmt: skip


def _wrong(where: str, what: str, why: str) -> Refused:
    return Refused("mapping-wrong", status=422, field="mapping", file=where, what=what[:80], why=why[:200])


def _zone(name: Any, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _wrong(where, "zone", str(name)) from error


def _dates(said: Mapping[str, Any], where: str) -> tuple[str, ...]:
    value = said.get("dates", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and "%Y" in one for one in value):
        raise _wrong(where, "dates", "%Y …")
    return tuple(value)


def _fields(said: Any, where: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, value in said.items():
        if name not in FIELDS:
            raise _wrong(where, f"fields.{name}", ", ".join(sorted(FIELDS)))
        names = value if isinstance(value, list) else [value]
        if not names or not all(isinstance(one, str) and one for one in names):
            raise _wrong(where, f"fields.{name}", "text")
        found[name] = tuple(names)
    return found


def _one(value: Any, what: str, known: Sequence[str], where: str) -> str:
    if value not in known:
        raise _wrong(where, what, ", ".join(known))
    return str(value)


def _listed(value: Any, what: str, known: Sequence[str], where: str) -> list[str]:
    return [_one(one, what, known, where) for one in (value if isinstance(value, list) else [value])]


def _texts(said: Any, what: str, known: Sequence[str] | None, where: str) -> dict[str, str]:
    for name, value in said.items():
        if not isinstance(value, str) or (known is not None and name not in known):
            raise _wrong(where, f"{what}.{name}", ", ".join(known or ("text",)))
    return dict(said)


def _numbers(said: Any, where: str) -> dict[str, int]:
    for name, value in said.items():
        if value not in (1, 2, 3, 4):
            raise _wrong(where, f"urgencies.{name}", "1, 2, 3, 4")
    return dict(said)


def _said(said: Any, what: str, where: str) -> dict[str, str]:
    return {str(name): _one(value, f"{what}.{name}", sorted(SAID), where) for name, value in said.items()}


def _turned(told: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for ours, theirs in told.items():
        found[theirs] = (*found.get(theirs, ()), ours)
    return found


# ---- what they say


def heard(record: Mapping[str, Any], how: Wording) -> dict[str, Any]:
    """A record of theirs in our names. Raises upstream-act, upstream-date, field-missing, field-invalid (422)."""
    found = {name: value for name in how.fields if (value := _value(record, how.fields[name])) not in (None, "")}
    act = str(found.pop("act", "")).strip()
    if act and act not in how.acts:
        raise Refused("upstream-act", status=422, field="act", value=act[:40])
    said: dict[str, Any] = {"act": how.acts[act] if act else how.more.get("act", "order")}
    for name, value in found.items():
        said[name] = moment(value, name, how).isoformat() if name in MOMENTS else _plain(value)
    if not said.get("number"):
        raise Refused("field-missing", status=422, field="number", move="case.create")
    if "matter" in said:
        said |= _matter(said.pop("matter"), how)
    if "kind" in said:
        said["kind"] = how.kinds.get(said["kind"], "")
    if "urgency" in said:
        said["urgency"] = how.urgencies.get(said["urgency"], 1)
    if "outcome" in said:
        said["outcome"] = {word: code for code, word in how.outcomes.items()}.get(said["outcome"], said["outcome"])
    for name in ("accepted", "confidential"):
        if name in said:
            said[name] = _verdict(said[name], name, how)
    return said


def _value(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of several names that is filled; a dot leads into a record within."""
    for name in names:
        value: Any = record.get(name)
        if value is None and "." in name:
            value = inside(record, name)
        if value is not None and str(value).strip():
            return value
    return None


def inside(record: Any, path: str) -> Any:
    """What stands under a dotted path; the record itself for an empty one.

    >>> inside({"a": {"b": [1]}}, "a.b"), inside({"a": 1}, "a.b"), inside([1], "")
    ([1], None, [1])
    """
    for name in path.split(".") if path else ():
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value).replace("\x00", "").strip()


def _matter(name: str, how: Wording) -> dict[str, str]:
    code = how.matters.get(name)
    return {"matter": code} if code else {"unmatched": name[:80]}


def _verdict(value: str, name: str, how: Wording) -> bool:
    if value in how.accepted:
        return how.accepted[value]
    if value.lower() in YES | NO:
        return value.lower() in YES
    raise Refused("field-invalid", status=422, field=name, value=value[:40])


def moment(value: Any, name: str, how: Wording) -> datetime:
    r"""A moment as they write it, in UTC; one without an hour is the end of that day.

    >>> how = wording('carrier = "folder"\ndates = ["%d/%m/%Y %H:%M", "%Y年%m月%d日"]\n[fields]\nnumber = "n"', "x")
    >>> moment("03/04/2026 08:30", "due_at", how).isoformat(), moment("2026年4月3日", "due_at", how).isoformat()
    ('2026-04-03T00:30:00+00:00', '2026-04-03T15:59:59+00:00')
    """
    if isinstance(value, datetime):
        return _in_zone(value, how)
    if isinstance(value, date):
        return _in_zone(datetime.combine(value, time(23, 59, 59)), how)
    text = str(value).strip()
    for form in how.dates:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the platform's, given below
        except ValueError:
            continue
        return _in_zone(found if "%H" in form else found.replace(hour=23, minute=59, second=59), how)
    try:
        return _in_zone(datetime.fromisoformat(text), how)
    except (ValueError, OverflowError) as error:
        raise Refused("upstream-date", status=422, field=name, value=text[:40], forms=", ".join(how.dates)) from error


def _in_zone(value: datetime, how: Wording) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=how.zone)).astimezone(UTC)


# ---- what we say

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20|]")


def said(values: Mapping[str, Any], fields: Mapping[str, str], how: Wording) -> dict[str, Any]:
    """What we know in their fields and their words; what we do not know is left empty."""
    known = dict(values)
    if known.get("state"):
        known["state"] = how.told.get(known["state"], "")
    if known.get("outcome"):
        known["outcome"] = how.outcomes.get(known["outcome"], known["outcome"])
    shown = {}
    for theirs, ours in fields.items():
        value = known.get(ours)
        shown[theirs] = spelled(value, how) if isinstance(value, datetime) else "" if value is None else value
    return shown


def spelled(value: datetime, how: Wording) -> str:
    """A moment of ours in their zone, by the first of their forms."""
    return value.astimezone(how.zone).strftime(how.dates[0])


def quiet(cell: Any) -> Any:
    """A cell that no spreadsheet program runs as a formula.

    >>> quiet("=1+1"), quiet("好")
    ("'=1+1", '好')
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
