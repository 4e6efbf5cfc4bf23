"""A pasted text with pictures: cut into drafts, corrected by hand (joined, cut, pictures moved), each made a case."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.kit import uploads
from gezhi.kit.text import clean
from gezhi.loop.intake import store
from gezhi.loop.intake.rules.finding import found_in
from gezhi.loop.intake.rules.splitting import LONGEST, Piece, Split, separated, split
from gezhi.loop.intake.service import finishing, typing
from gezhi.loop.models import Draft, Paste, Picture
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.service.receiving import Report
from gezhi.loop.service.registering import register, suggested_units
from gezhi.loop.store.content import content
from gezhi.loop.triage.service import panel
from gezhi.trust.rules import Actor
from gezhi.trust.service import once, open_text, record, require, seal_text, verb, wrapped_key

CHANNEL = "wechat"  # where none was chosen that the packs know
SHOT = re.compile(r"\[(?:图片|照片|Photo|Image)\]|【(?:图片|照片)】", re.IGNORECASE)
FIELDS = ("text", "phone", "name", "place", "object", "occurred", "kind", "matter", "area")
Words = Mapping[str, str]


def looked(text: str) -> tuple[Split, list[dict[str, str]]]:
    """How a text would fall apart, with what each part says; nothing is kept."""
    if len(text) > LONGEST:
        raise Refused("text-too-long", status=422, field="pasted", limit=LONGEST, length=len(text))
    done = split(text)
    return done, [said(piece) for piece in done.pieces]


def said(piece: Piece) -> dict[str, str]:
    """The fields of a part; a matter that names one of ours is taken, else the one that triage is sure of."""
    found = found_in(piece)
    named = dict(piece.cells).get("matter", "")
    kept = content()
    matter = next(
        (code for code, row in kept.matters.items() if named and named in (code, row.name_zh, row.name_en)), ""
    )
    if not matter and found.get("text"):
        told = [found["text"][:4000], *([found["place"]] if found.get("place") else [])]
        matter = (panel(told, "", language="zh-hans")["sure"] or {}).get("matter", "")
    return {**found, "matter": matter} if matter else found


@verb("case.create")
def paste(
    text: str, files: Sequence[Incoming], channel: str, *, actor: Actor, now: datetime, form: str = ""
) -> Paste:  # fmt: skip
    """Keep a pasted text as drafts, sealed; the same form again gives the first.

    Refuses text-missing, text-too-long, files-too-many, those of a file, and key-reused for another text.
    """
    require(actor, "case.create")
    user = typing.user_of(actor)
    if len(files) > uploads.MOST_FILES:
        raise Refused("files-too-many", status=422, most=uploads.MOST_FILES)
    done, parts = looked(text)
    if not parts and not files:
        raise Refused("text-missing", status=422, field="pasted")
    known = content().codes.get("channel", {})
    key = uuid7()
    before = once(actor, form, "intake.paste", {"paste": str(key)}, content=[text, channel])
    kept_before = store.paste(before["paste"], user) if before is not None else None
    if kept_before is not None:
        return kept_before
    row = Paste(id=key, user_id=user, channel=channel if channel in known else CHANNEL, made_at=now,
                wrapped_key=wrapped_key(key))  # fmt: skip
    row.sealed = seal_text(row, {"text": text})
    drafts = [_draft(row, part, position, now) for position, part in enumerate(parts or [{}], 1)]
    pictures = [_picture(row, incoming, position) for position, incoming in enumerate(files, 1)]
    _deal(drafts, pictures, parts)
    store.insert_all(row, drafts, pictures)
    body = {"how": done.how, "drafts": len(drafts), "pictures": [one.digest for one in pictures]}
    record("intake.paste", "paste", row.pk, actor=actor, body=body)
    return row


def _draft(row: Paste, fields: Words, position: int, now: datetime) -> Draft:
    made = typing.new(
        row.user_id, f"paste:{row.pk}:{uuid7()}", {name: [value] for name, value in fields.items()}, now=now
    )
    made.paste, made.position = row, position
    return made


def _picture(row: Paste, incoming: Incoming, position: int) -> Picture:
    """Made anew without what the camera wrote; the original lies sealed until there is a case. Only pictures."""
    judged = uploads.judge(incoming.file, incoming.size)
    if judged.kind != "image":
        raise Refused("file-kind", status=422, field="files")
    sealed = seal_text(row, {"file": base64.b64encode(judged.original or judged.data).decode()})
    return Picture(
        id=uuid7(), paste=row, position=position, digest=uploads.keep(judged.data), original=uploads.keep(sealed),
        size=len(judged.data), name=seal_text(row, {"name": incoming.name[:200]}), taken_at=judged.taken_at,
        lon=judged.lon, lat=judged.lat,
    )  # fmt: skip


def _deal(drafts: Sequence[Draft], pictures: Sequence[Picture], parts: Sequence[Words]) -> None:
    """Pictures go where the text marks them ([图片]), all to the only draft, else to nobody until the clerk says."""
    marks = [draft for draft, part in zip(drafts, parts, strict=False) for _ in SHOT.findall(part.get("text", ""))]
    goals = marks if len(drafts) > 1 else list(drafts[:1]) * len(pictures)
    for picture, draft in zip(pictures, goals, strict=False):
        picture.draft = draft


# ---- correcting


def opened(row: Draft) -> dict[str, str]:
    """The fields of a draft of a paste."""
    return {name: values[0] for name, values in typing.opened(row).fields.items() if values}


def save(row: Draft, typed: Words, now: datetime) -> None:
    """Put what was typed into a draft; what the sheet does not show stays."""
    fields = {**opened(row), **{name: clean(typed[name]) for name in FIELDS if name in typed}}
    row.sealed = seal_text(row, {"fields": {name: [value] for name, value in fields.items() if value}})
    row.saved_at = now
    row.save(update_fields=["sealed", "saved_at"])


@transaction.atomic
def join(row: Draft, above: Draft, now: datetime) -> None:
    """Two drafts are one request: the words follow each other, what the upper does not say the lower tells."""
    upper, lower = opened(above), opened(row)
    text = "\n".join(part for part in (upper.get("text", ""), lower.get("text", "")) if part)
    save(above, {**lower, **upper, "text": text}, now)
    store.give(store.pictures_of_draft(row), above.pk)
    finishing.settle(row, "dropped")


@transaction.atomic
def cut(row: Draft, at: int, now: datetime) -> list[Draft]:
    """One draft becomes several: at lines of hyphens, else at a place in the text. Refuses intake-no-cut (422)."""
    fields = opened(row)
    text = clean(fields.get("text", ""))
    parts = separated(text)
    if len(parts) < 2 and 0 < at < len(text):
        parts = [part for part in (text[:at].strip(), text[at:].strip()) if part]
    if len(parts) < 2 or row.paste is None:
        raise Refused("intake-no-cut", status=422, field="text")
    first, *others = (said(Piece(part)) for part in parts)
    theirs = {name for one in others for name, value in one.items() if fields.get(name) == value != first.get(name)}
    own = {name: first.get(name, "") if name in theirs else fields.get(name, "") for name in FIELDS}
    save(row, {**own, "text": parts[0]}, now)
    same: dict[str, str] = {name: own[name] for name in ("phone", "name") if own[name]}
    made = [_draft(row.paste, {**same, **told}, row.position, now) for told in others]
    store.insert_drafts(made)
    return made


def give(pictures: Mapping[UUID, Picture], drafts: Mapping[UUID, Draft], wanted: Mapping[UUID, UUID | None]) -> None:
    """Each picture to the draft that it belongs to, or to none."""
    for key, draft in wanted.items():
        if key in pictures and (draft is None or draft in drafts) and pictures[key].draft_id != draft:
            store.give([pictures[key]], draft)


# ---- registering


def report_of(row: Draft, *, point: tuple[float, float] | None) -> Report:
    """A draft as a report by the channel of its paste."""
    fields = opened(row)
    lon, lat = point or (None, None)
    get = fields.get
    return Report(
        text=get("text", ""), phone=get("phone", ""), name=get("name", ""), place=get("place", ""),
        object=get("object", ""), occurred=get("occurred", ""), kind=get("kind", ""), matter=get("matter", ""),
        area=get("area", ""), channel=row.paste.channel if row.paste is not None else CHANNEL, lon=lon, lat=lat,
    )  # fmt: skip


def kept(row: Draft, ending: str, *, point: bool, actor: Actor, now: datetime) -> Any:
    """One draft becomes a case that waits, is accepted, or goes to the unit that the catalogue names; one act."""
    report = report_of(row, point=finishing.first_place(store.pictures_of_draft(row)) if point else None)
    data: dict[str, Any] = {}
    if ending != "keep" and not report.matter:
        raise Refused("matter-missing", status=422, field="matter")
    if ending == "dispatch":
        lead = suggested_units(report.matter, report.area)["lead"]
        if lead is None:
            raise Refused("field-missing", status=422, field="unit", move="dispatch")
        data = {"unit": lead.pk}
    act = lambda: register(report, ending, data, actor=actor, now=now, key=row.key).moved  # noqa: E731 - told to `finish`
    return finishing.finish(row.pk, act, actor=actor, now=now)


def pasted_text(row: Paste) -> str:
    """The text as it was pasted, as long as a part of it is open."""
    if row.wrapped_key is None or row.sealed is None:
        return ""
    return str(open_text(row, row.sealed).get("text", ""))
