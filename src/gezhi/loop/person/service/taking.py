"""The copy that a person takes along: one archive with everything in JSON, tables in CSV, and the files."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.writing import write_csv
from gezhi.loop.models import Attachment
from gezhi.loop.person.service.knowing import Held, held_on
from gezhi.loop.person.service.proving import Scope
from gezhi.loop.service.attaching import content_of
from gezhi.loop.service.behalf import concerned
from gezhi.loop.service.citizens import CitizenView, citizen_view
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, open_text, record, verb

MOST_BYTES = 200 * 2**20
ENDINGS = {"image": "jpg", "pdf": "pdf", "audio": "mp3", "video": "mp4", "text": "txt"}


@verb("person.copy")
def copy_of(seen: Scope, target: IO[bytes], *, actor: Actor, now: datetime) -> int:
    """Write the archive; how many files lie in it. The ledger knows that it was taken, not what was in it."""
    held = held_on(seen, now=now)
    shown = [citizen_view(case, actor=citizen_actor(str(case.requester_id), kind="citizen")) for case in held.cases]
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(as_json(held, shown), ensure_ascii=False, indent=1, default=str))
        for name, header, rows in sheets(held):
            out = io.BytesIO()
            write_csv(out, header, rows)
            archive.writestr(f"{name}.csv", out.getvalue())
        for name, data in own_files(shown):
            archive.writestr(name, data)
            count += 1
    body = {"cases": len(held.cases), "files": count, "proof": seen.proof}
    record("person.copy", "case", seen.case.pk, actor=actor, body=body)
    return count


def as_json(held: Held, shown: list[CitizenView]) -> dict[str, Any]:
    """Everything, case by case, with the words."""
    return {
        "identity": dict(held.identity), "cases": [case_json(held, view) for view in shown],
        "calls": [
            {"began_at": call.began_at, "direction": call.direction, "state": call.state, "talk_s": call.talk_s,
             "recorded": call.recorded, "rating": call.rating, "number": call.case.number if call.case else ""}
            for call in held.calls
        ],
        "opened_by": [
            {"at": row.acted_at, "unit": row.unit.name_zh if row.unit else "", "purpose": row.purpose,
             "fields": row.fields.split(",")}
            for row in held.reveals
        ],
        "marks": [{"kind": mark.kind, "words": mark.words, "since": mark.since, "until": mark.until}
                  for mark in held.marks],
        "requests": [
            {"kind": row.kind, "asked_at": row.asked_at, "due_at": row.due_at, "state": row.state,
             "decided_at": row.decided_at, "outcome": row.outcome, **_sealed(row)}
            for row in held.requests
        ],
    }  # fmt: skip


def _sealed(row: Any) -> dict[str, Any]:
    person = row.case.requester
    return {"words": open_text(person, row.words) if row.words else {},
            "answer": open_text(person, row.answer).get("answer", "") if row.answer else ""}  # fmt: skip


def case_json(held: Held, view: CitizenView) -> dict[str, Any]:
    case = view.case
    meant = concerned(case)
    rating = held.ratings.get(case.pk, {})
    return {
        "number": case.number, "state": case.state, "kind": case.kind, "matter": case.matter, "area": case.area,
        "channel": case.channel, "received_at": case.received_at, "closed_at": case.closed_at,
        "outcome": case.outcome, "point": [case.lon, case.lat] if case.lon is not None else None,
        "story": view.story, "reported_for": asdict(meant) if meant is not None else None,
        "rating": {name: rating[name] for name in ("satisfaction", "solved", "scores", "at")
                                        if name in rating},
        "steps": [{"move": entry.move, "at": entry.acted_at, "texts": entry.texts,
                   "unit": entry.unit.name_zh if entry.unit else ""} for entry in view.entries],
        "kept_until": [{"what": rule.what, "until": until} for rule, until in held.until.get(case.pk, ())],
    }  # fmt: skip


def sheets(held: Held) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Tables that a spreadsheet opens."""
    yield (
        "cases", ["number", "state", "kind", "matter", "channel", "received_at", "closed_at", "satisfaction"],
        [[case.number, case.state, case.kind, case.matter, case.channel, case.received_at, case.closed_at,
          case.satisfaction] for case in held.cases],
    )  # fmt: skip
    yield (
        "opened_by", ["at", "unit", "purpose", "fields"],
        [[row.acted_at, row.unit.name_zh if row.unit else "", row.purpose, row.fields] for row in held.reveals],
    )  # fmt: skip
    yield (
        "calls", ["began_at", "direction", "state", "talk_s", "recorded", "rating"],
        [[call.began_at, call.direction, call.state, call.talk_s, call.recorded, call.rating] for call in held.calls],
    )  # fmt: skip


def own_files(shown: list[CitizenView]) -> Iterator[tuple[str, bytes]]:
    """The files that the person may see, until the archive is full."""
    size = 0
    for view in shown:
        for number, file in enumerate(view.files, 1):
            found = _bytes(file)
            size += len(found)
            if size > MOST_BYTES:
                return
            if found:
                yield f"files/{view.case.number}/{number}.{ENDINGS.get(file.kind, 'bin')}", found


def _bytes(file: Attachment) -> bytes:
    try:
        return content_of(file)[0]
    except Refused:  # swept away or never restored
        return b""
