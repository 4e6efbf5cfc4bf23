"""Verbs of channel rules: a local row of the channel, local limits for its ordinary cases; a sheet out and in."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db.models import Q

from gezhi.kernel.calendar import UNITS
from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import read_tables
from gezhi.loop.models import CodeItem, Limit
from gezhi.loop.rules.channels import MOST_SIGN_OFFS, channel_rule
from gezhi.loop.store import below
from gezhi.loop.store import content as store
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

LIST, VERB = "channel", "channel.edit"
STAGES = ("accept", "handle", "reply")
ORDINARY = (1, 2)  # urgencies; what is urgent keeps the hours of its own rows
COLUMNS = ("code", "name_zh", "name_en", "sign_offs", "sign_role", "public_reply", *STAGES)
YES = ("1", "yes", "true", "on", "是")
CODE = re.compile(r"[a-z][a-z0-9_]{1,19}")


def limit_of(text: str, field: str) -> tuple[int, str] | None:
    """An amount with its unit, `5 workday`; nothing where the cell is empty. Refuses field-invalid."""
    if not text.strip():
        return None
    amount, _, unit = text.strip().partition(" ")
    if not amount.isdecimal() or not 1 <= int(amount) <= 1000 or unit.strip() not in UNITS:
        raise Refused("field-invalid", status=422, field=field, value=text[:40])
    return int(amount), unit.strip()


def rows() -> list[dict[str, str]]:
    """Every channel with its rule and its own limits, as the sheet has them."""
    kept = store.content()
    made = []
    for code, item in kept.codes.get(LIST, {}).items():
        rule = channel_rule(item.code, item.extra)
        limits = dict.fromkeys(STAGES, "")
        for limit in kept.limits:  # local ones come to hold
            own = limit.channel == code and limit.stage in limits and not limit.matter and limit.urgency in (None, 1)
            if own and (limit.local or not limits[limit.stage]):
                limits[limit.stage] = f"{limit.amount} {limit.unit_of}"
        made.append({
            "code": code, "name_zh": item.name_zh, "name_en": item.name_en, "sign_offs": str(rule.sign_offs),
            "sign_role": rule.sign_role, "public_reply": "yes" if rule.public_reply else "no", **limits,
        })  # fmt: skip
    return made


def signing_roles() -> list[Any]:
    """Whose signature a channel may ask for: any role of the office that does not administer."""
    return list(below.roles().filter(admin=False).exclude(pk="citizen"))


def checked(values: Mapping[str, str]) -> dict[str, Any]:
    """The values of one channel in good form. Refuses field-missing and field-invalid (422)."""
    given = {name: str(values.get(name, "")).strip() for name in COLUMNS}
    if not given["code"] or not given["name_zh"]:
        raise Refused("field-missing", status=422, field="name_zh" if given["code"] else "code", move=VERB)
    offs = given["sign_offs"] or "0"
    roles = {row.pk for row in signing_roles()}
    wrong = {
        "code": not CODE.fullmatch(given["code"]), "sign_offs": not offs.isdecimal() or int(offs) > MOST_SIGN_OFFS,
        "sign_role": bool(given["sign_role"]) and given["sign_role"] not in roles,
        "name_zh": len(given["name_zh"]) > 120, "name_en": len(given["name_en"]) > 160,
    }  # fmt: skip
    for name, bad in wrong.items():
        if bad:
            raise Refused("field-invalid", status=422, field=name, value=given[name][:40])
    limits = {stage: limit_of(given[stage], stage) for stage in STAGES}
    return {**given, "sign_offs": int(offs), "public_reply": given["public_reply"].lower() in YES, "limits": limits}


@verb("channel.edit")
def edit_channel(values: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    """Set the rule of one channel for this place; an empty limit leaves what the pack says."""
    del now
    require(actor, VERB)
    if not _set(checked(values), actor):
        unchanged()
        return
    store.forget()


@verb("channel.edit")
def import_sheet(file: Path | IO[bytes], *, actor: Actor, now: datetime) -> int:
    """Set the rules of every channel of a sheet, whole or not at all; how many changed.

    What a sheet has no column for stays as it is: whoever takes out the columns he does not need lifts no sign-off.
    """
    del now
    require(actor, VERB)
    held = {row["code"]: row for row in rows()}
    count = sum(_set(checked({**held.get(row["code"], {}), **row}), actor) for row in _read(file))
    if not count:
        unchanged()
    store.forget()
    return count


def _read(file: Path | IO[bytes]) -> Iterable[dict[str, str]]:
    for sheet in read_tables(file, known=lambda text: text.strip().lower() in COLUMNS):
        header = [cell.strip().lower() for cell in sheet.header]
        missing = [name for name in COLUMNS[:2] if name not in header]
        if missing:
            raise Refused("field-missing", status=422, field=missing[0], move=VERB)
        for row in sheet.rows:
            cells = ["" if cell is None else str(cell).strip() for cell in row.cells]
            yield dict(zip(header, cells, strict=False))


def _set(given: Mapping[str, Any], actor: Actor) -> bool:
    """Write the local rows of one channel, where they differ from what holds."""
    alone(f"code:{LIST}")
    before = next((row for row in rows() if row["code"] == given["code"]), None)
    wanted = {name: str(given[name]) for name in COLUMNS if name != "public_reply"}
    wanted["public_reply"] = "yes" if given["public_reply"] else "no"
    if before is not None and all(before[name] == text for name, text in wanted.items()):
        return False
    item = store.content().codes.get(LIST, {}).get(given["code"])
    extra = {**(item.extra if item else {}), **{n: given[n] for n in ("sign_offs", "sign_role", "public_reply")}}
    CodeItem.objects.filter(pack="local", list=LIST, code=given["code"]).delete()
    CodeItem.objects.create(
        pack="local", list=LIST, code=given["code"], name_zh=given["name_zh"], name_en=given["name_en"], extra=extra,
        position=item.position if item else 99,
    )  # fmt: skip
    for stage, limit in given["limits"].items():
        Limit.objects.filter(Q(urgency=None) | Q(urgency__in=ORDINARY), pack="local", stage=stage,
                             channel=given["code"], matter="").delete()  # fmt: skip
        if limit:
            Limit.objects.bulk_create([
                Limit(pack="local", stage=stage, channel=given["code"], urgency=urgency, amount=limit[0],
                      unit_of=limit[1])
                for urgency in ORDINARY
            ])  # fmt: skip
    record(VERB, "channel", given["code"], actor=actor, body={"sign_offs": given["sign_offs"]})
    store.forget()
    return True
